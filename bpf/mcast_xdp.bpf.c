/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Multicast forwarding in XDP: the ingress program decides and broadcasts to an output set, the
 * egress program gives each copy its source address and its tag. Neither may become xdp.frags:
 * broadcasting fragments corrupts memory on kernels without the fix for CVE-2026-64355.
 */
#include "capture.h"
#include "forward.h"
#include "line.h"
#include "rewrite.h"
#include "tag.h"

static int leave(struct xdp_md *ctx, enum mfib_reason reason, const struct forward *fwd,
		 __u32 bytes)
{
	__u32 link = fwd->link;

	if (link == LINK_UNRESOLVED)
		link = stats_link(fwd->ifindex);
	capture(ctx, HOOK_XDP, fwd->ifindex, reason, bytes);
	stats_count(link, reason, bytes);
	return reason_is_drop(reason) ? XDP_DROP : XDP_PASS;
}

static __always_inline void forwarded_count(const struct forward *fwd, const struct packet *pkt,
					    __u32 bytes)
{
	fwd->count->packets++;
	fwd->count->bytes += pkt->len;
	stats_count(fwd->link, MFIB_R_FORWARDED, bytes);
}

/* Behind the tag of a VLAN that XDP serves the input interface is that VLAN. */
static __always_inline int frame_parse(struct packet *pkt, struct forward *fwd, const void *data,
				       const void *end, __u32 *ret_tag_len, bool *ret_is_reserved)
{
	const struct ethhdr *eth = data;
	const void *packet = eth + 1;
	__be16 proto;

	if (packet > end)
		return PARSE_NOT_OURS; /* not reached */
	proto = ethernet_proto(eth);
	*ret_is_reserved = mac_is_reserved(frame_mac(eth));
	if (proto_is_tag(proto)) {
		const struct tag *tag = packet;

		packet = tag + 1;
		if (packet > end || !tag_find(tag, proto, &fwd->ifindex))
			return MFIB_R_VLAN;
		proto = tag->proto;
		*ret_tag_len = sizeof(*tag);
	}
	return packet_parse(pkt, proto, packet, end, end - packet);
}

/* Where there is one output, a look at it is faster than a walk over the set. */
static __always_inline int outputs_redirect(void *set, __u32 flags)
{
	_Static_assert(MFIB_F_BROADCAST == BPF_F_BROADCAST, "the route's bit is the helper's");
	return bpf_redirect_map(set, 0, flags & MFIB_F_BROADCAST);
}

/* The port of a tree's only output, if copies for it are finished here; NULL: they are not. */
static __always_inline const struct mfib_port *only_output(__u32 oif)
{
	const struct mfib_egress *own = oif ? egress_find(oif) : NULL;

	return own && own->port.flags & MFIB_PORT_FINISH ? &own->port : NULL;
}

/*
 * A call of its own: of a call for one of two maps the kernel does not know the map, and goes by
 * its table of functions instead of calling the right one, 12 ns where that needs retpolines.
 */
static __always_inline int direct_redirect(const struct mfib_port *only)
{
	long verdict = bpf_redirect_map(&direct_ports, only->link, 0);

	asm volatile("" : "+r"(verdict));
	return (int)verdict;
}

/*
 * The packet itself is the copy. A device keeps the egress program of the first frame of a flush,
 * or that it had none: so whether it is needed is the device's property, not the tree's, and while
 * that changes frames are finished and meet the program (docs/ABI.md).
 * @frame: an Ethernet header can be written.
 */
static __always_inline void only_finish(void *frame, const struct mfib_port *port, __u32 bytes)
{
	rewrite_source(frame, port);
	stats_count(port->link, MFIB_R_SENT, bytes);
}

/*
 * A packet that is forwarded and is not plain: it has a tag or another address than its group's,
 * gets a tag, or is looked at.
 */
