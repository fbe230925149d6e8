/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Follow the kernel's links, addresses and routes. One socket receives the notifications; dumps use
 * a socket of their own, so the two kinds of messages never mix. Notifications older than a dump
 * may be read after it: they end in the same state, because the tables take repeated messages well.
 */
#include "io/rtnl.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/nexthop.h>
#include <linux/rtnetlink.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "io/rtnl_fib.h"
#include "io/rtnl_link.h"
#include "io/rtnl_parse.h"

/* Notifications read before others get their turn; room for them while the daemon is busy. */
#define READ_BATCH     64u
#define RECEIVE_BUFFER (4 << 20)
/* The kernel marks a dump during which something changed; it is then repeated, so often. */
#define DUMP_TRIES 10u

struct rtnl {
	struct loop *loop;
	struct rtnl_handlers handlers;
	uint32_t table;
	struct mnl_socket *socket;
	struct loop_fd *watch;
	struct linktab *links;
	struct fib *fib, *local; /* @local: of the addresses of this machine */
	struct nexthops *nexthops;
	bool is_stale;          /* notifications were lost: read everything again */
	bool are_routes_stale;  /* routes may have changed without notification: read them again */
	bool are_links_pending; /* there may be something in links to tell */
	alignas(struct nlmsghdr) char buffer[1 << 16];
};

__attribute__((format(printf, 2, 3))) static void log_warn(const struct rtnl *rtnl,
							   const char *format, ...)
{
	char line[160];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(line, sizeof(line), format, args); /* a line cut short still helps */
	va_end(args);
	rtnl->handlers.log(rtnl->handlers.ctx, NOTE_WARN, line);
}

/* --- messages --- */

static void links_report(struct rtnl *rtnl)
{
	if (!rtnl->are_links_pending || rtnl->is_stale)
		return;
	rtnl->are_links_pending = false;
	linktab_report(rtnl->links, rtnl->handlers.link, rtnl->handlers.ctx);
}

/* IPv4 routes of an interface that goes down vanish without a word, and next hops die so. */
static int link_message(struct rtnl *rtnl, const struct nlmsghdr *nlh)
{
	struct rtnl_link link;
	int ret;

	if (rtnl_parse_link(nlh, &link))
		return 0;
	rtnl->are_links_pending = true;
	if (nlh->nlmsg_type == RTM_DELLINK) {
		linktab_del(rtnl->links, link.ifindex);
		rtnl->are_routes_stale = true;
		return 0;
	}
	ret = linktab_set(rtnl->links, &link);
	if (ret > 0)
		rtnl->are_routes_stale = true;
	return ret < 0 ? ret : 0;
}

static int addr_message(struct rtnl *rtnl, const struct nlmsghdr *nlh)
{
	struct linktab_addr addr;
	uint32_t ifindex;
	bool is_front;

	if (rtnl_parse_addr(nlh, &ifindex, &addr))
		return 0;
	rtnl->are_links_pending = true;
	if (nlh->nlmsg_type == RTM_DELADDR) {
		linktab_addr_del(rtnl->links, ifindex, &addr.prefix);
		rtnl->are_routes_stale =
			true; /* those with it as preferred source vanish silently */
		return 0;
	}
	/* The kernel puts a new IPv6 address before, a new IPv4 address behind those of its kind.
	 */
	is_front = !(nlh->nlmsg_flags & NLM_F_MULTI) &&
		   ip_addr_family(&addr.prefix.addr) == IP_FAMILY_6;
	return linktab_addr_set(rtnl->links, ifindex, &addr, is_front);
}

