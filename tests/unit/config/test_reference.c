// SPDX-License-Identifier: GPL-2.0-only
/* The configuration of the Python implementation of HPIM-DM: read whole, and written. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/model.h"

static char messages[4096];

static void on_message(void *ctx, bool is_error, unsigned int line, unsigned int column,
		       const char *text)
{
	size_t used = strlen(messages);

	(void)ctx;
	(void)snprintf(messages + used, sizeof(messages) - used, "%s%u:%u: %s\n",
		       is_error ? "" : "warning: ", line, column, text);
}

static bool read_text(const char *text, struct config *ret_config)
{
	const struct config_source source = { .text = text,
					      .len = strlen(text),
					      .message = on_message };

	messages[0] = '\0';
	return config_read(&source, ret_config);
}

/* Sorted keys, floats: as yaml.dump() of the Python program writes it. */
static const char exported[] = "HPIM-DM:\n"
			       "  DefaultTimers:\n"
			       "    HELLO_PERIOD: 10\n"
			       "    INITIAL_FLOOD_TIME: 20.0\n"
			       "    MESSAGE_RETRANSMISSION_TIME: 3\n"
			       "    SOURCE_LIFETIME: 210\n"
			       "  Interfaces:\n"
			       "    eth0:\n"
			       "      ipv4:\n"
			       "        enabled: true\n"
			       "        security:\n"
			       "          algorithm: sha1\n"
			       "          identifier: 7\n"
			       "          key: the secret\n"
			       "      ipv6:\n"
			       "        enabled: true\n"
			       "    eth1:\n"
			       "      ipv4:\n"
			       "        enabled: true\n"
			       "  Settings:\n"
			       "    INITIAL_FLOOD_ENABLED: false\n"
			       "    SYNC_FRAGMENTATION_MSG: 5\n"
			       "IGMP:\n"
			       "  Interfaces:\n"
			       "    eth0:\n"
			       "      enabled: true\n"
			       "    eth2:\n"
			       "      enabled: true\n"
			       "  Settings:\n"
			       "    GROUP_MEMBERSHIP_INTERVAL: 205.0\n"
			       "    LAST_MEMBER_QUERY_COUNT: 3\n"
			       "    LAST_MEMBER_QUERY_INTERVAL: 1.5\n"
			       "    MAX_RESPONSE_TIME_LAST_MEMBER_QUERY_INTERVAL: 15\n"
			       "    MAX_RESPONSE_TIME_QUERY_RESPONSE_INTERVAL: 250\n"
			       "    OTHER_QUERIER_PRESENT_INTERVAL: 192.5\n"
			       "    QUERY_INTERVAL: 60\n"
			       "    QUERY_RESPONSE_INTERVAL: 25\n"
			       "    ROBUSTNESS_VARIABLE: 3.0\n"
			       "    STARTUP_QUERY_COUNT: 4\n"
			       "    STARTUP_QUERY_INTERVAL: 15.0\n"
			       "    UNSOLICITED_REPORT_INTERVAL: 10\n"
			       "    VERSION_1_ROUTER_PRESENT_TIMEOUT: 400\n"
			       "MLD:\n"
			       "  Interfaces: {}\n"
			       "  Settings:\n"
			       "    LAST_LISTENER_QUERY_COUNT: 2\n"
			       "    LAST_LISTENER_QUERY_INTERVAL: 1\n"
			       "    MULTICAST_LISTENER_INTERVAL: 260\n"
			       "    OTHER_QUERIER_PRESENT_INTERVAL: 255.0\n"
			       "    QUERY_INTERVAL: 125\n"
			       "    QUERY_RESPONSE_INTERVAL: 10\n"
			       "    ROBUSTNESS_VARIABLE: 2\n"
			       "    STARTUP_QUERY_COUNT: 2\n"
			       "    STARTUP_QUERY_INTERVAL: 31.25\n"
			       "    UNSOLICITED_REPORT_INTERVAL: 10\n"
			       "MulticastVRF: 7.0\n"
			       "UnicastVRF: 100\n";

