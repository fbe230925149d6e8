// SPDX-License-Identifier: GPL-2.0-only
/* The configuration file: each key is read and written, and each error names its place. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr_text.h"
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

static bool read_text(const char *text, bool has_secrets, struct config *ret_config)
{
	const struct config_source source = {
		.text = text, .len = strlen(text), .has_secrets = has_secrets, .message = on_message
	};

	messages[0] = '\0';
	return config_read(&source, ret_config);
}

/* All keys, none with its default, in the order in which they are written. */
static const char everything[] =
	"version: 1\n"
	"tables:\n"
	"  unicast: 100\n"
	"  multicast: 7\n"
	"settings:\n"
	"  hello-interval: 5\n"
	"  initial-flood: off\n"
	"  hold-forwarding-time: 1.25\n"
	"  trees: 1000\n"
	"interfaces:\n"
	"  eth*:\n"
	"    protocols: [hpim4, pim-dm6, igmp]\n"
	"  eth0:\n"
	"    protocols: [hpim, igmp, mld]\n"
	"    igmp-version: 2\n"
	"    mld-version: 1\n"
	"    fast-leave: on\n"
	"    ssm-any-source: on\n"
	"    passive: on\n"
	"    mode: tc\n"
	"    threshold: 8\n"
	"    settings:\n"
	"      hello-interval: 3\n"
	"    keys:\n"
	"    - {id: 1, algorithm: sha256, file: /etc/hpim/a.key, send: on}\n"
	"    - {id: 2, algorithm: md5, credential: b}\n"
	"    - {id: 3, algorithm: sha1, file: /etc/hpim/c.key, family: 6}\n"
	"  eth9:\n"
	"    protocols: []\n"
	"static:\n"
	"  routes:\n"
	"  - {source: 10.1.1.100, group: 239.1.2.3, from: eth0, to: [eth1, eth2]}\n"
	"  - {source: '*', group: 239.1.0.0/16, from: eth0, to: [eth1]}\n"
	"  joins:\n"
	"  - {group: 239.1.2.3, interface: eth2}\n"
	"  - {group: 'ff1e::1', source: '2001:db8::1', interface: eth2}\n"
	"rpf-metrics:\n"
	"- {source: 10.1.1.100, metric: 0}\n"
	"- {source: '2001:db8::/32', metric: 4294967294, preference: 188}\n"
	"policy:\n"
	"- {rule: allow, group: 239.1.0.0/16}\n"
	"- {rule: deny, group: 239.0.0.0/8, source: 10.0.0.0/8, interface: eth1}\n"
	"- {rule: deny, group: 'ff15::/16'}\n"
	"- {rule: boundary, group: 239.255.0.0/16, interface: eth2}\n"
	"- {rule: ssm-range, group: 239.232.0.0/16}\n"
	"- {rule: ssm-map, group: 239.232.1.1, source: 10.1.1.100}\n"
	"metrics:\n"
	"  listen: '[2001:db8::1]:9464'\n";

Test(yaml, what_is_written_is_read_again_word_for_word)
{
	struct config config;
	char *text;

	cr_assert(read_text(everything, false, &config), "%s", messages);
	text = config_write(&config, false);
	cr_expect_str_eq(text, everything);
	free(text);
	config_fini(&config);
}

/* Follow mode has no static routes, so it is not in the above. */
static const char following[] = "version: 1\n"
				"tables:\n"
				"  multicast: 7\n"
				"follow:\n"
				"  keepalive: 20\n"
				"interfaces:\n"
				"  eth0:\n"
				"    protocols: [follow]\n";

Test(yaml, follow_mode)
{
	struct config config;
	char *text;

	cr_assert(read_text(following, false, &config) && !*messages, "%s", messages);
	cr_expect_eq(config.keepalive_s, 20);
	text = config_write(&config, false);
	cr_expect_str_eq(text, following);
	free(text);
	config_fini(&config);
	cr_assert(read_text("version: 1\nfollow: {}\ninterfaces: {eth0: {}}\n", false, &config));
	cr_expect_eq(config.keepalive_s, CONFIG_KEEPALIVE);
	cr_expect_str_eq(messages,
			 "warning: 3:14: eth0: no protocol but 'follow' runs, since the table is "
			 "another daemon's; expected 'protocols: [follow]'\n");
	config_fini(&config);
	cr_assert(read_text("version: 1\n", false, &config));
	cr_expect_eq(config.keepalive_s, 0);
	config_fini(&config);
}

