// SPDX-License-Identifier: GPL-2.0-only
/*
 * How the protocols scale: CPU time and memory of the core with growing numbers of trees and
 * routers. One process, no root, no sockets, virtual time. Growth is the slope in a log-log plot
 * from one size to the next, 1 being linear; the first step also leaves the caches of the CPU.
 * docs/TESTING.md reads the table.
 */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "bench/core_lab.h"
#include "bench/core_measure.h"
#include "bench/core_net.h"
#include "core/inspect.h"

#define SIZES         3
#define UPSTREAM      0u /* link of the neighbors that announce each tree; RPF points there */
#define BACKUP        1u /* link where one neighbor more announces it */
#define BACKUP_METRIC 30u
#define CHUNK         1000u /* trees announced, or changes made, at a time */
#define CHANGES       3u    /* per tree, in the mixture */
#define PAIR_SETTLES  HP_SEC(20)
#define NET_SETTLES   HP_SEC(20)
#define MEMBER_EVERY  10u /* routers of a network with a member on the stub */

static const uint32_t tree_sizes[SIZES] = { 1000, 10000, 100000 };
static const uint32_t net_sizes[SIZES] = { 40, 250, 1000 };
static const uint32_t net_widths[SIZES] = { 5, 10, 25 };

enum metric {
	FILL_RATE,
	CHURN_RATE,
	TREE_BYTES,
	RECORD_BYTES,
	GOODBYE_S,
	RESEND_S,
	ROUTES_S,
	DOWN_S,
	SYNC_S,
	SYNC_BYTES,
	SYNC_MESSAGES,
	NET_ADJACENT_S,
	NET_TREE_S,
	NET_TREE_MESSAGES,
	METRICS,
};

static const struct metric_info {
	const char *name, *unit, *text;
	const uint32_t *sizes;
	double target; /* at the greatest size, 0: none; a rate has to be above, others below */
	bool is_rate;
} infos[METRICS] = {
	[FILL_RATE] = { "fill", "events/s", "trees announced by five neighbors each", tree_sizes,
			500e3, true },
	[CHURN_RATE] = { "churn", "events/s", "interest, metrics, routes, Hellos, Acks", tree_sizes,
			 500e3, true },
	[TREE_BYTES] = { "tree_bytes", "B", "one tree", tree_sizes, 0, false },
	[RECORD_BYTES] = { "neighbor_bytes", "B", "one tree and neighbor", tree_sizes, 1024,
			   false },
	[GOODBYE_S] = { "goodbye", "s", "best upstream of all trees says goodbye", tree_sizes, 1,
			false },
	[RESEND_S] = { "resend", "s", "all that made is sent again", tree_sizes, 0, false },
	[ROUTES_S] = { "routes", "s", "routes to all sources change", tree_sizes, 1, false },
	[DOWN_S] = { "down", "s", "link to all sources goes down", tree_sizes, 1, false },
	[SYNC_S] = { "sync", "s", "two routers synchronize, both together", tree_sizes, 2, false },
	[SYNC_BYTES] = { "sync_bytes", "B", "one tree in the one that learns", tree_sizes, 1024,
			 false },
	[SYNC_MESSAGES] = { "sync_messages", "", "sent until both agree", tree_sizes, 0, false },
	[NET_ADJACENT_S] = { "net_adjacent", "s", "grid: all neighbors synchronized", net_sizes, 0,
			     false },
	[NET_TREE_S] = { "net_tree", "s", "grid: first tree converges", net_sizes, 0, false },
	[NET_TREE_MESSAGES] = { "net_messages", "", "grid: sent for the first tree", net_sizes, 0,
				false },
};

/* What is shown, and the total whose growth is judged. */
static struct result {
	double value, total;
} results[METRICS][SIZES];

static void result_set(enum metric metric, unsigned int column, double value, double total)
{
	results[metric][column] = (struct result){ value, total };
}

/* ---- One router, 8 links with 4 neighbors each ---- */

struct span {
	double cpu_s;
	uint64_t events;
};

static struct span span_begin(const struct lab *lab)
{
	return (struct span){ lab->cpu_s, lab->events };
}

/* Events in a second; their growth is that of the time. */
static void rate_set(enum metric metric, unsigned int column, const struct lab *lab,
		     struct span began)
{
	double cpu_s = lab->cpu_s - began.cpu_s;

	result_set(metric, column, (double)(lab->events - began.events) / cpu_s, cpu_s);
}

static void fill(struct lab *lab, uint32_t trees)
{
	for (uint32_t first = 0; first < trees; first += CHUNK) {
		for (uint32_t tree = first; tree < first + CHUNK; tree++) {
			for (unsigned int peer = 0; peer < LAB_PEERS; peer++)
				lab_say(lab, UPSTREAM, peer, HPIM_UPSTREAM, tree, 10 + peer);
			lab_say(lab, BACKUP, 0, HPIM_UPSTREAM, tree, BACKUP_METRIC);
		}
		lab_run(lab);
	}
}

