/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MGMT_PROTOCOL_COUNTERS_H
#define MGMT_PROTOCOL_COUNTERS_H

#include "mgmt/show.h"

/** protocol_counters_step() - Messages and refusals of each interface and family, none that is 0.
 */
bool protocol_counters_step(struct show *show);

#endif
