/* SPDX-License-Identifier: GPL-2.0-only */
/* One question and one answer of rtnetlink: RTM_GETLINK, see rtnetlink(7). */
#include "dplane/linkinfo.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>

/* An answer with the tables of all address families is longer than a page. */
#define ANSWER_ROOM 32768

struct attrs {
	const struct nlattr *at[IFLA_MAX + 1];
};

static int attr_store(const struct nlattr *attr, void *data)
{
	struct attrs *attrs = data;
	uint16_t type = mnl_attr_get_type(attr);

	if (type <= IFLA_MAX)
		attrs->at[type] = attr;
	return MNL_CB_OK;
}

static bool attr_holds(const struct nlattr *attr, size_t len)
{
	return attr && mnl_attr_get_payload_len(attr) >= len;
}

/* A port in another namespace (IFLA_LINK_NETNSID) is out of reach: no carrier of ours. */
static void vlan_store(const struct attrs *attrs, const struct nlattr *data,
		       struct linkinfo *ret_info)
{
	struct attrs vlan = { .at = { NULL } };

	if (!data || !attr_holds(attrs->at[IFLA_LINK], sizeof(uint32_t)) ||
	    attrs->at[IFLA_LINK_NETNSID])
		return;
	(void)mnl_attr_parse_nested(data, attr_store, &vlan); /* as in kind_store() */
	if (!attr_holds(vlan.at[IFLA_VLAN_ID], sizeof(uint16_t)) ||
	    !attr_holds(vlan.at[IFLA_VLAN_PROTOCOL], sizeof(uint16_t)))
		return;
	ret_info->carrier = mnl_attr_get_u32(attrs->at[IFLA_LINK]);
	ret_info->vid = mnl_attr_get_u16(vlan.at[IFLA_VLAN_ID]);
	ret_info->tpid = mnl_attr_get_u16(vlan.at[IFLA_VLAN_PROTOCOL]); /* as on the wire */
}

static void kind_store(const struct attrs *attrs, struct linkinfo *ret_info)
{
	struct attrs info = { .at = { NULL } };
	const char *kind;

	if (!attrs->at[IFLA_LINKINFO])
		return;
	/* attr_store() never fails; a broken attribute ends the list. */
	(void)mnl_attr_parse_nested(attrs->at[IFLA_LINKINFO], attr_store, &info);
	if (!info.at[IFLA_INFO_KIND] ||
	    mnl_attr_validate(info.at[IFLA_INFO_KIND], MNL_TYPE_NUL_STRING) < 0)
		return;
	kind = mnl_attr_get_str(info.at[IFLA_INFO_KIND]);
	ret_info->is_bond = strcmp(kind, "bond") == 0;
	if (strcmp(kind, "vlan") == 0)
		vlan_store(attrs, info.at[IFLA_INFO_DATA], ret_info);
}

void linkinfo_parse(const struct nlmsghdr *nlh, struct linkinfo *info)
{
	const struct ifinfomsg *ifi = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *name;
	const unsigned int up = IFF_UP | IFF_RUNNING;
	struct attrs attrs = { .at = { NULL } };
	struct rtnl_link_stats64 stats;

	if (nlh->nlmsg_type != RTM_NEWLINK || nlh->nlmsg_len < sizeof(*nlh) + sizeof(*ifi))
		return;
	(void)mnl_attr_parse(nlh, sizeof(*ifi), attr_store, &attrs);
	info->is_up = (ifi->ifi_flags & up) == up;
	info->is_ethernet = ifi->ifi_type == ARPHRD_ETHER;
	info->carrier = (uint32_t)ifi->ifi_index;
	name = attrs.at[IFLA_IFNAME];
	if (name) /* which need not end in NUL */
		(void)snprintf(info->name, sizeof(info->name), "%.*s",
			       (int)mnl_attr_get_payload_len(name), mnl_attr_get_str(name));
	if (attr_holds(attrs.at[IFLA_MTU], sizeof(uint32_t)))
		info->mtu = mnl_attr_get_u32(attrs.at[IFLA_MTU]);
	if (info->is_ethernet && attr_holds(attrs.at[IFLA_ADDRESS], ETH_ALEN))
		memcpy(info->mac, mnl_attr_get_payload(attrs.at[IFLA_ADDRESS]), ETH_ALEN);
	if (attr_holds(attrs.at[IFLA_STATS64], sizeof(stats))) {
		memcpy(&stats, mnl_attr_get_payload(attrs.at[IFLA_STATS64]), sizeof(stats));
		info->tx_packets = stats.tx_packets;
	}
	kind_store(&attrs, info);
}

static int info_store(const struct nlmsghdr *nlh, void *data)
{
	linkinfo_parse(nlh, data);
	return MNL_CB_OK;
}

static int ask(struct mnl_socket *nl, uint32_t ifindex, struct linkinfo *info)
{
	char buf[ANSWER_ROOM];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct ifinfomsg *ifi = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifi));
	ssize_t len;

	nlh->nlmsg_type = RTM_GETLINK;
	nlh->nlmsg_flags = NLM_F_REQUEST;
	ifi->ifi_index = (int)ifindex;
	if (mnl_socket_sendto(nl, nlh, nlh->nlmsg_len) < 0)
		return -errno;
	len = mnl_socket_recvfrom(nl, buf, sizeof(buf));
	if (len < 0 || mnl_cb_run(buf, (size_t)len, 0, 0, info_store, info) < 0)
		return -errno;
	return info->carrier ? 0 : -ENODEV;
}

int linkinfo_read(uint32_t ifindex, struct linkinfo *ret_info)
{
	struct mnl_socket *nl = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	struct linkinfo info = { .mtu = 0 };
	int err;

	if (!nl)
		return -errno;
	err = ask(nl, ifindex, &info);
	(void)mnl_socket_close(nl);
	if (!err)
		*ret_info = info;
	return err;
}
