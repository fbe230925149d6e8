/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef HPIM_MFIB_ABI_H
#define HPIM_MFIB_ABI_H

/*
 * The maps shared by the programs in bpf/ and the daemon: keys, values, numbers. docs/ABI.md says
 * who writes and who reads each of them, and in which order. Everything is in host byte order
 * except addresses, which stand as in the packet. Lists are append-only.
 */
#include <linux/types.h>

#include "hpim/ip_addr.h"

#define MFIB_MAGIC   0x4d504948u /* the bytes "HPIM" on little-endian machines */
#define MFIB_VERSION 7

/* The oldest version whose maps the daemon carries over into its own. */
#define MFIB_VERSION_READ 3

/** struct mfib_settings - Map `settings`, one element: what the other maps mean. */
struct mfib_settings {
	__u32 magic;
	__u16 version;
	__u16 reasons; /* MFIB_R_COUNT of the writer */
	__u32 max_links, max_routes, max_sets;
	__u32 capture_every;  /* copy one packet of so many to `captures`; 0: none */
	__u64 lease_until_ns; /* CLOCK_MONOTONIC; past it nothing is forwarded. 0: no lease */
	__u64 line_key[9];    /* secret: which lines a tree can have, see struct mfib_line */
};

/** struct mfib_key4 - Key of map `route4`. */
struct mfib_key4 {
	__u8 source[4];
	__u8 group[4];
} __attribute__((aligned(8)));

/** struct mfib_key6 - Key of map `route6`. */
struct mfib_key6 {
	__u8 source[16];
	__u8 group[16];
} __attribute__((aligned(8)));

/* Flags of a route; the bits are those of the core. */
#define MFIB_F_WRONG_IF  (1u << 0)  /* report packets that arrive on another interface than iif */
#define MFIB_F_NOTIFY    (1u << 1)  /* report the next packet on iif; the program clears the flag */
#define MFIB_F_TRACK_TTL (1u << 2)  /* keep the greatest TTL or hop limit that arrived on iif */
#define MFIB_F_BROADCAST (1u << 3)  /* to all of the set, not to key 0: BPF_F_BROADCAST itself */
#define MFIB_F_TTL_SHIFT 16         /* 8 bits, follow mode: packets within this TTL pass */
#define MFIB_F_TAGGED    (1u << 29) /* some outputs of the set are VLANs: see `set_turns` */
#define MFIB_F_TC        (1u << 30) /* TC carries this tree: XDP passes */
#define MFIB_F_PASS      (1u << 31) /* the kernel carries this tree: XDP and TC pass */

/* mfib_entry.set of a route without outputs: negative knowledge, drop. */
#define MFIB_SET_NONE 0xffffffffu

/** struct mfib_entry - Value of `route4` and `route6`. One update switches all of it together. */
struct mfib_entry {
	__u32 iif;   /* ifindex of the only input accepted */
	__u32 set;   /* index into `output_sets`, key of `output_lists`, or MFIB_SET_NONE */
	__u32 flags; /* MFIB_F_* */
	__u32 slot;  /* index into `route_counts` and `route_ttls` */
	__u16 mtu;   /* longest IP packet that fits every output */
	__u16 link;  /* link number of iif */
	__u32 oif;   /* ifindex of the output of a set with room for one, untagged; else 0 */
	__u32 line;  /* index into `lines4` or `lines6`, or MFIB_LINE_NONE */
};

#define MFIB_LINE_NONE 0xffffffffu

/* The flags with which XDP forwards by a line; with another one it asks `route4` and `route6`. */
#define MFIB_LINE_FLAGS \
	(MFIB_F_WRONG_IF | MFIB_F_TRACK_TTL | MFIB_F_BROADCAST | 0xffu << MFIB_F_TTL_SHIFT)

/*
 * A tree is found at one of so many lines: from hash_keyed() of ctrl/base/hash.h with
 * mfib_settings.line_key, of source and group, modulo the number of lines, upwards.
 */
