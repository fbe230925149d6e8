// SPDX-License-Identifier: GPL-2.0-only
/*
 * The data of the page that hpimsim --html writes: every event is there, and the tables that follow
 * from its changes are those of the routers.
 */
#include <criterion/criterion.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr_text.h"
#include "core/history.h"
#include "core/inspect.h"
#include "hpimsim/html_tables.h"
#include "hpimsim/random.h"
#include "hpimsim/recorded.h"
#include "unit/common_page.h"
#include "wire/pim.h"

#define ROWS_MAX  4096u
#define TEXT_ROOM 256u

static char path[] = "/tmp/test_html.XXXXXX";

static void set_up(void)
{
	int fd = mkstemp(path);

	cr_assert_geq(fd, 0);
	close(fd);
}

static void tear_down(void)
{
	unlink(path);
}

TestSuite(html, .init = set_up, .fini = tear_down, .timeout = 300);

/* ---- Reading a page ---- */

static char *read_page(size_t *ret_len)
{
	FILE *file = fopen(path, "re");
	char *text = calloc(1, 1 << 25);

	cr_assert_not_null(file);
	cr_assert_not_null(text);
	*ret_len = fread(text, 1, (1 << 25) - 1, file);
	fclose(file);
	return text;
}

static struct json_object *read_data(void)
{
	static const char begin[] = "<script id=\"data\" type=\"application/json\">";
	size_t len;
	char *text = read_page(&len), *data = strstr(text, begin), *end;
	struct json_object *object;

	cr_assert_not_null(data);
	data += sizeof(begin) - 1;
	end = strstr(data, "</script>");
	cr_assert_not_null(end);
	*end = '\0';
	object = json_tokener_parse(data);
	cr_assert_not_null(object, "is not JSON");
	free(text);
	return object;
}

static struct json_object *get(struct json_object *object, const char *key)
{
	struct json_object *value;

	cr_assert(json_object_object_get_ex(object, key, &value), "no %s", key);
	return value;
}

static struct json_object *item(struct json_object *array, size_t i)
{
	cr_assert_lt(i, json_object_array_length(array));
	return json_object_array_get_idx(array, i);
}

static int number(struct json_object *array, size_t i)
{
	return json_object_get_int(item(array, i));
}

static struct json_object *first_run(struct json_object *data)
{
	return item(get(data, "runs"), 0);
}

static const char *text_of(struct json_object *run, int i)
{
	return json_object_get_string(item(get(run, "texts"), (size_t)i));
}

/* ---- Every event is there ---- */

struct counts {
	unsigned int of[7];
	uint64_t lost;
	int64_t end_us;
};

static struct counts count_events(struct json_object *run)
{
	struct json_object *events = get(run, "events");
	struct counts counts = { .lost = 0 };

	for (size_t i = 0; i < json_object_array_length(events); i++) {
		struct json_object *event = item(events, i);
		int type = number(event, 1);

		cr_assert_geq(json_object_get_int64(item(event, 0)), 0);
		cr_assert_lt(type, 7);
		counts.end_us += json_object_get_int64(item(event, 0));
		counts.of[type]++;
		if (type <= 1)
			counts.lost += json_object_array_length(event) - 7;
	}
	return counts;
}

static void load(const char *name, struct scenario *scenario)
{
	char file[80];

	(void)snprintf(file, sizeof(file), "tests/scenarios/%s.yaml", name);
	cr_assert(scenario_load(file, scenario));
}

static struct json_object *play(struct page_run *run, struct scenario *scenario,
				enum ip_family family)
{
	run->html = html_open(path);
	cr_assert_not_null(run->html);
	page_play(run, scenario, family);
	cr_assert(html_close(run->html));
	return read_data();
}

