/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MGMT_EXPLAIN_H
#define MGMT_EXPLAIN_H

/* Why packets of (S,G) do or do not arrive. */
#include "mgmt/show.h"

/**
 * explain_begin() - Read "source" and "group", both of which must be there, and look at packets of
 * theirs for OBSERVE_FOR.
 */
bool explain_begin(struct show *show);

/** explain_step() - All of it: the verdict first. */
bool explain_step(struct show *show);
void explain_end(struct show *show);

#endif
