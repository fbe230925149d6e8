/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The io floor in memory, but for interfaces and routes (fake/rtnl.c): the loop, sockets, files and
 * the control socket. What the daemon asks of them is done at once or remembered for the test.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/privileges.h"
#include "io/ctlsock.h"
#include "io/file.h"
#include "io/httpd.h"
#include "io/loop.h"
#include "io/rawsock.h"
#include "unit/fake/io.h"

#define FILES_MAX   8u
#define CLIENTS_MAX 2u

struct file {
	char path[256];
	char *text;
};

struct ctl_client {
	struct reply reply;
	ctl_part_fn *part;
	ctl_gone_fn *gone;
	void *ctx;
	bool is_slow, lags;
};

struct rawsock {
	rawsock_packet_fn *fn;
	void *ctx;
};

struct httpd {
	uint16_t port; /* 0: it does not listen */
};

static struct {
	hp_time now, deadline;
	loop_fn *timer;
	void *timer_ctx;
	struct rawsock rawsock;
	struct httpd httpd;
	unsigned int httpd_count; /* servers that there were */
	uint16_t taken_port;
	int join_err, file_err;
	unsigned int joined[LINKS_MAX];
	uint64_t malformed[LINKS_MAX];
	fake_send_fn *on_send;
	struct file files[FILES_MAX];
	struct ctl_client clients[CLIENTS_MAX];
} machine = { .now = HP_SEC(1000), .deadline = HP_TIME_NEVER };

/* ---- loop.h ---- */

void fake_clock_set(hp_time now)
{
	cr_assert_geq(now, machine.now);
	machine.now = now;
}

hp_time fake_now(void)
{
	return machine.now;
}

hp_time fake_deadline(void)
{
	return machine.deadline;
}

void fake_timer(void)
{
	machine.deadline = HP_TIME_NEVER;
	machine.timer(machine.timer_ctx);
}

hp_time loop_now(void)
{
	return machine.now;
}

/* The loop has nothing in it: whoever is in it is here. */
int loop_new(struct loop **ret_loop)
{
	*ret_loop = NULL;
	return 0;
}

void loop_free(struct loop *loop)
{
	(void)loop;
}

int loop_add(struct loop *loop, int fd, uint32_t events, loop_fd_fn *fn, void *ctx,
	     struct loop_fd **ret_watch)
{
	(void)loop;
	(void)fd;
	(void)events;
	(void)fn;
	(void)ctx;
	*ret_watch = NULL;
	return 0;
}

void loop_del(struct loop_fd *watch)
{
	(void)watch;
}

int loop_on_timer(struct loop *loop, loop_fn *fn, void *ctx)
{
	(void)loop;
	machine.timer = fn;
	machine.timer_ctx = ctx;
	return 0;
}

int loop_arm(struct loop *loop, hp_time deadline)
{
	(void)loop;
	machine.deadline = deadline;
	return 0;
}

int loop_on_stop(struct loop *loop, loop_fn *stop, loop_fn *keep, void *ctx)
{
	(void)loop;
	(void)stop;
	(void)keep;
	(void)ctx;
	return 0;
}

void loop_quit(struct loop *loop)
{
	(void)loop;
}

void loop_leave(struct loop *loop)
{
	(void)loop;
}

/* ---- rawsock.h ---- */

int rawsock_new(struct loop *loop, rawsock_packet_fn *fn, void *ctx, struct rawsock **ret_rs)
{
	(void)loop;
	machine.rawsock = (struct rawsock){ .fn = fn, .ctx = ctx };
	*ret_rs = &machine.rawsock;
	return 0;
}

void rawsock_free(struct rawsock *rs)
{
	(void)rs;
	memset(machine.joined, 0, sizeof(machine.joined));
}

int rawsock_join(struct rawsock *rs, const struct fx_group *join, uint32_t ifindex)
{
	(void)rs;
	cr_assert_neq(ifindex, 0, "sockets of an interface that is absent");
	if (machine.join_err)
		return machine.join_err;
	machine.joined[join->link]++;
	return 0;
}

const char *rawsock_join_error(int err)
{
	return strerror(-err);
}

/* As with the real sockets, what could not be joined is no error. */
void rawsock_leave(struct rawsock *rs, const struct fx_group *leave)
{
	(void)rs;
	if (machine.joined[leave->link])
		machine.joined[leave->link]--;
}

