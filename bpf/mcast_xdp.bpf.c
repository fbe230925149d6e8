/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Multicast forwarding in XDP: the ingress program decides and broadcasts to an output set, the
 * egress program gives each copy its source address. Neither may become xdp.frags: broadcasting
 * fragments corrupts memory on kernels without the cure for CVE-2026-64355.
 */
#include "forward.h"
#include "rewrite.h"

static __always_inline int leave(enum mfib_reason reason, __u32 ifindex, __u32 link, __u64 bytes)
{
	if (link == LINK_UNRESOLVED)
		link = stats_link(ifindex);
	stats_count(link, reason, bytes);
	return reason_is_drop(reason) ? XDP_DROP : XDP_PASS;
}

SEC("xdp")
int hpim_ingress(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *end = (void *)(long)ctx->data_end;
	struct forward fwd = { .link = LINK_UNRESOLVED };
	struct packet pkt;
	void *set;
	int reason;

	reason = packet_parse(&pkt, data, end);
	if (reason == PARSE_NOT_OURS)
		return XDP_PASS;
	if (reason == PARSE_LOOKUP)
		reason = forward_decide(&fwd, &pkt, ctx->ingress_ifindex);
	if (reason != MFIB_R_FORWARDED)
		return leave(reason, ctx->ingress_ifindex, fwd.link, end - data);
	set = bpf_map_lookup_elem(&output_sets, &fwd.set);
	if (!set || !rewrite_ttl(data, end, pkt.is_ipv6))
		return leave(MFIB_R_NO_SET, ctx->ingress_ifindex, fwd.link, end - data);
	stats_count(fwd.link, MFIB_R_FORWARDED, end - data);
	return bpf_redirect_map(set, 0, BPF_F_BROADCAST);
}

/* Source address and link number of an output; NULL: it is not served. */
static __always_inline const __u8 *egress_find(__u32 ifindex, __u32 *ret_link)
{
	__u32 slot = ifindex % MFIB_EGRESS_SLOTS;
	const struct mfib_egress *own = bpf_map_lookup_elem(&egress, &slot);
	const struct mfib_port *port;

	if (own && own->ifindex == ifindex) {
		*ret_link = own->link;
		return own->mac;
	}
	port = bpf_map_lookup_elem(&ports, &ifindex);
	if (!port)
		return NULL;
	*ret_link = port->link;
	return port->mac;
}

/* The only program of every devmap entry: a device keeps the first one it meets in a flush. */
SEC("xdp/devmap")
int hpim_egress(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *end = (void *)(long)ctx->data_end;
	__u32 link = hpim_unknown_link;
	const __u8 *mac = egress_find(ctx->egress_ifindex, &link);
	struct ethhdr *eth = data;

	if (!mac || (void *)(eth + 1) > end) {
		stats_count(hpim_unknown_link, MFIB_R_NO_PORT, end - data);
		return XDP_DROP;
	}
	__builtin_memcpy(eth->h_source, mac, ETH_ALEN);
	stats_count(link, MFIB_R_SENT, end - data);
	return XDP_PASS;
}

char _license[] SEC("license") = "GPL";
