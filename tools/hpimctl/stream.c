// SPDX-License-Identifier: GPL-2.0-only
/*
 * What captures and monitors have in common.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "hpimctl/stream.h"

int64_t stream_number(struct json_object *record, const char *name)
{
	return json_object_get_int64(json_object_object_get(record, name));
}

const char *stream_text(struct json_object *record, const char *name)
{
	const char *text = json_object_get_string(json_object_object_get(record, name));

	return text ? text : "-";
}

struct stream_clock stream_clock(struct json_object *record)
{
	int64_t time_ns = stream_number(record, "time_ns");
	time_t seconds = (time_t)(time_ns / 1000000000);
	struct stream_clock clock = { .s = "" };
	struct tm local;
	size_t len = 0;

	if (localtime_r(&seconds, &local))
		len = strftime(clock.s, sizeof(clock.s), "%H:%M:%S", &local);
	(void)snprintf(clock.s + len, sizeof(clock.s) - len, ".%06d",
		       (int)(time_ns % 1000000000 / 1000)); /* it fits */
	return clock;
}

void stream_print_json(struct json_object *record)
{
	printf("%s\n", json_object_to_json_string_ext(
			       record, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
}

int stream_flush(void)
{
	return fflush(stdout) == 0 ? 0 : -errno;
}

int stream_fail_file(const char *path, int err, struct ctl_error *ret_error)
{
	return ctl_fail(ret_error, CTL_EXIT_REFUSED, "file", "", "cannot write %s: %s",
			strcmp(path, "-") != 0 ? path : "to standard output", strerror(-err));
}

/* The signals that end it, as a readable file: none is lost between look and wait. */
static int signals_open(void)
{
	sigset_t set;

	(void)sigemptyset(&set); /* these three cannot fail: the signals exist */
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGTERM);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

int stream_run(struct client *client, const struct request *request, client_record_fn *fn,
	       void *ctx, struct ctl_error *ret_error)
{
	int signal_fd = signals_open(), err;

	client_until(client, signal_fd);
	err = client_ask(client, request->command->name, request->args, request->command->answer,
			 fn, ctx, ret_error);
	if (signal_fd >= 0)
		(void)close(signal_fd); /* only read */
	return err == CLIENT_STOPPED ? 0 : err;
}
