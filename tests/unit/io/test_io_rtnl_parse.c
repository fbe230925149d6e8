/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Netlink messages that end early or are not as the kernel writes them. Each message lies in memory
 * of exactly its length, so that the address sanitizer sees a read beyond it.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/nexthop.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "dplane/linkinfo.h"
#include "io/rtnl_parse.h"

/* A message under construction. */
struct draft {
	union {
		struct nlmsghdr header;
		char bytes[512];
	};
};

static struct draft draft_new(uint16_t type, const void *header, size_t len)
{
	struct draft draft = { .bytes = { 0 } };

	mnl_nlmsg_put_header(draft.bytes)->nlmsg_type = type;
	memcpy(mnl_nlmsg_put_extra_header(&draft.header, len), header, len);
	return draft;
}

/* The first @len bytes of the draft, as a message that is no longer. */
static struct nlmsghdr *message(const struct draft *draft, size_t len)
{
	struct nlmsghdr *nlh = malloc(len);

	memcpy(nlh, draft->bytes, len);
	nlh->nlmsg_len = (uint32_t)len;
	return nlh;
}

/* Append an attribute of @len bytes as the last one, without padding behind it. */
static struct nlmsghdr *message_with(struct draft draft, uint16_t type, const void *bytes,
				     size_t len)
{
	size_t at = draft.header.nlmsg_len;

	mnl_attr_put(&draft.header, type, len, bytes);
	return message(&draft, at + sizeof(struct nlattr) + len);
}

static struct draft link_draft(void)
{
	return draft_new(RTM_NEWLINK, &(struct ifinfomsg){ .ifi_index = 7, .ifi_type = 1 },
			 sizeof(struct ifinfomsg));
}

static struct draft route_draft(void)
{
	static const uint8_t dst[4] = { 10, 1, 0, 0 };
	struct draft draft = draft_new(RTM_NEWROUTE,
				       &(struct rtmsg){ .rtm_family = AF_INET,
							.rtm_dst_len = 16,
							.rtm_table = RT_TABLE_MAIN,
							.rtm_type = RTN_UNICAST },
				       sizeof(struct rtmsg));

	mnl_attr_put(&draft.header, RTA_DST, sizeof(dst), dst);
	return draft;
}

static void check_name(const char *bytes, size_t len, const char *expected)
{
	struct nlmsghdr *nlh = message_with(link_draft(), IFLA_IFNAME, bytes, len);
	struct linkinfo info = { .mtu = 0 };
	struct rtnl_link link;

	cr_assert_eq(rtnl_parse_link(nlh, &link), 0);
	cr_assert_str_eq(link.name, expected);
	linkinfo_parse(nlh, &info);
	cr_assert_str_eq(info.name, expected);
	cr_assert_eq(info.carrier, 7);
	free(nlh);
}

Test(rtnl_parse, name_without_nul_ends_with_its_attribute)
{
	check_name("eth", 3, "eth");
	check_name("eth1", 4, "eth1");
	check_name("eth1", 5, "eth1");
	check_name("", 0, "");
	check_name("sixteen.letters!", 16, "sixteen.letters");
	check_name("more.than.sixteen.letters", 25, "more.than.sixte");
}

static void check_multipath(const void *bytes, size_t len, uint16_t hops)
{
	struct nlmsghdr *nlh = message_with(route_draft(), RTA_MULTIPATH, bytes, len);
	struct rtnl_route_msg msg;

	cr_assert_eq(rtnl_parse_route(nlh, RT_TABLE_MAIN, NULL, &msg), 0);
	cr_assert_eq(msg.route->hop_count, hops);
	for (uint16_t i = 0; i < hops; i++)
		cr_assert_eq(msg.route->hops[i].ifindex, 3u + i);
	free(msg.route);
	free(nlh);
}

Test(rtnl_parse, rest_of_multipath_that_is_no_hop_is_left_alone)
{
	struct rtnexthop hops[3] = { { .rtnh_len = 8, .rtnh_ifindex = 3 },
				     { .rtnh_len = 8, .rtnh_ifindex = 4 },
				     { .rtnh_len = 8 } };

	for (size_t rest = 0; rest < sizeof(hops[0]); rest++)
		check_multipath(hops, 16 + rest, 2);
	for (size_t len = 0; len < sizeof(hops[0]); len++)
		check_multipath(hops, len, 0);
}

Test(rtnl_parse, last_hop_of_multipath_need_not_be_aligned)
{
	struct rtnexthop hops[3] = { { .rtnh_len = 8, .rtnh_ifindex = 3 },
				     { .rtnh_len = 9, .rtnh_ifindex = 4 } };

	check_multipath(hops, 17, 2);
}

Test(rtnl_parse, hop_of_multipath_without_length_ends_the_list)
{
	struct rtnexthop hops[3] = { { .rtnh_len = 8, .rtnh_ifindex = 3 }, { .rtnh_len = 0 } };

	check_multipath(hops, sizeof(hops), 1);
}

