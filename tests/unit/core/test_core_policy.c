// SPDX-License-Identifier: GPL-2.0-only
/*
 * The policy in the network of seven routers: what it denies on an interface neither enters nor
 * leaves there, its neighbors beyond learn it, and all is as before when the rule is deleted.
 */
#include "core/denied.h"
#include "core/membership/gm.h"
#include "unit/common_seven.h"

#define FAMILIES_TEST(name)                      \
	static void name(enum ip_family family); \
	Test(core_policy, name)                  \
	{                                        \
		name(IP_FAMILY_4);               \
		name(IP_FAMILY_6);               \
	}                                        \
	static void name(enum ip_family family)

/* A rule about the first group, on an interface of a router. */
static void policy(struct net *net, unsigned int router, enum policy_kind kind, uint16_t link,
		   bool is_on)
{
	const struct ip_addr group = net_group(net, 0);
	const struct core_event event = {
		.kind = EV_CONFIG,
		.config = { .kind = CONFIG_POLICY,
			    .family = net_family(net),
			    .is_on = is_on,
			    .policy = { .kind = kind,
					.link = link,
					.group = { group,
						   (uint8_t)(8 * ip_family_addr_len(
									 net_family(net))) } } }
	};

	net_handle(net, router, &event);
}

static struct net *policy_new(enum ip_family family)
{
	struct net *net = seven_new(family);

	net_route(net, R7, 0, 5, 11, 40);
	seven_start(net);
	net_log_clear(net);
	return net;
}

static const char *const usual[SEVEN] = { "ACTIVE 0>3",     "ACTIVE 0> AL 1", "ACTIVE 0> AL 1",
					  "ACTIVE 0>1",     "ACTIVE 0>1",     "ACTIVE 0>1",
					  "ACTIVE 0>1 AL 2" };

static void delete_and_check_usual(struct net *net, unsigned int router, enum policy_kind kind,
				   uint16_t link)
{
	policy(net, router, kind, link, false);
	net_run_s(net, 2 * SETTLE_S);
	seven_check(net, usual);
	seven_check_copies(net, 1, 1);
	seven_check_end(net);
}

static uint64_t gm_refused(const struct net *net, unsigned int router, uint16_t link)
{
	return net_core(net, router)
		->links[link]
		.counters[net_family(net)]
		.gm_refused[GM_REFUSED_POLICY];
}

static uint64_t noted(const struct net *net, unsigned int router, uint16_t link,
		      enum note_code code)
{
	return net_core(net, router)->links[link].counters[net_family(net)].noted[code];
}

/* R4 serves the link of R5 and R6; with a boundary there R3 does, and R4 tells it not to for R4. */
FAMILIES_TEST(output_inside_a_boundary_is_withdrawn_and_another_router_serves_the_link)
{
	struct net *net = policy_new(family);

	policy(net, R4, POLICY_BOUNDARY, 1, true);
	net_run_s(net, SETTLE_S);
	seven_check_said(net, R4, (const char *const[]){ "NoInt>.1", "NoUp; NoInt>.3", "", "" });
	cr_assert_str_eq(net_state(net, R4), "ACTIVE 0> AL 1");
	cr_assert_str_eq(net_state(net, R3), "ACTIVE 0>1");
	seven_check_copies(net, 1, 1);
	delete_and_check_usual(net, R4, POLICY_BOUNDARY, 1);
}

/* What comes in by a boundary is dropped by an entry, and no tree is made of it. */
FAMILIES_TEST(source_inside_a_boundary_makes_no_tree)
{
	struct net *net = policy_new(family);
	const struct mfib_key key = net_key(net, 0);
	const struct sim_entry *entry;

	policy(net, R1, POLICY_BOUNDARY, 0, true);
	net_run_s(net, SETTLE_S);
	for (unsigned int i = 0; i < SEVEN; i++)
		cr_assert_null(net_tree(net, i), "R%u: %s", i + 1, net_state(net, i));
	entry = sim_router_entry(net_router(net, R1), &key);
	cr_assert(entry && entry->route.iif == 0 && ifset_is_empty(&entry->route.oifs));
	cr_assert_eq(denied_count(net_core(net, R1)), 1);
	cr_assert_gt(noted(net, R1, 0, NOTE_POLICY_FLOW), 0);
	seven_check_copies(net, 0, 0);
	delete_and_check_usual(net, R1, POLICY_BOUNDARY, 0);
}

/* R6 hears the tree by an interface that it may not come in by: it is sent nothing. */
FAMILIES_TEST(root_inside_a_boundary_carries_nothing_and_its_upstream_learns_it)
{
	struct net *net = policy_new(family);

	policy(net, R6, POLICY_BOUNDARY, 0, true);
	net_run_s(net, SETTLE_S);
	seven_check_said(net, R6, (const char *const[]){ "NoInt>.4", "NoUp", "", "" });
	cr_assert_str_eq(net_state(net, R6), "UNSURE 0>");
	seven_check_copies(net, 1, 0);
	policy(net, R5, POLICY_DENY, LINK_NONE, true);
	net_run_s(net, SETTLE_S);
	cr_assert_str_eq(net_state(net, R4), "ACTIVE 0>", "no router behind it wants it");
	seven_check_copies(net, 0, 0);
	policy(net, R5, POLICY_DENY, LINK_NONE, false);
	delete_and_check_usual(net, R6, POLICY_BOUNDARY, 0);
}

