// SPDX-License-Identifier: GPL-2.0-only
/*
 * Packets that the daemon samples. What is written is complete after each of them, so that a reader
 * at the other end of a pipe sees it at once.
 */
#include "hpimctl/capture.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "hpimctl/pcapng.h"
#include "hpimctl/stream.h"

/* Bytes of a packet in a record: as many as a line has room for. */
#define KEPT_MAX (CTL_REPLY_MAX / 2)

struct capture {
	struct pcapng *pcapng; /* NULL: lines of text or JSON */
	bool is_json;
	uint64_t count, lost;
	int err; /* of the file */
};

static int digit(char letter)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = letter ? strchr(digits, letter) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* Return: the number of bytes, as many as are well formed. */
static uint32_t read_hex(const char *text, uint8_t bytes[KEPT_MAX])
{
	uint32_t len = 0;

	for (; len < KEPT_MAX && text[0]; text += 2) {
		int high = digit(text[0]), low = digit(text[1]);

		if (high < 0 || low < 0)
			break;
		bytes[len++] = (uint8_t)(16 * high + low);
	}
	return len;
}

static int write_packet(const struct capture *capture, struct json_object *record)
{
	uint8_t bytes[KEPT_MAX];
	struct pcapng_packet packet = {
		.interface = stream_text(record, "interface"),
		.comment = stream_text(record, "reason"),
		.time_ns = stream_number(record, "time_ns"),
		.len = (uint32_t)stream_number(record, "bytes"),
		.kept = read_hex(stream_text(record, "data"), bytes),
		.data = bytes,
	};

	return pcapng_write(capture->pcapng, &packet);
}

static int print_line(const struct capture *capture, struct json_object *record)
{
	if (capture->is_json)
		stream_print_json(record);
	else
		printf("%s %-15s %-12s %s > %s %d bytes\n", stream_clock(record).s,
		       stream_text(record, "interface"), stream_text(record, "reason"),
		       stream_text(record, "source"), stream_text(record, "group"),
		       (int)stream_number(record, "bytes"));
	return stream_flush();
}

/* A full disk ends it: nothing that comes after could be written. */
static bool take_record(void *ctx, struct json_object *record)
{
	struct capture *capture = ctx;

	capture->lost += (uint64_t)stream_number(record, "lost");
	capture->err =
		capture->pcapng ? write_packet(capture, record) : print_line(capture, record);
	capture->count += !capture->err;
	return !capture->err;
}

static int run(struct client *client, const struct request *request, struct capture *capture,
	       struct ctl_error *ret_error)
{
	int err = stream_run(client, request, take_record, capture, ret_error);

	fprintf(stderr, "%ju packets, %ju lost because they came too fast\n",
		(uintmax_t)capture->count, (uintmax_t)capture->lost);
	if (!err && capture->err)
		err = stream_fail_file(request->output ? request->output : "-", capture->err,
				       ret_error);
	return err;
}

/* "capture eth0" means the interface, and a file of that name would surprise. */
static int check_name(struct client *client, const char *path, struct ctl_error *ret_error)
{
	struct json_object *args = json_object_new_object();
	char hint[160];
	int err;

	json_object_object_add(args, "interface", json_object_new_string(path));
	err = client_ask(client, "show interfaces", args, NULL, NULL, NULL, ret_error);
	json_object_put(args);
	if (err)
		return err == CTL_EXIT_NOT_FOUND ? 0 : err;
	(void)snprintf(hint, sizeof(hint),
		       "hpimctl capture interface %s; a file of that name is ./%s", path, path);
	return ctl_fail(ret_error, CTL_EXIT_USAGE, "usage", hint, "%s is an interface, not a file",
			path);
}

int capture_run(struct client *client, const struct request *request, bool is_json,
		struct ctl_error *ret_error)
{
	struct capture capture = { .is_json = is_json };
	FILE *file = NULL;
	int err;

	if (!request->output)
		return run(client, request, &capture, ret_error);
	if (!strchr(request->output, '/') && strcmp(request->output, "-") != 0) {
		err = check_name(client, request->output, ret_error);
		if (err)
			return err;
	}
	file = strcmp(request->output, "-") != 0 ? fopen(request->output, "we") : stdout;
	if (!file)
		return stream_fail_file(request->output, -errno, ret_error);
	capture.pcapng = pcapng_new(file);
	err = capture.pcapng ? run(client, request, &capture, ret_error)
			     : stream_fail_file(request->output, -errno, ret_error);
	pcapng_free(capture.pcapng);
	if (file != stdout && fclose(file) != 0 && !err)
		err = stream_fail_file(request->output, -errno, ret_error);
	return err;
}
