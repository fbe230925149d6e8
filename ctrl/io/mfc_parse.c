// SPDX-License-Identifier: GPL-2.0-only
/*
 * Entries of the kernel's multicast forwarding cache as rtnetlink has them (seen on Linux 6.1 and
 * 6.18): RTA_SRC and RTA_DST, also where they are zeros; RTA_IIF, unless the entry is unresolved or
 * its input is gone; outputs as next hops of RTA_MULTIPATH, whose rtnh_hops is the threshold.
 * Interfaces are named by ifindex, not by VIF.
 */
#include "io/mfc_parse.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "base/nlattrs.h"

static bool is_zero(const struct ip_addr *addr)
{
	static const uint8_t zeros[16];

	return !memcmp(ip_addr_bytes(addr), zeros, ip_family_addr_len(ip_addr_family(addr)));
}

bool mfc_is_any(const struct mfc *mfc)
{
	return is_zero(&mfc->source) || is_zero(&mfc->group);
}

uint32_t mfc_table_id(enum ip_family family, uint32_t table)
{
	if (table)
		return table;
	return family == IP_FAMILY_4 ? RT_TABLE_DEFAULT : RT_TABLE_MAIN;
}

static bool family_find(unsigned char rtm_family, enum ip_family *ret_family)
{
	*ret_family = rtm_family == RTNL_FAMILY_IPMR ? IP_FAMILY_4 : IP_FAMILY_6;
	return rtm_family == RTNL_FAMILY_IPMR || rtm_family == RTNL_FAMILY_IP6MR;
}

static bool read_addr(enum ip_family family, const struct nlattr *attr, struct ip_addr *ret_addr)
{
	if (!nlattr_holds(attr, ip_family_addr_len(family)))
		return false;
	*ret_addr = ip_addr_from_bytes(family, mnl_attr_get_payload(attr));
	return ip_addr_family(ret_addr) == family; /* IPv4 mapped into IPv6 is none of a stream */
}

/* Each next hop is a struct rtnexthop, perhaps with attributes behind it. */
static bool read_outputs(const struct nlattr *attr, struct mfc *mfc)
{
	const uint8_t *at = mnl_attr_get_payload(attr);
	size_t left = mnl_attr_get_payload_len(attr);

	while (left) {
		struct rtnexthop hop;
		size_t len;

		if (left < sizeof(hop))
			return false;
		memcpy(&hop, at, sizeof(hop));
		if (hop.rtnh_len < sizeof(hop) || hop.rtnh_len > left || hop.rtnh_ifindex <= 0 ||
		    !hop.rtnh_hops || hop.rtnh_hops == UINT8_MAX ||
		    mfc->output_count == MFC_OUTPUTS_MAX)
			return false;
		mfc->outputs[mfc->output_count++] =
			(struct mfc_output){ .ifindex = (uint32_t)hop.rtnh_ifindex,
					     .ttl = hop.rtnh_hops };
		len = RTNH_ALIGN(hop.rtnh_len);
		at += len < left ? len : left;
		left -= len < left ? len : left;
	}
	return true;
}

int mfc_parse(const struct nlmsghdr *nlh, struct mfc *ret_mfc)
{
	struct mfc mfc = { .is_deleted = nlh->nlmsg_type == RTM_DELROUTE };
	const struct rtmsg *rtm;
	struct nlattrs attrs;

	if (nlh->nlmsg_type != RTM_NEWROUTE && nlh->nlmsg_type != RTM_DELROUTE)
		return -ENOMSG;
	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*rtm))
		return -EBADMSG;
	rtm = mnl_nlmsg_get_payload(nlh);
	if (!family_find(rtm->rtm_family, &mfc.family) || rtm->rtm_type != RTN_MULTICAST)
		return -ENOMSG;
	attrs = nlattrs_of(nlh, sizeof(*rtm));
	if (!read_addr(mfc.family, attrs.at[RTA_SRC], &mfc.source) ||
	    !read_addr(mfc.family, attrs.at[RTA_DST], &mfc.group))
		return -EBADMSG;
	mfc.table = nlattr_u32(attrs.at[RTA_TABLE], rtm->rtm_table);
	mfc.is_resolved = !(rtm->rtm_flags & RTNH_F_UNRESOLVED);
	mfc.iif = mfc.is_resolved ? nlattr_u32(attrs.at[RTA_IIF], 0) : 0;
	if (attrs.at[RTA_MULTIPATH] && !read_outputs(attrs.at[RTA_MULTIPATH], &mfc))
		return -EBADMSG;
	*ret_mfc = mfc;
	return 0;
}