static const char imported[] =
	"version: 1\n"
	"tables:\n"
	"  unicast: 100\n"
	"  multicast: 7\n"
	"settings:\n"
	"  sync-trees: 5\n"
	"  initial-flood: off\n"
	"  initial-flood-time: 20\n"
	"  igmp-robustness: 3\n"
	"  igmp-query-interval: 60\n"
	"  igmp-query-response-interval: 25\n"
	"  igmp-startup-query-count: 4\n"
	"  igmp-last-member-query-interval: 1.5\n"
	"interfaces:\n"
	"  eth0:\n"
	"    protocols: [hpim, igmp]\n"
	"    keys:\n"
	"    - {id: 7, algorithm: sha1, send: on, family: 4, secret: the secret}\n"
	"  eth1:\n"
	"    protocols: [hpim4]\n"
	"  eth2:\n"
	"    protocols: [igmp]\n";

Test(reference, file_is_read_whole)
{
	struct config config;
	char *text;

	cr_assert(read_text(exported, &config), "%s", messages);
	text = config_write(&config, true);
	cr_expect_str_eq(text, imported);
	cr_expect_str_eq(messages, "");
	free(text);
	config_fini(&config);
}

Test(reference, what_is_written_is_what_was_read)
{
	struct config config, again;
	char *text, *ours, *ours_again;

	cr_assert(read_text(exported, &config), "%s", messages);
	text = config_write_reference(&config);
	cr_assert(read_text(text, &again), "%s%s", messages, text);
	cr_expect_str_eq(messages, "");
	ours = config_write(&config, true);
	ours_again = config_write(&again, true);
	cr_expect_str_eq(ours, ours_again);
	cr_expect_null(strstr(text, "version"));
	cr_expect(strstr(text, "  Settings:\n    GROUP_MEMBERSHIP_INTERVAL: 205\n"
			       "    LAST_MEMBER_QUERY_COUNT: 3\n"
			       "    LAST_MEMBER_QUERY_INTERVAL: 1.5\n"
			       "    MAX_RESPONSE_TIME_LAST_MEMBER_QUERY_INTERVAL: 15\n"),
		  "%s", text);
	cr_expect(strstr(text,
			 "        security:\n          algorithm: sha1\n          identifier: "
			 "7\n          key: the secret\n"),
		  "%s", text);
	free(ours);
	free(ours_again);
	free(text);
	config_fini(&config);
	config_fini(&again);
}

Test(reference, nothing_configured_is_written_with_all_defaults)
{
	struct config config, again;
	char *text;

	config_init(&config);
	text = config_write_reference(&config);
	cr_expect(strstr(text, "  Interfaces: {}\n"), "%s", text);
	cr_expect(strstr(text, "MulticastVRF: 0\nUnicastVRF: 254\n"), "%s", text);
	cr_assert(read_text(text, &again), "%s", messages);
	cr_expect_str_eq(messages, "");
	cr_expect(!again.settings.own && !again.interface_count && !again.has_table[0]);
	free(text);
	config_fini(&again);
}

#define LMQI "igmp-last-member-query-interval: "

