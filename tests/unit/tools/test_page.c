// SPDX-License-Identifier: GPL-2.0-only
/* runner: alone, a browser with a picture to draw needs the processors
 *
 * The page of hpimsim --html in Chromium: it loads without a word on the console, shows the tables
 * and the trees that the routers had, and steps through them.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "hpimsim/random.h"
#include "unit/common_page.h"
#include "unit/common_shown.h"

TestSuite(page, .init = shown_set_up, .fini = shown_tear_down, .timeout = 400);

/* ---- Making pages ---- */

/* What the picture has to show, counted in the simulator at the end. */
struct shown {
	unsigned int routers, links, hosts, ports, outputs, inputs;
};

static void count_shown(void *ctx, const struct sim_net *net)
{
	struct shown *shown = ctx;

	shown->routers = net->topo.router_count;
	shown->links = net->topo.lan_count;
	shown->hosts = net->topo.host_count;
	shown->ports = shown->hosts;
	for (uint16_t i = 0; i < net->topo.router_count; i++) {
		shown->ports += net->topo.routers[i].port_count;
		for (const struct sim_entry *entry = net->nodes[i].router.entries; entry;
		     entry = entry->hh.next) {
			unsigned int outputs = ifset_count(&entry->route.oifs);

			shown->outputs += outputs;
			shown->inputs += outputs != 0;
		}
	}
}

static void write_page(struct scenario *scenario, unsigned int runs, struct shown *ret_shown)
{
	struct page_run run = { .html = html_open(page_path),
				.at_end = count_shown,
				.ctx = ret_shown };

	cr_assert_not_null(run.html);
	*ret_shown = (struct shown){ .routers = 0 };
	for (unsigned int i = 0; i < runs; i++) {
		*ret_shown = (struct shown){ .routers = 0 };
		page_play(&run, scenario, i ? IP_FAMILY_6 : IP_FAMILY_4);
	}
	cr_assert(html_close(run.html));
	scenario_fini(scenario);
}

/* The ring of tests/scenarios/loop.yaml while packets flow. */
static struct shown write_loop(unsigned int runs)
{
	struct scenario scenario;
	struct shown shown;

	cr_assert(scenario_load("tests/scenarios/loop.yaml", &scenario));
	page_until(&scenario, 39.4);
	write_page(&scenario, runs, &shown);
	return shown;
}

/* ---- The picture ---- */

Test(page, picture_is_that_of_the_network)
{
	struct shown shown = write_loop(1);

	shown_open("#t=39.4");
	cr_expect_gt(shown.outputs, 5);
	cr_expect_eq(shown_count("svg .router rect"), shown.routers);
	cr_expect_eq(shown_count("svg .link .bar"), shown.links);
	cr_expect_eq(shown_count("svg .host circle"), shown.hosts);
	cr_expect_eq(shown_count("svg .port .wire"), shown.ports);
	cr_expect_eq(shown_count("svg .flow.out"), shown.outputs);
	cr_expect_eq(shown_count("svg .flow.in"), shown.inputs);
	cr_expect_eq(shown_count("svg .assert.winner"), 1, "R2 serves the switch");
	cr_expect_eq(shown_count("svg .assert.loser"), 1, "R5 does not");
	cr_expect_eq(shown_count("svg .host.sends"), 1);
	cr_expect_eq(shown_count("svg .host.joined"), 2);
	cr_expect_eq(shown_count("svg .broken, svg .dead, svg .off, svg .lossy"), 0);
	shown_open("#t=11");
	cr_expect_eq(shown_count("svg .flow, svg .assert, svg .host.joined"), 0, "nothing yet");
}

Test(page, faults_are_marked)
{
	struct scenario scenario;
	struct shown shown;

	cr_assert(scenario_load("tests/scenarios/loop.yaml", &scenario));
	page_until(&scenario, 20);
	scenario_add_action(&scenario, &(struct action){ HP_SEC(21), ACT_KILL, 1, 0, 0 });
	scenario_add_action(&scenario, &(struct action){ HP_SEC(22), ACT_CRASH, 2, 0, 0 });
	scenario_add_action(&scenario, &(struct action){ HP_SEC(23), ACT_CUT, 3, 0, 0 });
	scenario_add_action(&scenario, &(struct action){ HP_SEC(24), ACT_LOSS, 0, 0, 50 });
	scenario_add_action(&scenario, &(struct action){ HP_SEC(25), ACT_MARK, 0, 0, 0 });
	write_page(&scenario, 1, &shown);
	shown_open("#t=20.5");
	cr_expect_eq(shown_count("svg .broken, svg .dead, svg .off, svg .lossy"), 0);
	shown_open("#t=25");
	cr_expect_eq(shown_count("svg .router.dead"), 1);
	cr_expect_eq(shown_count("svg .router.off"), 1);
	cr_expect_eq(shown_count("svg .port.broken"), 1);
	cr_expect_eq(shown_count("svg .link.lossy"), 1);
	cr_expect_str_eq(
		browser_text(browser, "document.querySelector(`.lossy .state`).textContent"),
		"5.0 % loss");
	browser_key(browser, "[");
	cr_expect_str_eq(browser_text(browser, "document.querySelector(`#detail dd:last-child`)"
					       ".textContent"),
			 "loss source 50");
}

