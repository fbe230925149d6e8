/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sockets of the control protocols. One port per interface, family and protocol holds one or two of
 * them; it lives from the first joined group to the last. How the sockets are set up is in
 * rawsock_open.c. Whether a packet makes sense is for the core to say.
 */
#include "io/rawsock.h"

#include <errno.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <utlist.h>

#include "io/rawsock_open.h"
#include "wire/inet.h"

/* Packets read from one socket before the others get their turn. */
#define READ_BATCH 64u

struct port {
	struct port *prev, *next;
	struct rawsock *rs;
	uint16_t link;
	uint32_t ifindex;
	enum core_socket socket;
	enum ip_family family;
	struct rawsock_fds fds;
	struct loop_fd *watch;
	unsigned int group_count;
};

struct rawsock {
	struct loop *loop;
	rawsock_packet_fn *fn;
	void *ctx;
	struct port *ports;
	struct port *reading; /* whose packets are handed on; NULL once the callback closed it */
	/* Packets, also of ports that are closed. */
	uint64_t malformed[LINKS_MAX][IP_FAMILY_COUNT][SOCKET_COUNT];
	uint8_t bytes[UINT16_MAX + 1];
};

int rawsock_new(struct loop *loop, rawsock_packet_fn *fn, void *ctx, struct rawsock **ret_rs)
{
	struct rawsock *rs = calloc(1, sizeof(*rs));

	if (!rs)
		return -ENOMEM;
	rs->loop = loop;
	rs->fn = fn;
	rs->ctx = ctx;
	*ret_rs = rs;
	return 0;
}

static struct port *port_find(const struct rawsock *rs, uint16_t link, enum core_socket socket,
			      enum ip_family family)
{
	struct port *port;

	DL_FOREACH(rs->ports, port)
	{
		if (port->link == link && port->socket == socket && port->family == family)
			return port;
	}
	return NULL;
}

static void port_free(struct port *port)
{
	struct rawsock *rs = port->rs;

	if (rs->reading == port)
		rs->reading = NULL;
	DL_DELETE(rs->ports, port);
	loop_del(port->watch);
	rawsock_close(&port->fds, port->ifindex);
	free(port);
}

void rawsock_free(struct rawsock *rs)
{
	struct port *port, *next;

	if (!rs)
		return;
	DL_FOREACH_SAFE(rs->ports, port, next)
	port_free(port);
	free(rs);
}

/* An IPv6 raw socket gives the payload; what stood in the header comes beside it. */
static int ipv6_payload(const struct rawsock *rs, size_t len, struct msghdr *msg,
			struct inet_packet *ret_packet)
{
	const struct sockaddr_in6 *from = msg->msg_name;
	struct inet_packet packet = { .bytes = rs->bytes, .len = len };
	struct in6_pktinfo info;
	int hops = -1;

	packet.src = ip_addr_from_bytes(IP_FAMILY_6, from->sin6_addr.s6_addr);
	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		if (c->cmsg_level != IPPROTO_IPV6)
			continue;
		if (c->cmsg_type == IPV6_PKTINFO) {
			memcpy(&info, CMSG_DATA(c), sizeof(info));
			packet.dst = ip_addr_from_bytes(IP_FAMILY_6, info.ipi6_addr.s6_addr);
		} else if (c->cmsg_type == IPV6_HOPLIMIT) {
			memcpy(&hops, CMSG_DATA(c), sizeof(hops));
		}
	}
	if (hops < 0 || !ip_addr_is_set(&packet.dst) || ip_addr_is_mapped(packet.src.b) ||
	    ip_addr_is_mapped(packet.dst.b))
		return -EBADMSG;
	packet.ttl = (uint8_t)hops;
	*ret_packet = packet;
	return 0;
}

/* The link-layer address a frame came from; none on links without (packet(7)). */
static struct ev_station station_of(const struct sockaddr_ll *from)
{
	struct ev_station station = { .len = from->sll_halen };

	if (station.len > sizeof(station.b))
		station.len = sizeof(station.b);
	memcpy(station.b, from->sll_addr, station.len);
	return station;
}