Test(reference, what_the_writer_meant_counts_with_a_warning)
{
	static const struct {
		const char *text, *want, *messages;
	} rows[] = {
		{ "IGMP: {Settings: {MAX_RESPONSE_TIME_LAST_MEMBER_QUERY_INTERVAL: 20}}",
		  LMQI "2\n",
		  "warning: 1:65: MAX_RESPONSE_TIME_LAST_MEMBER_QUERY_INTERVAL: the Python "
		  "implementation reads it from LAST_MEMBER_QUERY_COUNT; taken as it is written: 2 "
		  "s\n" },
		{ "IGMP: {Settings: {MAX_RESPONSE_TIME_LAST_MEMBER_QUERY_INTERVAL: 20, "
		  "LAST_MEMBER_QUERY_INTERVAL: 3.0}}",
		  LMQI "3\n",
		  "warning: 1:65: MAX_RESPONSE_TIME_LAST_MEMBER_QUERY_INTERVAL: 2 s differs from "
		  "LAST_MEMBER_QUERY_INTERVAL, which counts: 3 s\n" },
		{ "IGMP: {Settings: {MAX_RESPONSE_TIME_QUERY_RESPONSE_INTERVAL: 55.0}}",
		  "igmp-query-response-interval: 5.5\n", "" },
		{ "HPIM-DM: {DefaultTimers: {HELLO_PERIOD: 5}}", "hello-interval: 5\n",
		  "warning: 1:41: HELLO_PERIOD: the Python implementation runs with 10 whatever is "
		  "written; taken as it is written: 5\n" },
		{ "MLD: {Settings: {MULTICAST_LISTENER_INTERVAL: 300}}", "",
		  "warning: 1:47: MULTICAST_LISTENER_INTERVAL: 300 is not taken: it follows from "
		  "others: 260\n" },
		{ "MLD: {Settings: {STARTUP_QUERY_INTERVAL: 20.5}}",
		  "mld-startup-query-interval: 20\n",
		  "warning: 1:42: STARTUP_QUERY_INTERVAL: 20.5 is rounded to 20\n" },
		{ "IGMP: {Settings: {UNSOLICITED_REPORT_INTERVAL: 1}}", "",
		  "warning: 1:48: UNSOLICITED_REPORT_INTERVAL: 1 is not taken: it is of hosts\n" },
		{ "IGMP: {Settings: {NEW: 1}}", "",
		  "warning: 1:19: 'NEW' is not known and left out\n" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct config config;
		const char *at;
		char *text;

		cr_assert(read_text(rows[i].text, &config), "%s: %s", rows[i].text, messages);
		cr_expect_str_eq(messages, rows[i].messages, "%s", rows[i].text);
		text = config_write(&config, false);
		at = strstr(text, "settings:\n  ");
		cr_expect_str_eq(at ? at + strlen("settings:\n  ") : "", rows[i].want, "%s: %s",
				 rows[i].text, text);
		free(text);
		config_fini(&config);
	}
}

Test(reference, errors_have_their_places)
{
	static const struct {
		const char *text, *messages;
	} rows[] = {
		{ "MulticastVRF: x\n", "1:15: found 'x', expected a number\n" },
		{ "MulticastVRF: 1.5\n",
		  "1:15: found 1.5, expected a number from 0 to 999999999\n" },
		{ "HPIM-DM: {DefaultTimers: {INITIAL_FLOOD_TIME: 1e9}}\n",
		  "1:47: INITIAL_FLOOD_TIME: initial-flood-time is a whole number of seconds from "
		  "1 to "
		  "3600, not '1000000000'\n" },
		{ "IGMP: {Interfaces: {a/b: {enabled: true}}}\n",
		  "1:21: found 'a/b', expected the name of an interface\n" },
		{ "IGMP: {Interfaces: {a: {enabled: 7}}}\n",
		  "1:34: found '7', expected on or off\n" },
		{ "HPIM-DM: {Interfaces: {a: {ipv4: {security: {algorithm: rot13, key: "
		  "x}}}}}\n",
		  "1:57: found 'rot13', expected an algorithm, as sha256\n" },
		{ "HPIM-DM: {Interfaces: {a: {ipv4: {security: {identifier: 70000, key: "
		  "x}}}}}\n",
		  "1:58: found 70000, expected a number from 0 to 65535\n" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct config config;

		cr_expect_not(read_text(rows[i].text, &config), "%s", rows[i].text);
		cr_expect_str_eq(messages, rows[i].messages, "%s", rows[i].text);
	}
}
