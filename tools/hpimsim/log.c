// SPDX-License-Identifier: GPL-2.0-only
/*
 * Messages in words. Tree messages: "Upstream 20", "Upstream connected", "NoUpstream",
 * "Interest R1", "NoInterest R1"; Sync: SyncSN, M for the master, both SnapshotSNs, and the trees
 * it carries: "0M 1/0", "4M 26/2 trees 1", where SNs are numbers from 1 (hpimsim/sns.h). PIM:
 * simnet/pim_words.h. Membership: "Query", "Query group", "Report", "Leave".
 */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr_text.h"
#include "hpimsim/log.h"
#include "simnet/pim_words.h"
#include "wire/hpim.h"
#include "wire/igmp.h"
#include "wire/ip103.h"
#include "wire/mld.h"

#define PROTO_KERNEL 2u

/* The SN of who is spoken to, as a number. */
static uint32_t number_of_other(const struct sim_topo *topo, const struct sns *sns,
				const struct log_entry *entry, uint32_t sn)
{
	for (uint16_t i = 0; i < topo->router_count; i++)
		for (uint16_t p = 0; p < topo->routers[i].port_count; p++)
			if (topo->routers[i].ports[p].lan == entry->lan &&
			    topo->routers[i].ports[p].host == entry->to)
				return sns_number(sns, i, p, sn);
	return sn;
}

static void sync_words(const struct sim_net *net, const struct hpim_sync *sync,
		       const struct sns *sns, struct log_entry *entry)
{
	int used = snprintf(entry->text, LOG_TEXT_LEN, "%u%s %u/%u", sync->sync_sn,
			    sync->is_master ? "M" : "", entry->number,
			    number_of_other(&net->topo, sns, entry, sync->neighbor_snapshot_sn));

	entry->kind = LOG_SYNC;
	entry->trees = (uint32_t)sync->entry_count;
	if (sync->entry_count)
		(void)snprintf(entry->text + used, LOG_TEXT_LEN - (size_t)used, " trees %u",
			       entry->trees);
}

static void tree_words(const struct sim_net *net, const struct hpim_msg *msg,
		       struct log_entry *entry)
{
	const char *to = sim_topo_name_at(&net->topo, entry->lan, (uint8_t)entry->to);

	entry->kind = LOG_TREE;
	entry->has_sn = true;
	entry->sn = msg->tree.sn;
	if (msg->type == HPIM_UPSTREAM && msg->tree.rpc.preference == PROTO_KERNEL)
		(void)snprintf(entry->text, LOG_TEXT_LEN, "Upstream connected");
	else if (msg->type == HPIM_UPSTREAM)
		(void)snprintf(entry->text, LOG_TEXT_LEN, "Upstream %u", msg->tree.rpc.metric);
	else if (msg->type == HPIM_NO_UPSTREAM)
		(void)snprintf(entry->text, LOG_TEXT_LEN, "NoUpstream");
	else
		(void)snprintf(entry->text, LOG_TEXT_LEN, "%s %s",
			       msg->type == HPIM_INTEREST ? "Interest" : "NoInterest", to);
}

static void take_sn(struct sns *sns, const struct hpim_msg *msg, struct log_entry *entry)
{
	uint32_t sn = msg->type == HPIM_SYNC ? msg->sync.my_snapshot_sn : msg->tree.sn;

	if (msg->type != HPIM_HELLO && msg->type != HPIM_ACK)
		entry->number = sns_take(sns, entry->sender, entry->port, msg->boot_time, sn,
					 &entry->falls_below);
}

static void hpim_words(const struct sim_net *net, const struct sim_frame *frame, struct sns *sns,
		       struct log_entry *entry)
{
	struct hpim_msg msg;

	entry->kind = LOG_OTHER;
	if (hpim_decode(net->family, frame->sent.bytes, frame->sent.len, &msg) < 0) {
		(void)snprintf(entry->text, LOG_TEXT_LEN, "not HPIM-DM");
		return;
	}
	take_sn(sns, &msg, entry);
	if (msg.type == HPIM_HELLO)
		(void)snprintf(entry->text, LOG_TEXT_LEN, msg.hello.hold_s ? "Hello" : "Goodbye");
	else if (msg.type == HPIM_ACK)
		(void)snprintf(entry->text, LOG_TEXT_LEN, "Ack %u", msg.tree.sn);
	else if (msg.type == HPIM_SYNC)
		sync_words(net, &msg.sync, sns, entry);
	else
		tree_words(net, &msg, entry);
}

/* Where addresses of a link belong. */
struct place {
	const struct sim_net *net;
	uint16_t lan;
};

static const char *name_of(void *ctx, const struct ip_addr *addr)
{
	const struct place *place = ctx;

	return sim_topo_name_at(&place->net->topo, place->lan, addr->b[15]);
}

static void pim_words(const struct sim_net *net, const struct sim_frame *frame,
		      struct log_entry *entry)
{
	struct place place = { .net = net, .lan = entry->lan };
	const struct fx_send *sent = &frame->sent;
	enum pim_checksum form;
	struct pim_msg msg;

	entry->kind = LOG_OTHER;
	if (pim_decode(&sent->src, &sent->dst, sent->bytes, sent->len, &msg, &form) !=
	    PIM_ACCEPTED) {
		(void)snprintf(entry->text, LOG_TEXT_LEN, "not PIM");
		return;
	}
	if (msg.type == PIM_STATE_REFRESH)
		entry->kind = LOG_REFRESH;
	else if (msg.type != PIM_HELLO)
		entry->kind = LOG_TREE;
	sim_pim_words(&msg, &sent->src, name_of, &place, entry->text, LOG_TEXT_LEN);
}