/*
 * Read one packet.
 *
 * Return: 0; -EBADMSG: read and dropped; -ENOMSG: read, but not of this interface; another negative
 * errno: there is nothing more to read now.
 */
static int port_receive(const struct port *port, struct inet_packet *ret_packet,
			struct ev_station *ret_station)
{
	struct rawsock *rs = port->rs;
	struct sockaddr_storage from;
	const struct sockaddr_ll *frame = (const struct sockaddr_ll *)&from;
	_Alignas(struct cmsghdr) char control[256];
	struct iovec iov = { .iov_base = rs->bytes, .iov_len = sizeof(rs->bytes) };
	struct msghdr msg = {
		.msg_name = &from,
		.msg_namelen = sizeof(from),
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	bool is_raw = port->fds.rx == port->fds.tx;
	ssize_t len = recvmsg(port->fds.rx, &msg, MSG_DONTWAIT);

	if (len < 0)
		return -errno;
	/* The packets of a VLAN are seen by the packet sockets of its port as well. */
	if (!is_raw && frame->sll_ifindex != (int)port->ifindex)
		return -ENOMSG;
	if (msg.msg_flags & (MSG_TRUNC | MSG_CTRUNC))
		return -EBADMSG;
	*ret_station = (struct ev_station){ .len = 0 };
	if (!is_raw)
		*ret_station = station_of(frame);
	if (is_raw && port->family == IP_FAMILY_6)
		return ipv6_payload(rs, (size_t)len, &msg, ret_packet);
	return inet_decode(rs->bytes, (size_t)len, ret_packet);
}

static void port_tell(const struct port *port, const struct inet_packet *packet,
		      const struct ev_station *station)
{
	struct ev_packet event = {
		.link = port->link,
		.socket = port->socket,
		.src = packet->src,
		.dst = packet->dst,
		.station = *station,
		.ttl = packet->ttl,
		.has_router_alert = packet->has_router_alert,
		.bytes = packet->bytes,
		.len = packet->len,
	};

	port->rs->fn(port->rs->ctx, &event);
}

/* An error (the interface went down or away) is taken off the socket by reading, so it cannot spin.
 */
static void port_readable(void *ctx, uint32_t revents)
{
	struct port *port = ctx;
	struct rawsock *rs = port->rs;
	struct ev_station station;
	struct inet_packet packet;

	(void)revents;
	rs->reading = port;
	for (unsigned int i = 0; i < READ_BATCH && rs->reading == port; i++) {
		int err = port_receive(port, &packet, &station);

		if (err == -EBADMSG)
			rs->malformed[port->link][port->family][port->socket]++;
		else if (!err)
			port_tell(port, &packet, &station);
		else if (err != -ENOMSG)
			break;
	}
	rs->reading = NULL;
}

static int port_new(struct rawsock *rs, const struct fx_group *join, uint32_t ifindex,
		    struct port **ret_port)
{
	struct port *port = calloc(1, sizeof(*port));
	int err;

