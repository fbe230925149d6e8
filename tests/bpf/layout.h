/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LAYOUT_H
#define LAYOUT_H

/* The structs of layout.bpf.c, which have the names of ours there; a test calls them otherwise. */
#include <linux/types.h>

#ifndef OLD
#define OLD(name) mfib_##name
#endif

struct OLD(settings) {
	__u32 magic; /* these two are where they are in every version */
	__u16 version;
	__u16 later;
	__u64 lease_until_ns;
	__u32 max_sets, max_routes, max_links;
};

struct OLD(key4) {
	__u8 group[4];
	__u8 source[4];
};

struct OLD(key6) {
	__u8 group[16];
	__u8 source[16];
};

struct OLD(entry) {
	__u64 later;
	__u64 set;
	__u32 flags;
	__u16 slot;
	__u16 line;
	__u32 iif;
};

struct OLD(line) {
	__u64 seen_ns;
	__u32 later;
	__u32 packets;
	__u64 bytes;
};

struct OLD(line4) {
	__u64 later;
	struct OLD(line) line;
	struct OLD(key4) key;
};

struct OLD(line6) {
	struct OLD(line) line;
	struct OLD(key6) key;
};

struct OLD(route_count) {
	__u64 seen_ns;
	__u32 packets;
	__u32 later;
	__u64 bytes; /* and nothing of TC */
};

struct OLD(list) {
	__u16 count;
	__u16 later;
	__u32 ifindex[4];
};

struct OLD(port) {
	__u32 carrier;
	__u8 mac[6];
	__u8 link;
	__u8 flags; /* no tags, no threshold */
};

struct OLD(packets) {
	__u64 bytes;
	__u32 packets;
	__u32 later;
};

struct OLD(port_count) {
	struct OLD(packets) gone, ttl, forwarded;
};

#endif
