// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of settings, and what is derived from them. Texts of users are read and written in
 * ctrl/config. Source: description of HPIM-DM, sections 5 and 6.2; description of PIM-DM, section
 * 4; RFC 9776, section 8; RFC 3810, section 9; RFC 4286, section 3.1.
 */
#include <assert.h>
#include <string.h>

#include "core/settings.h"

#define GM_DEFAULT                                                                                 \
	{                                                                                          \
		.robustness = 2, .query_interval_s = 125, .query_response_ms = 10000,              \
		.last_member_interval_ms = 1000, .groups = 4096, .group_sources = GM_GROUP_SOURCES \
	}

const struct core_settings core_settings_default = {
	.hello_period_s = 10,
	.hello_delay_s = 5,
	.sync_retransmission_s = 3,
	.default_hold_s = 120,
	.source_lifetime_s = 210,
	.retransmission_s = 3,
	.ack_failures = 3,
	.initial_flood_s = 15,
	.hold_forwarding_ms = 2000,
	.initial_flood = true,
	.hold_forwarding = true,
	.pim = { .hello_period_s = 30,
		 .hello_delay_s = 5,
		 .propagation_ms = 500,
		 .override_ms = 2500,
		 .prune_hold_s = 210,
		 .graft_retry_s = 3,
		 .assert_s = 180,
		 .refresh = true,
		 .refresh_interval_s = 60,
		 .data_timeout_s = 210,
		 .v6_checksum = PIM_V6_AUTO },
	.mrd = { .interval_s = 20, .initial_interval_ms = 2000, .initial_count = 3 },
	.stale_s = 45, /* two queries of the start, 31 s apart, and 10 s for the answers */
	.neighbors = 64,
	.trees = 100000,
	.output_sets = 8192,
	.gm = { GM_DEFAULT, GM_DEFAULT },
};

/* Hold times in the intervals that they are derived from. Description of HPIM-DM, section 5. */
#define HOLD_FACTOR 4u

/* clang-format off */
#define AT(member) offsetof(struct core_settings, member)
#define NOT_SET    SETTING_NO_OFFSET
#define HPIM       "HPIM-DM 5"
#define PIM        "PIM-DM 4"
#define OWN        "docs/PROTOCOL.md"
#define MRD        "RFC 4286 3.1"

#define S      SETTING_S
#define MS     SETTING_MS
#define NUMBER SETTING_NUMBER
#define SWITCH SETTING_SWITCH
#define NOW    SETTING_AT_ONCE
#define NEXT   SETTING_NEXT
#define FULL   SETTING_WHEN_FULL
#define START  SETTING_AT_START
#define LINK   SETTING_OF_LINK
#define ALL    SETTING_OF_INSTANCE

/*
 * Both families have the same rows. The Query Response Interval ends below the 25.5 s that IGMPv2
 * can say (RFC 2236, 2.2), so that another version of the queries needs no other value.
 */
#define GM_ROWS(first, p, family, rfc)                                                             \
	[(first) + SETTING_GM_ROBUSTNESS] =                                                        \
		{ p "-robustness", NUMBER, NOW, LINK, 2, 7, AT(gm[family].robustness), rfc ".1", NULL }, \
	[(first) + SETTING_GM_QUERY_INTERVAL] =                                                    \
		{ p "-query-interval", S, NOW, LINK, 1, 3600, AT(gm[family].query_interval_s),     \
		  rfc ".2", NULL },                                                                \
	[(first) + SETTING_GM_QUERY_RESPONSE_INTERVAL] =                                           \
		{ p "-query-response-interval", MS, NOW, LINK, 100, 25000,                         \
		  AT(gm[family].query_response_ms), rfc ".3", NULL },                              \
	[(first) + SETTING_GM_STARTUP_QUERY_INTERVAL] =                                            \
		{ p "-startup-query-interval", S, NEXT, LINK, 1, 3600,                             \
		  AT(gm[family].startup_query_interval_s), rfc ".6", p "-query-interval / 4" },    \
	[(first) + SETTING_GM_STARTUP_QUERY_COUNT] =                                               \
		{ p "-startup-query-count", NUMBER, NEXT, LINK, 1, 20,                             \
		  AT(gm[family].startup_query_count), rfc ".7", p "-robustness" },                 \
	[(first) + SETTING_GM_LAST_MEMBER_QUERY_INTERVAL] =                                        \
		{ p "-last-member-query-interval", MS, NEXT, LINK, 100, 25000,                     \
		  AT(gm[family].last_member_interval_ms), rfc ".8", NULL },                        \
	[(first) + SETTING_GM_LAST_MEMBER_QUERY_COUNT] =                                           \
		{ p "-last-member-query-count", NUMBER, NEXT, LINK, 1, 20,                         \
		  AT(gm[family].last_member_count), rfc ".9", p "-robustness" },                   \
	[(first) + SETTING_GM_GROUP_MEMBERSHIP_INTERVAL] =                                         \
		{ p "-group-membership-interval", MS, NOW, LINK, 0, 0, NOT_SET, rfc ".4",          \
		  p "-robustness * " p "-query-interval + " p "-query-response-interval" },        \
	[(first) + SETTING_GM_OTHER_QUERIER_INTERVAL] =                                            \
		{ p "-other-querier-present-interval", MS, NOW, LINK, 0, 0, NOT_SET, rfc ".5",     \
		  p "-robustness * " p "-query-interval + " p "-query-response-interval / 2" }