/* Most changes are of interest; a new route makes the router announce four trees on seven links. */
static void change(struct lab *lab, uint32_t tree)
{
	uint32_t dice = lab_random(lab, 100);
	struct ip_addr source = tree_source(tree);
	enum hpim_type said = lab_random(lab, 2) ? HPIM_INTEREST : HPIM_NO_INTEREST;

	if (dice == 0)
		lab_route(lab, &source);
	else if (dice < 20) /* peer 0 stays the best */
		lab_say(lab, UPSTREAM, 1 + lab_random(lab, LAB_PEERS - 1), HPIM_UPSTREAM, tree,
			11 + lab_random(lab, 8));
	else
		lab_say(lab, (uint16_t)(2 + lab_random(lab, LAB_LINKS - 2)),
			lab_random(lab, LAB_PEERS), said, tree, 0);
}

static void churn(struct lab *lab, uint32_t trees)
{
	for (uint32_t done = 0; done < CHANGES * trees; done += CHUNK) {
		lab->metric = 20 + done / CHUNK % 5;
		for (uint32_t i = 0; i < CHUNK; i++)
			change(lab, lab_random(lab, trees));
		lab_run(lab);
	}
}

/* The first reaction only: what it makes is answered later. */
static void react_measure(struct lab *lab, unsigned int column, enum metric metric,
			  void (*cause)(struct lab *lab, uint32_t trees))
{
	double began = lab->cpu_s;

	lab->is_deaf = true;
	cause(lab, tree_sizes[column]);
	lab->is_deaf = false;
	result_set(metric, column, lab->cpu_s - began, lab->cpu_s - began);
}

static void cause_goodbye(struct lab *lab, uint32_t trees)
{
	(void)trees;
	lab_goodbye(lab, UPSTREAM, 0);
}

static void cause_resend(struct lab *lab, uint32_t trees)
{
	(void)trees;
	lab_wait(lab, HP_SEC(core_settings_default.retransmission_s));
}

static void cause_routes(struct lab *lab, uint32_t trees)
{
	lab->root = BACKUP;
	lab->metric = BACKUP_METRIC + 10;
	for (uint32_t tree = 0; tree < trees; tree += GROUPS_PER_SOURCE) {
		struct ip_addr source = tree_source(tree);

		lab_route(lab, &source);
	}
	lab_run(lab);
}

static void cause_down(struct lab *lab, uint32_t trees)
{
	(void)trees;
	lab_link(lab, BACKUP, false);
}

static void lab_measure(unsigned int column)
{
	uint32_t trees = tree_sizes[column];
	struct span began;
	struct lab lab;
	double bytes;

	lab_open(&lab, trees);
	lab.root = UPSTREAM;
	lab.metric = 20;
	bytes = lab_bytes(&lab);
	began = span_begin(&lab);
	fill(&lab, trees);
	rate_set(FILL_RATE, column, &lab, began);
	assert(inspect_counts(lab.core).trees == trees);
	bytes = lab_bytes(&lab) - bytes;
	result_set(TREE_BYTES, column, bytes / trees, bytes);
	result_set(RECORD_BYTES, column, bytes / trees / (LAB_LINKS * LAB_PEERS), bytes);
	began = span_begin(&lab);
	churn(&lab, trees);
	rate_set(CHURN_RATE, column, &lab, began);
	react_measure(&lab, column, GOODBYE_S, cause_goodbye);
	react_measure(&lab, column, RESEND_S, cause_resend);
	lab_wait(&lab, HP_SEC(core_settings_default.retransmission_s));
	react_measure(&lab, column, ROUTES_S, cause_routes);
	lab_wait(&lab, HP_SEC(core_settings_default.retransmission_s));
	react_measure(&lab, column, DOWN_S, cause_down);
	lab_close(&lab);
}

/* ---- Two routers, the first of which has all trees ---- */

static void pair_measure(unsigned int column)
{
	uint32_t trees = tree_sizes[column];
	double cpu_s, bytes;
	struct net net;

	net_open(&net, 2, trees);
	net_connect(&net, 0, 0, 1, 0);
	net_routes(&net);
	net_up(&net, 0, NET_STUB);
	for (uint32_t tree = 0; tree < trees; tree++)
		net_data(&net, tree);
	net_run(&net, PAIR_SETTLES);
	net_up(&net, 0, 0);
	bytes = bytes_now();
	cpu_s = cpu_now_s();
	net_up(&net, 1, 0);
	net_run(&net, PAIR_SETTLES);
	cpu_s = cpu_now_s() - cpu_s;
	bytes = bytes_now() - bytes;
	assert(inspect_counts(net.nodes[1].router.core).trees == trees);
	result_set(SYNC_S, column, cpu_s, cpu_s);
	result_set(SYNC_BYTES, column, bytes / trees, bytes);
	result_set(SYNC_MESSAGES, column, (double)net.messages, (double)net.messages);
	net_close(&net);
}

/* ---- A grid of routers ---- */

static bool count_active(void *ctx, const struct inspect_tree *tree)
{
	*(uint32_t *)ctx += strcmp(tree->state, "active") == 0;
	return true;
}

