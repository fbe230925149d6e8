// SPDX-License-Identifier: GPL-2.0-only
/*
 * Effects as lines of text.
 */
#include <stdio.h>

#include "hpimexplore/show.h"
#include "wire/hpim.h"

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

void show_effect(unsigned int router, hp_time now, const struct core_effect *fx)
{
	struct hpim_msg msg;

	printf("    %c %8.3f", (char)('A' + router), (double)now / 1e9);
	if (fx->kind == FX_NOTE)
		show_note(&fx->note);
	else if (fx->kind == FX_MFIB_PUT)
		printf("  route of group .%u: in %u, out %#llx", fx->route.key.group.b[15],
		       fx->route.iif, (unsigned long long)fx->route.oifs.word[0]);
	else if (fx->kind == FX_MFIB_DEL)
		printf("  no route of group .%u", fx->key.group.b[15]);
	if (fx->kind == FX_SEND && fx->send.socket == SOCKET_103 &&
	    hpim_decode(ip_addr_family(&fx->send.dst), fx->send.bytes, fx->send.len, &msg) == 0) {
		printf("  to .%u: ", fx->send.dst.b[15]);
		show_message(&msg);
	}
	printf("\n");
}
