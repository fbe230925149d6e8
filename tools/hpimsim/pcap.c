// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writing pcapng (draft-ietf-opsawg-pcapng): one section, one interface description for each link,
 * one enhanced packet block for each packet. Packets begin with their IP header.
 */
#include <assert.h>
#include <string.h>

#include "base/bytes.h"
#include "hpimsim/pcap.h"
#include "wire/inet.h"

#define BLOCK_SECTION     0x0a0d0d0au
#define BLOCK_INTERFACE   1u
#define BLOCK_PACKET      6u
#define BYTE_ORDER_MAGIC  0x1a2b3c4du
#define LINKTYPE_IPV4     228u
#define LINKTYPE_IPV6     229u
#define OPTION_NAME       2u
#define OPTION_RESOLUTION 9u
#define RESOLUTION_NS     9u
#define UNIX_NS           UINT64_C(1000000000000000000) /* as the clocks of the routers */
#define PACKET_MAX        2048u
#define PROTO_UDP         17u
#define DATA_PORT         10000u /* description of HPIM-DM, 9.0 */
#define DATA_LEN          16u

static void put_u16(FILE *file, uint32_t value)
{
	const uint8_t bytes[2] = { (uint8_t)value, (uint8_t)(value >> 8) };

	(void)fwrite(bytes, 1, sizeof(bytes), file); /* pcap_close() looks for errors */
}

static void put_u32(FILE *file, uint32_t value)
{
	put_u16(file, value & 0xffff);
	put_u16(file, value >> 16);
}

/* Bytes filled up to a multiple of four. */
static void put_padded(FILE *file, const void *bytes, size_t len)
{
	static const uint8_t zeros[4];

	(void)fwrite(bytes, 1, len, file);
	(void)fwrite(zeros, 1, -len & 3, file);
}

static uint32_t padded(size_t len)
{
	return (uint32_t)((len + 3) & ~(size_t)3);
}

static void put_section(FILE *file)
{
	put_u32(file, BLOCK_SECTION);
	put_u32(file, 28);
	put_u32(file, BYTE_ORDER_MAGIC);
	put_u16(file, 1);
	put_u16(file, 0);
	put_u32(file, UINT32_MAX); /* length of the section: unknown */
	put_u32(file, UINT32_MAX);
	put_u32(file, 28);
}

static void put_interface(FILE *file, enum ip_family family, const char *name)
{
	static const uint8_t resolution = RESOLUTION_NS;
	uint32_t len = 16 + 4 + padded(strlen(name)) + 8 + 4 + 4;

	put_u32(file, BLOCK_INTERFACE);
	put_u32(file, len);
	put_u16(file, family == IP_FAMILY_4 ? LINKTYPE_IPV4 : LINKTYPE_IPV6);
	put_u16(file, 0);
	put_u32(file, 0); /* packets are whole */
	put_u16(file, OPTION_NAME);
	put_u16(file, (uint32_t)strlen(name));
	put_padded(file, name, strlen(name));
	put_u16(file, OPTION_RESOLUTION);
	put_u16(file, 1);
	put_padded(file, &resolution, 1);
	put_u32(file, 0); /* end of options */
	put_u32(file, len);
}

static void put_packet(FILE *file, hp_time at, uint16_t lan, const uint8_t *bytes, size_t len)
{
	uint64_t time = UNIX_NS + (uint64_t)at;
	uint32_t block = 32 + padded(len);

	put_u32(file, BLOCK_PACKET);
	put_u32(file, block);
	put_u32(file, lan);
	put_u32(file, (uint32_t)(time >> 32));
	put_u32(file, (uint32_t)time);
	put_u32(file, (uint32_t)len);
	put_u32(file, (uint32_t)len);
	put_padded(file, bytes, len);
	put_u32(file, block);
}

/* ---- IP headers ---- */

struct ip_fields {
	struct ip_addr src, dst;
	uint8_t proto, ttl;
	bool has_router_alert;
};

static void wr_header4(struct writer *w, const struct ip_fields *ip, size_t len)
{
	uint8_t *start = w->at;
	uint8_t words = ip->has_router_alert ? 6 : 5;
	uint16_t sum;

	wr_u8(w, (uint8_t)(0x40 | words));
	wr_u8(w, 0);
	wr_u16(w, (uint16_t)(words * 4u + len));
	wr_u32(w, 0); /* never a fragment */
	wr_u8(w, ip->ttl);
	wr_u8(w, ip->proto);
	wr_u16(w, 0);
	wr_addr(w, &ip->src);
	wr_addr(w, &ip->dst);
	if (ip->has_router_alert)
		wr_u32(w, 0x94040000); /* RFC 2113 */
	sum = inet_checksum(start, words * 4u, 0);
	start[10] = (uint8_t)(sum >> 8);
	start[11] = (uint8_t)sum;
}