/* Every router has the tree, and data gets to every member. */
static void grid_check(const struct net *net)
{
	uint32_t active = 0, reached = 0;

	for (uint32_t i = 0; i < net->count; i++) {
		const struct core *core = net->nodes[i].router.core;

		inspect_trees(core, IP_FAMILY_4, count_active, &active);
		reached += inspect_counts(core).groups > 0;
	}
	assert(active == net->count && reached == net->count / MEMBER_EVERY);
}

static void grid_open(struct net *net, uint32_t count, uint32_t width)
{
	net_open(net, count, 100);
	for (uint32_t i = 0; i < count; i++) {
		if (i % width + 1 < width && i + 1 < count)
			net_connect(net, i, 0, i + 1, 1);
		if (i + width < count)
			net_connect(net, i, 2, i + width, 3);
	}
	net_routes(net);
	for (uint32_t i = 0; i < count; i++)
		for (uint16_t link = 0; link < NET_LINKS; link++)
			if (link == NET_STUB || net->nodes[i].ends[link].node != NET_NOWHERE)
				net_up(net, i, link);
}

static void grid_measure(unsigned int column)
{
	double cpu_s = cpu_now_s(), grown_s;
	uint64_t messages;
	struct net net;

	grid_open(&net, net_sizes[column], net_widths[column]);
	net_run(&net, NET_SETTLES);
	grown_s = cpu_now_s() - cpu_s;
	result_set(NET_ADJACENT_S, column, grown_s, grown_s);
	for (uint32_t i = MEMBER_EVERY - 1; i < net.count; i += MEMBER_EVERY)
		net_join(&net, i, 0);
	messages = net.messages;
	cpu_s = cpu_now_s();
	net_data(&net, 0);
	net_run(&net, HP_SEC(1));
	cpu_s = cpu_now_s() - cpu_s;
	messages = net.messages - messages;
	grid_check(&net);
	result_set(NET_TREE_S, column, cpu_s, cpu_s);
	result_set(NET_TREE_MESSAGES, column, (double)messages, (double)messages);
	net_close(&net);
}

/* ---- Output ---- */

/* Slope in a log-log plot from size @i to the next. */
static double exponent(enum metric metric, unsigned int i)
{
	const struct result *r = &results[metric][i];
	const uint32_t *sizes = infos[metric].sizes;

	return log(r[1].total / r[0].total) / log((double)sizes[i + 1] / sizes[i]);
}

static void heading_print(const uint32_t *sizes, const char *what)
{
	char column[32];

	(void)printf("%-14s %-8s", what, "");
	for (unsigned int i = 0; i < SIZES; i++) {
		(void)snprintf(column, sizeof(column), "%u", sizes[i]);
		(void)printf(" %12s", column);
	}
	(void)printf("    growth    %10s\n", "target");
}

static void value_print(const struct metric_info *info, double value)
{
	if (strcmp(info->unit, "s") == 0)
		(void)printf(" %12.5f", value);
	else
		(void)printf(" %12.0f", value);
}

static void table_print(void)
{
	for (enum metric m = 0; m < METRICS; m++) {
		const struct metric_info *info = &infos[m];

		if (m == 0 || info->sizes != infos[m - 1].sizes)
			heading_print(info->sizes, info->sizes == tree_sizes ? "trees" : "routers");
		(void)printf("%-14s %-8s", info->name, info->unit);
		for (unsigned int i = 0; i < SIZES; i++)
			value_print(info, results[m][i].value);
		(void)printf("  %5.2f %5.2f", exponent(m, 0), exponent(m, 1));
		if (info->target > 0)
			(void)printf(" %c %8.0f", info->is_rate ? '>' : '<', info->target);
		else
			(void)printf(" %10s", "");
		(void)printf("  %s\n", info->text);
	}
}

static void json_print(void)
{
	(void)printf("{\"metrics\":[");
	for (enum metric m = 0; m < METRICS; m++) {
		const struct metric_info *info = &infos[m];

		(void)printf("%s\n{\"name\":\"%s\",\"unit\":\"%s\",\"growth\":[%.3f,%.3f],"
			     "\"target\":%g,\"rows\":[",
			     m ? "," : "", info->name, info->unit, exponent(m, 0), exponent(m, 1),
			     info->target);
		for (unsigned int i = 0; i < SIZES; i++)
			(void)printf("%s{\"size\":%u,\"value\":%.6g}", i ? "," : "", info->sizes[i],
				     results[m][i].value);
		(void)printf("]}");
	}
	(void)printf("\n]}\n");
}

int main(int argc, char **argv)
{
	bool is_json = argc == 2 && strcmp(argv[1], "--json") == 0;

	if (argc > 1 && !is_json) {
		(void)fputs("usage: bench_core [--json]\n", stderr);
		return 2;
	}
	for (unsigned int column = 0; column < SIZES; column++) {
		lab_measure(column);
		pair_measure(column);
		grid_measure(column);
	}
	if (is_json)
		json_print();
	else
		table_print();
	return 0;
}