static void expect_events(struct scenario *scenario, enum ip_family family)
{
	struct page_run run = { .html = NULL };
	struct json_object *data = play(&run, scenario, family);
	struct counts counts = count_events(first_run(data));

	cr_expect_gt(run.frames, 20);
	cr_expect_eq(counts.of[0], run.frames, "%u messages, not %u", counts.of[0], run.frames);
	cr_expect_eq(counts.of[1], run.copies, "%u copies, not %u", counts.of[1], run.copies);
	cr_expect_eq(counts.of[2], run.actions);
	cr_expect_eq(counts.of[3] + counts.of[4], run.expectations);
	cr_expect_eq(counts.lost, run.outcome.count.lost);
	cr_expect_leq(counts.end_us, run.outcome.failed_at / 1000);
	cr_expect_eq(json_object_get_int64(get(first_run(data), "end")),
		     run.outcome.failed_at / 1000);
	json_object_put(data);
	scenario_fini(scenario);
}

Test(html, every_event_of_a_scenario)
{
	struct scenario scenario;

	for (enum ip_family family = IP_FAMILY_4; family < IP_FAMILY_COUNT; family++) {
		load("assert", &scenario);
		expect_events(&scenario, family);
	}
}

Test(html, every_event_with_losses)
{
	struct scenario scenario;

	load("loss", &scenario);
	expect_events(&scenario, IP_FAMILY_4);
}

Test(html, violation)
{
	struct page_run run = { .html = NULL };
	struct scenario scenario;
	struct json_object *data, *events, *last;

	load("loop", &scenario);
	page_until(&scenario, 20);
	scenario_add_expectation(&scenario, HP_SEC(21), "copies", "switch", "7", NULL);
	data = play(&run, &scenario, IP_FAMILY_4);
	events = get(first_run(data), "events");
	last = item(events, json_object_array_length(events) - 1);
	cr_expect_eq(run.outcome.check.kind, CHECK_EXPECT);
	cr_expect_eq(number(last, 1), 4);
	cr_expect_str_eq(text_of(first_run(data), number(last, 2)), run.outcome.check.text);
	json_object_put(data);
	scenario_fini(&scenario);
}

/* ---- The tables at the end ---- */

struct tables {
	struct json_object *run;
	int cells[ROWS_MAX][HTML_COLUMNS_MAX];
	bool is_there[ROWS_MAX];
};

static void apply(struct tables *tables, struct json_object *event)
{
	for (size_t i = 3; i < json_object_array_length(event); i += 3) {
		int row = number(event, i), column = number(event, i + 1);

		cr_assert_lt(row, (int)ROWS_MAX);
		tables->is_there[row] = column >= 0;
		if (column >= 0)
			tables->cells[row][column] = number(event, i + 2);
	}
}

static struct tables *tables_at_end(struct json_object *run)
{
	struct tables *tables = calloc(1, sizeof(*tables));
	struct json_object *events = get(run, "events");

	cr_assert_not_null(tables);
	tables->run = run;
	for (size_t i = 0; i < json_object_array_length(events); i++)
		if (number(item(events, i), 1) >= 5)
			apply(tables, item(events, i));
	return tables;
}

/* Take out a row of a node with these texts in its first columns; a failure if there is none. */
static void expect_row(struct tables *tables, int node, enum html_table_id id, size_t count,
		       const char *const *texts)
{
	struct json_object *rows = get(tables->run, "rows");

	for (size_t row = 0; row < json_object_array_length(rows); row++) {
		bool is_same = tables->is_there[row] && number(item(rows, row), 0) == node &&
			       number(item(rows, row), 1) == (int)id;

		for (size_t i = 0; i < count && is_same; i++)
			is_same = !texts[i] || strcmp(text_of(tables->run, tables->cells[row][i]),
						      texts[i]) == 0;
		if (is_same) {
			tables->is_there[row] = false;
			return;
		}
	}
	cr_expect_fail("node %d, table %d: no row %s %s %s", node, (int)id, texts[0], texts[1],
		       texts[2]);
}

static void expect_no_rows(const struct tables *tables, enum html_table_id id)
{
	struct json_object *rows = get(tables->run, "rows");

	for (size_t row = 0; row < json_object_array_length(rows); row++)
		cr_expect(number(item(rows, row), 1) != (int)id || !tables->is_there[row],
			  "table %d of node %d has a row too many", (int)id,
			  number(item(rows, row), 0));
}

