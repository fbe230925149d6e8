// SPDX-License-Identifier: GPL-2.0-only
/* Any one control packet may be lost, and the same state is reached. */
#include "unit/common_seven.h"

#define LOSSES 60u

static struct net *join_new(enum ip_family family)
{
	struct net *net = net_new(family, 2);

	net_port(net, 0, 0, 1, 1);
	net_port(net, 0, 1, 2, 1);
	net_port(net, 1, 0, 2, 2);
	net_port(net, 1, 1, 3, 2);
	net_route(net, 0, 0, 0, 2, 0);
	net_route(net, 1, 0, 1, 11, 20);
	return net;
}

/* Start, a member, the source, the member leaves and joins again. */
static void join_run(struct net *net)
{
	net_all_on(net);
	net_run_s(net, 12);
	net_join(net, 3);
	net_run_s(net, 1);
	net_source_starts(net);
	net_run_s(net, 5);
	net_leave(net, 3);
	net_run_s(net, 5);
	net_join(net, 3);
	net_run_s(net, 80);
}

static void join_check(struct net *net)
{
	unsigned int was = net->copies[3];

	cr_assert_str_eq(net_state(net, 0), "ACTIVE 0>1", "loss of packet %u", net->drop_at);
	cr_assert_str_eq(net_state(net, 1), "ACTIVE 0>1", "loss of packet %u", net->drop_at);
	for (unsigned int i = 0; i < 2; i++) {
		const struct hpim_if *hif = net_hpim(net, i)->ifs[!i];

		cr_assert_eq(hif->synced_count, 1, "loss of packet %u", net->drop_at);
		cr_assert(TAILQ_EMPTY(&hif->pending), "loss of packet %u", net->drop_at);
	}
	net_run_s(net, 10);
	cr_assert_eq(net->copies[3] - was, 10, "loss of packet %u", net->drop_at);
	net_source_stops(net);
	net_leave(net, 3);
	net_run_s(net, 260);
	net_check_empty(net);
}

static void lose_each(enum ip_family family)
{
	struct net *net = join_new(family);

	join_run(net);
	cr_assert_gt(net->sends, LOSSES, "only %u packets are sent", net->sends);
	join_check(net);
	net_free(net);
	for (unsigned int k = 1; k <= LOSSES; k++) {
		net = join_new(family);
		net->drop_at = k;
		join_run(net);
		join_check(net);
		net_free(net);
	}
}

Test(core_loss, any_packet_of_a_join_may_be_lost)
{
	lose_each(IP_FAMILY_4);
	lose_each(IP_FAMILY_6);
}

/* The link loses everything for a minute, longer than every hold time. */
static void cut(enum ip_family family)
{
	struct net *net = join_new(family);

	join_run(net);
	net_cable(net, 1, 0, false);
	net_run_s(net, 60);
	cr_assert_str_eq(net_state(net, 0), "ACTIVE 0>");
	cr_assert_str_eq(net_state(net, 1), "INACTIVE");
	net_cable(net, 1, 0, true);
	net_run_s(net, 20);
	join_check(net);
	net_free(net);
}

Test(core_loss, tree_comes_back_with_the_cable)
{
	cut(IP_FAMILY_4);
	cut(IP_FAMILY_6);
}

/*
 * A fifth of all packets is lost for two minutes in which everything is built, changed and changed
 * back; two minutes later the network is as if nothing had been lost.
 */
static void lose_many(enum ip_family family, uint32_t seed)
{
	struct net *net = seven_new(family);

	net->loss_percent = 20;
	net->loss_random = seed;
	seven_start(net);
	net_route(net, R7, 0, 5, 11, 40);
	net_run_s(net, 30);
	net_off(net, R4, seed % 2);
	net_run_s(net, 30);
	net_on(net, R4);
	net_route(net, R7, 2, 2, 11, 30);
	net_run_s(net, 30);
	net->loss_percent = 0;
	net_run_s(net, 120);
	seven_check(net, (const char *const[SEVEN]){
				 "ACTIVE 0>1,3", "ACTIVE 0>2 AL 1", "ACTIVE 0> AL 1", "ACTIVE 0>1",
				 "ACTIVE 0> AL 1", "ACTIVE 0>1", "ACTIVE 2>1" });
	seven_check_copies(net, 1, 1);
	seven_check_end(net);
}

Test(core_loss, network_recovers_from_losing_every_fifth_packet)
{
	for (uint32_t seed = 1; seed <= 20; seed++) {
		lose_many(IP_FAMILY_4, seed);
		lose_many(IP_FAMILY_6, seed);
	}
}

/* One thing that can happen to a network, chosen by a random number. */
static void disturb(struct net *net, uint32_t random)
{
	unsigned int router = random / 16 % SEVEN;
	uint16_t link = (uint16_t)(random / 128 % NET_PORTS_MAX);

	if (!net_core(net, router)) {
		net_on(net, router);
		return;
	}
	if (link >= net_box(net, router)->port_count)
		return;
	switch (random % 8) {
	case 0: net_off(net, router, random / 1024 % 2); break;
	case 1: net_cable(net, router, link, false); break;
	case 2:
	case 3: net_cable(net, router, link, true); break;
	case 4: net_switch(net, router, link, PROTO_HPIM, random / 1024 % 2); break;
	case 5: net_route(net, R7, 0, 5, 11, 40); break;
	case 6: net_route(net, R7, 2, 2, 11, 30); break;
	case 7:
		if (net_is_joined(net, CLIENT1_LAN))
			net_leave(net, CLIENT1_LAN);
		else
			net_join(net, CLIENT1_LAN);
		break;
	}
}

static void repair(struct net *net)
{
	net->loss_percent = 0;
	net_route(net, R7, 2, 2, 11, 30);
	for (unsigned int i = 0; i < SEVEN; i++) {
		if (!net_core(net, i))
			net_on(net, i);
		for (uint16_t link = 0; link < net_box(net, i)->port_count; link++) {
			net_cable(net, i, link, true);
			net_switch(net, i, link, PROTO_HPIM, true);
		}
	}
	net_join(net, CLIENT0_LAN);
	net_join(net, CLIENT1_LAN);
}

/* Whatever happened in ten minutes, two minutes after the repair it has left no trace. */
static void churn(enum ip_family family, uint32_t seed)
{
	struct net *net = seven_new(family);
	uint32_t random = seed;

	net->loss_percent = 5;
	net->loss_random = seed;
	seven_start(net);
	for (unsigned int i = 0; i < 300; i++) {
		random = random * 1664525u + 1013904223u;
		disturb(net, random >> 8);
		net_run(net, HP_MS(random >> 20));
	}
	repair(net);
	net_run_s(net, 120);
	seven_check(net, (const char *const[SEVEN]){
				 "ACTIVE 0>1,3", "ACTIVE 0>2 AL 1", "ACTIVE 0> AL 1", "ACTIVE 0>1",
				 "ACTIVE 0> AL 1", "ACTIVE 0>1", "ACTIVE 2>1" });
	seven_check_copies(net, 1, 1);
	seven_check_end(net);
}

Test(core_loss, network_recovers_from_ten_minutes_of_disturbance)
{
	for (uint32_t seed = 1; seed <= 20; seed++) {
		churn(IP_FAMILY_4, seed);
		churn(IP_FAMILY_6, seed);
	}
}
