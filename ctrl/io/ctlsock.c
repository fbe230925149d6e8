/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Server of the control socket: lines in, lines out, limits on both. A client gets its next request
 * answered only when it has read the last answer, so the queue never holds more than one answer,
 * and a client that lets even that grow too long is dropped. Framing: hpim/ctl_abi.h.
 */
#include "io/ctlsock.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>
#include <utlist.h>

#include "base/utf8.h"
#include "io/ctlsock_line.h"
#include "io/ctlsock_listen.h"

/* Clients of each of the two sockets, of all users and of one; root is always let in. */
#define CLIENTS_MAX 32u
#define USER_MAX    8u
/* A client is closed that has asked for nothing, and read nothing, for so long; but not a stream.
 */
#define IDLE_FOR HP_SEC(60)
/* Longest answer that waits for its reader, in bytes. */
#define QUEUE_MAX (4u << 20)
/* Bytes of a stream that wait for its reader; what comes beyond is left out. */
#define STREAM_MAX (256u << 10)
/*
 * A part of an answer ends beyond so many bytes, or so much time: clients that all read the largest
 * tables leave the loop to the protocols in between.
 */
#define PART_MAX (64u << 10)
#define PART_FOR HP_MS(2)

struct ctl_client {
	struct ctl_client *prev, *next;
	struct ctlsock *ctl;
	struct listener *listener;
	int fd;
	struct loop_fd *watch;
	uid_t uid;
	hp_time active_at; /* asked for something, or read some of the answer */
	bool may_change;
	bool is_leaving; /* nothing more is read; closed when the queue is empty */
	bool is_broken;  /* closed at once */

	char in[CTL_REQUEST_MAX];
	size_t in_len;
	char *out;
	size_t out_len, out_sent, out_room;

	/* The request being answered. */
	struct json_object *id;
	uint32_t record_count;
	bool is_answered, is_refused, is_cut;

	/* NULL: neither a stream nor an answer in parts. */
	ctl_gone_fn *gone;
	void *gone_ctx;
	ctl_part_fn *part; /* NULL: no answer in parts */
	hp_time part_began_at;
};

struct listener {
	struct ctlsock *ctl;
	int fd;
	struct loop_fd *watch;
	bool is_main;
	uint64_t refused;
};

struct ctlsock {
	struct loop *loop;
	ctl_request_fn *fn;
	void *ctx;
	struct ctl_paths paths;
	struct listener listeners[2];
	struct ctl_client *clients;
	hp_time idle_for;
	int idle_fd; /* a timer, while there are clients */
	struct loop_fd *idle_watch;
	int spare_fd; /* given up to accept and refuse a client when no descriptor is left */
};

/* --- queue of bytes to a client --- */

static void queue_put(struct ctl_client *client, const char *bytes, size_t len)
{
	size_t room = client->out_room ? client->out_room : 4096;
	char *out;

	if (client->is_broken)
		return;
	if (client->out_len + len > QUEUE_MAX) {
		client->is_broken = true;
		return;
	}
	while (room < client->out_len + len)
		room *= 2;
	if (room != client->out_room) {
		out = realloc(client->out, room);
		if (!out) {
			client->is_broken = true;
			return;
		}
		client->out = out;
		client->out_room = room;
	}
	memcpy(client->out + client->out_len, bytes, len);
	client->out_len += len;
}

/* A queue that never is empty shall not grow by what is sent. */
static void queue_compact(struct ctl_client *client)
{
	if (!client->out_sent || client->out_sent < client->out_len / 2)
		return;
	client->out_len -= client->out_sent;
	memmove(client->out, client->out + client->out_sent, client->out_len);
	client->out_sent = 0;
}

