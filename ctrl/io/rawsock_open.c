/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Set up the sockets of rawsock.c, and their filters. Sources: description of HPIM-DM, 2.1 and 6.1;
 * packet(7), ip(7), ipv6(7).
 */
#include "io/rawsock_open.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "io/closer.h"
#include "wire/inet.h"

/* Room for the answers of a whole neighborhood while the daemon is busy. */
#define RECEIVE_BUFFER (4 << 20)

struct option {
	int level, name;
	const void *value;
	socklen_t len;
};

static const int zero = 0, one = 1;

/* Internetwork Control, as RFC 9776, 4, asks for IGMP; the same for all that routers say. */
static const int precedence = 0xc0;

/* Router Alert: RFC 2113 (length 4, value 0), RFC 2711 in a Hop-by-Hop header filled with PadN. */
static const uint8_t alert4[] = { 148, 4, 0, 0 };
static const uint8_t alert6[] = { 0, 0, 5, 2, 0, 0, 1, 0 };

#define LIST_END         \
	{                \
		.len = 0 \
	}
#define SET(level, name, variable)                         \
	{                                                  \
		level, name, &(variable), sizeof(variable) \
	}

/* Only groups this socket joined, not those of anyone on this machine (.._MULTICAST_ALL). */
static const struct option common4[] = {
	SET(IPPROTO_IP, IP_MULTICAST_TTL, one),  SET(IPPROTO_IP, IP_TTL, one),
	SET(IPPROTO_IP, IP_TOS, precedence),     SET(IPPROTO_IP, IP_MULTICAST_LOOP, zero),
	SET(IPPROTO_IP, IP_MULTICAST_ALL, zero), LIST_END,
};
static const struct option common6[] = {
	SET(IPPROTO_IPV6, IPV6_MULTICAST_HOPS, one), SET(IPPROTO_IPV6, IPV6_UNICAST_HOPS, one),
	SET(IPPROTO_IPV6, IPV6_TCLASS, precedence),  SET(IPPROTO_IPV6, IPV6_MULTICAST_LOOP, zero),
	SET(IPPROTO_IPV6, IPV6_MULTICAST_ALL, zero), LIST_END,
};
static const struct option none[] = { LIST_END };
static const struct option igmp[] = { SET(IPPROTO_IP, IP_OPTIONS, alert4), LIST_END };
static const struct option mld[] = { SET(IPPROTO_IPV6, IPV6_HOPOPTS, alert6), LIST_END };

/* Of all IGMP and ICMPv6 only solicitations; offsets count from the IP header. RFC 4286, 4.2.1 */
static struct sock_filter filter_solicitation[] = {
	BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0), /* X: where IGMP starts */
	BPF_STMT(BPF_LD | BPF_B | BPF_IND, 0),  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x31, 0, 1),
	BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),  BPF_STMT(BPF_RET | BPF_K, 0),
};
static const struct sock_fprog solicitation4 = {
	.len = sizeof(filter_solicitation) / sizeof(filter_solicitation[0]),
	.filter = filter_solicitation,
};
/* A bit set is a type refused. */
static const struct icmp6_filter solicitation6 = {
	{ UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX, ~(UINT32_C(1) << 152 % 32), UINT32_MAX,
	  UINT32_MAX, UINT32_MAX },
};
static const struct option mrd4[] = {
	SET(IPPROTO_IP, IP_OPTIONS, alert4),
	SET(SOL_SOCKET, SO_ATTACH_FILTER, solicitation4),
	LIST_END,
};
static const struct option mrd6[] = {
	SET(IPPROTO_IPV6, IPV6_HOPOPTS, alert6),
	SET(IPPROTO_IPV6, IPV6_RECVPKTINFO, one),
	SET(IPPROTO_IPV6, IPV6_RECVHOPLIMIT, one),
	SET(IPPROTO_ICMPV6, ICMP6_FILTER, solicitation6),
	LIST_END,
};

#define LOAD_PACKET_TYPE         BPF_STMT(BPF_LD | BPF_B | BPF_ABS, (uint32_t)(SKF_AD_OFF + SKF_AD_PKTTYPE))
#define LOAD(offset)             BPF_STMT(BPF_LD | BPF_B | BPF_ABS, offset)
#define IF_EQUAL(value, yes, no) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, yes, no)
#define IF_LEAST(value, yes, no) BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, value, yes, no)
#define PASS                     BPF_STMT(BPF_RET | BPF_K, UINT32_MAX)
#define DROP                     BPF_STMT(BPF_RET | BPF_K, 0)

