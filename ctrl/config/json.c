// SPDX-License-Identifier: GPL-2.0-only
/* Configurations as JSON, for the state file of the daemon. Values of settings are as users write
 * them. */
#include <string.h>

#include "config/config.h"
#include "io/field.h"

static const char *const mode_names[] = {
	[DPLANE_MODE_AUTO] = "auto",       [DPLANE_MODE_NATIVE] = "native",
	[DPLANE_MODE_GENERIC] = "generic", [DPLANE_MODE_TC] = "tc",
	[DPLANE_MODE_KERNEL] = "kernel",
};

#define MODE_COUNT (sizeof(mode_names) / sizeof(mode_names[0]))

const char *config_mode_name(enum dplane_mode mode)
{
	return mode_names[mode];
}

bool config_mode_by_name(const char *name, enum dplane_mode *ret_mode)
{
	for (unsigned int mode = 0; mode < MODE_COUNT; mode++) {
		if (strcmp(name, mode_names[mode]) != 0)
			continue;
		*ret_mode = (enum dplane_mode)mode;
		return true;
	}
	return false;
}

struct json_object *config_settings_encode(const struct config_settings *settings)
{
	struct json_object *object = json_object_new_object();
	char text[CONFIG_VALUE_MAX];

	for (enum setting_id id = 0; id < SETTING_COUNT; id++) {
		if (!setting_is_own(settings->own, id))
			continue;
		config_value_text(id, setting_get(&settings->values, id), text);
		field_put_text(object, setting_table[id].name, text);
	}
	return object;
}

static bool setting_decode(const char *name, struct json_object *value,
			   struct config_settings *settings)
{
	enum setting_id id = config_setting_find(name);
	char why[CONFIG_WHY_MAX];
	uint32_t number;

	if (id == SETTING_COUNT || !json_object_is_type(value, json_type_string) ||
	    config_value_parse(id, json_object_get_string(value), &number, why) < 0)
		return false;
	setting_set(&settings->values, id, number);
	settings->own |= UINT64_C(1) << id;
	return true;
}

unsigned int config_settings_decode(struct json_object *object,
				    struct config_settings *ret_settings)
{
	struct config_settings settings = { .values = core_settings_default };
	unsigned int skipped = 0;

	if (object && json_object_is_type(object, json_type_object)) {
		json_object_object_foreach(object, name, value)
		{
			if (!setting_decode(name, value, &settings))
				skipped++;
		}
	}
	*ret_settings = settings;
	return skipped;
}

/* Names of what is on or off, as in the records of hpimctl. */
static const char *const proto_names[IP_FAMILY_COUNT][PROTO_COUNT] = {
	[IP_FAMILY_4] = { [PROTO_HPIM] = "hpim4",
			  [PROTO_GM] = "igmp",
			  [PROTO_PIMDM] = "pim_dm4",
			  [PROTO_FOLLOW] = "follow4" },
	[IP_FAMILY_6] = { [PROTO_HPIM] = "hpim6",
			  [PROTO_GM] = "mld",
			  [PROTO_PIMDM] = "pim_dm6",
			  [PROTO_FOLLOW] = "follow6" },
};
static const char *const version_names[IP_FAMILY_COUNT] = { "igmp_version", "mld_version" };

struct json_object *config_link_encode(const struct config_link *link)
{
	struct json_object *object = json_object_new_object();

	/* As it is: names may have any bytes. */
	json_object_object_add(object, "interface", json_object_new_string(link->name));
	field_put_text(object, "mode", config_mode_name(link->mode));
	field_put_number(object, "threshold", link->threshold);
	field_put_bool(object, "fast_leave", link->has_fast_leave);
	field_put_bool(object, "ssm_any_source", link->has_ssm_any_source);
	field_put_bool(object, "passive", link->is_gm_passive);
	for (enum ip_family family = IP_FAMILY_4; family < IP_FAMILY_COUNT; family++) {
		for (enum core_proto proto = PROTO_HPIM; proto < PROTO_COUNT; proto++)
			field_put_bool(object, proto_names[family][proto],
				       link->wanted[family][proto]);
		field_put_number(object, version_names[family], link->gm_version[family]);
	}
	json_object_object_add(object, "settings", config_settings_encode(&link->settings));
	return object;
}

bool config_link_decode(struct json_object *object, struct config_link *ret_link)
{
	const char *name = field_text(object, "interface"), *mode = field_text(object, "mode");
	struct config_link link = { .threshold = 0 };
	int64_t threshold = 0;

	if (!name || !name[0] || strlen(name) >= sizeof(link.name) || !mode ||
	    !config_mode_by_name(mode, &link.mode))
		return false;
	memcpy(link.name, name, strlen(name));
	if (field_number(object, "threshold", 0, UINT8_MAX, &threshold))
		link.threshold = (uint8_t)threshold;
	link.has_fast_leave = field_bool(object, "fast_leave");
	link.has_ssm_any_source = field_bool(object, "ssm_any_source");
	link.is_gm_passive = field_bool(object, "passive");
	for (enum ip_family family = IP_FAMILY_4; family < IP_FAMILY_COUNT; family++) {
		for (enum core_proto proto = PROTO_HPIM; proto < PROTO_COUNT; proto++)
			link.wanted[family][proto] = field_bool(object, proto_names[family][proto]);
		if (config_link_conflict(link.wanted[family]))
			return false;
		if (!field_gm_version(object, family, &link.gm_version[family]))
			return false;
	}
	(void)config_settings_decode(json_object_object_get(object, "settings"), &link.settings);
	*ret_link = link;
	return true;
}
