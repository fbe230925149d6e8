/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MGMT_EXPLAIN_H
#define MGMT_EXPLAIN_H

/* Why packets of (S,G) do or do not arrive. */
#include "mgmt/show.h"

/** explain_begin() - Read "source" and "group", both of which must be there. */
bool explain_begin(struct show *show);

/** explain_step() - All of it, when the counters are exact. */
bool explain_step(struct show *show);

#endif
