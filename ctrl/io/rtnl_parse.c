/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Read rtnetlink messages. What does not fit (a family, a type of route) is ignored here, once, so
 * that the tables never see it.
 */
#include "io/rtnl_parse.h"

#include <errno.h>
#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/nlattrs.h"

/* Whether the message has the whole of the fixed header of its type. */
static bool has_header(const struct nlmsghdr *nlh, size_t header)
{
	return nlh->nlmsg_len >= sizeof(*nlh) + header;
}

/* Read an address; left alone if there is none of that family, or one that maps IPv4. */
static bool attr_addr(const struct nlattr *attr, enum ip_family family, struct ip_addr *ret_addr)
{
	if (!nlattr_holds(attr, ip_family_addr_len(family)))
		return false;
	if (family == IP_FAMILY_6 && ip_addr_is_mapped(mnl_attr_get_payload(attr)))
		return false;
	*ret_addr = ip_addr_from_bytes(family, mnl_attr_get_payload(attr));
	return true;
}

/* The name that an attribute holds, which need not end in NUL: @ret_name does. */
static void attr_name(const struct nlattr *attr, char ret_name[LINK_NAME_LEN])
{
	const char *name = mnl_attr_get_payload(attr);
	size_t len = strnlen(name, mnl_attr_get_payload_len(attr));

	if (len >= LINK_NAME_LEN)
		len = LINK_NAME_LEN - 1;
	memcpy(ret_name, name, len);
	ret_name[len] = 0;
}

/* Whether it is a family of ours, and a prefix of @prefix_len bits fits into its addresses. */
static bool family_of(unsigned char af, uint8_t prefix_len, enum ip_family *ret_family)
{
	*ret_family = af == AF_INET ? IP_FAMILY_4 : IP_FAMILY_6;
	return (af == AF_INET || af == AF_INET6) &&
	       prefix_len <= 8 * ip_family_addr_len(*ret_family);
}

int rtnl_parse_link(const struct nlmsghdr *nlh, struct rtnl_link *ret_link)
{
	const unsigned int up = IFF_UP | IFF_RUNNING | IFF_LOWER_UP;
	const struct ifinfomsg *info = mnl_nlmsg_get_payload(nlh);
	struct nlattrs attrs = nlattrs_of(nlh, sizeof(*info));
	const struct nlattr *name = attrs.at[IFLA_IFNAME], *mac = attrs.at[IFLA_ADDRESS];

	if (!has_header(nlh, sizeof(*info)) || info->ifi_family != AF_UNSPEC)
		return -ENOMSG;
	memset(ret_link, 0, sizeof(*ret_link));
	ret_link->ifindex = (uint32_t)info->ifi_index;
	/* RUNNING follows the operational state, which may stay down although there is a carrier.
	 */
	ret_link->is_up = (info->ifi_flags & up) == up;
	ret_link->mtu = nlattr_u32(attrs.at[IFLA_MTU], 0);
	if (name)
		attr_name(name, ret_link->name);
	if (mac && mnl_attr_get_payload_len(mac) == sizeof(ret_link->mac))
		memcpy(ret_link->mac, mnl_attr_get_payload(mac), sizeof(ret_link->mac));
	return 0;
}

/*
 * The kernel's order: IPv4 by primary and secondary, then by scope; IPv6 starts here with the
 * link-local addresses, because with very many addresses only the first are reported.
 */
static uint16_t addr_rank(enum ip_family family, uint32_t flags, uint8_t scope)
{
	unsigned int rank = (unsigned int)family << 9 | (UINT8_MAX - scope);

	return (uint16_t)(flags & IFA_F_SECONDARY ? rank | 1u << 8 : rank);
}

