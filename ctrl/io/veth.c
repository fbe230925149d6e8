// SPDX-License-Identifier: GPL-2.0-only
/*
 * Settings of ethtool are read by name in the own namespace only; of an interface in another one
 * netlink gives the name (IFLA_TARGET_NETNSID), and RTM_GETNSID says which folder of ip netns it
 * is.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/if_link.h>
#include <linux/net_namespace.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "io/linkdata.h"
#include "io/netquery.h"
#include "io/veth.h"

#define NETNS_FOLDER "/run/netns"
#define NETNS_MAX    256u /* namespaces that are looked at: the daemon waits meanwhile */

/* Return: whether it is on; false where it cannot be read. */
static bool ethtool_is_on(const char *name, uint32_t command)
{
	struct ethtool_value value = { .cmd = command };
	struct ifreq ifr = { .ifr_data = (char *)&value };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool is_on;

	if (fd < 0)
		return false;
	(void)snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	is_on = ioctl(fd, SIOCETHTOOL, &ifr) == 0 && value.data;
	(void)close(fd); /* only asked */
	return is_on;
}

/* ---- names of namespaces ---- */

static int store_nsid(const struct nlmsghdr *nlh, void *ctx)
{
	const struct nlattrs attrs = nlattrs_of(nlh, sizeof(struct rtgenmsg));

	*(int32_t *)ctx = (int32_t)nlattr_u32(attrs.at[NETNSA_NSID], UINT32_MAX);
	return MNL_CB_OK;
}

/* Return: the number by which our namespace knows that of a file; -1: none. */
static int32_t nsid_of(int folder, const char *name)
{
	int fd = openat(folder, name, O_RDONLY | O_CLOEXEC);
	char buffer[128];
	struct nlmsghdr *query = mnl_nlmsg_put_header(buffer);
	struct rtgenmsg *head = mnl_nlmsg_put_extra_header(query, sizeof(*head));
	int32_t nsid = -1;

	if (fd < 0)
		return -1;
	query->nlmsg_type = RTM_GETNSID;
	head->rtgen_family = AF_UNSPEC;
	mnl_attr_put_u32(query, NETNSA_FD, (uint32_t)fd);
	(void)netquery(NETLINK_ROUTE, query, store_nsid, &nsid); /* fails for other files */
	(void)close(fd);                                         /* only read */
	return nsid;
}

static void find_netns(int32_t nsid, char *name, size_t room)
{
	DIR *folder = opendir(NETNS_FOLDER);
	const struct dirent *entry;

	for (unsigned int i = 0; folder && i < NETNS_MAX && (entry = readdir(folder)); i++) {
		if (entry->d_name[0] == '.' || strlen(entry->d_name) >= room ||
		    nsid_of(dirfd(folder), entry->d_name) != nsid)
			continue;
		(void)snprintf(name, room, "%s", entry->d_name);
		break;
	}
	if (folder)
		(void)closedir(folder); /* only read */
}

int veth_peer(uint32_t ifindex, struct veth_peer *ret_peer)
{
	struct veth_peer peer = { .is_here = false };
	struct linkdata link, other;
	int32_t nsid;
	uint32_t there;
	int err = linkdata_read(ifindex, -1, &link);

	if (err)
		return err;
	there = linkdata_peer(&link, &nsid);
	if (!there || !linkdata_is(link.info.at[IFLA_INFO_KIND], "veth"))
		return -ENOENT;
	peer.is_here = nsid < 0;
	if (linkdata_read(there, nsid, &other) == 0) /* else it has no name for us */
		(void)snprintf(peer.name, sizeof(peer.name), "%s", other.name);
	if (peer.is_here)
		peer.has_tx_checksum = ethtool_is_on(peer.name, ETHTOOL_GTXCSUM);
	else
		find_netns(nsid, peer.netns, sizeof(peer.netns));
	*ret_peer = peer;
	return 0;
}
