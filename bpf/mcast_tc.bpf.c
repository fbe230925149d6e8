/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Multicast forwarding in TC, for trees with interfaces that XDP cannot serve. Sees what XDP
 * passed, if there is XDP, and consumes what it forwards.
 *
 * Frames are only read directly and changed by helpers: direct writes would make the kernel copy
 * every frame that something else looks at, before it is known whether it is ours.
 */
#include <linux/if_packet.h>
#include <linux/pkt_cls.h>
#include <linux/udp.h>

#include "capture.h"
#include "forward.h"
#include "rewrite.h"

/* What must be readable to decide: up to the type of an ICMPv6 message. */
#define HEADERS_LEN (ETH_HLEN + sizeof(struct ipv6hdr) + 1)

/* The longest of TCP; no other protocol but UDP is cut in segments that we could tell. */
#define TRANSPORT_MAX 60

/* Others may look at it next. */
#define PASSED TC_ACT_UNSPEC

static __noinline int leave(struct __sk_buff *skb, enum mfib_reason reason, __u32 link,
			    __u32 packets)
{
	capture(skb, HOOK_TC, skb->ifindex, reason, skb->len);
	stats_add(link, reason, packets, skb->len);
	return reason_is_drop(reason) ? TC_ACT_SHOT : PASSED;
}

/* Packets that were joined on arrival leave as they were. */
static __always_inline void fit_set_segment(struct packet *pkt, __u32 gso_size)
{
	__u32 network = pkt->is_ipv6 ? sizeof(struct ipv6hdr) : sizeof(struct iphdr);
	__u32 transport = pkt->proto == IPPROTO_UDP ? sizeof(struct udphdr) : TRANSPORT_MAX;

	pkt->fit = network + transport + gso_size;
}

/* Only what came in by a cable: what the router says itself comes round here, too. */
static __always_inline bool is_multicast_arrival(const struct __sk_buff *skb)
{
	return (skb->pkt_type == PACKET_MULTICAST || skb->pkt_type == PACKET_BROADCAST) &&
	       (proto_is_ip(skb->protocol) || proto_is_tag(skb->protocol));
}

static __always_inline int frame_parse(struct packet *pkt, struct __sk_buff *skb,
				       bool *ret_is_reserved)
{
	const struct ethhdr *eth;
	const void *end;
	int reason;

	if ((__u64)skb->data + HEADERS_LEN > skb->data_end)
		(void)bpf_skb_pull_data(skb, skb->len < HEADERS_LEN ? skb->len : HEADERS_LEN);
	eth = (const void *)(long)skb->data;
	end = (const void *)(long)skb->data_end;
	if ((const void *)(eth + 1) > end)
		return PARSE_NOT_OURS;
	*ret_is_reserved = mac_is_reserved(frame_mac(eth));
	reason = packet_parse(pkt, ethernet_proto(eth), eth + 1, end, skb->len - ETH_HLEN);
	if (reason == PARSE_LOOKUP && skb->gso_size)
		fit_set_segment(pkt, skb->gso_size);
	return reason;
}

/* TTL, protocol and checksum stand together; RFC 1624 as in XDP. */
static __always_inline long ttl_store(struct __sk_buff *skb, const struct packet *pkt)
{
	const __u32 at = ETH_HLEN + offsetof(struct iphdr, ttl);
	struct iphdr ip = { .ttl = pkt->ttl, .protocol = pkt->proto };
	__u8 hops = pkt->ttl - 1;
	long err;

	if (pkt->is_ipv6)
		/* The sum that the card computed changes; IPv4's own keeps its header at zero. */
		return bpf_skb_store_bytes(skb, ETH_HLEN + offsetof(struct ipv6hdr, hop_limit),
					   &hops, sizeof(hops), BPF_F_RECOMPUTE_CSUM);
	err = bpf_skb_load_bytes(skb, at, &ip.ttl, 4);
	if (err)
		return err;
	rewrite_ttl4(&ip);
	return bpf_skb_store_bytes(skb, at, &ip.ttl, 4, 0);
}

/** struct addresses - What an Ethernet header begins with. */
struct addresses {
	__u16 group_head;
	__u32 group_tail;
	__u8 source[ETH_ALEN];
} __attribute__((packed, aligned(2)));

/** struct walk - The outputs of a packet, one after the other. */
struct walk {
	struct __sk_buff *skb;
	const struct mfib_list *list;
	__u32 packets, bytes;
	__u32 ttl; /* as it arrived */
	/* The copy that has yet to be sent, since the last one needs no clone; ifindex 0: none. */
	__u32 ifindex, link;
	struct addresses addresses;
};

