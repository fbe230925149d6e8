// SPDX-License-Identifier: GPL-2.0-only
/*
 * One connection to the daemon: a request line out, reply lines in, never waiting without an end.
 * What records mean is for others to know.
 */
#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "hpimctl/client.h"

/* How long a daemon may take to return, and how often it is tried. */
#define RETURN_MS_MAX  20000
#define RETURN_MS_STEP 20

struct client {
	int fd;
	int stop_fd; /* -1: the time limits the wait */
	int timeout_ms;
	int last_id;
	size_t used;  /* bytes in buf */
	size_t taken; /* of these, bytes of lines already handed out */
	char buf[CTL_REPLY_MAX];
};

/* Return: the descriptor or a negative errno. */
static int connect_to(const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd;

	if (strlen(path) >= sizeof(addr.sun_path))
		return -ENAMETOOLONG;
	memcpy(addr.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	if (connect(fd, (struct sockaddr *)&addr, sizeof(addr))) {
		int err = -errno;

		close(fd);
		return err;
	}
	return fd;
}

/* "x.ctl" has the twin "x.ro". */
static int connect_to_twin(const char *path)
{
	static const char end[] = ".ctl";
	size_t len = strlen(path);
	char twin[sizeof(((struct sockaddr_un *)0)->sun_path)];

	if (len < strlen(end) || len >= sizeof(twin) || strcmp(path + len - strlen(end), end))
		return -EACCES;
	(void)snprintf(twin, sizeof(twin), "%.*s.ro", (int)(len - strlen(end)), path);
	return connect_to(twin);
}

static int fail_connect(const char *path, int err, struct ctl_error *ret_error)
{
	switch (err) {
	case -ENOENT:
	case -ECONNREFUSED:
		return ctl_fail(ret_error, CTL_EXIT_NOT_RUNNING, "not-running",
				"start it: systemctl start hpimd@INSTANCE, usually hpimd@default",
				"no daemon answers at %s", path);
	case -EAGAIN:
		return ctl_fail(ret_error, CTL_EXIT_TIMEOUT, "timeout", "",
				"the daemon at %s accepts no more connections", path);
	case -EACCES:
	case -EPERM:
		return ctl_fail(ret_error, CTL_EXIT_PERMISSION, "permission",
				"run as root or as a member of the group hpim",
				"not allowed to use %s", path);
	default:
		return ctl_fail(ret_error, CTL_EXIT_REFUSED, "socket", "", "%s: %s", path,
				strerror(-err));
	}
}

int client_new(const char *path, bool may_use_ro, int timeout_ms, struct client **ret_client,
	       struct ctl_error *ret_error)
{
	struct client *client;
	int fd = connect_to(path);

	if (fd == -EACCES && may_use_ro)
		fd = connect_to_twin(path);
	if (fd < 0)
		return fail_connect(path, fd, ret_error);
	client = calloc(1, sizeof(*client));
	assert(client);
	client->fd = fd;
	client->stop_fd = -1;
	client->timeout_ms = timeout_ms;
	*ret_client = client;
	return 0;
}

void client_until(struct client *client, int stop_fd)
{
	client->stop_fd = stop_fd;
}

void client_free(struct client *client)
{
	if (!client)
		return;
	close(client->fd);
	free(client);
}

static int64_t now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now); /* cannot fail with this clock */
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Wait until the socket is ready or the deadline has passed. */
static int wait_for(struct client *client, short events, int64_t deadline_ms,
		    struct ctl_error *ret_error)
{
	for (;;) {
		struct pollfd fds[] = { { .fd = client->fd, .events = events },
					{ .fd = client->stop_fd, .events = POLLIN } };
		int64_t left_ms = client->stop_fd < 0 ? deadline_ms - now_ms() : INT_MAX;
		int count = left_ms > 0 ? poll(fds, 2, (int)left_ms) : 0;

		if (count > 0 && fds[1].revents)
			return CLIENT_STOPPED;
		if (count > 0)
			return 0;
		if (count == 0)
			return ctl_fail(ret_error, CTL_EXIT_TIMEOUT, "timeout",
					"the daemon is alive but busy or stuck; see its log",
					"no answer within %d ms", client->timeout_ms);
		if (errno != EINTR)
			return ctl_fail(ret_error, CTL_EXIT_REFUSED, "socket", "", "poll: %s",
					strerror(errno));
	}
}

