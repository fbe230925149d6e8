// SPDX-License-Identifier: GPL-2.0-only
/* runner: alone, a browser with a picture to draw needs the processors
 *
 * The page of hpimcompare: both protocols on one time bar, with the tables that `show` prints of
 * the routers at that moment, the faults, and the packets that members missed.
 */
#include <string.h>

#include "hpimcompare/result.h"
#include "hpimsim/tables.h"
#include "unit/common_shown.h"

#define SEED        7
#define MOMENTS_MAX 3u
#define ROUTERS     3u
#define LATE        2u /* the router that starts last */

TestSuite(page_compare, .init = shown_set_up, .fini = shown_tear_down, .timeout = 400);

/* ---- Tables ---- */

/* What `show` printed of the routers. */
struct moment {
	double at_s;
	char *printed[ROUTERS];
};

struct watched_run {
	struct moment moments[MOMENTS_MAX];
	unsigned int count;
};

static void take_moment(struct lab *lab, struct watched_run *run)
{
	struct moment *moment = &run->moments[run->count++];
	size_t len;

	lab_run(lab, HP_MS(5)); /* between two packets */
	moment->at_s = (double)lab->net->now / 1e9;
	for (uint16_t i = 0; i < ROUTERS; i++) {
		FILE *file = open_memstream(&moment->printed[i], &len);

		tables_print(lab->net, i, file);
		fclose(file);
	}
}

/* R1, and behind it R2 and R3 to a link with the receiver; R3 comes late. */
static void play(struct lab *lab, struct watched_run *run)
{
	uint16_t first = lab_lan(lab), middle = lab_lan(lab), last = lab_lan(lab);
	uint16_t r1 = lab_router(lab, "R1"), r2 = lab_router(lab, "R2"), r3 = lab_router(lab, "R3");

	(void)lab_port(lab, r1, first, 10);
	(void)lab_port(lab, r1, middle, 10);
	(void)lab_port(lab, r2, middle, 10);
	(void)lab_port(lab, r2, last, 10);
	(void)lab_port(lab, r3, middle, 10);
	(void)lab_port(lab, r3, last, 10);
	(void)lab_host(lab, "source", first);
	(void)lab_host(lab, "receiver", last);
	lab_start(lab, UINT32_C(1) << LATE);
	lab_run(lab, HP_SEC(40));
	take_moment(lab, run);
	lab_join(lab, 1);
	lab_send(lab, true);
	lab_run(lab, HP_SEC(20));
	take_moment(lab, run);
	lab_router_is(lab, ACT_START, LATE);
	lab_run(lab, HP_SEC(40));
	take_moment(lab, run);
}

static const char *text_at(struct json_object *row, const char *column)
{
	const char *text = json_object_get_string(json_object_object_get(row, column));

	return text ? text : "";
}

/* The row of the table with these two cells. */
static struct json_object *find_row(struct json_object *shown, const char *table,
				    const char *const columns[2], const char *a, const char *b)
{
	struct json_object *rows = json_object_object_get(shown, table);

	for (size_t i = 0; rows && i < json_object_array_length(rows); i++) {
		struct json_object *row = json_object_array_get_idx(rows, i);

		if (!strcmp(text_at(row, columns[0]), a) && !strcmp(text_at(row, columns[1]), b))
			return row;
	}
	return NULL;
}

static size_t row_count(struct json_object *shown, const char *table)
{
	struct json_object *rows = json_object_object_get(shown, table);

	return rows ? json_object_array_length(rows) : 0;
}

/* An entry of the multicast routing table, as printed. */
struct printed_entry {
	char source[46], group[46], input[16], upstream[46], outputs[60];
};

static void expect_entry(struct json_object *shown, const struct printed_entry *entry,
			 const char *where)
{
	static const char *const keys[] = { "source", "group" };
	struct json_object *mroute = find_row(shown, "mroutes", keys, entry->source, entry->group);
	struct json_object *tree = find_row(shown, "trees", keys, entry->source, entry->group);

	cr_assert(mroute && tree, "%s: (%s, %s) is not there", where, entry->source, entry->group);
	cr_expect_str_eq(text_at(mroute, "input"), entry->input, "%s", where);
	cr_expect_str_eq(text_at(mroute, "outputs"), *entry->outputs ? entry->outputs : "-", "%s",
			 where);
	cr_expect_str_eq(text_at(tree, "upstream"),
			 strcmp(entry->upstream, "0.0.0.0") ? entry->upstream : "-", "%s", where);
}

