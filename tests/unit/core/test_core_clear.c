// SPDX-License-Identifier: GPL-2.0-only
/*
 * "clear neighbor" and "clear tree" on each of the seven routers: what was there comes back, and
 * then the hosts get each packet once.
 */
#include "unit/common_seven.h"

#define FAMILIES_TEST(name)                      \
	static void name(enum ip_family family); \
	Test(core_clear, name)                   \
	{                                        \
		name(IP_FAMILY_4);               \
		name(IP_FAMILY_6);               \
	}                                        \
	static void name(enum ip_family family)

static const char *const standing[SEVEN] = { "ACTIVE 0>3",     "ACTIVE 0> AL 1", "ACTIVE 0> AL 1",
					     "ACTIVE 0>1",     "ACTIVE 0>1",     "ACTIVE 0>1",
					     "ACTIVE 0>1 AL 2" };

static struct net *clear_new(enum ip_family family)
{
	struct net *net = seven_new(family);

	net_route(net, R7, 0, 5, 11, 40);
	seven_start(net);
	seven_check(net, standing);
	return net;
}

static bool clear_tree(struct net *net, unsigned int router)
{
	struct core_event event = { .kind = EV_COMMAND,
				    .command = { .kind = COMMAND_CLEAR_TREE,
						 .source = net_source(net),
						 .addr = net_group(net, 0) } };

	net_handle(net, router, &event);
	return core_has_obeyed(net_core(net, router));
}

static bool clear_neighbor(struct net *net, unsigned int router, uint16_t link,
			   const struct ip_addr *addr)
{
	struct core_event event = {
		.kind = EV_COMMAND,
		.command = { .kind = COMMAND_CLEAR_NEIGHBOR, .link = link, .addr = *addr }
	};

	net_handle(net, router, &event);
	return core_has_obeyed(net_core(net, router));
}

/* The source's packets come each second, and the one after the command brings all of it back. */
FAMILIES_TEST(tree_at_its_originator_comes_back_with_the_next_packet)
{
	struct net *net = clear_new(family);

	net_run(net, HP_MS(500));
	net_log_clear(net);
	cr_assert(clear_tree(net, R1));
	cr_assert_str_eq(net_state(net, R1), "INACTIVE");
	net_run(net, HP_MS(300));
	for (unsigned int i = R1; i < SEVEN; i++)
		cr_assert_str_eq(net_state(net, i), "INACTIVE", "R%u: %s", i + 1,
				 net_state(net, i));
	net_run_s(net, SETTLE_S);
	seven_check(net, standing);
	seven_check_copies(net, 1, 1);
	seven_check_end(net);
}

/* No message, and no packet is lost or comes twice. */
FAMILIES_TEST(tree_elsewhere_is_there_again_at_once)
{
	for (unsigned int router = R2; router < SEVEN; router++) {
		struct net *net = clear_new(family);
		const char *words;

		net_log_clear(net);
		cr_assert(clear_tree(net, router));
		seven_check(net, standing);
		seven_check_said(net, router, (const char *const[]){ "", "", "", "" });
		words = net_words(net, router);
		cr_assert_eq(strncmp(words, "del; put 0>", 11), 0, "R%u: %s", router + 1, words);
		seven_check_copies(net, 1, 1);
		seven_check(net, standing);
		seven_check_end(net);
	}
}

/* Each neighbor of each interface. */
FAMILIES_TEST(neighbor_is_synchronized_again)
{
	for (unsigned int router = R1; router < SEVEN; router++) {
		struct net *net = clear_new(family);
		const struct hpim *hpim = net_hpim(net, router);

		for (uint16_t link = 0; link < NET_PORTS_MAX; link++) {
			const struct hpim_neigh *neigh;
			struct ip_addr addr;

			if (!hpim->ifs[link] || TAILQ_EMPTY(&hpim->ifs[link]->neighbors))
				continue;
			addr = TAILQ_FIRST(&hpim->ifs[link]->neighbors)->addr;
			cr_assert(clear_neighbor(net, router, link, &addr));
			neigh = hpim_neigh_find(hpim->ifs[link], &addr);
			cr_assert_neq(neigh->state, SYNC_SYNCED);
			net_run_s(net, SETTLE_S);
			cr_assert_eq(neigh->state, SYNC_SYNCED);
			seven_check(net, standing);
			seven_check_copies(net, 1, 1);
		}
		seven_check_end(net);
	}
}

FAMILIES_TEST(what_is_not_there_is_not_cleared)
{
	struct net *net = clear_new(family);
	struct ip_addr none = net_addr(net, 2, 77);

	cr_assert_not(clear_neighbor(net, R1, 1, &none));
	cr_assert_not(clear_neighbor(net, R1, 200, &none));
	net_source_stops(net);
	net_run_s(net, 260);
	cr_assert_not(clear_tree(net, R1));
	net_free(net);
}
