/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HPIMLAB_DAEMONS_H
#define HPIMLAB_DAEMONS_H

/* What the daemons of a lab know, as hpimctl prints it in JSON. */
#include "hpimlab/record.h"
#include "hpimlab/lab.h"
#include "hpimsim/facts.h"

struct daemons;

struct daemons *daemons_new(const struct lab *lab);
void daemons_free(struct daemons *daemons);

/** daemons_forget() - Ask again: answers are kept until then. */
void daemons_forget(struct daemons *daemons);

/** daemons_give() - An answer of a router, as hpimctl printed it: it is not asked for that again.
 */
void daemons_give(struct daemons *daemons, uint16_t router, json_object *answer);

/** daemons_facts() - Of routers; those of the whole network are left to the caller. */
struct facts daemons_facts(struct daemons *daemons);

/** daemons_no_trees(), daemons_empty() - Nothing is left of our groups: as in hpimsim/check.h. */
struct check daemons_no_trees(struct daemons *daemons);
struct check daemons_empty(struct daemons *daemons);

/** daemons_print() - What hpimctl prints, as text; the caller frees it. */
__attribute__((format(printf, 3, 4))) char *daemons_print(const struct lab *lab, uint16_t router,
							  const char *format, ...);

#endif
