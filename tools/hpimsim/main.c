// SPDX-License-Identifier: GPL-2.0-only
/*
 * hpimsim: the protocol core in a simulated network. Scenarios from files, histories from seeds.
 * Exit status: 0 all went well, 1 something was violated, 2 wrong use.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hpimsim/dot.h"
#include "hpimsim/html.h"
#include "hpimsim/html_sim.h"
#include "hpimsim/hunt.h"
#include "hpimsim/pcap.h"
#include "hpimsim/recorded.h"
#include "hpimsim/report.h"
#include "hpimsim/tables.h"

static const char usage[] =
	"hpimsim scenario FILE...   run scenarios (tests/scenarios), each in IPv4 and IPv6\n"
	"hpimsim replay FILE        the same, for a history that was saved\n"
	"hpimsim recorded FILE      what a daemon recorded (hpimd --record), played again\n"
	"hpimsim run --seed N       one random history\n"
	"hpimsim hunt --runs N      many: seeds N to N + runs; violations are shrunk and kept\n"
	"\n"
	"  --seed N              (first) seed, default 1\n"
	"  --seconds S           hunt no longer than that\n"
	"  --routers N --links N --events N\n"
	"                        size of random histories, default: drawn from the seed\n"
	"  --protocol P          of random histories: hpim-dm (default), pim-dm, mixed by link\n"
	"  --folder PATH         where hunt keeps histories that violate, default .\n"
	"  --no-shrink           keep them as they are\n"
	"  -4, -6                only this family\n"
	"  --until S             stop at this time, to look at the network then\n"
	"  --show                print each message\n"
	"  --save FILE           write the history, to be replayed or edited\n"
	"  --pcap FILE           write all packets, for Wireshark (pcapng)\n"
	"  --dot FILE            draw the trees at the end, with Graphviz; as SVG if FILE ends so\n"
	"  --html FILE           write a page to watch the runs in a browser, several side by "
	"side\n"
	"  --tables FILE         write what 'show R' in a timeline prints\n"
	"  --faster N            divide the times of a scenario and of the protocols by N\n"
	"  --json                one object a line instead of the table\n";

struct options {
	bool only_4, only_6, is_json, shows, no_shrink;
	double until_s; /* below zero: to the end */
	const char *save, *pcap, *dot, *folder, *html, *tables;
	uint32_t faster;
	struct html *page; /* all runs */
	struct hunt hunt;
};

enum {
	OPT_SEED = 256,
	OPT_RUNS,
	OPT_SECONDS,
	OPT_ROUTERS,
	OPT_LINKS,
	OPT_EVENTS,
	OPT_PROTOCOL,
	OPT_FOLDER,
	OPT_NO_SHRINK,
	OPT_UNTIL,
	OPT_SHOW,
	OPT_SAVE,
	OPT_PCAP,
	OPT_DOT,
	OPT_HTML,
	OPT_TABLES,
	OPT_FASTER,
	OPT_JSON,
	OPT_HELP
};

static const struct option long_options[] = {
	{ "seed", required_argument, NULL, OPT_SEED },
	{ "runs", required_argument, NULL, OPT_RUNS },
	{ "seconds", required_argument, NULL, OPT_SECONDS },
	{ "routers", required_argument, NULL, OPT_ROUTERS },
	{ "links", required_argument, NULL, OPT_LINKS },
	{ "events", required_argument, NULL, OPT_EVENTS },
	{ "protocol", required_argument, NULL, OPT_PROTOCOL },
	{ "folder", required_argument, NULL, OPT_FOLDER },
	{ "no-shrink", no_argument, NULL, OPT_NO_SHRINK },
	{ "until", required_argument, NULL, OPT_UNTIL },
	{ "show", no_argument, NULL, OPT_SHOW },
	{ "save", required_argument, NULL, OPT_SAVE },
	{ "pcap", required_argument, NULL, OPT_PCAP },
	{ "dot", required_argument, NULL, OPT_DOT },
	{ "html", required_argument, NULL, OPT_HTML },
	{ "tables", required_argument, NULL, OPT_TABLES },
	{ "faster", required_argument, NULL, OPT_FASTER },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "help", no_argument, NULL, OPT_HELP },
	{ NULL, 0, NULL, 0 },
};

/* A number of at most @most; exits when it is none. */
static uint64_t number(const char *text, uint64_t most)
{
	char *end;
	unsigned long long value = strtoull(text, &end, 10);

	if (*text >= '0' && *text <= '9' && !*end && value <= most)
		return value;
	fprintf(stderr, "hpimsim: '%s' is not a number from 0 to %llu\n", text,
		(unsigned long long)most);
	exit(2);
}

static double seconds(const char *text)
{
	char *end;
	double value = strtod(text, &end);

	if (end != text && !*end && value >= 0 && value < 1e9)
		return value;
	fprintf(stderr, "hpimsim: '%s' is not a number of seconds\n", text);
	exit(2);
}

