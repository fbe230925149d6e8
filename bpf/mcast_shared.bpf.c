/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ingress program once more, for libxdp's dispatcher. It replaces a function there which leaves
 * frames as long as they are, and since 6.13, and patch levels of older kernels such as 6.12.117,
 * the verifier refuses a replacement that may change their length. So this one has no call that
 * could, and serves no VLANs: eport.c keeps them from it.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

static __always_inline long not_adjusted(struct xdp_md *ctx, int delta)
{
	(void)ctx;
	(void)delta;
	return -1;
}

#define HPIM_INGRESS_ONLY
#define hpim_ingress        hpim_shared
#define bpf_xdp_adjust_head not_adjusted
#define bpf_xdp_adjust_meta not_adjusted
#include "mcast_xdp.bpf.c"
