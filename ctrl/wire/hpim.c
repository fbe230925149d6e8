// SPDX-License-Identifier: GPL-2.0-only
/*
 * HPIM-DM messages to structs and back. Who may send what, and the security value, are matters of
 * the core. Source: description of HPIM-DM, section 2.
 */
#include <assert.h>
#include <errno.h>

#include "base/bytes.h"
#include "wire/hpim.h"
#include "wire/inet.h"

enum { OPTION_HOLD = 1, OPTION_CHECKPOINT = 2 };

#define SYNC_MASTER 0x80000000u
#define SYNC_MORE   0x40000000u

/* 2.3: any order, the last of a kind counts, unknown ones are skipped. */
static struct hpim_hello options_decode(struct reader *in)
{
	struct hpim_hello options = { .has_hold = false };

	while (!in->bad && rd_left(in)) {
		uint16_t type = rd_u16(in), len = rd_u16(in);

		if (type == OPTION_HOLD) {
			in->bad |= len != sizeof(options.hold_s);
			options.hold_s = rd_u16(in);
			options.has_hold = true;
		} else if (type == OPTION_CHECKPOINT) {
			in->bad |= len != sizeof(options.checkpoint_sn);
			options.checkpoint_sn = rd_u32(in);
			options.has_checkpoint = true;
		} else {
			(void)rd_bytes(in, len); /* a value that runs past the end is an error */
		}
	}
	return options;
}

static struct hpim_entry entry_decode(struct reader *in, enum ip_family family)
{
	struct hpim_entry entry;

	entry.source = rd_addr(in, family);
	entry.group = rd_addr(in, family);
	entry.rpc.preference = rd_u32(in);
	entry.rpc.metric = rd_u32(in);
	return entry;
}

/* 2.4: the body behind the fixed part is either entries or options. */
static struct hpim_sync sync_decode(struct reader *in, enum ip_family family)
{
	struct hpim_sync sync = { .has_more = false };
	uint32_t flags_sn;

	sync.my_snapshot_sn = rd_u32(in);
	sync.neighbor_snapshot_sn = rd_u32(in);
	sync.neighbor_boot_time = rd_u32(in);
	flags_sn = rd_u32(in);
	sync.is_master = flags_sn & SYNC_MASTER;
	sync.has_more = flags_sn & SYNC_MORE;
	sync.sync_sn = flags_sn & HPIM_SYNC_SN_MAX;
	if (!sync.has_more) {
		sync.options = options_decode(in);
		return sync;
	}
	sync.entries = in->at;
	while (!in->bad && rd_left(in)) { /* a part of an entry at the end is an error */
		(void)entry_decode(in, family);
		sync.entry_count++;
	}
	return sync;
}

static struct hpim_tree_msg tree_msg_decode(struct reader *in, enum ip_family family,
					    enum hpim_type type)
{
	struct hpim_tree_msg tree = { .sn = 0 };

	tree.source = rd_addr(in, family);
	tree.group = rd_addr(in, family);
	if (type == HPIM_ACK) {
		tree.neighbor_boot_time = rd_u32(in);
		tree.neighbor_snapshot_sn = rd_u32(in);
		tree.my_snapshot_sn = rd_u32(in);
	}
	tree.sn = rd_u32(in);
	if (type == HPIM_UPSTREAM) {
		tree.rpc.preference = rd_u32(in);
		tree.rpc.metric = rd_u32(in);
	}
	return tree;
}

static struct hpim_security security_decode(struct reader *in)
{
	struct hpim_security security = { .len = 0 };
	const uint8_t *value;

	security.id = rd_u16(in);
	security.len = rd_u8(in);
	value = rd_bytes(in, security.len);
	if (security.len > HPIM_SECURITY_MAX)
		in->bad = true; /* no hash of 2.8 is that long */
	else if (value)
		memcpy(security.value, value, security.len);
	return security;
}