static int route_message(struct rtnl *rtnl, const struct nlmsghdr *nlh)
{
	struct rtnl_route_msg msg;
	struct fib *fib;
	int err = rtnl_parse_route(nlh, rtnl->table, rtnl->nexthops, &msg);

	if (err == -ENOENT) /* its nexthop object has changed since: read how it is now */
		rtnl->are_routes_stale = true;
	if (err)
		return err == -ENOMEM ? err : 0;
	fib = msg.is_local ? rtnl->local : rtnl->fib;
	if (nlh->nlmsg_type == RTM_NEWROUTE) {
		err = fib_add(fib, &msg.prefix, msg.route, msg.how);
	} else {
		if (!fib_del(fib, &msg.prefix, msg.route))
			rtnl->are_routes_stale = true;
		free(msg.route);
	}
	links_report(rtnl); /* a route may lead to an interface not reported yet */
	rtnl->handlers.route(rtnl->handlers.ctx, &msg.prefix);
	return err;
}

/* Changing or deleting an object changes its routes without a message of theirs. */
static int nexthop_message(struct rtnl *rtnl, const struct nlmsghdr *nlh)
{
	int err = nexthops_apply(rtnl->nexthops, nlh);

	if (nlh->nlmsg_type == RTM_DELNEXTHOP || nlh->nlmsg_flags & NLM_F_REPLACE)
		rtnl->are_routes_stale = true;
	return err == -ENOMEM ? err : 0;
}

static int message_apply(struct rtnl *rtnl, const struct nlmsghdr *nlh)
{
	switch (nlh->nlmsg_type) {
	case RTM_NEWLINK:
	case RTM_DELLINK: return link_message(rtnl, nlh);
	case RTM_NEWADDR:
	case RTM_DELADDR: return addr_message(rtnl, nlh);
	case RTM_NEWROUTE:
	case RTM_DELROUTE: return route_message(rtnl, nlh);
	case RTM_NEWNEXTHOP:
	case RTM_DELNEXTHOP: return nexthop_message(rtnl, nlh);
	default: return 0;
	}
}

/* --- reading everything --- */

struct dump {
	struct rtnl *rtnl;
	struct fib *fib, *local;   /* where routes go */
	struct nexthops *nexthops; /* and nexthop objects */
	int err;
};

static int dump_message(const struct nlmsghdr *nlh, void *ctx)
{
	struct dump *dump = ctx;
	struct rtnl_route_msg msg;
	int err;

	switch (nlh->nlmsg_type) {
	case RTM_NEWROUTE:
		err = rtnl_parse_route(nlh, dump->rtnl->table, dump->nexthops, &msg);
		if (!err)
			err = fib_add(msg.is_local ? dump->local : dump->fib, &msg.prefix,
				      msg.route, msg.how);
		break;
	case RTM_NEWNEXTHOP: err = nexthops_apply(dump->nexthops, nlh); break;
	default: err = message_apply(dump->rtnl, nlh);
	}
	if (err == -ENOMSG || err == -ENOENT) /* not of interest, or made while this is read */
		err = 0;
	if (err)
		dump->err = err;
	return err ? MNL_CB_ERROR : MNL_CB_OK;
}

static int dump_receive(struct dump *dump, struct mnl_socket *socket, uint32_t seq)
{
	struct rtnl *rtnl = dump->rtnl;
	unsigned int port = mnl_socket_get_portid(socket);
	int ret = MNL_CB_OK;

	while (ret > MNL_CB_STOP) {
		ssize_t len = mnl_socket_recvfrom(socket, rtnl->buffer, sizeof(rtnl->buffer));

		if (len < 0)
			return -errno;
		ret = mnl_cb_run(rtnl->buffer, (size_t)len, seq, port, dump_message, dump);
	}
	if (ret < 0)
		return dump->err ? dump->err : -errno;
	return 0;
}

/* Ask for everything of a type. Return: 0; -EINTR: something changed meanwhile; other errors. */
static int dump_ask(struct dump *dump, uint16_t type, unsigned char family)
{
	/* The kernel insists on the whole header of a request for nexthop objects only. */
	const size_t header =
		type == RTM_GETNEXTHOP ? sizeof(struct nhmsg) : sizeof(struct rtgenmsg);
	struct {
		struct nlmsghdr header;
		union {
			struct rtgenmsg family;
			struct nhmsg nexthop;
		};
	} request = {
		/* The sequence number is of no use: the socket serves this one request. */
		.header = { .nlmsg_len = (uint32_t)NLMSG_LENGTH(header),
			    .nlmsg_type = type,
			    .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
			    .nlmsg_seq = 1 },
		.nexthop = { .nh_family = family }, /* which all requests begin with */
	};
	struct mnl_socket *socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	int err;

	if (!socket)
		return -errno;
	if (mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0 ||
	    mnl_socket_sendto(socket, &request, request.header.nlmsg_len) < 0)
		err = -errno;
	else
		err = dump_receive(dump, socket, request.header.nlmsg_seq);
	mnl_socket_close(socket);
	return err;
}

