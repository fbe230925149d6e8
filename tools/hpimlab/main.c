// SPDX-License-Identifier: GPL-2.0-only
/*
 * hpimlab: a scenario of tests/scenarios with real daemons, in network namespaces, beside the
 * simulator. Exit status: 0 both worlds agree, 1 they differ, 2 wrong use or the lab is broken, 77
 * the scenario has a step that real links cannot do.
 */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hpimlab/guard.h"
#include "hpimlab/play.h"
#include "hpimlab/rebuild.h"
#include "hpimlab/shell.h"

#define KEPT        "hpimlab" /* prefix of a lab that is kept; others have a number behind it */
#define KEPT_FOLDER "/run/hpimlab/kept"
#define KEPT_PID    KEPT_FOLDER "/pid"

enum { EXIT_SAME, EXIT_DIFFERENT, EXIT_UNUSABLE, EXIT_UNABLE = 77 };

static const char usage[] =
	"hpimlab run FILE           play a scenario with real daemons in network namespaces, as "
	"root\n"
	"hpimlab shell NODE [COMMAND...]\n"
	"                           a shell in a router or host of the lab that was kept\n"
	"hpimlab stop               remove the lab that was kept\n"
	"hpimlab write FILE ROUTER.json...\n"
	"                           write a scenario from what running routers printed:\n"
	"                           hpimctl -j show interfaces, neighbors, trees, trees -d,\n"
	"                           groups, timers, one behind the other\n"
	"\n"
	"  -4, -6                   only this family; default: one after the other\n"
	"  --keep                   leave the lab as it is in the end; its hosts go on\n"
	"  --pcap FOLDER            write what is on each link to FOLDER/LINK.pcap\n"
	"  --faster N               divide all times, of the scenario and of the protocols, by N\n"
	"  --mode MODE              how routers forward: auto (default), native, generic, tc, "
	"kernel\n"
	"  --version, --help\n";

struct options {
	bool only_4, only_6, keeps;
	const char *pcap, *mode;
	uint32_t faster;
};

enum { OPT_KEEP = 256, OPT_PCAP, OPT_FASTER, OPT_MODE, OPT_VERSION, OPT_HELP };

static const struct option long_options[] = {
	{ "keep", no_argument, NULL, OPT_KEEP },
	{ "pcap", required_argument, NULL, OPT_PCAP },
	{ "faster", required_argument, NULL, OPT_FASTER },
	{ "mode", required_argument, NULL, OPT_MODE },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ "help", no_argument, NULL, OPT_HELP },
	{ NULL, 0, NULL, 0 },
};

static void interrupt(int signal_number)
{
	(void)signal_number;
	play_is_interrupted = 1;
}

/* ---- run ---- */

/* The hosts of a lab that is kept are sockets of this process: it stays, behind the terminal. */
static void stay(struct capture *capture, struct traffic *traffic, struct sim_net *real)
{
	hp_time now = real->now;
	FILE *file = fopen(KEPT_PID, "we");
	pid_t pid = file ? fork() : -1;

	if (pid < 0) {
		fprintf(stderr, "hpimlab: the hosts do not go on: %s\n", strerror(errno));
		if (file)
			(void)fclose(file);
		return;
	}
	if (pid > 0) {
		fprintf(file, "%d\n", pid);
		(void)fclose(file); /* if it is not there, 'stop' ends it by its namespaces */
		return;
	}
	(void)setsid();
	(void)close(STDIN_FILENO);
	(void)close(STDOUT_FILENO);
	(void)close(STDERR_FILENO);
	play_is_interrupted = 0;
	while (!play_is_interrupted) {
		(void)poll(NULL, 0, 100);
		now += HP_MS(100);
		real->now = now;
		capture_drain(capture, 0);
		capture_count(capture);
		traffic_run(traffic, now);
	}
	_exit(0);
}

static int report(const struct scenario *scenario, const struct lab *lab,
		  const struct play_result *result)
{
	char unasked[32] = "";

	if (result->unasked)
		(void)snprintf(unasked, sizeof(unasked), ", %u not asked", result->unasked);
	printf("%s IPv%d: %u answers, %u differ%s, %.0f s%s\n", scenario->name,
	       lab->family == IP_FAMILY_4 ? 4 : 6, result->answers, result->differences, unasked,
	       result->seconds,
	       play_is_interrupted ? ", interrupted"
	       : result->is_broken ? ", the lab is broken"
				   : "");
	if (result->is_broken || play_is_interrupted)
		return EXIT_UNUSABLE;
	return result->differences ? EXIT_DIFFERENT : EXIT_SAME;
}

