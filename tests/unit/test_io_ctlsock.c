/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The control socket with real clients in this process. /run is a fresh tmpfs in a mount namespace
 * of each test, so nothing of the machine is touched.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "io/ctlsock.h"

#define DEADLINE   HP_SEC(10)
#define PER_SOCKET 32 /* clients of each of the two sockets */

static struct loop *loop;
static struct ctlsock *ctl;

struct client {
	int fd;
	struct loop_fd *watch;
	char *got;
	size_t len;
	bool is_closed;
};

/* --- the server's commands --- */

static void command_many(struct ctl_client *client, struct json_object *args)
{
	int64_t count = json_object_get_int64(json_object_object_get(args, "count"));
	int size = json_object_get_int(json_object_object_get(args, "size"));
	char *filler = calloc(1, (size_t)size + 1);

	memset(filler, 'x', (size_t)size);
	for (int64_t i = 0; i < count; i++)
		ctl_reply_record(client, json_object_new_string(filler));
	ctl_reply_end(client, "t.many/1");
	free(filler);
}

static struct ctl_client *streaming; /* NULL: the client has left */
static unsigned int left_count;

static void stream_gone(void *ctx)
{
	(void)ctx;
	streaming = NULL;
	left_count++;
	loop_quit(loop);
}

static void on_request(void *ctx, struct ctl_client *client, const char *cmd,
		       struct json_object *args, bool may_change)
{
	(void)ctx;
	if (strcmp(cmd, "echo") == 0) {
		ctl_reply_record(client, json_object_get(args));
		ctl_reply_end(client, "t.echo/1");
	} else if (strcmp(cmd, "right") == 0) {
		ctl_reply_record(client, json_object_new_boolean(may_change));
		ctl_reply_end(client, NULL);
	} else if (strcmp(cmd, "stream") == 0) {
		streaming = client;
		ctl_stream_begin(client, stream_gone, NULL);
		loop_quit(loop);
	} else if (strcmp(cmd, "many") == 0) {
		command_many(client, args);
	} else {
		ctl_reply_error(client, "unknown", CTL_EXIT_USAGE, "try help", "no command %s",
				cmd);
	}
}

/* --- the loop, until something happened --- */

static bool is_late;

static void give_up(void *ctx)
{
	(void)ctx;
	is_late = true;
	loop_quit(loop);
}

static void run(void)
{
	is_late = false;
	cr_assert_eq(loop_arm(loop, loop_now() + DEADLINE), 0);
	cr_assert_eq(loop_run(loop), 0);
	cr_assert(!is_late, "nothing happened until the deadline");
}

static void client_readable(void *ctx, uint32_t revents)
{
	struct client *client = ctx;
	char bytes[65536];
	ssize_t len = recv(client->fd, bytes, sizeof(bytes), MSG_DONTWAIT);

	(void)revents;
	if (len > 0) {
		client->got = realloc(client->got, client->len + (size_t)len + 1);
		memcpy(client->got + client->len, bytes, (size_t)len);
		client->len += (size_t)len;
		client->got[client->len] = 0;
	} else if (len == 0 || errno != EAGAIN) {
		client->is_closed = true;
		loop_del(client->watch);
		client->watch = NULL;
	}
	loop_quit(loop);
}

static unsigned int count_of(const struct client *client, const char *text)
{
	unsigned int count = 0;

	for (const char *at = client->got; at && (at = strstr(at, text)); at++)
		count++;
	return count;
}

/* Run until the client has that many end records. */
static void run_until_ends(const struct client *client, unsigned int ends)
{
	while (count_of(client, "\"end\":true") < ends && !client->is_closed)
		run();
	cr_assert_eq(count_of(client, "\"end\":true"), ends);
}

static void run_until_closed(const struct client *client)
{
	while (!client->is_closed)
		run();
}

/* --- clients --- */

static int unix_connect(const char *path)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	strncpy(at.sun_path, path, sizeof(at.sun_path) - 1);
	cr_assert_eq(connect(fd, (struct sockaddr *)&at, sizeof(at)), 0, "connect %s", path);
	return fd;
}

static void client_listen(struct client *client)
{
	cr_assert_eq(loop_add(loop, client->fd, EPOLLIN, client_readable, client, &client->watch),
		     0);
}

static struct client client_at(const char *path)
{
	return (struct client){ .fd = unix_connect(path) };
}

static void client_end(struct client *client)
{
	loop_del(client->watch);
	close(client->fd);
	free(client->got);
	*client = (struct client){ .fd = -1 };
}

