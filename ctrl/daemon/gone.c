// SPDX-License-Identifier: GPL-2.0-only
/*
 * The neighbors that were removed last, a ring.
 */
#include "daemon/gone.h"

static struct gone_neighbor *find(const struct gone *gone, uint16_t link,
				  const struct ip_addr *addr)
{
	for (uint32_t i = 0; i < GONE_MAX; i++) {
		const struct gone_neighbor *neighbor = &gone->neighbors[i];

		if (neighbor->link == link && ip_addr_equal(&neighbor->addr, addr))
			return (struct gone_neighbor *)neighbor;
	}
	return NULL;
}

void gone_note(struct gone *gone, const struct core_note *note, hp_time now, uint64_t refused)
{
	struct gone_neighbor *neighbor;

	if (note->code != NOTE_NEIGHBOR_GONE || note->v[0] == GONE_INTERFACE)
		return;
	neighbor = find(gone, note->link, &note->a);
	if (!neighbor)
		neighbor = &gone->neighbors[gone->count++ % GONE_MAX];
	*neighbor = (struct gone_neighbor){
		.link = note->link, .addr = note->a, .at = now, .refused = refused
	};
}

hp_time gone_at(const struct gone *gone, uint16_t link, const struct ip_addr *addr)
{
	const struct gone_neighbor *neighbor = ip_addr_is_set(addr) ? find(gone, link, addr) : NULL;

	return neighbor ? neighbor->at : HP_TIME_NEVER;
}

uint64_t gone_refused(const struct gone *gone, uint16_t link)
{
	uint64_t refused = 0;

	for (uint32_t i = 0; i < GONE_MAX; i++)
		if (gone->neighbors[i].link == link && gone->neighbors[i].refused > refused)
			refused = gone->neighbors[i].refused;
	return refused;
}
