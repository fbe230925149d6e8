/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MGMT_LIMITS_H
#define MGMT_LIMITS_H

#include "mgmt/show.h"

/** limits_step() - mgmt/ctl_limits.c: all limits at once. */
bool limits_step(struct show *show);

#endif