/* What inspect.h says at the end of a run, written down: the network is gone when the page is read.
 */
struct truth {
	const struct sim_net *net;
	uint16_t router;
	size_t count;
	struct {
		int node;
		enum html_table_id table;
		char texts[10][TEXT_ROOM];
	} rows[ROWS_MAX];
};

static void add_truth(struct truth *truth, enum html_table_id table, const char *const texts[10])
{
	cr_assert_lt(truth->count, ROWS_MAX);
	truth->rows[truth->count].node = truth->router;
	truth->rows[truth->count].table = table;
	for (size_t i = 0; i < 10; i++)
		(void)snprintf(truth->rows[truth->count].texts[i], TEXT_ROOM, "%s", texts[i]);
	truth->count++;
}

static const char *port_name(const struct truth *truth, uint16_t link)
{
	return link == LINK_NONE ? "-" : truth->net->topo.routers[truth->router].ports[link].name;
}

static bool add_neighbor(void *ctx, const struct inspect_neighbor *neighbor)
{
	struct truth *truth = ctx;
	char hold[12], expires[24], boot[12] = "";

	(void)snprintf(hold, sizeof(hold), "%u", neighbor->hold_s);
	(void)snprintf(expires, sizeof(expires), "%lld",
		       (long long)(truth->net->now + neighbor->expires_in) / 1000000);
	if (neighbor->proto == PROTO_HPIM)
		(void)snprintf(boot, sizeof(boot), "%u", neighbor->boot_time);
	add_truth(truth, HTML_TABLE_NEIGHBORS,
		  (const char *[10]){ port_name(truth, neighbor->link),
				      ip_addr_text(&neighbor->addr).s, neighbor->state, hold,
				      expires, boot, "", "", "", "" });
	return true;
}

static void outputs_text(const struct truth *truth, const struct ifset *oifs, char text[TEXT_ROOM])
{
	text[0] = '\0';
	ifset_for_each (link, oifs) {
		size_t used = strlen(text);

		(void)snprintf(text + used, TEXT_ROOM - used, "%s%s", used ? " " : "",
			       port_name(truth, (uint16_t)link));
	}
	if (!text[0])
		strcpy(text, "-");
}

static bool add_tree(void *ctx, const struct inspect_tree *tree)
{
	struct truth *truth = ctx;
	char outputs[TEXT_ROOM], preference[12], metric[12];

	outputs_text(truth, &tree->oifs, outputs);
	(void)snprintf(preference, sizeof(preference), "%u", tree->preference);
	(void)snprintf(metric, sizeof(metric), "%u", tree->metric);
	add_truth(truth, HTML_TABLE_TREES,
		  (const char *[10]){
			  ip_addr_text(&tree->key.source).s, ip_addr_text(&tree->key.group).s,
			  tree->state, tree->is_originator ? "originator" : "non-originator",
			  port_name(truth, tree->root == LINK_NONE && tree->is_originator
						   ? tree->iif
						   : tree->root),
			  ip_addr_text(&tree->upstream).s, preference, metric,
			  tree->in_tree ? "yes" : "no", outputs });
	return true;
}

static void collect(void *ctx, const struct sim_net *net)
{
	struct truth *truth = ctx;

	truth->net = net;
	for (uint16_t i = 0; i < net->topo.router_count; i++) {
		const struct sim_router *router = &net->nodes[i].router;

		truth->router = i;
		for (uint16_t p = 0; router->core && p < net->topo.routers[i].port_count; p++)
			inspect_neighbors(router->core, p, net->family, add_neighbor, truth);
		if (router->core)
			inspect_trees(router->core, net->family, add_tree, truth);
		for (const struct sim_entry *entry = router->entries; entry;
		     entry = entry->hh.next) {
			const struct mfib_route *route = &entry->route;
			char outputs[TEXT_ROOM];

			outputs_text(truth, &route->oifs, outputs);
			add_truth(truth, HTML_TABLE_MROUTES,
				  (const char *[10]){ ip_addr_text(&route->key.source).s,
						      ip_addr_text(&route->key.group).s,
						      port_name(truth, route->iif), outputs, "", "",
						      "", "", "", "" });
		}
	}
}