#define MFIB_LINE_PROBES 8u

/**
 * struct mfib_line - What XDP needs to forward by a route, and the counters that it changes.
 *
 * The daemon writes from @iif to @link, and the key, while @seq is odd. What was read under one
 * even @seq belongs together. @reach is the place's, whichever tree has the line.
 */
struct mfib_line {
	__u32 seq;
	__u32 iif;      /* as in mfib_entry; 0: look into the hash map */
	__u32 set, oif; /* as in mfib_entry; without a tree: until when the line rests */
	__u32 flags, slot;
	__u16 mtu;
	__u8 link;
	__u8 reach;  /* how many lines on the trees may be that hash to here */
	__u32 owner; /* CPU + 1 that counts below; the others in `route_counts`. 0: none yet */
	__u64 packets, bytes; /* as in mfib_route_count */
	__u64 seen_ns;
};

/** struct mfib_line4 - Element of `lines4`, a cache line; without a tree the key is all zeros. */
struct mfib_line4 {
	struct mfib_key4 key;
	struct mfib_line line;
};

/** struct mfib_line6 - Element of `lines6`, two cache lines; the second one has the counters. */
struct mfib_line6 {
	struct mfib_key6 key;
	struct mfib_line line;
	__u64 zero[5];
};

/** struct mfib_route_count - Value of `route_counts`, one per CPU. */
struct mfib_route_count {
	__u64 packets, bytes; /* forwarded in XDP, not counted in a line; bytes of IP packet */
	__u64 tc_packets, tc_bytes; /* forwarded in TC */
	__u64 seen_ns; /* last packet on iif, forwarded or not: CLOCK_MONOTONIC, two ticks late at
			  most */
};

/** struct mfib_list - Value of `output_lists`, by set: its outputs, for TC and for people. */
#define MFIB_LINKS_MAX 256

struct mfib_list {
	__u32 count;
	__u32 ifindex[MFIB_LINKS_MAX]; /* logical: a VLAN's own, not its port's; unused: 0 */
};

/* mfib_port.flags */
#define MFIB_PORT_XDP      (1u << 0) /* the ingress program is attached, here or on the carrier */
#define MFIB_PORT_ALLMULTI (1u << 1) /* IFF_ALLMULTI was set by the daemon */
#define MFIB_PORT_RXVLAN   (1u << 2) /* VLAN offload was switched off by the daemon */
#define MFIB_PORT_TC       (1u << 3) /* the TC program is attached */
#define MFIB_PORT_CARRIER  (1u << 4) /* not served itself, its link is max_links: carries VLANs */
#define MFIB_PORT_FINISH   (1u << 5) /* only copies get their address and count at ingress */
#define MFIB_PORT_DIRECT   (1u << 6) /* and leave by `direct_ports`, without the egress program */
#define MFIB_PORT_FINISHED (1u << 7) /* the egress program may meet copies that are finished */

/**
 * struct mfib_port - Value of `ports`, by ifindex.
 *
 * A VLAN that XDP serves on its port has that port as carrier, and the tag its frames have there.
 */
struct mfib_port {
	__u16 link;     /* link number; index into `port_counts` */
	__u16 flags;    /* MFIB_PORT_* */
	__u8 mac[6];    /* source address of what leaves here */
	__u16 vid;      /* VLAN identifier, 1 to 4094; 0: no tag */
	__u16 tpid;     /* EtherType of the tag, network byte order */
	__u8 threshold; /* only packets that arrive with a greater TTL or hop limit leave here */
	__u8 zero;
	__u32 carrier; /* ifindex of the port whose frames these are; without a tag its own */
};

/** struct mfib_tag - Key of `vlans`; the value is the ifindex of that VLAN. */
struct mfib_tag {
	__u32 carrier; /* ifindex of the port */
	__u16 vid;     /* 1 to 4094 */
	__u16 tpid;    /* network byte order */
};