static void client_say(const struct client *client, const char *text)
{
	size_t len = strlen(text);

	cr_assert_eq((size_t)send(client->fd, text, len, MSG_NOSIGNAL), len);
}

#define MAIN      "/run/hpimd/t.ctl"
#define READ_ONLY "/run/hpimd/t.ro"

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		cr_skip("cannot write %s", path);
	close(fd);
}

/* Without root a user namespace gives the right to mount, where the system allows it. */
static void own_run_folder(void)
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

static void setup(void)
{
	own_run_folder();
	cr_assert_eq(loop_new(&loop), 0);
	cr_assert_eq(loop_on_timer(loop, give_up, NULL), 0);
	cr_assert_eq(ctlsock_new(loop, "t", on_request, NULL, &ctl), 0);
}

static void teardown(void)
{
	ctlsock_free(ctl);
	loop_free(loop);
}

TestSuite(io_ctlsock, .init = setup, .fini = teardown, .timeout = 60);

/* Send @text and expect exactly @answer, which holds @ends end records. */
static void expect(struct client *client, const char *text, unsigned int ends, const char *answer)
{
	if (!client->watch)
		client_listen(client);
	client_say(client, text);
	run_until_ends(client, ends);
	cr_assert_str_eq(client->got, answer);
}

Test(io_ctlsock, request_is_answered_by_records_then_end)
{
	struct client client = client_at(MAIN);

	expect(&client, "{\"id\":7,\"cmd\":\"echo\",\"args\":{\"path\":\"a/b\"}}\n", 1,
	       "{\"id\":7,\"record\":{\"path\":\"a/b\"}}\n"
	       "{\"id\":7,\"end\":true,\"schema\":\"t.echo/1\",\"count\":1}\n");
	client_end(&client);
}

Test(io_ctlsock, error_is_an_object_with_code_exit_message_hint)
{
	struct client client = client_at(MAIN);

	expect(&client, "{\"id\":\"a\",\"cmd\":\"fly\"}\n", 1,
	       "{\"id\":\"a\",\"end\":true,\"error\":{\"code\":\"unknown\",\"exit\":1,"
	       "\"message\":\"no command fly\",\"hint\":\"try help\"}}\n");
	client_end(&client);
}

Test(io_ctlsock, two_requests_in_one_write_are_answered_in_order)
{
	struct client client = client_at(MAIN);

	expect(&client, "{\"id\":1,\"cmd\":\"right\"}\r\n\n{\"id\":2,\"cmd\":\"right\"} \n", 2,
	       "{\"id\":1,\"record\":true}\n{\"id\":1,\"end\":true}\n"
	       "{\"id\":2,\"record\":true}\n{\"id\":2,\"end\":true}\n");
	client_end(&client);
}

Test(io_ctlsock, request_may_come_in_pieces_with_others_between)
{
	struct client slow = client_at(MAIN), other = client_at(MAIN);

	client_say(&slow, "{\"id\":1,\"cm");
	expect(&other, "{\"id\":2,\"cmd\":\"right\"}\n", 1,
	       "{\"id\":2,\"record\":true}\n{\"id\":2,\"end\":true}\n");
	expect(&slow, "d\":\"right\"}\n", 1,
	       "{\"id\":1,\"record\":true}\n{\"id\":1,\"end\":true}\n");
	client_end(&slow);
	client_end(&other);
}

Test(io_ctlsock, read_only_socket_refuses_the_right_to_change)
{
	struct client client = client_at(READ_ONLY);

	expect(&client, "{\"id\":1,\"cmd\":\"right\"}\n", 1,
	       "{\"id\":1,\"record\":false}\n{\"id\":1,\"end\":true}\n");
	client_end(&client);
}

Test(io_ctlsock, bad_line_gets_an_error_and_the_next_line_an_answer)
{
	static const char *const bad[] = {
		"{",
		"}",
		"[]",
		"1",
		"null",
		"\"cmd\"",
		"{\"cmd\":}",
		"{'cmd':'echo'}",
		"{} {}",
		"{\"cmd\":\"echo\"}x",
		"\xff\xfe",
		"{\"cmd\":\"\xff\"}",
		"[[[[[[[[[[[[[[[[[[[[",
		"{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":1}}}}}}}}}",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct client client = client_at(MAIN);

		client_listen(&client);
		client_say(&client, bad[i]);
		client_say(&client, "\n{\"id\":1,\"cmd\":\"right\"}\n");
		run_until_ends(&client, 2);
		cr_assert_eq(count_of(&client, "\"code\":\"bad-json\""), 1, "%s", bad[i]);
		cr_assert_eq(count_of(&client, "\"record\":true"), 1, "%s", bad[i]);
		client_end(&client);
	}
}