static __always_inline bool copy_prepare(const struct walk *walk)
{
	return bpf_skb_store_bytes(walk->skb, 0, &walk->addresses, sizeof(walk->addresses), 0) == 0;
}

static __always_inline void walk_count(const struct walk *walk, __u32 link, enum mfib_reason reason)
{
	stats_add(link, reason, walk->packets, walk->bytes);
}

/* One output; called by bpf_loop(). Return: 1 after the last. */
static long output_visit(__u32 i, struct walk *walk)
{
	const struct mfib_port *port;
	__u32 ifindex;

	if (i >= walk->list->count || i >= MFIB_LINKS_MAX)
		return 1;
	ifindex = walk->list->ifindex[i];
	port = port_find(ifindex);
	if (!port) {
		walk_count(walk, hpim_unknown_link, MFIB_R_NO_PORT);
		return 0;
	}
	if (walk->ttl <= port->threshold) {
		walk_count(walk, port->link, MFIB_R_THRESHOLD);
		return 0;
	}
	if (walk->ifindex) {
		bool is_sent =
			copy_prepare(walk) && bpf_clone_redirect(walk->skb, walk->ifindex, 0) == 0;

		walk_count(walk, walk->link, is_sent ? MFIB_R_SENT : MFIB_R_SEND_FAILED);
	}
	walk->ifindex = ifindex;
	walk->link = port->link;
	__builtin_memcpy(walk->addresses.source, port->mac, ETH_ALEN);
	return 0;
}

/* The last copy is the packet itself. What its output makes of it is not known. */
static __always_inline int copies_send(struct walk *walk)
{
	bool is_ready;

	bpf_loop(MFIB_LINKS_MAX, output_visit, walk, 0);
	if (!walk->ifindex)
		return TC_ACT_SHOT;
	is_ready = copy_prepare(walk);
	walk_count(walk, walk->link, is_ready ? MFIB_R_SENT : MFIB_R_SEND_FAILED);
	return is_ready ? bpf_redirect(walk->ifindex, 0) : TC_ACT_SHOT;
}

SEC("tc")
int hpim_tc(struct __sk_buff *skb)
{
	struct forward fwd = { .ifindex = skb->ifindex };
	struct walk walk = { .skb = skb,
			     .packets = skb->gso_segs > 1 ? skb->gso_segs : 1,
			     .bytes = skb->len };
	struct packet pkt = { .len = 0 };
	bool is_counted, is_reserved = false;
	struct mac group;
	int reason;

	/* A tag that stands beside the frame: the VLAN's own program will see it. */
	if (!is_multicast_arrival(skb) || skb->vlan_present)
		return PASSED;
	reason = frame_parse(&pkt, skb, &is_reserved);
	if (reason == PARSE_NOT_OURS)
		return PASSED;
	forward_resolve(&fwd);
	if (reason == PARSE_LOOKUP)
		reason = forward_decide(&fwd, &pkt, is_reserved, HOOK_TC);
	/* XDP counts what it passes, but for the trees that it leaves to TC. */
	is_counted = fwd.is_second && !(fwd.flags & MFIB_F_TC);
	/* In follow mode the kernel forwards what XDP passed: TC would discard it as its own. */
	if (is_counted && (hpim_follows || (reason != MFIB_R_FORWARDED && !reason_is_drop(reason))))
		return PASSED;
	if (reason != MFIB_R_FORWARDED)
		return leave(skb, reason, fwd.link, walk.packets);
	walk.list = bpf_map_lookup_elem(&output_lists, &fwd.set);
	if (!walk.list && is_counted)
		return PASSED;
	if (!walk.list)
		return leave(skb, MFIB_R_NO_SET, fwd.link, walk.packets);
	if (capture_is_due(fwd.capture_every))
		capture_send(skb, HOOK_TC, fwd.ifindex, MFIB_R_FORWARDED, walk.bytes);
	if (ttl_store(skb, &pkt))
		return leave(skb, MFIB_R_NO_ROOM, fwd.link, walk.packets);
	fwd.count->tc_packets += walk.packets;
	fwd.count->tc_bytes += pkt.len;
	stats_add(fwd.link, MFIB_R_FORWARDED, walk.packets, walk.bytes);
	walk.ttl = pkt.ttl;
	group = packet_mac(&pkt);
	walk.addresses.group_head = group.head;
	walk.addresses.group_tail = group.tail;
	return copies_send(&walk);
}

char _license[] SEC("license") = "GPL";
