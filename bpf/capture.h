/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BPF_CAPTURE_H
#define BPF_CAPTURE_H

/* Samples of packets for people, taken before anything is changed in them. */
#include <stdbool.h>

#include "hook.h"
#include "maps.h"

static __always_inline bool capture_is_due(__u32 every)
{
	return every && bpf_get_prandom_u32() % every == 0;
}

/* A buffer that is full loses samples, which is what samples are for. */
static __always_inline void capture_send(void *ctx, enum hook hook, __u32 ifindex,
					 enum mfib_reason reason, __u32 len)
{
	struct capture_record *record = bpf_ringbuf_reserve(&captures, sizeof(*record), 0);
	__u64 last = (len < CAPTURE_SNAP ? len : CAPTURE_SNAP) - 1; /* a frame has a header */
	long err;

	if (!record)
		return;
	record->at_ns = bpf_ktime_get_ns();
	record->ifindex = ifindex;
	record->reason = reason;
	record->len = len;
	/*
	 * That at least one byte is copied must be seen without a comparison, of which 6.1 draws no
	 * conclusion; hidden from the compiler, which would not mask what cannot be larger.
	 */
	asm volatile("" : "+r"(last));
	last &= CAPTURE_SNAP - 1;
	record->kept = last + 1;
	if (hook == HOOK_TC)
		err = bpf_skb_load_bytes(ctx, 0, record->data, last + 1);
	else
		err = bpf_xdp_load_bytes(ctx, 0, record->data, last + 1);
	if (err)
		bpf_ringbuf_discard(record, 0);
	else
		bpf_ringbuf_submit(record, 0);
}

/** capture() - Sample a packet that leaves by @reason, if settings ask for it. */
static __always_inline void capture(void *ctx, enum hook hook, __u32 ifindex,
				    enum mfib_reason reason, __u32 len)
{
	__u32 zero = 0;
	const struct mfib_settings *set = bpf_map_lookup_elem(&settings, &zero);

	if (set && capture_is_due(set->capture_every))
		capture_send(ctx, hook, ifindex, reason, len);
}

#endif
