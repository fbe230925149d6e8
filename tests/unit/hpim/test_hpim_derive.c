// SPDX-License-Identifier: GPL-2.0-only
/*
 * Facts to view, two views to messages: description of HPIM-DM, 3.8 to 3.13, as tables. Interface 0
 * is the root of most rows; 1 and 2 are non-root.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "base/addr_text.h"
#include "core/hpim/derive.h"

static struct ip_addr addr_of(const char *text)
{
	struct ip_addr addr;

	cr_assert_eq(ip_addr_parse(text, &addr), 0);
	return addr;
}

/* Our address ends in .5; the neighbors on every interface are .4 and .6. */
static struct hpim_best best_of(unsigned int host, uint32_t preference, uint32_t metric)
{
	struct hpim_best best = { .generation = 1, .rpc = { preference, metric } };

	best.addr = addr_of(host == 4 ? "10.0.0.4" : "10.0.0.6");
	return best;
}

static struct hpim_facts facts_new(uint16_t if_count)
{
	struct hpim_facts facts = {
		.root = 0, .data_link = LINK_NONE, .rpc = { 11, 20 }, .if_count = if_count
	};

	for (uint16_t i = 0; i < if_count; i++) {
		facts.ifs[i].link = i;
		facts.ifs[i].is_hpim = true;
		facts.ifs[i].floods = true;
		facts.ifs[i].addr = addr_of("10.0.0.5");
	}
	return facts;
}

/* ---- 3.8 ---- */

static enum hpim_tree_state state_of(const struct hpim_facts *facts)
{
	struct hpim_view_if ifs[LINKS_MAX];
	struct hpim_view view;

	hpim_derive(facts, &view, ifs);
	return view.state;
}

Test(hpim_derive, state_of_a_non_originator)
{
	static const struct {
		uint16_t root;
		bool has_root_best, has_other_best;
		uint32_t preference, metric; /* of BestUpstream(root) */
		enum hpim_tree_state state;
	} rows[] = {
		{ 0, false, false, 0, 0, TREE_INACTIVE },
		{ LINK_NONE, false, false, 0, 0, TREE_INACTIVE },
		{ 0, true, false, 11, 19, TREE_ACTIVE },
		{ 0, true, false, 10, 99, TREE_ACTIVE }, /* preference first */
		{ 0, true, false, 11, 20, TREE_UNSURE }, /* equal is not feasible */
		{ 0, true, false, 11, 21, TREE_UNSURE },
		{ 0, true, false, 12, 0, TREE_UNSURE },
		{ LINK_NONE, true, false, 2, 0, TREE_UNSURE },
		{ 0, false, true, 0, 0, TREE_UNSURE },
		{ LINK_NONE, false, true, 0, 0, TREE_UNSURE },
		{ 0, true, true, 11, 19, TREE_ACTIVE },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hpim_facts facts = facts_new(3);

		facts.root = rows[i].root;
		if (rows[i].has_root_best)
			facts.ifs[0].best = best_of(4, rows[i].preference, rows[i].metric);
		if (rows[i].has_other_best)
			facts.ifs[1].best = best_of(4, 2, 0);
		cr_assert_eq(state_of(&facts), rows[i].state, "row %zu", i);
	}
}

Test(hpim_derive, state_of_an_originator)
{
	static const struct {
		uint16_t root;
		bool is_source_active, has_best;
		enum hpim_tree_state state;
	} rows[] = {
		{ 0, true, false, TREE_ACTIVE },         { 0, true, true, TREE_ACTIVE },
		{ 0, false, true, TREE_UNSURE },         { 0, false, false, TREE_INACTIVE },
		{ LINK_NONE, false, true, TREE_UNSURE }, { LINK_NONE, false, false, TREE_INACTIVE },
		{ LINK_NONE, true, true, TREE_UNSURE },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hpim_facts facts = facts_new(3);

		facts.is_originator = true;
		facts.rpc = (struct hpim_rpc){ 2, 0 };
		facts.root = rows[i].root;
		facts.is_source_active = rows[i].is_source_active;
		if (rows[i].has_best)
			facts.ifs[1].best = best_of(4, 2, 0);
		cr_assert_eq(state_of(&facts), rows[i].state, "row %zu", i);
	}
}

/* ---- 3.10 ---- */

