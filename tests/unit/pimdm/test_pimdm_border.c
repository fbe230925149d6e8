// SPDX-License-Identifier: GPL-2.0-only
/* Routers between a domain of HPIM-DM and one of PIM-DM. Description of PIM-DM, 9.9. */
#include "core/border.h"
#include "unit/pimdm/common_pimnet.h"

enum { A, B, C, D };

#define SOURCE_LAN NET_SOURCE_LAN
#define HOST_LAN   4u

/* Start a router; bit n of @pim: interface n runs PIM-DM, else HPIM-DM. */
static void start(struct net *net, unsigned int router, unsigned int pim)
{
	struct sim_box *box = net_box(net, router);

	for (uint16_t link = 0; link < box->port_count; link++) {
		box->ports[link].wants[PROTO_HPIM] = !(pim >> link & 1);
		box->ports[link].wants[PROTO_PIMDM] = pim >> link & 1;
		box->ports[link].is_up = box->ports[link].wants[PROTO_GM] = true;
	}
	sim_node_start(net->sim, (uint16_t)router);
}

static enum mfib_owner owner_of(const struct net *net, unsigned int router)
{
	const struct mfib_key key = net_key(net, 0);
	struct mfib_entry entry;

	cr_assert(mfib_find(net_core(net, router), &key, &entry), "R%u has no entry", router);
	return entry.owner;
}

/* source - A - B - C - host; B is the border, whose interface @pim runs PIM-DM. */
static struct net *chain(enum ip_family family, uint16_t pim)
{
	struct net *net = net_new(family, 3);

	net_port(net, A, 0, SOURCE_LAN, 1);
	net_port(net, A, 1, 2, 1);
	net_port(net, B, 0, 2, 2);
	net_port(net, B, 1, 3, 2);
	net_port(net, C, 0, 3, 3);
	net_port(net, C, 1, HOST_LAN, 3);
	net_route(net, A, 0, 0, 2, 0);
	net_route(net, B, 0, 1, 11, 20);
	net_route(net, C, 0, 2, 11, 30);
	start(net, A, pim == 0 ? 3 : 0);
	start(net, B, 1u << pim);
	start(net, C, pim == 1 ? 3 : 0);
	net_run_s(net, 15);
	return net;
}

/* Leave and join again: what the whole chain does of it. */
static void leave_and_join(struct net *net)
{
	net_leave(net, HOST_LAN);
	net_run_s(net, 20);
	cr_expect_eq(pimnet_copies(net, 3, 10), 0, "behind the border");
	cr_expect_eq(pimnet_copies(net, 2, 10), 0, "before the border");
	net_join(net, HOST_LAN);
	net_run_s(net, 1);
	cr_expect_geq(pimnet_copies(net, HOST_LAN, 10), 9);
	cr_expect_eq(pimnet_copies(net, HOST_LAN, 10), 10);
}

/* 1, 3: HPIM-DM owns it; PIM-DM's part is as next to the source. */
PIMNET_TEST(pimdm_border, from_hpim_to_pim)
{
	struct net *net = chain(family, 1);

	net_join(net, HOST_LAN);
	net_source_starts(net);
	net_run_s(net, 10);
	cr_expect_eq(owner_of(net, B), MFIB_HPIM);
	cr_expect_eq(pimnet_copies(net, HOST_LAN, 10), 10);
	cr_expect(pimnet_tree(net, B)->is_border);
	leave_and_join(net);
	net_run_s(net, 130);
	cr_expect_geq(pimnet_sent(net, B, 1, PIM_STATE_REFRESH), 2);
	cr_expect_eq(pimnet_sent(net, B, 1, PIM_GRAFT), 0);
	/* With the TTL of the data, which has passed A. */
	cr_expect_eq(pimnet_tree(net, B)->refresh.ttl, net->sim->topo.data_ttl - 1);
	net_source_stops(net);
	net_run_s(net, 900);
	cr_expect_null(pimnet_tree(net, B));
	cr_expect_null(pimnet_tree(net, C));
	for (unsigned int router = A; router <= C; router++)
		cr_expect_eq(mfib_count(net_core(net, router)), 0, "R%u", router);
	net_free(net);
}

/* 2: the reverse. */
PIMNET_TEST(pimdm_border, from_pim_to_hpim)
{
	struct net *net = chain(family, 0);

	net_join(net, HOST_LAN);
	net_source_starts(net);
	net_run_s(net, 20);
	cr_expect_eq(owner_of(net, B), MFIB_PIMDM);
	cr_expect_eq(pimnet_copies(net, HOST_LAN, 10), 10);
	leave_and_join(net);
	net_source_stops(net);
	net_run_s(net, 900);
	for (unsigned int router = A; router <= C; router++)
		cr_expect_eq(mfib_count(net_core(net, router)), 0, "R%u", router);
	net_free(net);
}

