/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CORE_SETTINGS_H
#define CORE_SETTINGS_H

/*
 * Timers and limits: one table with the name, unit, default and bounds of each. Checking, showing,
 * storing and documents come from it. A value holds for the instance; most can be set for single
 * interfaces, too, where that one counts.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"

/* A value that is not set: it is derived from others, see setting_value(). */
#define SETTING_DERIVED 0u

/* Linux lets a host name 10 (IPv4) or 64 (IPv6) sources of a group unless configured otherwise. */
#define GM_GROUP_SOURCES 128u

/** struct gm_settings - IGMP or MLD. RFC 9776, section 8; RFC 3810, section 9. */
struct gm_settings {
	uint32_t robustness;
	uint32_t query_interval_s;
	uint32_t query_response_ms;
	uint32_t startup_query_interval_s; /* may be SETTING_DERIVED */
	uint32_t startup_query_count;      /* same */
	uint32_t last_member_interval_ms;
	uint32_t last_member_count; /* may be SETTING_DERIVED */
	uint32_t groups;            /* that have members, on an interface */
	uint32_t group_sources;     /* of one group */
};

/* Checksum of the IPv6 messages of PIM-DM on an interface. Description of PIM-DM, 2.2. */
enum pim_v6_checksum {
	PIM_V6_AUTO, /* as neighbors have it: legacy while one of them has it, else RFC */
	PIM_V6_RFC,
	PIM_V6_LEGACY,
	PIM_V6_COUNT,
};

/** struct pim_settings - PIM-DM. Description of PIM-DM, section 4. */
struct pim_settings {
	uint32_t hello_period_s;
	uint32_t hold_s;         /* announced, 65535: forever; may be SETTING_DERIVED */
	uint32_t hello_delay_s;  /* Triggered_Hello_Delay */
	uint32_t propagation_ms; /* LAN Prune Delay: these two */
	uint32_t override_ms;
	uint32_t prune_hold_s;  /* J/P_Holdtime: in our Prunes */
	uint32_t prune_limit_s; /* t_limit; may be SETTING_DERIVED */
	uint32_t graft_retry_s;
	uint32_t assert_s;
	uint32_t refresh; /* State Refresh: 0 or 1 */
	uint32_t refresh_interval_s;
	uint32_t data_timeout_s;
	uint32_t v6_checksum; /* enum pim_v6_checksum */
};

/** struct mrd_settings - Multicast router discovery. RFC 4286, 3.1. */
struct mrd_settings {
	uint32_t interval_s;
	uint32_t jitter_ms; /* to either side; may be SETTING_DERIVED */
	uint32_t initial_interval_ms;
	uint32_t initial_count;
};

/** struct core_settings - Settings of an instance, or of an interface. Names end in the unit. */
struct core_settings {
	/* Description of HPIM-DM, section 5. */
	uint32_t hello_period_s;
	uint32_t hold_s; /* announced; may be SETTING_DERIVED */
	uint32_t hello_delay_s;
	uint32_t sync_retransmission_s;
	uint32_t sync_hold_s; /* may be SETTING_DERIVED */
	uint32_t default_hold_s;
	uint32_t source_lifetime_s;
	uint32_t retransmission_s; /* message types 2..5 */
	uint32_t ack_failures;
	uint32_t initial_flood_s;
	uint32_t sync_fragment; /* trees per Sync, 0: from the MTU */
	uint32_t hold_forwarding_ms;
	uint32_t initial_flood, hold_forwarding; /* 0 or 1 */
	struct pim_settings pim;
	struct mrd_settings mrd;
	uint32_t stale_s; /* what an earlier run had counts so long */
	/* Limits. */
	uint32_t neighbors;  /* of an interface and family */
	uint32_t link_trees; /* that an interface brings; may be SETTING_DERIVED */
	uint32_t trees;      /* of a family; the forwarding plane has room for those of both */
	uint32_t output_sets;
	struct gm_settings gm[IP_FAMILY_COUNT];
};

/* Rows of IGMP and MLD, from SETTING_IGMP and SETTING_MLD. */
enum setting_gm {
	SETTING_GM_ROBUSTNESS,
	SETTING_GM_QUERY_INTERVAL,
	SETTING_GM_QUERY_RESPONSE_INTERVAL,
	SETTING_GM_STARTUP_QUERY_INTERVAL,
	SETTING_GM_STARTUP_QUERY_COUNT,
	SETTING_GM_LAST_MEMBER_QUERY_INTERVAL,
	SETTING_GM_LAST_MEMBER_QUERY_COUNT,
	SETTING_GM_GROUP_MEMBERSHIP_INTERVAL, /* always derived */
	SETTING_GM_OTHER_QUERIER_INTERVAL,    /* same */
	SETTING_GM_COUNT,
};