static enum random_protocol protocol(const char *name)
{
	static const char *const names[] = {
		[RANDOM_HPIM] = "hpim-dm", [RANDOM_PIMDM] = "pim-dm", [RANDOM_MIXED] = "mixed"
	};

	for (enum random_protocol i = RANDOM_HPIM; i <= RANDOM_MIXED; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	fprintf(stderr, "hpimsim: '%s' is not hpim-dm, pim-dm or mixed\n", name);
	exit(2);
}

static void take_option(struct options *options, int option)
{
	struct hunt *hunt = &options->hunt;

	switch (option) {
	case '4': options->only_4 = true; break;
	case '6': options->only_6 = true; break;
	case OPT_SEED: hunt->first = number(optarg, UINT64_MAX); break;
	case OPT_RUNS: hunt->runs = number(optarg, UINT64_MAX); break;
	case OPT_SECONDS: hunt->seconds = seconds(optarg); break;
	case OPT_ROUTERS: hunt->request.routers = (uint32_t)number(optarg, SIM_ROUTERS_MAX); break;
	case OPT_LINKS: hunt->request.links = (uint32_t)number(optarg, SIM_LANS_MAX); break;
	case OPT_EVENTS: hunt->request.events = (uint32_t)number(optarg, 100000); break;
	case OPT_PROTOCOL: hunt->request.protocol = protocol(optarg); break;
	case OPT_FOLDER: hunt->folder = optarg; break;
	case OPT_NO_SHRINK: hunt->shrinks = false; break;
	case OPT_UNTIL: options->until_s = seconds(optarg); break;
	case OPT_SHOW: options->shows = true; break;
	case OPT_SAVE: options->save = optarg; break;
	case OPT_PCAP: options->pcap = optarg; break;
	case OPT_DOT: options->dot = optarg; break;
	case OPT_HTML: options->html = optarg; break;
	case OPT_TABLES: options->tables = optarg; break;
	case OPT_FASTER: options->faster = (uint32_t)number(optarg, 1000); break;
	case OPT_JSON: options->is_json = hunt->is_json = true; break;
	case OPT_HELP: fputs(usage, stdout); exit(0);
	default: fputs(usage, stderr); exit(2);
	}
}

/* ---- Output of one run ---- */

static FILE *open_drawing(const char *path)
{
	size_t len = strlen(path);
	char command[600];

	if (len < 4 || strcmp(path + len - 4, ".svg") != 0)
		return fopen(path, "we");
	(void)snprintf(command, sizeof(command), "dot -Tsvg -o '%.500s'", path);
	if (strchr(path, '\''))
		return errno = EINVAL, NULL;
	return popen(command, "we");
}

static void draw(const struct options *options, const struct sim_net *net)
{
	size_t len = options->dot ? strlen(options->dot) : 0;
	FILE *file;
	int err;

	if (!options->dot)
		return;
	file = open_drawing(options->dot);
	if (!file) {
		fprintf(stderr, "hpimsim: cannot write %s: %s\n", options->dot, strerror(errno));
		exit(2);
	}
	dot_write(file, net);
	err = len >= 4 && strcmp(options->dot + len - 4, ".svg") == 0 ? pclose(file) : fclose(file);
	if (err)
		fprintf(stderr, "hpimsim: %s is not complete\n", options->dot);
}

/* Leave out what happens later. */
static void cut_off(struct scenario *scenario, double until_s)
{
	const struct action mark = { .at = (hp_time)(until_s * 1e9), .kind = ACT_MARK };

	while (scenario->step_count &&
	       scenario->steps[scenario->step_count - 1].action.at > mark.at)
		free(scenario->steps[--scenario->step_count].expected);
	scenario_add_action(scenario, &mark);
}

/* What is written of a run while it runs. */
struct writers {
	const struct options *options;
	const struct scenario *scenario;
	struct pcap pcap;
	struct html_sim *html;
	struct sim_net *net;
	FILE *tables;
};

static void begin_writers(void *ctx, struct sim_net *net)
{
	struct writers *writers = ctx;
	const struct sim_net_tap tap = pcap_tap(&writers->pcap);

	writers->net = net;
	if (writers->pcap.file)
		sim_net_tap(net, &tap);
	if (writers->options->page)
		writers->html =
			html_sim_begin(writers->scenario->name, writers->scenario->seed, net);
}

static void acts_writers(void *ctx, const struct sim_net *net, const struct action *action)
{
	struct writers *writers = ctx;

	if (writers->html)
		html_sim_acts(writers->html, net, action);
	if (writers->tables && action->kind == ACT_SHOW)
		tables_print(writers->net, action->node, writers->tables);
}

static void acted_writers(void *ctx, const struct sim_net *net)
{
	struct writers *writers = ctx;

	if (writers->html)
		html_sim_acted(writers->html, net);
}

static void expected_writers(void *ctx, const struct sim_net *net, const struct step *step,
			     const struct check *check)
{
	struct writers *writers = ctx;

	if (writers->html)
		html_sim_expected(writers->html, net, step, check);
}

static void end_writers(void *ctx, const struct sim_net *net, const struct check *check)
{
	struct writers *writers = ctx;

	if (writers->html)
		html_add(writers->options->page, html_sim_end(writers->html, net, check));
	draw(writers->options, net);
}

static bool run(struct scenario *scenario, enum ip_family family, struct options *options)
{
	struct writers writers = { .options = options, .scenario = scenario };
	const struct scenario_watch watch = { .ctx = &writers,
					      .shows = options->shows,
					      .begin = begin_writers,
					      .acts = acts_writers,
					      .acted = acted_writers,
					      .expected = expected_writers,
					      .end = end_writers };
	struct pcap *pcap = &writers.pcap;
	struct outcome outcome;

	if (options->until_s >= 0)
		cut_off(scenario, options->until_s);
	if (options->save && !scenario_save(scenario, family, options->save)) {
		fprintf(stderr, "hpimsim: cannot write %s: %s\n", options->save, strerror(errno));
		exit(2);
	}
	if (options->pcap && !pcap_open(pcap, &scenario->topo, family, options->pcap)) {
		fprintf(stderr, "hpimsim: cannot write %s: %s\n", options->pcap, strerror(errno));
		exit(2);
	}
	if (options->tables && !(writers.tables = fopen(options->tables, "we"))) {
		fprintf(stderr, "hpimsim: cannot write %s: %s\n", options->tables, strerror(errno));
		exit(2);
	}
	scenario_run(scenario, family, &watch, &outcome);
	if (writers.tables && (ferror(writers.tables) | fclose(writers.tables)))
		fprintf(stderr, "hpimsim: %s is not complete\n", options->tables);
	if (pcap->file && !pcap_close(pcap))
		fprintf(stderr, "hpimsim: %s is not complete\n", options->pcap);
	report_run(scenario, family, &outcome, options->is_json, NULL);
	return outcome.check.kind == CHECK_OK;
}

/* ---- Commands ---- */

/* Both families, unless one is asked for or the files that are written can hold only one. */
static bool wants(const struct options *options, const struct scenario *scenario,
		  enum ip_family family)
{
	bool writes =
		options->tables || options->save || options->pcap || options->dot || options->html;