const struct setting setting_table[SETTING_COUNT] = {
	[SETTING_HELLO_INTERVAL] =
		{ "hello-interval", S, NOW, LINK, 1, 300, AT(hello_period_s), HPIM, NULL },
	[SETTING_HOLD_TIME] =
		{ "hold-time", S, NOW, LINK, 2, 3600, AT(hold_s), HPIM, "4 * hello-interval" },
	[SETTING_HELLO_DELAY] =
		{ "hello-delay", S, NEXT, LINK, 0, 60, AT(hello_delay_s), HPIM, NULL },
	[SETTING_DEFAULT_HOLD_TIME] =
		{ "default-hold-time", S, NEXT, LINK, 2, 3600, AT(default_hold_s), HPIM, NULL },
	[SETTING_RETRANSMISSION_INTERVAL] =
		{ "retransmission-interval", S, NEXT, LINK, 1, 60, AT(retransmission_s), HPIM, NULL },
	[SETTING_RETRANSMISSION_COUNT] =
		{ "retransmission-count", NUMBER, NEXT, LINK, 1, 20, AT(ack_failures), HPIM, NULL },
	[SETTING_SYNC_INTERVAL] =
		{ "sync-interval", S, NEXT, LINK, 1, 60, AT(sync_retransmission_s), HPIM, NULL },
	[SETTING_SYNC_HOLD_TIME] =
		{ "sync-hold-time", S, NEXT, LINK, 2, 3600, AT(sync_hold_s), HPIM, "4 * sync-interval" },
	[SETTING_SYNC_TREES] =
		{ "sync-trees", NUMBER, NEXT, LINK, 0, 65535, AT(sync_fragment), HPIM, NULL },
	[SETTING_SOURCE_LIFETIME] =
		{ "source-lifetime", S, NEXT, LINK, 5, 86400, AT(source_lifetime_s), HPIM, NULL },
	[SETTING_INITIAL_FLOOD] =
		{ "initial-flood", SWITCH, NOW, LINK, 0, 1, AT(initial_flood), HPIM, NULL },
	[SETTING_INITIAL_FLOOD_TIME] =
		{ "initial-flood-time", S, NEXT, LINK, 1, 3600, AT(initial_flood_s), HPIM, NULL },
	[SETTING_HOLD_FORWARDING] =
		{ "hold-forwarding", SWITCH, NEXT, LINK, 0, 1, AT(hold_forwarding), HPIM, NULL },
	[SETTING_HOLD_FORWARDING_TIME] =
		{ "hold-forwarding-time", MS, NEXT, LINK, 100, 60000, AT(hold_forwarding_ms), HPIM, NULL },
	[SETTING_PIM_HELLO_INTERVAL] =
		{ "pim-hello-interval", S, NOW, LINK, 1, 18724, AT(pim.hello_period_s), PIM, NULL },
	[SETTING_PIM_HOLD_TIME] =
		{ "pim-hold-time", S, NOW, LINK, 2, 65535, AT(pim.hold_s), PIM,
		  "3.5 * pim-hello-interval" },
	[SETTING_PIM_HELLO_DELAY] =
		{ "pim-hello-delay", S, NEXT, LINK, 0, 60, AT(pim.hello_delay_s), PIM, NULL },
	[SETTING_PIM_PROPAGATION_DELAY] =
		{ "pim-propagation-delay", MS, NOW, LINK, 0, 32767, AT(pim.propagation_ms), PIM, NULL },
	[SETTING_PIM_OVERRIDE_INTERVAL] =
		{ "pim-override-interval", MS, NOW, LINK, 0, 65535, AT(pim.override_ms), PIM, NULL },
	[SETTING_PIM_PRUNE_HOLD_TIME] =
		{ "pim-prune-hold-time", S, NEXT, LINK, 1, 65535, AT(pim.prune_hold_s), PIM, NULL },
	[SETTING_PIM_PRUNE_LIMIT_TIME] =
		{ "pim-prune-limit-time", S, NEXT, LINK, 1, 65535, AT(pim.prune_limit_s), PIM,
		  "pim-prune-hold-time" },
	[SETTING_PIM_GRAFT_RETRY_TIME] =
		{ "pim-graft-retry-time", S, NEXT, LINK, 1, 60, AT(pim.graft_retry_s), PIM, NULL },
	[SETTING_PIM_ASSERT_TIME] =
		{ "pim-assert-time", S, NEXT, LINK, 1, 65535, AT(pim.assert_s), PIM, NULL },
	[SETTING_PIM_STATE_REFRESH] =
		{ "pim-state-refresh", SWITCH, NOW, LINK, 0, 1, AT(pim.refresh), PIM, NULL },
	[SETTING_PIM_STATE_REFRESH_INTERVAL] =
		{ "pim-state-refresh-interval", S, NEXT, LINK, 1, 255, AT(pim.refresh_interval_s),
		  PIM, NULL },
	[SETTING_PIM_DATA_TIMEOUT] =
		{ "pim-data-timeout", S, NEXT, LINK, 5, 86400, AT(pim.data_timeout_s), PIM, NULL },
	[SETTING_PIM_V6_CHECKSUM] =
		{ "pim-v6-checksum", SETTING_CHECKSUM, NOW, LINK, PIM_V6_AUTO, PIM_V6_LEGACY,
		  AT(pim.v6_checksum), "PIM-DM 2.2", NULL },
	[SETTING_MRD_INTERVAL] =
		{ "mrd-advertisement-interval", S, NEXT, LINK, 4, 180, AT(mrd.interval_s), MRD, NULL },
	[SETTING_MRD_JITTER] =
		{ "mrd-advertisement-jitter", MS, NEXT, LINK, 1, 180000, AT(mrd.jitter_ms), MRD,
		  "0.025 * mrd-advertisement-interval" },
	[SETTING_MRD_INITIAL_INTERVAL] =
		{ "mrd-initial-advertisement-interval", MS, NEXT, LINK, 100, 180000,
		  AT(mrd.initial_interval_ms), MRD, NULL },
	[SETTING_MRD_INITIAL_COUNT] =
		{ "mrd-initial-advertisements", NUMBER, NEXT, LINK, 1, 15, AT(mrd.initial_count), MRD, NULL },
	[SETTING_STALE_TIME] =
		{ "stale-time", S, START, ALL, 1, 3600, AT(stale_s), OWN, NULL },
	GM_ROWS((int)SETTING_IGMP, "igmp", IP_FAMILY_4, "RFC 9776 8"),
	GM_ROWS((int)SETTING_MLD, "mld", IP_FAMILY_6, "RFC 3810 9"),
	[SETTING_NEIGHBORS] =
		{ "neighbors", NUMBER, FULL, LINK, 1, 65535, AT(neighbors), OWN, NULL },
	[SETTING_LINK_TREES] =
		{ "interface-trees", NUMBER, FULL, LINK, 1, 1000000, AT(link_trees), OWN, "trees" },
	[SETTING_IGMP_GROUPS] =
		{ "igmp-groups", NUMBER, FULL, LINK, 1, 1000000, AT(gm[IP_FAMILY_4].groups), OWN, NULL },
	[SETTING_IGMP_GROUP_SOURCES] =
		{ "igmp-group-sources", NUMBER, FULL, LINK, 1, 4096, AT(gm[IP_FAMILY_4].group_sources),
		  OWN, NULL },
	[SETTING_MLD_GROUPS] =
		{ "mld-groups", NUMBER, FULL, LINK, 1, 1000000, AT(gm[IP_FAMILY_6].groups), OWN, NULL },
	[SETTING_MLD_GROUP_SOURCES] =
		{ "mld-group-sources", NUMBER, FULL, LINK, 1, 4096, AT(gm[IP_FAMILY_6].group_sources),
		  OWN, NULL },
	[SETTING_TREES] =
		{ "trees", NUMBER, START, ALL, 16, 1000000, AT(trees), OWN, NULL },
	[SETTING_OUTPUT_SETS] =
		{ "output-sets", NUMBER, START, ALL, 16, 65535, AT(output_sets), OWN, NULL },
};
/* clang-format on */

