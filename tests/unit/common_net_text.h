/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef COMMON_NET_TEXT_H
#define COMMON_NET_TEXT_H

/*
 * Effects as words, the same for IPv4 and IPv6: a neighbor is the last part of its address, a group
 * its number (the first group, 0, is not named), and SNs are told only in full words.
 *
 *   0 Up(2:0) sn2		IamUpstream with RPC (2, 0) from interface 0 to all, SN 2
 *   0 NoUp sn3			IamNoLongerUpstream
 *   1 Int>.4 sn5		Interest to neighbor .4; NoInt: NoInterest
 *   1 Ack>.4 sn7 (3,1)@1000	Ack of SN 7: NeighborSnapshotSN 3, MySnapshotSN 1, NeighborBootTime
 *   1 Sync>.4 0M (1,0)@1000 hold40	SyncSN 0, M=1, snapshots (My, Neighbor), option Hold Time
 *   1 Sync>.4 1 (1,3)@1000 trees5	m=1 with 5 trees
 *   0 Hello hold40 cp3, 0 Bye
 *   put 0>1,3, put 0>, del, watch, unwatch, ask
 *   0 join, 0 leave, 0 gm		socket group of HPIM-DM; anything about IGMP and MLD
 */
#include <stdarg.h>

#include "core/effect.h"
#include "wire/hpim.h"

#define NET_GROUPS_MAX 24u
#define NET_GROUP_BASE 12u /* last byte of the first group */

struct net_text {
	char s[160];
};

struct net_log_entry {
	hp_time at;
	uint16_t link;
	enum core_effect_kind kind;
	bool is_tree; /* a message of types 2 to 5 */
	uint32_t sn;
	struct net_text text;
};

struct net_log {
	struct net_log_entry *entries;
	size_t count, room;
};

static inline unsigned int net_group_index(const struct ip_addr *group)
{
	unsigned int index = (unsigned int)group->b[15] - NET_GROUP_BASE;

	cr_assert_lt(index, NET_GROUPS_MAX);
	return index;
}

__attribute__((format(printf, 2, 3))) static inline void net_append(struct net_text *text,
								    const char *format, ...)
{
	size_t used = strlen(text->s);
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text->s + used, sizeof(text->s) - used, format, args);
	va_end(args);
}

/** net_ifset_text() - "0,3", or "" */
static inline struct net_text net_ifset_text(const struct ifset *set)
{
	struct net_text text = { "" };

	ifset_for_each (link, set)
		net_append(&text, "%s%u", text.s[0] ? "," : "", link);
	return text;
}

static inline struct net_text net_link_text(uint16_t link)
{
	struct net_text text = { "-" };

	if (link != LINK_NONE)
		(void)snprintf(text.s, sizeof(text.s), "%u", link);
	return text;
}

static inline void net_append_group(struct net_text *text, const struct ip_addr *group)
{
	if (net_group_index(group))
		net_append(text, "#%u", net_group_index(group));
}

static inline void net_append_sync(struct net_text *text, const struct hpim_sync *sync)
{
	net_append(text, " %u%s (%u,%u)@%u", sync->sync_sn, sync->is_master ? "M" : "",
		   sync->my_snapshot_sn, sync->neighbor_snapshot_sn, sync->neighbor_boot_time);
	if (sync->has_more)
		net_append(text, " trees%zu", sync->entry_count);
	else if (sync->options.has_hold)
		net_append(text, " hold%u", sync->options.hold_s);
}

static inline void net_append_hello(struct net_text *text, const struct hpim_hello *hello)
{
	cr_assert(hello->has_hold);
	if (hello->hold_s)
		net_append(text, "Hello hold%u cp%u", hello->hold_s, hello->checkpoint_sn);
	else
		net_append(text, "Bye");
	cr_assert_eq(hello->has_checkpoint, hello->hold_s != 0);
}

/* Types 2 to 6, without the SN. */
static inline void net_append_tree(struct net_text *text, const struct hpim_msg *msg,
				   const struct ip_addr *dst)
{
	static const char *const names[HPIM_TYPE_COUNT] = {
		[HPIM_UPSTREAM] = "Up",       [HPIM_NO_UPSTREAM] = "NoUp", [HPIM_INTEREST] = "Int",
		[HPIM_NO_INTEREST] = "NoInt", [HPIM_ACK] = "Ack",
	};

	net_append(text, "%s", names[msg->type]);
	net_append_group(text, &msg->tree.group);
	cr_assert_eq(ip_addr_is_multicast(dst),
		     msg->type == HPIM_UPSTREAM || msg->type == HPIM_NO_UPSTREAM);
	if (msg->type == HPIM_UPSTREAM)
		net_append(text, "(%u:%u)", msg->tree.rpc.preference, msg->tree.rpc.metric);
	if (!ip_addr_is_multicast(dst))
		net_append(text, ">.%u", dst->b[15]);
}

