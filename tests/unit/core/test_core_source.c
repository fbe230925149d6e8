// SPDX-License-Identifier: GPL-2.0-only
/* Sources that come and go: description of HPIM-DM, 3.8 and 3.17. */
#include "unit/common_net.h"

#define FAMILIES_TEST(name)                      \
	static void name(enum ip_family family); \
	Test(core_source, name)                  \
	{                                        \
		name(IP_FAMILY_4);               \
		name(IP_FAMILY_6);               \
	}                                        \
	static void name(enum ip_family family)

/* Two routers on the link of the source and on another one. */
static struct net *two_originators(enum ip_family family)
{
	struct net *net = net_new(family, 2);

	for (unsigned int i = 0; i < 2; i++) {
		net_port(net, i, 0, 1, (uint8_t)(i + 1));
		net_port(net, i, 1, 2, (uint8_t)(i + 1));
		net_route(net, i, 0, 0, 2, 0);
	}
	return net;
}

/*
 * The second router learns of the tree long after the last packet, and so keeps it longer. With an
 * entry in its forwarding plane the first one would not notice that the source is back. hpimsim,
 * seed 641
 */
FAMILIES_TEST(source_that_is_back_is_noticed_while_the_tree_is_unsure)
{
	struct net *net = two_originators(family);

	net_on(net, 0);
	net_source_starts(net);
	net_run_s(net, 2);
	net_source_stops(net);
	net_run_s(net, 100);
	net_on(net, 1);
	net_run_s(net, 120);
	cr_assert_str_eq(net_state(net, 0), "UNSURE 0> AL 1");
	cr_assert_str_eq(net_state(net, 1), "ACTIVE 0>");
	net_source_starts(net);
	net_run_s(net, 2);
	cr_assert_str_eq(net_state(net, 0), "ACTIVE 0> AL 1");
	net_source_stops(net);
	net_run_s(net, 240);
	net_check_empty(net);
	net_free(net);
}
