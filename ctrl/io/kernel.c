// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each attempt is wrong on purpose in something that the kernel looks at only after it has found
 * what is searched for. Source: net/sched/sch_api.c, kernel/bpf/syscall.c, net/ipv4/ipmr.c,
 * net/ipv4/route.c.
 */
#include <errno.h>
#include <linux/bpf.h>
#include <linux/genetlink.h>
#include <linux/mroute.h>
#include <linux/mroute6.h>
#include <linux/rtnetlink.h>
#include <linux/pkt_sched.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/addr.h"
#include "io/kernel.h"
#include "io/netquery.h"

/* Every network namespace has it. */
#define LOOPBACK_IFINDEX 1

/* A list of programs is read. */
bool kernel_has_attach_type(uint32_t type)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.query.target_fd = LOOPBACK_IFINDEX; /* of network hooks an ifindex */
	attr.query.attach_type = type;
	return syscall(SYS_bpf, BPF_PROG_QUERY, &attr, sizeof(attr)) == 0 || errno != EINVAL;
}

/* A block cannot have number 0, and that is looked at when the kind is known. */
bool kernel_has_qdisc(const char *kind)
{
	char buffer[256];
	struct nlmsghdr *query = mnl_nlmsg_put_header(buffer);
	struct tcmsg *tc = mnl_nlmsg_put_extra_header(query, sizeof(*tc));

	query->nlmsg_type = RTM_NEWQDISC;
	query->nlmsg_flags = NLM_F_CREATE | NLM_F_EXCL;
	tc->tcm_ifindex = LOOPBACK_IFINDEX;
	tc->tcm_parent = TC_H_CLSACT;
	tc->tcm_handle = TC_H_MAKE(TC_H_CLSACT, 0);
	mnl_attr_put_strz(query, TCA_KIND, kind);
	mnl_attr_put_u32(query, TCA_INGRESS_BLOCK, 0);
	return netquery(NETLINK_ROUTE, query, NULL, NULL) != -ENOENT;
}

bool kernel_has_genl(const char *family)
{
	char buffer[256];
	struct nlmsghdr *query = mnl_nlmsg_put_header(buffer);
	struct genlmsghdr *genl = mnl_nlmsg_put_extra_header(query, sizeof(*genl));

	query->nlmsg_type = GENL_ID_CTRL;
	genl->cmd = CTRL_CMD_GETFAMILY;
	genl->version = 1;
	mnl_attr_put_strz(query, CTRL_ATTR_FAMILY_NAME, family);
	return netquery(NETLINK_GENERIC, query, NULL, NULL) != -ENOENT;
}

bool kernel_has_ipv6(void)
{
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return errno != EAFNOSUPPORT;
	(void)close(fd); /* it was never used */
	return true;
}

bool kernel_accepts(uint32_t ifindex, const struct ip_addr *source, const struct ip_addr *group)
{
	char buffer[256];
	struct nlmsghdr *query = mnl_nlmsg_put_header(buffer);
	struct rtmsg *rtm = mnl_nlmsg_put_extra_header(query, sizeof(*rtm));
	const size_t len = ip_family_addr_len(IP_FAMILY_4);

	if (ip_addr_family(group) == IP_FAMILY_6)
		return true;
	query->nlmsg_type = RTM_GETROUTE;
	rtm->rtm_family = AF_INET;
	rtm->rtm_src_len = rtm->rtm_dst_len = (unsigned char)(8 * len);
	mnl_attr_put(query, RTA_SRC, len, ip_addr_bytes(source));
	mnl_attr_put(query, RTA_DST, len, ip_addr_bytes(group));
	mnl_attr_put_u32(query, RTA_IIF, ifindex);
	return netquery(NETLINK_ROUTE, query, NULL, NULL) == 0;
}

/* What the version is does not matter, and who asks does not own the table. */
bool kernel_has_mroute(enum ip_family family)
{
	bool is_v4 = family == IP_FAMILY_4, has;
	int fd = socket(is_v4 ? AF_INET : AF_INET6, SOCK_RAW | SOCK_CLOEXEC,
			is_v4 ? IPPROTO_IGMP : (int)IPPROTO_ICMPV6);
	int version;
	socklen_t len = sizeof(version);

	if (fd < 0)
		return true;
	has = getsockopt(fd, is_v4 ? IPPROTO_IP : (int)IPPROTO_IPV6,
			 is_v4 ? MRT_VERSION : MRT6_VERSION, &version, &len) == 0 ||
	      errno != ENOPROTOOPT;
	(void)close(fd); /* no packets */
	return has;
}

/* The default table is there in any case. */
bool kernel_has_tables(void)
{
	int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_IGMP);
	uint32_t table = RT_TABLE_DEFAULT;
	bool has;

	if (fd < 0)
		return true;
	has = setsockopt(fd, IPPROTO_IP, MRT_TABLE, &table, sizeof(table)) == 0 ||
	      errno != ENOPROTOOPT;
	(void)close(fd); /* no packets */
	return has;
}