static void wr_header6(struct writer *w, const struct ip_fields *ip, size_t len)
{
	static const uint8_t router_alert[] = { 5, 2, 0, 0, 1, 0 }; /* RFC 2711, then padding */

	wr_u32(w, 0x60000000);
	wr_u16(w, (uint16_t)(len + (ip->has_router_alert ? 8 : 0)));
	wr_u8(w, ip->has_router_alert ? 0 : ip->proto);
	wr_u8(w, ip->ttl);
	wr_addr(w, &ip->src);
	wr_addr(w, &ip->dst);
	if (!ip->has_router_alert)
		return;
	wr_u8(w, ip->proto);
	wr_u8(w, 0);
	wr_bytes(w, router_alert, sizeof(router_alert));
}

static void wr_header(struct writer *w, const struct ip_fields *ip, size_t len)
{
	if (ip_addr_family(&ip->dst) == IP_FAMILY_4)
		wr_header4(w, ip, len);
	else
		wr_header6(w, ip, len);
}

static void on_frame(void *ctx, const struct sim_net *net, const struct sim_frame *frame)
{
	const struct pcap *pcap = ctx;
	struct ip_fields ip = {
		.src = frame->sent.src, .dst = frame->sent.dst, .proto = INET_PROTO_PIM, .ttl = 1
	};
	uint8_t bytes[PACKET_MAX];
	struct writer w = writer_over(bytes, sizeof(bytes));

	if (frame->sent.socket == SOCKET_GM) {
		ip.proto = net->family == IP_FAMILY_4 ? INET_PROTO_IGMP : INET_PROTO_ICMPV6;
		ip.has_router_alert = true;
	}
	wr_header(&w, &ip, frame->sent.len);
	wr_bytes(&w, frame->sent.bytes, frame->sent.len);
	assert(!w.bad);
	put_packet(pcap->file, net->now, frame->lan, bytes, wr_len(&w));
}

/* UDP whose bytes are the time at which the source has sent the packet. */
static void on_packet(void *ctx, const struct sim_net *net, const struct sim_copy *copy)
{
	const struct pcap *pcap = ctx;
	const struct sim_packet *packet = copy->packet;
	const struct sim_host *host = &net->topo.hosts[packet->host];
	const struct ip_fields ip = {
		.src = sim_topo_subnet(&net->topo, net->family, host->lan, host->host).addr,
		.dst = sim_topo_group(net->family, packet->group),
		.proto = PROTO_UDP,
		.ttl = copy->ttl,
	};
	uint8_t bytes[PACKET_MAX], *udp;
	struct writer w = writer_over(bytes, sizeof(bytes));
	uint16_t sum;

	wr_header(&w, &ip, DATA_LEN);
	udp = w.at;
	wr_u16(&w, DATA_PORT);
	wr_u16(&w, DATA_PORT);
	wr_u16(&w, DATA_LEN);
	wr_u16(&w, 0);
	wr_u32(&w, (uint32_t)((uint64_t)packet->sent_at >> 32));
	wr_u32(&w, (uint32_t)packet->sent_at);
	if (net->family == IP_FAMILY_6) { /* where UDP must have a checksum */
		sum = inet_checksum(udp, DATA_LEN,
				    inet_pseudo_sum(&ip.src, &ip.dst, PROTO_UDP, DATA_LEN));
		udp[6] = (uint8_t)(sum >> 8);
		udp[7] = (uint8_t)sum;
	}
	put_packet(pcap->file, net->now, copy->lan, bytes, wr_len(&w));
}

bool pcap_open(struct pcap *pcap, const struct sim_topo *topo, enum ip_family family,
	       const char *path)
{
	pcap->file = fopen(path, "wbe");
	if (!pcap->file)
		return false;
	put_section(pcap->file);
	for (uint16_t i = 0; i < topo->lan_count; i++)
		put_interface(pcap->file, family, topo->lans[i].name);
	return true;
}

struct sim_net_tap pcap_tap(struct pcap *pcap)
{
	return (struct sim_net_tap){ .ctx = pcap, .frame = on_frame, .packet = on_packet };
}

bool pcap_close(struct pcap *pcap)
{
	bool is_good = !ferror(pcap->file);

	return fclose(pcap->file) == 0 && is_good;
}
