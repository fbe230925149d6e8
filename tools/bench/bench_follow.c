// SPDX-License-Identifier: GPL-2.0-only
/*
 * What following is worth: one SMCRoute writes the same route for two inputs into the kernel's
 * table; hpimd follows between one of them and its outputs, the kernel forwards the other. They
 * take turns. How it is made fair is in docs/BENCHMARKS.md: renewed frames, the cheapest receiver
 * for each, CPU time of all who work.
 */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/if_link.h>

#include "bench/fwd_frame.h"
#include "bench/fwd_measure.h"
#include "bench/fwd_result.h"

#define FOLLOW_OUTPUTS  8u
#define NET_OUTPUT      10u /* of the first output; each way has a range of its own */
#define FIRST_PACKETS   20000u
#define REPETITIONS_MAX 100u
#define TEXT_MAX        4096

static const char usage[] = "usage: bench_follow [--repetitions N] [--run-ms N] [--json FILE]\n"
			    "Needs root, and smcrouted in the PATH.\n";

enum way { WAY_FOLLOWED, WAY_KERNEL, WAY_COUNT };

struct options {
	uint32_t repetitions, run_ms;
	const char *json;
};

struct bench_follow {
	struct lab lab;
	struct measure measure;
	struct options options;
	char build[TEXT_MAX / 8]; /* folder of hpimd and hpimctl */
	char dir[32];             /* of SMCRoute's files */
	char instance[32];
	int ifindex[WAY_COUNT];
};

/** struct result - With so many outputs. */
struct result {
	unsigned int outputs;
	struct spread mpps[WAY_COUNT], ratio;
	double arrived; /* the least of all runs */
};

static const char *way_name(enum way way)
{
	return way == WAY_FOLLOWED ? "f" : "k";
}

/* ---- the network ---- */

static void way_make(struct bench_follow *bench, enum way way)
{
	char name[16];

	(void)snprintf(name, sizeof(name), "%sin", way_name(way));
	bench->ifindex[way] = lab_link_make(&bench->lab, name, way);
	for (unsigned int i = 0; i < FOLLOW_OUTPUTS; i++) {
		(void)snprintf(name, sizeof(name), "%s%u", way_name(way), i);
		(void)lab_link_make(&bench->lab, name, NET_OUTPUT * (way + 1) + i);
		if (way == WAY_FOLLOWED)
			lab_sink_xdp(&bench->lab, name, false);
		else
			lab_sink_tc(&bench->lab, name);
	}
}

static void build_find(struct bench_follow *bench)
{
	ssize_t len = readlink("/proc/self/exe", bench->build, sizeof(bench->build) - 1);

	bench->build[len < 0 ? 0 : len] = '\0';
	for (unsigned int up = 0; up < 3; up++) { /* BUILD/tools/bench/bench_follow */
		char *slash = strrchr(bench->build, '/');

		if (slash)
			*slash = '\0';
		else
			fail(0, "cannot find hpimd beside this program");
	}
}

static void bench_open(struct bench_follow *bench)
{
	int err;

	build_find(bench);
	(void)snprintf(bench->instance, sizeof(bench->instance), "bench-%d", (int)getpid());
	(void)snprintf(bench->dir, sizeof(bench->dir), "/tmp/bench-follow.XXXXXX");
	if (!mkdtemp(bench->dir))
		fail(0, "no folder in /tmp");
	lab_open(&bench->lab, 1);
	measure_init(&bench->measure, &bench->lab, 1);
	for (enum way way = 0; way < WAY_COUNT; way++)
		way_make(bench, way);
	/* A test run needs an interface whose receive queues are ready for XDP: one with a program.
	 */
	err = bpf_xdp_attach(bench->ifindex[WAY_KERNEL],
			     bpf_program__fd(bench->lab.skel->progs.fresh_stack),
			     XDP_FLAGS_DRV_MODE, NULL);
	if (err)
		fail(err, "input of the kernel");
}

/* ---- SMCRoute and hpimd ---- */

static pid_t child_start(char *const argv[])
{
	pid_t pid = fork();

	if (pid < 0)
		fail(0, "no process for %s", argv[0]);
	if (pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGTERM); /* it ends with us, whatever ends us */
		(void)execvp(argv[0], argv);
		_exit(127); /* what waits for it fails */
	}
	return pid;
}