/* ---- Tables and stepping ---- */

Test(page, tables_of_a_router_at_a_moment)
{
	(void)write_loop(1);
	shown_open("#t=39.4&node=R5");
	cr_expect_eq(shown_count(".node.selected"), 1);
	cr_expect_str_eq(shown_cell("trees", 0, "state"), "active");
	cr_expect_str_eq(shown_cell("trees", 0, "input"), "eth1");
	cr_expect_str_eq(shown_cell("trees", 0, "outputs"), "eth2");
	cr_expect_str_eq(shown_cell("mroutes", 0, "outputs"), "eth2");
	cr_expect_str_eq(shown_cell("tree-interfaces", 0, "assert"), "loser");
	cr_expect_str_eq(shown_cell("neighbors", 2, "address"), "10.5.5.4");
	cr_expect_str_eq(shown_cell("neighbors", 2, "state"), "synced");
	shown_open("#t=11.9&node=R5");
	cr_expect_str_eq(shown_cell("trees", 0, "state"), "no table");
	cr_expect_str_eq(shown_cell("neighbors", 2, "state"), "synced");
	shown_open("#t=0.5&node=R5");
	cr_expect_str_eq(shown_cell("neighbors", 0, "state"), "no table");
	cr_expect_str_eq(shown_cell("interfaces", 0, "state"), "up");
}

/* Onwards by key until R5 has a tree, and back: the same places have the same tables. */
Test(page, stepping_forth_and_back)
{
	int first, steps = 0;

	(void)write_loop(1);
	shown_open("#t=12&node=R5");
	first = browser_int(browser, "app.index");
	while (strcmp(shown_cell("trees", 0, "state"), "no table") == 0 && steps < 100) {
		browser_key(browser, "ArrowRight");
		steps++;
	}
	cr_expect_lt(steps, 100);
	cr_expect_eq(browser_int(browser, "app.index"), first + steps);
	cr_expect_eq(browser_int(browser, "app.time >= 12000000 && app.time < 12100000 ? 1 : 0"),
		     1);
	cr_expect_gt(shown_count(".tables td.changed"), 0, "what the event has changed is marked");
	browser_key(browser, "ArrowLeft");
	cr_expect_str_eq(shown_cell("trees", 0, "state"), "no table");
	browser_key(browser, "Home");
	cr_expect_eq(browser_int(browser, "app.index"), -1);
	browser_key(browser, "End");
	cr_expect_str_eq(shown_cell("trees", 0, "outputs"), "eth2");
}

Test(page, playing_with_the_space_bar)
{
	(void)write_loop(1);
	shown_open("#t=12");
	browser_key(browser, " ");
	cr_expect_eq(browser_int(browser, "app.isPlaying ? 1 : 0"), 1);
	for (int i = 0; i < 10000 && browser_int(browser, "app.time / 1e6") < 13; i++)
		; /* each question waits for its answer */
	cr_expect_geq(browser_double(browser, "app.time"), 13e6);
	browser_key(browser, " ");
	cr_expect_eq(browser_int(browser, "app.isPlaying ? 1 : 0"), 0);
}

