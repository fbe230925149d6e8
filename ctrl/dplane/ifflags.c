/* SPDX-License-Identifier: GPL-2.0-only */
/* Interface settings by netlink and ethtool. Who needs them when is ebpf.c. */
#include "dplane/ifflags.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/ethtool.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static int allmulti_send(struct mnl_socket *nl, uint32_t ifindex, bool on)
{
	char buf[MNL_SOCKET_BUFFER_SIZE];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct ifinfomsg *info;
	ssize_t len;

	nlh->nlmsg_type = RTM_NEWLINK;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	info = mnl_nlmsg_put_extra_header(nlh, sizeof(*info));
	info->ifi_index = (int)ifindex;
	info->ifi_change = IFF_ALLMULTI; /* every other flag stays as it is */
	info->ifi_flags = on ? IFF_ALLMULTI : 0;
	if (mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID) < 0 ||
	    mnl_socket_sendto(nl, nlh, nlh->nlmsg_len) < 0)
		return -errno;
	len = mnl_socket_recvfrom(nl, buf, sizeof(buf));
	if (len < 0 || mnl_cb_run(buf, (size_t)len, 0, mnl_socket_get_portid(nl), NULL, NULL) < 0)
		return -errno;
	return 0;
}

/* An ioctl on an interface which is known by number. */
static int if_ioctl(uint32_t ifindex, unsigned long request, struct ifreq *ifr)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int err = 0;

	if (fd < 0)
		return -errno;
	if (!if_indextoname(ifindex, ifr->ifr_name) || ioctl(fd, request, ifr) < 0)
		err = -errno;
	(void)close(fd);
	return err;
}

static bool allmulti_is_on(uint32_t ifindex)
{
	struct ifreq ifr = { .ifr_flags = 0 };

	return if_ioctl(ifindex, SIOCGIFFLAGS, &ifr) == 0 && ifr.ifr_flags & IFF_ALLMULTI;
}

int ifflags_allmulti_set(uint32_t ifindex, bool on, bool *ret_changed)
{
	bool changed = allmulti_is_on(ifindex) != on;
	struct mnl_socket *nl;
	int err = 0;

	if (changed) {
		nl = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
		if (!nl)
			return -errno;
		err = allmulti_send(nl, ifindex, on);
		(void)mnl_socket_close(nl);
	}
	if (!err && ret_changed)
		*ret_changed = changed;
	return err;
}

int ifflags_rxvlan_set(uint32_t ifindex, bool on, bool *ret_changed)
{
	struct ethtool_value value = { .cmd = ETHTOOL_GFLAGS };
	struct ifreq ifr = { .ifr_data = (char *)&value };
	int err = if_ioctl(ifindex, SIOCETHTOOL, &ifr);
	bool changed = !(value.data & ETH_FLAG_RXVLAN) == on;

	if (!err && changed) {
		value.cmd = ETHTOOL_SFLAGS;
		value.data ^= ETH_FLAG_RXVLAN;
		err = if_ioctl(ifindex, SIOCETHTOOL, &ifr);
	}
	if (!err && ret_changed)
		*ret_changed = changed;
	return err;
}