static size_t expect_truth(struct scenario *scenario, enum ip_family family)
{
	struct truth *truth = calloc(1, sizeof(*truth));
	struct page_run run = { .at_end = collect, .ctx = truth };
	struct json_object *data;
	struct tables *tables;
	size_t count;

	cr_assert_not_null(truth);
	data = play(&run, scenario, family);
	tables = tables_at_end(first_run(data));
	for (size_t i = 0; i < truth->count; i++) {
		const char *texts[10];

		for (size_t t = 0; t < 10; t++)
			texts[t] = truth->rows[i].texts[t][0] ? truth->rows[i].texts[t] : NULL;
		expect_row(tables, truth->rows[i].node, truth->rows[i].table, 10, texts);
	}
	expect_no_rows(tables, HTML_TABLE_NEIGHBORS);
	expect_no_rows(tables, HTML_TABLE_TREES);
	expect_no_rows(tables, HTML_TABLE_MROUTES);
	count = truth->count;
	free(tables);
	free(truth);
	json_object_put(data);
	scenario_fini(scenario);
	return count;
}

/* In the middle of histories with faults: routers without daemon, ports down, trees half made. */
Test(html, tables_are_those_of_the_routers)
{
	size_t count = 0;

	for (uint64_t seed = 1; seed <= 12; seed++) {
		const struct random_request request = { .routers = 5 };
		struct scenario scenario;

		random_scenario(seed, &request, &scenario);
		page_until(&scenario, 20.0 * (double)seed);
		count += expect_truth(&scenario, scenario.family);
	}
	cr_expect_gt(count, 100);
}

/* ---- PIM-DM ---- */

static unsigned int messages_of_kind(struct json_object *run, const char *kind)
{
	struct json_object *messages = get(run, "messages");
	unsigned int count = 0;

	for (size_t i = 0; i < json_object_array_length(messages); i++)
		count += strcmp(text_of(run, number(item(messages, i), 0)), kind) == 0;
	return count;
}

Test(html, pim_dm_has_its_messages_and_tables)
{
	static const char *const kinds[] = { "Hello", "Assert", "Prune", "StateRefresh" };
	struct page_run run = { .html = NULL };
	struct scenario scenario;
	struct json_object *data;

	load("pim-dm-assert", &scenario);
	data = play(&run, &scenario, IP_FAMILY_4);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		cr_expect_gt(messages_of_kind(first_run(data), kinds[i]), 0, "%s", kinds[i]);
	cr_expect_eq(messages_of_kind(first_run(data), "malformed"), 0);
	json_object_put(data);
	scenario_fini(&scenario);
	load("pim-dm-assert", &scenario);
	page_until(&scenario, 40);
	cr_expect_gt(expect_truth(&scenario, IP_FAMILY_6), 10);
}

/* ---- What a daemon recorded ---- */

struct recording {
	struct core *core;
	struct writer out;
	uint8_t bytes[65536];
	unsigned int sent;
};

static void record(struct recording *recording, hp_time now, const struct core_event *event)
{
	struct history_event kept = { .now = now, .event = *event, .effect_hash = HISTORY_HASH };
	const struct core_effect *effect;

	core_handle(recording->core, now, event);
	while ((effect = core_effect_next(recording->core))) {
		kept.effect_hash = history_effect_hash(kept.effect_hash, effect);
		kept.effect_count++;
		recording->sent +=
			effect->kind == FX_SEND && ip_addr_family(&effect->send.src) == IP_FAMILY_4;
	}
	history_write(&recording->out, &kept);
}

static struct ip_addr addr_of(const char *text)
{
	struct ip_addr addr;

	cr_assert_eq(ip_addr_parse(text, &addr), 0);
	return addr;
}

