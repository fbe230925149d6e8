/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BENCH_FWD_CONTENDER_H
#define BENCH_FWD_CONTENDER_H

/* Who competes. Each contender has an input of its own, and outputs with the cheapest receiver. */
#include "bench/fwd_measure.h"

#define OUTPUTS_MAX 16u

enum contender {
	CONTENDER_XDP,
	CONTENDER_TC,
	CONTENDER_KERNEL,
	CONTENDER_SOURCE, /* a bare broadcast whose copies get a source address */
	CONTENDER_BARE,
	CONTENDER_COUNT,
};

/** struct entrants - Which of them take part, by enum contender. */
struct entrants {
	bool has[CONTENDER_COUNT];
};

struct bare; /* generated: bare.bpf.c */

struct contest {
	struct lab *lab;
	struct entrants entrants;
	unsigned int outputs_max;
	struct bare *bare[CONTENDER_COUNT]; /* for the number of outputs of the moment */
	struct {
		int ifindex, prog_fd;
	} input[CONTENDER_COUNT];
	/* What stands in the forwarding plane; outputs 0: nothing yet. */
	struct {
		unsigned int outputs;
		uint32_t trees;
	} routes[IP_FAMILY_COUNT][CONTENDER_COUNT];
};

const char *contender_name(enum contender contender);

/** contender_find() - By name; CONTENDER_COUNT when there is none. */
enum contender contender_find(const char *name);

/** contest_open() - Make inputs and outputs in an open lab. @trees: the most at a time, of all. */
void contest_open(struct contest *contest, struct lab *lab, const struct entrants *entrants,
		  unsigned int outputs_max, uint32_t trees);

void contest_close(struct contest *contest);

/** contest_routes() - Give each of @who @trees trees to the first @outputs, and no others to
 * anyone. */
void contest_routes(struct contest *contest, enum ip_family family, unsigned int outputs,
		    uint32_t trees, const struct entrants *who);

#endif