/* 4: two borders between the same links, HPIM-DM before, PIM-DM behind: one of them forwards. */
PIMNET_TEST(pimdm_border, two_borders)
{
	struct net *net = net_new(family, 4);

	net_port(net, A, 0, SOURCE_LAN, 1);
	net_port(net, A, 1, 2, 1);
	net_port(net, B, 0, 2, 2);
	net_port(net, B, 1, 3, 2);
	net_port(net, C, 0, 2, 3);
	net_port(net, C, 1, 3, 3);
	net_port(net, D, 0, 3, 4);
	net_port(net, D, 1, HOST_LAN, 4);
	net_route(net, A, 0, 0, 2, 0);
	net_route(net, B, 0, 1, 11, 20);
	net_route(net, C, 0, 1, 11, 20);
	net_route(net, D, 0, 2, 11, 30);
	start(net, A, 0);
	start(net, B, 2);
	start(net, C, 2);
	start(net, D, 3);
	net_run_s(net, 15);
	net_join(net, HOST_LAN);
	net_source_starts(net);
	net_run_s(net, 20);
	cr_expect_eq(pimnet_copies(net, 3, 10), 10, "one copy of each packet");
	cr_expect_eq(pimnet_copies(net, HOST_LAN, 10), 10);
	cr_expect_eq(pimdm_tif_find(pimnet_tree(net, C), 1)->assert, ASSERT_WINNER);
	cr_expect_eq(pimdm_tif_find(pimnet_tree(net, B), 1)->assert, ASSERT_LOSER);
	net_off(net, C, true);
	net_run_s(net, 5);
	cr_expect_eq(pimnet_copies(net, HOST_LAN, 10), 10, "the other one");
	net_free(net);
}

/* 5: the way to the source moves between the domains: the entry is replaced in place. */
PIMNET_TEST(pimdm_border, route_moves_between_the_domains)
{
	struct net *net = net_new(family, 4);

	net_port(net, A, 0, SOURCE_LAN, 1);
	net_port(net, A, 1, 2, 1);
	net_port(net, B, 0, SOURCE_LAN, 2);
	net_port(net, B, 1, 5, 2);
	net_port(net, C, 0, 2, 3);
	net_port(net, C, 1, 5, 3);
	net_port(net, C, 2, 3, 3);
	net_port(net, D, 0, 3, 4);
	net_port(net, D, 1, HOST_LAN, 4);
	net_route(net, A, 0, 0, 2, 0);
	net_route(net, B, 0, 0, 2, 0);
	net_route(net, C, 0, 1, 11, 20);
	net_route(net, D, 0, 3, 11, 30);
	start(net, A, 0);
	start(net, B, 2);
	start(net, C, 6);
	start(net, D, 3);
	net_run_s(net, 15);
	net_join(net, HOST_LAN);
	net_source_starts(net);
	net_run_s(net, 20);
	cr_expect_eq(owner_of(net, C), MFIB_HPIM);
	cr_expect_eq(pimnet_copies(net, HOST_LAN, 10), 10);
	net_log_clear(net);
	net_route(net, C, 1, 2, 11, 20);
	net_run_s(net, 2);
	cr_expect_null(strstr(net_words(net, C), "del"), "the entry is replaced");
	cr_expect_eq(owner_of(net, C), MFIB_PIMDM);
	cr_expect_eq(pimnet_copies(net, HOST_LAN, 10), 10);
	net_log_clear(net);
	net_route(net, C, 0, 1, 11, 20);
	net_run_s(net, 2);
	cr_expect_null(strstr(net_words(net, C), "del"), "the entry is replaced");
	cr_expect_eq(owner_of(net, C), MFIB_HPIM);
	cr_expect_eq(pimnet_copies(net, HOST_LAN, 10), 10);
	net_free(net);
}

/* A router with PIM-DM alone, members on an interface of IGMP or MLD: HPIM-DM stays out of it. */
PIMNET_TEST(pimdm_border, one_domain)
{
	struct net *net = net_new(family, 1);
	struct sim_box *box = net_box(net, A);

	net_port(net, A, 0, SOURCE_LAN, 1);
	net_port(net, A, 1, HOST_LAN, 1);
	net_route(net, A, 0, 0, 2, 0);
	box->ports[1].wants[PROTO_HPIM] = false;
	start(net, A, 1);
	net_switch(net, A, 1, PROTO_HPIM, false);
	net_run_s(net, 15);
	net_join(net, HOST_LAN);
	net_source_starts(net);
	net_run_s(net, 5);
	cr_expect_eq(owner_of(net, A), MFIB_PIMDM);
	cr_expect_eq(pimnet_copies(net, HOST_LAN, 10), 10);
	net_free(net);
}
