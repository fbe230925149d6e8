// SPDX-License-Identifier: GPL-2.0-only
/*
 * Source: include/uapi/linux/if_bridge.h and if_link.h, bridge(8). The list of router ports is that
 * of `bridge -d mdb show`.
 */
#include <errno.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>

#include "io/bridge.h"
#include "io/linkdata.h"
#include "io/netquery.h"

static unsigned int number8(const struct nlattr *attr, unsigned int absent)
{
	return nlattr_holds(attr, 1) ? mnl_attr_get_u8(attr) : absent;
}

/* ---- router ports ---- */

struct router_search {
	uint32_t bridge, port;
	struct bridge_view *view;
};

static int look_at_router(const struct nlattr *attr, void *ctx)
{
	const struct router_search *search = ctx;
	const size_t head = sizeof(uint32_t);
	struct nlattrs details;

	if (mnl_attr_get_type(attr) != MDBA_ROUTER_PORT || !nlattr_holds(attr, head) ||
	    mnl_attr_get_u32(attr) != search->port)
		return MNL_CB_OK;
	details = nlattrs_over((const char *)mnl_attr_get_payload(attr) + head,
			       mnl_attr_get_payload_len(attr) - head);
	if (number8(details.at[MDBA_ROUTER_PATTR_TYPE], 0) == MDB_RTR_TYPE_PERM)
		search->view->is_router[IP_FAMILY_4] = search->view->is_router[IP_FAMILY_6] = true;
	if (nlattr_u32(details.at[MDBA_ROUTER_PATTR_INET_TIMER], 0))
		search->view->is_router[IP_FAMILY_4] = true;
	if (nlattr_u32(details.at[MDBA_ROUTER_PATTR_INET6_TIMER], 0))
		search->view->is_router[IP_FAMILY_6] = true;
	return MNL_CB_OK;
}

static int look_at_bridge(const struct nlmsghdr *nlh, void *ctx)
{
	const struct br_port_msg *head = mnl_nlmsg_get_payload(nlh);
	const struct nlattrs attrs = nlattrs_of(nlh, sizeof(*head));
	struct router_search *search = ctx;

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*head) || head->ifindex != search->bridge ||
	    !attrs.at[MDBA_ROUTER])
		return MNL_CB_OK;
	(void)mnl_attr_parse_nested(attrs.at[MDBA_ROUTER], look_at_router, search);
	return MNL_CB_OK;
}

static int read_routers(uint32_t bridge, uint32_t port, struct bridge_view *view)
{
	struct router_search search = { bridge, port, view };
	char buffer[128];
	struct nlmsghdr *query = mnl_nlmsg_put_header(buffer);
	struct br_port_msg *head = mnl_nlmsg_put_extra_header(query, sizeof(*head));

	query->nlmsg_type = RTM_GETMDB;
	query->nlmsg_flags = NLM_F_DUMP;
	head->family = PF_BRIDGE;
	return netquery(NETLINK_ROUTE, query, look_at_bridge, &search);
}

/* ---- the bridge ---- */

static int read_bridge(const struct linkdata *link, struct bridge_view *view)
{
	const struct nlattrs data = nlattrs_in(link->info.at[IFLA_INFO_DATA]);
	const struct nlattrs querier = nlattrs_in(data.at[IFLA_BR_MCAST_QUERIER_STATE]);

	if (!linkdata_is(link->info.at[IFLA_INFO_KIND], "bridge"))
		return -ENOENT;
	(void)snprintf(view->name, sizeof(view->name), "%s", link->name);
	view->snoops = number8(data.at[IFLA_BR_MCAST_SNOOPING], 0);
	view->is_never_router = number8(data.at[IFLA_BR_MCAST_ROUTER], MDB_RTR_TYPE_TEMP_QUERY) ==
				MDB_RTR_TYPE_DISABLED;
	view->has_querier[IP_FAMILY_4] = querier.at[BRIDGE_QUERIER_IP_ADDRESS];
	view->has_querier[IP_FAMILY_6] = querier.at[BRIDGE_QUERIER_IPV6_ADDRESS];
	return 0;
}

static int read_port(const struct linkdata *port, struct bridge_view *view)
{
	const struct nlattrs data = nlattrs_in(port->info.at[IFLA_INFO_SLAVE_DATA]);
	uint32_t master = nlattr_u32(port->attrs.at[IFLA_MASTER], 0);
	struct linkdata bridge;
	int err;

	if (!master || !linkdata_is(port->info.at[IFLA_INFO_SLAVE_KIND], "bridge"))
		return -ENOENT;
	err = linkdata_read(master, -1, &bridge);
	if (!err)
		err = read_bridge(&bridge, view);
	if (err)
		return err;
	(void)snprintf(view->port, sizeof(view->port), "%s", port->name);
	view->is_never_router = number8(data.at[IFLA_BRPORT_MULTICAST_ROUTER],
					MDB_RTR_TYPE_TEMP_QUERY) == MDB_RTR_TYPE_DISABLED;
	return read_routers(master, port->ifindex, view);
}

int bridge_of(uint32_t ifindex, struct bridge_view *ret_view)
{
	struct bridge_view view = { .snoops = false };
	struct linkdata link, other;
	int32_t nsid;
	uint32_t peer;
	int err = linkdata_read(ifindex, -1, &link);

	if (err)
		return err;
	peer = linkdata_peer(&link, &nsid);
	err = read_bridge(&link, &view);
	if (err && peer && nsid < 0) {
		err = linkdata_read(peer, -1, &other);
		if (!err)
			err = linkdata_is(link.info.at[IFLA_INFO_KIND], "veth")
				      ? read_port(&other, &view)
				      : read_bridge(&other, &view);
	}
	if (!err)
		*ret_view = view;
	return err;
}