Test(yaml, each_value_is_where_it_belongs)
{
	const struct config_interface *eth0;
	const struct config_key *key;
	struct config config;

	cr_assert(read_text(everything, false, &config), "%s", messages);
	cr_expect_eq(config.table[CONFIG_UNICAST], 100);
	cr_expect_eq(config.table[CONFIG_MULTICAST], 7);
	cr_expect_eq(config.settings.values.hello_period_s, 5);
	cr_expect_eq(config.settings.values.initial_flood, 0);
	cr_expect_eq(config.settings.values.hold_forwarding_ms, 1250);
	cr_expect_eq(config.settings.values.trees, 1000);
	eth0 = config_interface_find(&config, "eth0");
	cr_assert_not_null(eth0);
	cr_expect_eq(eth0->line, 13);
	cr_expect_eq(eth0->column, 3);
	for (enum ip_family family = IP_FAMILY_4; family < IP_FAMILY_COUNT; family++)
		cr_expect(eth0->link.wanted[family][PROTO_HPIM] &&
			  eth0->link.wanted[family][PROTO_GM]);
	cr_expect_eq(eth0->link.gm_version[IP_FAMILY_4], 2);
	cr_expect_eq(eth0->link.gm_version[IP_FAMILY_6], 1);
	cr_expect(eth0->link.has_fast_leave && eth0->link.has_ssm_any_source &&
		  eth0->link.is_gm_passive);
	cr_expect_eq(eth0->link.mode, DPLANE_MODE_TC);
	cr_expect_eq(eth0->link.threshold, 8);
	cr_expect_eq(eth0->link.settings.values.hello_period_s, 3);
	cr_expect_eq(config_keys_count(&eth0->keys, IP_FAMILY_4), 2);
	cr_expect_eq(config_keys_count(&eth0->keys, IP_FAMILY_6), 3);
	key = config_keys_find(&eth0->keys, IP_FAMILY_6, 2);
	cr_assert_not_null(key);
	cr_expect_eq(key->from, CONFIG_KEY_CREDENTIAL);
	cr_expect_str_eq(key->where, "b");
	cr_expect_str_eq(hpim_hash_name(key->hash), "md5");
	cr_expect_not(key->is_sending);
	cr_expect(config_keys_find(&eth0->keys, IP_FAMILY_4, 1)->is_sending);
	cr_expect_null(config_keys_find(&eth0->keys, IP_FAMILY_4, 3));
	cr_expect_eq(config.static_count, 4);
	cr_expect_eq(config.statics[0].oif_count, 2);
	cr_expect_str_eq(config.statics[0].oifs[1], "eth2");
	cr_expect_eq(config.statics[1].group.len, 16);
	cr_expect_str_eq(ip_addr_text(&config.statics[3].source).s, "2001:db8::1");
	cr_expect_eq(config.metrics_at.port, 9464);
	cr_expect_str_eq(ip_addr_text(&config.metrics_at.addr).s, "2001:db8::1");
	config_fini(&config);
}

Test(yaml, without_words_an_interface_gets_all_and_its_own_name_counts_first)
{
	struct config config;

	cr_assert(read_text("version: 1\ninterfaces: {a0: , 'a*': {protocols: mld}, a1: {}}\n",
			    false, &config),
		  "%s", messages);
	cr_expect(config_interface_for(&config, "a0")->link.wanted[IP_FAMILY_4][PROTO_HPIM]);
	cr_expect(config_interface_for(&config, "a1")->link.wanted[IP_FAMILY_6][PROTO_GM]);
	cr_expect_not(config_interface_for(&config, "a2")->link.wanted[IP_FAMILY_4][PROTO_HPIM]);
	cr_expect_null(config_interface_for(&config, "b0"));
	config_fini(&config);
	cr_assert(read_text("version: 1\ninterfaces: {'*': {}}\n", false, &config));
	cr_expect_null(config_interface_for(&config, "lo"), "a pattern means the loopback");
	config_fini(&config);
	cr_assert(read_text("version: 1\n", false, &config), "%s", messages);
	cr_assert(read_text("version: 1\ninterfaces:\nstatic:\nsettings: ~\n", false, &config),
		  "%s", messages);
}

