// SPDX-License-Identifier: GPL-2.0-only
/* runner: alone, a browser with a picture to draw needs the processors
 *
 * A daemon is recorded while operators ask it what it has; the page of the recording shows the same
 * tables at those moments.
 */
#include <math.h>
#include <string.h>

#include "base/addr_text.h"
#include "hpimsim/html.h"
#include "hpimsim/recorded.h"
#include "unit/common_daemon.h"
#include "unit/common_shown.h"

#define MOMENTS_MAX 4u

/* A table of the page, and the request whose records it has. */
struct pair {
	const char *table, *cmd, *args;
	const char *key[4]; /* columns that tell its rows apart */
};

static const struct pair pairs[] = {
	{ "interfaces", "show interfaces", "{}", { "interface" } },
	{ "neighbors", "show neighbors", "{'family':4}", { "interface", "address" } },
	{ "trees", "show trees", "{}", { "source", "group", "protocol" } },
	{ "tree-interfaces",
	  "show trees",
	  "{'detail':true}",
	  { "source", "group", "interface", "protocol" } },
	{ "mroutes", "show mroutes", "{}", { "source", "group" } },
	{ "groups", "show groups", "{}", { "interface", "group" } },
};

#define PAIRS (sizeof(pairs) / sizeof(pairs[0]))

/* What the daemon answered at a moment. */
struct moment {
	double at_s; /* since the daemon started */
	struct json_object *records[PAIRS];
};

static char history[] = "/tmp/test_page_recorded.XXXXXX";
static struct moment moments[MOMENTS_MAX];
static unsigned int moment_count;
static hp_time started_at;

static void set_up(void)
{
	int fd = mkstemp(history);

	cr_assert_geq(fd, 0);
	close(fd);
	shown_set_up();
}

static void tear_down(void)
{
	shown_tear_down();
	unlink(history);
	for (unsigned int i = 0; i < moment_count; i++)
		for (size_t p = 0; p < PAIRS; p++)
			json_object_put(moments[i].records[p]);
}

TestSuite(page_recorded, .init = set_up, .fini = tear_down, .timeout = 400);

/* ---- A daemon is recorded ---- */

static void take_moment(void)
{
	struct moment *moment = &moments[moment_count++];

	moment->at_s = (double)(fake_now() - started_at) / 1e9;
	for (size_t p = 0; p < PAIRS; p++) {
		const struct reply *reply = request(pairs[p].cmd, "%s", pairs[p].args);

		cr_assert_eq(reply->exit, CTL_EXIT_OK, "%s: %s", pairs[p].cmd, reply->message);
		moment->records[p] = json_object_get(reply->records);
	}
	world_run(HP_MS(10)); /* what follows is not of this moment */
}

static void attach(const char *interface, const char *protocol)
{
	cr_assert_eq(
		request("attach", "{'interface':'%s','%s':true,'igmp':true}", interface, protocol)
			->exit,
		CTL_EXIT_OK);
}

/* HPIM-DM on eth1 and eth2, PIM-DM on eth3; sources before and behind eth2, members on eth1. */
static void record_daemon(void)
{
	world_options()->record_path = history;
	fake_link(1, "eth1", true, "10.1.0.1/24");
	fake_link(2, "eth2", true, "10.2.0.1/24");
	fake_link(3, "eth3", true, "10.3.0.1/24");
	fake_route("10.12.0.0/24", "10.2.0.2", 2, 5);
	world_boot();
	started_at = fake_now();
	attach("eth1", "hpim");
	attach("eth2", "hpim");
	attach("eth3", "pim_dm");
	world_neighbor("eth2", "10.2.0.2", 12, 10);
	world_run(HP_SEC(20));
	world_pim_hello("eth3", "10.3.0.2");
	world_run(HP_SEC(2));
	take_moment();
	world_report("eth1", "10.1.0.9", "239.1.1.1");
	world_neighbor_source(12, "10.12.0.9", "239.1.1.1");
	world_run(HP_SEC(1));
	world_miss("eth3", "10.3.0.9", "239.1.1.2");
	world_run(HP_SEC(5));
	take_moment();
	world_report("eth1", "10.1.0.8", "239.1.1.2");
	world_run(HP_SEC(30));
	take_moment();
	fake_link(2, "eth2", false, "10.2.0.1/24");
	world_run(HP_SEC(5));
	take_moment();
	world_end();
}

