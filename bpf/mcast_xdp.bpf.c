/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Multicast forwarding in XDP: the ingress program decides and broadcasts to an output set, the
 * egress program gives each copy its source address and its tag. Neither may become xdp.frags:
 * broadcasting fragments corrupts memory on kernels without the cure for CVE-2026-64355.
 */
#include "capture.h"
#include "forward.h"
#include "rewrite.h"
#include "tag.h"

/* Called, not inlined: it is off the way of what is forwarded. */
static __noinline int leave(struct xdp_md *ctx, enum mfib_reason reason, __u32 ifindex, __u32 link,
			    __u32 bytes)
{
	if (link == LINK_UNRESOLVED)
		link = stats_link(ifindex);
	capture(ctx, HOOK_XDP, ifindex, reason, bytes);
	stats_count(link, reason, bytes);
	return reason_is_drop(reason) ? XDP_DROP : XDP_PASS;
}

/*
 * A frame to a unicast MAC address is not ours whatever it carries: the kernel routes it. Behind
 * the tag of a VLAN that XDP serves the input interface is that VLAN.
 */
static __always_inline int frame_parse(struct packet *pkt, struct forward *fwd, const void *data,
				       const void *end, __u32 *ret_tag_len)
{
	const struct ethhdr *eth = data;
	const void *packet = eth + 1;
	__be16 proto;

	if (packet > end || !(eth->h_dest[0] & 1))
		return PARSE_NOT_OURS;
	proto = ethernet_proto(eth);
	if (unlikely(proto_is_tag(proto))) {
		const struct tag *tag = packet;

		packet = tag + 1;
		if (packet > end || !tag_find(tag, proto, &fwd->ifindex))
			return MFIB_R_VLAN;
		proto = tag->proto;
		*ret_tag_len = sizeof(*tag);
	}
	return packet_parse(pkt, proto, packet, end, end - packet);
}

SEC("xdp")
int hpim_ingress(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *end = (void *)(long)ctx->data_end;
	struct forward fwd = { .link = LINK_UNRESOLVED, .ifindex = ctx->ingress_ifindex };
	__u32 tag_len = 0, bytes = end - data;
	struct packet pkt;
	void *set;
	int reason;

	reason = frame_parse(&pkt, &fwd, data, end, &tag_len);
	if (reason == PARSE_NOT_OURS)
		return XDP_PASS;
	if (reason == PARSE_LOOKUP)
		reason = forward_decide(&fwd, &pkt, HOOK_XDP);
	if (reason == FORWARD_LATER)
		return XDP_PASS;
	if (reason != MFIB_R_FORWARDED)
		return leave(ctx, reason, fwd.ifindex, fwd.link, bytes);
	set = bpf_map_lookup_elem(&output_sets, &fwd.set);
	if (!set)
		return leave(ctx, MFIB_R_NO_SET, fwd.ifindex, fwd.link, bytes);
	if (unlikely(fwd.flags & MFIB_F_TAGGED)) {
		if (!meta_put(ctx, fwd.set))
			return leave(ctx, MFIB_R_NO_ROOM, fwd.ifindex, fwd.link, bytes);
		data = (void *)(long)ctx->data;
		end = (void *)(long)ctx->data_end;
	}
	if (unlikely(capture_is_due(fwd.capture_every)))
		capture_send(ctx, HOOK_XDP, fwd.ifindex, MFIB_R_FORWARDED, bytes);
	/* Masked: the verifier need not remember what it is. */
	if (!rewrite_ttl(data + ETH_HLEN + (tag_len & sizeof(struct tag)), end, pkt.is_ipv6))
		return leave(ctx, MFIB_R_NO_SET, fwd.ifindex, fwd.link,
			     bytes); /* not reached: parsed before */
	fwd.count->packets++;
	fwd.count->bytes += pkt.len;
	stats_count(fwd.link, MFIB_R_FORWARDED, bytes);
	if (unlikely(tag_len) && !tag_strip(ctx, data, end))
		return XDP_ABORTED; /* not reached: there is a packet behind the tag */
	return bpf_redirect_map(set, 0, BPF_F_BROADCAST);
}

/* The TTL has been decremented before. */
static __always_inline bool is_within_threshold(const struct mfib_port *port, const void *data,
						const void *end)
{
	const struct ethhdr *eth = data;
	const struct iphdr *ip4 = (const void *)(eth + 1);
	const struct ipv6hdr *ip6 = (const void *)(eth + 1);

	if ((const void *)(ip4 + 1) > end)
		return true; /* not reached: it has been parsed */
	if (ethernet_proto(eth) == bpf_htons(ETH_P_IPV6))
		return ip6->hop_limit < port->threshold;
	return ip4->ttl < port->threshold;
}

static __noinline int copy_drop(__u32 link, enum mfib_reason reason, __u32 bytes)
{
	stats_count(link, reason, bytes);
	return XDP_DROP;
}

/* The only program of every devmap entry: a device keeps the first one it meets in a flush. */
SEC("xdp/devmap")
int hpim_egress(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *end = (void *)(long)ctx->data_end;
	struct mfib_meta *meta = (void *)(long)ctx->data_meta;
	__u32 bytes = end - data, ifindex = ctx->egress_ifindex;
	const struct mfib_port *port;
	bool is_tagged = false;

	if (unlikely((void *)(meta + 1) <= data) && meta->magic == MFIB_META_MAGIC) {
		ifindex = turn_take(meta, ifindex);
		if (bpf_xdp_adjust_meta(ctx, sizeof(*meta)))
			return copy_drop(hpim_unknown_link, MFIB_R_SEND_FAILED, bytes);
		data = (void *)(long)ctx->data;
		end = (void *)(long)ctx->data_end;
		is_tagged = true;
	}
	port = port_find(ifindex);
	if (!port || data + ETH_HLEN > end)
		return copy_drop(hpim_unknown_link, MFIB_R_NO_PORT, bytes);
	if (unlikely(port->threshold) && is_within_threshold(port, data, end))
		return copy_drop(port->link, MFIB_R_THRESHOLD, bytes);
	rewrite_source(data, port);
	if (unlikely(is_tagged) && port->vid) {
		if (!tag_push(ctx, port))
			return copy_drop(port->link, MFIB_R_SEND_FAILED, bytes);
		bytes += sizeof(struct tag);
	}
	stats_count(port->link, MFIB_R_SENT, bytes);
	return XDP_PASS;
}

char _license[] SEC("license") = "GPL";