static int read_links(struct rtnl *rtnl)
{
	struct dump dump = { .rtnl = rtnl };
	int err;

	linktab_forget(rtnl->links);
	err = dump_ask(&dump, RTM_GETLINK, AF_UNSPEC);
	if (!err)
		err = dump_ask(&dump, RTM_GETADDR, AF_INET);
	if (!err)
		err = dump_ask(&dump, RTM_GETADDR, AF_INET6);
	return err;
}

static int dump_routes(struct dump *dump)
{
	int err = dump_ask(dump, RTM_GETNEXTHOP, AF_UNSPEC); /* before the routes that use them */

	if (!err)
		err = dump_ask(dump, RTM_GETROUTE, AF_INET);
	if (!err)
		err = dump_ask(dump, RTM_GETROUTE, AF_INET6);
	return err;
}

/* Take the new table, and tell what is different. */
static void fib_take(struct rtnl *rtnl, struct fib **fib, struct fib *read)
{
	struct fib *old = *fib;

	*fib = read;
	if (old)
		fib_diff(old, read, rtnl->handlers.route, rtnl->handlers.ctx);
	fib_free(old);
}

/* Read all routes and tell what is different, after the new ones are in place. */
static int read_routes(struct rtnl *rtnl)
{
	struct dump dump = {
		.rtnl = rtnl, .fib = fib_new(), .local = fib_new(), .nexthops = nexthops_new()
	};
	int err = dump.fib && dump.local && dump.nexthops ? dump_routes(&dump) : -ENOMEM;

	if (err) {
		fib_free(dump.fib);
		fib_free(dump.local);
		nexthops_free(dump.nexthops);
		return err;
	}
	nexthops_free(rtnl->nexthops);
	rtnl->nexthops = dump.nexthops;
	rtnl->are_routes_stale = false;
	fib_take(rtnl, &rtnl->local, dump.local);
	fib_take(rtnl, &rtnl->fib, dump.fib);
	return 0;
}

static int read_again(struct rtnl *rtnl, int (*read_fn)(struct rtnl *rtnl))
{
	int err = -EINTR;

	for (unsigned int i = 0; i < DUMP_TRIES && err == -EINTR; i++)
		err = read_fn(rtnl);
	return err;
}

/* Bring everything stale up to date. */
static int catch_up(struct rtnl *rtnl)
{
	int err;

	if (rtnl->is_stale) {
		err = read_again(rtnl, read_links);
		if (err)
			return err;
		rtnl->is_stale = false;
		rtnl->are_links_pending = true;
		rtnl->are_routes_stale = true;
	}
	links_report(rtnl);
	return rtnl->are_routes_stale ? read_again(rtnl, read_routes) : 0;
}

/* --- the socket --- */

static int notified(const struct nlmsghdr *nlh, void *ctx)
{
	struct rtnl *rtnl = ctx;

	if (message_apply(rtnl, nlh)) /* no memory: the tables may lack something now */
		rtnl->is_stale = true;
	return MNL_CB_OK;
}