static int run_family(const struct scenario *scenario, enum ip_family family,
		      const struct options *options)
{
	struct lab lab = { .mode = options->mode };
	struct sim_net *real = sim_net_new(&scenario->topo, family, scenario->seed);
	struct capture *capture = NULL;
	struct traffic traffic = { .lab = NULL };
	struct play_result result = { .is_broken = true };
	struct guard guard;

	if (options->keeps) {
		(void)snprintf(lab.prefix, sizeof(lab.prefix), "%s", KEPT);
		(void)snprintf(lab.folder, sizeof(lab.folder), "%s", KEPT_FOLDER);
	} else {
		(void)snprintf(lab.prefix, sizeof(lab.prefix), "%s%d", KEPT, getpid());
		(void)snprintf(lab.folder, sizeof(lab.folder), "/run/hpimlab/%d", getpid());
	}
	if (!guard_begin(&guard, lab.prefix, lab.folder)) {
		fprintf(stderr, "hpimlab: no process can guard the lab: %s\n", strerror(errno));
		sim_net_free(real);
		return EXIT_UNUSABLE;
	}
	if (lab_build(&lab, &scenario->topo, family) &&
	    (capture = capture_open(&lab, real, options->pcap)) &&
	    traffic_open(&traffic, &lab, capture))
		result = play_run(scenario, &lab, capture, &traffic, real);
	if (options->keeps && !result.is_broken && !play_is_interrupted)
		stay(capture, &traffic, real);
	else
		lab_remove(lab.prefix, lab.folder);
	guard_end(&guard);
	traffic_close(&traffic);
	capture_close(capture);
	sim_net_free(real);
	return report(scenario, &lab, &result);
}

static bool wants(const struct options *options, const struct scenario *scenario,
		  enum ip_family family)
{
	if (options->only_4 || options->only_6)
		return family == IP_FAMILY_4 ? options->only_4 : options->only_6;
	if (scenario->has_family)
		return family == scenario->family;
	return family == IP_FAMILY_4 || !options->keeps; /* only one lab can be kept */
}

static bool is_usable(const struct options *options)
{
	if (geteuid() != 0) {
		fprintf(stderr, "hpimlab: network namespaces need root\n");
		return false;
	}
	if (options->keeps && access(KEPT_FOLDER, F_OK) == 0) {
		fprintf(stderr, "hpimlab: a lab is kept already; 'hpimlab stop' removes it\n");
		return false;
	}
	if (options->pcap && mkdir(options->pcap, 0755) < 0 && errno != EEXIST) {
		fprintf(stderr, "hpimlab: cannot make %s: %s\n", options->pcap, strerror(errno));
		return false;
	}
	return true;
}

static int run(const char *path, const struct options *options)
{
	struct scenario scenario;
	const char *reason;
	int status = EXIT_SAME;

	if (!scenario_load(path, &scenario) || !is_usable(options))
		return EXIT_UNUSABLE;
	if (options->faster > 1)
		scenario_faster(&scenario, options->faster);
	reason = play_unable(&scenario);
	if (reason) {
		printf("%s is skipped: %s\n", scenario.name, reason);
		status = EXIT_UNABLE;
	}
	for (enum ip_family family = IP_FAMILY_4; family < IP_FAMILY_COUNT && !reason; family++)
		if (wants(options, &scenario, family) && !play_is_interrupted) {
			int is = run_family(&scenario, family, options);

			status = is > status ? is : status;
		}
	scenario_fini(&scenario);
	return status;
}

/* ---- a lab that is kept ---- */

static int enter(char **words)
{
	const char *shell = getenv("SHELL");
	char *plain[] = { (char *)(uintptr_t)(shell ? shell : "/bin/sh"), NULL };
	char instance[LAB_NAME_LEN + SIM_NAME_LEN], path[600];
	struct lab lab = { .prefix = KEPT };
	int netns = lab_netns(&lab, words[0]);

	if (netns < 0 || setns(netns, CLONE_NEWNET) < 0) {
		fprintf(stderr, "hpimlab: no node %s in a lab that was kept: %s\n", words[0],
			strerror(errno));
		return EXIT_UNUSABLE;
	}
	lab_find_programs(&lab);
	(void)snprintf(instance, sizeof(instance), "%s-%.15s", KEPT, words[0]);
	(void)snprintf(path, sizeof(path), "%s%s%s", lab.programs, lab.programs[0] ? ":" : "",
		       getenv("PATH") ? getenv("PATH") : "/usr/bin:/bin");
	(void)setenv("HPIM_INSTANCE", instance, 1);
	(void)setenv("PATH", path, 1);
	execvp(words[1] ? words[1] : plain[0], words[1] ? words + 1 : plain);
	fprintf(stderr, "hpimlab: cannot run %s: %s\n", words[1] ? words[1] : plain[0],
		strerror(errno));
	return EXIT_UNUSABLE;
}