static struct sock_filter filter_nothing[] = { DROP };

/* Offsets count from the IP header. Not our own packets, and not those for other stations. */
static struct sock_filter filter_igmp[] = {
	LOAD_PACKET_TYPE,
	IF_LEAST(PACKET_OTHERHOST, 3, 0), /* 3 otherhost, 4 outgoing, 5 loopback */
	LOAD(9),                          /* protocol */
	IF_EQUAL(INET_PROTO_IGMP, 0, 1),
	PASS,
	DROP,
};

/* HPIM-DM stands directly behind the IP header. Description of HPIM-DM, 2.1 */
static struct sock_filter filter_hpim4[] = {
	LOAD_PACKET_TYPE,
	IF_LEAST(PACKET_OTHERHOST, 3, 0),
	LOAD(9), /* protocol */
	IF_EQUAL(INET_PROTO_PIM, 0, 1),
	PASS,
	DROP,
};
static struct sock_filter filter_hpim6[] = {
	LOAD_PACKET_TYPE,
	IF_LEAST(PACKET_OTHERHOST, 3, 0),
	LOAD(6), /* next header */
	IF_EQUAL(INET_PROTO_PIM, 0, 1),
	PASS,
	DROP,
};

/* MLD: ICMPv6 of types 130 to 132 and 143, behind at most a Hop-by-Hop header. */
static struct sock_filter filter_mld[] = {
	LOAD_PACKET_TYPE,
	IF_LEAST(PACKET_OTHERHOST, 15, 0),
	BPF_STMT(BPF_LDX | BPF_W | BPF_IMM, 40), /* X: where ICMPv6 starts */
	LOAD(6),                                 /* next header */
	IF_EQUAL(INET_PROTO_ICMPV6, 7, 0),
	IF_EQUAL(0, 0, 11), /* Hop-by-Hop */
	LOAD(40),
	IF_EQUAL(INET_PROTO_ICMPV6, 0, 9),
	LOAD(41), /* its length: units of 8 bytes, the first not counted */
	BPF_STMT(BPF_ALU | BPF_LSH | BPF_K, 3),
	BPF_STMT(BPF_ALU | BPF_ADD | BPF_K, 48),
	BPF_STMT(BPF_MISC | BPF_TAX, 0),
	BPF_STMT(BPF_LD | BPF_B | BPF_IND, 0), /* type */
	IF_EQUAL(143, 2, 0),
	IF_LEAST(130, 0, 2),
	IF_LEAST(133, 1, 0),
	PASS,
	DROP,
};

#define FILTER(array)                                                                        \
	{                                                                                    \
		.len = (unsigned short)(sizeof(array) / sizeof((array)[0])), .filter = array \
	}

static const struct sock_fprog nothing = FILTER(filter_nothing);

struct kind {
	int domain, protocol, ethertype; /* ethertype: of the packet socket that is read, or 0 */
	const struct option *common, *special;
	struct sock_fprog filter;
	/* Reports go to groups no program of this machine joined: the card must pass those, too. */
	bool is_for_all_groups;
};

static const struct kind kinds[SOCKET_COUNT][IP_FAMILY_COUNT] = {
	[SOCKET_103] = {
		[IP_FAMILY_4] = { AF_INET, INET_PROTO_PIM, ETH_P_IP, common4, none,
				  FILTER(filter_hpim4), false },
		[IP_FAMILY_6] = { AF_INET6, INET_PROTO_PIM, ETH_P_IPV6, common6, none,
				  FILTER(filter_hpim6), false },
	},
	/* Solicitations go to all routers, so the raw socket gets them as a member. */
	[SOCKET_MRD] = {
		[IP_FAMILY_4] = { AF_INET, INET_PROTO_IGMP, 0, common4, mrd4, { 0, NULL }, false },
		[IP_FAMILY_6] = { AF_INET6, INET_PROTO_ICMPV6, 0, common6, mrd6, { 0, NULL },
				  false },
	},
	[SOCKET_GM] = {
		[IP_FAMILY_4] = { AF_INET, INET_PROTO_IGMP, ETH_P_IP, common4, igmp,
				  FILTER(filter_igmp), true },
		[IP_FAMILY_6] = { AF_INET6, INET_PROTO_ICMPV6, ETH_P_IPV6, common6, mld,
				  FILTER(filter_mld), true },
	},
};

static int filter_set(int fd, const struct sock_fprog *filter)
{
	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, filter, sizeof(*filter)) ? -errno : 0;
}

static int options_set(int fd, const struct option *option)
{
	for (; option->len; option++) {
		if (setsockopt(fd, option->level, option->name, option->value, option->len))
			return -errno;
	}
	return 0;
}

