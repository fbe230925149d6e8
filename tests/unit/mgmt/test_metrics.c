// SPDX-License-Identifier: GPL-2.0-only
/*
 * The text of metrics: its syntax, by a reader that takes nothing else, and its numbers for a
 * router whose state is known. Source: OpenMetrics 1.0.
 */
#include <criterion/criterion.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mgmt/metric_name.h"
#include "mgmt/metrics.h"
#include "unit/common_daemon.h"

/*
 *	10.12.0.0/24 ── 10.2.0.2 ── eth2 [daemon] eth1 ── sources
 *	                                          eth3 ── hosts
 */
static void stand(void)
{
	fake_link(1, "eth1", true, "10.1.0.1/24 2001:db8:1::1/64 fe80::1/64");
	fake_link(2, "eth2", true, "10.2.0.1/24 fe80::2/64");
	fake_link(3, "eth3", true, "10.3.0.1/24 fe80::3/64");
	fake_route("10.12.0.0/24", "10.2.0.2", 2, 5);
	world_boot();
	for (unsigned int i = 1; i <= 3; i++)
		cr_assert_eq(request("attach", "{'interface':'eth%u'}", i)->exit, CTL_EXIT_OK);
	world_neighbor("eth2", "10.2.0.2", 12, 10);
	world_run(HP_SEC(20));
	world_report("eth3", "10.3.0.9", "239.1.1.1");
	world_miss("eth1", "10.1.0.9", "239.1.1.1");
	world_miss("eth1", "10.1.0.9", "239.1.1.2");
	world_miss("eth1", "2001:db8:1::9", "ff3e::1:1");
}

TestSuite(metrics, .init = stand, .fini = world_end);

/* ---- what a client gets ---- */

/* malloc'ed */
static char *text_of(const struct reply *reply)
{
	size_t len = 0, room = 1;
	char *text = calloc(1, 1);

	cr_assert_eq(reply->exit, CTL_EXIT_OK, "%s", reply->message);
	for (size_t i = 0; i < json_object_array_length(reply->records); i++) {
		struct json_object *record = json_object_array_get_idx(reply->records, i);
		const char *part = json_object_get_string(json_object_object_get(record, "text"));

		room += strlen(part);
		text = realloc(text, room);
		cr_assert_not_null(text);
		memcpy(text + len, part, strlen(part) + 1);
		len += strlen(part);
	}
	return text;
}

/* The number of lines that begin with this. */
static unsigned int count(const char *text, const char *start)
{
	unsigned int lines = 0;

	for (const char *line = text; line;
	     line = strchr(line, '\n'), line = line ? line + 1 : NULL)
		lines += !strncmp(line, start, strlen(start));
	return lines;
}

static void expect_lines(const char *text, const char *start, unsigned int lines)
{
	cr_expect_eq(count(text, start), lines, "%s: %u", start, count(text, start));
}

/* ---- the syntax ---- */

/* struct family - The metric whose lines are being read. */
struct family {
	char name[METRIC_NAME_MAX], kind[16], unit[32];
	bool has_sample;
};

static size_t name_len(const char *text)
{
	size_t len = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_");

	cr_assert(len > 0 && !isdigit((unsigned char)*text), "no name: %.60s", text);
	return len;
}

/* {name="value",...}; Return: what is behind. */
static const char *labels_end(const char *text)
{
	cr_assert_eq(*text, '{', "%.60s", text);
	do {
		text++;
		text += name_len(text);
		cr_assert(text[0] == '=' && text[1] == '"', "%.60s", text);
		for (text += 2; *text != '"'; text++) {
			cr_assert(*text && *text != '\n', "a label does not end");
			if (*text == '\\')
				cr_assert(strchr("\\\"n", *++text) && *text, "%.60s", text);
		}
		text++;
	} while (*text == ',');
	cr_assert_eq(*text, '}', "%.60s", text);
	return text + 1;
}

static void read_sample(const char *line, struct family *family, bool is_openmetrics)
{
	const char *total = strcmp(family->kind, "counter") ? "" : "_total";
	char want[METRIC_NAME_MAX + 8], *end;
	const char *value;

	(void)snprintf(want, sizeof(want), "%s%s", family->name, is_openmetrics ? total : "");
	cr_assert(strlen(want) == name_len(line) && !strncmp(line, want, strlen(want)),
		  "%.80s is not of %s", line, want);
	cr_expect(!*total || !strcmp(want + strlen(want) - 6, "_total"), "%s", want);
	value = labels_end(line + strlen(want));
	cr_assert_eq(*value, ' ', "%.80s", line);
	(void)strtod(value + 1, &end);
	cr_expect(end > value + 1 && !*end, "%s", line);
	family->has_sample = true;
}

