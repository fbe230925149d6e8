// SPDX-License-Identifier: GPL-2.0-only
/*
 * Packets that the daemon samples. What is written is complete after each of them, so that a reader
 * at the other end of a pipe sees it at once.
 */
#include "hpimctl/capture.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "hpimctl/pcapng.h"

#define SCHEMA "hpim.capture/1"

/* Bytes of a packet in a record: as many as a line has room for. */
#define KEPT_MAX (CTL_REPLY_MAX / 2)

struct capture {
	struct pcapng *pcapng; /* NULL: lines of text or JSON */
	bool is_json;
	uint64_t count, lost;
	int err; /* of the file */
};

static int64_t number_of(struct json_object *record, const char *name)
{
	return json_object_get_int64(json_object_object_get(record, name));
}

static const char *text_of(struct json_object *record, const char *name)
{
	const char *text = json_object_get_string(json_object_object_get(record, name));

	return text ? text : "-";
}

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
		.interface = text_of(record, "interface"),
		.comment = text_of(record, "reason"),
		.time_ns = number_of(record, "time_ns"),
		.len = (uint32_t)number_of(record, "bytes"),
		.kept = read_hex(text_of(record, "data"), bytes),
		.data = bytes,
	};

	return pcapng_write(capture->pcapng, &packet);
}

static int print_line(const struct capture *capture, struct json_object *record)
{
	int64_t time_ns = number_of(record, "time_ns");
	time_t seconds = (time_t)(time_ns / 1000000000);
	struct tm local;
	char clock[16] = "";

	if (capture->is_json) {
		printf("%s\n",
		       json_object_to_json_string_ext(
			       record, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
	} else {
		if (localtime_r(&seconds, &local))
			(void)strftime(clock, sizeof(clock), "%H:%M:%S", &local); /* it fits */
		printf("%s.%06d %-15s %-12s %s > %s %d bytes\n", clock,
		       (int)(time_ns % 1000000000 / 1000), text_of(record, "interface"),
		       text_of(record, "reason"), text_of(record, "source"),
		       text_of(record, "group"), (int)number_of(record, "bytes"));
	}
	return fflush(stdout) == 0 ? 0 : -errno;
}

/* A full disk ends it: nothing that comes after could be written. */
static bool take_record(void *ctx, struct json_object *record)
{
	struct capture *capture = ctx;

	capture->lost += (uint64_t)number_of(record, "lost");
	capture->err =
		capture->pcapng ? write_packet(capture, record) : print_line(capture, record);
	capture->count += !capture->err;
	return !capture->err;
}

/* The signals that end a capture, as a readable file: none is lost between look and wait. */
static int signals_open(void)
{
	sigset_t set;

	(void)sigemptyset(&set); /* these three cannot fail: the signals exist */
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGTERM);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

static int fail_file(const char *path, int err, struct ctl_error *ret_error)
{
	return ctl_fail(ret_error, CTL_EXIT_REFUSED, "file", "", "cannot write %s: %s",
			strcmp(path, "-") != 0 ? path : "to standard output", strerror(-err));
}

static int run(struct client *client, const struct request *request, struct capture *capture,
	       struct ctl_error *ret_error)
{
	int signal_fd = signals_open(), err;

	client_until(client, signal_fd);
	err = client_ask(client, request->command->name, request->args, SCHEMA, take_record,
			 capture, ret_error);
	if (signal_fd >= 0)
		(void)close(signal_fd); /* only read */
	if (err == CLIENT_STOPPED)
		err = 0;
	fprintf(stderr, "%ju packets, %ju lost because they came too fast\n",
		(uintmax_t)capture->count, (uintmax_t)capture->lost);
	if (!err && capture->err)
		err = fail_file(request->output ? request->output : "-", capture->err, ret_error);
	return err;
}

int capture_run(struct client *client, const struct request *request, bool is_json,
		struct ctl_error *ret_error)
{
	struct capture capture = { .is_json = is_json };
	FILE *file = NULL;
	int err;

	if (!request->output)
		return run(client, request, &capture, ret_error);
	file = strcmp(request->output, "-") != 0 ? fopen(request->output, "we") : stdout;
	if (!file)
		return fail_file(request->output, -errno, ret_error);
	capture.pcapng = pcapng_new(file);
	err = capture.pcapng ? run(client, request, &capture, ret_error)
			     : fail_file(request->output, -errno, ret_error);
	pcapng_free(capture.pcapng);
	if (file != stdout && fclose(file) != 0 && !err)
		err = fail_file(request->output, -errno, ret_error);
	return err;
}
