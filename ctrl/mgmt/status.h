/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MGMT_STATUS_H
#define MGMT_STATUS_H

#include "mgmt/show.h"

/** status_step() - The daemon as a whole, when the totals are exact. */
bool status_step(struct show *show);

#endif