/* Metrics come once, with their head first, and have values. */
static void read_type(const char *line, struct family *family, const char *text)
{
	char head[METRIC_NAME_MAX + 16];

	cr_expect(!*family->name || family->has_sample, "%s has no value", family->name);
	*family = (struct family){ .has_sample = false };
	cr_assert_eq(sscanf(line, "# TYPE %127s %15s", family->name, family->kind), 2, "%s", line);
	cr_expect(!strcmp(family->kind, "counter") || !strcmp(family->kind, "gauge"), "%s", line);
	(void)snprintf(head, sizeof(head), "# TYPE %s ", family->name);
	cr_expect_eq(count(text, head), 1, "%s", head);
}

static void read_unit(const char *line, const struct family *family)
{
	char name[METRIC_NAME_MAX], unit[32];

	cr_assert_eq(sscanf(line, "# UNIT %127s %31s", name, unit), 2, "%s", line);
	cr_expect_str_eq(name, family->name);
	cr_expect(strlen(name) > strlen(unit) && !strcmp(name + strlen(name) - strlen(unit), unit),
		  "%s", line);
}

static void read_text(const char *text, bool is_openmetrics)
{
	char *copy = strdup(text), *rest = copy, *line;
	struct family family = { .has_sample = false };
	bool has_end = false;

	while ((line = strsep(&rest, "\n")) && *line) {
		cr_assert_not(has_end, "something behind the end");
		if (!strncmp(line, "# TYPE ", 7))
			read_type(line, &family, text);
		else if (!strncmp(line, "# UNIT ", 7) && is_openmetrics)
			read_unit(line, &family);
		else if (!strncmp(line, "# HELP ", 7))
			cr_expect_eq(strncmp(line + 7, family.name, strlen(family.name)), 0, "%s",
				     line);
		else if (!strcmp(line, "# EOF") && is_openmetrics)
			has_end = true;
		else
			read_sample(line, &family, is_openmetrics);
	}
	cr_expect(line && !rest, "an empty line, or the last one does not end");
	cr_expect_eq(has_end, is_openmetrics);
	free(copy);
}

/* No series comes twice. */
static void expect_unique(const char *text)
{
	for (const char *line = text, *next; (next = strchr(line, '\n')); line = next + 1) {
		const char *end = strchr(line, '}');
		char series[512];

		if (*line == '#')
			continue;
		cr_assert(end && end < next);
		(void)snprintf(series, sizeof(series), "%.*s", (int)(end + 1 - line), line);
		cr_expect_eq(count(text, series), 1, "%s", series);
	}
}

Test(metrics, text_is_openmetrics)
{
	char *text = text_of(request("metrics", "{'trees':10,'mroutes':10}"));

	read_text(text, true);
	expect_unique(text);
	cr_expect_gt(count(text, "hpim_"), 50);
	free(text);
}

/* As for a client of HTTP that does not ask for OpenMetrics. */
Test(metrics, text_of_prometheus_differs_in_the_heads_of_counters)
{
	struct metrics *metrics = metrics_new(world_daemon(), NULL, METRICS_PROMETHEUS);
	char *openmetrics = text_of(request("metrics", "{}"));
	const char *text;
	size_t len;

	while (!metrics_step(metrics))
		;
	text = metrics_text(metrics, &len);
	cr_expect_eq(strlen(text), len);
	read_text(text, false);
	expect_lines(text, "# TYPE hpim_protocol_sent_messages_total counter", 1);
	expect_lines(openmetrics, "# TYPE hpim_protocol_sent_messages counter", 1);
	expect_lines(openmetrics, "# UNIT hpim_protocol_sent_messages messages", 1);
	cr_expect_eq(count(text, "hpim_"), count(openmetrics, "hpim_"));
	metrics_free(metrics);
	free(openmetrics);
}

/* ---- the numbers ---- */

