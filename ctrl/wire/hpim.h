/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WIRE_HPIM_H
#define WIRE_HPIM_H

/* HPIM-DM messages. Source: description of HPIM-DM, section 2; docs/PROTOCOL.md, "Messages". */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"

enum hpim_type {
	HPIM_HELLO,
	HPIM_SYNC,
	HPIM_UPSTREAM,    /* IamUpstream */
	HPIM_NO_UPSTREAM, /* IamNoLongerUpstream */
	HPIM_INTEREST,
	HPIM_NO_INTEREST,
	HPIM_ACK,
	HPIM_TYPE_COUNT,
};

#define HPIM_SECURITY_MAX 64u         /* longest security value: SHA-512 and friends */
#define HPIM_SYNC_SN_MAX  0x3fffffffu /* 30 bits */

/** struct hpim_rpc - Root path cost. Lower is better, preference first. */
struct hpim_rpc {
	uint32_t preference, metric;
};

/** struct hpim_security - Security fields of the common header (2.8); len 0 means none. */
struct hpim_security {
	uint16_t id;
	uint8_t len;
	uint8_t value[HPIM_SECURITY_MAX];
};

/** struct hpim_hello - Options of a Hello, also of a Sync without trees (2.3). */
struct hpim_hello {
	bool has_hold, has_checkpoint;
	uint16_t hold_s;
	uint32_t checkpoint_sn;
};

/** struct hpim_entry - A tree entry of a Sync (2.4). */
struct hpim_entry {
	struct ip_addr source, group;
	struct hpim_rpc rpc;
};

struct hpim_sync {
	uint32_t my_snapshot_sn, neighbor_snapshot_sn, neighbor_boot_time;
	bool is_master, has_more; /* has_more: this message carries trees */
	uint32_t sync_sn;
	struct hpim_hello options; /* has_more false */
	const uint8_t *entries;    /* has_more: undecoded, see hpim_entry_decode(); borrowed */
	size_t entry_count;
};

/** struct hpim_tree_msg - Types 2 to 6. */
struct hpim_tree_msg {
	struct ip_addr source, group;
	uint32_t sn;                 /* Ack: SN of the acknowledged message */
	struct hpim_rpc rpc;         /* IamUpstream only */
	uint32_t neighbor_boot_time; /* Ack only, and the next two */
	uint32_t neighbor_snapshot_sn, my_snapshot_sn;
};

struct hpim_msg {
	uint32_t boot_time;
	enum hpim_type type;
	struct hpim_security security;
	union {
		struct hpim_hello hello;
		struct hpim_sync sync;
		struct hpim_tree_msg tree;
	};
};

/**
 * hpim_decode() - Read one HPIM-DM message.
 * @family:  family of the IP packet; the message does not say.
 * @ret_msg: filled on success, untouched on failure. Sync entries point into @bytes.
 *
 * Return: 0, or -EBADMSG: short, unknown version or type, a security value longer than any hash,
 * bad option, a Hello without hold time, a Sync whose trees are not whole entries, an IPv6 address
 * that maps IPv4 (also inside the entries).
 * Source: 2.2 to 2.7. Bytes behind the fixed body of types 2..6 are ignored, as in the reference.
 */
int hpim_decode(enum ip_family family, const uint8_t *bytes, size_t len, struct hpim_msg *ret_msg);

/**
 * hpim_entry_decode() - Entry @i (below entry_count) of a Sync.
 *
 * Return: 0; hpim_decode() has already refused entries for which it would be -EBADMSG.
 */
int hpim_entry_decode(enum ip_family family, const struct hpim_sync *sync, size_t i,
		      struct hpim_entry *ret_entry);

/** hpim_entry_len() - Bytes of a Sync tree entry: 16 or 40. */
size_t hpim_entry_len(enum ip_family family);

/**
 * hpim_encode() - Write one message. For a Sync with trees @entries are sync.entry_count structs
 * and sync.entries is ignored; else @entries is NULL.
 *
 * The security value is written as it stands in @msg (zeroed before it is computed).
 * Return: bytes written, or 0 when @room is too small.
 */
size_t hpim_encode(const struct hpim_msg *msg, const struct hpim_entry *entries, uint8_t *bytes,
		   size_t room);

#endif