/* Whatever is refused of a message that ends early, nothing behind its end is read. */
static void check_prefix(const struct draft *draft, size_t len, bool has_header)
{
	struct nlmsghdr *nlh = message(draft, len);
	struct linkinfo info = { .mtu = 0 };
	struct rtnl_route_msg msg;
	struct linktab_addr addr;
	struct rtnl_link link;
	uint32_t ifindex;

	switch (nlh->nlmsg_type) {
	case RTM_NEWLINK:
		cr_assert_eq(rtnl_parse_link(nlh, &link), has_header ? 0 : -ENOMSG);
		linkinfo_parse(nlh, &info);
		cr_assert_eq(info.carrier, has_header ? 7 : 0);
		break;
	case RTM_NEWADDR:
		cr_assert(rtnl_parse_addr(nlh, &ifindex, &addr) == -ENOMSG ||
			  len == draft->header.nlmsg_len);
		break;
	default:
		if (rtnl_parse_route(nlh, RT_TABLE_MAIN, NULL, &msg) == 0)
			free(msg.route);
		else
			cr_assert(len < draft->header.nlmsg_len);
	}
	free(nlh);
}

static void check_prefixes(const struct draft *draft, size_t header)
{
	for (size_t len = sizeof(struct nlmsghdr); len <= draft->header.nlmsg_len; len++)
		check_prefix(draft, len, len >= sizeof(struct nlmsghdr) + header);
}

Test(rtnl_parse, messages_may_end_anywhere)
{
	static const uint8_t bytes[16] = { 10, 1, 1, 1 };
	struct rtnexthop hop = { .rtnh_len = 8, .rtnh_ifindex = 3 };
	struct draft addr = draft_new(
		RTM_NEWADDR, &(struct ifaddrmsg){ .ifa_family = AF_INET, .ifa_prefixlen = 24 },
		sizeof(struct ifaddrmsg));
	struct draft link = link_draft(), route = route_draft(), multipath = route_draft();
	struct nlattr *nest;

	mnl_attr_put(&link.header, IFLA_ADDRESS, 6, bytes);
	mnl_attr_put_u32(&link.header, IFLA_MTU, 1500);
	nest = mnl_attr_nest_start(&link.header, IFLA_LINKINFO);
	mnl_attr_put_strz(&link.header, IFLA_INFO_KIND, "vlan");
	mnl_attr_nest_end(&link.header, nest);
	mnl_attr_put_strz(&link.header, IFLA_IFNAME, "eth1");
	mnl_attr_put(&addr.header, IFA_LOCAL, 4, bytes);
	mnl_attr_put_u32(&route.header, RTA_PRIORITY, 20);
	mnl_attr_put(&route.header, RTA_GATEWAY, 4, bytes);
	mnl_attr_put_u32(&route.header, RTA_OIF, 3);
	mnl_attr_put(&multipath.header, RTA_MULTIPATH, sizeof(hop), &hop);
	check_prefixes(&link, sizeof(struct ifinfomsg));
	check_prefixes(&addr, sizeof(struct ifaddrmsg));
	check_prefixes(&route, sizeof(struct rtmsg));
	check_prefixes(&multipath, sizeof(struct rtmsg));
}

/* ---- nexthop objects ---- */

static struct draft nexthop_draft(uint32_t id)
{
	struct draft draft = draft_new(RTM_NEWNEXTHOP, &(struct nhmsg){ .nh_family = AF_INET },
				       sizeof(struct nhmsg));

	mnl_attr_put_u32(&draft.header, NHA_ID, id);
	return draft;
}

static void nexthop_add(struct nexthops *nexthops, uint32_t id, uint32_t ifindex)
{
	struct draft draft = nexthop_draft(id);

	mnl_attr_put_u32(&draft.header, NHA_OIF, ifindex);
	cr_assert_eq(nexthops_apply(nexthops, &draft.header), 0);
}

Test(rtnl_parse, group_of_nexthops_follows_its_members_and_its_length)
{
	const struct nexthop_grp members[] = { { .id = 1 }, { .id = 2 }, { .id = 3 } };
	struct nexthops *nexthops = nexthops_new();
	struct fib_route *route;

	nexthop_add(nexthops, 1, 11);
	nexthop_add(nexthops, 2, 12);
	for (size_t len = 0; len <= sizeof(members); len++) {
		struct nlmsghdr *nlh = message_with(nexthop_draft(10), NHA_GROUP, members, len);

		cr_assert_eq(nexthops_apply(nexthops, nlh), 0);
		free(nlh);
		if (len < sizeof(members[0]))
			continue; /* no members: a hop without interface */
		cr_assert_eq(nexthops_route(nexthops, 10, &route), 0);
		cr_assert_eq(route->hop_count, len < 2 * sizeof(members[0]) ? 1 : 2);
		cr_assert_eq(route->hops[0].ifindex, 11);
		free(route);
	}
	cr_assert_eq(nexthops_route(nexthops, 3, &route), -ENOENT);
	nexthops_free(nexthops);
}

Test(rtnl_parse, nexthop_messages_that_end_early_are_not_read_beyond)
{
	struct nexthops *nexthops = nexthops_new();
	struct draft draft = nexthop_draft(7);

	mnl_attr_put_u32(&draft.header, NHA_OIF, 3);
	for (size_t len = sizeof(draft.header); len < draft.header.nlmsg_len; len++) {
		struct nlmsghdr *nlh = message(&draft, len);

		(void)nexthops_apply(nexthops, nlh); /* only what it reads counts */
		free(nlh);
	}
	nexthops_free(nexthops);
}
