// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's multicast cache where another daemon owns it: its entries stand there before they
 * are ours, so there is nothing to write. What it counted is read by netlink, which needs no socket
 * of that daemon's and no table made for it.
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libmnl/libmnl.h>
#include <linux/mroute.h>
#include <linux/rtnetlink.h>

#include "base/nlattrs.h"
#include "dplane/backend.h"
#include "dplane/kernel/mroute_int.h"

struct followed {
	struct backend be;
	struct dplane_config config;
	struct mnl_socket *netlink;
};

static struct followed *followed_of(struct backend *be)
{
	return (struct followed *)be;
}

/* Which interfaces are in its table is that daemon's decision: the entries say it. */
static int followed_link_add(struct backend *be, const struct dplane_link *link,
			     struct tier_port *port, char why[BACKEND_WHY_LEN])
{
	(void)be, (void)link, (void)port, (void)why;
	return 0;
}

static void followed_link_del(struct backend *be, uint16_t link)
{
	(void)be, (void)link;
}

static int followed_put(struct backend *be, const struct mfib_route *route)
{
	(void)be, (void)route;
	return 0;
}

static void followed_del(struct backend *be, const struct mfib_key *key)
{
	(void)be, (void)key;
}

/* ---- counters ---- */

/* Its packets include those on wrong interfaces, and so does the time of the last one. */
static int entry_read(const struct nlmsghdr *msg, void *ret_counts)
{
	const struct nlattrs attrs = nlattrs_of(msg, sizeof(struct rtmsg));
	struct backend_counts *counts = ret_counts;
	struct rta_mfc_stats stats;

	if (!nlattr_holds(attrs.at[RTA_MFC_STATS], sizeof(stats)))
		return MNL_CB_OK;
	memcpy(&stats, mnl_attr_get_payload(attrs.at[RTA_MFC_STATS]), sizeof(stats));
	counts->packets = stats.mfcs_packets - stats.mfcs_wrong_if;
	counts->bytes = stats.mfcs_bytes;
	if (counts->packets && nlattr_holds(attrs.at[RTA_EXPIRES], sizeof(uint64_t)))
		counts->seen_for = (hp_time)mnl_attr_get_u64(attrs.at[RTA_EXPIRES]) *
				   (HP_SEC(1) / sysconf(_SC_CLK_TCK));
	return MNL_CB_OK;
}

/* -ENOENT: the entry is gone, or the kernel cannot be asked for one (IPv6 before Linux 5.19). */
static int followed_route_counts(struct backend *be, const struct mfib_key *key,
				 struct backend_counts *ret_counts)
{
	const struct followed *followed = followed_of(be);
	struct backend_counts counts = { .seen_for = HP_TIME_NEVER };
	char buffer[2048];
	size_t len =
		mroute_entry_ask(mnl_nlmsg_put_header(buffer), followed->config.mroute_table, key);
	ssize_t got;

	if (mnl_socket_sendto(followed->netlink, buffer, len) < 0)
		return -errno;
	got = mnl_socket_recvfrom(followed->netlink, buffer, sizeof(buffer)); /* is there already */
	if (got < 0)
		return -errno;
	if (mnl_cb_run(buffer, (size_t)got, 0, 0, entry_read, &counts) < 0)
		return -errno;
	*ret_counts = counts;
	return 0;
}

/* ---- of all interfaces of the table ---- */

struct vifs {
	uint32_t table;
	uint64_t packets;
};

static int vif_add(const struct nlattr *vif, void *ctx)
{
	const struct nlattrs attrs = nlattrs_in(vif);
	struct vifs *vifs = ctx;

	if (nlattr_holds(attrs.at[IPMRA_VIFA_PACKETS_IN], sizeof(uint64_t)))
		vifs->packets += mnl_attr_get_u64(attrs.at[IPMRA_VIFA_PACKETS_IN]);
	return MNL_CB_OK;
}

static int table_read(const struct nlmsghdr *msg, void *ctx)
{
	const struct nlattrs link = nlattrs_of(msg, sizeof(struct ifinfomsg));
	const struct nlattrs attrs = nlattrs_in(link.at[IFLA_AF_SPEC]);
	struct vifs *vifs = ctx;

	if (nlattr_u32(attrs.at[IPMRA_TABLE_ID], 0) != vifs->table || !attrs.at[IPMRA_TABLE_VIFS])
		return MNL_CB_OK;
	return mnl_attr_parse_nested(attrs.at[IPMRA_TABLE_VIFS], vif_add, vifs);
}

/* Of IPv4 alone: the kernel does not show those of IPv6 in this way. */
static uint64_t followed_packets(struct backend *be)
{
	const struct followed *followed = followed_of(be);
	struct vifs vifs = { .table = mroute_table_of(followed->config.mroute_table, IP_FAMILY_4) };
	char buffer[1 << 15];
	struct nlmsghdr *msg = mnl_nlmsg_put_header(buffer);
	struct ifinfomsg *info = mnl_nlmsg_put_extra_header(msg, sizeof(*info));
	int ret = MNL_CB_OK;

	msg->nlmsg_type = RTM_GETLINK;
	msg->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	info->ifi_family = RTNL_FAMILY_IPMR;
	if (mnl_socket_sendto(followed->netlink, msg, msg->nlmsg_len) < 0)
		return 0;
	while (ret > MNL_CB_STOP) {
		ssize_t got = mnl_socket_recvfrom(followed->netlink, buffer, sizeof(buffer));

		if (got <= 0)
			break;
		ret = mnl_cb_run(buffer, (size_t)got, 0, 0, table_read, &vifs);
	}
	return vifs.packets;
}

/* ---- life ---- */

static int followed_fd(const struct backend *be)
{
	(void)be;
	return -1;
}

static void followed_dispatch(struct backend *be)
{
	(void)be;
}

static void followed_free(struct backend *be, bool keep)
{
	struct followed *followed = followed_of(be);

	(void)keep; /* nothing of it is ours */
	if (followed->netlink)
		(void)mnl_socket_close(followed->netlink);
	free(followed);
}

static const struct backend_ops followed_ops = {
	.name = "followed",
	.link_add = followed_link_add,
	.link_del = followed_link_del,
	.put = followed_put,
	.del = followed_del,
	.route_counts = followed_route_counts,
	.packets = followed_packets,
	.fd = followed_fd,
	.dispatch = followed_dispatch,
	.free = followed_free,
};

int followed_new(const struct dplane_config *config, struct backend **ret_be)
{
	struct followed *followed = calloc(1, sizeof(*followed));

	if (!followed)
		return -ENOMEM;
	followed->be.ops = &followed_ops;
	followed->config = *config;
	followed->netlink = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	if (!followed->netlink || mnl_socket_bind(followed->netlink, 0, MNL_SOCKET_AUTOPID) < 0) {
		int err = -errno;

		followed_free(&followed->be, false);
		return err;
	}
	*ret_be = &followed->be;
	return 0;
}
