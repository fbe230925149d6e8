/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MGMT_RPF_H
#define MGMT_RPF_H

/* View of the routes back to sources: to one that is asked for, or to all that the core watches. */
#include "mgmt/show.h"

bool rpf_begin(struct show *show);
bool rpf_step(struct show *show);
void rpf_end(struct show *show);

#endif
