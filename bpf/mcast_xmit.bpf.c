/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Copies that a driver dropped: the kernel gathers what XDP redirects to a device and hands it to
 * the driver in one call, whose answer only the tracepoint xdp:xdp_devmap_xmit shows. It is called
 * once for each of these bulks (16 frames), for all devices of the machine.
 */
#include "hook.h"
#include "stats.h"

/* It needs what the above bring. */
#include <bpf/bpf_tracing.h>

/* What is read of the kernel's objects, by their names in its BTF. */
#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct ns_common {
	unsigned int inum;
};

struct net {
	struct ns_common ns;
};

typedef struct {
	struct net *net;
} possible_net_t;

struct net_device {
	int ifindex;
	possible_net_t nd_net;
};
#pragma clang attribute pop

/* Where the frames of the self-test seem to come from: no driver redirects from there. */
#define LOOPBACK 1

/* Frames of self-tests that a driver did not take. */
__u64 probe_drops = 0;

/* The network namespace of the daemon, since an ifindex means another device in each. */
const volatile __u32 hpim_netns = 0;

/* What the egress program dropped of this bulk, and has counted, is in @drops as well. */
static __always_inline __u32 drops_of_driver(__u32 ifindex, __u32 drops)
{
	__u32 zero = 0, counted;
	struct egress_drops *own = bpf_map_lookup_elem(&egress_drops, &zero);

	if (!own || own->ifindex != ifindex)
		return drops;
	counted = egress_drops_are_recent(own) ? own->count : 0;
	own->count = 0;
	return drops > counted ? drops - counted : 0;
}

SEC("tp_btf/xdp_devmap_xmit")
int BPF_PROG(hpim_xmit, const struct net_device *from, const struct net_device *to, int sent,
	     int drops, int err)
{
	__u32 ifindex, lost;
	const struct mfib_port *port;

	(void)sent;
	(void)err;
	if (likely(drops <= 0) || to->nd_net.net->ns.inum != hpim_netns)
		return 0;
	if (from->ifindex == LOOPBACK) {
		__sync_fetch_and_add(&probe_drops, (__u32)drops);
		return 0;
	}
	ifindex = (__u32)to->ifindex;
	lost = drops_of_driver(ifindex, (__u32)drops);
	port = bpf_map_lookup_elem(&ports, &ifindex);
	if (lost && port) /* else another program's */
		stats_add(port->link, MFIB_R_DRIVER_DROP, lost, 0);
	return 0;
}

char _license[] SEC("license") = "GPL";
