/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef COMMON_SEVEN_H
#define COMMON_SEVEN_H

/* The seven routers of the description of HPIM-DM, 9.2, and what is asked of them. */
#include "unit/common_net.h"

enum { R1, R2, R3, R4, R5, R6, R7, SEVEN };

#define CLIENT0_LAN 8u /* behind R7 */
#define CLIENT1_LAN 7u /* behind R6 */

/* How much longer than it needs a network is given to settle. */
#define SETTLE_S 20u

static inline void seven_ports(struct net *net)
{
	static const struct {
		unsigned int router;
		uint16_t link;
		unsigned int lan;
	} ports[] = {
		{ R1, 0, 1 }, { R1, 1, 2 }, { R1, 2, 3 }, { R1, 3, 4 }, { R2, 0, 2 }, { R2, 1, 5 },
		{ R2, 2, 9 }, { R3, 0, 3 }, { R3, 1, 5 }, { R4, 0, 4 }, { R4, 1, 5 }, { R5, 0, 5 },
		{ R5, 1, 6 }, { R6, 0, 5 }, { R6, 1, 7 }, { R7, 0, 6 }, { R7, 1, 8 }, { R7, 2, 9 },
	};

	for (size_t i = 0; i < sizeof(ports) / sizeof(ports[0]); i++)
		net_port(net, ports[i].router, ports[i].link, ports[i].lan,
			 (uint8_t)(ports[i].router + 1));
}

/** seven_new() - Built, with its routes, switched off. */
static inline struct net *seven_new(enum ip_family family)
{
	struct net *net = net_new(family, SEVEN);

	seven_ports(net);
	net_route(net, R1, 0, 0, 2, 0);
	net_route(net, R2, 0, 1, 11, 20);
	net_route(net, R3, 0, 1, 11, 20);
	net_route(net, R4, 0, 1, 11, 20);
	net_route(net, R5, 0, 2, 11, 30);
	net_route(net, R6, 0, 2, 11, 30);
	net_route(net, R7, 2, 2, 11, 30);
	return net;
}

/** seven_start() - All adjacencies up, both clients joined, the source sends and all is settled. */
static inline void seven_start(struct net *net)
{
	net_all_on(net);
	net_run_s(net, 12);
	net_join(net, CLIENT0_LAN);
	net_join(net, CLIENT1_LAN);
	net_log_clear(net);
	net_source_starts(net);
	net_run_s(net, SETTLE_S);
}

/** seven_check() - The settled state of every router, in order; NULL: not looked at. */
static inline void seven_check(const struct net *net, const char *const states[SEVEN])
{
	for (unsigned int i = 0; i < SEVEN; i++)
		if (states[i])
			cr_assert_str_eq(net_state(net, i), states[i], "R%u: %s, not %s", i + 1,
					 net_state(net, i), states[i]);
}

/** seven_check_said() - Tree messages of a router since net_log_clear(), by interface. */
static inline void seven_check_said(struct net *net, unsigned int router,
				    const char *const said[NET_PORTS_MAX])
{
	for (uint16_t link = 0; link < NET_PORTS_MAX; link++)
		cr_assert_str_eq(net_said(net, router, link), said[link] ? said[link] : "",
				 "R%u interface %u: %s", router + 1, link,
				 net_said(net, router, link));
}

/** seven_check_copies() - The two clients get this many copies of each packet in ten seconds. */
static inline void seven_check_copies(struct net *net, unsigned int client0, unsigned int client1)
{
	unsigned int sent = net_sent(net), was0 = net->copies[CLIENT0_LAN],
		     was1 = net->copies[CLIENT1_LAN];

	net_run_s(net, 10);
	sent = net_sent(net) - sent;
	cr_assert_eq(sent, 10);
	cr_assert_eq(net->copies[CLIENT0_LAN] - was0, client0 * sent, "client0: %u copies",
		     net->copies[CLIENT0_LAN] - was0);
	cr_assert_eq(net->copies[CLIENT1_LAN] - was1, client1 * sent, "client1: %u copies",
		     net->copies[CLIENT1_LAN] - was1);
}

/** seven_check_end() - The source stops, everybody leaves, and nothing is left anywhere. */
static inline void seven_check_end(struct net *net)
{
	net_source_stops(net);
	net_leave(net, CLIENT0_LAN);
	net_leave(net, CLIENT1_LAN);
	net_run_s(net, 260);
	net_check_empty(net);
	net_free(net);
}

#endif