/*
 * Value of `egress`, at ifindex modulo MFIB_EGRESS_SLOTS: what every copy needs of its output,
 * found without a hash. An interface whose slot is another's is looked up in `ports`.
 */
#define MFIB_EGRESS_SLOTS 1024u

struct mfib_egress {
	__u32 ifindex; /* whose slot it is; 0: free */
	struct mfib_port port;
};

/**
 * struct mfib_turn - Key of `set_turns`; the value is the ifindex of an output.
 *
 * With MFIB_F_TAGGED several outputs of a set may be one port with different tags. Each copy that
 * leaves by the port takes the next turn, from 0.
 */
struct mfib_turn {
	__u32 set, carrier, turn;
};

/*
 * What precedes a frame of a tagged set between both programs, as XDP metadata. The egress program
 * sees the copies of a packet for one port one after the other.
 */
#define MFIB_META_MAGIC 0x4d504d48u

struct mfib_meta {
	__u32 magic, set;
	__u32 packet; /* differs between packets that follow each other on one CPU */
	__u32 zero;
};

/*
 * Map `own_addresses`: key struct ip_addr, value one of these. No packet that arrives can have such
 * a source. RFC 1812, 5.3.7.
 */
#define MFIB_OWN_MAX       4096u
#define MFIB_OWN_ADDRESS   1u /* of this router */
#define MFIB_OWN_BROADCAST 2u /* of a subnet of this router */

/*
 * Every way through a program counts exactly one reason of the kinds SEND, DROP or PASS, on the
 * interface the packet came in by; NOTE stands beside it.
 * X(identifier, field, short name, kind)
 */
/* clang-format off */
#define MFIB_REASONS(X)                                                                            \
	X(FORWARDED, forwarded, "forwarded", SEND)	/* went to its output set */                \
	X(NEGATIVE, negative, "negative", DROP)		/* route without outputs */                \
	X(WRONG_IF, wrong_if, "wrong-if", DROP)		/* arrived on another interface */         \
	X(TTL, ttl, "ttl", DROP)			/* TTL or hop limit 1 or 0 */              \
	X(MISS, miss, "miss", PASS)			/* no route */                             \
	X(KERNEL, kernel, "kernel", PASS)		/* MFIB_F_PASS */                          \
	X(LINK_SCOPE, link_scope, "link-scope", PASS)	/* group never leaves the link */          \
	X(CONTROL, control, "control", PASS)		/* IGMP, MLD, protocol 103 */              \
	X(MALFORMED, malformed, "malformed", PASS)	/* lengths, version or checksum wrong */   \
	X(OPTIONS, options, "options", PASS)		/* IP options or hop-by-hop header */      \
	X(TOO_BIG, too_big, "too-big", PASS)		/* longer than mfib_entry.mtu */           \
	X(VLAN, vlan, "vlan", PASS)			/* multicast frame with a VLAN tag */      \
	X(LEASE, lease, "lease", PASS)			/* the daemon's lease ran out */           \
	X(NO_SET, no_set, "no-set", PASS)		/* the route names no existing set */      \
	X(NO_PORT, no_port, "no-port", NOTE)		/* copy dropped: output is not in `ports` */ \
	X(SENT, sent, "sent", NOTE)			/* copies that left by this interface */   \
	X(UPCALL, upcall, "upcall", NOTE)		/* reported to the daemon */               \
	X(UPCALL_LIMIT, upcall_limit, "upcall-limit", NOTE) /* not reported: rate limit */         \
	X(UPCALL_LOST, upcall_lost, "upcall-lost", NOTE)    /* not reported: ring buffer full */   \
	X(FLOOD, flood, "flood", DROP)			/* no route, over the limit of misses */   \
	X(UNATTACHED, unattached, "unattached", PASS)	/* its interface is not served */          \
	X(NO_ROOM, no_room, "no-room", PASS)		/* the driver leaves no room for a tag */  \
	X(THRESHOLD, threshold, "threshold", NOTE)	/* no copy: TTL within the threshold */    \
	X(SEND_FAILED, send_failed, "send-failed", NOTE) /* no copy: refused by the output */      \
	X(BAD_MAC, bad_mac, "bad-mac", DROP)		/* sent to an address of IEEE 802.1 */     \
	X(BAD_SOURCE, bad_source, "bad-source", DROP)	/* no host there can have this source */   \
	X(DRIVER_DROP, driver_drop, "driver-drop", NOTE) /* no copy: XDP sent it, the driver did not */ \
	X(KEEPALIVE, keepalive, "keepalive", PASS)	/* for the daemon that owns the table */
