// SPDX-License-Identifier: GPL-2.0-only
/* Frames of the wires: Ethernet and IP headers are taken off here. */
#include "hpimlab/capture.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/udp.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "wire/igmp.h"
#include "wire/mld.h"

#define FRAME_MAX      65536u
#define BUFFER_BYTES   (32 << 20)
#define PORTS_MAX      (SIM_ROUTERS_MAX * SIM_PORTS_MAX + SIM_HOSTS_MAX)
#define UNDERWAY_MAX   HP_MS(500) /* a packet has then passed every link that it will */
#define PROTO_PIM      103u
#define HOP_BY_HOP     0u
#define PCAP_MAGIC     UINT32_C(0xa1b2c3d4)
#define LINKTYPE_ETHER 1u

/* The port of a sender among the wires. */
struct end {
	unsigned int ifindex;
	uint16_t lan, sender, port; /* as struct sim_frame */
};

struct sent {
	struct sim_packet *packet;
	uint32_t number;
	hp_time at; /* of lab_now(), which goes on while the clock of the network stands */
};

struct capture {
	int fd;
	struct sim_net *net;
	struct end ends[PORTS_MAX];
	size_t end_count;
	struct sent *sent;
	size_t sent_count, sent_room;
	FILE *files[SIM_LANS_MAX];
	uint8_t frame[FRAME_MAX];
};

/* A frame without its headers. */
struct payload {
	struct ip_addr src, dst;
	uint8_t proto;
	const uint8_t *bytes;
	size_t len;
};

/* ---- opening ---- */

static void add_end(struct capture *capture, const char *node, const char *port, uint16_t lan,
		    uint16_t sender, uint16_t number)
{
	char name[LAB_NAME_LEN];

	assert(capture->end_count < PORTS_MAX);
	capture->ends[capture->end_count++] =
		(struct end){ .ifindex = if_nametoindex(lab_port_name(node, port, name)),
			      .lan = lan,
			      .sender = sender,
			      .port = number };
}

static void find_ends(struct capture *capture, const struct sim_topo *topo)
{
	for (uint16_t i = 0; i < topo->router_count; i++)
		for (uint16_t p = 0; p < topo->routers[i].port_count; p++)
			add_end(capture, topo->routers[i].name, topo->routers[i].ports[p].name,
				topo->routers[i].ports[p].lan, i, p);
	for (uint16_t i = 0; i < topo->host_count; i++)
		add_end(capture, topo->hosts[i].name, "eth0", topo->hosts[i].lan, i, SIM_NONE);
}

static bool files_open(struct capture *capture, const struct sim_topo *topo, const char *folder)
{
	const struct {
		uint32_t magic;
		uint16_t major, minor;
		uint32_t zone, accuracy, longest, link;
	} header = { PCAP_MAGIC, 2, 4, 0, 0, FRAME_MAX, LINKTYPE_ETHER };
	char path[400];

	for (uint16_t i = 0; folder && i < topo->lan_count; i++) {
		(void)snprintf(path, sizeof(path), "%s/%s.pcap", folder, topo->lans[i].name);
		capture->files[i] = fopen(path, "we");
		if (!capture->files[i]) {
			fprintf(stderr, "hpimlab: cannot write %s: %s\n", path, strerror(errno));
			return false;
		}
		(void)fwrite(&header, sizeof(header), 1, capture->files[i]); /* see files_close() */
	}
	return true;
}

static void files_close(struct capture *capture)
{
	for (uint16_t i = 0; i < SIM_LANS_MAX; i++)
		if (capture->files[i] && (ferror(capture->files[i]) | fclose(capture->files[i])))
			fprintf(stderr, "hpimlab: the capture of %s is not complete\n",
				capture->net->topo.lans[i].name);
}

/* The calling thread is in the namespace of the wires meanwhile. */
static bool listen_there(struct capture *capture, const struct lab *lab)
{
	int here = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC), there = lab_netns(lab, "wires");
	int bytes = BUFFER_BYTES;
	bool is_done = here >= 0 && there >= 0 && setns(there, CLONE_NEWNET) == 0;

	if (is_done) {
		find_ends(capture, lab->topo);
		capture->fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
				     htons(ETH_P_ALL));
		is_done = capture->fd >= 0 && setsockopt(capture->fd, SOL_SOCKET, SO_RCVBUFFORCE,
							 &bytes, sizeof(bytes)) == 0;
		is_done = setns(here, CLONE_NEWNET) == 0 && is_done;
	}
	if (!is_done)
		fprintf(stderr, "hpimlab: cannot listen to the wires: %s\n", strerror(errno));
	close(here);
	close(there);
	return is_done;
}

struct capture *capture_open(const struct lab *lab, struct sim_net *net, const char *folder)
{
	struct capture *capture = calloc(1, sizeof(*capture));