	if (!port)
		return -ENOMEM;
	port->rs = rs;
	port->link = join->link;
	port->ifindex = ifindex;
	port->socket = join->socket;
	port->family = ip_addr_family(&join->group);
	err = rawsock_open(port->socket, port->family, ifindex, &port->fds);
	if (err)
		goto fail;
	err = loop_add(rs->loop, port->fds.rx, EPOLLIN, port_readable, port, &port->watch);
	if (err)
		goto fail_close;
	DL_APPEND(rs->ports, port);
	*ret_port = port;
	return 0;
fail_close:
	rawsock_close(&port->fds, port->ifindex);
fail:
	free(port);
	return err;
}

int rawsock_join(struct rawsock *rs, const struct fx_group *join, uint32_t ifindex)
{
	struct port *port = port_find(rs, join->link, join->socket, ip_addr_family(&join->group));
	int err;

	/* The interface was made again: the old sockets are bound to one that is gone. */
	if (port && port->ifindex != ifindex) {
		port_free(port);
		port = NULL;
	}
	if (!port) {
		err = port_new(rs, join, ifindex, &port);
		if (err)
			return err;
	}
	err = rawsock_member(port->fds.tx, &join->group, ifindex, true);
	if (!err)
		port->group_count++;
	else if (port->group_count == 0)
		port_free(port);
	return err;
}

/* ip(7), socket(7): memberships of a socket are counted for IPv4, and take of its option memory. */
const char *rawsock_join_error(int err)
{
	switch (err) {
	case -ENOBUFS:
		return "the kernel refuses a group membership: raise sysctl "
		       "net.ipv4.igmp_max_memberships or net.core.optmem_max";
	case -ENOMEM: return "no memory for a group membership: raise sysctl net.core.optmem_max";
	default: return strerror(-err);
	}
}

void rawsock_leave(struct rawsock *rs, const struct fx_group *leave)
{
	struct port *port =
		port_find(rs, leave->link, leave->socket, ip_addr_family(&leave->group));

	/* Of errors only "not a member" is possible: the kernel finds members of vanished links. */
	if (!port || rawsock_member(port->fds.tx, &leave->group, port->ifindex, false))
		return;
	if (--port->group_count == 0)
		port_free(port);
}

/* The address to send to, as the kernel wants it. Return: its length. */
static socklen_t destination(const struct port *port, const struct ip_addr *dst,
			     struct sockaddr_storage *ret_to)
{
	struct sockaddr_in *to4 = (struct sockaddr_in *)ret_to;
	struct sockaddr_in6 *to6 = (struct sockaddr_in6 *)ret_to;

	memset(ret_to, 0, sizeof(*ret_to));
	if (port->family == IP_FAMILY_4) {
		to4->sin_family = AF_INET;
		memcpy(&to4->sin_addr, ip_addr_bytes(dst), 4);
		return sizeof(*to4);
	}
	to6->sin6_family = AF_INET6;
	to6->sin6_scope_id = port->ifindex;
	memcpy(&to6->sin6_addr, ip_addr_bytes(dst), 16);
	return sizeof(*to6);
}

/* The source address, as the control message that forces it. Return: the message's length. */
static size_t source_control(const struct port *port, const struct ip_addr *src, void *control)
{
	struct cmsghdr *c = control;
	struct in_pktinfo info4 = { .ipi_ifindex = (int)port->ifindex };
	struct in6_pktinfo info6 = { .ipi6_ifindex = port->ifindex };

	if (port->family == IP_FAMILY_4) {
		memcpy(&info4.ipi_spec_dst, ip_addr_bytes(src), 4);
		*c = (struct cmsghdr){ CMSG_LEN(sizeof(info4)), IPPROTO_IP, IP_PKTINFO };
		memcpy(CMSG_DATA(c), &info4, sizeof(info4));
		return CMSG_SPACE(sizeof(info4));
	}
	memcpy(&info6.ipi6_addr, ip_addr_bytes(src), 16);
	*c = (struct cmsghdr){ CMSG_LEN(sizeof(info6)), IPPROTO_IPV6, IPV6_PKTINFO };
	memcpy(CMSG_DATA(c), &info6, sizeof(info6));
	return CMSG_SPACE(sizeof(info6));
}

int rawsock_send(struct rawsock *rs, const struct fx_send *send)
{
	enum ip_family family = ip_addr_family(&send->dst);
	const struct port *port = port_find(rs, send->link, send->socket, family);
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(struct in6_pktinfo))] = { 0 };
	struct iovec iov = { .iov_base = (void *)(uintptr_t)send->bytes, .iov_len = send->len };
	struct sockaddr_storage to;
	struct msghdr msg = { .msg_name = &to, .msg_iov = &iov, .msg_iovlen = 1 };

	if (!port)
		return -ENOTCONN;
	if (ip_addr_family(&send->src) != family)
		return -EAFNOSUPPORT;
	msg.msg_namelen = destination(port, &send->dst, &to);
	msg.msg_control = control;
	msg.msg_controllen = source_control(port, &send->src, control);
	return sendmsg(port->fds.tx, &msg, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? -errno : 0;
}

uint64_t rawsock_malformed(const struct rawsock *rs, uint16_t link, enum ip_family family,
			   enum core_socket socket)
{
	return rs->malformed[link][family][socket];
}