/* Return: whether there may be more to read. */
static bool notification_read(struct rtnl *rtnl)
{
	ssize_t len = mnl_socket_recvfrom(rtnl->socket, rtnl->buffer, sizeof(rtnl->buffer));

	if (len > 0) {
		(void)mnl_cb_run(rtnl->buffer, (size_t)len, 0, 0, notified, rtnl);
		return true;
	}
	if (len < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	/* ENOBUFS: some were lost; ENOSPC: one did not fit. */
	rtnl->is_stale = true;
	return len < 0 && (errno == ENOBUFS || errno == ENOSPC);
}

static void socket_readable(void *ctx, uint32_t revents)
{
	struct rtnl *rtnl = ctx;
	int err;

	(void)revents;
	for (unsigned int i = 0; i < READ_BATCH; i++) {
		if (notification_read(rtnl))
			continue;
		err = catch_up(rtnl); /* once for many changes: when they are all read */
		if (err)
			log_warn(rtnl,
				 "cannot read links and routes: %s; tried again at the next change",
				 strerror(-err));
		return;
	}
	links_report(rtnl);
}

static int socket_open(struct rtnl *rtnl)
{
	static const int groups[] = { RTNLGRP_LINK,       RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR,
				      RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE,  RTNLGRP_NEXTHOP };
	int size = RECEIVE_BUFFER, fd;

	rtnl->socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (!rtnl->socket || mnl_socket_bind(rtnl->socket, 0, MNL_SOCKET_AUTOPID) < 0)
		return -errno;
	fd = mnl_socket_get_fd(rtnl->socket);
	/* A smaller buffer only means to read everything again a little sooner. */
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		int group = groups[i];

		if (mnl_socket_setsockopt(rtnl->socket, NETLINK_ADD_MEMBERSHIP, &group,
					  sizeof(group)) < 0)
			return -errno;
	}
	return loop_add(rtnl->loop, fd, EPOLLIN, socket_readable, rtnl, &rtnl->watch);
}

int rtnl_new(struct loop *loop, uint32_t table, const struct rtnl_handlers *handlers,
	     struct rtnl **ret_rtnl)
{
	struct rtnl *rtnl = calloc(1, sizeof(*rtnl));
	int err = -ENOMEM;

	if (!rtnl)
		return -ENOMEM;
	rtnl->loop = loop;
	rtnl->handlers = *handlers;
	rtnl->table = table;
	rtnl->is_stale = true;
	rtnl->links = linktab_new();
	if (rtnl->links)
		err = socket_open(rtnl);
	if (!err)
		err = catch_up(rtnl);
	if (err) {
		rtnl_free(rtnl);
		return err;
	}
	*ret_rtnl = rtnl;
	return 0;
}

void rtnl_free(struct rtnl *rtnl)
{
	if (!rtnl)
		return;
	loop_del(rtnl->watch);
	if (rtnl->socket)
		mnl_socket_close(rtnl->socket);
	linktab_free(rtnl->links);
	fib_free(rtnl->fib);
	fib_free(rtnl->local);
	nexthops_free(rtnl->nexthops);
	free(rtnl);
}

static bool link_is_usable(const void *ctx, uint32_t ifindex)
{
	const struct rtnl *rtnl = ctx;
	const struct rtnl_link *link = linktab_by_index(rtnl->links, ifindex);

	return link && link->is_up;
}

/* Packets of this machine itself need no carrier on the interface of the address. */
static bool any_link(const void *ctx, uint32_t ifindex)
{
	(void)ctx;
	(void)ifindex;
	return true;
}

bool rtnl_local_path(const struct rtnl *rtnl, const struct ip_addr *source,
		     struct rtnl_path *ret_path)
{
	fib_path(rtnl->local, source, any_link, NULL, ret_path);
	return ret_path->is_reachable;
}

void rtnl_path(const struct rtnl *rtnl, const struct ip_addr *source, struct rtnl_path *ret_path)
{
	fib_path(rtnl->fib, source, link_is_usable, rtnl, ret_path);
}

const struct rtnl_link *rtnl_link_by_name(const struct rtnl *rtnl, const char *name)
{
	return linktab_by_name(rtnl->links, name);
}

const struct rtnl_link *rtnl_link_by_index(const struct rtnl *rtnl, uint32_t ifindex)
{
	return linktab_by_index(rtnl->links, ifindex);
}

const struct rtnl_link *rtnl_link_next(const struct rtnl *rtnl, const struct rtnl_link *link)
{
	return linktab_next(rtnl->links, link);
}