static void child_end(pid_t pid)
{
	(void)kill(pid, SIGTERM); /* it may have ended by itself */
	(void)waitpid(pid, NULL, 0);
}

static void routes_write(const struct bench_follow *bench, unsigned int outputs)
{
	char path[64];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/conf", bench->dir);
	file = file_open(path, "w");
	for (enum way way = 0; way < WAY_COUNT; way++) {
		struct mfib_key key = tree_key(IP_FAMILY_4, way, 0);
		const uint8_t *source = ip_addr_bytes(&key.source),
			      *group = ip_addr_bytes(&key.group);

		(void)fprintf(file, "mroute from %sin source %u.%u.%u.%u group %u.%u.%u.%u to",
			      way_name(way), source[0], source[1], source[2], source[3], group[0],
			      group[1], group[2], group[3]);
		for (unsigned int i = 0; i < outputs; i++)
			(void)fprintf(file, " %s%u", way_name(way), i);
		(void)fprintf(file, "\n");
	}
	file_close(file, path);
}

/* until() - A command line succeeds within ten seconds. */
static void until(const char *command)
{
	sh("for i in $(seq 200); do { %s; } > /dev/null 2>&1 && exit 0; sleep 0.05; done; "
	   "echo 'bench_follow: in vain: %s' >&2; exit 1",
	   command, command);
}

static pid_t smcroute_start(const struct bench_follow *bench)
{
	char conf[64], pid[64], sock[64], command[TEXT_MAX];
	char *argv[] = { "smcrouted", "-n", "-i", (char *)bench->instance,
			 "-f",        conf, "-P", pid,
			 "-u",        sock, "-l", "err",
			 NULL };
	pid_t child;

	(void)snprintf(conf, sizeof(conf), "%s/conf", bench->dir);
	(void)snprintf(pid, sizeof(pid), "%s/pid", bench->dir);
	(void)snprintf(sock, sizeof(sock), "%s/sock", bench->dir);
	child = child_start(argv);
	(void)snprintf(command, sizeof(command), "smcroutectl -u %s show | grep -q kin", sock);
	until(command);
	return child;
}

static pid_t hpimd_start(const struct bench_follow *bench)
{
	char path[TEXT_MAX / 4], command[TEXT_MAX];
	char *argv[] = { path, "-i", (char *)bench->instance, "--foreground", "--follow", NULL };
	pid_t child;

	(void)snprintf(path, sizeof(path), "%s/hpimd", bench->build);
	child = child_start(argv);
	(void)snprintf(command, sizeof(command),
		       "%s/hpimctl -i %s follow fin,f0,f1,f2,f3,f4,f5,f6,f7", bench->build,
		       bench->instance);
	until(command);
	(void)snprintf(
		command, sizeof(command),
		"[ $(%s/hpimctl -i %s -H -o tier show mroutes 10.8.0.2 | tr -d \" \") = xdp ]",
		bench->build, bench->instance);
	until(command);
	return child;
}

/* ---- measuring ---- */

static struct sample way_run(struct bench_follow *bench, enum way way, unsigned int outputs,
			     uint32_t packets)
{
	struct mfib_key key = tree_key(IP_FAMILY_4, way, 0);
	const struct bench *skel = bench->lab.skel;
	uint8_t frame[FRAME_MAX];
	struct run run = {
		.prog_fd = bpf_program__fd(way == WAY_FOLLOWED ? skel->progs.fresh_plane
							       : skel->progs.fresh_stack),
		.ifindex = bench->ifindex[way],
		.frame = frame,
		.len = FRAME_MIN,
		.trees = 1,
		.outputs = outputs,
		.cores = 1,
		.packets = packets,
	};

	frame_make(frame, FRAME_MIN, &key);
	return measure_run(&bench->measure, &run);
}

/* How many packets take so long: the first, short run tells. */
static uint32_t packets_for(struct bench_follow *bench, enum way way, unsigned int outputs)
{
	struct sample sample = way_run(bench, way, outputs, FIRST_PACKETS);

	if (sample.arrived < 0.5 || sample.arrived > 1)
		fail(0, "%u outputs, %s: %.1f %% of the copies arrive", outputs, way_name(way),
		     sample.arrived * 100);
	return (uint32_t)(sample.packets_per_s * bench->options.run_ms / 1e3) + FIRST_PACKETS;
}