/* Rows of the table, in the order in which they are shown. */
enum setting_id {
	SETTING_HELLO_INTERVAL,
	SETTING_HOLD_TIME,
	SETTING_HELLO_DELAY,
	SETTING_DEFAULT_HOLD_TIME,
	SETTING_RETRANSMISSION_INTERVAL,
	SETTING_RETRANSMISSION_COUNT,
	SETTING_SYNC_INTERVAL,
	SETTING_SYNC_HOLD_TIME,
	SETTING_SYNC_TREES,
	SETTING_SOURCE_LIFETIME,
	SETTING_INITIAL_FLOOD,
	SETTING_INITIAL_FLOOD_TIME,
	SETTING_HOLD_FORWARDING,
	SETTING_HOLD_FORWARDING_TIME,
	SETTING_PIM_HELLO_INTERVAL,
	SETTING_PIM_HOLD_TIME,
	SETTING_PIM_HELLO_DELAY,
	SETTING_PIM_PROPAGATION_DELAY,
	SETTING_PIM_OVERRIDE_INTERVAL,
	SETTING_PIM_PRUNE_HOLD_TIME,
	SETTING_PIM_PRUNE_LIMIT_TIME,
	SETTING_PIM_GRAFT_RETRY_TIME,
	SETTING_PIM_ASSERT_TIME,
	SETTING_PIM_STATE_REFRESH,
	SETTING_PIM_STATE_REFRESH_INTERVAL,
	SETTING_PIM_DATA_TIMEOUT,
	SETTING_PIM_V6_CHECKSUM,
	SETTING_MRD_INTERVAL,
	SETTING_MRD_JITTER,
	SETTING_MRD_INITIAL_INTERVAL,
	SETTING_MRD_INITIAL_COUNT,
	SETTING_STALE_TIME,
	SETTING_IGMP, /* first row of IGMP; those of MLD have the same order */
	SETTING_MLD = SETTING_IGMP + SETTING_GM_COUNT,
	SETTING_NEIGHBORS = SETTING_MLD + SETTING_GM_COUNT,
	SETTING_LINK_TREES,
	SETTING_IGMP_GROUPS,
	SETTING_IGMP_GROUP_SOURCES,
	SETTING_MLD_GROUPS,
	SETTING_MLD_GROUP_SOURCES,
	SETTING_TREES,
	SETTING_OUTPUT_SETS,
	SETTING_COUNT,
};

enum setting_unit {
	SETTING_S,        /* seconds */
	SETTING_MS,       /* stored in milliseconds, written in seconds */
	SETTING_NUMBER,   /* a count */
	SETTING_SWITCH,   /* on, off */
	SETTING_CHECKSUM, /* enum pim_v6_checksum */
};

/* When a change takes effect. */
enum setting_effect {
	SETTING_AT_ONCE,   /* what runs is sent or armed again */
	SETTING_NEXT,      /* timers that run end as they were armed */
	SETTING_WHEN_FULL, /* a limit: what is there already stays */
	SETTING_AT_START,  /* of the daemon */
	SETTING_EFFECT_COUNT,
};

enum setting_scope {
	SETTING_OF_LINK,     /* of the instance, and of an interface */
	SETTING_OF_INSTANCE, /* of the instance alone */
};

/**
 * struct setting - One row. The default stands in core_settings_default.
 * @name:   as users write it.
 * @offset: in struct core_settings; SETTING_NO_OFFSET: always derived, cannot be set.
 * @source: where it is defined.
 * @derived: NULL: never; else from what, while it is SETTING_DERIVED.
 */
struct setting {
	const char *name;
	enum setting_unit unit;
	enum setting_effect effect;
	enum setting_scope scope;
	uint32_t min, max;
	size_t offset;
	const char *source, *derived;
};

#define SETTING_NO_OFFSET SIZE_MAX

extern const struct setting setting_table[SETTING_COUNT];
extern const struct core_settings core_settings_default;

/** setting_is_limit() - Bounds a table; else it is a timer, or belongs to one. */
static inline bool setting_is_limit(enum setting_id id)
{
	return id >= SETTING_NEIGHBORS;
}

/** setting_can_change() - Whether it can be set at all. */
static inline bool setting_can_change(enum setting_id id)
{
	return setting_table[id].offset != SETTING_NO_OFFSET;
}

/** setting_get() - As stored: may be SETTING_DERIVED. */
uint32_t setting_get(const struct core_settings *settings, enum setting_id id);

/** setting_set() - Store a value of a setting that can change; it is not checked. */
void setting_set(struct core_settings *settings, enum setting_id id, uint32_t value);

/** setting_value() - What counts, in the unit of the table: derived where it is not set. */
uint32_t setting_value(const struct core_settings *settings, enum setting_id id);

/** setting_is_in_range() - Whether @value can be stored; SETTING_DERIVED where there is such. */
bool setting_is_in_range(enum setting_id id, uint32_t value);

/** settings_are_in_range() - All of them. */
bool settings_are_in_range(const struct core_settings *settings);

/* Which settings an interface has of its own: bit @id. */
static inline bool setting_is_own(uint64_t own, enum setting_id id)
{
	return own >> id & 1;
}

/** settings_merge() - Those of an interface: @of_link where they are its @own, else @of_all. */
void settings_merge(struct core_settings *ret_settings, const struct core_settings *of_all,
		    const struct core_settings *of_link, uint64_t own);

/** enum settings_conflict - Values that cannot go together. */
enum settings_conflict {
	SETTINGS_AGREE,
	SETTINGS_HOLD_TOO_SHORT, /* neighbors would give up before the next Hello */
	SETTINGS_SYNC_HOLD_TOO_SHORT,
	SETTINGS_IGMP_RESPONSE_TOO_LONG, /* RFC 9776, 8.3: less than the Query Interval */
	SETTINGS_MLD_RESPONSE_TOO_LONG,  /* RFC 3810, 9.3 */
	SETTINGS_PIM_HOLD_TOO_SHORT,     /* as SETTINGS_HOLD_TOO_SHORT */
	SETTINGS_PIM_REFRESH_TOO_LONG,   /* prunes would end before they are refreshed */
	SETTINGS_MRD_JITTER_TOO_LONG,    /* RFC 4286, 3.1: not more than the interval */
};

enum settings_conflict settings_conflict(const struct core_settings *settings);

#endif