int rtnl_parse_addr(const struct nlmsghdr *nlh, uint32_t *ret_ifindex,
		    struct linktab_addr *ret_addr)
{
	const struct ifaddrmsg *ifa = mnl_nlmsg_get_payload(nlh);
	struct nlattrs attrs = nlattrs_of(nlh, sizeof(*ifa));
	struct linktab_addr addr = { .rank = 0 };
	enum ip_family family;
	uint32_t flags;

	if (!has_header(nlh, sizeof(*ifa)) ||
	    !family_of(ifa->ifa_family, ifa->ifa_prefixlen, &family))
		return -ENOMSG;
	flags = nlattr_u32(attrs.at[IFA_FLAGS], ifa->ifa_flags);
	addr.prefix.len = ifa->ifa_prefixlen;
	/* With a peer IFA_ADDRESS is the other end; IFA_LOCAL is always ours, but may be absent. */
	if (!attr_addr(attrs.at[IFA_LOCAL], family, &addr.prefix.addr) &&
	    !attr_addr(attrs.at[IFA_ADDRESS], family, &addr.prefix.addr))
		return -ENOMSG;
	addr.rank = addr_rank(family, flags, ifa->ifa_scope);
	addr.is_usable = !(flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED));
	*ret_ifindex = ifa->ifa_index;
	*ret_addr = addr;
	return 0;
}

/* Read one next hop; @family is that of the route, which RTA_VIA may overrule. */
static void parse_hop(const struct nlattrs *attrs, enum ip_family family, uint32_t ifindex,
		      uint32_t flags, struct fib_hop *ret_hop)
{
	const struct nlattr *via = attrs->at[RTA_VIA];
	struct fib_hop hop = { .ifindex = ifindex, .is_dead = flags & RTNH_F_DEAD };

	if (!attr_addr(attrs->at[RTA_GATEWAY], family, &hop.gateway) && via &&
	    mnl_attr_get_payload_len(via) == sizeof(struct rtvia) + 16) {
		const struct rtvia *v = mnl_attr_get_payload(via);

		hop.gateway = ip_addr_from_bytes(IP_FAMILY_6, v->rtvia_addr);
	}
	*ret_hop = hop;
}

/*
 * The next hop at @at of @left bytes, and what is left behind it; NULL: there is no whole one. Not
 * RTNH_OK(), which reads the length of a hop before it asks whether there is one.
 */
static const struct rtnexthop *hop_take(const char **at, size_t *left)
{
	const struct rtnexthop *hop = (const void *)*at;
	size_t len;

	if (*left < sizeof(*hop) || hop->rtnh_len < sizeof(*hop) || hop->rtnh_len > *left)
		return NULL;
	len = (size_t)RTNH_ALIGN((int)hop->rtnh_len);
	len = len < *left ? len : *left;
	*at += len;
	*left -= len;
	return hop;
}

static uint16_t hops_count(const struct nlattr *multipath)
{
	size_t left = mnl_attr_get_payload_len(multipath);
	const char *at = mnl_attr_get_payload(multipath);
	uint16_t count = 0;

	while (hop_take(&at, &left))
		count++;
	return count;
}

static int parse_multipath(const struct nlattr *multipath, enum ip_family family,
			   struct fib_route **ret_route)
{
	struct fib_route *route = fib_route_new(hops_count(multipath));
	size_t left = mnl_attr_get_payload_len(multipath);
	const char *at = mnl_attr_get_payload(multipath);

	if (!route)
		return -ENOMEM;
	for (uint16_t i = 0; i < route->hop_count; i++) {
		const struct rtnexthop *hop = hop_take(&at, &left);
		struct nlattrs attrs = nlattrs_over(hop + 1, hop->rtnh_len - sizeof(*hop));

		parse_hop(&attrs, family, (uint32_t)hop->rtnh_ifindex, hop->rtnh_flags,
			  &route->hops[i]);
	}
	*ret_route = route;
	return 0;
}

static int parse_unicast(const struct rtmsg *rtm, const struct nlattrs *attrs,
			 enum ip_family family, const struct nexthops *nexthops,
			 struct fib_route **ret_route)
{
	struct fib_route *route;