static struct result outputs_measure(struct bench_follow *bench, unsigned int outputs)
{
	struct result result = { .outputs = outputs, .arrived = 1 };
	double mpps[WAY_COUNT][REPETITIONS_MAX], ratio[REPETITIONS_MAX];
	uint32_t packets[WAY_COUNT];
	pid_t smcroute, hpimd;

	routes_write(bench, outputs);
	smcroute = smcroute_start(bench);
	hpimd = hpimd_start(bench);
	lab_tail_set(&bench->lab, 0, lab_attached_fd(bench->ifindex[WAY_FOLLOWED]));
	(void)poll(
		NULL, 0,
		3000); /* as in a router whose tree has stood for some time: docs/BENCHMARKS.md */
	for (enum way way = 0; way < WAY_COUNT; way++)
		packets[way] = packets_for(bench, way, outputs);
	for (unsigned int i = 0; i < bench->options.repetitions; i++) {
		for (unsigned int turn = 0; turn < WAY_COUNT; turn++) {
			enum way way = (turn + i) % WAY_COUNT;
			struct sample sample = way_run(bench, way, outputs, packets[way]);

			mpps[way][i] = sample.packets_per_s / 1e6;
			if (sample.arrived < result.arrived)
				result.arrived = sample.arrived;
		}
		ratio[i] = mpps[WAY_FOLLOWED][i] / mpps[WAY_KERNEL][i];
	}
	child_end(hpimd);
	child_end(smcroute);
	for (enum way way = 0; way < WAY_COUNT; way++)
		result.mpps[way] = numbers_spread(mpps[way], bench->options.repetitions);
	result.ratio = numbers_spread(ratio, bench->options.repetitions);
	return result;
}

static void result_print(const struct result *result)
{
	const struct spread *followed = &result->mpps[WAY_FOLLOWED],
			    *kernel = &result->mpps[WAY_KERNEL];

	(void)printf("%7u %8.2f (%.2f-%.2f) %8.3f (%.3f-%.3f) %8.1f (%.1f-%.1f) %7.2f %%\n",
		     result->outputs, followed->median, followed->low, followed->high,
		     kernel->median, kernel->low, kernel->high, result->ratio.median,
		     result->ratio.low, result->ratio.high, result->arrived * 100);
	(void)fflush(stdout); /* a minute may pass until the next one */
}

static void json_write(const char *path, const struct result *results, unsigned int count)
{
	FILE *file = file_open(path, "w");

	for (unsigned int i = 0; i < count; i++)
		(void)fprintf(file,
			      "%s{\"outputs\": %u, \"followed_mpps\": %.3f, \"kernel_mpps\": %.3f, "
			      "\"ratio\": %.2f}",
			      i ? ",\n " : "[", results[i].outputs,
			      results[i].mpps[WAY_FOLLOWED].median,
			      results[i].mpps[WAY_KERNEL].median, results[i].ratio.median);
	(void)fprintf(file, "]\n");
	file_close(file, path);
}

int main(int argc, char **argv)
{
	static const unsigned int outputs[] = { 1, 2, 4, 8 };
	struct result results[sizeof(outputs) / sizeof(outputs[0])];
	struct bench_follow bench = { .options = { .repetitions = 7, .run_ms = 150 } };
	const unsigned int count = sizeof(outputs) / sizeof(outputs[0]);
	const struct word words[] = {
		{ "repetitions", &bench.options.repetitions, 1, REPETITIONS_MAX, NULL },
		{ "run-ms", &bench.options.run_ms, 10, 10000, NULL },
		{ "json", NULL, 0, 0, &bench.options.json },
		{ .name = NULL },
	};

	words_read(argc, argv, words, usage);
	bench_open(&bench);
	(void)printf("Million packets in for each second of CPU time, 64 bytes, IPv4: SMCRoute's "
		     "route followed, and "
		     "by the kernel\n\n%7s %20s %24s %20s %9s\n",
		     "outputs", "followed", "kernel", "ratio", "arrived");
	for (unsigned int i = 0; i < count; i++) {
		results[i] = outputs_measure(&bench, outputs[i]);
		result_print(&results[i]);
	}
	if (bench.options.json)
		json_write(bench.options.json, results, count);
	lab_close(&bench.lab);
	sh("rm -r %s", bench.dir);
	return 0;
}
