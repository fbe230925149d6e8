// SPDX-License-Identifier: GPL-2.0-only
/*
 * The group of all routers, and who uses it on an interface. Source: description of HPIM-DM, 2.1;
 * description of PIM-DM, 2.1 and 8.5.
 */
#include <assert.h>

#include "core/all_routers.h"
#include "core/core_int.h"

static const struct ip_addr groups[IP_FAMILY_COUNT] = {
	[IP_FAMILY_4] = { .b = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 224, 0, 0, 13 } },
	[IP_FAMILY_6] = { .b = { 0xff, 0x02, [15] = 0x0d } },
};

const struct ip_addr *all_routers(enum ip_family family)
{
	return &groups[family];
}

static void effect(struct core *core, uint16_t link, enum ip_family family,
		   enum core_effect_kind kind)
{
	core_fx(core,
		&(struct core_effect){
			.kind = kind,
			.group = { .link = link, .socket = SOCKET_103, .group = groups[family] } });
}

void all_routers_join(struct core *core, uint16_t link, enum ip_family family)
{
	if (core->links[link].users_103[family]++ == 0)
		effect(core, link, family, FX_JOIN);
}

void all_routers_leave(struct core *core, uint16_t link, enum ip_family family)
{
	assert(core->links[link].users_103[family] > 0);
	if (--core->links[link].users_103[family] == 0)
		effect(core, link, family, FX_LEAVE);
}
