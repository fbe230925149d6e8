// SPDX-License-Identifier: GPL-2.0-only
/*
 * Effects as lines of text.
 */
#include <stdio.h>

#include "hpimexplore/show.h"
#include "wire/hpim.h"
#include "wire/ip103.h"
#include "wire/pim.h"

static const char *const type_names[HPIM_TYPE_COUNT] = {
	[HPIM_HELLO] = "Hello",
	[HPIM_SYNC] = "Sync",
	[HPIM_UPSTREAM] = "IamUpstream",
	[HPIM_NO_UPSTREAM] = "IamNoLongerUpstream",
	[HPIM_INTEREST] = "Interest",
	[HPIM_NO_INTEREST] = "NoInterest",
	[HPIM_ACK] = "Ack",
};

static void show_message(const struct hpim_msg *msg)
{
	printf("%s boot %u", type_names[msg->type], msg->boot_time);
	switch (msg->type) {
	case HPIM_HELLO:
		printf(", hold %u, checkpoint %u", msg->hello.hold_s, msg->hello.checkpoint_sn);
		break;
	case HPIM_SYNC:
		printf(", step %u%s, my %u, neighbor's %u of boot %u, %zu trees", msg->sync.sync_sn,
		       msg->sync.is_master ? " as master" : "", msg->sync.my_snapshot_sn,
		       msg->sync.neighbor_snapshot_sn, msg->sync.neighbor_boot_time,
		       msg->sync.entry_count);
		break;
	default: printf(", group .%u, sn %u", msg->tree.group.b[15], msg->tree.sn);
	}
	if (msg->type == HPIM_UPSTREAM)
		printf(", cost %u", msg->tree.rpc.metric);
	if (msg->type == HPIM_ACK)
		printf(" of boot %u, my %u, neighbor's %u", msg->tree.neighbor_boot_time,
		       msg->tree.my_snapshot_sn, msg->tree.neighbor_snapshot_sn);
}

static void show_pim_message(const struct pim_msg *msg)
{
	struct pim_walk walk = { .jp = &msg->jp };
	struct pim_entry entry;

	printf("%s", pim_type_name(msg->type));
	switch (msg->type) {
	case PIM_HELLO: printf(", hold %u, GenID %u", msg->hello.hold_s, msg->hello.gen_id); break;
	case PIM_ASSERT:
		printf(", group .%u, metric %u/%u", msg->assert.group.b[15],
		       msg->assert.metric.preference, msg->assert.metric.metric);
		break;
	case PIM_STATE_REFRESH:
		printf(", group .%u, metric %u, ttl %u%s%s%s", msg->refresh.group.b[15],
		       msg->refresh.metric.metric, msg->refresh.ttl,
		       msg->refresh.is_prune ? " P" : "", msg->refresh.is_prune_now ? " N" : "",
		       msg->refresh.is_override ? " O" : "");
		break;
	default:
		printf(", upstream .%u, hold %u", msg->jp.upstream.b[15], msg->jp.hold_s);
		while (pim_entry_next(&walk, &entry))
			printf(", %s group .%u", entry.is_prune ? "prune" : "join",
			       entry.group.b[15]);
	}
}

static void show_note(const struct core_note *note)
{
	static const char *const states[] = { "unknown", "master", "slave", "synced" };

	if (note->code == NOTE_NEIGHBOR_STATE && note->v[0] < 4)
		printf("  takes .%u for %s", note->a.b[15], states[note->v[0]]);
	else if (note->code == NOTE_NEIGHBOR_GONE)
		printf("  gives .%u up, reason %u", note->a.b[15], note->v[0]);
	else if (note->code == NOTE_TREE_STATE)
		printf("  tree of group .%u is now in state %u", note->b.b[15], note->v[0]);
	else if (note->code == NOTE_ASSERT)
		printf("  %s the assert of link %u", note->v[0] ? "wins" : "loses", note->link);
	else
		printf("  note %d about link %u", (int)note->code, note->link);
}

static void show_send(const struct fx_send *send)
{
	enum pim_checksum checksum;
	struct hpim_msg hpim;
	struct pim_msg pim;

	if (send->socket != SOCKET_103)
		return;
	printf("  to .%u by link %u: ", send->dst.b[15], send->link);
	if (ip103_kind(IP103_PIM, send->bytes, send->len, &send->src, &send->dst) == IP103_PIM) {
		if (pim_decode(&send->src, &send->dst, send->bytes, send->len, &pim, &checksum) ==
		    PIM_ACCEPTED)
			show_pim_message(&pim);
	} else if (hpim_decode(ip_addr_family(&send->dst), send->bytes, send->len, &hpim) == 0) {
		show_message(&hpim);
	}
}

void show_effect(unsigned int router, hp_time now, const struct core_effect *fx)
{
	printf("    %c %8.3f", (char)('A' + router), (double)now / 1e9);
	if (fx->kind == FX_NOTE)
		show_note(&fx->note);
	else if (fx->kind == FX_MFIB_PUT)
		printf("  route of group .%u: in %u, out %#llx", fx->route.key.group.b[15],
		       fx->route.iif, (unsigned long long)fx->route.oifs.word[0]);
	else if (fx->kind == FX_MFIB_DEL)
		printf("  no route of group .%u", fx->key.group.b[15]);
	else if (fx->kind == FX_SEND)
		show_send(&fx->send);
	printf("\n");
}