FAMILIES_TEST(members_of_a_denied_group_end_and_are_refused_until_it_is_allowed)
{
	struct net *net = policy_new(family);

	policy(net, R6, POLICY_DENY, 1, true);
	net_run_s(net, SETTLE_S);
	cr_assert_str_eq(net_state(net, R6), "ACTIVE 0> AL 1");
	seven_check_said(net, R6, (const char *const[]){ "NoInt>.4", "NoUp", "", "" });
	cr_assert_gt(gm_refused(net, R6, 1), 0, "its host reports after the query");
	cr_assert_eq(gm_if_inspect(net_core(net, R6)->gm[family][1]).groups, 0);
	cr_assert_eq(gm_refused(net, R6, 0), 0);
	seven_check_copies(net, 1, 0);
	delete_and_check_usual(net, R6, POLICY_DENY, 1);
}

/* Announcements across the boundary are acknowledged, counted, and answered with NoInterest. */
FAMILIES_TEST(tree_announced_across_a_boundary_is_not_wanted)
{
	struct net *net = seven_new(family);

	net_route(net, R7, 0, 5, 11, 40);
	net_all_on(net);
	policy(net, R6, POLICY_BOUNDARY, 0, true);
	net_run_s(net, 12);
	net_join(net, CLIENT0_LAN);
	net_join(net, CLIENT1_LAN);
	net_source_starts(net);
	net_run_s(net, SETTLE_S);
	cr_assert_str_eq(net_state(net, R6), "UNSURE 0>");
	cr_assert_gt(noted(net, R6, 0, NOTE_POLICY_TREE), 0);
	cr_assert_eq(net_neighbor(net, R4, 1, 6)->state, SYNC_SYNCED, "it is a good neighbor");
	seven_check_said(net, R6,
			 (const char *const[]){ "NoInt>.2; NoInt>.3; NoInt>.4", "", "", "" });
	seven_check_copies(net, 1, 0);
	delete_and_check_usual(net, R6, POLICY_BOUNDARY, 0);
}

/* The rule is there before anything else. */
FAMILIES_TEST(nothing_is_made_of_what_is_denied_from_the_start)
{
	struct net *net = seven_new(family);

	net_all_on(net);
	for (unsigned int i = 0; i < SEVEN; i++)
		policy(net, i, POLICY_DENY, LINK_NONE, true);
	net_run_s(net, 12);
	net_join(net, CLIENT0_LAN);
	net_join(net, CLIENT1_LAN);
	net_source_starts(net);
	net_run_s(net, SETTLE_S);
	for (unsigned int i = 0; i < SEVEN; i++) {
		cr_assert_null(net_hpim(net, i)->trees);
		for (uint16_t link = 0; link < net_box(net, i)->port_count; link++)
			cr_assert_str_empty(net_said(net, i, link));
	}
	cr_assert_eq(gm_if_inspect(net_core(net, R6)->gm[family][1]).groups, 0);
	seven_check_copies(net, 0, 0);
	seven_check_end(net);
}

static bool has_static_entry(const struct net *net, unsigned int router, struct ifset *ret_oifs)
{
	const struct mfib_key key = net_key(net, 0);
	struct mfib_entry entry;

	if (!mfib_find(net_core(net, router), &key, &entry) || entry.owner != MFIB_STATIC)
		return false;
	*ret_oifs = entry.route.oifs;
	return true;
}

FAMILIES_TEST(static_route_is_without_what_is_denied)
{
	struct net *net = policy_new(family);
	const struct ip_addr group = net_group(net, 0), source = net_source(net);
	struct core_event event = {
		.kind = EV_CONFIG,
		.config = { .kind = CONFIG_STATIC_ROUTE,
			    .family = family,
			    .is_on = true,
			    .route = { .source = source,
				       .group = { group,
						  (uint8_t)(8 * ip_family_addr_len(family)) },
				       .iif = 0 } }
	};
	struct ifset oifs;

	ifset_add(&event.config.route.oifs, 1);
	ifset_add(&event.config.route.oifs, 3);
	net_handle(net, R1, &event);
	cr_assert(has_static_entry(net, R1, &oifs) && ifset_count(&oifs) == 2);
	policy(net, R1, POLICY_BOUNDARY, 3, true);
	cr_assert(has_static_entry(net, R1, &oifs) && ifset_count(&oifs) == 1 &&
		  ifset_has(&oifs, 1));
	policy(net, R1, POLICY_BOUNDARY, 0, true);
	cr_assert(has_static_entry(net, R1, &oifs) && ifset_is_empty(&oifs));
	policy(net, R1, POLICY_BOUNDARY, 0, false);
	policy(net, R1, POLICY_BOUNDARY, 3, false);
	cr_assert(has_static_entry(net, R1, &oifs) && ifset_count(&oifs) == 2);
	event.config.is_on = false;
	net_handle(net, R1, &event);
	seven_check_end(net);
}