static inline void net_log_send(struct net_log_entry *entry, enum ip_family family,
				const struct fx_send *send)
{
	struct net_text *text = &entry->text;
	struct hpim_msg msg;

	entry->link = send->link;
	if (send->socket != SOCKET_103) {
		net_append(text, "gm");
		return;
	}
	cr_assert_eq(hpim_decode(family, send->bytes, send->len, &msg), 0);
	entry->is_tree = msg.type >= HPIM_UPSTREAM && msg.type <= HPIM_NO_INTEREST;
	if (msg.type == HPIM_HELLO) {
		net_append_hello(text, &msg.hello);
	} else if (msg.type == HPIM_SYNC) {
		net_append(text, "Sync>.%u", send->dst.b[15]);
		net_append_sync(text, &msg.sync);
	} else {
		entry->sn = msg.tree.sn;
		net_append_tree(text, &msg, &send->dst);
	}
	if (msg.type == HPIM_ACK)
		net_append(text, " sn%u (%u,%u)@%u", msg.tree.sn, msg.tree.neighbor_snapshot_sn,
			   msg.tree.my_snapshot_sn, msg.tree.neighbor_boot_time);
}

static inline void net_log_key(struct net_text *text, const char *word, const struct mfib_key *key)
{
	net_append(text, "%s", word);
	net_append_group(text, &key->group);
}

/** net_log_effect() - Put an effect into words; notes are not logged. */
static inline void net_log_effect(struct net_log *log, enum ip_family family, hp_time now,
				  const struct core_effect *fx)
{
	struct net_log_entry entry = { .at = now, .kind = fx->kind, .link = LINK_NONE };
	struct net_text *text = &entry.text;

	switch (fx->kind) {
	case FX_NOTE: return;
	case FX_SEND: net_log_send(&entry, family, &fx->send); break;
	case FX_JOIN:
	case FX_LEAVE:
		entry.link = fx->group.link;
		net_append(text, "%s",
			   fx->group.socket == SOCKET_GM ? "gm"
			   : fx->kind == FX_JOIN         ? "join"
							 : "leave");
		break;
	case FX_RPF_WATCH: net_append(text, "watch"); break;
	case FX_RPF_UNWATCH: net_append(text, "unwatch"); break;
	case FX_MFIB_PUT:
		net_log_key(text, "put", &fx->route.key);
		net_append(text, " %u>%s", fx->route.iif, net_ifset_text(&fx->route.oifs).s);
		break;
	case FX_MFIB_DEL: net_log_key(text, "del", &fx->key); break;
	case FX_MFIB_QUERY: net_log_key(text, "ask", &fx->key); break;
	}
	if (log->count == log->room) {
		log->room = log->room ? 2 * log->room : 256;
		log->entries = realloc(log->entries, log->room * sizeof(*log->entries));
		cr_assert_not_null(log->entries);
	}
	log->entries[log->count++] = entry;
}

static char net_said_text[8192];

static inline void net_said_append(const struct net_text *text)
{
	size_t used = strlen(net_said_text);

	cr_assert_lt(used + strlen(text->s) + 3, sizeof(net_said_text));
	(void)snprintf(net_said_text + used, sizeof(net_said_text) - used, "%s%s", used ? "; " : "",
		       text->s);
}

/* Sent before with the same SN. */
static inline bool net_is_repeated(const struct net_log *log, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (log->entries[i].is_tree && log->entries[i].link == log->entries[at].link &&
		    log->entries[i].sn == log->entries[at].sn)
			return true;
	return false;
}

/** net_log_said() - Messages of types 2 to 5 on an interface, each once, without SN. */
static inline const char *net_log_said(const struct net_log *log, uint16_t link)
{
	net_said_text[0] = '\0';
	for (size_t i = 0; i < log->count; i++)
		if (log->entries[i].is_tree && log->entries[i].link == link &&
		    !net_is_repeated(log, i))
			net_said_append(&log->entries[i].text);
	return net_said_text;
}

/** net_log_words() - Everything. */
static inline const char *net_log_words(const struct net_log *log)
{
	net_said_text[0] = '\0';
	for (size_t i = 0; i < log->count; i++) {
		const struct net_log_entry *entry = &log->entries[i];
		struct net_text text = { "" };

		if (entry->link != LINK_NONE)
			net_append(&text, "%u ", entry->link);
		net_append(&text, "%s", entry->text.s);
		if (entry->is_tree)
			net_append(&text, " sn%u", entry->sn);
		net_said_append(&text);
	}
	return net_said_text;
}

#endif