uint32_t setting_get(const struct core_settings *settings, enum setting_id id)
{
	uint32_t value = SETTING_DERIVED;

	if (setting_can_change(id))
		memcpy(&value, (const char *)settings + setting_table[id].offset, sizeof(value));
	return value;
}

void setting_set(struct core_settings *settings, enum setting_id id, uint32_t value)
{
	assert(setting_can_change(id));
	memcpy((char *)settings + setting_table[id].offset, &value, sizeof(value));
}

/* RFC 9776 and RFC 3810 derive the same from the same. */
static uint32_t gm_derived(const struct gm_settings *gm, enum setting_gm row)
{
	uint32_t interval_ms = gm->robustness * gm->query_interval_s * 1000;

	switch (row) {
	case SETTING_GM_STARTUP_QUERY_INTERVAL:
		return gm->query_interval_s < 4 ? 1 : gm->query_interval_s / 4;
	case SETTING_GM_STARTUP_QUERY_COUNT:
	case SETTING_GM_LAST_MEMBER_QUERY_COUNT: return gm->robustness;
	case SETTING_GM_GROUP_MEMBERSHIP_INTERVAL: return interval_ms + gm->query_response_ms;
	case SETTING_GM_OTHER_QUERIER_INTERVAL: return interval_ms + gm->query_response_ms / 2;
	default: return SETTING_DERIVED;
	}
}

