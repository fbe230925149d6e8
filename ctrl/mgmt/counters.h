/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MGMT_COUNTERS_H
#define MGMT_COUNTERS_H

#include "mgmt/show.h"

/** counters_begin() - Counters that are to be exact need steps before; see below. */
bool counters_begin(struct show *show);

/** counters_are_settled() - Whether the counters are exact; false: after another step, maybe. */
bool counters_are_settled(struct show *show);
bool counters_step(struct show *show);

/** counters_drops_step() - Only those that are drops. */
bool counters_drops_step(struct show *show);

/** counters_are_drops() - Whether packets of a reason did not reach who wants them, or no one. */
bool counters_are_drops(const char *reason);

/** counters_each() - Call @each for every counter of every interface, since "clear counters". */
typedef void counters_fn(void *ctx, const struct dplane_counter *counter);
void counters_each(const struct show *show, counters_fn *each, void *ctx);

/** counters_clear() - Perform "clear counters": views count from now on. */
void counters_clear(struct daemon *daemon, struct ctl_client *client, const char *cmd,
		    struct json_object *args);
void counters_fini(struct daemon *daemon);

#endif