int rawsock_send(struct rawsock *rs, const struct fx_send *send)
{
	(void)rs;
	if (machine.on_send)
		machine.on_send(send->link, send);
	return 0;
}

uint64_t rawsock_malformed(const struct rawsock *rs, uint16_t link, enum ip_family family,
			   enum core_socket socket)
{
	(void)rs;
	return family == IP_FAMILY_4 && socket == SOCKET_GM ? machine.malformed[link] : 0;
}

void fake_join_fails(int err)
{
	machine.join_err = err;
}

unsigned int fake_joined(uint16_t link)
{
	return machine.joined[link];
}

void fake_on_send(fake_send_fn *fn)
{
	machine.on_send = fn;
}

void fake_packet(const struct ev_packet *packet)
{
	machine.rawsock.fn(machine.rawsock.ctx, packet);
}

void fake_malformed_set(uint16_t link, uint64_t packets)
{
	machine.malformed[link] = packets;
}

/* ---- httpd.h ---- */

int httpd_new(struct loop *loop, const struct ip_addr *addr, uint16_t port,
	      const struct httpd_handler *handler, struct httpd **ret_httpd)
{
	(void)loop;
	(void)addr;
	(void)handler;
	if (port == machine.taken_port)
		return -EADDRINUSE;
	machine.httpd.port = port;
	machine.httpd_count++;
	*ret_httpd = &machine.httpd;
	return 0;
}

void httpd_free(struct httpd *httpd)
{
	if (httpd)
		httpd->port = 0;
}

/* There are no requests. */
const char *httpd_param(const struct httpd_request *request, const char *name)
{
	(void)request;
	(void)name;
	return NULL;
}

bool httpd_accepts(const struct httpd_request *request, const char *type)
{
	(void)request;
	(void)type;
	return false;
}

uint16_t fake_http_port(void)
{
	return machine.httpd.port;
}

unsigned int fake_http_starts(void)
{
	return machine.httpd_count;
}

void fake_http_port_taken(uint16_t port)
{
	machine.taken_port = port;
}

/* ---- file.h ---- */

static struct file *file_find(const char *path)
{
	for (size_t i = 0; i < FILES_MAX; i++)
		if (machine.files[i].text && !strcmp(machine.files[i].path, path))
			return &machine.files[i];
	return NULL;
}

static struct file *file_new(const char *path)
{
	for (size_t i = 0; i < FILES_MAX; i++) {
		struct file *file = &machine.files[i];

		if (file->text)
			continue;
		(void)snprintf(file->path, sizeof(file->path), "%s", path);
		return file;
	}
	cr_assert_fail("more than %u files", FILES_MAX);
	return NULL;
}

int file_replace(const char *path, const char *bytes, size_t len)
{
	struct file *file = file_find(path);

	if (machine.file_err)
		return machine.file_err;
	if (!file)
		file = file_new(path);
	free(file->text);
	file->text = strndup(bytes, len);
	cr_assert_not_null(file->text);
	return 0;
}

int file_read(const char *path, char **ret_text)
{
	const struct file *file = file_find(path);

	if (!file)
		return -ENOENT;
	*ret_text = strdup(file->text);
	cr_assert_not_null(*ret_text);
	return 0;
}

bool file_exists(const char *path)
{
	return file_find(path);
}

void file_remove(const char *path)
{
	struct file *file = file_find(path);

	if (!file)
		return;
	free(file->text);
	file->text = NULL;
}

const char *fake_file(const char *path)
{
	const struct file *file = file_find(path);

	return file ? file->text : NULL;
}

void fake_file_fails(int err)
{
	machine.file_err = err;
}

/* ---- daemon/privileges.h: there are none to be given up ---- */

int privileges_drop(const char *instance, bool shares_xdp)
{
	(void)instance;
	(void)shares_xdp;
	return 0;
}

int privileges_pass(void)
{
	return 0;
}

void privileges_user(char *name, size_t room)
{
	(void)snprintf(name, room, "hpim");
}

void privileges_text(char *text, size_t room)
{
	(void)snprintf(text, room, "net_admin,net_raw");
}

/* ---- ctlsock.h ---- */

int ctlsock_new(struct loop *loop, const char *instance, ctl_request_fn *fn, void *ctx,
		struct ctlsock **ret_ctl)
{
	(void)loop;
	(void)instance;
	(void)fn;
	(void)ctx;
	*ret_ctl = NULL;
	return 0;
}

