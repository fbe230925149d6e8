/* SPDX-License-Identifier: GPL-2.0-only */
/* The control socket with real clients in this process. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "unit/common_ctlsock.h"
#include "io/ctlsock_listen.h"

#define PER_SOCKET 32 /* clients of each of the two sockets, but root's */
#define PER_USER   8

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
	loop_quit(ctl_loop);
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
		loop_quit(ctl_loop);
	} else if (strcmp(cmd, "many") == 0) {
		command_many(client, args);
	} else {
		ctl_reply_error(client, "unknown", CTL_EXIT_USAGE, "try help", "no command %s",
				cmd);
	}
}

static void setup(void)
{
	ctl_setup(on_request);
}

TestSuite(io_ctlsock, .init = setup, .fini = ctl_teardown, .timeout = 60);

Test(io_ctlsock, request_is_answered_by_records_then_end)
{
	struct client client = client_at(MAIN);

	client_expect(&client, "{\"id\":7,\"cmd\":\"echo\",\"args\":{\"path\":\"a/b\"}}\n", 1,
		      "{\"id\":7,\"record\":{\"path\":\"a/b\"}}\n"
		      "{\"id\":7,\"end\":true,\"schema\":\"t.echo/1\",\"count\":1}\n");
	client_end(&client);
}

Test(io_ctlsock, error_is_an_object_with_code_exit_message_hint)
{
	struct client client = client_at(MAIN);

	client_expect(&client, "{\"id\":\"a\",\"cmd\":\"fly\"}\n", 1,
		      "{\"id\":\"a\",\"end\":true,\"error\":{\"code\":\"unknown\",\"exit\":1,"
		      "\"message\":\"no command fly\",\"hint\":\"try help\"}}\n");
	client_end(&client);
}

Test(io_ctlsock, two_requests_in_one_write_are_answered_in_order)
{
	struct client client = client_at(MAIN);

	client_expect(&client, "{\"id\":1,\"cmd\":\"right\"}\r\n\n{\"id\":2,\"cmd\":\"right\"} \n",
		      2,
		      "{\"id\":1,\"record\":true}\n{\"id\":1,\"end\":true}\n"
		      "{\"id\":2,\"record\":true}\n{\"id\":2,\"end\":true}\n");
	client_end(&client);
}

Test(io_ctlsock, request_may_come_in_pieces_with_others_between)
{
	struct client slow = client_at(MAIN), other = client_at(MAIN);

	client_say(&slow, "{\"id\":1,\"cm");
	client_expect(&other, "{\"id\":2,\"cmd\":\"right\"}\n", 1,
		      "{\"id\":2,\"record\":true}\n{\"id\":2,\"end\":true}\n");
	client_expect(&slow, "d\":\"right\"}\n", 1,
		      "{\"id\":1,\"record\":true}\n{\"id\":1,\"end\":true}\n");
	client_end(&slow);
	client_end(&other);
}

Test(io_ctlsock, read_only_socket_refuses_the_right_to_change)
{
	struct client client = client_at(READ_ONLY);

	client_expect(&client, "{\"id\":1,\"cmd\":\"right\"}\n", 1,
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
		client_run_until_ends(&client, 2);
		cr_assert_eq(client_count(&client, "\"code\":\"bad-json\""), 1, "%s", bad[i]);
		cr_assert_eq(client_count(&client, "\"record\":true"), 1, "%s", bad[i]);
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
		client_run_until_ends(&client, 1);
		cr_assert_eq(client_count(&client, "\"code\":\"bad-request\""), 1, "%s", bad[i]);
		client_end(&client);
	}
}

Test(io_ctlsock, zero_byte_inside_a_line_is_bad_json)
{
	struct client client = client_at(MAIN);
	static const char line[] = "{\"cmd\":\"right\"}\0x\n";

	client_listen(&client);
	cr_assert_eq((size_t)send(client.fd, line, sizeof(line) - 1, 0), sizeof(line) - 1);
	client_run_until_ends(&client, 1);
	cr_assert_eq(client_count(&client, "\"code\":\"bad-json\""), 1);
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
		client_run_until_ends(&other, seed);
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

	client_expect(&client, line, 1, "{\"id\":1,\"record\":true}\n{\"id\":1,\"end\":true}\n");
	free(line);
	client_end(&client);
}

