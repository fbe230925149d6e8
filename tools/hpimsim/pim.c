// SPDX-License-Identifier: GPL-2.0-only
/* What invariants ask of PIM-DM, read where it is kept. */
#include "core/inspect.h"
#include "core/pimdm/neigh.h"
#include "core/pimdm/pimdm_int.h"
#include "hpimsim/pim.h"

static const struct pimdm *instance(const struct sim_net *net, uint16_t router)
{
	const struct core *core = net->nodes[router].router.core;

	return core ? pimdm_of(core, net->family) : NULL;
}

static const struct pimdm_if *interface_of(const struct sim_net *net, uint16_t router,
					   uint16_t port)
{
	const struct pimdm *pim = instance(net, router);

	return pim ? pim->ifs[port] : NULL;
}

bool pim_runs(const struct sim_net *net, uint16_t router, uint16_t port)
{
	return interface_of(net, router, port);
}

bool pim_is_neighbor(const struct sim_net *net, uint16_t router, uint16_t port,
		     const struct ip_addr *addr)
{
	const struct pimdm_if *pif = interface_of(net, router, port);

	return pif && pimdm_neigh_find(pif, addr);
}

uint32_t pim_tree_count(const struct sim_net *net, uint16_t router)
{
	const struct pimdm *pim = instance(net, router);
	uint32_t count = 0;

	for (const struct pimdm_tree *tree = pim ? pim->trees : NULL; tree; tree = tree->hh.next)
		count += tree->is_live;
	return count;
}

bool pim_is_empty(const struct sim_net *net, uint16_t router)
{
	const struct pimdm *pim = instance(net, router);

	return !pim || (!pim->trees && !pim->groups && !pim->tree_count);
}
