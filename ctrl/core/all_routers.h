/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CORE_ALL_ROUTERS_H
#define CORE_ALL_ROUTERS_H

/*
 * The group of all routers, 224.0.0.13 and ff02::d, which PIM-DM and HPIM-DM have in common with
 * the socket of IP protocol 103. There is one membership per interface and family, however many
 * protocols use it. Description of PIM-DM, 8.5.
 */
#include "base/addr.h"

struct core;

/** all_routers() - The group of a family. */
const struct ip_addr *all_routers(enum ip_family family);

/** all_routers_join(), all_routers_leave() - The first one joins the group, the last one leaves. */
void all_routers_join(struct core *core, uint16_t link, enum ip_family family);
void all_routers_leave(struct core *core, uint16_t link, enum ip_family family);

#endif
