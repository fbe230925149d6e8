/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MGMT_COUNTERS_H
#define MGMT_COUNTERS_H

#include "mgmt/show.h"

/** counters_begin() - Counters that are to be exact need steps before; see below. */
bool counters_begin(struct show *show);

/** counters_are_settled() - Whether the counters are exact; false: after another step, maybe. */
bool counters_are_settled(struct show *show);
bool counters_step(struct show *show);

#endif