/* clang-format on */

enum mfib_reason {
#define X(id, field, name, kind) MFIB_R_##id,
	MFIB_REASONS(X)
#undef X
		MFIB_R_COUNT,
};

/* Room for reasons to come, so that appending one keeps the size. */
#define MFIB_REASONS_MAX 32

struct mfib_packets {
	__u64 packets, bytes; /* bytes of frame */
};

/**
 * struct mfib_port_count - Value of `port_counts`, by link number, one per CPU.
 *
 * Named fields make map dumps readable; the programs index it by enum mfib_reason. The last element
 * of the map is for interfaces that `ports` does not know.
 */
struct mfib_port_count {
#define X(id, field, name, kind) struct mfib_packets field;
	MFIB_REASONS(X)
#undef X
	struct mfib_packets later[MFIB_REASONS_MAX - MFIB_R_COUNT];
};

/** struct mfib_fold - What the program hpim_fold adds to the counts of this CPU. */
struct mfib_fold {
	__u32 index; /* of `route_counts`, or of `port_counts` */
	__u32 is_port;
	struct mfib_route_count route;
	struct mfib_port_count port;
};

_Static_assert(sizeof(struct mfib_settings) == 104, "mfib_settings");
_Static_assert(__builtin_offsetof(struct mfib_settings, lease_until_ns) == 24, "mfib_settings");
_Static_assert(sizeof(struct mfib_key4) == 8, "mfib_key4");
_Static_assert(sizeof(struct mfib_key6) == 32, "mfib_key6");
_Static_assert(sizeof(struct mfib_entry) == 28, "mfib_entry");
_Static_assert(__builtin_offsetof(struct mfib_entry, mtu) == 16, "mfib_entry");
_Static_assert(__builtin_offsetof(struct mfib_entry, oif) == 20, "mfib_entry");
_Static_assert(sizeof(struct mfib_line4) == 64, "mfib_line4");
_Static_assert(sizeof(struct mfib_line6) == 128, "mfib_line6");
_Static_assert(__builtin_offsetof(struct mfib_line6, line.packets) == 64, "mfib_line6");
_Static_assert(sizeof(struct mfib_route_count) == 40, "mfib_route_count");
_Static_assert(sizeof(struct mfib_list) == 4 + 4 * MFIB_LINKS_MAX, "mfib_list");
_Static_assert(sizeof(struct mfib_port) == 20, "mfib_port");
_Static_assert(__builtin_offsetof(struct mfib_port, mac) == 4, "mfib_port");
_Static_assert(__builtin_offsetof(struct mfib_port, carrier) == 16, "mfib_port");
_Static_assert(sizeof(struct mfib_tag) == 8, "mfib_tag");
_Static_assert(sizeof(struct mfib_egress) == 24, "mfib_egress");
_Static_assert(sizeof(struct mfib_turn) == 12, "mfib_turn");
_Static_assert(sizeof(struct mfib_meta) == 16, "mfib_meta");
_Static_assert(sizeof(struct mfib_port_count) == 16 * MFIB_REASONS_MAX, "mfib_port_count");

#endif
