// SPDX-License-Identifier: GPL-2.0-only
/* Settings as users write them, and configurations as JSON and as events. */
#include <criterion/criterion.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "config/config.h"

#define ROBUSTNESS_4 ((int)SETTING_IGMP + SETTING_GM_ROBUSTNESS)

Test(config, values_are_read_in_their_unit)
{
	static const struct {
		enum setting_id id;
		const char *text;
		int err;
		uint32_t value;
	} rows[] = {
		{ SETTING_HELLO_INTERVAL, "7", 0, 7 },
		{ SETTING_HELLO_INTERVAL, "300", 0, 300 },
		{ SETTING_HELLO_INTERVAL, "301", -EINVAL, 0 },
		{ SETTING_HELLO_INTERVAL, "0", -EINVAL, 0 },
		{ SETTING_HELLO_INTERVAL, "", -EINVAL, 0 },
		{ SETTING_HELLO_INTERVAL, "-1", -EINVAL, 0 },
		{ SETTING_HELLO_INTERVAL, "7s", -EINVAL, 0 },
		{ SETTING_HELLO_INTERVAL, "1.5", -EINVAL, 0 },
		{ SETTING_HELLO_INTERVAL, "99999999999999999999", -EINVAL, 0 },
		{ SETTING_PIM_V6_CHECKSUM, "auto", 0, PIM_V6_AUTO },
		{ SETTING_PIM_V6_CHECKSUM, "legacy", 0, PIM_V6_LEGACY },
		{ SETTING_PIM_V6_CHECKSUM, "1", -EINVAL, 0 },
		{ SETTING_HOLD_FORWARDING_TIME, "1.5", 0, 1500 },
		{ SETTING_HOLD_FORWARDING_TIME, "0.25", 0, 250 },
		{ SETTING_HOLD_FORWARDING_TIME, "2.", 0, 2000 },
		{ SETTING_HOLD_FORWARDING_TIME, "0.05", -EINVAL, 0 },
		{ SETTING_HOLD_FORWARDING_TIME, "1.2345", -EINVAL, 0 },
		{ SETTING_INITIAL_FLOOD, "off", 0, 0 },
		{ SETTING_INITIAL_FLOOD, "on", 0, 1 },
		{ SETTING_INITIAL_FLOOD, "yes", -EINVAL, 0 },
		{ (int)SETTING_IGMP + SETTING_GM_GROUP_MEMBERSHIP_INTERVAL, "260", -EPERM, 0 },
	};
	char why[CONFIG_WHY_MAX];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint32_t value = 0;

		cr_expect_eq(config_value_parse(rows[i].id, rows[i].text, &value, why), rows[i].err,
			     "row %zu", i);
		cr_expect_eq(value, rows[i].value, "row %zu", i);
	}
}

Test(config, refusals_name_setting_range_and_value)
{
	char why[CONFIG_WHY_MAX];
	uint32_t value;

	config_value_parse(SETTING_HELLO_INTERVAL, "0", &value, why);
	cr_expect_str_eq(why, "hello-interval is a whole number of seconds from 1 to 300, not '0'");
	config_value_parse(SETTING_HOLD_FORWARDING_TIME, "x", &value, why);
	cr_expect_str_eq(why, "hold-forwarding-time is a time in seconds from 0.1 to 60, not 'x'");
	config_value_parse(SETTING_INITIAL_FLOOD, "1", &value, why);
	cr_expect_str_eq(why, "initial-flood is on or off, not '1'");
	config_value_parse(SETTING_PIM_V6_CHECKSUM, "on", &value, why);
	cr_expect_str_eq(why, "pim-v6-checksum is auto, rfc or legacy, not 'on'");
}

Test(config, conflict_names_both_and_where)
{
	struct core_settings settings = core_settings_default;
	char why[CONFIG_WHY_MAX];

	cr_assert_eq(config_check(&settings, "eth0", why), 0);
	settings.gm[IP_FAMILY_6].query_interval_s = 10;
	cr_assert_eq(config_check(&settings, "eth0", why), -EINVAL);
	cr_expect_str_eq(why, "eth0: mld-query-interval (10 s) must be longer than "
			      "mld-query-response-interval (10 s)");
}

static void set(struct config_settings *settings, enum setting_id id, uint32_t value)
{
	setting_set(&settings->values, id, value);
	settings->own |= UINT64_C(1) << id;
}

Test(config, each_setting_survives_json)
{
	struct config_settings settings = { .own = 0 }, read;
	struct json_object *object;

	for (enum setting_id id = 0; id < SETTING_COUNT; id++)
		if (setting_can_change(id))
			set(&settings, id, setting_table[id].max);
	object = config_settings_encode(&settings);
	cr_assert_eq(config_settings_decode(object, &read), 0);
	json_object_put(object);
	cr_assert_eq(read.own, settings.own);
	for (enum setting_id id = 0; id < SETTING_COUNT; id++)
		cr_expect_eq(setting_get(&read.values, id), setting_get(&settings.values, id), "%s",
			     setting_table[id].name);
}

Test(config, what_is_not_understood_is_skipped_and_counted)
{
	struct json_object *object =
		json_tokener_parse("{\"hello-interval\":\"0\",\"hold-time\":30,\"new-one\":\"1\","
				   "\"sync-trees\":\"9\"}");
	struct config_settings read;

	cr_expect_eq(config_settings_decode(object, &read), 3);
	cr_expect_eq(read.own, UINT64_C(1) << SETTING_SYNC_TREES);
	cr_expect_eq(read.values.sync_fragment, 9);
	json_object_put(object);
}