Test(page, search_filter_and_address)
{
	(void)write_loop(1);
	shown_open("");
	(void)browser_text(browser,
			   "document.getElementById(`search`).value = `iamupstream cost 12/`;"
			   "research(); nextMatch(1); ``");
	cr_expect_eq(browser_int(browser, "app.matches.length"), 0);
	(void)browser_text(browser, "document.getElementById(`search`).value = `IamUpstream R2`;"
				    "research(); nextMatch(1); ``");
	cr_expect_gt(browser_int(browser, "app.matches.length"), 0);
	cr_expect_str_eq(browser_text(browser, "app.entries[app.index].event.kind"), "IamUpstream");
	cr_expect_eq(browser_int(browser, "writeHash() || location.hash.includes(`event=0.` + "
					  "app.entries[app.index].event.index) ? 1 : 0"),
		     1);
	cr_expect_str_eq(browser_text(browser, "[...document.querySelectorAll(`#detail dt`)].some("
					       "(dt) => dt.textContent === `MetricPreference`)"),
			 "true");
	(void)browser_text(browser, "document.querySelector(`.chip`).click(); ``");
	cr_expect_eq(
		browser_int(browser, "app.entries.filter(({event}) => event.tree === 0).length"),
		0);
	cr_expect_eq(shown_count("svg .flow"), 0);
}

Test(page, two_runs_side_by_side)
{
	struct shown shown = write_loop(2);

	shown_open("#t=39.4&node=R4");
	cr_expect_eq(shown_count(".pane"), 2);
	cr_expect_eq(shown_count("svg .router rect"), 2 * shown.routers);
	cr_expect_eq(shown_count("svg .flow.out"), 2 * shown.outputs);
	cr_expect_eq(shown_count(".node.selected"), 2);
	cr_expect_eq(shown_count(".tables [data-table=trees]"), 2);
}

/* ---- Names of strangers ---- */

Test(page, hostile_names_are_only_text)
{
	static const char name[] = "</script><img src=x onerror=fetch('x')>";
	struct scenario scenario;
	struct shown shown;

	cr_assert(scenario_load("tests/scenarios/loop.yaml", &scenario));
	page_until(&scenario, 20);
	(void)snprintf(scenario.name, sizeof(scenario.name), "%s", name);
	strcpy(scenario.topo.routers[0].name, "<img src=x>");
	strcpy(scenario.topo.routers[1].ports[0].name, "</script>");
	strcpy(scenario.topo.lans[0].name, "<b onclick=x>");
	strcpy(scenario.topo.hosts[0].name, "__proto__");
	write_page(&scenario, 1, &shown);
	shown_open("#t=20&node=%3Cimg%20src%3Dx%3E");
	cr_expect_eq(shown_count("img, b[onclick], [onerror]"), 0);
	cr_expect_eq(shown_count("svg .router rect"), shown.routers);
	cr_expect_str_eq(browser_text(browser, "document.getElementById(`title`).textContent"),
			 name);
	cr_expect_str_eq(browser_text(browser, "document.querySelector(`.tables h2`).textContent"),
			 "<img src=x>");
}

/* ---- Many events ---- */

Test(page, ten_routers_and_ten_thousand_events)
{
	const struct random_request request = { .routers = 10, .events = 120 };
	struct scenario scenario;
	struct shown shown;
	int events;

	random_scenario(3, &request, &scenario);
	write_page(&scenario, 1, &shown);
	shown_open("");
	events = browser_int(browser, "app.runs[0].events.length");
	cr_expect_geq(events, 10000);
	cr_expect_eq(shown.routers, 10);
	cr_log_info("%d events: to load %.0f ms; 200 steps of all that is shown %.0f ms; there "
		    "and back by the bar, 50 times, %.0f ms",
		    events,
		    browser_double(browser, "performance.getEntriesByType(`navigation`)[0]"
					    ".domContentLoadedEventEnd"),
		    browser_double(browser, "(() => { const t = performance.now(); select(`R1`);"
					    "for (let i = 0; i < 200; i++) goTo(3000 + i);"
					    "return performance.now() - t; })()"),
		    browser_double(browser,
				   "(() => { const t = performance.now();"
				   "for (let i = 0; i < 50; i++) goToTime(app.runs[0].end * "
				   "(i % 2 ? 0.9 - i / 100 : i / 100));"
				   "return performance.now() - t; })()"));
	cr_log_info("tables and picture of each event, one after the other: %.0f ms",
		    browser_double(browser, "(() => { const t = performance.now();"
					    "const [{ run, state, picture }] = app.panes;"
					    "run.events.forEach((_, i) => { state.seek(i + 1);"
					    "picture.update(() => true, null); });"
					    "return performance.now() - t; })()"));
	browser_key(browser, "End");
	cr_expect_eq(browser_int(browser, "app.index"),
		     browser_int(browser, "app.entries.length - 1"));
	cr_expect_lt(browser_int(browser, "document.querySelectorAll(`.row`).length"), 100,
		     "only the rows that can be seen");
}
