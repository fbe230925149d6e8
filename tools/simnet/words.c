// SPDX-License-Identifier: GPL-2.0-only
/* Effects as words. */
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "simnet/grow.h"
#include "simnet/pim_words.h"
#include "simnet/topo.h"
#include "simnet/words.h"
#include "wire/hpim.h"
#include "wire/ip103.h"

void sim_text_add(struct sim_text *text, const char *format, ...)
{
	size_t used = strlen(text->s);
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text->s + used, sizeof(text->s) - used, format, args);
	va_end(args);
}

struct sim_text sim_ifset_text(const struct ifset *set)
{
	struct sim_text text = { "" };

	ifset_for_each (link, set)
		sim_text_add(&text, "%s%u", text.s[0] ? "," : "", link);
	return text;
}

struct sim_text sim_link_text(uint16_t link)
{
	struct sim_text text = { "-" };

	if (link != LINK_NONE)
		(void)snprintf(text.s, sizeof(text.s), "%u", link);
	return text;
}

/* Of groups that have no number, the last byte. */
static void add_group(struct sim_text *text, const struct ip_addr *group)
{
	uint16_t index = sim_topo_group_index(group);

	if (index == SIM_NONE)
		sim_text_add(text, "#.%u", group->b[15]);
	else if (index)
		sim_text_add(text, "#%u", index);
}

static void add_sync(struct sim_text *text, const struct hpim_sync *sync)
{
	sim_text_add(text, " %u%s (%u,%u)@%u", sync->sync_sn, sync->is_master ? "M" : "",
		     sync->my_snapshot_sn, sync->neighbor_snapshot_sn, sync->neighbor_boot_time);
	if (sync->has_more)
		sim_text_add(text, " trees%zu", sync->entry_count);
	else if (sync->options.has_hold)
		sim_text_add(text, " hold%u", sync->options.hold_s);
}

static void add_hello(struct sim_text *text, const struct hpim_hello *hello)
{
	assert(hello->has_hold);
	if (hello->hold_s)
		sim_text_add(text, "Hello hold%u cp%u", hello->hold_s, hello->checkpoint_sn);
	else
		sim_text_add(text, "Bye");
	assert(hello->has_checkpoint == (hello->hold_s != 0));
}

/* Types 2 to 6, without the SN. */
static void add_tree(struct sim_text *text, const struct hpim_msg *msg, const struct ip_addr *dst)
{
	static const char *const names[HPIM_TYPE_COUNT] = {
		[HPIM_UPSTREAM] = "Up",       [HPIM_NO_UPSTREAM] = "NoUp", [HPIM_INTEREST] = "Int",
		[HPIM_NO_INTEREST] = "NoInt", [HPIM_ACK] = "Ack",
	};

	sim_text_add(text, "%s", names[msg->type]);
	add_group(text, &msg->tree.group);
	assert(ip_addr_is_multicast(dst) ==
	       (msg->type == HPIM_UPSTREAM || msg->type == HPIM_NO_UPSTREAM));
	if (msg->type == HPIM_UPSTREAM)
		sim_text_add(text, "(%u:%u)", msg->tree.rpc.preference, msg->tree.rpc.metric);
	if (!ip_addr_is_multicast(dst))
		sim_text_add(text, ">.%u", dst->b[15]);
}

static const char *last_part(void *ctx, const struct ip_addr *addr)
{
	struct sim_text *text = ctx;

	(void)snprintf(text->s, sizeof(text->s), ".%u", addr->b[15]);
	return text->s;
}

static void log_pim(struct sim_text *text, const struct fx_send *send)
{
	enum pim_refusal refusal;
	enum pim_checksum form;
	struct pim_msg msg;
	struct sim_text name;

	refusal = pim_decode(&send->src, &send->dst, send->bytes, send->len, &msg, &form);
	assert(refusal == PIM_ACCEPTED);
	sim_pim_words(&msg, &send->src, last_part, &name, text->s, sizeof(text->s));
}