/* As version 0.1 before settings wrote it. */
Test(config, line_of_an_older_version_is_an_interface_without_settings)
{
	struct json_object *object = json_tokener_parse(
		"{\"interface\":\"eth0\",\"ifindex\":3,\"mode\":\"tc\",\"threshold\":7,"
		"\"fast_leave\":true,\"hpim4\":true,\"igmp\":true,\"igmp_version\":2}");
	struct config_link link;

	cr_assert(config_link_decode(object, &link));
	cr_expect_str_eq(link.name, "eth0");
	cr_expect_eq(link.threshold, 7);
	cr_expect(link.wanted[IP_FAMILY_4][PROTO_HPIM] && link.has_fast_leave);
	cr_expect_eq(link.settings.own, 0);
	json_object_put(object);
}

struct events {
	unsigned int count;
	struct ev_config last[16];
};

static void keep(void *ctx, const struct ev_config *config)
{
	struct events *events = ctx;

	cr_assert_lt(events->count, 16);
	events->last[events->count++] = *config;
}

Test(config, equal_configurations_make_no_event)
{
	struct config_link link = { .wanted = { { true, true } }, .threshold = 1 }, same;
	struct events events = { .count = 0 };

	set(&link.settings, ROBUSTNESS_4, 3);
	same = link;
	same.settings.values.hello_period_s = 99; /* not its own */
	config_link_diff(&link, &same, 5, keep, &events);
	cr_expect_eq(events.count, 0);
}

Test(config, difference_begins_with_the_settings)
{
	static const struct config_link nothing;
	struct config_link link = { .wanted = { { true, false } }, .gm_version = { 2, 0 } };
	struct events events = { .count = 0 };

	set(&link.settings, ROBUSTNESS_4, 3);
	config_link_diff(&nothing, &link, 5, keep, &events);
	cr_assert_eq(events.count, 4);
	cr_expect_eq(events.last[0].kind, CONFIG_LINK_SETTINGS);
	cr_expect_eq(events.last[0].settings.gm[IP_FAMILY_4].robustness, 3);
	cr_expect_eq(events.last[1].kind, CONFIG_GM);
	cr_expect_eq(events.last[1].version, 2);
	cr_expect_eq(events.last[2].kind, CONFIG_LINK);
	cr_expect_eq(events.last[3].kind, CONFIG_MRD);
	for (unsigned int i = 0; i < events.count; i++)
		cr_expect_eq(events.last[i].link, 5);
	events.count = 0;
	config_link_diff(&link, &nothing, 5, keep, &events);
	cr_expect_eq(events.count, 4);
	cr_expect_eq(events.last[0].own, 0, "and takes them back");
}

/* Description of PIM-DM, 8.4: an interface runs one of the two. */
Test(config, router_discovery_goes_with_either_routing_protocol)
{
	static const struct config_link nothing, hpim = { .wanted = { { [PROTO_HPIM] = true } } },
						 pim = { .wanted = { { [PROTO_PIMDM] = true } } };
	struct events events = { .count = 0 };

	config_link_diff(&nothing, &pim, 5, keep, &events);
	cr_assert_eq(events.count, 2);
	cr_expect(events.last[0].kind == CONFIG_LINK && events.last[0].proto == PROTO_PIMDM);
	cr_expect(events.last[1].kind == CONFIG_MRD && events.last[1].is_on);
	events.count = 0;
	config_link_diff(&pim, &hpim, 5, keep, &events);
	cr_assert_eq(events.count, 2, "router discovery goes on");
	cr_expect(events.last[0].proto == PROTO_PIMDM && !events.last[0].is_on,
		  "what ends comes first");
	cr_expect(events.last[1].proto == PROTO_HPIM && events.last[1].is_on);
	events.count = 0;
	config_link_diff(&hpim, &pim, 5, keep, &events);
	cr_assert_eq(events.count, 2);
	cr_expect(events.last[0].proto == PROTO_HPIM && !events.last[0].is_on);
	events.count = 0;
	config_link_diff(&hpim, &nothing, 5, keep, &events);
	cr_assert_eq(events.count, 2);
	cr_expect(events.last[1].kind == CONFIG_MRD && !events.last[1].is_on);
}

/* docs/MANAGEMENT.md has a row for each setting, with what the table says. */
Test(config, documents_say_what_the_table_says)
{
	FILE *file = fopen("docs/MANAGEMENT.md", "r");
	static char text[1 << 18];

	cr_assert_not_null(file);
	cr_assert_lt(fread(text, 1, sizeof(text) - 1, file), sizeof(text) - 1);
	(void)fclose(file);
	for (enum setting_id id = 0; id < SETTING_COUNT; id++) {
		const struct setting *row = &setting_table[id];
		char initial[CONFIG_VALUE_MAX], min[CONFIG_VALUE_MAX], max[CONFIG_VALUE_MAX];
		char line[256];

		config_value_text(id, setting_value(&core_settings_default, id), initial);
		config_value_text(id, row->min, min);
		config_value_text(id, row->max, max);
		if (setting_can_change(id))
			(void)snprintf(line, sizeof(line), "| `%s` | %s%s%s | %s to %s |",
				       row->name, initial, *config_unit_text(id) ? " " : "",
				       config_unit_text(id), min, max);
		else
			(void)snprintf(line, sizeof(line), "| `%s` | %s s | - |", row->name,
				       initial);
		cr_expect(strstr(text, line), "missing: %s", line);
	}
}
