/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SIMNET_WORDS_H
#define SIMNET_WORDS_H

/*
 * Effects as words, the same for IPv4 and IPv6: a neighbor is the last part of its address, a group
 * its number in the topology (the first group, 0, is not named), and SNs are written only in full
 * words.
 *
 *   0 Up(2:0) sn2		IamUpstream with RPC (2, 0) from interface 0 to all, SN 2
 *   0 NoUp sn3			IamNoLongerUpstream
 *   1 Int>.4 sn5		Interest to neighbor .4; NoInt: NoInterest
 *   1 Ack>.4 sn7 (3,1)@1000	Ack of SN 7: NeighborSnapshotSN 3, MySnapshotSN 1, NeighborBootTime
 *   1 Sync>.4 0M (1,0)@1000 hold40	SyncSN 0, M=1, snapshots (My, Neighbor), option Hold Time
 *   1 Sync>.4 1 (1,3)@1000 trees5	m=1 with 5 trees
 *   0 Hello hold40 cp3, 0 Bye
 *   0 Prune .1 210		PIM: pim_words.h
 *   put 0>1,3, put 0>, del, watch, unwatch, ask
 *   0 join, 0 leave, 0 gm		socket group of HPIM-DM; anything about IGMP and MLD
 */
#include "core/effect.h"

struct sim_text {
	char s[160];
};

struct sim_log_entry {
	hp_time at;
	uint16_t link;
	enum core_effect_kind kind;
	bool is_tree; /* a message of types 2 to 5 */
	uint32_t sn;
	struct sim_text text;
};

struct sim_log {
	struct sim_log_entry *entries;
	size_t count, room;
};

__attribute__((format(printf, 2, 3))) void sim_text_add(struct sim_text *text, const char *format,
							...);

/** sim_ifset_text() - "0,3", or "" */
struct sim_text sim_ifset_text(const struct ifset *set);

/** sim_link_text() - "-" for LINK_NONE */
struct sim_text sim_link_text(uint16_t link);

/** sim_log_effect() - Put an effect into words; notes are not logged. */
void sim_log_effect(struct sim_log *log, enum ip_family family, hp_time now,
		    const struct core_effect *fx);

/** sim_log_is_repeated() - Whether entry @at was sent before with the same SN. */
bool sim_log_is_repeated(const struct sim_log *log, size_t at);

/** sim_log_said() - Messages of types 2 to 5 on an interface, each once, without SN. */
const char *sim_log_said(const struct sim_log *log, uint16_t link);

/** sim_log_words() - Everything. */
const char *sim_log_words(const struct sim_log *log);

#endif