Test(io_ctlsock, json_without_command_or_with_wrong_args_is_a_bad_request)
{
	static const char *const bad[] = { "{}\n", "{\"cmd\":5}\n", "{\"cmd\":null}\n",
					   "{\"cmd\":\"echo\",\"args\":[]}\n",
					   "{\"cmd\":\"echo\",\"args\":null}\n" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct client client = client_at(MAIN);

		client_listen(&client);
		client_say(&client, bad[i]);
		run_until_ends(&client, 1);
		cr_assert_eq(count_of(&client, "\"code\":\"bad-request\""), 1, "%s", bad[i]);
		client_end(&client);
	}
}

Test(io_ctlsock, zero_byte_inside_a_line_is_bad_json)
{
	struct client client = client_at(MAIN);
	static const char line[] = "{\"cmd\":\"right\"}\0x\n";

	client_listen(&client);
	cr_assert_eq((size_t)send(client.fd, line, sizeof(line) - 1, 0), sizeof(line) - 1);
	run_until_ends(&client, 1);
	cr_assert_eq(count_of(&client, "\"code\":\"bad-json\""), 1);
	client_end(&client);
}

Test(io_ctlsock, random_bytes_harm_nobody)
{
	struct client other = client_at(MAIN);

	client_listen(&other);
	for (unsigned int seed = 1; seed <= 200; seed++) {
		struct client noise = client_at(READ_ONLY);
		char bytes[3000];

		srandom(seed);
		for (size_t i = 0; i < sizeof(bytes); i++)
			bytes[i] = (char)(random() % 16 ? random() : '\n');
		cr_assert_eq((size_t)send(noise.fd, bytes, sizeof(bytes), 0), sizeof(bytes));
		client_say(&other, "{\"cmd\":\"right\"}\n");
		run_until_ends(&other, seed);
		client_end(&noise);
	}
	client_end(&other);
}

/* A line of @len bytes with its newline which asks for the right to change. */
static char *padded_request(size_t len)
{
	static const char start[] = "{\"id\":1,\"cmd\":\"right\",\"pad\":\"";
	char *line = calloc(1, len + 1);

	memset(line, 'x', len);
	memcpy(line, start, sizeof(start) - 1);
	memcpy(line + len - 3, "\"}\n", 3);
	return line;
}

Test(io_ctlsock, longest_line_is_answered)
{
	struct client client = client_at(MAIN);
	char *line = padded_request(CTL_REQUEST_MAX);

	expect(&client, line, 1, "{\"id\":1,\"record\":true}\n{\"id\":1,\"end\":true}\n");
	free(line);
	client_end(&client);
}

Test(io_ctlsock, longer_line_gets_an_error_and_the_end)
{
	struct client client = client_at(MAIN);
	char *line = padded_request(CTL_REQUEST_MAX + 1);

	client_listen(&client);
	client_say(&client, line);
	run_until_closed(&client);
	cr_assert_eq(count_of(&client, "\"code\":\"too-long\""), 1);
	cr_assert_eq(count_of(&client, "\"record\""), 0);
	free(line);
	client_end(&client);
}

Test(io_ctlsock, half_closed_client_still_gets_its_answers)
{
	struct client client = client_at(MAIN);

	client_listen(&client);
	client_say(&client, "{\"cmd\":\"many\",\"args\":{\"count\":2000,\"size\":1000}}\n"
			    "{\"cmd\":\"right\"}\n");
	shutdown(client.fd, SHUT_WR);
	run_until_closed(&client);
	cr_assert_eq(count_of(&client, "\"record\":\"x"), 2000);
	cr_assert_eq(count_of(&client, "\"end\":true"), 2);
	client_end(&client);
}

Test(io_ctlsock, slow_reader_blocks_nobody_and_gets_everything)
{
	struct client slow = client_at(MAIN), other = client_at(MAIN);

	client_say(&slow, "{\"cmd\":\"many\",\"args\":{\"count\":3000,\"size\":1000}}\n");
	expect(&other, "{\"cmd\":\"right\"}\n", 1,
	       "{\"id\":null,\"record\":true}\n"
	       "{\"id\":null,\"end\":true}\n");
	client_listen(&slow);
	run_until_ends(&slow, 1);
	cr_assert_eq(count_of(&slow, "\"record\":\"x"), 3000);
	cr_assert_eq(count_of(&slow, "\"count\":3000"), 1);
	client_end(&slow);
	client_end(&other);
}