Test(yaml, secrets_are_inline_between_our_own_programs_alone)
{
	static const char text[] =
		"version: 1\n"
		"interfaces:\n"
		"  eth0:\n"
		"    protocols: [hpim]\n"
		"    keys:\n"
		"    - {id: 1, algorithm: sha256, file: /k, send: on, secret: 'a: \"b'}\n";
	struct config config;
	char *written;

	cr_expect_not(read_text(text, false, &config));
	cr_expect_str_eq(messages, "6:62: found a secret, expected 'file: PATH' or 'credential: "
				   "NAME': secrets stand in files of their own\n");
	cr_assert(read_text(text, true, &config), "%s", messages);
	written = config_write(&config, true);
	cr_expect_str_eq(written, text);
	free(written);
	written = config_write(&config, false);
	cr_expect_null(strstr(written, "\"b"), "%s", written);
	free(written);
	config_fini(&config);
}

#define V "version: 1\n"
#define I V "interfaces:\n  eth0:\n    "
#define K I "keys:\n    - "

static const struct {
	const char *text, *messages;
} errors[] = {
	{ "", "1:1: found no version, expected 'version: 1'\n" },
	{ "a: b\n", "1:1: found no version, expected 'version: 1'\n" },
	{ "version: 2\n", "1:10: found version '2', expected 1\n" },
	{ "version: [1]\n", "1:10: found a list, expected 1\n" },
	{ V "x\n", "3:1: found could not find expected ':', expected YAML: while scanning a "
		   "simple key\n" },
	{ V "a: 1\nb: 2\n",
	  "2:1: found 'a', expected one of: version, tables, follow, settings, interfaces, static, "
	  "rpf-metrics, policy, metrics\n3:1: found 'b', expected one of: version, tables, "
	  "follow, settings, "
	  "interfaces, static, rpf-metrics, policy, metrics\n" },
	{ V "static: {}\nstatic: {}\n", "3:1: 'static' stands here twice, first in line 2\n" },
	{ V "tables: 7\n", "2:9: found a single value, expected tables as 'name: value'\n" },
	{ V "tables: {unicast: main}\n",
	  "2:19: found 'main', expected a number from 0 to 999999999\n" },
	{ V "tables: {multicast: -1}\n",
	  "2:21: found '-1', expected a number from 0 to 999999999\n" },
	{ V "follow: 1\n", "2:9: found a single value, expected follow as 'name: value'\n" },
	{ V "follow: {keepalive: 0}\n", "2:21: found '0', expected a number from 1 to 60\n" },
	{ V "follow: {keepalive: 61}\n", "2:21: found '61', expected a number from 1 to 60\n" },
	{ V "follow: {keepalive: often}\n",
	  "2:21: found 'often', expected a number from 1 to 60\n" },
	{ V "follow: {table: 7}\n", "2:10: found 'table', expected one of: keepalive\n" },
	{ V "follow: {}\nstatic:\n  joins:\n  - {group: 239.1.2.3, interface: eth2}\n",
	  "1:1: found static routes or joins beside 'follow', which has none\n" },
	{ V "settings:\n  hello: 1\n",
	  "3:3: found 'hello', expected a setting of 'hpimctl show config'\n" },
	{ V "settings:\n  hello-interval: x\n",
	  "3:19: hello-interval is a whole number of seconds from 1 to 300, not 'x'\n" },
	{ V "settings: {hold-time: 5}\n",
	  "1:1: instance: hold-time (5 s) must be longer than hello-interval (10 s)\n" },
	{ V "settings: {initial-flood: maybe}\n",
	  "2:27: initial-flood is on or off, not 'maybe'\n" },
	{ V "interfaces: [eth0]\n", "2:13: found a list, expected interfaces as 'name: value'\n" },
	{ V "interfaces:\n  eth0/1: {}\n",
	  "3:3: found 'eth0/1', expected the name of an interface, of up to 15 bytes, or a "
	  "pattern as 'eth*'\n" },
	{ V "interfaces:\n  sixteen-letters-: {}\n",
	  "3:3: found 'sixteen-letters-', expected the name of an interface, of up to 15 "
	  "bytes, or a pattern as 'eth*'\n" },
	{ I "protocols: [pim]\n",
	  "4:17: found 'pim', expected hpim, hpim4, hpim6, pim-dm, pim-dm4, "
	  "pim-dm6, igmp, mld, follow, follow4 or follow6\n" },
	{ I "protocols: [hpim, igmp, pim-dm6]\n",
	  "4:29: found HPIM-DM and PIM-DM for IPv6, expected one of them: an interface runs one of "
	  "the two for a family\n" },
	{ I "protocols: [pim-dm, hpim4]\n",
	  "4:25: found HPIM-DM and PIM-DM for IPv4, expected one of them: an interface runs one of "
	  "the two for a family\n" },
	{ I "protocols: {igmp: on}\n", "4:16: found a mapping, expected a list of protocols\n" },
	{ I "igmp-version: 1\n", "4:19: found '1', expected a number from 2 to 3\n" },
	{ I "mld-version: 3\n", "4:18: found '3', expected a number from 1 to 2\n" },
	{ I "fast-leave: 7\n", "4:17: found '7', expected on or off\n" },
	{ I "ssm-any-source: [on]\n", "4:21: found a list, expected on or off\n" },
	{ I "mode: xdp\n", "4:11: found 'xdp', expected auto, native, generic, tc or kernel\n" },
	{ I "threshold: 256\n", "4:16: found '256', expected a number from 0 to 255\n" },
	{ I "settings: {trees: 100}\n",
	  "4:16: trees holds for the instance, expected a setting of an interface\n" },
	{ I "settings: {hold-time: 5}\n",
	  "3:3: eth0: hold-time (5 s) must be longer than hello-interval (10 s)\n" },
	{ K "{id: 65536, algorithm: none, file: k}\n",
	  "5:12: found '65536', expected a number from 0 to 65535\n"
	  "5:30: found 'none', expected an algorithm of 'hpimctl show algorithms', as "
	  "sha256\n"
	  "5:42: found 'k', expected an absolute path of up to 255 bytes\n" },
	{ K "{algorithm: md5, file: /k}\n", "5:7: found a key without id, expected it\n" },
	{ K "{id: 1, file: /k}\n", "5:7: found a key without algorithm, expected it\n" },
	{ K "{id: 1, algorithm: md5}\n",
	  "5:7: found a key without file or credential, expected it\n" },
	{ K "{id: 1, algorithm: md5, file: /k, credential: k}\n",
	  "5:53: found a second place of the secret, expected file or credential\n" },
	{ K "{id: 1, algorithm: md5, credential: ../k}\n",
	  "5:43: found '../k', expected the name of a credential of up to 255 bytes\n" },
	{ K "{id: 1, algorithm: md5, file: /k, family: 5}\n",
	  "5:49: found '5', expected 4 or 6\n" },
	{ K "{id: 1, algorithm: md5, file: /k, family: 4}\n"
	    "    - {id: 1, algorithm: md5, file: /k}\n",
	  "6:7: found key 1 twice, expected each id once\n" },
	{ K "{id: 1, algorithm: md5, file: /k, send: on}\n"
	    "    - {id: 2, algorithm: md5, file: /k, send: on, family: 6}\n",
	  "6:7: found a second key that sends, expected one\n" },
	{ K "/k\n", "5:7: found a single value, expected what a key is as 'name: value'\n" },
	{ V "static: {routes: [{source: 10.1.1.1, group: 10.1.1.1, from: a, to: b}]}\n",
	  "2:19: group 10.1.1.1 is not multicast; groups are in 224.0.0.0/4 and "
	  "ff00::/8\n" },
	{ V "static: {routes: [{source: 10.1.1.1, group: 239.1.1.1, from: a}]}\n",
	  "2:19: the outputs are missing; as to eth1,eth2\n" },
	{ V "static: {routes: [{source: 10.1.1.1, group: 239.1.1.1, from: a, to: [a]}]}\n",
	  "2:19: a is the input, and an output too; nothing is sent back to where it came "
	  "from\n" },
	{ V "static: {joins: [{group: 239.1.1.1, interface: a, to: b}]}\n",
	  "2:51: found 'to', expected one of: group, source, interface\n" },
	{ V "static:\n  joins:\n  - {group: 239.1.1.1, interface: a}\n"
	    "  - {interface: a, group: 239.1.1.1}\n",
	  "5:5: found the same twice, expected each once\n" },
	{ V "rpf-metrics:\n- {source: 10.1.1.1/24, metric: 3}\n",
	  "3:12: 10.1.1.1/24 is no prefix: 10.1.1.0/24 would be one; the bits behind the prefix "
	  "must be zero\n" },
	{ V "rpf-metrics:\n- {source: 239.0.0.0/8, metric: 3}\n",
	  "3:12: 239.0.0.0/8 is a group; the prefix of its sources\n" },
	{ V "rpf-metrics:\n- {source: 10.1.1.1}\n", "3:3: expected both source and metric\n" },
	{ V "rpf-metrics:\n- {source: 10.1.1.1, metric: 4294967295}\n",
	  "3:30: found '4294967295', expected a number from 0 to 4294967294\n" },
	{ V "rpf-metrics:\n- {source: 10.1.1.1, metric: 1}\n- {source: 10.1.1.1/32, metric: 2}\n",
	  "4:3: found the same source twice, expected each once\n" },
	{ V "policy:\n- {rule: pass, group: 239.1.1.1}\n",
	  "3:3: found the rule 'pass', expected allow, deny, boundary, ssm-range or ssm-map\n" },
	{ V "policy:\n- {rule: deny, group: 10.0.0.0/8}\n",
	  "3:3: group 10.0.0.0/8 is not multicast; groups are in 224.0.0.0/4 and ff00::/8\n" },
	{ V "policy:\n- {rule: boundary, group: 239.0.0.0/8}\n",
	  "3:3: the name of the interface is missing; 'ip link' lists the interfaces\n" },
	{ V "policy:\n- {rule: ssm-map, group: 232.0.0.0/8, source: 10.0.0.0/8}\n",
	  "3:3: 10.0.0.0/8 is no single source that a group can be mapped to; a unicast address "
	  "that is valid beyond its link\n" },
	{ V "policy:\n- {rule: deny, group: 239.0.0.0/8}\n- {rule: allow, group: 239.0.0.0/8}\n",
	  "4:3: found the same twice, or its opposite, expected one\n" },
	{ V "metrics: 9464\n", "2:10: found a single value, expected metrics as 'name: value'\n" },
	{ V "metrics: {port: 9464}\n", "2:11: found 'port', expected one of: listen\n" },
	{ V "metrics: {listen: [9464]}\n", "2:19: found a list, expected PORT (of 127.0.0.1), "
					   "ADDRESS:PORT or [ADDRESS]:PORT, with a "
					   "port from 1 to 65535\n" },
	{ V "metrics:\n  listen: localhost:9464\n",
	  "3:11: found 'localhost:9464', expected PORT (of 127.0.0.1), ADDRESS:PORT or "
	  "[ADDRESS]:PORT, with a port from 1 to 65535\n" },
};

