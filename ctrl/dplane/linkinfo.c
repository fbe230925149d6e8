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

#include "base/nlattrs.h"

/* An answer with the tables of all address families is longer than a page. */
#define ANSWER_ROOM 32768

/* A port in another namespace (IFLA_LINK_NETNSID) is out of reach: no carrier of ours. */
static void vlan_store(const struct nlattrs *attrs, const struct nlattr *data,
		       struct linkinfo *ret_info)
{
	struct nlattrs vlan;

	if (!data || !nlattr_holds(attrs->at[IFLA_LINK], sizeof(uint32_t)) ||
	    attrs->at[IFLA_LINK_NETNSID])
		return;
	vlan = nlattrs_in(data);
	if (!nlattr_holds(vlan.at[IFLA_VLAN_ID], sizeof(uint16_t)) ||
	    !nlattr_holds(vlan.at[IFLA_VLAN_PROTOCOL], sizeof(uint16_t)))
		return;
	ret_info->carrier = mnl_attr_get_u32(attrs->at[IFLA_LINK]);
	ret_info->vid = mnl_attr_get_u16(vlan.at[IFLA_VLAN_ID]);
	ret_info->tpid = mnl_attr_get_u16(vlan.at[IFLA_VLAN_PROTOCOL]); /* as on the wire */
}

static void kind_store(const struct nlattrs *attrs, struct linkinfo *ret_info)
{
	const struct nlattrs info = nlattrs_in(attrs->at[IFLA_LINKINFO]);
	const char *kind;

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
	const struct nlattrs attrs = nlattrs_of(nlh, sizeof(*ifi));
	struct rtnl_link_stats64 stats;

	if (nlh->nlmsg_type != RTM_NEWLINK || nlh->nlmsg_len < sizeof(*nlh) + sizeof(*ifi))
		return;
	info->is_up = (ifi->ifi_flags & up) == up;
	info->is_ethernet = ifi->ifi_type == ARPHRD_ETHER;
	info->carrier = (uint32_t)ifi->ifi_index;
	name = attrs.at[IFLA_IFNAME];
	if (name) /* which need not end in NUL */
		(void)snprintf(info->name, sizeof(info->name), "%.*s",
			       (int)mnl_attr_get_payload_len(name), mnl_attr_get_str(name));
	if (nlattr_holds(attrs.at[IFLA_MTU], sizeof(uint32_t)))
		info->mtu = mnl_attr_get_u32(attrs.at[IFLA_MTU]);
	if (info->is_ethernet && nlattr_holds(attrs.at[IFLA_ADDRESS], ETH_ALEN))
		memcpy(info->mac, mnl_attr_get_payload(attrs.at[IFLA_ADDRESS]), ETH_ALEN);
	if (nlattr_holds(attrs.at[IFLA_STATS64], sizeof(stats))) {
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
