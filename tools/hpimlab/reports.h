/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HPIMLAB_REPORTS_H
#define HPIMLAB_REPORTS_H

/*
 * What running routers printed: a file for each, NAME.json, with the answers of `hpimctl -j show`
 * for interfaces, neighbors, trees, trees -d, groups and timers one behind the other.
 */
#include "hpimlab/record.h"
#include "simnet/topo.h"

enum report {
	REPORT_INTERFACES,
	REPORT_NEIGHBORS,
	REPORT_TREES,
	REPORT_TREE_IFS,
	REPORT_GROUPS,
	REPORT_TIMERS,
	REPORT_COUNT
};

struct report_router {
	char name[SIM_NAME_LEN];
	json_object *answers[REPORT_COUNT]; /* owned */
};

struct reports {
	uint16_t count;
	struct report_router routers[SIM_ROUTERS_MAX];
};

/** reports_add() - Read the file of a router. false: said on standard error what is wrong. */
bool reports_add(struct reports *reports, const char *path);

/** reports_list() - The records of an answer. */
json_object *reports_list(const struct reports *reports, uint16_t router, enum report report);

void reports_fini(struct reports *reports);

#endif