/* ---- where to listen ---- */

Test(yaml, addresses_to_listen_on)
{
	static const struct {
		const char *text, *is; /* is: NULL: refused */
	} rows[] = {
		{ "9464", "127.0.0.1:9464" },
		{ "1", "127.0.0.1:1" },
		{ "65535", "127.0.0.1:65535" },
		{ "0.0.0.0:80", "0.0.0.0:80" },
		{ "10.1.1.1:80", "10.1.1.1:80" },
		{ "[::]:80", "[::]:80" },
		{ "[2001:DB8:0::1]:80", "[2001:db8::1]:80" },
		{ "", NULL },
		{ "0", NULL },
		{ "65536", NULL },
		{ "999999999999999999999", NULL },
		{ "+80", NULL },
		{ " 80", NULL },
		{ "80 ", NULL },
		{ ":80", NULL },
		{ "10.1.1.1", NULL },
		{ "10.1.1.1:", NULL },
		{ "10.1.1:80", NULL },
		{ "[10.1.1.1]:80", NULL },
		{ "::1:80", NULL },
		{ "[::1]", NULL },
		{ "[::1]80", NULL },
		{ "[]:80", NULL },
		{ "[::1:80", NULL },
		{ "[fe80::1]:80", NULL }, /* of which link? */
		{ "239.1.1.1:80", NULL },
		{ "[ff1e::1]:80", NULL },
		{ "eth0:80", NULL },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct config_listen listen = { .port = 7 };
		char text[CONFIG_LISTEN_MAX];

		cr_expect_eq(config_listen_parse(rows[i].text, &listen), rows[i].is != NULL, "%s",
			     rows[i].text);
		config_listen_text(&listen, text);
		if (rows[i].is)
			cr_expect_str_eq(text, rows[i].is);
		else
			cr_expect_eq(listen.port, 7, "%s is written though refused", rows[i].text);
	}
}