static __always_inline int frame_send(struct xdp_md *ctx, const struct forward *fwd,
				      const struct packet *pkt, __u32 tag_len)
{
	__u32 set_index = fwd->set, bytes = ctx->data_end - ctx->data;
	void *set = bpf_map_lookup_elem(&output_sets, &set_index);
	const struct mfib_port *only;
	void *data, *end;

	if (!set)
		return leave(ctx, MFIB_R_NO_SET, fwd, bytes);
	if (fwd->flags & MFIB_F_TAGGED && !meta_put(ctx, set_index))
		return leave(ctx, MFIB_R_NO_ROOM, fwd, bytes);
	if (capture_is_due(fwd->capture_every))
		capture_send(ctx, HOOK_XDP, fwd->ifindex, MFIB_R_FORWARDED, bytes);
	data = (void *)(long)ctx->data;
	end = (void *)(long)ctx->data_end;
	/* Masked: the verifier need not remember what it is. */
	if (!rewrite_ttl(data + ETH_HLEN + (tag_len & sizeof(struct tag)), end, pkt->is_ipv6) ||
	    !rewrite_group(data, end, packet_mac(pkt)))
		return leave(ctx, MFIB_R_NO_SET, fwd, bytes); /* not reached: parsed before */
	forwarded_count(fwd, pkt, bytes);
	only = only_output(fwd->oif);
	if (only)
		only_finish(data, only, bytes - tag_len);
	if (tag_len && !tag_strip(ctx, data, end))
		return XDP_ABORTED; /* not reached: there is a packet behind the tag */
	if (only && only->flags & MFIB_PORT_DIRECT)
		return direct_redirect(only);
	return outputs_redirect(set, fwd->flags);
}

/* Everything but plain forwarding. Called, not inlined, which keeps that fast. */
static __noinline int ingress_other(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *end = (void *)(long)ctx->data_end;
	struct forward fwd = { .link = LINK_UNRESOLVED, .ifindex = ctx->ingress_ifindex };
	struct packet pkt = { .len = 0 };
	__u32 tag_len = 0;
	bool is_reserved = false;
	int reason = frame_parse(&pkt, &fwd, data, end, &tag_len, &is_reserved);

	if (reason == PARSE_NOT_OURS)
		return XDP_PASS;
	if (reason == PARSE_LOOKUP)
		reason = forward_decide(&fwd, &pkt, is_reserved, HOOK_XDP);
	if (reason == FORWARD_LATER)
		return XDP_PASS;
	if (reason != MFIB_R_FORWARDED)
		return leave(ctx, reason, &fwd, end - data);
	return frame_send(ctx, &fwd, &pkt, tag_len);
}

#define LINE_NOT (-1)

/* Return: a verdict, or LINE_NOT, and nothing was changed or counted. */
static __always_inline int line_ingress(struct xdp_md *ctx, void *data, void *end,
					const bool is_ipv6)
{
	void *packet = data + ETH_HLEN, *set = NULL;
	const struct mfib_port *only;
	union line_rule rule;
	struct mfib_line *line;
	struct packet pkt;
	bool is_direct;
	__u64 now;

	if (!tree_packet_parse(&pkt, packet, end, end - packet, is_ipv6) ||
	    !mac_equal(frame_mac(data), packet_mac(&pkt)))
		return LINE_NOT;
	line = line_forwards(ctx->ingress_ifindex, &pkt, is_ipv6, &rule, &now);
	if (!line)
		return LINE_NOT;
	only = only_output(rule.line.oif);
	is_direct = only && only->flags & MFIB_PORT_DIRECT;
	if (!is_direct)
		set = bpf_map_lookup_elem(&output_sets, &rule.line.set);
	if ((!is_direct && !set) || !rewrite_ttl(packet, end, is_ipv6))
		return LINE_NOT;
	line_count(line, &rule, &pkt, now);
	stats_count(rule.line.link, MFIB_R_FORWARDED, end - data);
	if (only)
		only_finish(data, only, end - data);
	return is_direct ? direct_redirect(only) : outputs_redirect(set, rule.line.flags);
}

/*
 * A frame to a unicast MAC address is not ours whatever it carries: the kernel routes it. What is
 * not forwarded by a line is looked at again, since one way out is what the compiler makes fast.
 */
SEC("xdp")
int hpim_ingress(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	int verdict = LINE_NOT;
	__be16 proto;

	if (data + ETH_HLEN > end || !(*(const __u8 *)data & 1))
		return XDP_PASS;
	proto = ethernet_proto(data);
	if (proto_is_ipv4(proto))
		verdict = line_ingress(ctx, data, end, false);
	else if (proto_is_ipv6(proto))
		verdict = line_ingress(ctx, data, end, true);
	return verdict == LINE_NOT ? ingress_other(ctx) : verdict;
}

#ifndef HPIM_INGRESS_ONLY

