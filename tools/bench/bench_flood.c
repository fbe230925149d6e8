// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a flood of unknown trees does to a tree that stands: a real daemon in private network
 * namespaces, a tree built by its protocols, and on another core random (S,G) frames into another
 * interface. Needs root. Judges nothing; docs/BENCHMARKS.md reads the table.
 *
 * Measured is the CPU time of the core that forwards the tree. The daemon runs on the other one.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <libgen.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <net/if.h>

#include "bench/fwd_contender.h"
#include "bench/fwd_frame.h"
#include "bench/fwd_result.h"
#include "hpim/ctl_abi.h"

#define OUTPUTS         4u
#define REPETITIONS_MAX 1000u
#define RUN_FOR         HP_MS(150)
#define FIRST_PACKETS   20000u

/* Until the daemon answers, and until its tree has every output. */
#define PATIENCE HP_SEC(60)

/* The flood comes in bursts of this length. */
#define BURST_FOR HP_MS(2)

static const char usage[] = "usage: bench_flood [option...]\n"
			    "  --rate N          random (S,G) frames a second (1000000)\n"
			    "  --seconds N       of flood at the end, for the memory (10)\n"
			    "  --repetitions N   of the comparison (9)\n"
			    "  --programs DIR    where hpimd and hpimctl are (../.. of this one)\n"
			    "  --log FILE        what hpimd says (nowhere)\n"
			    "  --json FILE       write the figures\n";

struct options {
	uint32_t rate, seconds, repetitions;
	const char *programs, *log, *json;
};

struct flood {
	pthread_t thread;
	const struct scene *scene;
	enum ip_family family;
	atomic_bool stop;
	atomic_ullong packets;
};

/** struct scene - Everything that lives as long as the benchmark. */
struct scene {
	struct options options;
	struct lab lab;
	struct measure measure;
	pid_t daemon;
	char instance[32];
	int tree_if, flood_if;
};

struct result {
	enum ip_family family;
	struct spread alone, flooded, ratio; /* packets a second, and flooded / alone */
	double flood_pps;
	long rss_before_kb, rss_half_kb, rss_after_kb; /* in the middle and after the long flood */
	double daemon_cpu;                             /* share of a core, while flooded for long */
};

/* ---- the daemon ---- */

