/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CORE_FOLLOW_H
#define CORE_FOLLOW_H

/* Entries that another daemon wrote into the kernel's multicast table. See mrp.h. */
#include "core/mrp.h"

extern const struct mrp_ops follow_ops;

/** struct follow_counts - Entries of a family. */
struct follow_counts {
	uint32_t entries;
	uint32_t flows;   /* sources that the kernel forwards by an entry for any source */
	uint64_t refused; /* no room: the kernel forwards their packets */
};

struct follow_counts follow_counts(const struct core *core, enum ip_family family);

/** follow_wants_reading() - Whether only a reading of the table can say what the kernel has. */
bool follow_wants_reading(const struct core *core, enum ip_family family);

#endif
