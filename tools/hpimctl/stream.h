/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HPIMCTL_STREAM_H
#define HPIMCTL_STREAM_H

/* Answers without an end: records as they come, one a line. */
#include <stdint.h>

#include "hpimctl/client.h"
#include "hpimctl/grammar.h"

/**
 * stream_run() - Ask, and hand out records until the daemon ends it, @fn says so, or SIGINT or
 * SIGTERM comes, which is a good end.
 *
 * Return: 0 or an exit code, with @ret_error filled.
 */
int stream_run(struct client *client, const struct request *request, client_record_fn *fn,
	       void *ctx, struct ctl_error *ret_error);

/** stream_text() - A field of a record; "-": it is not there. */
const char *stream_text(struct json_object *record, const char *name);

/** stream_number() - 0: it is not there. */
int64_t stream_number(struct json_object *record, const char *name);

/** stream_clock() - "time_ns" of a record as the local time of day, with microseconds. */
struct stream_clock {
	char s[24];
};
struct stream_clock stream_clock(struct json_object *record);

/** stream_print_json() - A record as a line. */
void stream_print_json(struct json_object *record);

/**
 * stream_flush() - A reader at the other end of a pipe sees the line at once.
 *
 * Return: 0 or a negative errno.
 */
int stream_flush(void);

/** stream_fail_file() - Return: the exit code for a file that cannot be written; "-": the output.
 */
int stream_fail_file(const char *path, int err, struct ctl_error *ret_error);

#endif