	if (attrs->at[RTA_MULTIPATH])
		return parse_multipath(attrs->at[RTA_MULTIPATH], family, ret_route);
	if (!attrs->at[RTA_OIF] && attrs->at[RTA_NH_ID])
		return nexthops_route(nexthops, nlattr_u32(attrs->at[RTA_NH_ID], 0), ret_route);
	if (!attrs->at[RTA_OIF])
		return -ENOMSG;
	route = fib_route_new(1);
	if (!route)
		return -ENOMEM;
	parse_hop(attrs, family, nlattr_u32(attrs->at[RTA_OIF], 0), rtm->rtm_flags,
		  &route->hops[0]);
	*ret_route = route;
	return 0;
}

static int parse_hops(const struct rtmsg *rtm, const struct nlattrs *attrs, enum ip_family family,
		      const struct nexthops *nexthops, struct fib_route **ret_route)
{
	struct fib_route *route;

	switch (rtm->rtm_type) {
	case RTN_LOCAL:
	case RTN_UNICAST: return parse_unicast(rtm, attrs, family, nexthops, ret_route);
	case RTN_BLACKHOLE:
	case RTN_UNREACHABLE:
	case RTN_PROHIBIT:
	case RTN_THROW:
		route = fib_route_new(0);
		if (!route)
			return -ENOMEM;
		route->is_unreachable = true;
		*ret_route = route;
		return 0;
	default: /* broadcast, multicast, anycast: no sources of trees there */ return -ENOMSG;
	}
}

/* netlink(7): how a new route stands to those of the same prefix and priority. */
static enum fib_add add_of(const struct nlmsghdr *nlh, enum ip_family family)
{
	if (nlh->nlmsg_flags & NLM_F_REPLACE)
		return FIB_ADD_REPLACE;
	if (family == IP_FAMILY_6 || nlh->nlmsg_flags & (NLM_F_APPEND | NLM_F_MULTI))
		return FIB_ADD_LAST;
	return FIB_ADD_FIRST;
}

int rtnl_parse_route(const struct nlmsghdr *nlh, uint32_t table, const struct nexthops *nexthops,
		     struct rtnl_route_msg *ret_msg)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);
	struct nlattrs attrs = nlattrs_of(nlh, sizeof(*rtm));
	struct rtnl_route_msg msg = { .route = NULL };
	enum ip_family family;
	int err;

	/* Routes for a TOS or for a range of sources serve other traffic; cloned ones are a cache.
	 */
	if (!has_header(nlh, sizeof(*rtm)) ||
	    !family_of(rtm->rtm_family, rtm->rtm_dst_len, &family) || rtm->rtm_tos ||
	    rtm->rtm_src_len || rtm->rtm_flags & RTM_F_CLONED ||
	    nlattr_u32(attrs.at[RTA_TABLE], rtm->rtm_table) !=
		    (rtm->rtm_type == RTN_LOCAL ? RT_TABLE_LOCAL : table))
		return -ENOMSG;
	msg.is_local = rtm->rtm_type == RTN_LOCAL;
	msg.prefix.len = rtm->rtm_dst_len;
	if (!attrs.at[RTA_DST])
		msg.prefix.addr = ip_addr_from_bytes(family, (const uint8_t[16]){ 0 });
	else if (!attr_addr(attrs.at[RTA_DST], family, &msg.prefix.addr))
		return -ENOMSG;
	err = parse_hops(rtm, &attrs, family, nexthops, &msg.route);
	if (err)
		return err;
	msg.route->priority = nlattr_u32(attrs.at[RTA_PRIORITY], 0);
	msg.route->protocol = rtm->rtm_protocol;
	msg.route->has_nexthop = attrs.at[RTA_NH_ID];
	msg.how = add_of(nlh, family);
	*ret_msg = msg;
	return 0;
}
