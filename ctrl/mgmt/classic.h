/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MGMT_CLASSIC_H
#define MGMT_CLASSIC_H

/* Tables in the form of other routers, of one family: that of the command. */
#include "mgmt/show.h"

/** classic_mroute_step() - 'show ip mroute': begun and ended as the view of the forwarding table.
 */
bool classic_mroute_step(struct show *show);
bool classic_interface_step(struct show *show);
bool classic_neighbor_step(struct show *show);

#endif
