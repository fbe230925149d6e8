/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef COMMON_PIMNET_H
#define COMMON_PIMNET_H

/* Networks of common_net.h whose routers run PIM-DM, and their trees in words. */
#include "core/pimdm/tree.h"
#include "core/pimdm/view.h"
#include "unit/common_seven.h"

#define PIMNET_TEST(suite, name)                 \
	static void name(enum ip_family family); \
	Test(suite, name)                        \
	{                                        \
		name(IP_FAMILY_4);               \
		name(IP_FAMILY_6);               \
	}                                        \
	static void name(enum ip_family family)

/** pimnet_on() - Start a router with PIM-DM and IGMP or MLD on all its interfaces. */
static inline void pimnet_on(struct net *net, unsigned int router)
{
	struct sim_box *box = net_box(net, router);

	for (uint16_t link = 0; link < box->port_count; link++) {
		box->ports[link].wants[PROTO_HPIM] = false;
		box->ports[link].is_up = box->ports[link].wants[PROTO_PIMDM] =
			box->ports[link].wants[PROTO_GM] = true;
	}
	sim_node_start(net->sim, (uint16_t)router);
}

/** pimnet_refresh() - State Refresh of all routers that will be started, on or off. */
static inline void pimnet_refresh(struct net *net, bool is_on)
{
	net->sim->topo.settings.pim.refresh = is_on;
}

static inline struct pimdm *pimnet_pim(const struct net *net, unsigned int router)
{
	return pimdm_of(net_core(net, router), net_family(net));
}

/** pimnet_tree() - Of the first group; NULL: it is not known. */
static inline const struct pimdm_tree *pimnet_tree(const struct net *net, unsigned int router)
{
	const struct mfib_key key = net_key(net, 0);

	return pimdm_tree_find(pimnet_pim(net, router), &key);
}

/**
 * pimnet_state() - As "F o 1:P/L 2:NI/W > 2": upstream state, whether it is an originator, each
 * interface with a state of downstream and assert machine, outputs. "-": no tree.
 */
static inline const char *pimnet_state(const struct net *net, unsigned int router)
{
	static const char *const ups[] = { "F", "P", "AP" }, *const downs[] = { "NI", "PP", "P" },
				 *const asserts[] = { "NI", "W", "L" };
	const struct pimdm_tree *tree = pimnet_tree(net, router);
	const struct mfib_key key = net_key(net, 0);
	static char text[128];
	size_t len;

	if (!tree)
		return "-";
	len = (size_t)snprintf(text, sizeof(text), "%s%s",
			       pimdm_is_first_hop(tree) ? "F" : ups[tree->up],
			       tree->is_originator ? " o" : "");
	for (uint16_t i = 0; i < tree->tif_count; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, " %u:%s/%s",
					tree->tifs[i]->link, downs[tree->tifs[i]->down],
					asserts[tree->tifs[i]->assert]);
	len += (size_t)snprintf(text + len, sizeof(text) - len, " >");
	ifset_for_each (link, &sim_router_entry(net_router(net, router), &key)->route.oifs)
		len += (size_t)snprintf(text + len, sizeof(text) - len, " %u", link);
	return text;
}

/** pimnet_expect() - The states of all routers in order; NULL: not looked at. */
static inline void pimnet_expect(const struct net *net, const char *const *states)
{
	for (unsigned int i = 0; i < net_router_count(net); i++)
		if (states[i])
			cr_expect_str_eq(pimnet_state(net, i), states[i], "R%u: %s, not %s", i + 1,
					 pimnet_state(net, i), states[i]);
}

/** pimnet_sent() - Messages of a type that a router has sent on an interface. */
static inline uint64_t pimnet_sent(const struct net *net, unsigned int router, uint16_t link,
				   enum pim_type type)
{
	return net_core(net, router)
		->links[link]
		.counters[net_family(net)]
		.messages[message_of_pim(type)][MESSAGE_SENT];
}

/** pimnet_copies() - Packets of the first group on a link in the next @seconds. */
static inline unsigned int pimnet_copies(struct net *net, unsigned int lan, unsigned int seconds)
{
	unsigned int before = net->copies[lan];

	net_run_s(net, seconds);
	return net->copies[lan] - before;
}

#endif