/* Send what the client takes now. An empty queue gives its memory back. */
static void queue_flush(struct ctl_client *client)
{
	while (!client->is_broken && client->out_sent < client->out_len) {
		ssize_t sent =
			send(client->fd, client->out + client->out_sent,
			     client->out_len - client->out_sent, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (sent < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (sent < 0) {
			client->is_broken = true;
			break;
		}
		client->out_sent += (size_t)sent;
		client->active_at = loop_now();
	}
	free(client->out);
	client->out = NULL;
	client->out_len = client->out_sent = client->out_room = 0;
}

/* --- replies --- */

/* Queue an object as a line; takes its reference. Return: whether it is short enough. */
static bool line_put(struct ctl_client *client, struct json_object *object)
{
	size_t len;
	const char *text = json_object_to_json_string_length(
		object, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &len);
	bool fits = text && len < CTL_REPLY_MAX;

	if (fits) {
		queue_put(client, text, len);
		queue_put(client, "\n", 1);
	}
	json_object_put(object);
	return fits;
}

static struct json_object *reply_new(struct ctl_client *client)
{
	struct json_object *reply = json_object_new_object();

	json_object_object_add(reply, "id", json_object_get(client->id));
	return reply;
}

void ctl_reply_record(struct ctl_client *client, struct json_object *record)
{
	struct json_object *reply = reply_new(client);

	assert(!client->is_answered);
	json_object_object_add(reply, "record", record);
	if (line_put(client, reply))
		client->record_count++;
	else
		client->is_cut = true;
}

void ctl_reply_end(struct ctl_client *client, const char *schema)
{
	struct json_object *reply;

	if (client->is_cut) {
		ctl_reply_error(client, "record-too-long", CTL_EXIT_PARTLY, "",
				"a record is longer than %d bytes and was left out", CTL_REPLY_MAX);
		return;
	}
	assert(!client->is_answered);
	client->is_answered = true;
	reply = reply_new(client);
	json_object_object_add(reply, "end", json_object_new_boolean(true));
	if (schema) {
		json_object_object_add(reply, "schema", json_object_new_string(schema));
		json_object_object_add(reply, "count", json_object_new_int64(client->record_count));
	}
	(void)line_put(client, reply); /* a schema's name is short */
}

void ctl_reply_error(struct ctl_client *client, const char *code, enum ctl_exit exit,
		     const char *hint, const char *format, ...)
{
	struct json_object *reply = reply_new(client);
	char message[1024];
	va_list args;

	assert(!client->is_answered);
	client->is_answered = client->is_refused = true;
	va_start(args, format);
	(void)vsnprintf(message, sizeof(message), format, args); /* cut short it still helps */
	va_end(args);
	utf8_repair(message);
	json_object_object_add(reply, "end", json_object_new_boolean(true));
	json_object_object_add(reply, "error", ctl_line_error(code, exit, message, hint));
	(void)line_put(client, reply); /* the parts are bounded */
}

/* --- requests --- */

static bool is_id(struct json_object *id)
{
	return json_object_is_type(id, json_type_int) || json_object_is_type(id, json_type_string);
}

static void request_answer(struct ctl_client *client, struct json_object *request)
{
	struct json_object *id = NULL, *cmd = NULL, *args = NULL, *empty = NULL;
	struct ctlsock *ctl = client->ctl;

	if (json_object_object_get_ex(request, "id", &id) && is_id(id))
		client->id = id;
	if (!json_object_object_get_ex(request, "cmd", &cmd) ||
	    !json_object_is_type(cmd, json_type_string)) {
		ctl_reply_error(client, "bad-request", CTL_EXIT_USAGE, "",
				"the request has no \"cmd\" string");
		return;
	}
	if (!json_object_object_get_ex(request, "args", &args))
		args = empty = json_object_new_object();
	if (json_object_is_type(args, json_type_object))
		ctl->fn(ctl->ctx, client, json_object_get_string(cmd), args, client->may_change);
	else
		ctl_reply_error(client, "bad-request", CTL_EXIT_USAGE, "",
				"\"args\" is not an object");
	json_object_put(empty);
}

static void line_answer(struct ctl_client *client, const char *line, size_t len)
{
	struct json_object *request;

	if (len > 0 && line[len - 1] == '\r')
		len--;
	if (len == 0)
		return; /* a person at a terminal */
	client->id = NULL;
	client->record_count = 0;
	client->is_answered = client->is_refused = client->is_cut = false;
	request = ctl_line_parse(line, len);
	if (request)
		request_answer(client, request);
	else
		ctl_reply_error(client, "bad-json", CTL_EXIT_USAGE, "one JSON object a line",
				"the request is not a JSON object");
	assert(client->is_answered || client->gone);
	client->id = client->gone ? json_object_get(client->id) : NULL;
	json_object_put(request);
}

/* ---- answers in parts ---- */

/* What is not sent at once is sent when the client can be written to. */
static void stream_watch(struct ctl_client *client)
{
	if (client->is_broken || loop_change(client->watch, EPOLLOUT))
		(void)shutdown(client->fd, SHUT_RDWR); /* it is freed when the loop sees that */
}

void ctl_reply_parts(struct ctl_client *client, ctl_part_fn *part, ctl_gone_fn *gone, void *ctx)
{
	assert(!client->is_answered && !client->part);
	client->part = part;
	client->gone = gone;
	client->gone_ctx = ctx;
	stream_watch(client);
}

bool ctl_part_is_full(const struct ctl_client *client)
{
	return client->is_broken || client->out_len > PART_MAX ||
	       loop_now() - client->part_began_at > PART_FOR;
}

static void part_send(struct ctl_client *client)
{
	client->part_began_at = loop_now();
	client->part(client->gone_ctx);
	if (client->is_answered) {
		client->gone(client->gone_ctx);
		client->gone = NULL;
		client->part = NULL;
		json_object_put(client->id);
		client->id = NULL;
	}
	queue_flush(client);
}

/* ---- turns ---- */

static bool has_line(const struct ctl_client *client)
{
	return memchr(client->in, '\n', client->in_len);
}

/* Answer the next line, if there is a whole one and no answer before it waits for its reader. */
static void line_take(struct ctl_client *client)
{
	const char *end = memchr(client->in, '\n', client->in_len);
	size_t len;

	if (!end || client->is_broken || client->out_len || client->gone)
		return;
	len = (size_t)(end - client->in);
	client->active_at = loop_now();
	line_answer(client, client->in, len);
	client->in_len -= len + 1;
	memmove(client->in, end + 1, client->in_len);
	explicit_bzero(client->in + client->in_len,
		       len + 1); /* there may have been a secret in it */
	queue_flush(client);
	if (client->part && !client->is_broken)
		part_send(client);
}

static void too_long_answer(struct ctl_client *client)
{
	client->id = NULL;
	client->is_answered = client->is_refused = client->is_cut = false;
	ctl_reply_error(client, "too-long", CTL_EXIT_USAGE, "",
			"the request is longer than %d bytes", CTL_REQUEST_MAX);
	client->in_len = 0;
	client->is_leaving = true;
	queue_flush(client);
}

/* One read for each turn, so that a busy client leaves room for others. */
static void client_read(struct ctl_client *client)
{
	ssize_t len = recv(client->fd, client->in + client->in_len,
			   sizeof(client->in) - client->in_len, MSG_DONTWAIT);

	if (len < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (len < 0)
		client->is_broken = true;
	else if (len == 0) /* half closed: it may still wait for its answers */
		client->is_leaving = true;
	else
		client->in_len += (size_t)len;
}

/* --- streams --- */

void ctl_stream_begin(struct ctl_client *client, ctl_gone_fn *gone, void *ctx)
{
	assert(!client->is_answered && !client->gone);
	client->gone = gone;
	client->gone_ctx = ctx;
}

void ctl_parts_become_stream(struct ctl_client *client)
{
	assert(client->part && !client->is_answered);
	client->part = NULL;
}

bool ctl_is_done(const struct ctl_client *client)
{
	return client->is_answered && !client->is_refused;
}

bool ctl_stream_record(struct ctl_client *client, struct json_object *record)
{
	struct json_object *reply;

	assert(client->gone);
	if (client->out_len - client->out_sent > STREAM_MAX) {
		json_object_put(record);
		return false;
	}
	reply = reply_new(client);
	json_object_object_add(reply, "record", record);
	queue_compact(client);
	if (line_put(client, reply))
		client->record_count++;
	queue_flush(client);
	if (client->out_len || client->is_broken)
		stream_watch(client);
	return true;
}

void ctl_stream_end(struct ctl_client *client, const char *schema)
{
	ctl_reply_end(client, schema);
	client->gone = NULL;
	client->part = NULL;
	json_object_put(client->id);
	client->id = NULL;
	stream_watch(client); /* also for requests that came meanwhile */
}

/* --- clients --- */

static void client_free(struct ctl_client *client)
{
	if (client->gone) {
		client->gone(client->gone_ctx);
		json_object_put(client->id);
	}
	DL_DELETE(client->ctl->clients, client);
	loop_del(client->watch);
	close(client->fd);
	free(client->out);
	explicit_bzero(client->in, sizeof(client->in));
	free(client);
}

/* Whether there is something to do for the client as soon as it takes bytes. */
static bool has_work(const struct ctl_client *client)
{
	return client->out_len || client->part || (!client->gone && has_line(client));
}

/* What the client is waited for; one that only listens to its stream can but hang up. */
static uint32_t client_events(const struct ctl_client *client)
{
	if (has_work(client))
		return EPOLLOUT;
	return client->is_leaving ? 0 : EPOLLIN;
}

/*
 * One line, or one part of an answer, for each turn of the loop. While an answer waits, nothing is
 * read: whoever floods without reading stops itself.
 */
static void client_turn(struct ctl_client *client)
{
	queue_flush(client);
	if (client->out_len || client->is_broken)
		return;
	if (client->part) {
		part_send(client);
		return;
	}
	if (!client->is_leaving && (client->gone || !has_line(client)))
		client_read(client);
	line_take(client);
}

static void client_ready(void *ctx, uint32_t revents)
{
	struct ctl_client *client = ctx;
	bool is_full;

	if (client->gone && revents & (EPOLLHUP | EPOLLERR))
		client->is_broken = true;
	client_turn(client);
	is_full = client->in_len == sizeof(client->in) && !client->part;
	if (is_full && !has_work(client) && !client->gone)
		too_long_answer(client);
	if (client->gone ? is_full : client->is_leaving && !has_work(client))
		client->is_broken = true;
	if (!client->is_broken && loop_change(client->watch, client_events(client)))
		client->is_broken = true;
	if (client->is_broken)
		client_free(client);
}

/* ---- who gets in ---- */

struct places {
	uint32_t of_user, of_all; /* taken, of one user and of all but root */
};

static struct places places_count(const struct listener *listener, uid_t uid)
{
	const struct ctl_client *client;
	struct places places = { .of_user = 0 };

	DL_FOREACH(listener->ctl->clients, client)
	{
		if (client->listener != listener || client->uid == 0)
			continue;
		places.of_all++;
		places.of_user += client->uid == uid;
	}
	return places;
}

static bool has_place(const struct listener *listener, uid_t uid)
{
	const struct places places = places_count(listener, uid);

	return uid == 0 || (places.of_user < USER_MAX && places.of_all < CLIENTS_MAX);
}

void ctlsock_places(const struct ctlsock *ctl, bool is_main, struct ctl_places *ret_places)
{
	const struct listener *listener = &ctl->listeners[!is_main];

	*ret_places = (struct ctl_places){ .used = places_count(listener, 0).of_all,
					   .limit = CLIENTS_MAX,
					   .refused = listener->refused };
}

/* Looked at four times in that time, while there are clients. */
static void idle_arm(struct ctlsock *ctl)
{
	hp_time step = ctl->clients ? ctl->idle_for / 4 : 0;
	const struct timespec at = { .tv_sec = step / HP_SEC(1), .tv_nsec = step % HP_SEC(1) };

	/* Valid times: it cannot fail. */
	(void)timerfd_settime(ctl->idle_fd, 0,
			      &(struct itimerspec){ .it_value = at, .it_interval = at }, NULL);
}

static void idle_close(void *ctx, uint32_t revents)
{
	struct ctl_client *client, *next;
	struct ctlsock *ctl = ctx;
	uint64_t ticks;

	(void)revents;
	if (read(ctl->idle_fd, &ticks, sizeof(ticks)) < 0)
		return; /* armed again meanwhile */
	DL_FOREACH_SAFE(ctl->clients, client, next)
	{
		bool is_stream = client->gone && !client->part;

		if (!is_stream && loop_now() - client->active_at > ctl->idle_for)
			client_free(client);
	}
	if (!ctl->clients)
		idle_arm(ctl);
}

void ctlsock_set_idle(struct ctlsock *ctl, hp_time idle_for)
{
	ctl->idle_for = idle_for;
	idle_arm(ctl);
}

static int client_new(struct listener *listener, int fd)
{
	struct ctl_client *client = calloc(1, sizeof(*client));
	struct ctlsock *ctl = listener->ctl;
	int err;

	if (!client)
		return -ENOMEM;
	client->ctl = ctl;
	client->listener = listener;
	client->fd = fd;
	client->may_change = ctl_peer_may_change(fd, &client->uid) && listener->is_main;
	client->active_at = loop_now();
	err = has_place(listener, client->uid) ? 0 : -EUSERS;
	if (!err)
		err = loop_add(ctl->loop, fd, EPOLLIN, client_ready, client, &client->watch);
	if (err) {
		free(client);
		return err;
	}
	DL_APPEND(ctl->clients, client);
	if (ctl->clients == client)
		idle_arm(ctl);
	return 0;
}

static void client_refuse(struct listener *listener, int fd)
{
	static const char busy[] =
		"{\"id\":null,\"end\":true,\"error\":{\"code\":\"busy\",\"exit\":2,"
		"\"message\":\"too many clients\",\"hint\":\"try again later\"}}\n";

	listener->refused++;
	(void)send(fd, busy, sizeof(busy) - 1, MSG_NOSIGNAL | MSG_DONTWAIT); /* a courtesy */
	close(fd);
}

/* No descriptor is left: use the spare one to take the client off the queue, or we would spin. */
static void listener_reject(struct listener *listener)
{
	struct ctlsock *ctl = listener->ctl;
	int fd;

	close(ctl->spare_fd);
	fd = accept4(listener->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd >= 0)
		client_refuse(listener, fd);
	ctl->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static void listener_ready(void *ctx, uint32_t revents)
{
	struct listener *listener = ctx;
	int fd = accept4(listener->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	(void)revents;
	if (fd < 0 && (errno == EMFILE || errno == ENFILE))
		listener_reject(listener);
	if (fd < 0)
		return;
	if (client_new(listener, fd))
		client_refuse(listener, fd);
}

/* --- the server --- */

static int listener_init(struct ctlsock *ctl, struct listener *listener)
{
	listener->ctl = ctl;
	return loop_add(ctl->loop, listener->fd, EPOLLIN, listener_ready, listener,
			&listener->watch);
}

static int idle_init(struct ctlsock *ctl)
{
	ctl->idle_for = IDLE_FOR;
	ctl->idle_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (ctl->idle_fd < 0)
		return -errno;
	return loop_add(ctl->loop, ctl->idle_fd, EPOLLIN, idle_close, ctl, &ctl->idle_watch);
}

int ctlsock_new(struct loop *loop, const char *instance, ctl_request_fn *fn, void *ctx,
		struct ctlsock **ret_ctl)
{
	struct ctlsock *ctl = calloc(1, sizeof(*ctl));
	int err;

	if (!ctl)
		return -ENOMEM;
	ctl->loop = loop;
	ctl->fn = fn;
	ctl->ctx = ctx;
	ctl->listeners[0].is_main = true;
	err = ctl_paths_make(instance, &ctl->paths);
	if (!err)
		err = ctl_listen(&ctl->paths, &ctl->listeners[0].fd, &ctl->listeners[1].fd);
	if (err) {
		free(ctl);
		return err;
	}
	ctl->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	err = idle_init(ctl);
	for (unsigned int i = 0; !err && i < 2; i++)
		err = listener_init(ctl, &ctl->listeners[i]);
	if (err) {
		ctlsock_free(ctl);
		return err;
	}
	*ret_ctl = ctl;
	return 0;
}

void ctlsock_free(struct ctlsock *ctl)
{
	struct ctl_client *client, *next;

	if (!ctl)
		return;
	DL_FOREACH_SAFE(ctl->clients, client, next)
	{
		queue_flush(client);
		client_free(client);
	}
	for (unsigned int i = 0; i < 2; i++) {
		loop_del(ctl->listeners[i].watch);
		close(ctl->listeners[i].fd);
	}
	(void)unlink(ctl->paths.main.sun_path); /* gone already is as good */
	(void)unlink(ctl->paths.read_only.sun_path);
	loop_del(ctl->idle_watch);
	if (ctl->idle_fd >= 0)
		close(ctl->idle_fd);
	if (ctl->spare_fd >= 0)
		close(ctl->spare_fd);
	free(ctl);
}
