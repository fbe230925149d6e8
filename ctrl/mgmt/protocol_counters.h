/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MGMT_PROTOCOL_COUNTERS_H
#define MGMT_PROTOCOL_COUNTERS_H

#include "mgmt/show.h"

/** protocol_counters_link() - Messages and refusals of show->link and show->family, none that is 0.
 */
void protocol_counters_link(const struct show *show);

#endif