Test(io_ctlsock, longer_line_gets_an_error_and_the_end)
{
	struct client client = client_at(MAIN);
	char *line = padded_request(CTL_REQUEST_MAX + 1);

	client_listen(&client);
	client_say(&client, line);
	client_run_until_closed(&client);
	cr_assert_eq(client_count(&client, "\"code\":\"too-long\""), 1);
	cr_assert_eq(client_count(&client, "\"record\""), 0);
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
	client_run_until_closed(&client);
	cr_assert_eq(client_count(&client, "\"record\":\"x"), 2000);
	cr_assert_eq(client_count(&client, "\"end\":true"), 2);
	client_end(&client);
}

Test(io_ctlsock, slow_reader_blocks_nobody_and_gets_everything)
{
	struct client slow = client_at(MAIN), other = client_at(MAIN);

	client_say(&slow, "{\"cmd\":\"many\",\"args\":{\"count\":3000,\"size\":1000}}\n");
	client_expect(&other, "{\"cmd\":\"right\"}\n", 1,
		      "{\"id\":null,\"record\":true}\n"
		      "{\"id\":null,\"end\":true}\n");
	client_listen(&slow);
	client_run_until_ends(&slow, 1);
	cr_assert_eq(client_count(&slow, "\"record\":\"x"), 3000);
	cr_assert_eq(client_count(&slow, "\"count\":3000"), 1);
	client_end(&slow);
	client_end(&other);
}

Test(io_ctlsock, client_with_too_long_a_queue_is_dropped)
{
	struct client client = client_at(MAIN);

	client_say(&client, "{\"cmd\":\"many\",\"args\":{\"count\":6000,\"size\":1000}}\n");
	client_listen(&client);
	client_run_until_closed(&client);
	cr_assert_eq(client_count(&client, "\"end\":true"), 0);
	client_end(&client);
}

Test(io_ctlsock, too_long_a_record_is_left_out_and_told)
{
	struct client client = client_at(MAIN);

	client_listen(&client);
	client_say(&client, "{\"cmd\":\"many\",\"args\":{\"count\":1,\"size\":65536}}\n");
	client_run_until_ends(&client, 1);
	cr_assert_eq(client_count(&client, "\"code\":\"record-too-long\",\"exit\":6"), 1);
	cr_assert_eq(client_count(&client, "\"record\":"), 0);
	client_end(&client);
}

Test(io_ctlsock, client_that_leaves_in_mid_reply_frees_its_place)
{
	struct client last;

	for (unsigned int i = 0; i < 3 * PER_SOCKET; i++) {
		struct client rude = client_at(READ_ONLY), other = client_at(MAIN);

		client_say(&rude, "{\"cmd\":\"many\",\"args\":{\"count\":2000,\"size\":1000}}\n");
		client_expect(&other, "{\"cmd\":\"right\"}\n", 1,
			      "{\"id\":null,\"record\":true}\n{\"id\":null,\"end\":true}\n");
		client_end(&rude);
		client_end(&other);
	}
	last = client_at(READ_ONLY);
	client_expect(&last, "{\"cmd\":\"right\"}\n", 1,
		      "{\"id\":null,\"record\":false}\n{\"id\":null,\"end\":true}\n");
	client_end(&last);
}

static struct client stream_client(const char *more)
{
	struct client client = client_at(MAIN);

	client_say(&client, "{\"id\":7,\"cmd\":\"stream\"}\n");
	client_say(&client, more);
	while (!streaming)
		ctl_run();
	return client;
}

Test(io_ctlsock, stream_sends_records_as_they_come_and_then_the_next_answer)
{
	struct client client = stream_client("{\"id\":8,\"cmd\":\"right\"}\n");

	client_listen(&client);
	for (int i = 1; i <= 2; i++) {
		cr_assert(ctl_stream_record(streaming, json_object_new_int(i)));
		ctl_run();
	}
	cr_expect_str_eq(client.got, "{\"id\":7,\"record\":1}\n{\"id\":7,\"record\":2}\n");
	ctl_stream_end(streaming, "t.stream/1");
	client_run_until_ends(&client, 2);
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
	while (client_count(&client, "\"record\":\"x") < sent)
		ctl_run();
	cr_expect(ctl_stream_record(streaming, json_object_new_string(filler)), "room again");
	ctl_stream_end(streaming, NULL);
	client_run_until_ends(&client, 1);
	cr_expect_eq(client_count(&client, "\"record\":\"x"), sent + 1);
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
			ctl_run();
	}
	cr_expect_eq(left_count, 3 * PER_SOCKET);
}