Test(metrics, values_are_those_of_the_views)
{
	static const struct dplane_counter counters[] = {
		{ .link = 0, .reason = "forwarded", .packets = 12345678901234, .bytes = 7 },
		{ .link = 1, .reason = "ttl", .packets = 3 },
	};
	char *text;

	memcpy(world_tier()->counters, counters, sizeof(counters));
	world_tier()->counter_count = 2;
	text = text_of(request("metrics", "{}"));
	expect_lines(text, "hpim_trees{daemon=\"test\"} 3\n", 1);
	expect_lines(text, "hpim_neighbors{daemon=\"test\"} 1\n", 1);
	expect_lines(text, "hpim_interfaces{daemon=\"test\"} 3\n", 1);
	expect_lines(text, "hpim_info{daemon=\"test\",version=\"", 1);
	expect_lines(text,
		     "hpim_interface_packets_total{daemon=\"test\",interface=\"eth1\",reason="
		     "\"forwarded\"} 12345678901234\n",
		     1);
	expect_lines(text,
		     "hpim_interface_packets_total{daemon=\"test\",interface=\"eth2\",reason="
		     "\"ttl\"} 3\n",
		     1);
	expect_lines(text,
		     "hpim_interface_info{daemon=\"test\",interface=\"eth2\",state=\"up\",mode="
		     "\"auto\",tier=\"xdp\"} 1\n",
		     1);
	expect_lines(text,
		     "hpim_neighbor_info{daemon=\"test\",interface=\"eth2\",family=\"4\","
		     "address=\"10.2.0.2\",protocol=\"hpim\",state=\"synced\"} 1\n",
		     1);
	expect_lines(
		text,
		"hpim_limit{daemon=\"test\",limit_of=\"trees\",family=\"4\",protocol=\"hpim\"} ",
		1);
	expect_lines(text,
		     "hpim_limit_used{daemon=\"test\",limit_of=\"trees\",family=\"4\",protocol="
		     "\"hpim\"} 2\n",
		     1);
	free(text);
}

Test(metrics, trees_are_only_there_when_asked_for)
{
	char *text = text_of(request("metrics", "{}"));

	expect_lines(text, "hpim_tree_", 0);
	expect_lines(text, "hpim_mroute_", 0);
	free(text);
	text = text_of(request("metrics", "{'trees':10}"));
	expect_lines(text, "hpim_tree_packets_total{", 3);
	expect_lines(text, "hpim_tree_info{", 3);
	expect_lines(text, "hpim_mroute_", 0);
	free(text);
	text = text_of(request("metrics", "{'mroutes':10,'group':'239.1.1.2'}"));
	expect_lines(text, "hpim_mroute_packets_total{", 1);
	expect_lines(text,
		     "hpim_mroute_info{daemon=\"test\",source=\"10.1.0.9\",group=\"239.1.1.2\","
		     "input=\"eth1\",tier=\"xdp\",owner=\"hpim\"} 1\n",
		     1);
	free(text);
}

Test(metrics, trees_with_the_most_packets_are_chosen)
{
	char *text;

	for (unsigned int i = 0; i < 40; i++) {
		struct mfib_key key;
		char group[16];

		(void)snprintf(group, sizeof(group), "239.2.0.%u", i);
		world_miss("eth1", "10.1.0.9", group);
		key = world_key("10.1.0.9", group);
		fake_tier_count(world_tier(), &key, i == 7 || i == 30 ? 1000 : i, 0);
	}
	text = text_of(request("metrics", "{'trees':2}"));
	expect_lines(text, "hpim_tree_packets_total{", 2);
	expect_lines(text,
		     "hpim_tree_packets_total{daemon=\"test\",source=\"10.1.0.9\",group="
		     "\"239.2.0.7\",protocol=\"hpim\"} 1000\n",
		     1);
	expect_lines(text,
		     "hpim_tree_packets_total{daemon=\"test\",source=\"10.1.0.9\",group="
		     "\"239.2.0.30\",protocol=\"hpim\"} 1000\n",
		     1);
	free(text);
}

Test(metrics, wrong_arguments_are_refused)
{
	static const char *const wrong[] = { "{'trees':0}", "{'trees':1001}", "{'trees':'x'}" };

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		expect_refused(request("metrics", "%s", wrong[i]), CTL_EXIT_USAGE, "usage",
			       "\"trees\" is a number from 1 to 1000");
	expect_refused(request("metrics", "{'group':'eth1'}"), CTL_EXIT_USAGE, "usage",
		       "\"source\" and \"group\" are addresses");
}

/* A client that leaves in the middle leaves nothing behind, wherever that is. */
Test(metrics, client_may_leave_at_any_step)
{
	for (unsigned int parts = 0; parts < 200; parts += 7) {
		struct ctl_client *client = request_begin("metrics", "{'trees':10}");

		bool has_ended = false;

		for (unsigned int i = 0; i < parts && !has_ended; i++)
			has_ended = fake_client_part(client);
		if (!has_ended)
			fake_client_leaves(client);
	}
}