/* A router with PIM-DM on eth0 meets 10.0.0.2, whose Hello comes twice, and gets data. */
static void record_all(struct recording *recording)
{
	const struct pim_msg hello = { .type = PIM_HELLO,
				       .hello = { .has_hold = true, .hold_s = 105 } };
	const struct ip_addr src = addr_of("10.0.0.2"), dst = addr_of("224.0.0.13");
	struct core_event event = { .kind = EV_LINK,
				    .link = { .link = 3,
					      .name = "eth0",
					      .is_present = true,
					      .is_up = true,
					      .mtu = 1500,
					      .addr_count = 1,
					      .addrs = { { addr_of("10.0.0.1"), 24 } } } };
	uint8_t bytes[64];

	record(recording, HP_SEC(1), &event);
	event = (struct core_event){
		.kind = EV_CONFIG,
		.config = { .kind = CONFIG_LINK, .link = 3, .proto = PROTO_PIMDM, .is_on = true }
	};
	record(recording, HP_SEC(1), &event);
	event = (struct core_event){ .kind = EV_PACKET,
				     .packet = { .link = 3,
						 .socket = SOCKET_103,
						 .src = src,
						 .dst = dst,
						 .ttl = 1,
						 .bytes = bytes } };
	event.packet.len = pim_encode(&hello, &src, &dst, PIM_CHECKSUM_RFC, bytes, sizeof(bytes));
	record(recording, HP_SEC(2), &event);
	record(recording, HP_SEC(3), &event);
	event = (struct core_event){ .kind = EV_DATA,
				     .data = { .kind = DATA_MISS,
					       .link = 3,
					       .source = addr_of("10.0.0.9"),
					       .group = addr_of("239.1.1.1") } };
	record(recording, HP_SEC(4), &event);
	event = (struct core_event){ .kind = EV_RPF,
				     .rpf = { .source = addr_of("10.0.0.9"),
					      .is_reachable = true,
					      .is_connected = true,
					      .link = 3,
					      .prefix_len = 24 } };
	record(recording, HP_SEC(4), &event);
	for (unsigned int s = 5; s < 60; s++)
		record(recording, HP_SEC(s), &(struct core_event){ .kind = EV_CLOCK });
}

static bool has_text(struct json_object *run, const char *text)
{
	struct json_object *texts = get(run, "texts");

	for (size_t i = 0; i < json_object_array_length(texts); i++)
		if (!strcmp(json_object_get_string(item(texts, i)), text))
			return true;
	return false;
}

static struct json_object *recorded_page(const struct recording *recording, size_t len,
					 enum ip_family family, int expected)
{
	char history[] = "/tmp/test_html.XXXXXX";
	int fd = mkstemp(history);
	struct html *page = html_open(path);

	cr_assert_geq(fd, 0);
	cr_assert_eq(write(fd, recording->bytes, len), (ssize_t)len);
	close(fd);
	cr_assert_eq(recorded_play(history, false, page, family), expected);
	unlink(history);
	cr_assert(html_close(page));
	return read_data();
}

Test(html, history_of_a_daemon)
{
	struct core_limits limits = core_limits_default;
	struct recording recording = { .core = core_new(&limits) };
	static const char *const texts[] = {
		"eth0",
		"10.0.0.2",
		"10.0.0.9",
		"239.1.1.1",
		"forwarding",
		"eth0 is up",
		"eth0: data (10.0.0.9, 239.1.1.1) without an entry",
		"route to 10.0.0.9: by eth0",
	};
	struct json_object *data, *run;
	struct counts counts;
	size_t len;

	recording.out = writer_over(recording.bytes, sizeof(recording.bytes));
	history_write_start(&recording.out, &limits);
	record_all(&recording);
	len = wr_len(&recording.out);
	data = recorded_page(&recording, len, IP_FAMILY_4, 0);
	run = first_run(data);
	counts = count_events(run);
	cr_expect_gt(recording.sent, 1);
	cr_expect_eq(counts.of[0], recording.sent + 2, "%u of %u", counts.of[0], recording.sent);
	cr_expect_eq(counts.of[2], 3);
	cr_expect_eq(counts.of[4], 0);
	cr_expect_eq(messages_of_kind(run, "Hello"), 2, "different ones: of each of the two");
	cr_expect_eq(messages_of_kind(run, "malformed"), 0);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		cr_expect(has_text(run, texts[i]), "%s", texts[i]);
	json_object_put(data);
	/* Of IPv6 there is the interface alone. */
	data = recorded_page(&recording, len, IP_FAMILY_6, 0);
	cr_expect_eq(count_events(first_run(data)).of[0], 0);
	cr_expect_not(has_text(first_run(data), "10.0.0.2"));
	json_object_put(data);
	/* What the daemon did otherwise is marked; the last byte is of a hash. */
	recording.bytes[len - 1] ^= 1;
	data = recorded_page(&recording, len, IP_FAMILY_4, 1);
	cr_expect_eq(count_events(first_run(data)).of[4], 1);
	json_object_put(data);
	core_free(recording.core);
}

