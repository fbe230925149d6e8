/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Table of nexthop objects, single ones and groups of them. A group keeps the ids of its members,
 * so that it follows each of them. Source: linux/nexthop.h; ip-nexthop(8).
 */
#include "io/rtnl_nexthop.h"

#include <errno.h>
#include <linux/nexthop.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/nlattrs.h"

struct nexthop {
	uint32_t id;
	bool is_blackhole;
	struct fib_hop hop;    /* of a single one */
	uint16_t member_count; /* 0: a single one */
	uint32_t *members;
	UT_hash_handle hh;
};

struct nexthops {
	struct nexthop *by_id;
};

struct nexthops *nexthops_new(void)
{
	return calloc(1, sizeof(struct nexthops));
}

static struct nexthop *nexthop_find(const struct nexthops *nexthops, uint32_t id)
{
	struct nexthop *nexthop;

	HASH_FIND(hh, nexthops->by_id, &id, sizeof(id), nexthop);
	return nexthop;
}

static void nexthop_del(struct nexthops *nexthops, uint32_t id)
{
	struct nexthop *nexthop = nexthop_find(nexthops, id);

	if (!nexthop)
		return;
	HASH_DEL(nexthops->by_id, nexthop);
	free(nexthop->members);
	free(nexthop);
}

void nexthops_free(struct nexthops *nexthops)
{
	if (!nexthops)
		return;
	while (nexthops->by_id)
		nexthop_del(nexthops, nexthops->by_id->id);
	free(nexthops);
}

/* ---- messages ---- */

/* A family that is unknown is one without a gateway. */
static struct fib_hop hop_read(const struct nhmsg *nhm, const struct nlattrs *attrs)
{
	enum ip_family family = nhm->nh_family == AF_INET6 ? IP_FAMILY_6 : IP_FAMILY_4;
	const struct nlattr *gateway = attrs->at[NHA_GATEWAY];
	struct fib_hop hop = {
		.ifindex = nlattr_u32(attrs->at[NHA_OIF], 0),
		.is_dead = nhm->nh_flags & RTNH_F_DEAD,
	};

	if (gateway && mnl_attr_get_payload_len(gateway) == ip_family_addr_len(family) &&
	    !(family == IP_FAMILY_6 && ip_addr_is_mapped(mnl_attr_get_payload(gateway))))
		hop.gateway = ip_addr_from_bytes(family, mnl_attr_get_payload(gateway));
	return hop;
}

/* Return: 0 or -ENOMEM. */
static int members_read(const struct nlattr *group, struct nexthop *nexthop)
{
	const struct nexthop_grp *members = mnl_attr_get_payload(group);
	size_t count = mnl_attr_get_payload_len(group) / sizeof(*members);

	nexthop->members = calloc(count, sizeof(*nexthop->members));
	if (!nexthop->members && count)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		nexthop->members[i] = members[i].id;
	nexthop->member_count = (uint16_t)count; /* of an attribute of less than 64 KiB */
	return 0;
}

static int nexthop_set(struct nexthops *nexthops, uint32_t id, const struct nhmsg *nhm,
		       const struct nlattrs *attrs)
{
	struct nexthop *nexthop = calloc(1, sizeof(*nexthop));

	if (!nexthop)
		return -ENOMEM;
	nexthop->id = id;
	nexthop->is_blackhole = attrs->at[NHA_BLACKHOLE];
	nexthop->hop = hop_read(nhm, attrs);
	if (attrs->at[NHA_GROUP] && members_read(attrs->at[NHA_GROUP], nexthop)) {
		free(nexthop);
		return -ENOMEM;
	}
	nexthop_del(nexthops, id);
	HASH_ADD(hh, nexthops->by_id, id, sizeof(nexthop->id), nexthop);
	return 0;
}

int nexthops_apply(struct nexthops *nexthops, const struct nlmsghdr *nlh)
{
	const struct nlattrs attrs = nlattrs_of(nlh, sizeof(struct nhmsg));
	uint32_t id = nlattr_u32(attrs.at[NHA_ID], 0);

	if (!id || attrs.at[NHA_FDB])
		return -ENOMSG;
	if (nlh->nlmsg_type == RTM_NEWNEXTHOP)
		return nexthop_set(nexthops, id, mnl_nlmsg_get_payload(nlh), &attrs);
	nexthop_del(nexthops, id);
	return 0;
}

/* ---- routes ---- */

static struct fib_route *route_of_hop(const struct nexthop *nexthop)
{
	struct fib_route *route = fib_route_new(nexthop->is_blackhole ? 0 : 1);

	if (!route)
		return NULL;
	route->is_unreachable = nexthop->is_blackhole;
	if (!nexthop->is_blackhole)
		route->hops[0] = nexthop->hop;
	return route;
}

/* The kernel allows a blackhole in a group only as its one member. */
static struct fib_route *route_of_group(const struct nexthops *nexthops,
					const struct nexthop *group)
{
	struct fib_route *route = fib_route_new(group->member_count);

	if (!route)
		return NULL;
	route->hop_count = 0;
	for (unsigned int i = 0; i < group->member_count; i++) {
		const struct nexthop *member = nexthop_find(nexthops, group->members[i]);

		if (!member || member->member_count)
			continue;
		route->is_unreachable |= member->is_blackhole;
		if (!member->is_blackhole)
			route->hops[route->hop_count++] = member->hop;
	}
	return route;
}

int nexthops_route(const struct nexthops *nexthops, uint32_t id, struct fib_route **ret_route)
{
	const struct nexthop *nexthop = nexthop_find(nexthops, id);
	struct fib_route *route;

	if (!nexthop)
		return -ENOENT;
	route = nexthop->member_count ? route_of_group(nexthops, nexthop) : route_of_hop(nexthop);
	if (!route)
		return -ENOMEM;
	*ret_route = route;
	return 0;
}
