/* SPDX-License-Identifier: GPL-2.0-only */
/* A program that a packet does not leave before the test says so, or for two seconds. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define STALL_MAX_NS 2000000000ull

__u32 is_inside, may_leave, has_left;

static long is_to_leave(__u32 i, const __u64 *until)
{
	const volatile __u32 *leaves = &may_leave;

	(void)i;
	return *leaves || bpf_ktime_get_ns() > *until;
}

SEC("xdp")
int stall(struct xdp_md *ctx)
{
	__u64 until = bpf_ktime_get_ns() + STALL_MAX_NS;

	(void)ctx;
	is_inside = 1;
	for (int i = 0; i < 16 && !may_leave; i++)
		bpf_loop(1 << 23, is_to_leave, &until, 0);
	has_left = 1;
	return XDP_DROP;
}

char _license[] SEC("license") = "GPL";