Test(io_ctlsock, client_with_too_long_a_queue_is_dropped)
{
	struct client client = client_at(MAIN);

	client_say(&client, "{\"cmd\":\"many\",\"args\":{\"count\":6000,\"size\":1000}}\n");
	client_listen(&client);
	run_until_closed(&client);
	cr_assert_eq(count_of(&client, "\"end\":true"), 0);
	client_end(&client);
}

Test(io_ctlsock, too_long_a_record_is_left_out_and_told)
{
	struct client client = client_at(MAIN);

	client_listen(&client);
	client_say(&client, "{\"cmd\":\"many\",\"args\":{\"count\":1,\"size\":65536}}\n");
	run_until_ends(&client, 1);
	cr_assert_eq(count_of(&client, "\"code\":\"record-too-long\",\"exit\":6"), 1);
	cr_assert_eq(count_of(&client, "\"record\":"), 0);
	client_end(&client);
}

Test(io_ctlsock, clients_beyond_the_limit_are_told_so_and_others_keep_working)
{
	struct client clients[PER_SOCKET], extra, operator;

	for (unsigned int i = 0; i < PER_SOCKET; i++) {
		clients[i] = client_at(READ_ONLY);
		expect(&clients[i], "{\"cmd\":\"right\"}\n", 1,
		       "{\"id\":null,\"record\":false}\n{\"id\":null,\"end\":true}\n");
	}
	extra = client_at(READ_ONLY);
	client_listen(&extra);
	run_until_closed(&extra);
	cr_assert_eq(count_of(&extra, "\"code\":\"busy\""), 1);

	operator= client_at(MAIN);
	expect(&operator, "{\"cmd\":\"right\"}\n", 1,
	       "{\"id\":null,\"record\":true}\n{\"id\":null,\"end\":true}\n");
	for (unsigned int i = 0; i < PER_SOCKET; i++)
		client_end(&clients[i]);
	client_end(&extra);
	client_end(&operator);
}

Test(io_ctlsock, client_that_leaves_in_mid_reply_frees_its_place)
{
	struct client last;

	for (unsigned int i = 0; i < 3 * PER_SOCKET; i++) {
		struct client rude = client_at(READ_ONLY), other = client_at(MAIN);

		client_say(&rude, "{\"cmd\":\"many\",\"args\":{\"count\":2000,\"size\":1000}}\n");
		expect(&other, "{\"cmd\":\"right\"}\n", 1,
		       "{\"id\":null,\"record\":true}\n{\"id\":null,\"end\":true}\n");
		client_end(&rude);
		client_end(&other);
	}
	last = client_at(READ_ONLY);
	expect(&last, "{\"cmd\":\"right\"}\n", 1,
	       "{\"id\":null,\"record\":false}\n{\"id\":null,\"end\":true}\n");
	client_end(&last);
}

static struct client stream_client(const char *more)
{
	struct client client = client_at(MAIN);

	client_say(&client, "{\"id\":7,\"cmd\":\"stream\"}\n");
	client_say(&client, more);
	while (!streaming)
		run();
	return client;
}

Test(io_ctlsock, stream_sends_records_as_they_come_and_then_the_next_answer)
{
	struct client client = stream_client("{\"id\":8,\"cmd\":\"right\"}\n");

	client_listen(&client);
	for (int i = 1; i <= 2; i++) {
		cr_assert(ctl_stream_record(streaming, json_object_new_int(i)));
		run();
	}
	cr_expect_str_eq(client.got, "{\"id\":7,\"record\":1}\n{\"id\":7,\"record\":2}\n");
	ctl_stream_end(streaming, "t.stream/1");
	run_until_ends(&client, 2);
	cr_expect_str_eq(client.got,
			 "{\"id\":7,\"record\":1}\n{\"id\":7,\"record\":2}\n"
			 "{\"id\":7,\"end\":true,\"schema\":\"t.stream/1\",\"count\":2}\n"
			 "{\"id\":8,\"record\":true}\n{\"id\":8,\"end\":true}\n");
	client_end(&client);
	cr_expect_eq(left_count, 0);
}

Test(io_ctlsock, stream_leaves_out_what_a_slow_reader_has_no_room_for)
{
	struct client client = stream_client("");
	char filler[1001] = { 0 };
	unsigned int sent = 0, lost = 0;

	memset(filler, 'x', sizeof(filler) - 1);
	while (lost < 3000) {
		bool is_sent = ctl_stream_record(streaming, json_object_new_string(filler));

		sent += is_sent;
		lost += !is_sent;
	}
	cr_expect_lt(sent, 3000, "the queue is bounded");
	client_listen(&client);
	while (count_of(&client, "\"record\":\"x") < sent)
		run();
	cr_expect(ctl_stream_record(streaming, json_object_new_string(filler)), "room again");
	ctl_stream_end(streaming, NULL);
	run_until_ends(&client, 1);
	cr_expect_eq(count_of(&client, "\"record\":\"x"), sent + 1);
	client_end(&client);
}

