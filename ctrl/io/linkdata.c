// SPDX-License-Identifier: GPL-2.0-only
/* Source: rtnetlink(7). */
#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>

#include "io/linkdata.h"
#include "io/netquery.h"

static int store(const struct nlmsghdr *nlh, void *ctx)
{
	struct linkdata *data = ctx;
	const struct ifinfomsg *ifi;

	if (nlh->nlmsg_type != RTM_NEWLINK || nlh->nlmsg_len < sizeof(*nlh) + sizeof(*ifi) ||
	    nlh->nlmsg_len > sizeof(data->bytes))
		return MNL_CB_OK;
	memcpy(data->bytes, nlh, nlh->nlmsg_len);
	nlh = (const struct nlmsghdr *)(const void *)data->bytes;
	ifi = mnl_nlmsg_get_payload(nlh);
	data->ifindex = (uint32_t)ifi->ifi_index;
	data->attrs = nlattrs_of(nlh, sizeof(*ifi));
	data->info = nlattrs_in(data->attrs.at[IFLA_LINKINFO]);
	if (data->attrs.at[IFLA_IFNAME])
		(void)snprintf(data->name, sizeof(data->name), "%.*s",
			       (int)mnl_attr_get_payload_len(data->attrs.at[IFLA_IFNAME]),
			       mnl_attr_get_str(data->attrs.at[IFLA_IFNAME]));
	return MNL_CB_OK;
}

int linkdata_read(uint32_t ifindex, int32_t nsid, struct linkdata *ret_data)
{
	char buffer[128];
	struct nlmsghdr *query = mnl_nlmsg_put_header(buffer);
	struct ifinfomsg *ifi = mnl_nlmsg_put_extra_header(query, sizeof(*ifi));
	int err;

	query->nlmsg_type = RTM_GETLINK;
	ifi->ifi_index = (int)ifindex;
	/* Counters are not needed, nor is there room for them. */
	mnl_attr_put_u32(query, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	if (nsid >= 0)
		mnl_attr_put_u32(query, IFLA_TARGET_NETNSID, (uint32_t)nsid);
	*ret_data = (struct linkdata){ .ifindex = 0 };
	err = netquery(NETLINK_ROUTE, query, store, ret_data);
	return err ? err : ret_data->ifindex ? 0 : -EMSGSIZE;
}

bool linkdata_is(const struct nlattr *attr, const char *text)
{
	return attr && mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) == 0 &&
	       strcmp(mnl_attr_get_str(attr), text) == 0;
}

uint32_t linkdata_peer(const struct linkdata *data, int32_t *ret_nsid)
{
	*ret_nsid = (int32_t)nlattr_u32(data->attrs.at[IFLA_LINK_NETNSID], UINT32_MAX);
	return nlattr_u32(data->attrs.at[IFLA_LINK], 0);
}
