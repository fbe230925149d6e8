// SPDX-License-Identifier: GPL-2.0-only
/* Neighbors that meet, reboot and fail: description of HPIM-DM, 9.1 and appendix A.1. */
#include "unit/common_net.h"

/* Both families see the same network. */
#define FAMILIES_TEST(name)                      \
	static void name(enum ip_family family); \
	Test(core_sync, name)                    \
	{                                        \
		name(IP_FAMILY_4);               \
		name(IP_FAMILY_6);               \
	}                                        \
	static void name(enum ip_family family)

/* Only HPIM-DM, so that the words are about neighbors alone. */
static struct net *two_routers(enum ip_family family)
{
	struct net *net = net_new(family, 2);

	net_port(net, 0, 0, 2, 1);
	net_port(net, 1, 0, 2, 2);
	net_all_on(net);
	net_switch(net, 0, 0, PROTO_GM, false);
	net_switch(net, 1, 0, PROTO_GM, false);
	net_log_clear(net);
	return net;
}

static void check_synced(const struct net *net)
{
	for (unsigned int i = 0; i < 2; i++) {
		const struct hpim_neigh *neigh = net_neighbor(net, i, 0, (uint8_t)(2 - i));

		cr_assert_not_null(neigh);
		cr_assert_eq(neigh->state, SYNC_SYNCED);
	}
}

FAMILIES_TEST(new_neighbors_need_four_syncs)
{
	struct net *net = two_routers(family);

	net_run_s(net, 12);
	check_synced(net);
	cr_assert_str_eq(net_words(net, 0), "0 Sync>.2 0M (1,0)@1000; "
					    "0 Sync>.2 1M (1,1)@1000 hold40; "
					    "0 Hello hold40 cp1; "
					    "0 Hello hold40 cp1");
	cr_assert_str_eq(net_words(net, 1), "0 Hello hold40 cp0; "
					    "0 Sync>.1 0 (1,1)@1000 hold40; "
					    "0 Sync>.1 1 (1,1)@1000 hold40; "
					    "0 Hello hold40 cp1");
	net_free(net);
}

/* Others on the link have to know whom one of them knows, while that one holds on to forwarding. */
FAMILIES_TEST(first_hello_comes_soon_after_the_first_neighbor)
{
	struct net *net = two_routers(family);
	bool has_met = false, has_said = false;

	for (int i = 0; i < 6 && !has_met; i++) {
		const char *words;

		net_run_s(net, 1);
		words = net_words(net, 0);
		has_met = strstr(words, "Sync");
		has_said = strstr(words, "Hello");
	}
	net_run_s(net, 1);
	cr_assert(has_met);
	cr_assert(has_said || strstr(net_words(net, 0), "Hello"));
	net_free(net);
}

/* The greater BootTime in its first Hello makes the neighbor begin anew. */
FAMILIES_TEST(reboot_synchronizes_again_with_new_numbers)
{
	struct net *net = two_routers(family);

	net_run_s(net, 12);
	net_off(net, 1, false);
	net_on(net, 1);
	net_switch(net, 1, 0, PROTO_GM, false);
	net_log_clear(net);
	net_run_s(net, 4);
	cr_assert_str_eq(net_words(net, 0), "0 Sync>.2 0M (2,0)@1012; "
					    "0 Sync>.2 1M (2,1)@1012 hold40; "
					    "0 Hello hold40 cp2");
	cr_assert_str_eq(net_words(net, 1), "0 Hello hold40 cp0; "
					    "0 Sync>.1 0 (1,2)@1000 hold40; "
					    "0 Sync>.1 1 (1,2)@1000 hold40");
	check_synced(net);
	net_free(net);
}

FAMILIES_TEST(goodbye_removes_the_neighbor_that_is_silent_then)
{
	struct net *net = two_routers(family);

	net_run_s(net, 12);
	net_log_clear(net);
	net_handle(net, 1,
		   &(struct core_event){ .kind = EV_COMMAND, .command = { .kind = COMMAND_STOP } });
	cr_assert_str_eq(net_words(net, 1), "0 Bye; 0 leave");
	cr_assert_eq(core_deadline(net_core(net, 1)), HP_TIME_NEVER);
	net_run(net, NET_DELAY + HP_MS(100));
	cr_assert_null(net_neighbor(net, 0, 0, 2));
	cr_assert_str_eq(net_words(net, 0), "0 Sync>.2 0M (2,0)@1000");
	net_free(net);
}

/* 40 s after the last Hello that was heard. */
FAMILIES_TEST(silence_removes_the_neighbor_after_its_hold_time)
{
	struct net *net = two_routers(family);
	hp_time expires_at;

	net_run_s(net, 12);
	expires_at = net_neighbor(net, 0, 0, 2)->liveness_timer.deadline;
	cr_assert(expires_at > HP_SEC(42) && expires_at <= HP_SEC(52));
	net_off(net, 1, false);
	net_run(net, expires_at - net->sim->now - 1);
	cr_assert_not_null(net_neighbor(net, 0, 0, 2));
	net_run(net, 1);
	cr_assert_null(net_neighbor(net, 0, 0, 2));
	net_free(net);
}

/* Same second, same BootTime: the next incarnation takes the following one. 3.1, Q23 */
FAMILIES_TEST(boot_time_grows_when_switched_off_and_on_within_a_second)
{
	struct net *net = two_routers(family);

	net_switch(net, 1, 0, PROTO_HPIM, false);
	net_switch(net, 1, 0, PROTO_HPIM, true);
	cr_assert_eq(net_hpim(net, 1)->ifs[0]->boot_time, NET_BOOT_S + 1);
	net_run_s(net, 12);
	check_synced(net);
	net_free(net);
}

/* Four routers on one link: everybody with everybody. */
FAMILIES_TEST(four_routers_on_a_link_are_all_synced)
{
	struct net *net = net_new(family, 4);

	for (uint8_t i = 0; i < 4; i++)
		net_port(net, i, 0, 2, (uint8_t)(i + 1));
	net_all_on(net);
	net_run_s(net, 12);
	for (unsigned int i = 0; i < 4; i++)
		cr_assert_eq(net_hpim(net, i)->ifs[0]->synced_count, 3);
	net_free(net);
}