uint32_t setting_value(const struct core_settings *settings, enum setting_id id)
{
	uint32_t value = setting_get(settings, id);

	if (value != SETTING_DERIVED)
		return value;
	if (id == SETTING_HOLD_TIME)
		return HOLD_FACTOR * settings->hello_period_s;
	if (id == SETTING_SYNC_HOLD_TIME)
		return HOLD_FACTOR * settings->sync_retransmission_s;
	if (id == SETTING_PIM_HOLD_TIME)
		return settings->pim.hello_period_s * 7 / 2;
	if (id == SETTING_MRD_JITTER)
		return settings->mrd.interval_s * 1000 / 40;
	if (id == SETTING_LINK_TREES)
		return settings->trees;
	if (id == SETTING_PIM_PRUNE_LIMIT_TIME)
		return settings->pim.prune_hold_s;
	if (id >= SETTING_MLD && id < SETTING_NEIGHBORS)
		return gm_derived(&settings->gm[IP_FAMILY_6], (enum setting_gm)(id - SETTING_MLD));
	if (id >= SETTING_IGMP && id < SETTING_MLD)
		return gm_derived(&settings->gm[IP_FAMILY_4], (enum setting_gm)(id - SETTING_IGMP));
	return value;
}

bool setting_is_in_range(enum setting_id id, uint32_t value)
{
	const struct setting *setting = &setting_table[id];

	return (setting->derived && value == SETTING_DERIVED) ||
	       (value >= setting->min && value <= setting->max);
}

bool settings_are_in_range(const struct core_settings *settings)
{
	for (enum setting_id id = 0; id < SETTING_COUNT; id++)
		if (!setting_is_in_range(id, setting_get(settings, id)))
			return false;
	return true;
}

void settings_merge(struct core_settings *ret_settings, const struct core_settings *of_all,
		    const struct core_settings *of_link, uint64_t own)
{
	struct core_settings settings = *of_all;

	for (; own; own &= own - 1) {
		enum setting_id id = (enum setting_id)__builtin_ctzll(own);

		setting_set(&settings, id, setting_get(of_link, id));
	}
	*ret_settings = settings;
}

enum settings_conflict settings_conflict(const struct core_settings *settings)
{
	const struct gm_settings *gm = settings->gm;

	if (setting_value(settings, SETTING_HOLD_TIME) <= settings->hello_period_s)
		return SETTINGS_HOLD_TOO_SHORT;
	if (setting_value(settings, SETTING_SYNC_HOLD_TIME) <= settings->sync_retransmission_s)
		return SETTINGS_SYNC_HOLD_TOO_SHORT;
	if (gm[IP_FAMILY_4].query_response_ms >= 1000 * gm[IP_FAMILY_4].query_interval_s)
		return SETTINGS_IGMP_RESPONSE_TOO_LONG;
	if (gm[IP_FAMILY_6].query_response_ms >= 1000 * gm[IP_FAMILY_6].query_interval_s)
		return SETTINGS_MLD_RESPONSE_TOO_LONG;
	if (setting_value(settings, SETTING_PIM_HOLD_TIME) <= settings->pim.hello_period_s)
		return SETTINGS_PIM_HOLD_TOO_SHORT;
	if (settings->pim.refresh && settings->pim.prune_hold_s <= settings->pim.refresh_interval_s)
		return SETTINGS_PIM_REFRESH_TOO_LONG;
	if (setting_value(settings, SETTING_MRD_JITTER) >= 1000 * settings->mrd.interval_s)
		return SETTINGS_MRD_JITTER_TOO_LONG;
	return SETTINGS_AGREE;
}