static void daemon_exec(const struct scene *scene)
{
	char path[512];
	int log = open(scene->options.log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	(void)prctl(PR_SET_PDEATHSIG, SIGTERM); /* else it may outlive a benchmark that failed */
	cpu_claim(scene->measure.cpus[1]);
	(void)dup2(log, STDOUT_FILENO); /* if there is no log it complains to our terminal */
	(void)dup2(log, STDERR_FILENO);
	(void)snprintf(path, sizeof(path), "%s/hpimd", scene->options.programs);
	(void)execl(path, path, "-f", "-i", scene->instance, (char *)NULL);
	fail(errno, "%s", path);
}

static void daemon_start(struct scene *scene)
{
	hp_time until = clock_read(CLOCK_MONOTONIC) + PATIENCE;
	char path[128];

	(void)snprintf(path, sizeof(path), CTL_SOCKET_PATH, scene->instance);
	scene->daemon = fork();
	if (scene->daemon < 0)
		fail(errno, "fork");
	if (scene->daemon == 0)
		daemon_exec(scene);
	while (access(path, F_OK)) {
		if (waitpid(scene->daemon, NULL, WNOHANG) == scene->daemon ||
		    clock_read(CLOCK_MONOTONIC) > until)
			fail(0, "hpimd does not serve; --log FILE keeps what it says");
		(void)poll(NULL, 0, 10);
	}
}

static void daemon_command(const struct scene *scene, const char *command)
{
	sh("%s/hpimctl -i %s %s > /dev/null", scene->options.programs, scene->instance, command);
}

static void daemon_stop(struct scene *scene)
{
	char path[128];

	daemon_command(scene, "stop");
	(void)waitpid(scene->daemon, NULL, 0); /* its end is all we wait for */
	(void)snprintf(path, sizeof(path), CTL_SOCKET_DIR "/%s.boot", scene->instance);
	(void)unlink(path); /* a daemon leaves it for its next start */
}

static long daemon_rss_kb(const struct scene *scene)
{
	char path[64], line[128];
	long kb = -1;
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/%d/status", (int)scene->daemon);
	file = file_open(path, "r");
	while (kb < 0 && fgets(line, sizeof(line), file))
		(void)sscanf(line, "VmRSS: %ld", &kb); /* other lines leave it as it is */
	if (kb < 0)
		fail(0, "hpimd has ended");
	(void)fclose(file); /* only read */
	return kb;
}

static hp_time daemon_cpu(const struct scene *scene)
{
	clockid_t clock;
	int err = clock_getcpuclockid(scene->daemon, &clock);

	if (err)
		fail(err, "CPU time of hpimd");
	return clock_read(clock);
}

/* ---- network ---- */

static void output_name(unsigned int i, char ret_name[IF_NAMESIZE])
{
	(void)snprintf(ret_name, IF_NAMESIZE, "x%u", i);
}

static void output_make(struct scene *scene, unsigned int i)
{
	char name[IF_NAMESIZE];

	output_name(i, name);
	(void)lab_link_make(&scene->lab, name, 2 + i);
	lab_sink_xdp(&scene->lab, name);
	lab_ns_enter(scene->lab.ns_sink);
	sh("sysctl -qw net.ipv6.conf.%s.disable_ipv6=0 && ip addr add 10.8.%u.3/24 dev %s", name,
	   2 + i, name);
	lab_ns_enter(scene->lab.ns_router);
}

static struct sockaddr_storage sockaddr_of(const struct ip_addr *addr)
{
	struct sockaddr_storage ret = { 0 };
	struct sockaddr_in *in = (struct sockaddr_in *)&ret;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&ret;

	if (ip_addr_family(addr) == IP_FAMILY_4) {
		in->sin_family = AF_INET;
		memcpy(&in->sin_addr, ip_addr_bytes(addr), 4);
	} else {
		in6->sin6_family = AF_INET6;
		memcpy(&in6->sin6_addr, ip_addr_bytes(addr), 16);
	}
	return ret;
}

/* A host behind every output listens; the sockets stay open until the end. */
static void members_join(const struct scene *scene, enum ip_family family)
{
	struct mfib_key key = tree_key(family, 0, 0);
	struct group_req join = { .gr_group = sockaddr_of(&key.group) };
	int level = family == IP_FAMILY_4 ? IPPROTO_IP : IPPROTO_IPV6;
	int fd;

	lab_ns_enter(scene->lab.ns_sink);
	fd = socket(join.gr_group.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		fail(errno, "socket of the members");
	for (unsigned int i = 0; i < OUTPUTS; i++) {
		char name[IF_NAMESIZE];

		output_name(i, name);
		join.gr_interface = if_nametoindex(name);
		if (setsockopt(fd, level, MCAST_JOIN_GROUP, &join, sizeof(join)))
			fail(errno, "member at %s", name);
	}
	lab_ns_enter(scene->lab.ns_router);
}

static void scene_open(struct scene *scene)
{
	lab_open(&scene->lab, 1);
	measure_init(&scene->measure, &scene->lab, 2);
	(void)snprintf(scene->instance, sizeof(scene->instance), "bench-%d", (int)getpid());
	scene->tree_if = lab_link_make(&scene->lab, "in0", 0);
	scene->flood_if = lab_link_make(&scene->lab, "in1", 1);
	for (unsigned int i = 0; i < OUTPUTS; i++)
		output_make(scene, i);
	/* The sources of the flood are plausible, so nothing is cheap about them. */
	sh("ip route add 16.0.0.0/4 dev in1 && ip -6 route add fd16::/64 dev in1");
	daemon_start(scene);
	daemon_command(scene, "attach in0,in1,x0,x1,x2,x3");
	lab_tail_set(&scene->lab, 0, lab_attached_fd(scene->tree_if));
	for (enum ip_family family = 0; family < IP_FAMILY_COUNT; family++)
		members_join(scene, family);
}

/* ---- traffic ---- */

static struct run tree_run(const struct scene *scene, const uint8_t frame[FRAME_MIN],
			   uint32_t packets)
{
	return (struct run){
		.prog_fd = bpf_program__fd(scene->lab.skel->progs.fresh_plane),
		.ifindex = scene->tree_if,
		.frame = frame,
		.len = FRAME_MIN,
		.trees = 1,
		.outputs = OUTPUTS,
		.cores = 1,
		.packets = packets,
	};
}

/* Sends a little again and again, until everything arrives at every member. */
static void tree_wait(struct scene *scene, const uint8_t frame[FRAME_MIN])
{
	hp_time until = clock_read(CLOCK_MONOTONIC) + PATIENCE;
	struct run run = tree_run(scene, frame, 32);

	while (measure_run(&scene->measure, &run).arrived < 1) {
		if (clock_read(CLOCK_MONOTONIC) > until)
			fail(0, "the tree does not come to stand");
		(void)poll(NULL, 0, 50);
	}
}

/* The address of a flood's frames, whose last bytes the program makes up. */
static struct mfib_key flood_key(enum ip_family family)
{
	struct mfib_key key = tree_key(family, 0, 0);
	const uint8_t none[4] = { 0 };
	const uint8_t source6[16] = { 0xfd, 0x16 };

	key.source = ip_addr_from_bytes(family, family == IP_FAMILY_4 ? none : source6);
	return key;
}

static void *flood_main(void *arg)
{
	struct flood *flood = arg;
	const struct scene *scene = flood->scene;
	hp_time due = clock_read(CLOCK_MONOTONIC);
	struct mfib_key key = flood_key(flood->family);
	uint8_t frame[FRAME_MIN];
	struct run run = {
		.prog_fd = bpf_program__fd(scene->lab.skel->progs.fresh_flood),
		.ifindex = scene->flood_if,
		.frame = frame,
		.len = sizeof(frame),
		.outputs = 1,
		.packets = (uint32_t)((hp_time)scene->options.rate * BURST_FOR / HP_SEC(1)),
	};

	cpu_claim(scene->measure.cpus[1]);
	frame_make(frame, sizeof(frame), &key);
	while (!atomic_load(&flood->stop)) {
		struct timespec wake = { .tv_sec = due / HP_SEC(1), .tv_nsec = due % HP_SEC(1) };

		(void)clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &wake, NULL);
		measure_inject(&run, 0);
		(void)atomic_fetch_add(&flood->packets, run.packets);
		due += BURST_FOR;
		if (due < clock_read(CLOCK_MONOTONIC) - HP_SEC(1))
			due = clock_read(
				CLOCK_MONOTONIC); /* this machine cannot; do not catch up */
	}
	return NULL;
}

static void flood_start(struct flood *flood, const struct scene *scene, enum ip_family family)
{
	int err;

	*flood = (struct flood){ .scene = scene, .family = family };
	err = pthread_create(&flood->thread, NULL, flood_main, flood);
	if (err)
		fail(err, "thread for the flood");
	while (atomic_load(&flood->packets) == 0)
		(void)poll(NULL, 0, 1);
}

static void flood_stop(struct flood *flood)
{
	atomic_store(&flood->stop, true);
	(void)pthread_join(flood->thread, NULL); /* made above */
}

/* ---- measuring ---- */

static void rates_measure(struct scene *scene, struct result *result,
			  const uint8_t frame[FRAME_MIN])
{
	uint32_t count = scene->options.repetitions;
	double alone[REPETITIONS_MAX], flooded[REPETITIONS_MAX], ratio[REPETITIONS_MAX];
	struct run run = tree_run(scene, frame, FIRST_PACKETS);
	double rate = measure_run(&scene->measure, &run).packets_per_s;

	run.packets = (uint32_t)(rate * (double)RUN_FOR / 1e9) + FIRST_PACKETS;
	for (uint32_t i = 0; i < count; i++) {
		struct flood flood;

		alone[i] = measure_run(&scene->measure, &run).packets_per_s;
		flood_start(&flood, scene, result->family);
		flooded[i] = measure_run(&scene->measure, &run).packets_per_s;
		flood_stop(&flood);
		ratio[i] = flooded[i] / alone[i];
	}
	result->alone = numbers_spread(alone, count);
	result->flooded = numbers_spread(flooded, count);
	result->ratio = numbers_spread(ratio, count);
}

/* The tree gets packets all the time, as a tree does. */
static void memory_measure(struct scene *scene, struct result *result,
			   const uint8_t frame[FRAME_MIN])
{
	struct run run = tree_run(scene, frame, 1000);
	struct flood flood;
	hp_time begin, took_for, cpu_before = daemon_cpu(scene);

	flood_start(&flood, scene, result->family);
	begin = clock_read(CLOCK_MONOTONIC);
	do {
		(void)measure_run(&scene->measure, &run);
		(void)poll(NULL, 0, 20);
		took_for = clock_read(CLOCK_MONOTONIC) - begin;
		if (!result->rss_half_kb && took_for > HP_SEC(scene->options.seconds) / 2)
			result->rss_half_kb = daemon_rss_kb(scene);
	} while (took_for < HP_SEC(scene->options.seconds));
	flood_stop(&flood);
	result->flood_pps = (double)atomic_load(&flood.packets) * 1e9 / (double)took_for;
	result->daemon_cpu = (double)(daemon_cpu(scene) - cpu_before) / (double)took_for;
	result->rss_after_kb = daemon_rss_kb(scene);
}

static struct result family_measure(struct scene *scene, enum ip_family family)
{
	struct result result = { .family = family };
	struct mfib_key key = tree_key(family, 0, 0);
	uint8_t frame[FRAME_MIN];

	frame_make(frame, sizeof(frame), &key);
	tree_wait(scene, frame);
	result.rss_before_kb = daemon_rss_kb(scene);
	rates_measure(scene, &result, frame);
	memory_measure(scene, &result, frame);
	return result;
}

/* ---- output ---- */

static void table_print(const struct options *options, const struct result *results)
{
	(void)printf("A tree with %u outputs, alone and while %u random (S,G) frames a second come "
		     "in by another\ninterface on another core; million packets a second of CPU "
		     "time, median of %u [spread].\n\n",
		     OUTPUTS, options->rate, options->repetitions);
	(void)printf("%-6s %-24s %-24s %-22s %9s %8s   %s\n", "family", "alone", "flooded",
		     "flooded / alone", "flood/s", "daemon", "memory, KiB: before, half, after");
	for (enum ip_family f = 0; f < IP_FAMILY_COUNT; f++) {
		const struct result *r = &results[f];

		(void)printf("%-6s %6.3f [%6.3f, %6.3f]  %6.3f [%6.3f, %6.3f]  %5.3f [%5.3f, "
			     "%5.3f]  %9.0f %6.1f %%   %ld, %ld, %ld\n",
			     family_name(f), r->alone.median / 1e6, r->alone.low / 1e6,
			     r->alone.high / 1e6, r->flooded.median / 1e6, r->flooded.low / 1e6,
			     r->flooded.high / 1e6, r->ratio.median, r->ratio.low, r->ratio.high,
			     r->flood_pps, r->daemon_cpu * 100, r->rss_before_kb, r->rss_half_kb,
			     r->rss_after_kb);
	}
	(void)printf("\naim: flooded / alone 0.9\n");
}

static void json_write(const char *path, const struct result *results)
{
	FILE *file = file_open(path, "w");

	(void)fprintf(file, "[");
	for (enum ip_family f = 0; f < IP_FAMILY_COUNT; f++) {
		const struct result *r = &results[f];

		(void)fprintf(file,
			      "%s\n {\"family\": \"%s\", \"alone_pps\": %.0f, \"flooded_pps\": "
			      "%.0f, \"ratio\": %.4f, \"ratio_low\": %.4f, \"ratio_high\": %.4f, "
			      "\"flood_pps\": %.0f, \"daemon_cpu\": %.4f, \"rss_before_kb\": %ld, "
			      "\"rss_half_kb\": %ld, \"rss_after_kb\": %ld}",
			      f ? "," : "", family_name(f), r->alone.median, r->flooded.median,
			      r->ratio.median, r->ratio.low, r->ratio.high, r->flood_pps,
			      r->daemon_cpu, r->rss_before_kb, r->rss_half_kb, r->rss_after_kb);
	}
	(void)fprintf(file, "\n]\n");
	file_close(file, path);
}

static struct options options_parse(int argc, char **argv)
{
	static const struct option words[] = {
		{ "rate", required_argument, NULL, 'r' },
		{ "seconds", required_argument, NULL, 's' },
		{ "repetitions", required_argument, NULL, 'n' },
		{ "programs", required_argument, NULL, 'p' },
		{ "log", required_argument, NULL, 'l' },
		{ "json", required_argument, NULL, 'j' },
		{ NULL, 0, NULL, 0 },
	};
	struct options options = {
		.rate = 1000000, .seconds = 10, .repetitions = 9, .log = "/dev/null"
	};
	int word;

	while ((word = getopt_long(argc, argv, "", words, NULL)) != -1)
		switch (word) {
		case 'r': options.rate = number_parse(optarg, 1000, 100000000); break;
		case 's': options.seconds = number_parse(optarg, 1, 100000); break;
		case 'n': options.repetitions = number_parse(optarg, 1, REPETITIONS_MAX); break;
		case 'p': options.programs = optarg; break;
		case 'l': options.log = optarg; break;
		case 'j': options.json = optarg; break;
		default: fail(0, "what is that?\n%s", usage);
		}
	if (optind != argc)
		fail(0, "what is %s?\n%s", argv[optind], usage);
	return options;
}

int main(int argc, char **argv)
{
	struct scene scene = { .options = options_parse(argc, argv) };
	struct result results[IP_FAMILY_COUNT];
	char programs[512];

	(void)snprintf(programs, sizeof(programs), "%s/../..", dirname(argv[0]));
	if (!scene.options.programs)
		scene.options.programs = programs;
	scene_open(&scene);
	for (enum ip_family family = 0; family < IP_FAMILY_COUNT; family++)
		results[family] = family_measure(&scene, family);
	table_print(&scene.options, results);
	if (scene.options.json)
		json_write(scene.options.json, results);
	daemon_stop(&scene);
	lab_close(&scene.lab);
	return 0;
}
