/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BPF_CLOCK_H
#define BPF_CLOCK_H

/*
 * CLOCK_MONOTONIC_COARSE, which changes with the tick, asked for once in a tick: counting ticks
 * costs a packet nothing, and the clock 15 ns. A CPU that sees the tick before the clock does, or
 * is interrupted in between, leaves a time that is one tick too old, until the next one.
 */
#include "hook.h"
#include "maps.h"

static __u64 clock_tick, clock_ns;

/** clock_now() - CLOCK_MONOTONIC_COARSE, at most a tick late. */
static __always_inline __u64 clock_now(void)
{
	__u64 tick = bpf_jiffies64();

	if (unlikely(*(volatile __u64 *)&clock_tick != tick)) {
		*(volatile __u64 *)&clock_ns = bpf_ktime_get_coarse_ns();
		*(volatile __u64 *)&clock_tick = tick;
	}
	return *(volatile __u64 *)&clock_ns;
}

#endif