static void log_send(struct sim_log_entry *entry, enum ip_family family, const struct fx_send *send)
{
	struct sim_text *text = &entry->text;
	struct hpim_msg msg;
	int err;

	entry->link = send->link;
	if (send->socket != SOCKET_103) {
		sim_text_add(text, "gm");
		return;
	}
	if (ip103_kind(IP103_HPIM, send->bytes, send->len, &send->src, &send->dst) == IP103_PIM) {
		log_pim(text, send);
		return;
	}
	err = hpim_decode(family, send->bytes, send->len, &msg);
	assert(!err);
	entry->is_tree = msg.type >= HPIM_UPSTREAM && msg.type <= HPIM_NO_INTEREST;
	if (msg.type == HPIM_HELLO) {
		add_hello(text, &msg.hello);
	} else if (msg.type == HPIM_SYNC) {
		sim_text_add(text, "Sync>.%u", send->dst.b[15]);
		add_sync(text, &msg.sync);
	} else {
		entry->sn = msg.tree.sn;
		add_tree(text, &msg, &send->dst);
	}
	if (msg.type == HPIM_ACK)
		sim_text_add(text, " sn%u (%u,%u)@%u", msg.tree.sn, msg.tree.neighbor_snapshot_sn,
			     msg.tree.my_snapshot_sn, msg.tree.neighbor_boot_time);
}

static void log_key(struct sim_text *text, const char *word, const struct mfib_key *key)
{
	sim_text_add(text, "%s", word);
	add_group(text, &key->group);
}

void sim_log_effect(struct sim_log *log, enum ip_family family, hp_time now,
		    const struct core_effect *fx)
{
	struct sim_log_entry entry = { .at = now, .kind = fx->kind, .link = LINK_NONE };
	struct sim_text *text = &entry.text;

	switch (fx->kind) {
	case FX_NOTE: return;
	case FX_SEND: log_send(&entry, family, &fx->send); break;
	case FX_JOIN:
	case FX_LEAVE:
		entry.link = fx->group.link;
		sim_text_add(text, "%s",
			     fx->group.socket == SOCKET_GM ? "gm"
			     : fx->kind == FX_JOIN         ? "join"
							   : "leave");
		break;
	case FX_RPF_WATCH: sim_text_add(text, "watch"); break;
	case FX_RPF_UNWATCH: sim_text_add(text, "unwatch"); break;
	case FX_MFIB_PUT:
		log_key(text, "put", &fx->route.key);
		sim_text_add(text, " %u>%s", fx->route.iif, sim_ifset_text(&fx->route.oifs).s);
		break;
	case FX_MFIB_DEL: log_key(text, "del", &fx->key); break;
	case FX_MFIB_QUERY: log_key(text, "ask", &fx->key); break;
	}
	log->entries = sim_grow(log->entries, log->count, &log->room, sizeof(*log->entries));
	log->entries[log->count++] = entry;
}

static char said_text[8192];

static void said_add(const struct sim_text *text)
{
	size_t used = strlen(said_text);

	assert(used + strlen(text->s) + 3 < sizeof(said_text));
	(void)snprintf(said_text + used, sizeof(said_text) - used, "%s%s", used ? "; " : "",
		       text->s);
}

bool sim_log_is_repeated(const struct sim_log *log, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (log->entries[i].is_tree && log->entries[i].link == log->entries[at].link &&
		    log->entries[i].sn == log->entries[at].sn)
			return true;
	return false;
}

const char *sim_log_said(const struct sim_log *log, uint16_t link)
{
	said_text[0] = '\0';
	for (size_t i = 0; i < log->count; i++)
		if (log->entries[i].is_tree && log->entries[i].link == link &&
		    !sim_log_is_repeated(log, i))
			said_add(&log->entries[i].text);
	return said_text;
}

const char *sim_log_words(const struct sim_log *log)
{
	said_text[0] = '\0';
	for (size_t i = 0; i < log->count; i++) {
		const struct sim_log_entry *entry = &log->entries[i];
		struct sim_text text = { "" };

		if (entry->link != LINK_NONE)
			sim_text_add(&text, "%u ", entry->link);
		sim_text_add(&text, "%s", entry->text.s);
		if (entry->is_tree)
			sim_text_add(&text, " sn%u", entry->sn);
		said_add(&text);
	}
	return said_text;
}
