// SPDX-License-Identifier: GPL-2.0-only
/* The door of the core: order, determinism, stop, addresses that come and go. */
#include "unit/common_seven.h"

#define FAMILIES_TEST(name)                      \
	static void name(enum ip_family family); \
	Test(core, name)                         \
	{                                        \
		name(IP_FAMILY_4);               \
		name(IP_FAMILY_6);               \
	}                                        \
	static void name(enum ip_family family)

/* Everything that a run of the seven routers did, as one number (FNV-1a). */
static uint64_t trace_hash(enum ip_family family)
{
	struct net *net = seven_new(family);
	uint64_t hash = UINT64_C(14695981039346656037);

	seven_start(net);
	for (unsigned int i = 0; i < SEVEN; i++)
		for (size_t at = 0; at < net->logs[i].count; at++) {
			const struct sim_log_entry *entry = &net->logs[i].entries[at];

			hash = (hash ^ (uint64_t)entry->at) * UINT64_C(1099511628211);
			for (const char *c = entry->text.s; *c; c++)
				hash = (hash ^ (uint8_t)*c) * UINT64_C(1099511628211);
		}
	net_free(net);
	return hash;
}

FAMILIES_TEST(same_seed_and_events_have_the_same_effects)
{
	uint64_t hash = trace_hash(family);

	cr_assert_eq(trace_hash(family), hash);
}

FAMILIES_TEST(stopped_router_says_goodbye_and_never_acts_again)
{
	struct net *net = seven_new(family);
	const struct core_event stop = { .kind = EV_COMMAND, .command = { .kind = COMMAND_STOP } };

	seven_start(net);
	net_log_clear(net);
	net_handle(net, R4, &stop);
	cr_assert_not_null(strstr(net_words(net, R4), "0 Bye; 0 leave; 1 Bye; 1 leave"));
	cr_assert_eq(core_deadline(net_core(net, R4)), HP_TIME_NEVER);
	cr_assert_not_null(net_router(net, R4)->entries, "routes stay");
	net_run_s(net, 60);
	cr_assert_str_eq(net_words(net, R4), "");
	net_free(net);
}

/* 4.1: as good as disabling and enabling the interface. */
FAMILIES_TEST(change_of_address_is_a_restart_of_the_interface)
{
	struct net *net = net_new(family, 1);

	net_port(net, 0, 0, 2, 1);
	net_on(net, 0);
	net_switch(net, 0, 0, PROTO_GM, false);
	net_log_clear(net);
	sim_node_readdress(net->sim, 0, 0, 7);
	cr_assert_str_eq(net_words(net, 0), "0 Bye; 0 leave; 0 join");
	cr_assert_eq(net_hpim(net, 0)->ifs[0]->boot_time, NET_BOOT_S + 1);
	net_cable(net, 0, 0, true); /* told again, and nothing differs */
	cr_assert_str_eq(net_words(net, 0), "");
	net_free(net);
}

/* Without an address to speak from nothing runs; it starts when there is one. */
FAMILIES_TEST(protocols_wait_for_an_address)
{
	struct net *net = net_new(family, 1);
	struct core_event event = { .kind = EV_LINK,
				    .link = { .is_present = true, .is_up = true, .mtu = 1500 } };

	net_port(net, 0, 0, 2, 1);
	sim_router_start(net_router(net, 0), &core_limits_default);
	net_handle(net, 0, &event);
	net_switch(net, 0, 0, PROTO_HPIM, true);
	net_run_s(net, 20);
	cr_assert_str_eq(net_words(net, 0), "");
	net_cable(net, 0, 0, true);
	cr_assert_str_eq(net_words(net, 0), "0 join");
	net_free(net);
}

FAMILIES_TEST(switching_twice_is_switching_once)
{
	struct net *net = net_new(family, 1);

	net_port(net, 0, 0, 2, 1);
	net_on(net, 0);
	net_log_clear(net);
	net_switch(net, 0, 0, PROTO_HPIM, true);
	cr_assert_str_eq(net_words(net, 0), "");
	net_switch(net, 0, 0, PROTO_HPIM, false);
	net_switch(net, 0, 0, PROTO_HPIM, false);
	cr_assert_str_eq(net_words(net, 0), "0 Bye; 0 leave");
	net_free(net);
}

/* Families are separate instances. 2.1 */
Test(core, families_know_nothing_of_each_other)
{
	struct net *net = net_new(IP_FAMILY_6, 1);

	net_port(net, 0, 0, 2, 1);
	net_on(net, 0);
	cr_assert_not_null(hpim_of(net_core(net, 0), IP_FAMILY_6)->ifs[0]);
	cr_assert_null(hpim_of(net_core(net, 0), IP_FAMILY_4)->ifs[0]);
	net_free(net);
}

/* IGMP and MLD alone make an interface part of every tree. 3.0 */
FAMILIES_TEST(membership_alone_is_enough_to_be_forwarded_to)
{
	struct net *net = net_new(family, 1);

	net_port(net, 0, 0, 1, 1);
	net_port(net, 0, 1, 2, 1);
	net_route(net, 0, 0, 0, 2, 0);
	net_on(net, 0);
	net_switch(net, 0, 1, PROTO_HPIM, false);
	net_join(net, 2);
	net_run_s(net, 1);
	net_log_clear(net);
	net_source_starts(net);
	net_run_s(net, 1);
	cr_assert_str_eq(net_words(net, 0), "watch; put 0>1");
	net_source_stops(net);
	net_leave(net, 2);
	net_run_s(net, 260);
	net_check_empty(net);
	net_free(net);
}