Test(hpim_derive, assert_table)
{
	static const struct {
		bool is_active;
		unsigned int host; /* 0: no BestUpstream on interface 1 */
		uint32_t preference, metric;
		bool is_winner;
	} rows[] = {
		{ true, 0, 0, 0, true },    { true, 6, 12, 0, true }, /* lower preference wins */
		{ true, 6, 11, 21, true },  /* equal preference, lower metric */
		{ true, 4, 11, 20, true },  /* equal RPC, higher address */
		{ true, 6, 11, 20, false }, /* equal RPC, lower address */
		{ true, 4, 11, 19, false }, { true, 4, 10, 99, false },
		{ false, 0, 0, 0, true },   { false, 4, 99, 99, false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hpim_facts facts = facts_new(3);
		struct hpim_view_if ifs[LINKS_MAX];
		struct hpim_view view;

		facts.ifs[0].best = best_of(4, 11, rows[i].is_active ? 10 : 50);
		if (rows[i].host)
			facts.ifs[1].best =
				best_of(rows[i].host, rows[i].preference, rows[i].metric);
		hpim_derive(&facts, &view, ifs);
		cr_assert_eq(view.state, rows[i].is_active ? TREE_ACTIVE : TREE_UNSURE);
		cr_assert_eq(ifs[1].is_winner, rows[i].is_winner, "row %zu", i);
		cr_assert_eq(ifs[1].role, ROLE_NON_ROOT);
	}
}

/* ---- 3.11 ---- */

/* All 32 combinations of what forwarding follows from. */
Test(hpim_derive, forwarding_needs_somebody_and_the_right_to)
{
	for (unsigned int bits = 0; bits < 32; bits++) {
		bool interest = bits & 1, member = bits & 2, loser = bits & 4, holding = bits & 8,
		     connected = bits & 16;
		struct hpim_facts facts = facts_new(3);
		struct hpim_view_if ifs[LINKS_MAX];
		struct hpim_view view;
		bool forwards;

		facts.ifs[0].best = best_of(4, 11, 10);
		facts.ifs[0].has_interest = facts.ifs[0].has_member = true; /* root: never */
		facts.ifs[1].has_interest = interest;
		facts.ifs[1].has_member = member;
		facts.ifs[1].is_holding = holding;
		facts.ifs[1].is_connected = connected;
		if (loser)
			facts.ifs[1].best = best_of(4, 11, 15);
		hpim_derive(&facts, &view, ifs);
		forwards = (interest || member) && (!loser || holding) && !connected;
		cr_assert_eq(ifs[1].is_forwarding, forwards, "bits %u", bits);
		cr_assert_eq(ifset_has(&view.oifs, 1), forwards, "bits %u", bits);
		cr_assert_eq(ifset_count(&view.oifs), forwards);
		cr_assert_eq(view.in_tree, forwards, "bits %u", bits);
		cr_assert_eq(view.iif, 0);
		cr_assert_eq(ifs[0].sent, forwards ? SENT_INTEREST : SENT_NO_INTEREST);
		cr_assert_eq(ifs[1].is_upstream, !connected, "bits %u", bits);
	}
}

Test(hpim_derive, interface_without_hpim_is_never_upstream)
{
	struct hpim_facts facts = facts_new(3);
	struct hpim_view_if ifs[LINKS_MAX];
	struct hpim_view view;

	facts.ifs[0].best = best_of(4, 11, 10);
	facts.ifs[1].is_hpim = false;
	facts.ifs[1].has_member = true;
	hpim_derive(&facts, &view, ifs);
	cr_assert(ifs[1].is_forwarding && !ifs[1].is_upstream);
	cr_assert(!ifs[2].is_forwarding && ifs[2].is_upstream);
}

/* ---- What BestUpstream is told: 3.7, 3.12 ---- */

Test(hpim_derive, unsure_router_tells_every_upstream_neighbor)
{
	struct hpim_facts facts = facts_new(3);
	struct hpim_view_if ifs[LINKS_MAX];
	struct hpim_view view;

	facts.ifs[0].best = best_of(4, 11, 50);
	facts.ifs[1].best = best_of(4, 11, 60);
	facts.ifs[2].has_interest = true;
	hpim_derive(&facts, &view, ifs);
	cr_assert_eq(view.state, TREE_UNSURE);
	cr_assert_eq(ifs[0].sent, SENT_INTEREST);
	cr_assert_eq(ifs[1].sent, SENT_NO_INTEREST);
	cr_assert_eq(ifs[2].sent, SENT_NOTHING);
	cr_assert_not(ifs[1].is_upstream || ifs[2].is_upstream);
	cr_assert(view.iif == 0 && ifset_has(&view.oifs, 2));
}

Test(hpim_derive, root_of_an_originator_tells_nothing)
{
	struct hpim_facts facts = facts_new(3);
	struct hpim_view_if ifs[LINKS_MAX];
	struct hpim_view view;

	facts.is_originator = facts.is_source_active = true;
	facts.ifs[0].best = best_of(4, 2, 0);
	facts.ifs[1].has_interest = true;
	hpim_derive(&facts, &view, ifs);
	cr_assert_eq(ifs[0].sent, SENT_NOTHING);
	cr_assert(ifs[1].is_forwarding && ifs[1].is_upstream && !ifs[0].is_upstream);
}

/* ---- 3.17 ---- */

Test(hpim_derive, entry_for_data_without_a_tree)
{
	static const struct {
		bool has_data, is_originator;
		uint16_t root, data_link, iif;
		const char *floods, *oifs;
	} rows[] = {
		{ false, false, 0, LINK_NONE, LINK_NONE, "0123", "" },
		{ true, false, 0, 0, 0, "0123", "12" },
		{ true, false, 0, 1, 0, "0123", "12" },
		{ true, false, 0, 0, 0, "0", "" },
		{ true, false, 0, 0, 0, "23", "2" },
		{ true, false, LINK_NONE, 1, 1, "0123", "" },
		{ true, true, LINK_NONE, 1, 1, "0123", "" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hpim_facts facts = facts_new(4);
		struct hpim_view_if ifs[LINKS_MAX];
		struct hpim_view view;

		facts.ifs[3].is_connected = true; /* never flooded back to where the source is */
		facts.has_data = rows[i].has_data;
		for (unsigned int link = 0; link < facts.if_count; link++)
			facts.ifs[link].floods = strchr(rows[i].floods, (int)('0' + link));
		facts.is_originator = rows[i].is_originator;
		facts.root = rows[i].root;
		facts.data_link = rows[i].data_link;
		hpim_derive(&facts, &view, ifs);
		cr_assert_eq(view.state, TREE_INACTIVE);
		cr_assert_eq(view.iif, rows[i].iif, "row %zu", i);
		cr_assert_eq(ifset_count(&view.oifs), strlen(rows[i].oifs), "row %zu", i);
		for (const char *oif = rows[i].oifs; *oif; oif++)
			cr_assert(ifset_has(&view.oifs, (uint16_t)(*oif - '0')), "row %zu", i);
	}
}

/* ---- 4.2 ---- */

Test(hpim_derive, costs_are_compared_preference_first_and_unsigned)
{
	const struct hpim_rpc low = { 1, 0xffffffff }, high = { 2, 0 }, top = { 0xffffffff, 0 };
	const struct ip_addr four = addr_of("10.0.0.4"), six = addr_of("10.0.0.200");

	cr_assert_lt(hpim_rpc_compare(&low, &high), 0);
	cr_assert_gt(hpim_rpc_compare(&top, &high), 0);
	cr_assert_eq(hpim_rpc_compare(&high, &high), 0);
	cr_assert(hpim_best_is_better(&low, &four, &high, &six));
	cr_assert(hpim_best_is_better(&low, &six, &low, &four));
	cr_assert_not(hpim_best_is_better(&low, &four, &low, &six));
	cr_assert_not(hpim_best_is_better(&low, &four, &low, &four));
}

/* A program of this router: its packets are on the wire of the interface that it sends by already.
 */
Test(hpim_derive, local_source_is_announced_everywhere_and_copied_to_the_others)
{
	struct hpim_facts facts = facts_new(3);
	struct hpim_view_if ifs[LINKS_MAX];
	struct hpim_view view;

	facts.is_originator = facts.is_local = facts.is_source_active = true;
	facts.root = LINK_NONE;
	facts.local_input = 1;
	for (unsigned int i = 0; i < 3; i++)
		facts.ifs[i].has_interest = true;
	hpim_derive(&facts, &view, ifs);
	cr_assert_eq(view.state, TREE_ACTIVE);
	cr_assert_eq(view.iif, 1);
	for (uint16_t i = 0; i < 3; i++) {
		cr_assert_eq(ifs[i].role, ROLE_NON_ROOT);
		cr_assert(ifs[i].is_upstream && ifs[i].is_winner);
		cr_assert_eq(ifset_has(&view.oifs, i), i != 1, "interface %u", i);
	}
	facts.local_input = LINK_NONE; /* it has not sent yet */
	hpim_derive(&facts, &view, ifs);
	cr_assert_eq(view.state, TREE_INACTIVE);
	cr_assert_eq(view.iif, LINK_NONE);
}