	assert(capture);
	capture->fd = -1;
	capture->net = net;
	if (listen_there(capture, lab) && files_open(capture, lab->topo, folder))
		return capture;
	capture_close(capture);
	return NULL;
}

void capture_close(struct capture *capture)
{
	if (!capture)
		return;
	for (size_t i = 0; i < capture->sent_count; i++)
		sim_packet_put(capture->net, capture->sent[i].packet);
	free(capture->sent);
	files_close(capture);
	if (capture->fd >= 0)
		close(capture->fd);
	free(capture);
}

/* ---- headers ---- */

static bool ipv4_payload(const uint8_t *bytes, size_t len, struct payload *ret_payload)
{
	const struct iphdr *ip = (const void *)bytes;
	size_t header, all;

	if (len < sizeof(*ip))
		return false;
	header = ip->ihl * 4u;
	all = ntohs(ip->tot_len);
	if (header < sizeof(*ip) || all < header || all > len || ntohs(ip->frag_off) & 0x3fff)
		return false;
	*ret_payload = (struct payload){
		.src = ip_addr_from_bytes(IP_FAMILY_4, (const uint8_t *)&ip->saddr),
		.dst = ip_addr_from_bytes(IP_FAMILY_4, (const uint8_t *)&ip->daddr),
		.proto = ip->protocol,
		.bytes = bytes + header,
		.len = all - header,
	};
	return true;
}

/* MLD has the Router Alert in a hop-by-hop header. */
static bool ipv6_payload(const uint8_t *bytes, size_t len, struct payload *ret_payload)
{
	const struct ip6_hdr *ip = (const void *)bytes;
	size_t header = sizeof(*ip), all;
	uint8_t proto;

	if (len < header)
		return false;
	all = header + ntohs(ip->ip6_plen);
	proto = ip->ip6_nxt;
	if (proto == HOP_BY_HOP && all >= header + 8) {
		proto = bytes[header];
		header += 8u + 8u * bytes[header + 1];
	}
	if (all > len || all < header)
		return false;
	*ret_payload = (struct payload){
		.src = ip_addr_from_bytes(IP_FAMILY_6, ip->ip6_src.s6_addr),
		.dst = ip_addr_from_bytes(IP_FAMILY_6, ip->ip6_dst.s6_addr),
		.proto = proto,
		.bytes = bytes + header,
		.len = all - header,
	};
	return true;
}

/* ---- what is in them ---- */

/* The group of a report or leave; of IGMPv3 and MLDv2 that of the first record, behind its type,
 * length and number of sources.
 */
static struct ip_addr reported_group(enum ip_family family, const struct gm_msg *msg)
{
	if (!msg->body_len)
		return msg->group;
	if (msg->body_len < 4 + ip_family_addr_len(family))
		return (struct ip_addr){ .b = { 0 } };
	return ip_addr_from_bytes(family, msg->body + 4);
}

/*
 * Queries of routers, and what hosts report of our groups. Kernels report groups of their own as
 * well, and routers advertise themselves to switches (RFC 4286).
 */
static bool is_membership(const struct capture *capture, const struct end *end,
			  const struct payload *payload)
{
	enum ip_family family = capture->net->family;
	struct ip_addr group;
	struct gm_msg msg;
	int err;

	if (ip_family_addr_len(family) == 4)
		err = igmp_decode(payload->bytes, payload->len, &payload->src, &payload->dst, &msg);
	else
		err = mld_decode(payload->bytes, payload->len, &payload->src, &payload->dst, &msg);
	if (err || (end->port == SIM_NONE) == (msg.type == GM_QUERY))
		return false;
	group = reported_group(family, &msg);
	return msg.type == GM_QUERY || sim_topo_group_index(&group) != SIM_NONE;
}

static void take_message(struct capture *capture, const struct end *end,
			 const struct payload *payload, enum core_socket socket)
{
	struct sim_net *net = capture->net;
	struct sim_frame *frame = malloc(sizeof(*frame) + payload->len);

	assert(frame);
	*frame = (struct sim_frame){ .refs = 1,
				     .lan = end->lan,
				     .sender = end->sender,
				     .port = end->port,
				     .sent = { .link = end->port,
					       .socket = socket,
					       .src = payload->src,
					       .dst = payload->dst,
					       .bytes = frame->bytes,
					       .len = payload->len } };
	memcpy(frame->bytes, payload->bytes, payload->len);
	for (unsigned int i = 0; i < net->tap_count; i++)
		if (net->taps[i].frame)
			net->taps[i].frame(net->taps[i].ctx, net, frame);
	sim_frame_put(frame);
}

