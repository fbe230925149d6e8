// SPDX-License-Identifier: GPL-2.0-only
/* Members of an interface, whatever makes them. */
#include "core/core_int.h"
#include "core/membership/gm.h"
#include "core/membership/join.h"
#include "core/membership/member.h"

bool member_wants(const struct core *core, uint16_t link, const struct ip_addr *source,
		  const struct ip_addr *group)
{
	const struct gm_if *gm = core->gm[ip_addr_family(group)][link];

	return ((gm && gm_has_member(gm, source, group)) ||
		gm_join_wants(core, link, source, group)) &&
	       !policy_denies(&core->policy, link, source, group);
}

void member_ask(struct core *core, uint16_t link, enum ip_family family)
{
	struct gm_if *gm = core->gm[family][link];

	if (gm)
		gm_ask(core, gm);
}