static void gm_words(const struct sim_net *net, const struct sim_frame *frame,
		     struct log_entry *entry)
{
	struct gm_msg msg;
	int err;

	entry->kind = LOG_GM;
	if (net->family == IP_FAMILY_4)
		err = igmp_decode(frame->sent.bytes, frame->sent.len, &frame->sent.src,
				  &frame->sent.dst, &msg);
	else
		err = mld_decode(frame->sent.bytes, frame->sent.len, &frame->sent.src,
				 &frame->sent.dst, &msg);
	if (err)
		(void)snprintf(entry->text, LOG_TEXT_LEN, "not membership");
	else if (msg.type == GM_QUERY)
		(void)snprintf(entry->text, LOG_TEXT_LEN,
			       ip_addr_is_any(&msg.group) ? "Query" : "Query group");
	else
		(void)snprintf(entry->text, LOG_TEXT_LEN,
			       msg.type == GM_REPORT ? "Report" : "Leave");
}

/* A message is repeated for 12 s. 3.5 */
static bool is_repeated(const struct log *log, const struct log_entry *entry)
{
	for (size_t i = log->count; i > 0; i--) {
		const struct log_entry *before = &log->entries[i - 1];

		if (entry->at - before->at > HP_SEC(13))
			return false;
		if (before->has_sn && before->sender == entry->sender &&
		    before->port == entry->port && before->sn == entry->sn)
			return true;
	}
	return false;
}

static void print(const struct sim_net *net, const struct log_entry *entry)
{
	const struct sim_topo *topo = &net->topo;
	const struct sim_box *box = &topo->routers[entry->sender];

	printf("%12.6f  %-8s ", (double)entry->at / 1e9, topo->lans[entry->lan].name);
	if (entry->port == SIM_NONE)
		printf("%s", topo->hosts[entry->sender].name);
	else
		printf("%s.%s", box->name, box->ports[entry->port].name);
	if (entry->to != SIM_NONE)
		printf(" > %s", sim_topo_name_at(topo, entry->lan, (uint8_t)entry->to));
	printf(": %s%s%s\n", entry->kind == LOG_SYNC ? "Sync " : "", entry->text,
	       entry->is_repeated ? " (again)" : "");
}

static void on_frame(void *ctx, const struct sim_net *net, const struct sim_frame *frame)
{
	struct log *log = ctx;
	struct log_entry *entry;

	if (log->count == log->room) {
		log->room = log->room ? 2 * log->room : 256;
		log->entries = realloc(log->entries, log->room * sizeof(*log->entries));
		assert(log->entries);
	}
	entry = &log->entries[log->count];
	*entry = (struct log_entry){ .at = net->now,
				     .lan = frame->lan,
				     .sender = frame->sender,
				     .port = frame->port,
				     .to = SIM_NONE };
	if (!ip_addr_is_multicast(&frame->sent.dst))
		entry->to = frame->sent.dst.b[15];
	if (frame->sent.socket == SOCKET_103 &&
	    ip103_kind(IP103_HPIM, frame->sent.bytes, frame->sent.len, &frame->sent.src,
		       &frame->sent.dst) == IP103_PIM)
		pim_words(net, frame, entry);
	else if (frame->sent.socket == SOCKET_103)
		hpim_words(net, frame, &log->sns, entry);
	else
		gm_words(net, frame, entry);
	entry->is_repeated = entry->has_sn && is_repeated(log, entry);
	log->count++;
	if (log->prints)
		print(net, entry);
}

static void on_effect(void *ctx, const struct sim_net *net, uint16_t router,
		      const struct core_effect *effect)
{
	static const char *const words[NOTE_CODE_COUNT] = {
		[NOTE_LINK_ON] = "protocol on",
		[NOTE_LINK_OFF] = "protocol off",
		[NOTE_PACKET_BAD] = "bad packet",
		[NOTE_NEIGHBOR_NEW] = "new neighbor",
		[NOTE_NEIGHBOR_STATE] = "neighbor state",
		[NOTE_NEIGHBOR_GONE] = "neighbor gone",
		[NOTE_TREE_STATE] = "tree state",
		[NOTE_ASSERT] = "assert",
		[NOTE_QUERIER] = "querier",
		[NOTE_GROUP_JOINED] = "members",
		[NOTE_GROUP_LEFT] = "no members",
	};
	const struct core_note *note = &effect->note;
	const struct log *log = ctx;
	const struct sim_box *box = &net->topo.routers[router];

	if (!log->prints || effect->kind != FX_NOTE)
		return;
	printf("%12.6f  %s", (double)net->now / 1e9, box->name);
	if (note->link != LINK_NONE)
		printf(".%s", box->ports[note->link].name);
	printf(": %s", words[note->code] ? words[note->code] : "note");
	if (ip_addr_is_set(&note->a))
		printf(" %s", ip_addr_text(&note->a).s);
	if (ip_addr_is_set(&note->b))
		printf(" %s", ip_addr_text(&note->b).s);
	printf(" %" PRIu32 "\n", note->v[0]);
}

void log_attach(struct log *log, struct sim_net *net)
{
	sim_net_tap(net,
		    &(struct sim_net_tap){ .ctx = log, .frame = on_frame, .effect = on_effect });
}

void log_clear(struct log *log)
{
	log->count = 0;
}

void log_fini(struct log *log)
{
	free(log->entries);
	sns_fini(&log->sns);
	*log = (struct log){ 0 };
}
