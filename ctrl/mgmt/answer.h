/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MGMT_ANSWER_H
#define MGMT_ANSWER_H

/* Records on their way to the socket. */
#include <json-c/json.h>

#include "base/time.h"
#include "mgmt/schema.h"

struct ctl_client;

/** answer_check() - Assert that each field of a record is one of its schema, with its type. */
void answer_check(const struct schema *schema, struct json_object *record);

/** answer_unix_ns() - UNIX time, in nanoseconds, of an instant of the monotonic clock. */
int64_t answer_unix_ns(hp_time at);

/** answer_record() - answer_check(), then ctl_reply_record(). */
void answer_record(struct ctl_client *client, const struct schema *schema,
		   struct json_object *record);

#endif