static void take_packet(struct capture *capture, const struct end *end,
			const struct payload *payload)
{
	struct capture_payload found;

	if (payload->len < sizeof(struct udphdr) + sizeof(found))
		return;
	memcpy(&found, payload->bytes + sizeof(struct udphdr), sizeof(found));
	if (found.magic != CAPTURE_MAGIC)
		return;
	for (size_t i = capture->sent_count; i > 0; i--) {
		const struct sent *sent = &capture->sent[i - 1];

		if (sent->packet->host == found.host && sent->packet->group == found.group &&
		    sent->number == found.number) {
			sent->packet->copies[end->lan]++;
			return;
		}
	}
}

static void take_frame(struct capture *capture, const struct end *end, size_t len)
{
	const struct ethhdr *ethernet = (const void *)capture->frame;
	const uint8_t *bytes = capture->frame + sizeof(*ethernet);
	bool is_4 = ip_family_addr_len(capture->net->family) == 4;
	struct payload payload;

	if (len < sizeof(*ethernet) || ntohs(ethernet->h_proto) != (is_4 ? ETH_P_IP : ETH_P_IPV6))
		return;
	if (is_4 ? !ipv4_payload(bytes, len - sizeof(*ethernet), &payload)
		 : !ipv6_payload(bytes, len - sizeof(*ethernet), &payload))
		return;
	if (payload.proto == PROTO_PIM)
		take_message(capture, end, &payload, SOCKET_103);
	else if (payload.proto == (is_4 ? IPPROTO_IGMP : IPPROTO_ICMPV6)) {
		if (is_membership(capture, end, &payload))
			take_message(capture, end, &payload, SOCKET_GM);
	} else if (payload.proto == IPPROTO_UDP)
		take_packet(capture, end, &payload);
}

static void file_add(struct capture *capture, uint16_t lan, size_t len)
{
	struct timespec now;
	struct {
		uint32_t seconds, microseconds, kept, len;
	} header;

	if (!capture->files[lan])
		return;
	(void)clock_gettime(CLOCK_REALTIME, &now);
	header.seconds = (uint32_t)now.tv_sec;
	header.microseconds = (uint32_t)(now.tv_nsec / 1000);
	header.kept = header.len = (uint32_t)len;
	(void)fwrite(&header, sizeof(header), 1, capture->files[lan]); /* see files_close() */
	(void)fwrite(capture->frame, len, 1, capture->files[lan]);
}

/* One can look at them while the lab runs. */
static void files_flush(struct capture *capture)
{
	for (uint16_t i = 0; i < SIM_LANS_MAX; i++)
		if (capture->files[i])
			(void)fflush(capture->files[i]); /* see files_close() */
}

static const struct end *find_end(const struct capture *capture, int ifindex)
{
	for (size_t i = 0; i < capture->end_count; i++)
		if (capture->ends[i].ifindex == (unsigned int)ifindex)
			return &capture->ends[i];
	return NULL;
}

void capture_drain(struct capture *capture, int wait_ms)
{
	struct pollfd wait = { .fd = capture->fd, .events = POLLIN };
	struct sockaddr_ll from;
	socklen_t from_len = sizeof(from);
	ssize_t len;

	if (wait_ms > 0)
		(void)poll(&wait, 1, wait_ms);
	while ((len = recvfrom(capture->fd, capture->frame, FRAME_MAX, MSG_DONTWAIT,
			       (struct sockaddr *)&from, &from_len)) >= 0) {
		const struct end *end = find_end(capture, from.sll_ifindex);

		/* What a bridge sends was seen before, as it came in. */
		if (end && from.sll_pkttype != PACKET_OUTGOING) {
			file_add(capture, end->lan, (size_t)len);
			take_frame(capture, end, (size_t)len);
		}
		from_len = sizeof(from);
	}
	files_flush(capture);
}

/* ---- packets ---- */

void capture_sent(struct capture *capture, const struct capture_payload *payload)
{
	struct sim_packet *packet = calloc(1, sizeof(*packet));

	if (capture->sent_count == capture->sent_room) {
		capture->sent_room = capture->sent_room ? 2 * capture->sent_room : 64;
		capture->sent = realloc(capture->sent, capture->sent_room * sizeof(*capture->sent));
	}
	assert(packet && capture->sent);
	*packet = (struct sim_packet){ .refs = 1,
				       .host = payload->host,
				       .group = payload->group,
				       .sent_at = capture->net->now };
	capture->sent[capture->sent_count++] =
		(struct sent){ .packet = packet, .number = payload->number, .at = lab_now() };
}

void capture_count(struct capture *capture)
{
	size_t done = 0;

	while (done < capture->sent_count && lab_now() - capture->sent[done].at > UNDERWAY_MAX)
		sim_packet_put(capture->net, capture->sent[done++].packet);
	capture->sent_count -= done;
	if (done)
		memmove(capture->sent, capture->sent + done,
			capture->sent_count * sizeof(*capture->sent));
}
