// SPDX-License-Identifier: GPL-2.0-only
/*
 * Messages of rtnetlink as the kernel sends them, one behind the other: interfaces, addresses,
 * routes, nexthop objects, entries of the multicast tables. Each is cut at its own length, so that
 * a read behind its end is seen.
 */
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

#include "io/mfc_parse.h"
#include "io/rtnl_parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void check_mfc(const struct nlmsghdr *nlh)
{
	struct mfc mfc;

	if (mfc_parse(nlh, &mfc))
		return;
	if (mfc.output_count > MFC_OUTPUTS_MAX || (!mfc.is_resolved && mfc.iif))
		abort();
	for (unsigned int i = 0; i < mfc.output_count; i++)
		if (!mfc.outputs[i].ifindex || mfc.outputs[i].ttl < 1)
			abort();
}

static void check_route(const struct nlmsghdr *nlh, const struct nexthops *nexthops)
{
	struct rtnl_route_msg msg;

	if (rtnl_parse_route(nlh, RT_TABLE_MAIN, nexthops, &msg))
		return;
	if (!msg.route)
		abort();
	free(msg.route);
}

static void check_link(const struct nlmsghdr *nlh)
{
	struct rtnl_link link;

	if (rtnl_parse_link(nlh, &link) == 0 && !memchr(link.name, '\0', sizeof(link.name)))
		abort();
}

static void take(const struct nlmsghdr *nlh, struct nexthops *nexthops)
{
	struct linktab_addr addr;
	uint32_t ifindex;

	switch (nlh->nlmsg_type) {
	case RTM_NEWLINK:
	case RTM_DELLINK: check_link(nlh); return;
	case RTM_NEWADDR:
	case RTM_DELADDR: (void)rtnl_parse_addr(nlh, &ifindex, &addr); return; /* either is right */
	case RTM_NEWNEXTHOP:
	case RTM_DELNEXTHOP: (void)nexthops_apply(nexthops, nlh); return;
	default: check_route(nlh, nexthops); check_mfc(nlh);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct nexthops *nexthops = nexthops_new();
	struct nlmsghdr *nlh;

	if (!nexthops)
		abort();
	while (len >= sizeof(*nlh)) {
		struct nlmsghdr head;
		size_t size;

		memcpy(&head, bytes, sizeof(head));
		size = head.nlmsg_len % 1024u;
		if (size < sizeof(head) || size > len)
			size = len;
		nlh = malloc(size);
		if (!nlh)
			abort();
		memcpy(nlh, bytes, size);
		nlh->nlmsg_len = (uint32_t)size;
		take(nlh, nexthops);
		free(nlh);
		size = (size + 3) & ~(size_t)3; /* NLMSG_ALIGN */
		bytes += size < len ? size : len;
		len -= size < len ? size : len;
	}
	nexthops_free(nexthops);
	return 0;
}