void ctlsock_places(const struct ctlsock *ctl, bool is_main, struct ctl_places *ret_places)
{
	(void)ctl;
	*ret_places = (struct ctl_places){ .used = is_main, .limit = 8, .refused = !is_main };
}

static void reply_clear(struct reply *reply)
{
	json_object_put(reply->records);
	*reply = (struct reply){ .records = NULL };
}

struct ctl_client *fake_client(bool is_slow)
{
	struct ctl_client *client = machine.clients;

	if (client->gone)
		client++;
	cr_assert_null(client->gone, "the client before waits for its answer");
	reply_clear(&client->reply);
	*client =
		(struct ctl_client){ .reply.records = json_object_new_array(), .is_slow = is_slow };
	return client;
}

const struct reply *fake_reply(const struct ctl_client *client)
{
	return &client->reply;
}

void fake_client_leaves(struct ctl_client *client)
{
	ctl_gone_fn *gone = client->gone;

	client->gone = NULL;
	client->part = NULL;
	if (gone)
		gone(client->ctx);
}

/* The daemon is still there when its clients leave. */
void ctlsock_free(struct ctlsock *ctl)
{
	(void)ctl;
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		fake_client_leaves(&machine.clients[i]);
}

void fake_client_lags(struct ctl_client *client, bool is_on)
{
	client->lags = is_on;
}

bool fake_client_part(struct ctl_client *client)
{
	if (client->part)
		client->part(client->ctx);
	if (client->reply.is_ended)
		fake_client_leaves(client);
	return client->reply.is_ended;
}

void ctl_reply_record(struct ctl_client *client, struct json_object *record)
{
	cr_assert(!client->reply.is_ended, "a record after the end");
	json_object_array_add(client->reply.records, record);
}

void ctl_reply_end(struct ctl_client *client, const char *schema)
{
	cr_assert(!client->reply.is_ended, "two ends");
	client->reply.is_ended = true;
	(void)snprintf(client->reply.schema, sizeof(client->reply.schema), "%s",
		       schema ? schema : "");
}

void ctl_reply_error(struct ctl_client *client, const char *code, enum ctl_exit exit,
		     const char *hint, const char *format, ...)
{
	struct reply *reply = &client->reply;
	va_list args;

	cr_assert(!reply->is_ended, "two ends");
	reply->is_ended = true;
	reply->exit = exit;
	(void)snprintf(reply->code, sizeof(reply->code), "%s", code);
	(void)snprintf(reply->hint, sizeof(reply->hint), "%s", hint);
	va_start(args, format);
	(void)vsnprintf(reply->message, sizeof(reply->message), format, args);
	va_end(args);
}

void ctl_reply_parts(struct ctl_client *client, ctl_part_fn *part, ctl_gone_fn *gone, void *ctx)
{
	cr_assert(!client->reply.is_ended && !client->part);
	client->part = part;
	client->gone = gone;
	client->ctx = ctx;
}

bool ctl_part_is_full(const struct ctl_client *client)
{
	return client->is_slow;
}

void ctl_parts_become_stream(struct ctl_client *client)
{
	cr_assert(client->part && !client->reply.is_ended);
	client->part = NULL;
}

bool ctl_is_done(const struct ctl_client *client)
{
	return client->reply.is_ended && client->reply.exit == CTL_EXIT_OK;
}

void ctl_stream_begin(struct ctl_client *client, ctl_gone_fn *gone, void *ctx)
{
	cr_assert(!client->reply.is_ended && !client->gone);
	client->gone = gone;
	client->ctx = ctx;
}

bool ctl_stream_record(struct ctl_client *client, struct json_object *record)
{
	if (client->lags) {
		json_object_put(record);
		return false;
	}
	ctl_reply_record(client, record);
	return true;
}

void ctl_stream_end(struct ctl_client *client, const char *schema)
{
	ctl_reply_end(client, schema);
	client->gone = NULL;
	client->part = NULL;
}

void fake_io_fini(void)
{
	for (size_t i = 0; i < CLIENTS_MAX; i++) {
		fake_client_leaves(&machine.clients[i]);
		reply_clear(&machine.clients[i].reply);
	}
	for (size_t i = 0; i < FILES_MAX; i++) {
		free(machine.files[i].text);
		machine.files[i].text = NULL;
	}
}