/* A smaller buffer than requested for is no reason to fail: the protocols repeat what is lost. */
static void receive_buffer_set(int fd)
{
	int size = RECEIVE_BUFFER;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
}

static int raw_open(const struct kind *kind, uint32_t ifindex)
{
	int fd = socket(kind->domain, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, kind->protocol);
	int err;

	if (fd < 0)
		return -errno;
	/* What is received by the packet socket must not pile up here as well. */
	err = kind->ethertype ? filter_set(fd, &nothing) : 0;
	/* That the interface exists is found out by joining the group. */
	if (!err && setsockopt(fd, SOL_SOCKET, SO_BINDTOIFINDEX, &ifindex, sizeof(ifindex)))
		err = -errno;
	if (!err)
		err = options_set(fd, kind->common);
	if (!err)
		err = options_set(fd, kind->special);
	if (err) {
		close(fd);
		return err;
	}
	if (!kind->ethertype)
		receive_buffer_set(fd);
	return fd;
}

/* Reports go to groups that no socket here joined: the card must pass those, too. */
static int allmulti_set(int fd, uint32_t ifindex, bool is_on)
{
	struct packet_mreq all = { .mr_ifindex = (int)ifindex, .mr_type = PACKET_MR_ALLMULTI };
	int option = is_on ? PACKET_ADD_MEMBERSHIP : PACKET_DROP_MEMBERSHIP;

	return setsockopt(fd, SOL_PACKET, option, &all, sizeof(all)) ? -errno : 0;
}

static int packet_bind(int fd, const struct kind *kind, uint32_t ifindex)
{
	struct sockaddr_ll at = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons((uint16_t)kind->ethertype),
		.sll_ifindex = (int)ifindex,
	};
	int err = filter_set(fd, &kind->filter);

	if (!err && kind->is_for_all_groups)
		err = allmulti_set(fd, ifindex, true);
	if (err)
		return err;
	return bind(fd, (struct sockaddr *)&at, sizeof(at)) ? -errno : 0;
}

/* Opened with protocol 0, so nothing arrives before the filter and the interface are set. */
static int packet_open(const struct kind *kind, uint32_t ifindex)
{
	int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int err;

	if (fd < 0)
		return -errno;
	err = packet_bind(fd, kind, ifindex);
	if (err) {
		close(fd);
		return err;
	}
	receive_buffer_set(fd);
	return fd;
}

int rawsock_open(enum core_socket socket, enum ip_family family, uint32_t ifindex,
		 struct rawsock_fds *ret_fds)
{
	const struct kind *kind = &kinds[socket][family];
	struct rawsock_fds fds;

	fds.tx = raw_open(kind, ifindex);
	if (fds.tx < 0)
		return fds.tx;
	fds.rx = kind->ethertype ? packet_open(kind, ifindex) : fds.tx;
	if (fds.rx < 0) {
		close(fds.tx);
		return fds.rx;
	}
	*ret_fds = fds;
	return 0;
}

/* What a packet socket does to its interface ends at once; fails if that is gone, or did nothing.
 */
static void packet_close(int fd, uint32_t ifindex)
{
	(void)allmulti_set(fd, ifindex, false);
	(void)filter_set(fd, &nothing); /* to be closed without a packet in it */
	closer_close(fd);
}

void rawsock_close(struct rawsock_fds *fds, uint32_t ifindex)
{
	if (fds->rx != fds->tx)
		packet_close(fds->rx, ifindex);
	closer_close(fds->tx);
}

int rawsock_member(int fd, const struct ip_addr *group, uint32_t ifindex, bool is_join)
{
	struct ip_mreqn request4 = { .imr_ifindex = (int)ifindex };
	struct ipv6_mreq request6 = { .ipv6mr_interface = ifindex };
	int err;

	if (ip_addr_family(group) == IP_FAMILY_4) {
		memcpy(&request4.imr_multiaddr, ip_addr_bytes(group), 4);
		err = setsockopt(fd, IPPROTO_IP, is_join ? IP_ADD_MEMBERSHIP : IP_DROP_MEMBERSHIP,
				 &request4, sizeof(request4));
	} else {
		memcpy(&request6.ipv6mr_multiaddr, ip_addr_bytes(group), 16);
		err = setsockopt(fd, IPPROTO_IPV6, is_join ? IPV6_JOIN_GROUP : IPV6_LEAVE_GROUP,
				 &request6, sizeof(request6));
	}
	return err ? -errno : 0;
}