Test(io_ctlsock, stream_goes_on_for_a_client_that_only_listens)
{
	struct client client = stream_client("");

	shutdown(client.fd, SHUT_WR);
	client_listen(&client);
	cr_assert(ctl_stream_record(streaming, json_object_new_int(1)));
	ctl_run();
	cr_assert(streaming && ctl_stream_record(streaming, json_object_new_int(2)));
	while (client_count(&client, "\"record\":2") < 1)
		ctl_run();
	cr_expect_eq(left_count, 0);
	ctl_stream_end(streaming, NULL);
	client_run_until_closed(&client);
	cr_expect_eq(client_count(&client, "\"end\":true"), 1);
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
	ctlsock_free(ctl_server);
	ctl_server = NULL;
	cr_assert_eq(access(MAIN, F_OK), -1);
	cr_assert_eq(access(READ_ONLY, F_OK), -1);
}

Test(io_ctlsock, second_daemon_of_the_instance_is_refused)
{
	struct ctlsock *second = NULL, *other = NULL;
	struct client client = client_at(MAIN);

	cr_assert_eq(ctlsock_new(ctl_loop, "t", on_request, NULL, &second), -EADDRINUSE);
	cr_assert_eq(ctlsock_new(ctl_loop, "u", on_request, NULL, &other), 0);
	client_expect(&client, "{\"cmd\":\"right\"}\n", 1,
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
	cr_assert_eq(ctlsock_new(ctl_loop, "dead", on_request, NULL, &other), 0);
	client = client_at("/run/hpimd/dead.ctl");
	client_expect(&client, "{\"cmd\":\"right\"}\n", 1,
		      "{\"id\":null,\"record\":true}\n{\"id\":null,\"end\":true}\n");
	client_end(&client);
	ctlsock_free(other);
}

Test(io_ctlsock, clearing_removes_sockets_of_a_dead_daemon_and_no_others)
{
	dead_socket_at("/run/hpimd/dead.ctl");
	dead_socket_at("/run/hpimd/dead.ro");
	cr_assert_eq(ctl_clear("dead"), 0);
	cr_assert_eq(access("/run/hpimd/dead.ctl", F_OK), -1);
	cr_assert_eq(access("/run/hpimd/dead.ro", F_OK), -1);
	cr_assert_eq(ctl_clear("dead"), 0);
	cr_assert_eq(ctl_clear("t"), -EADDRINUSE);
	cr_assert_eq(access(MAIN, F_OK), 0);
	cr_assert_eq(access(READ_ONLY, F_OK), 0);
	cr_assert_eq(ctl_clear("../t"), -EINVAL);
}

Test(io_ctlsock, other_file_in_the_place_of_a_socket_is_left_alone)
{
	struct ctlsock *other = NULL;

	close(open("/run/hpimd/file.ro", O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	cr_assert_eq(ctlsock_new(ctl_loop, "file", on_request, NULL, &other), -EADDRINUSE);
	cr_assert_eq(access("/run/hpimd/file.ro", F_OK), 0);
	cr_assert_eq(access("/run/hpimd/file.ctl", F_OK), -1);
}

Test(io_ctlsock, instance_that_is_no_file_name_is_refused)
{
	static const char *const bad[] = { "", ".", "..", "a/b", "../x", ".hidden" };
	struct ctlsock *other = NULL;
	char longest[200] = "";

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_assert_eq(ctlsock_new(ctl_loop, bad[i], on_request, NULL, &other), -EINVAL);
	memset(longest, 'x', sizeof(longest) - 1);
	cr_assert_eq(ctlsock_new(ctl_loop, longest, on_request, NULL, &other), -EINVAL);
}

/* ---- who gets in ---- */

/* A client of another user: what counts is who connects. */
static struct client client_of(uid_t uid, const char *path)
{
	struct client client;

	if (seteuid(uid))
		cr_skip("cannot act as user %u: %s", uid, strerror(errno));
	client = client_at(path);
	cr_assert_eq(seteuid(0), 0);
	return client;
}

static void expect_served(struct client *client)
{
	client_expect(client, "{\"cmd\":\"x\"}\n", 1,
		      "{\"id\":null,\"end\":true,\"error\":{\"code\":\"unknown\",\"exit\":1,"
		      "\"message\":\"no command x\",\"hint\":\"try help\"}}\n");
}

static void expect_refused(struct client *client)
{
	client_listen(client);
	client_run_until_closed(client);
	cr_assert_eq(client_count(client, "\"code\":\"busy\""), 1);
}

/* @count clients of each of some users, all served and then idle. */
static void fill(struct client *clients, unsigned int users, unsigned int count)
{
	for (unsigned int i = 0; i < users * count; i++) {
		clients[i] = client_of(1000 + i / count, READ_ONLY);
		expect_served(&clients[i]);
	}
}

static void end_all(struct client *clients, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		client_end(&clients[i]);
}

Test(io_ctlsock, idle_clients_of_one_user_leave_room_for_others)
{
	struct client clients[PER_USER], extra, others[2];
	struct ctl_places places;

	fill(clients, 1, PER_USER);
	extra = client_of(1000, READ_ONLY);
	expect_refused(&extra);
	others[0] = client_of(1001, READ_ONLY);
	expect_served(&others[0]);
	others[1] = client_at(MAIN);
	expect_served(&others[1]);
	ctlsock_places(ctl_server, false, &places);
	cr_assert_eq(places.used, PER_USER + 1);
	cr_assert_eq(places.limit, PER_SOCKET);
	cr_assert_eq(places.refused, 1);
	end_all(clients, PER_USER);
	client_end(&extra);
	end_all(others, 2);
}

Test(io_ctlsock, root_gets_in_when_all_places_are_taken)
{
	struct client clients[PER_SOCKET], extra, roots[PER_SOCKET + 1];

	fill(clients, PER_SOCKET / PER_USER, PER_USER);
	extra = client_of(2000, READ_ONLY);
	expect_refused(&extra);
	for (unsigned int i = 0; i < PER_SOCKET + 1; i++) {
		roots[i] = client_at(READ_ONLY);
		expect_served(&roots[i]);
	}
	end_all(clients, PER_SOCKET);
	end_all(roots, PER_SOCKET + 1);
	client_end(&extra);
}

/* Also one that does not read its answer; a stream is quiet because nothing happens. */
Test(io_ctlsock, idle_clients_are_closed_and_their_places_free)
{
	struct client stream = stream_client(""), deaf = client_of(1001, READ_ONLY);
	struct client idle = client_of(1000, READ_ONLY);
	struct ctl_places places;

	client_say(&deaf, "{\"cmd\":\"many\",\"args\":{\"count\":2000,\"size\":1000}}\n");
	expect_served(&idle);
	client_say(&idle, "{\"cmd\":"); /* begins a request, and never ends it */
	ctlsock_set_idle(ctl_server, HP_MS(200));
	client_run_until_closed(&idle);
	ctlsock_places(ctl_server, false, &places);
	cr_assert_eq(places.used, 0);
	cr_assert(ctl_stream_record(streaming, json_object_new_int(1)));
	ctl_stream_end(streaming, "t.stream/1");
	client_listen(&stream);
	client_run_until_ends(&stream, 1);
	client_end(&idle);
	client_end(&deaf);
	client_end(&stream);
}

Test(io_ctlsock, error_that_is_cut_is_still_valid_utf8)
{
	struct client client = client_at(MAIN);
	char request[2000] = "{\"cmd\":\"a";

	for (unsigned int i = 0; i < 600; i++)
		strcat(request, "\u00e9");
	strcat(request, "\"}\n");
	client_listen(&client);
	client_say(&client, request);
	client_run_until_ends(&client, 1);
	cr_assert_eq(client_count(&client, "\u00e9"), 505, "half a letter more has room");
	cr_assert_eq(client_count(&client, "\xc3\""), 0);
	client_end(&client);
}
