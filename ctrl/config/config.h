/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

/*
 * What can be configured: settings of the instance and of interfaces, and what runs on these. Here
 * it is checked, compared, and turned into text and back; who performs it is the daemon.
 */
#include <json-c/json.h>

#include "core/event.h"
#include "dplane/mode.h"

/**
 * struct config_settings - Settings of the instance or of an interface.
 * @own:    those that were set here, setting_is_own(); the others come from above.
 * @values: of those.
 */
struct config_settings {
	uint64_t own;
	struct core_settings values;
};

/** struct config_link - An interface. */
struct config_link {
	char name[LINK_NAME_LEN];
	enum dplane_mode mode;
	uint8_t threshold; /* only packets with a greater TTL leave there */
	bool wanted[IP_FAMILY_COUNT][PROTO_COUNT];
	uint8_t gm_version[IP_FAMILY_COUNT]; /* 0: the newest */
	bool has_fast_leave, has_ssm_any_source, is_gm_passive;
	struct config_settings settings;
};

/**
 * config_link_conflict() - Whether HPIM-DM and PIM-DM are both to run for a family: an interface
 * runs one of them at most.
 */
static inline bool config_link_conflict(const bool wanted[PROTO_COUNT])
{
	return wanted[PROTO_HPIM] && wanted[PROTO_PIMDM];
}

/* All ones is the metric of what cannot be reached. */
#define CONFIG_METRIC_MAX (UINT32_MAX - 1)

/** struct config_metric - What counts for the sources of a prefix instead of the kernel's metric.
 */
struct config_metric {
	struct ip_prefix source;
	uint32_t metric;
	bool has_preference; /* false: as the kernel says, the protocol of the route */
	uint32_t preference;
};

/* Room for a reason: a sentence without a period. */
#define CONFIG_WHY_MAX 192

/* ---- config/value.c: settings as users write them ---- */

/** config_setting_find() - By name; SETTING_COUNT: there is none. */
enum setting_id config_setting_find(const char *name);

/* The longest text of a value. */
#define CONFIG_VALUE_MAX 16

/** config_value_text() - "10", "0.5", "on". */
void config_value_text(enum setting_id id, uint32_t value, char text[CONFIG_VALUE_MAX]);

/** config_unit_text() - "s", or "" where there is none. */
const char *config_unit_text(enum setting_id id);

/**
 * config_value_parse() - Read a value.
 * @why: filled when it is refused: what the setting takes.
 *
 * Return: 0; -EINVAL; -EPERM: the setting is derived from others and cannot be set.
 */
int config_value_parse(enum setting_id id, const char *text, uint32_t *ret_value,
		       char why[CONFIG_WHY_MAX]);

/**
 * config_check() - Whether settings that are in range go together.
 * @settings: as they would count on @where.
 *
 * Return: 0, or -EINVAL and @why.
 */
int config_check(const struct core_settings *settings, const char *where, char why[CONFIG_WHY_MAX]);

/* ---- config/diff.c: from one configuration to another ---- */

/** config_settings_equal() - The same ones are set, to the same values. */
bool config_settings_equal(const struct config_settings *a, const struct config_settings *b);

typedef void config_event_fn(void *ctx, const struct ev_config *config);

/**
 * config_link_diff() - Events that make of an interface that runs as @was one that runs as @is.
 * @link: its number in the core.
 * @each: called for each, in an order in which what runs begins with its settings.
 *
 * Mode and threshold are the forwarding plane's: they make no event.
 */
void config_link_diff(const struct config_link *was, const struct config_link *is, uint16_t link,
		      config_event_fn *each, void *ctx);

/* ---- config/json.c: what a state file keeps ---- */

/** config_settings_encode() - Those that are its own, by name. */
struct json_object *config_settings_encode(const struct config_settings *settings);

/**
 * config_settings_decode() - Names that are not known and values that are out of range are skipped:
 * a newer version may have written them.
 *
 * Return: how many were skipped.
 */
unsigned int config_settings_decode(struct json_object *object,
				    struct config_settings *ret_settings);

/** config_link_encode() - As an object that can be given more members. */
struct json_object *config_link_encode(const struct config_link *link);

/** config_link_decode() - Return: whether it is an interface; also of versions without settings. */
bool config_link_decode(struct json_object *object, struct config_link *ret_link);

/** config_mode_name() - "auto", "native", ... */
const char *config_mode_name(enum dplane_mode mode);

/** config_mode_by_name() - Return: whether there is such a mode. */
bool config_mode_by_name(const char *name, enum dplane_mode *ret_mode);

#endif