/* ---- Names of strangers ---- */

static unsigned int count_of(const char *text, const char *word)
{
	unsigned int count = 0;

	while ((text = strstr(text, word))) {
		count++;
		text++;
	}
	return count;
}

static char *page_with_names(const char *name, const char *scenario_name)
{
	struct page_run run = { .html = html_open(path) };
	struct scenario scenario;
	size_t len;

	load("loop", &scenario);
	page_until(&scenario, 20);
	(void)snprintf(scenario.name, sizeof(scenario.name), "%s", scenario_name);
	(void)snprintf(scenario.topo.routers[0].name, SIM_NAME_LEN, "%s", name);
	(void)snprintf(scenario.topo.routers[1].ports[0].name, SIM_NAME_LEN, "%s", name);
	(void)snprintf(scenario.topo.lans[0].name, SIM_NAME_LEN, "%s", name);
	(void)snprintf(scenario.topo.hosts[0].name, SIM_NAME_LEN, "%s", name);
	page_play(&run, &scenario, IP_FAMILY_4);
	cr_assert(html_close(run.html));
	scenario_fini(&scenario);
	return read_page(&len);
}

Test(html, hostile_names_stay_in_their_string)
{
	static const char *const words[] = { "</script", "<img", "<!--" };
	char *plain = page_with_names("R", "plain");
	char *hostile = page_with_names("</script><img ", "</script><img onerror=alert(1) src=x>");
	struct json_object *data = read_data();

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		cr_expect_eq(count_of(hostile, words[i]), count_of(plain, words[i]), "%s",
			     words[i]);
	cr_expect_str_eq(
		text_of(first_run(data), json_object_get_int(get(first_run(data), "name"))),
		"</script><img onerror=alert(1) src=x>");
	json_object_put(data);
	free(plain);
	free(hostile);
}

Test(html, bytes_that_are_no_text)
{
	static const struct {
		const char *text, *json;
	} cases[] = {
		{ "eth0", "\"eth0\"" },
		{ "a\"b\\c", "\"a\\u0022b\\u005cc\"" },
		{ "<&>'\n\x7f", "\"\\u003c\\u0026\\u003e\\u0027\\u000a\\u007f\"" },
		{ "\xc3\xbc \xe2\x82\xac", "\"\xc3\xbc \xe2\x82\xac\"" },
		{ "\xff\xc3", "\"\\ufffd\\ufffd\"" },
		{ "\xc0\xaf", "\"\\ufffd\\ufffd\"" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *text = NULL;
		size_t len;
		FILE *file = open_memstream(&text, &len);

		html_text(file, cases[i].text);
		fclose(file);
		cr_expect_str_eq(text, cases[i].json);
		free(text);
	}
}

Test(html, a_page_of_ten_routers_is_small)
{
	const struct random_request request = { .routers = 10 };
	struct page_run run = { .html = NULL };
	struct scenario scenario;
	struct json_object *data;
	size_t events, len;

	random_scenario(1, &request, &scenario);
	data = play(&run, &scenario, scenario.family);
	events = json_object_array_length(get(first_run(data), "events"));
	free(read_page(&len));
	cr_log_info("%zu events, %zu bytes", events, len);
	cr_expect_lt(len, 90000 + 120 * events, "%zu bytes for %zu events", len, events);
	json_object_put(data);
	scenario_fini(&scenario);
}
