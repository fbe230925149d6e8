/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CORE_FOLLOW_ANY_H
#define CORE_FOLLOW_ANY_H

/*
 * Entries of the kernel's multicast table for any source: (*,G), and (*,*), which means the
 * interfaces of a static tree. The kernel looks for them when it has no (S,G); any_resolve() finds
 * what it would do with a source, so that this can be an entry of its own.
 */
#include "core/event.h"
#include "core/mfib.h"

struct hash_key;
struct flow;

TAILQ_HEAD(flow_list, flow);

/**
 * struct any - (*,G), or (*,*) where @group is the unspecified address.
 * @parent:     its input; LINK_NONE: not followed.
 * @oifs:       outputs that are followed, among them the input.
 * @is_several: the kernel has more than one with this group, or may have: a change of the input
 *              and another entry look the same.
 * @flows:      the sources that it forwards.
 */
struct any {
	UT_hash_handle hh;
	TAILQ_ENTRY(any) node;
	struct ip_addr group;
	uint16_t parent;
	struct ifset oifs;
	uint8_t ttl;
	enum followed_left left;
	bool is_several;
	uint32_t read_in;
	struct flow_list flows;
};

TAILQ_HEAD(any_list, any);

/** struct any_table - Those of a family. */
struct any_table {
	struct any *all;
	struct any_list by_reading; /* those not seen for longest first */
};

void any_init(struct any_table *table);

struct any *any_find(const struct any_table *table, const struct hash_key *hash,
		     const struct ip_addr *group);

/** any_new() - NULL: no memory. */
struct any *any_new(struct any_table *table, const struct hash_key *hash,
		    const struct ip_addr *group);

/** any_set() - The kernel has it so. @reading: in which it was seen. Return: whether it differs. */
bool any_set(struct any_table *table, struct any *any, const struct ev_followed *ev,
	     uint32_t reading);

/** any_free() - No source may be left to it. */
void any_free(struct any_table *table, struct any *any);

/** any_flags() - Of an entry that is the kernel's, for whatever reason, or within a TTL. */
static inline uint32_t any_flags(enum followed_left left, uint8_t ttl)
{
	return (uint32_t)left << MFIB_F_LEFT_SHIFT | (uint32_t)ttl << MFIB_F_TTL_SHIFT;
}

/**
 * any_resolve() - By which of them the kernel forwards a packet that no (S,G) is for.
 * @route: its key and iif are set; oifs and flags are written.
 *
 * Source: net/ipv4/ipmr_base.c, mr_mfc_find_any(), and net/ipv4/ipmr.c, ip_mr_forward(). Return:
 * NULL: by none, or that is not known here.
 */
struct any *any_resolve(const struct any_table *table, const struct hash_key *hash,
			struct mfib_route *route);

#endif