Test(io_ctlsock, stream_of_a_client_that_leaves_is_told)
{
	for (unsigned int i = 0; i < 3 * PER_SOCKET; i++) {
		struct client client = stream_client("");

		if (i % 2)
			cr_assert(ctl_stream_record(streaming, json_object_new_int(1)));
		client_end(&client);
		while (streaming)
			run();
	}
	cr_expect_eq(left_count, 3 * PER_SOCKET);
}

Test(io_ctlsock, stream_goes_on_for_a_client_that_only_listens)
{
	struct client client = stream_client("");

	shutdown(client.fd, SHUT_WR);
	client_listen(&client);
	cr_assert(ctl_stream_record(streaming, json_object_new_int(1)));
	run();
	cr_assert(streaming && ctl_stream_record(streaming, json_object_new_int(2)));
	while (count_of(&client, "\"record\":2") < 1)
		run();
	cr_expect_eq(left_count, 0);
	ctl_stream_end(streaming, NULL);
	run_until_closed(&client);
	cr_expect_eq(count_of(&client, "\"end\":true"), 1);
	client_end(&client);
}

static mode_t mode_of(const char *path)
{
	struct stat file;

	cr_assert_eq(stat(path, &file), 0, "%s", path);
	return file.st_mode;
}

Test(io_ctlsock, socket_files_have_their_modes_and_go_away)
{
	cr_assert_eq(mode_of(MAIN), S_IFSOCK | 0660);
	cr_assert_eq(mode_of(READ_ONLY), S_IFSOCK | 0666);
	ctlsock_free(ctl);
	ctl = NULL;
	cr_assert_eq(access(MAIN, F_OK), -1);
	cr_assert_eq(access(READ_ONLY, F_OK), -1);
}

Test(io_ctlsock, second_daemon_of_the_instance_is_refused)
{
	struct ctlsock *second = NULL, *other = NULL;
	struct client client = client_at(MAIN);

	cr_assert_eq(ctlsock_new(loop, "t", on_request, NULL, &second), -EADDRINUSE);
	cr_assert_eq(ctlsock_new(loop, "u", on_request, NULL, &other), 0);
	expect(&client, "{\"cmd\":\"right\"}\n", 1,
	       "{\"id\":null,\"record\":true}\n{\"id\":null,\"end\":true}\n");
	client_end(&client);
	ctlsock_free(other);
}

static void dead_socket_at(const char *path)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	strncpy(at.sun_path, path, sizeof(at.sun_path) - 1);
	cr_assert_eq(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	cr_assert_eq(listen(fd, 1), 0);
	close(fd);
}

Test(io_ctlsock, socket_of_a_dead_daemon_is_replaced)
{
	struct ctlsock *other = NULL;
	struct client client;

	dead_socket_at("/run/hpimd/dead.ctl");
	dead_socket_at("/run/hpimd/dead.ro");
	cr_assert_eq(ctlsock_new(loop, "dead", on_request, NULL, &other), 0);
	client = client_at("/run/hpimd/dead.ctl");
	expect(&client, "{\"cmd\":\"right\"}\n", 1,
	       "{\"id\":null,\"record\":true}\n{\"id\":null,\"end\":true}\n");
	client_end(&client);
	ctlsock_free(other);
}

Test(io_ctlsock, other_file_in_the_place_of_a_socket_is_left_alone)
{
	struct ctlsock *other = NULL;

	close(open("/run/hpimd/file.ro", O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	cr_assert_eq(ctlsock_new(loop, "file", on_request, NULL, &other), -EADDRINUSE);
	cr_assert_eq(access("/run/hpimd/file.ro", F_OK), 0);
	cr_assert_eq(access("/run/hpimd/file.ctl", F_OK), -1);
}

Test(io_ctlsock, instance_that_is_no_file_name_is_refused)
{
	static const char *const bad[] = { "", ".", "..", "a/b", "../x", ".hidden" };
	struct ctlsock *other = NULL;
	char longest[200] = "";

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_assert_eq(ctlsock_new(loop, bad[i], on_request, NULL, &other), -EINVAL);
	memset(longest, 'x', sizeof(longest) - 1);
	cr_assert_eq(ctlsock_new(loop, longest, on_request, NULL, &other), -EINVAL);
}
