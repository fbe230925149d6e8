// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which multicast routing protocols there are. A new one is a line here.
 */
#include "core/core_int.h"
#include "core/follow/follow.h"
#include "core/hpim/hpim.h"
#include "core/pimdm/pimdm.h"
#include "core/static/static.h"

const struct mrp_ops *const mrp_protocols[] = { &static_ops, &hpim_ops, &pimdm_ops, &follow_ops,
						NULL };

_Static_assert(sizeof(mrp_protocols) / sizeof(mrp_protocols[0]) <= MRP_MAX + 1,
	       "more protocols than struct core has room for");

struct mrp *mrp_find(const struct core *core, const struct mrp_ops *ops, enum ip_family family)
{
	struct mrp *mrp;

	mrp_for_each (mrp, core, family)
		if (mrp->ops == ops)
			return mrp;
	return NULL;
}
