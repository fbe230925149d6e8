// SPDX-License-Identifier: GPL-2.0-only
/* Settings as users write and read them. The numbers stand in core/settings.c. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/config.h"

enum setting_id config_setting_find(const char *name)
{
	enum setting_id id = 0;

	while (id < SETTING_COUNT && strcmp(setting_table[id].name, name) != 0)
		id++;
	return id;
}

/* Values of a unit that has words for them, ends with NULL; NULL: it has numbers. */
static const char *const *words_of(enum setting_unit unit)
{
	static const char *const on_off[] = { "off", "on", NULL };
	static const char *const checksums[PIM_V6_COUNT + 1] = {
		[PIM_V6_AUTO] = "auto", [PIM_V6_RFC] = "rfc", [PIM_V6_LEGACY] = "legacy"
	};

	return unit == SETTING_SWITCH ? on_off : unit == SETTING_CHECKSUM ? checksums : NULL;
}

void config_value_text(enum setting_id id, uint32_t value, char text[CONFIG_VALUE_MAX])
{
	enum setting_unit unit = setting_table[id].unit;

	switch (unit) {
	case SETTING_SWITCH:
	case SETTING_CHECKSUM:
		(void)snprintf(text, CONFIG_VALUE_MAX, "%s", words_of(unit)[value]);
		break;
	case SETTING_MS: (void)snprintf(text, CONFIG_VALUE_MAX, "%g", value / 1000.0); break;
	case SETTING_S:
	case SETTING_NUMBER: (void)snprintf(text, CONFIG_VALUE_MAX, "%u", value); break;
	}
}

const char *config_unit_text(enum setting_id id)
{
	enum setting_unit unit = setting_table[id].unit;

	return unit == SETTING_S || unit == SETTING_MS ? "s" : "";
}

static void explain_range(enum setting_id id, const char *text, char why[CONFIG_WHY_MAX])
{
	const struct setting *setting = &setting_table[id];
	char min[CONFIG_VALUE_MAX], max[CONFIG_VALUE_MAX];

	config_value_text(id, setting->min, min);
	config_value_text(id, setting->max, max);
	if (setting->unit == SETTING_SWITCH)
		(void)snprintf(why, CONFIG_WHY_MAX, "%s is on or off, not '%.40s'", setting->name,
			       text);
	else if (setting->unit == SETTING_CHECKSUM)
		(void)snprintf(why, CONFIG_WHY_MAX, "%s is auto, rfc or legacy, not '%.40s'",
			       setting->name, text);
	else
		(void)snprintf(why, CONFIG_WHY_MAX, "%s is %s from %s to %s, not '%.40s'",
			       setting->name,
			       setting->unit == SETTING_NUMBER ? "a number"
			       : setting->unit == SETTING_MS   ? "a time in seconds"
							       : "a whole number of seconds",
			       min, max, text);
}

/* Digits, with up to three after a point in seconds that are stored as milliseconds. */
static bool parse_number(const char *text, bool is_ms, uint32_t *ret_value)
{
	unsigned long value, scale = is_ms ? 1000 : 1;
	const char *point = text + strspn(text, "0123456789");
	char *end;

	if (point == text || point - text > 9)
		return false;
	value = strtoul(text, &end, 10) * scale;
	if (is_ms && *end == '.') {
		const char *digit = end + 1;

		for (; *digit >= '0' && *digit <= '9' && scale > 1; digit++) {
			scale /= 10;
			value += scale * (unsigned long)(*digit - '0');
		}
		end = (char *)digit;
	}
	if (*end || value > UINT32_MAX)
		return false;
	*ret_value = (uint32_t)value;
	return true;
}

static bool parse_value(enum setting_unit unit, const char *text, uint32_t *ret_value)
{
	const char *const *words = words_of(unit);

	if (!words)
		return parse_number(text, unit == SETTING_MS, ret_value);
	for (uint32_t value = 0; words[value]; value++) {
		if (strcmp(text, words[value]) != 0)
			continue;
		*ret_value = value;
		return true;
	}
	return false;
}

int config_value_parse(enum setting_id id, const char *text, uint32_t *ret_value,
		       char why[CONFIG_WHY_MAX])
{
	const struct setting *setting = &setting_table[id];
	uint32_t value;

	if (!setting_can_change(id)) {
		(void)snprintf(why, CONFIG_WHY_MAX, "%s follows from %s", setting->name,
			       setting->derived);
		return -EPERM;
	}
	if (!parse_value(setting->unit, text, &value) || value < setting->min ||
	    value > setting->max) {
		explain_range(id, text, why);
		return -EINVAL;
	}
	*ret_value = value;
	return 0;
}

/* Numbers, since clang 19 warns of sums of two enumerations. */
#define IGMP ((int)SETTING_IGMP)
#define MLD  ((int)SETTING_MLD)

int config_check(const struct core_settings *settings, const char *where, char why[CONFIG_WHY_MAX])
{
	static const struct {
		enum setting_id high, low;
	} pairs[] = {
		[SETTINGS_HOLD_TOO_SHORT] = { SETTING_HOLD_TIME, SETTING_HELLO_INTERVAL },
		[SETTINGS_SYNC_HOLD_TOO_SHORT] = { SETTING_SYNC_HOLD_TIME, SETTING_SYNC_INTERVAL },
		[SETTINGS_IGMP_RESPONSE_TOO_LONG] = { IGMP + SETTING_GM_QUERY_INTERVAL,
						      IGMP + SETTING_GM_QUERY_RESPONSE_INTERVAL },
		[SETTINGS_MLD_RESPONSE_TOO_LONG] = { MLD + SETTING_GM_QUERY_INTERVAL,
						     MLD + SETTING_GM_QUERY_RESPONSE_INTERVAL },
		[SETTINGS_PIM_HOLD_TOO_SHORT] = { SETTING_PIM_HOLD_TIME,
						  SETTING_PIM_HELLO_INTERVAL },
		[SETTINGS_PIM_REFRESH_TOO_LONG] = { SETTING_PIM_PRUNE_HOLD_TIME,
						    SETTING_PIM_STATE_REFRESH_INTERVAL },
		[SETTINGS_MRD_JITTER_TOO_LONG] = { SETTING_MRD_INTERVAL, SETTING_MRD_JITTER },
	};
	enum settings_conflict conflict = settings_conflict(settings);
	char high[CONFIG_VALUE_MAX], low[CONFIG_VALUE_MAX];

	if (conflict == SETTINGS_AGREE)
		return 0;
	config_value_text(pairs[conflict].high, setting_value(settings, pairs[conflict].high),
			  high);
	config_value_text(pairs[conflict].low, setting_value(settings, pairs[conflict].low), low);
	(void)snprintf(why, CONFIG_WHY_MAX, "%s: %s (%s s) must be longer than %s (%s s)", where,
		       setting_table[pairs[conflict].high].name, high,
		       setting_table[pairs[conflict].low].name, low);
	return -EINVAL;
}