/* Each entry that was printed is shown, and no other. Return: how many. */
static unsigned int expect_entries(struct json_object *shown, const char *printed,
				   const char *where)
{
	struct printed_entry entry = { .source = "" };
	char copy[8192], output[16], *rest = NULL;
	unsigned int count = 0;

	(void)snprintf(copy, sizeof(copy), "%s", printed);
	for (char *line = strtok_r(copy, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		struct printed_entry next = { .source = "" };

		if (sscanf(line, "(%45[^,], %45[^)])", next.source, next.group) == 2) {
			if (count++)
				expect_entry(shown, &entry, where);
			entry = next;
		} else if (sscanf(line, " Incoming interface: %15[^,], RPF nbr %45s", entry.input,
				  entry.upstream) != 2 &&
			   strstr(line, ", Forward/") && sscanf(line, " %15[^,],", output) == 1) {
			size_t used = strlen(entry.outputs);

			(void)snprintf(entry.outputs + used, sizeof(entry.outputs) - used, "%s%s",
				       used ? " " : "", output);
		}
	}
	if (count)
		expect_entry(shown, &entry, where);
	cr_expect_eq(row_count(shown, "mroutes"), count, "%s", where);
	return count;
}

/* Of HPIM-DM the classic table has none. */
static unsigned int expect_neighbors(struct json_object *shown, const char *printed,
				     const char *where)
{
	static const char *const keys[] = { "address", "interface" };
	const char *at = strstr(printed, "Neighbor Address");
	char address[46], interface[16];
	unsigned int count = 0;

	while (at && (at = strchr(at, '\n')) && at[1] >= '0' && at[1] <= '9') {
		at++;
		cr_assert_eq(sscanf(at, "%45s %15s", address, interface), 2);
		cr_expect_not_null(find_row(shown, "neighbors", keys, address, interface), "%s: %s",
				   where, address);
		count++;
	}
	cr_expect_eq(row_count(shown, "neighbors"), count, "%s", where);
	return count;
}

static void expect_moment(const struct watched_run *runs, unsigned int number,
			  unsigned int counts[2])
{
	for (unsigned int router = 0; router < ROUTERS; router++) {
		char hash[60];

		(void)snprintf(hash, sizeof(hash), "#t=%.6f&node=R%u", runs[0].moments[number].at_s,
			       router + 1);
		shown_open(hash);
		for (unsigned int pane = 0; pane < 2; pane++) {
			struct json_object *shown = shown_tables(pane);
			const char *printed = runs[pane].moments[number].printed[router];
			char where[80];

			(void)snprintf(where, sizeof(where), "%s of %s", hash,
				       contender_names[pane]);
			counts[0] += expect_entries(shown, printed, where);
			if (pane == CONTENDER_REFRESH)
				counts[1] += expect_neighbors(shown, printed, where);
			json_object_put(shown);
		}
	}
}

Test(page_compare, tables_are_what_show_prints)
{
	struct watched_run runs[2] = { { .count = 0 } };
	struct html *html = html_open(page_path);
	unsigned int counts[2] = { 0 };

	cr_assert_not_null(html);
	for (enum contender c = CONTENDER_HPIM; c <= CONTENDER_REFRESH; c++) {
		struct lab *lab = lab_new(c, SEED);

		lab_watch(lab);
		play(lab, &runs[c]);
		html_add(html, lab_watched(lab));
		lab_free(lab);
	}
	cr_assert(html_close(html));
	for (unsigned int i = 0; i < MOMENTS_MAX; i++)
		expect_moment(runs, i, counts);
	cr_expect_eq(counts[0], 2 * (2 + 3), "entries of two routers, then of three");
	cr_expect_eq(counts[1], 2 + 2 + 8, "neighbors");
	for (unsigned int i = 0; i < 2 * MOMENTS_MAX * ROUTERS; i++)
		free(runs[i % 2].moments[i / 2 % MOMENTS_MAX].printed[i / 2 / MOMENTS_MAX]);
}

/* ---- Faults, and what they cost ---- */

static const struct compare_case *case_by_name(const char *name)
{
	for (unsigned int i = 0; i < compare_case_count; i++)
		if (!strcmp(compare_cases[i].name, name))
			return &compare_cases[i];
	cr_assert_fail("no case %s", name);
	return NULL;
}

static void write_cases(const char *const *names, size_t count, struct result *ret_results)
{
	struct html *html = html_open(page_path);

	cr_assert_not_null(html);
	for (size_t i = 0; i < count; i++)
		ret_results[i] = result_measure(case_by_name(names[i]), 1, SEED, html);
	cr_assert(html_close(html));
}

static const char *detail(void)
{
	return shown_text("#detail dd:last-child");
}

Test(page_compare, faults_and_misses_are_marked)
{
	static const char *const names[] = { "winner-dies" };
	struct result result;
	char fact[40];

	write_cases(names, 1, &result);
	shown_open("#t=69.5");
	cr_expect_eq(shown_count(".pane"), 2);
	cr_expect_eq(shown_count(".pane .head option"), 2 * CONTENDER_COUNT);
	cr_expect_eq(shown_count("#case:not([hidden])"), 0);
	cr_expect_eq(shown_count("svg .router.off"), 0);
	cr_expect_gt(shown_count("svg .flow.t0"), 4);
	cr_expect_eq(shown_count("svg .flow:not(.t0)"), 0, "in the colour of the tree's chip");
	cr_expect_eq(shown_count(".chip.t0"), 1);
	cr_expect_eq(shown_count(".pane:first-child svg .assert.winner"), 1);
	browser_key(browser, "[");
	cr_expect(shown_bar_has("warn"));
	cr_expect_not(shown_bar_has("bad"));
	browser_key(browser, "]");
	browser_key(browser, "]"); /* the same in the other run */
	cr_expect_str_eq(detail(), "crash R4");
	browser_key(browser, "ArrowRight"); /* what the crash has changed */
	cr_expect_eq(shown_count("svg .router.off"), 2, "of both protocols");
	browser_key(browser, "]");
	cr_expect_str_eq(detail(), "receiver misses packets, first that of 70.00 s");
	cr_expect(shown_bar_has("bad"));
	for (enum contender c = CONTENDER_HPIM; c <= CONTENDER_REFRESH; c++) {
		char selector[60];

		(void)snprintf(selector, sizeof(selector), ".pane:nth-child(%d) .facts", c + 1);
		(void)snprintf(fact, sizeof(fact), "recover %.0f ms",
			       result.figures[c][FIGURE_RECOVER].median);
		cr_expect_not_null(strstr(shown_text(selector), fact), "%s", shown_text(selector));
	}
}

/* Every control message is there, and of the packets so many that the page stays small. */
Test(page_compare, messages_are_all_there)
{
	static const char *const names[] = { "join-loss-20" };
	struct result result;

	write_cases(names, 1, &result);
	shown_open("");
	for (enum contender c = 0; c < CONTENDER_COUNT; c++) {
		char expression[300];

		(void)snprintf(expression, sizeof(expression),
			       "app.runs[%d].events.filter((event) => event.type === 'message' && "
			       "event.at >= 70e6 && event.at < 130e6 && "
			       "!/query|report|leave/i.test(event.kind)).length",
			       c);
		cr_expect_eq(browser_int(browser, expression),
			     (int)result.figures[c][FIGURE_MESSAGES].median, "%s",
			     contender_names[c]);
	}
	cr_expect_lt(browser_int(browser, "app.runs[0].events.length"), 10000);
	cr_expect_gt(browser_int(browser, "app.runs[0].events.filter((event) => "
					  "event.type === 'packet' && event.at > 71e6).length"),
		     59, "one in a second");
	cr_expect_gt(browser_int(browser, "app.runs[0].events.filter((event) => "
					  "event.type === 'message' && event.lost.length).length"),
		     3, "lost by all receivers");
}

Test(page_compare, cases_are_chosen)
{
	static const char *const names[] = { "leave", "late-router" };
	struct result results[2];

	write_cases(names, 2, results);
	shown_open("#t=80");
	cr_expect_eq(shown_count("#case option"), 2);
	cr_expect_eq(shown_count("#case:not([hidden])"), 1);
	cr_expect_eq(shown_count("svg .host.joined"), 0, "it has left");
	cr_expect_eq(browser_int(browser, "app.index + 1"),
		     browser_int(browser, "app.entries.filter((entry) => entry.event.at <= 80e6)"
					  ".length"));
	(void)browser_text(browser, "(() => { const box = document.getElementById(`case`);"
				    "box.selectedIndex = 1;"
				    "box.dispatchEvent(new Event(`change`)); return ``; })()");
	cr_expect_eq(shown_count("svg .host.joined"), 2);
	cr_expect_eq(browser_int(browser, "app.panes.every((pane) => "
					  "pane.run.caseName.startsWith(`late-router:`)) ? 1 : 0"),
		     1);
	cr_expect_eq(browser_int(browser,
				 "writeHash() || location.hash.includes(`case=late-router`)"
				 " ? 1 : 0"),
		     1);
	shown_open("#t=1");
	cr_expect_eq(browser_int(browser, "app.caseName.startsWith(`leave:`) ? 1 : 0"), 1);
	shown_open("#case=no%20such%20case");
	cr_expect_eq(shown_count(".pane"), 2);
}

/* Forth and back event by event: both runs are at the same moment at each step. */
Test(page_compare, stepping_through_both)
{
	static const char *const names[] = { "restart" };
	struct result result;
	bool has_stepped[2] = { false, false };

	write_cases(names, 1, &result);
	shown_open("#t=70");
	for (int i = 0; i < 60; i++) {
		const int before = browser_int(browser, "app.index");

		browser_key(browser, i < 40 ? "ArrowRight" : "ArrowLeft");
		cr_expect_eq(browser_int(browser, "app.index"), before + (i < 40 ? 1 : -1));
		has_stepped[browser_int(browser, "app.entries[app.index].run.index")] = true;
		cr_expect_eq(browser_int(browser,
					 "app.panes.every(({ run, state }) => "
					 "(run.events[state.done - 1]?.at ?? 0) <= app.time && "
					 "(run.events[state.done]?.at ?? Infinity) >= app.time)"
					 " ? 1 : 0"),
			     1, "step %d", i);
	}
	cr_expect(has_stepped[0] && has_stepped[1]);
	(void)browser_text(browser,
			   "app.timeline.scrub(app.timeline.canvas.clientWidth / 2) || ``");
	cr_expect_float_eq(browser_double(browser, "app.time / app.timeline.end"), 0.5, 0.001);
}