/* The TTL has been decremented before. */
static __always_inline bool is_within_threshold(const struct mfib_port *port, const void *data,
						const void *end)
{
	const struct ethhdr *eth = data;
	const struct iphdr *ip4 = (const void *)(eth + 1);
	const struct ipv6hdr *ip6 = (const void *)(eth + 1);

	if ((const void *)(ip4 + 1) > end)
		return true; /* not reached: it has been parsed */
	if (proto_is_ipv6(ethernet_proto(eth)))
		return ip6->hop_limit < port->threshold;
	return ip4->ttl < port->threshold;
}

static __always_inline int copy_drop(const struct xdp_md *ctx, __u32 link, enum mfib_reason reason,
				     __u32 bytes)
{
	egress_drops_add(ctx->egress_ifindex);
	stats_count(link, reason, bytes);
	return XDP_DROP;
}

/* The output that a copy is for. False: the metadata that says it cannot be removed. */
static __always_inline bool copy_output(struct xdp_md *ctx, __u32 *ret_ifindex, bool *ret_is_turn)
{
	const struct mfib_meta *meta = (const void *)(long)ctx->data_meta;

	*ret_ifindex = ctx->egress_ifindex;
	*ret_is_turn = (const void *)(meta + 1) <= (const void *)(long)ctx->data &&
		       meta->magic == MFIB_META_MAGIC;
	if (!*ret_is_turn)
		return true;
	*ret_ifindex = turn_take(meta, ctx->egress_ifindex);
	return bpf_xdp_adjust_meta(ctx, sizeof(*meta)) == 0;
}

/* Whether the ingress program has finished a copy. */
static __always_inline bool source_is_of(const struct ethhdr *eth, const struct mfib_port *port)
{
	const __u8 *from = eth->h_source;

	return *(const __u32 *)from == *(const __u32 *)port->mac &&
	       *(const __u16 *)(from + 4) == *(const __u16 *)(port->mac + 4);
}

/* Every copy that is not plain: of a set with VLANs, or for an output with a threshold. */
static __noinline int egress_other(struct xdp_md *ctx)
{
	__u32 bytes = ctx->data_end - ctx->data, ifindex;
	const struct mfib_port *port;
	void *data, *end;
	bool is_turn;

	if (!copy_output(ctx, &ifindex, &is_turn))
		return copy_drop(ctx, hpim_unknown_link, MFIB_R_SEND_FAILED, bytes);
	port = port_find(ifindex);
	data = (void *)(long)ctx->data;
	end = (void *)(long)ctx->data_end;
	/* Without metadata a copy for a VLAN would leave by its port untagged. */
	if (!port || port->flags & MFIB_PORT_CARRIER || data + ETH_HLEN > end)
		return copy_drop(ctx, hpim_unknown_link, MFIB_R_NO_PORT, bytes);
	if (port->flags & MFIB_PORT_FINISHED && !is_turn && source_is_of(data, port))
		return XDP_PASS;
	if (port->threshold && is_within_threshold(port, data, end))
		return copy_drop(ctx, port->link, MFIB_R_THRESHOLD, bytes);
	rewrite_source(data, port);
	if (is_turn && port->vid) {
		if (!tag_push(ctx, port))
			return copy_drop(ctx, port->link, MFIB_R_SEND_FAILED, bytes);
		bytes += sizeof(struct tag);
	}
	stats_count(port->link, MFIB_R_SENT, bytes);
	return XDP_PASS;
}

/*
 * The only program of every devmap entry but those of `direct_ports`: a device keeps the first one
 * it meets in a flush, or none.
 */
SEC("xdp/devmap")
int hpim_egress(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *end = (void *)(long)ctx->data_end;
	__u32 ifindex = ctx->egress_ifindex, slot = ifindex % MFIB_EGRESS_SLOTS;
	const struct mfib_egress *own = bpf_map_lookup_elem(&egress, &slot);

	if (unlikely(!own || own->ifindex != ifindex || own->port.threshold) ||
	    own->port.flags & (MFIB_PORT_CARRIER | MFIB_PORT_FINISHED) ||
	    (void *)(long)ctx->data_meta != data || data + ETH_HLEN > end)
		return egress_other(ctx);
	rewrite_source(data, &own->port);
	stats_count(own->port.link, MFIB_R_SENT, end - data);
	return XDP_PASS;
}

#endif

char _license[] SEC("license") = "GPL";
