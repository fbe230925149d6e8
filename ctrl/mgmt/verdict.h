/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MGMT_VERDICT_H
#define MGMT_VERDICT_H

/*
 * Why packets of (S,G) do or do not arrive, in one sentence: a table of rules over facts. It has no
 * state and reads no other; mgmt/facts.c gathers the facts.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/addr_text.h"
#include "core/event.h"

/* Room for a sentence of the answer, and for names of interfaces with commas between. */
#define VERDICT_TEXT_LEN  512u
#define VERDICT_NAMES_LEN 160u

/** enum verdict_gateway - What the next router toward the source is to this one. */
enum verdict_gateway {
	GATEWAY_NONE, /* there is none: the source is on a subnet, or of this router, or no route */
	GATEWAY_SYNCED,  /* a neighbor */
	GATEWAY_LATE,    /* a neighbor that has missed Hellos */
	GATEWAY_SYNCING, /* a neighbor that is not synchronized */
	GATEWAY_GONE,    /* it was a neighbor, and no longer is */
	GATEWAY_UNKNOWN, /* this daemon never had it as neighbor */
};

enum verdict_tree {
	VERDICT_TREE_NONE,
	VERDICT_TREE_ACTIVE,
	VERDICT_TREE_UNSURE,
	VERDICT_TREE_FLOOD,
	VERDICT_TREE_OTHER, /* it has ended, or is of the run before */
};

/** struct verdict_seen - Packets of the tree that were refused for one reason while one looked. */
struct verdict_seen {
	uint64_t packets;
	char interface[LINK_NAME_LEN]; /* where they arrived */
};

/**
 * struct verdict_facts - What is known of (S,G); texts are empty where there is nothing to name.
 * @in:          input of the entry.
 * @outs:        outputs that are up.
 * @looked_s:    how long arriving packets were looked at; 0: not at all, so the members of struct
 *               verdict_seen are all zero.
 * @arrived:     most of them, for whatever reason they were counted.
 * @forwarded:   packets of the tree that went to the outputs in that time.
 * @packets:     the same since the tree exists.
 * @silent_s:    since the last packet on the input; UINT64_MAX: none so far.
 * @longest:     of @too_big: bytes of the longest IP packet.
 * @narrow:      the output with the smallest MTU, which is @narrow_mtu.
 * @threshold:   the one that holds all copies back, on @threshold_if.
 * @keys_if:     an interface where messages are refused since no key fits.
 * @other_if:    hosts there want the group from @other_sources only.
 * @served_if:   @server is the forwarder of that link, and hosts or neighbors may be there.
 * @denied_in, @denied_outs: where the policy denies it: toward the source, and elsewhere.
 * @unheard:     interfaces without neighbors where this router queries and no host has reported
 * anything.
 * @full_if:     the interface of the route has brought as many trees as its limit, @full_limit.
 * @unattached:  interfaces with an address of this family that are not attached.
 */
struct verdict_facts {
	struct addr_text source, group;
	bool is_link_scope, is_source, is_broadcast;
	bool is_static, is_static_waiting;
	bool is_followed; /* the multicast table is another daemon's */
	/* the route */
	uint32_t table;
	bool has_route, is_local, is_connected;
	char route_if[LINK_NAME_LEN];
	bool is_route_if_attached, is_hpim_on, is_pim_on;
	struct addr_text gateway;
	enum verdict_gateway gateway_is;
	uint64_t gateway_s; /* GATEWAY_LATE: since its Hello; GATEWAY_GONE: since it was removed */
	/* the tree */
	enum verdict_tree tree;
	bool has_entry, is_originator, is_awaited;
	bool is_pruned;  /* PIM-DM: at @upstream, by this router */
	uint32_t grafts; /* PIM-DM: sent to @upstream and not answered */
	struct addr_text upstream;
	char in[LINK_NAME_LEN];
	char outs[VERDICT_NAMES_LEN];
	/* the packets */
	unsigned int looked_s;
	uint64_t forwarded, packets, silent_s;
	struct verdict_seen arrived, wrong_if, bad_source, ttl, too_big;
	uint32_t longest, narrow_mtu;
	char narrow[LINK_NAME_LEN];
	unsigned int threshold, highest_ttl;
	char threshold_if[LINK_NAME_LEN];
	/* around it */
	uint64_t unsigned_messages;
	char keys_if[LINK_NAME_LEN];
	bool are_keys_of_route_if;
	char other_if[LINK_NAME_LEN];
	char other_sources[VERDICT_NAMES_LEN];
	char served_if[LINK_NAME_LEN];
	struct addr_text server;
	char unattached[VERDICT_NAMES_LEN];
	char unheard[VERDICT_NAMES_LEN];
	const char *membership; /* "IGMP", "MLD" */
	char full_if[LINK_NAME_LEN];
	uint32_t full_limit;
	char denied_in[LINK_NAME_LEN], denied_outs[VERDICT_NAMES_LEN];
};

/** struct verdict - @name is a word for programs; both texts are sentences without a full stop. */
struct verdict {
	const char *name;
	char sentence[VERDICT_TEXT_LEN];
	char next[VERDICT_TEXT_LEN];
};

/** verdict_judge() - The first rule that fits; one always does. */
void verdict_judge(const struct verdict_facts *facts, struct verdict *ret_verdict);

/**
 * verdict_path() - Which router to ask next on the way to the source, as @sentence and @next; @name
 * is "first-hop", "upstream", "gateway" or "none".
 */
void verdict_path(const struct verdict_facts *facts, struct verdict *ret_verdict);

/** verdict_name() - Name of the rule with that number; NULL: there are no more. For tests. */
const char *verdict_name(unsigned int number);

#endif
