/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DAEMON_GONE_H
#define DAEMON_GONE_H

/* Neighbors that were removed: "it is gone" and "it never was there" are different faults. */
#include "core/note.h"

/* The latest of both families on all interfaces. */
#define GONE_MAX 32u

/** struct gone_neighbor - @refused: messages without a fitting key that had come by then. */
struct gone_neighbor {
	uint16_t link;
	struct ip_addr addr; /* unset: no entry */
	hp_time at;
	uint64_t refused;
};

struct gone {
	struct gone_neighbor neighbors[GONE_MAX];
	uint32_t count; /* so far */
};

/** gone_note() - Takes NOTE_NEIGHBOR_GONE, and no other; not those whose interface was switched
 * off. */
void gone_note(struct gone *gone, const struct core_note *note, hp_time now, uint64_t refused);

/** gone_at() - When the neighbor was removed last; HP_TIME_NEVER: not that one remembers. */
hp_time gone_at(const struct gone *gone, uint16_t link, const struct ip_addr *addr);

/** gone_refused() - Of the neighbors removed from an interface, @refused of the last one; or 0. */
uint64_t gone_refused(const struct gone *gone, uint16_t link);

#endif
