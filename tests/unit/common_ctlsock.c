/* SPDX-License-Identifier: GPL-2.0-only */
#include "unit/common_ctlsock.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define DEADLINE HP_SEC(10)

struct loop *ctl_loop;
struct ctlsock *ctl_server;

/* ---- the loop, until something happened ---- */

static bool is_late;

static void give_up(void *ctx)
{
	(void)ctx;
	is_late = true;
	loop_quit(ctl_loop);
}

void ctl_run(void)
{
	is_late = false;
	cr_assert_eq(loop_arm(ctl_loop, loop_now() + DEADLINE), 0);
	cr_assert_eq(loop_run(ctl_loop), 0);
	cr_assert(!is_late, "nothing happened until the deadline");
}

static void client_readable(void *ctx, uint32_t revents)
{
	struct client *client = ctx;
	char bytes[65536];
	ssize_t len = recv(client->fd, bytes, sizeof(bytes), MSG_DONTWAIT);

	(void)revents;
	if (len > 0) {
		if (client->room < client->len + (size_t)len + 1) {
			client->room = 2 * (client->len + (size_t)len + 1);
			client->got = realloc(client->got, client->room);
		}
		memcpy(client->got + client->len, bytes, (size_t)len);
		client->len += (size_t)len;
		client->got[client->len] = 0;
	} else if (len == 0 || errno != EAGAIN) {
		client->is_closed = true;
		loop_del(client->watch);
		client->watch = NULL;
	}
	loop_quit(ctl_loop);
}

/* Bytes from @from on that hold a text; NULL: there are none. */
static const char *find(const struct client *client, const char *from, const char *text)
{
	if (!from)
		return NULL;
	return memmem(from, client->len - (size_t)(from - client->got), text, strlen(text));
}

unsigned int client_count(const struct client *client, const char *text)
{
	unsigned int count = 0;

	for (const char *at = client->got; (at = find(client, at, text)); at++)
		count++;
	return count;
}

/* Each byte is looked at once: answers are long. */
static void ends_count(struct client *client)
{
	static const char end[] = "\"end\":true";
	const char *at = client->got ? client->got + client->searched : NULL;

	while ((at = find(client, at, end))) {
		client->ends++;
		at += strlen(end);
		client->searched = (size_t)(at - client->got);
	}
	if (client->len >= client->searched + strlen(end)) /* the next may have begun */
		client->searched = client->len - strlen(end) + 1;
}

void client_run_until_ends(struct client *client, unsigned int ends)
{
	ends_count(client);
	while (client->ends < ends && !client->is_closed) {
		ctl_run();
		ends_count(client);
	}
	cr_assert_eq(client->ends, ends);
}

void client_run_until_closed(const struct client *client)
{
	while (!client->is_closed)
		ctl_run();
}

/* ---- clients ---- */

static int unix_connect(const char *path)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	strncpy(at.sun_path, path, sizeof(at.sun_path) - 1);
	cr_assert_eq(connect(fd, (struct sockaddr *)&at, sizeof(at)), 0, "connect %s", path);
	return fd;
}

void client_listen(struct client *client)
{
	cr_assert_eq(
		loop_add(ctl_loop, client->fd, EPOLLIN, client_readable, client, &client->watch),
		0);
}

struct client client_at(const char *path)
{
	return (struct client){ .fd = unix_connect(path) };
}

void client_end(struct client *client)
{
	loop_del(client->watch);
	close(client->fd);
	free(client->got);
	*client = (struct client){ .fd = -1 };
}

void client_forget(struct client *client)
{
	free(client->got);
	client->got = NULL;
	client->len = client->room = client->searched = 0;
	client->ends = 0;
}

void client_say(const struct client *client, const char *text)
{
	size_t len = strlen(text);

	cr_assert_eq((size_t)send(client->fd, text, len, MSG_NOSIGNAL), len);
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		cr_skip("cannot write %s", path);
	close(fd);
}

/* Without root a user namespace gives the right to mount, where the system allows it. */
void own_run_folder(void)
{
	char map[32];
	uid_t uid = geteuid();

	if (unshare(CLONE_NEWNS | (uid ? CLONE_NEWUSER : 0)))
		cr_skip("no mount namespace: %s", strerror(errno));
	if (uid) {
		(void)snprintf(map, sizeof(map), "0 %u 1", uid);
		write_file("/proc/self/uid_map", map);
	}
	if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("tmpfs", "/run", "tmpfs", 0, NULL))
		cr_skip("no tmpfs for /run: %s", strerror(errno));
}

void ctl_setup(ctl_request_fn *on_request)
{
	own_run_folder();
	cr_assert_eq(loop_new(&ctl_loop), 0);
	cr_assert_eq(loop_on_timer(ctl_loop, give_up, NULL), 0);
	cr_assert_eq(ctlsock_new(ctl_loop, "t", on_request, NULL, &ctl_server), 0);
}

void ctl_teardown(void)
{
	ctlsock_free(ctl_server);
	loop_free(ctl_loop);
}

/* Send @text and expect exactly @answer, which holds @ends end records. */
void client_expect(struct client *client, const char *text, unsigned int ends, const char *answer)
{
	if (!client->watch)
		client_listen(client);
	client_say(client, text);
	client_run_until_ends(client, ends);
	cr_assert_str_eq(client->got, answer);
}
