/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HPIMSIM_LOG_H
#define HPIMSIM_LOG_H

/* What was said on the links since the last mark, in words that are the same for both families. */
#include "hpimsim/sns.h"

#define LOG_TEXT_LEN 56u

struct log_entry {
	hp_time at;
	uint16_t lan, sender, port; /* as struct sim_frame */
	uint16_t to;                /* host number of a unicast, or SIM_NONE */
	enum { LOG_TREE, LOG_SYNC, LOG_GM, LOG_REFRESH, LOG_OTHER } kind;
	bool has_sn; /* LOG_TREE of HPIM-DM */
	uint32_t sn;
	uint32_t trees;               /* LOG_SYNC */
	uint32_t number, falls_below; /* of sns_take(); 0: has no SN */
	bool is_repeated;
	char text[LOG_TEXT_LEN];
};

struct log {
	struct log_entry *entries;
	size_t count, room;
	struct sns sns;
	bool prints; /* also to standard output, as it happens */
};

/** log_attach() - Listen to a network. */
void log_attach(struct log *log, struct sim_net *net);
void log_clear(struct log *log);
void log_fini(struct log *log);

#endif