/* ---- The page of it ---- */

static void write_page(int expected)
{
	struct html *html = html_open(page_path);

	cr_assert_not_null(html);
	cr_assert_eq(recorded_play(history, false, html, IP_FAMILY_4), expected);
	cr_assert(html_close(html));
}

/* As it stands on the page; "": nothing. */
static const char *text_of(struct json_object *value)
{
	const char *text = json_object_get_string(value);

	if (json_object_is_type(value, json_type_boolean))
		return json_object_get_boolean(value) ? "yes" : "no";
	return !text || !strcmp(text, "-") ? "" : text;
}

static const char *field(struct json_object *row, const char *name)
{
	return text_of(json_object_object_get(row, name));
}

/* The field of the answer that a column of the page shows. */
static const char *name_in_answer(const struct pair *pair, const char *column)
{
	static const char *const names[][3] = {
		{ "interfaces", "address", "addr4" },
		{ "interfaces", "neighbors", "neighbors4" },
		{ "interfaces", "querier", "querier4" },
		{ "interfaces", "link", "interface" },
		{ "neighbors", "gen_id", "generation_id" },
		{ "neighbors", "expires", "expires_s" },
		{ "neighbors", "uptime", "uptime_s" },
		{ "groups", "expires", "expires_s" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(names[i][0], pair->table) && !strcmp(names[i][1], column))
			return names[i][2];
	return column;
}

static bool same_protocols(const char *shown, struct json_object *record)
{
	char text[60];

	(void)snprintf(text, sizeof(text), "%s%s%s",
		       strcmp(field(record, "hpim4"), "yes") ? "" : "hpim ",
		       strcmp(field(record, "pim_dm4"), "yes") ? "" : "pim-dm ",
		       strcmp(field(record, "igmp"), "yes") ? "" : "gm ");
	text[strlen(text) - (*text != '\0')] = '\0';
	return !strcmp(shown, text);
}

static bool same_words(const char *shown, const char *answered)
{
	for (size_t i = 0; shown[i]; i++)
		if (answered[i] != (shown[i] == ' ' ? ',' : shown[i]))
			return false;
	return true;
}

static bool is_same(const struct pair *pair, const char *column, const char *shown,
		    struct json_object *record)
{
	const char *name = name_in_answer(pair, column);
	struct json_object *value;

	if (!strcmp(column, "protocols"))
		return same_protocols(shown, record);
	if (!json_object_object_get_ex(record, name, &value))
		return !*shown; /* the other protocol has it */
	if (!strcmp(column, "gen_id"))
		return strtoul(shown, NULL, 16) == (unsigned long)json_object_get_int64(value);
	if (strstr(name, "_s") &&
	    strcmp(name, column)) /* a countdown; the answer has whole seconds */
		return fabs(strtod(shown, NULL) - json_object_get_double(value)) <= 1.0;
	if (json_object_is_type(value, json_type_int) || json_object_is_type(value, json_type_null))
		return json_object_get_int64(value) == strtoll(shown, NULL, 10);
	if (!strcmp(column, "outputs")) /* "eth1 eth3" here, "eth1,eth3" there */
		return strlen(shown) == strlen(text_of(value)) && same_words(shown, text_of(value));
	return !strcmp(shown, text_of(value));
}

static struct json_object *find_row(const struct pair *pair, struct json_object *rows,
				    struct json_object *record)
{
	for (size_t i = 0; i < json_object_array_length(rows); i++) {
		struct json_object *row = json_object_array_get_idx(rows, i);
		bool is_it = true;

		for (size_t k = 0; k < 4 && pair->key[k]; k++)
			is_it &= !strcmp(field(row, pair->key[k]), field(record, pair->key[k]));
		if (is_it)
			return row;
	}
	return NULL;
}

/* Return: cells that were compared. */
static unsigned int expect_table(const struct pair *pair, const struct moment *moment,
				 struct json_object *shown)
{
	struct json_object *records = moment->records[pair - pairs];
	struct json_object *rows = json_object_object_get(shown, pair->table);
	unsigned int cells = 0;

	cr_assert_eq(rows ? json_object_array_length(rows) : 0, json_object_array_length(records),
		     "%s at %.1f s: %s", pair->table, moment->at_s, json_object_get_string(rows));
	for (size_t i = 0; i < json_object_array_length(records); i++) {
		struct json_object *record = json_object_array_get_idx(records, i);
		struct json_object *row = find_row(pair, rows, record);

		cr_assert_not_null(row, "%s at %.1f s: no row for %s", pair->table, moment->at_s,
				   json_object_get_string(record));
		json_object_object_foreach(row, column, value)
		{
			cells++;
			cr_expect(is_same(pair, column, text_of(value), record),
				  "%s at %.1f s, %s '%s': %s", pair->table, moment->at_s, column,
				  text_of(value), json_object_get_string(record));
		}
	}
	return cells;
}

Test(page_recorded, tables_are_what_the_daemon_showed)
{
	unsigned int cells[PAIRS] = { 0 };

	record_daemon();
	write_page(0);
	for (unsigned int i = 0; i < moment_count; i++) {
		struct json_object *shown;
		char hash[60];

		(void)snprintf(hash, sizeof(hash), "#t=%.6f&node=router", moments[i].at_s);
		shown_open(hash);
		shown = shown_tables(0);
		for (size_t p = 0; p < PAIRS; p++)
			cells[p] += expect_table(&pairs[p], &moments[i], shown);
		json_object_put(shown);
	}
	for (size_t p = 0; p < PAIRS; p++)
		cr_expect_gt(cells[p], 10, "%s: %u cells", pairs[p].table, cells[p]);
}

/* The Hello of the router on eth3: its fields, and the neighbor that it brings. */
Test(page_recorded, a_message_and_what_it_changes)
{
	static const struct {
		const char *name, *value;
	} fields[] = {
		{ "From", "10.3.0.2" },
		{ "To", "224.0.0.13" },
		{ "Link", "eth3" },
		{ "Holdtime", "105 s" },
	};
	char expression[300];
	double at_s;

	record_daemon();
	write_page(0);
	shown_open("#node=router");
	(void)browser_text(browser, "document.getElementById(`search`).value = `hello 10.3.0.2`;"
				    "research(); nextMatch(1); ``");
	at_s = browser_double(browser, "app.time / 1e6");
	cr_expect_float_eq(at_s, 20, 0.01, "%f", at_s);
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		(void)snprintf(expression, sizeof(expression),
			       "[...document.querySelectorAll(`#detail dt`)].find((dt) => "
			       "dt.textContent === `%s`)?.nextSibling.textContent ?? `none`",
			       fields[i].name);
		cr_expect_str_eq(browser_text(browser, expression), fields[i].value, "%s",
				 fields[i].name);
	}
	cr_expect_eq(shown_count(".tables [data-table=neighbors] tbody tr"), 1);
	(void)browser_text(browser, "while (!app.entries[app.index].event.changes) step(1); ``");
	cr_expect_eq(shown_count(".tables [data-table=neighbors] tbody tr"), 2);
	cr_expect_gt(shown_count(".tables [data-table=neighbors] td.changed"), 2);
	cr_expect_not_null(strstr(shown_text("#detail dd:last-child"), "neighbors eth3 10.3.0.2"));
}

static void spoil_last_byte(void)
{
	FILE *file = fopen(history, "r+e");
	int byte;

	cr_assert_not_null(file);
	fseek(file, -1, SEEK_END);
	byte = fgetc(file);
	fseek(file, -1, SEEK_END);
	fputc(byte ^ 1, file);
	fclose(file);
}

/* The last byte is of the hash of what the daemon did. */
Test(page_recorded, what_differs_is_marked)
{
	record_daemon();
	spoil_last_byte();
	write_page(1);
	shown_open("#t=1");
	cr_expect_eq(browser_int(browser, "app.entries.filter(({ event }) => "
					  "event.type === `violation`).length"),
		     1);
	browser_key(browser, "End");
	browser_key(browser, "[");
	while (browser_int(browser, "app.entries[app.index].event.type === `violation` ? 0 : 1"))
		browser_key(browser, "[");
	cr_expect_str_eq(shown_text("#detail h2"), "Violation");
	cr_expect_eq(shown_count(".row.violation.current"), 1);
	cr_expect(shown_bar_has("bad"));
}