static int stop(void)
{
	FILE *file;
	int pid = 0;

	if (access(KEPT_FOLDER, F_OK) < 0) {
		fprintf(stderr, "hpimlab: no lab is kept\n");
		return EXIT_UNUSABLE;
	}
	file = fopen(KEPT_PID, "re");
	if (file) {
		if (fscanf(file, "%d", &pid) == 1 && pid > 1)
			(void)kill(pid, SIGTERM);
		(void)fclose(file); /* only read */
	}
	lab_remove(KEPT, KEPT_FOLDER);
	return EXIT_SAME;
}

/* ---- a scenario of running routers ---- */

static bool save(const struct scenario *scenario, const char *path, const char *remarks)
{
	FILE *file = NULL;
	bool is_good = scenario_save(scenario, scenario->family, path) &&
		       (file = fopen(path, "ae")) && fputs(remarks, file) >= 0;

	if (file && fclose(file) != 0)
		is_good = false;
	if (!is_good)
		fprintf(stderr, "hpimlab: cannot write %s: %s\n", path, strerror(errno));
	return is_good;
}

static int write_scenario(char **words, int count, const struct options *options)
{
	enum ip_family family = options->only_6 ? IP_FAMILY_6 : IP_FAMILY_4;
	struct reports reports = { .count = 0 };
	struct scenario scenario = { .steps = NULL };
	char *remarks = NULL;
	size_t len;
	FILE *file = open_memstream(&remarks, &len);
	bool is_good = file;

	for (int i = 1; i < count && is_good; i++)
		is_good = reports_add(&reports, words[i]);
	is_good = is_good && rebuild_scenario(&reports, family, "rebuilt", &scenario, file);
	if (file)
		(void)fclose(file); /* memory */
	is_good = is_good && save(&scenario, words[0], remarks);
	free(remarks);
	scenario_fini(&scenario);
	reports_fini(&reports);
	return is_good ? EXIT_SAME : EXIT_UNUSABLE;
}

/* ---- options ---- */

static uint32_t times(const char *text)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (*text >= '1' && *text <= '9' && !*end && value <= 100)
		return (uint32_t)value;
	fprintf(stderr, "hpimlab: '%s' is not a number from 1 to 100\n", text);
	exit(EXIT_UNUSABLE);
}

static const char *mode(const char *name)
{
	static const char *const names[] = { "auto", "native", "generic", "tc", "kernel" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i], name) == 0)
			return name;
	fprintf(stderr, "hpimlab: '%s' is not auto, native, generic, tc or kernel\n", name);
	exit(EXIT_UNUSABLE);
}

static void take_option(struct options *options, int option)
{
	switch (option) {
	case '4': options->only_4 = true; break;
	case '6': options->only_6 = true; break;
	case OPT_KEEP: options->keeps = true; break;
	case OPT_PCAP: options->pcap = optarg; break;
	case OPT_FASTER: options->faster = times(optarg); break;
	case OPT_MODE: options->mode = mode(optarg); break;
	case OPT_VERSION: puts("hpimlab " HPIM_VERSION); exit(EXIT_SAME);
	case OPT_HELP: fputs(usage, stdout); exit(EXIT_SAME);
	default: fputs(usage, stderr); exit(EXIT_UNUSABLE);
	}
}

int main(int argc, char **argv)
{
	const struct sigaction on_signal = { .sa_handler = interrupt };
	struct options options = { .mode = "auto", .faster = 1 };
	const char *command;
	char **words;
	int option, count;

	/* "+": what follows the name of a node is that node's command. */
	while ((option = getopt_long(argc, argv,
				     argc > 1 && !strcmp(argv[1], "shell") ? "+46" : "46",
				     long_options, NULL)) != -1)
		take_option(&options, option);
	command = optind < argc ? argv[optind] : "";
	words = argv + optind + 1;
	count = argc - optind - 1;
	(void)sigaction(SIGINT, &on_signal, NULL);
	(void)sigaction(SIGTERM, &on_signal, NULL);
	if (strcmp(command, "run") == 0 && count == 1)
		return run(words[0], &options);
	if (strcmp(command, "shell") == 0 && count >= 1)
		return enter(words);
	if (strcmp(command, "stop") == 0 && count == 0)
		return stop();
	if (strcmp(command, "write") == 0 && count >= 2)
		return write_scenario(words, count, &options);
	fputs(usage, stderr);
	return EXIT_UNUSABLE;
}