Test(yaml, errors_name_line_column_what_was_found_and_what_was_expected)
{
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		struct config config;

		cr_expect_not(read_text(errors[i].text, false, &config), "%s", errors[i].text);
		cr_expect_str_eq(messages, errors[i].messages, "%s", errors[i].text);
		cr_expect(!config.interface_count && !config.static_count && !config.settings.own);
	}
}

Test(yaml, ninth_key_of_a_family_is_refused)
{
	char text[2048] = K "{id: 0, algorithm: md5, file: /k}\n";
	struct config config;

	for (int id = 1; id <= 8; id++)
		(void)snprintf(text + strlen(text), sizeof(text) - strlen(text),
			       "    - {id: %d, algorithm: md5, file: /k, family: 6}\n", id);
	cr_expect_not(read_text(text, false, &config));
	cr_expect_str_eq(messages, "13:7: found more keys, expected 8 at most\n");
}

/* ---- lines ---- */

static char differences[1024];

static void on_line(void *ctx, char sign, const char *line)
{
	(void)ctx;
	(void)snprintf(differences + strlen(differences), sizeof(differences) - strlen(differences),
		       "%c%s\n", sign, line);
}

Test(yaml, lines_name_each_value_once)
{
	char *lines = config_lines(everything);

	cr_expect(strstr(lines, "version: 1\ntables unicast: 100\n"));
	cr_expect(strstr(lines, "\ninterfaces eth0 settings hello-interval: 3\n"));
	cr_expect(
		strstr(lines, "\ninterfaces eth0 keys: {id: 2, algorithm: md5, credential: b}\n"));
	cr_expect(strstr(lines, "\ninterfaces eth9 protocols: []\n"));
	cr_expect(strstr(lines, "\nstatic joins: {group: 239.1.2.3, interface: eth2}\n"));
	free(lines);
}

Test(yaml, difference_is_what_is_in_one_alone)
{
	char *was = config_lines(
		"version: 1\ninterfaces: {a: {mode: tc, threshold: 1}, b: {mode: tc}}");
	char *is = config_lines(
		"version: 1\ninterfaces: {b: {mode: tc}, a: {mode: kernel, threshold: 1}}");

	cr_expect_eq(config_compare(was, was, on_line, NULL), 0);
	cr_expect_eq(config_compare(was, is, on_line, NULL), 2);
	cr_expect_str_eq(differences, "-interfaces a mode: tc\n+interfaces a mode: kernel\n");
	free(was);
	free(is);
}