static int fail_closed(struct ctl_error *ret_error)
{
	return ctl_fail(ret_error, CTL_EXIT_NOT_RUNNING, "closed", "see the log of the daemon",
			"the daemon closed the connection before it had answered");
}

static int send_all(struct client *client, const char *bytes, size_t len,
		    struct ctl_error *ret_error)
{
	int64_t deadline_ms = now_ms() + client->timeout_ms;

	while (len) {
		ssize_t sent = send(client->fd, bytes, len, MSG_NOSIGNAL);
		int err;

		if (sent < 0 && errno == EPIPE)
			return 0; /* it may have said why; that, or the end, is read next */
		if (sent < 0 && errno != EAGAIN && errno != EINTR)
			return fail_closed(ret_error);
		if (sent < 0) {
			err = wait_for(client, POLLOUT, deadline_ms, ret_error);
			if (err)
				return err;
			continue;
		}
		bytes += sent;
		len -= (size_t)sent;
	}
	return 0;
}

static int send_request(struct client *client, const char *cmd, struct json_object *args,
			struct ctl_error *ret_error)
{
	struct json_object *request = json_object_new_object();
	char line[CTL_REQUEST_MAX];
	const char *text;
	int len, err;

	json_object_object_add(request, "id", json_object_new_int(++client->last_id));
	json_object_object_add(request, "cmd", json_object_new_string(cmd));
	json_object_object_add(request, "args", json_object_get(args));
	text = json_object_to_json_string_ext(request, JSON_C_TO_STRING_PLAIN |
							       JSON_C_TO_STRING_NOSLASHESCAPE);
	len = snprintf(line, sizeof(line), "%s\n", text);
	explicit_bzero((char *)text, strlen(text)); /* there may be a secret in it */
	json_object_put(request);
	if (len < 0 || (size_t)len >= sizeof(line))
		err = ctl_fail(ret_error, CTL_EXIT_USAGE, "usage", "", "the command is too long");
	else
		err = send_all(client, line, (size_t)len, ret_error);
	explicit_bzero(line, sizeof(line));
	return err;
}

/* Read more bytes behind those in the buffer. */
static int fill(struct client *client, int64_t deadline_ms, struct ctl_error *ret_error)
{
	ssize_t got;
	int err;

	memmove(client->buf, client->buf + client->taken, client->used - client->taken);
	client->used -= client->taken;
	client->taken = 0;
	if (client->used == sizeof(client->buf))
		return ctl_fail(ret_error, CTL_EXIT_REFUSED, "bad-reply", "",
				"the daemon sent a line longer than %d bytes", CTL_REPLY_MAX);
	err = wait_for(client, POLLIN, deadline_ms, ret_error);
	if (err)
		return err;
	got = read(client->fd, client->buf + client->used, sizeof(client->buf) - client->used);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (got <= 0)
		return fail_closed(ret_error);
	client->used += (size_t)got;
	return 0;
}

/* The next line as an object, owned by the caller. */
static int next_reply(struct client *client, struct json_object **ret_reply,
		      struct ctl_error *ret_error)
{
	int64_t deadline_ms = now_ms() + client->timeout_ms;
	char *line, *end;
	int err;