	if (options->only_4 || options->only_6)
		return family == IP_FAMILY_4 ? options->only_4 : options->only_6;
	if (scenario->has_family)
		return family == scenario->family;
	return !writes || family == IP_FAMILY_4;
}

static int run_files(char **paths, int count, struct options *options)
{
	bool is_good = true;

	for (int i = 0; i < count; i++) {
		struct scenario scenario;

		if (!scenario_load(paths[i], &scenario))
			return 2;
		if (options->faster > 1)
			scenario_faster(&scenario, options->faster);
		for (enum ip_family family = IP_FAMILY_4; family < IP_FAMILY_COUNT; family++)
			if (wants(options, &scenario, family))
				is_good &= run(&scenario, family, options);
		scenario_fini(&scenario);
	}
	return is_good ? 0 : 1;
}

static int run_seed(struct options *options)
{
	struct scenario scenario;
	bool is_good;

	random_scenario(options->hunt.first, &options->hunt.request, &scenario);
	is_good = run(&scenario,
		      options->only_4   ? IP_FAMILY_4
		      : options->only_6 ? IP_FAMILY_6
					: scenario.family,
		      options);
	scenario_fini(&scenario);
	return is_good ? 0 : 1;
}

static int run_command(const char *command, char **words, int count, struct options *options)
{
	if ((strcmp(command, "scenario") == 0 || strcmp(command, "replay") == 0) && count)
		return run_files(words, count, options);
	if (strcmp(command, "run") == 0 && !count)
		return run_seed(options);
	if (strcmp(command, "recorded") == 0 && count == 1)
		return recorded_play(words[0], options->shows, options->page,
				     options->only_6 ? IP_FAMILY_6 : IP_FAMILY_4);
	if (strcmp(command, "hunt") == 0 && !count && options->hunt.runs)
		return hunt_run(&options->hunt) ? 1 : 0;
	fputs(usage, stderr);
	return 2;
}

int main(int argc, char **argv)
{
	struct options options = {
		.until_s = -1,
		.hunt = { .first = 1, .runs = 1000, .shrinks = true, .folder = "." },
	};
	const char *command;
	int option, status;

	while ((option = getopt_long(argc, argv, "46", long_options, NULL)) != -1)
		take_option(&options, option);
	command = optind < argc ? argv[optind++] : "";
	if (options.html && strcmp(command, "hunt") == 0) {
		fprintf(stderr,
			"hpimsim: --html is for scenario, replay, run and recorded, not for "
			"hunt\n");
		return 2;
	}
	options.page = options.html ? html_open(options.html) : NULL;
	if (options.html && !options.page) {
		fprintf(stderr, "hpimsim: cannot write %s: %s\n", options.html, strerror(errno));
		return 2;
	}
	status = run_command(command, argv + optind, argc - optind, &options);
	if (options.page && !html_close(options.page)) {
		fprintf(stderr, "hpimsim: %s is not complete\n", options.html);
		return 2;
	}
	return status;
}
