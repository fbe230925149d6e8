/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef HPIM_UPCALL_ABI_H
#define HPIM_UPCALL_ABI_H

/* Records the programs in bpf/ send up through the ring buffer `upcalls`. Append-only. */
#include <linux/types.h>

#include "hpim/ip_addr.h"

enum upcall_kind {
	UPCALL_MISS = 1,     /* no route; at most once per (S,G) in UPCALL_MISS_NS */
	UPCALL_WRONG_IF = 2, /* other input; once per (S,G) and interface in UPCALL_WRONG_IF_NS */
	UPCALL_NOTIFY = 3,   /* a route with MFIB_F_NOTIFY, which is cleared with this */
};

#define UPCALL_MISS_NS     200000000ull
#define UPCALL_WRONG_IF_NS 3000000000ull

/*
 * Misses that are passed to the kernel and may be reported, in each window. What comes beyond is
 * dropped as a flood: the kernel would keep no more than a few packets of each flow either.
 */
#define UPCALL_WINDOW_NS  100000000ull
#define UPCALL_LINK_MAX   256u /* by one interface, and beyond these a burst (below) */
#define UPCALL_SOURCE_MAX 128u /* by one source address */

/*
 * Many flows may begin at once, but not for long: in each minute one interface may have so many
 * more, while the daemon has read all but a few reports.
 */
#define UPCALL_BURST_NS  60000000000ull
#define UPCALL_BURST_MAX 16384u
#define UPCALL_WAITING   64u /* fewer reports than these wait */

/* Packets on wrong interfaces that are reported in each window, by one interface. */
#define UPCALL_WRONG_IF_MAX 256u

struct upcall_record {
	__u32 kind;    /* enum upcall_kind */
	__u32 ifindex; /* where the packet arrived */
	struct ip_addr source, group;
};

/** struct capture_record - Value of `captures`: a sampled packet as it arrived, and its verdict. */
#define CAPTURE_SNAP 256u

struct capture_record {
	__u64 at_ns;   /* CLOCK_MONOTONIC */
	__u32 ifindex; /* where it arrived */
	__u32 reason;  /* enum mfib_reason */
	__u32 len;     /* bytes of frame */
	__u32 kept;    /* of these, the first so many follow */
	__u8 data[CAPTURE_SNAP];
};

_Static_assert(sizeof(struct upcall_record) == 40, "upcall_record");
_Static_assert(sizeof(struct capture_record) == 24 + CAPTURE_SNAP, "capture_record");

#endif