int hpim_decode(enum ip_family family, const uint8_t *bytes, size_t len, struct hpim_msg *ret_msg)
{
	struct reader in = reader_over(bytes, len);
	struct hpim_msg msg;
	uint8_t version_type;

	memset(&msg, 0, sizeof(msg));
	msg.boot_time = rd_u32(&in);
	version_type = rd_u8(&in);
	if (version_type >= HPIM_TYPE_COUNT) /* version 0 in the high nibble */
		return -EBADMSG;
	msg.type = version_type;
	msg.security = security_decode(&in);
	if (msg.type == HPIM_HELLO) {
		msg.hello = options_decode(&in);
		in.bad |= !msg.hello.has_hold;
	} else if (msg.type == HPIM_SYNC) {
		msg.sync = sync_decode(&in, family);
	} else {
		msg.tree = tree_msg_decode(&in, family, msg.type);
	}
	if (in.bad)
		return -EBADMSG;
	*ret_msg = msg;
	return 0;
}

int hpim_entry_decode(enum ip_family family, const struct hpim_sync *sync, size_t i,
		      struct hpim_entry *ret_entry)
{
	size_t len = hpim_entry_len(family);
	struct reader in = reader_over(sync->entries + i * len, len);
	struct hpim_entry entry;

	assert(i < sync->entry_count);
	entry = entry_decode(&in, family);
	if (in.bad)
		return -EBADMSG;
	*ret_entry = entry;
	return 0;
}

size_t hpim_entry_len(enum ip_family family)
{
	return 2 * ip_family_addr_len(family) + sizeof(struct hpim_rpc);
}

static void options_encode(struct writer *out, const struct hpim_hello *options)
{
	if (options->has_hold) {
		wr_u16(out, OPTION_HOLD);
		wr_u16(out, sizeof(options->hold_s));
		wr_u16(out, options->hold_s);
	}
	if (options->has_checkpoint) {
		wr_u16(out, OPTION_CHECKPOINT);
		wr_u16(out, sizeof(options->checkpoint_sn));
		wr_u32(out, options->checkpoint_sn);
	}
}

static void sync_encode(struct writer *out, const struct hpim_sync *sync,
			const struct hpim_entry *entries)
{
	uint32_t flags = (sync->is_master ? SYNC_MASTER : 0) | (sync->has_more ? SYNC_MORE : 0);

	assert(sync->sync_sn <= HPIM_SYNC_SN_MAX);
	wr_u32(out, sync->my_snapshot_sn);
	wr_u32(out, sync->neighbor_snapshot_sn);
	wr_u32(out, sync->neighbor_boot_time);
	wr_u32(out, flags | sync->sync_sn);
	if (!sync->has_more) {
		options_encode(out, &sync->options);
		return;
	}
	for (size_t i = 0; i < sync->entry_count; i++) {
		wr_addr(out, &entries[i].source);
		wr_addr(out, &entries[i].group);
		wr_u32(out, entries[i].rpc.preference);
		wr_u32(out, entries[i].rpc.metric);
	}
}

static void tree_msg_encode(struct writer *out, const struct hpim_tree_msg *tree,
			    enum hpim_type type)
{
	wr_addr(out, &tree->source);
	wr_addr(out, &tree->group);
	if (type == HPIM_ACK) {
		wr_u32(out, tree->neighbor_boot_time);
		wr_u32(out, tree->neighbor_snapshot_sn);
		wr_u32(out, tree->my_snapshot_sn);
	}
	wr_u32(out, tree->sn);
	if (type == HPIM_UPSTREAM) {
		wr_u32(out, tree->rpc.preference);
		wr_u32(out, tree->rpc.metric);
	}
}

size_t hpim_encode(const struct hpim_msg *msg, const struct hpim_entry *entries, uint8_t *bytes,
		   size_t room)
{
	struct writer out = writer_over(bytes, room);

	assert(msg->type < HPIM_TYPE_COUNT && msg->security.len <= HPIM_SECURITY_MAX);
	wr_u32(&out, msg->boot_time);
	wr_u8(&out, (uint8_t)msg->type); /* version 0 in the high nibble */
	wr_u16(&out, msg->security.id);
	wr_u8(&out, msg->security.len);
	wr_bytes(&out, msg->security.value, msg->security.len);
	if (msg->type == HPIM_HELLO)
		options_encode(&out, &msg->hello);
	else if (msg->type == HPIM_SYNC)
		sync_encode(&out, &msg->sync, entries);
	else
		tree_msg_encode(&out, &msg->tree, msg->type);
	return out.bad ? 0 : wr_len(&out);
}
