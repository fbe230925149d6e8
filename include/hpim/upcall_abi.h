/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef HPIM_UPCALL_ABI_H
#define HPIM_UPCALL_ABI_H

/* Records the programs in bpf/ send up through the ring buffer `upcalls`. Append-only. */
#include <linux/types.h>

#include "hpim/ip_addr.h"

enum upcall_kind {
	UPCALL_MISS = 1, /* no route; at most once per (S,G) in UPCALL_MISS_NS */
	UPCALL_WRONG_IF =
		2, /* not the route's input; once per (S,G) and interface in UPCALL_WRONG_IF_NS */
};

#define UPCALL_MISS_NS     200000000ull
#define UPCALL_WRONG_IF_NS 3000000000ull

struct upcall_record {
	__u32 kind;    /* enum upcall_kind */
	__u32 ifindex; /* where the packet arrived */
	struct ip_addr source, group;
};

_Static_assert(sizeof(struct upcall_record) == 40, "upcall_record");

#endif