	for (;;) {
		line = client->buf + client->taken;
		end = memchr(line, '\n', client->used - client->taken);
		if (end)
			break;
		err = fill(client, deadline_ms, ret_error);
		if (err)
			return err;
	}
	*end = '\0';
	client->taken += (size_t)(end - line) + 1;
	*ret_reply = json_tokener_parse(line);
	if (!json_object_is_type(*ret_reply, json_type_object)) {
		json_object_put(*ret_reply);
		return ctl_fail(ret_error, CTL_EXIT_REFUSED, "bad-reply", "",
				"the daemon sent a line that is not a JSON object");
	}
	return 0;
}

static const char *text_of(struct json_object *object, const char *name)
{
	const char *text = json_object_get_string(json_object_object_get(object, name));

	return text ? text : "";
}

/* The end record: the daemon's error, or a schema that must be the one we know. */
static int judge_end(struct json_object *reply, const char *schema, struct ctl_error *ret_error)
{
	struct json_object *error;
	const char *sent = text_of(reply, "schema");
	int exit;

	if (json_object_object_get_ex(reply, "error", &error)) {
		exit = json_object_get_int(json_object_object_get(error, "exit"));
		if (exit <= CTL_EXIT_OK || exit > CTL_EXIT_TIMEOUT)
			exit = CTL_EXIT_REFUSED;
		return ctl_fail(ret_error, (enum ctl_exit)exit, text_of(error, "code"),
				text_of(error, "hint"), "%s", text_of(error, "message"));
	}
	if (schema && *sent && strcmp(sent, schema))
		return ctl_fail(ret_error, CTL_EXIT_REFUSED, "schema",
				"install daemon and hpimctl of the same version",
				"the daemon sent %s, but %s is what this hpimctl reads", sent,
				schema);
	return 0;
}

/* It closes the connection after all else. */
int client_wait_end(struct client *client, struct ctl_error *ret_error)
{
	int64_t deadline_ms = now_ms() + client->timeout_ms;
	char rest[256];

	for (;;) {
		int err = wait_for(client, POLLIN, deadline_ms, ret_error);
		ssize_t got;

		if (err)
			return err;
		got = read(client->fd, rest, sizeof(rest));
		if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR))
			return 0;
	}
}

int client_ask(struct client *client, const char *cmd, struct json_object *args, const char *schema,
	       client_record_fn *fn, void *ctx, struct ctl_error *ret_error)
{
	bool is_end = false;
	int err = send_request(client, cmd, args, ret_error);

	while (!err && !is_end) {
		struct json_object *reply, *record;

		err = next_reply(client, &reply, ret_error);
		if (err)
			return err;
		is_end = json_object_object_get_ex(reply, "end", NULL);
		if (is_end)
			err = judge_end(reply, schema, ret_error);
		else if (schema && json_object_object_get_ex(reply, "record", &record) &&
			 !fn(ctx, record))
			err = CLIENT_STOPPED;
		json_object_put(reply);
	}
	return err;
}

/* Whether the daemon that is to run again answers; until it does, no other can. */
static bool has_returned(const char *path, int timeout_ms)
{
	const struct timespec pause = { .tv_nsec = RETURN_MS_STEP * 1000000L };
	struct json_object *args = json_object_new_object();
	struct client *client = NULL;
	struct ctl_error error;
	int err = client_new(path, false, timeout_ms, &client, &error);

	if (!err)
		err = client_ask(client, "status", args, NULL, NULL, NULL, &error);
	client_free(client);
	json_object_put(args);
	if (err)
		(void)nanosleep(&pause, NULL); /* shorter is as good */
	return !err;
}

int client_await_return(const char *path, int timeout_ms, struct ctl_error *ret_error)
{
	for (int tries = 0; tries < RETURN_MS_MAX / RETURN_MS_STEP; tries++)
		if (has_returned(path, timeout_ms))
			return 0;
	return ctl_fail(ret_error, CTL_EXIT_TIMEOUT, "timeout",
			"see its log; what it forwarded goes on until its lease ends",
			"the daemon has ended, and does not answer again");
}
