// SPDX-License-Identifier: GPL-2.0-only
/* Sync_With_Trees: description of HPIM-DM, 9.2. 21 trees in fragments of five. */
#include "core/hpim/snapshot.h"
#include "unit/common_seven.h"

#define FAMILIES_TEST(name)                      \
	static void name(enum ip_family family); \
	Test(core_snapshot, name)                \
	{                                        \
		name(IP_FAMILY_4);               \
		name(IP_FAMILY_6);               \
	}                                        \
	static void name(enum ip_family family)

#define TREES 21u

static struct net *snapshot_new(enum ip_family family)
{
	struct net *net = seven_new(family);
	struct core_settings settings = core_settings_default;

	settings.sync_fragment = 5;
	net_settings(net, &settings);
	net->data_groups = TREES;
	net_all_on(net);
	net_run_s(net, 12);
	net_source_starts(net);
	net_run_s(net, 20);
	for (unsigned int i = 0; i < SEVEN; i++)
		cr_assert_eq(net_hpim(net, i)->tree_count, TREES, "R%u", i + 1);
	return net;
}

static void restart(struct net *net, unsigned int router, uint16_t link)
{
	net_switch(net, router, link, PROTO_HPIM, false);
	net_run(net, HP_MS(10));
	net_log_clear(net);
	net_switch(net, router, link, PROTO_HPIM, true);
	net_run_s(net, SETTLE_S);
}

/* Trees of each Sync to a neighbor, in order: "5 5 5 5 1 -"; "-" is a Sync without trees. */
static struct sim_text fragments(const struct net *net, unsigned int router, uint16_t link,
				 unsigned int host)
{
	const struct sim_log *log = &net->logs[router];
	struct sim_text text = { "" };
	char prefix[16];

	(void)snprintf(prefix, sizeof(prefix), "Sync>.%u ", host);
	for (size_t i = 0; i < log->count; i++) {
		const char *said = log->entries[i].text.s;
		const char *trees = strstr(said, "trees");

		if (log->entries[i].link == link && !strncmp(said, prefix, strlen(prefix)))
			sim_text_add(&text, "%s%s", text.s[0] ? " " : "", trees ? trees + 5 : "-");
	}
	return text;
}

static void check_fragments(const struct net *net, unsigned int router, uint16_t link,
			    unsigned int host, const char *expected)
{
	cr_assert_str_eq(fragments(net, router, link, host).s, expected, "R%u to .%u: %s",
			 router + 1, host, fragments(net, router, link, host).s);
}

/* How often a message of types 2 to 5 stands in what a router said on an interface. */
static unsigned int said_count(const struct net *net, unsigned int router, uint16_t link,
			       const char *end)
{
	const struct sim_log *log = &net->logs[router];
	unsigned int count = 0;

	for (size_t i = 0; i < log->count; i++) {
		const char *said = log->entries[i].text.s;

		count += log->entries[i].is_tree && log->entries[i].link == link &&
			 strlen(said) >= strlen(end) &&
			 !strcmp(said + strlen(said) - strlen(end), end);
	}
	return count;
}

static void check_all_active(const struct net *net, unsigned int router)
{
	const struct hpim *hpim = net_hpim(net, router);

	cr_assert_eq(hpim->tree_count, TREES);
	for (const struct hpim_tree *tree = hpim->trees; tree; tree = tree->hh.next)
		cr_assert_eq(tree->view.state, TREE_ACTIVE);
}

static void end(struct net *net)
{
	net_source_stops(net);
	net_run_s(net, 260);
	net_check_empty(net);
	net_free(net);
}

FAMILIES_TEST(returning_forwarder_exchanges_all_trees_in_fragments)
{
	struct net *net = snapshot_new(family);
	uint32_t sn_of_r2 = net_hpim(net, R2)->ifs[1]->sn;

	restart(net, R4, 1);
	cr_assert_eq(net_hpim(net, R4)->ifs[1]->synced_count, 4);
	check_all_active(net, R4);
	check_fragments(net, R2, 1, 4, "5 5 5 5 1 -");
	check_fragments(net, R3, 1, 4, "5 5 5 5 1 -");
	check_fragments(net, R4, 1, 2, "5 5 5 5 1 -");
	check_fragments(net, R4, 1, 3, "5 5 5 5 1 -");
	check_fragments(net, R4, 1, 5, "5 5 5 5 1 -");
	check_fragments(net, R4, 1, 6, "5 5 5 5 1 -");
	check_fragments(net, R5, 0, 4, "- - - - - -");
	check_fragments(net, R6, 0, 4, "- - - - - -");
	cr_assert_gt(net_neighbor(net, R2, 1, 4)->my_snapshot_sn, sn_of_r2);
	cr_assert_eq(net_neighbor(net, R2, 1, 4)->sync_sn, 5);
	cr_assert_eq(net_neighbor(net, R4, 1, 2)->sync_sn, 5);
	end(net);
}

/* R5 and R6 tell the returned winner what they want; the losers R2 and R3 say nothing. */
FAMILIES_TEST(returning_forwarder_is_told_the_interest_in_all_trees)
{
	struct net *net = snapshot_new(family);

	restart(net, R4, 1);
	cr_assert_eq(said_count(net, R5, 0, ">.4"), TREES);
	cr_assert_eq(said_count(net, R6, 0, ">.4"), TREES);
	cr_assert_str_eq(net_said(net, R2, 1), "");
	cr_assert_str_eq(net_said(net, R3, 1), "");
	end(net);
}

FAMILIES_TEST(returning_downstream_router_is_given_all_trees)
{
	struct net *net = snapshot_new(family);

	restart(net, R5, 0);
	cr_assert_eq(net_hpim(net, R5)->ifs[0]->synced_count, 4);
	check_all_active(net, R5);
	check_fragments(net, R2, 1, 5, "5 5 5 5 1 -");
	check_fragments(net, R3, 1, 5, "5 5 5 5 1 -");
	check_fragments(net, R4, 1, 5, "5 5 5 5 1 -");
	check_fragments(net, R6, 0, 5, "- -");
	check_fragments(net, R5, 0, 6, "- -");
	cr_assert_geq(said_count(net, R5, 0, ">.4"), TREES);
	end(net);
}

/* F from the MTU of 1500: 91 entries of IPv4, 35 of IPv6. 2.9 */
FAMILIES_TEST(fragment_size_follows_from_the_mtu)
{
	struct net *net = net_new(family, 1);
	struct core_settings settings = core_settings_default;
	const struct hpim_if *hif;

	net_port(net, 0, 0, 2, 1);
	net_on(net, 0);
	hif = net_hpim(net, 0)->ifs[0];
	cr_assert_eq(hpim_snapshot_fragment(hif), family == IP_FAMILY_4 ? 91 : 35);
	net_core(net, 0)->links[0].info.mtu = 50;
	cr_assert_eq(hpim_snapshot_fragment(hif), 1, "at least one (Q13)");
	net_core(net, 0)->links[0].info.mtu = 65536;
	cr_assert_eq(hpim_snapshot_fragment(hif), family == IP_FAMILY_4 ? 4093 : 1636);
	settings.sync_fragment = 5;
	net_settings(net, &settings);
	cr_assert_eq(hpim_snapshot_fragment(hif), 5);
	settings.sync_fragment = 100000;
	net_settings(net, &settings);
	cr_assert_eq(hpim_snapshot_fragment(hif), family == IP_FAMILY_4 ? 4093 : 1636,
		     "never more than one packet can carry");
	net_free(net);
}
