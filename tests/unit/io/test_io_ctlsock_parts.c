/* SPDX-License-Identifier: GPL-2.0-only */
/* Answers in parts: as long as they like, and nobody else waits for them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "unit/common_ctlsock.h"

#define RECORDS     6000u /* of a thousand bytes: more than may wait for a reader */
#define RECORD_SIZE 1000u

struct answer {
	struct ctl_client *client;
	uint32_t sent;
};

static unsigned int parts, ends;
static uint32_t most_sent; /* of an answer whose reader is not waited for */

static void part(void *ctx)
{
	struct answer *answer = ctx;
	char filler[RECORD_SIZE + 1] = "";

	parts++;
	memset(filler, 'x', RECORD_SIZE);
	while (answer->sent < RECORDS) {
		if (ctl_part_is_full(answer->client))
			return;
		ctl_reply_record(answer->client, json_object_new_string(filler));
		most_sent = ++answer->sent > most_sent ? answer->sent : most_sent;
	}
	ctl_reply_end(answer->client, "t.parts/1");
}

static void gone(void *ctx)
{
	ends++;
	free(ctx);
	loop_quit(ctl_loop);
}

static void on_request(void *ctx, struct ctl_client *client, const char *cmd,
		       struct json_object *args, bool may_change)
{
	(void)ctx;
	(void)args;
	(void)may_change;
	if (strcmp(cmd, "parts") == 0) {
		struct answer *answer = calloc(1, sizeof(*answer));

		answer->client = client;
		ctl_reply_parts(client, part, gone, answer);
	} else {
		ctl_reply_record(client, json_object_new_int(1));
		ctl_reply_end(client, NULL);
	}
}

static void setup(void)
{
	ctl_setup(on_request);
}

TestSuite(io_ctlsock_parts, .init = setup, .fini = ctl_teardown, .timeout = 60);

Test(io_ctlsock_parts, answer_longer_than_the_queue_comes_whole_and_the_next_one_after_it)
{
	struct client client = client_at(MAIN);

	client_listen(&client);
	client_say(&client, "{\"id\":7,\"cmd\":\"parts\"}\n{\"id\":8,\"cmd\":\"short\"}\n");
	client_run_until_ends(&client, 2);
	cr_expect_eq(client_count(&client, "{\"id\":7,\"record\":\"x"), RECORDS);
	cr_expect_str_eq(strstr(client.got, "{\"id\":7,\"end\""),
			 "{\"id\":7,\"end\":true,\"schema\":\"t.parts/1\",\"count\":6000}\n"
			 "{\"id\":8,\"record\":1}\n{\"id\":8,\"end\":true}\n");
	cr_expect_gt(parts, 50);
	cr_expect_eq(ends, 1);
	client_end(&client);
}

Test(io_ctlsock_parts, others_are_answered_between_the_parts)
{
	struct client client = client_at(MAIN), other = client_at(READ_ONLY);

	client_listen(&client);
	client_say(&client, "{\"id\":7,\"cmd\":\"parts\"}\n");
	client_expect(&other, "{\"id\":8,\"cmd\":\"short\"}\n", 1,
		      "{\"id\":8,\"record\":1}\n{\"id\":8,\"end\":true}\n");
	cr_expect_eq(client_count(&client, "\"end\":true"), 0);
	client_run_until_ends(&client, 1);
	client_end(&client);
	client_end(&other);
}

Test(io_ctlsock_parts, parts_wait_for_a_reader_that_does_not_read)
{
	struct client slow = client_at(MAIN), other = client_at(MAIN);
	char ask[32], answer[80];
	uint32_t sent;

	client_say(&slow, "{\"id\":7,\"cmd\":\"parts\"}\n");
	for (int id = 1; id <= 100; id++) {
		(void)snprintf(ask, sizeof(ask), "{\"id\":%d,\"cmd\":\"short\"}\n", id);
		(void)snprintf(answer, sizeof(answer),
			       "{\"id\":%d,\"record\":1}\n{\"id\":%d,\"end\":true}\n", id, id);
		client_expect(&other, ask, 1, answer);
		client_forget(&other);
	}
	sent = most_sent;
	cr_expect_lt(sent * RECORD_SIZE, 1u << 20, "the rest is not made yet");
	client_listen(&slow);
	client_run_until_ends(&slow, 1);
	cr_expect_eq(client_count(&slow, "\"record\":\"x"), RECORDS);
	client_end(&slow);
	client_end(&other);
}

Test(io_ctlsock_parts, half_closed_client_gets_all_of_it)
{
	struct client client = client_at(MAIN);

	client_say(&client, "{\"id\":7,\"cmd\":\"parts\"}\n");
	shutdown(client.fd, SHUT_WR);
	client_listen(&client);
	client_run_until_closed(&client);
	cr_expect_eq(client_count(&client, "\"record\":\"x"), RECORDS);
	cr_expect_eq(client_count(&client, "\"end\":true"), 1);
	client_end(&client);
}

Test(io_ctlsock_parts, client_that_leaves_ends_its_answer)
{
	struct client client = client_at(MAIN);

	client_listen(&client);
	client_say(&client, "{\"id\":7,\"cmd\":\"parts\"}\n");
	while (!client.len)
		ctl_run();
	cr_expect_eq(ends, 0);
	client_end(&client);
	while (!ends)
		ctl_run();
	cr_expect_eq(ends, 1);
	cr_expect_lt(most_sent, RECORDS);
}

Test(io_ctlsock_parts, server_that_ends_tells_the_answer)
{
	struct client client = client_at(MAIN);

	client_listen(&client);
	client_say(&client, "{\"id\":7,\"cmd\":\"parts\"}\n");
	while (!client.len)
		ctl_run();
	ctlsock_free(ctl_server);
	ctl_server = NULL;
	cr_expect_eq(ends, 1);
	client_end(&client);
}
