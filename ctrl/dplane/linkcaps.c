/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Redirect abilities from generic netlink. Source: the kernel's specification of the family,
 * Documentation/netlink/specs/netdev.yaml.
 */
#include "dplane/linkcaps.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/ethtool.h>
#include <linux/genetlink.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/nlattrs.h"

/* netdev.yaml; the header is younger than the kernels we build on. */
#define NETDEV_FAMILY           "netdev"
#define NETDEV_GROUP            "mgmt"
#define NETDEV_CMD_DEV_GET      1
#define NETDEV_A_IFINDEX        1
#define NETDEV_A_XDP_FEATURES   3
#define NETDEV_XDP_ACT_BASIC    (1u << 0)
#define NETDEV_XDP_ACT_NDO_XMIT (1u << 2)

/* Notifications read in one call of linkcaps_dispatch(). */
#define DISPATCH_MAX 64

struct linkcaps {
	void (*changed)(void *ctx, uint32_t ifindex);
	void *ctx;
	struct mnl_socket *queries, *events; /* NULL: no such family */
	uint16_t family;
	uint32_t group;
};

static int request(struct mnl_socket *nl, struct nlmsghdr *nlh, mnl_cb_t on_reply, void *data)
{
	char buf[MNL_SOCKET_BUFFER_SIZE];
	ssize_t len;

	if (mnl_socket_sendto(nl, nlh, nlh->nlmsg_len) < 0)
		return -errno;
	for (;;) {
		int more;

		len = mnl_socket_recvfrom(nl, buf, sizeof(buf));
		if (len < 0)
			return -errno;
		more = mnl_cb_run(buf, (size_t)len, nlh->nlmsg_seq, mnl_socket_get_portid(nl),
				  on_reply, data);
		if (more < 0)
			return -errno;
		if (more == MNL_CB_STOP)
			return 0;
	}
}

static struct nlmsghdr *request_start(char *buf, uint16_t type, uint8_t cmd)
{
	static uint32_t seq;
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct genlmsghdr *genl;

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	nlh->nlmsg_seq = ++seq;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = 1;
	return nlh;
}

static int group_store(const struct nlattr *group, void *data)
{
	struct linkcaps *caps = data;
	const struct nlattrs attrs = nlattrs_in(group);
	const struct nlattr *name = attrs.at[CTRL_ATTR_MCAST_GRP_NAME];
	const struct nlattr *id = attrs.at[CTRL_ATTR_MCAST_GRP_ID];

	if (nlattr_holds(name, sizeof(NETDEV_GROUP)) && nlattr_holds(id, sizeof(uint32_t)) &&
	    memcmp(mnl_attr_get_payload(name), NETDEV_GROUP, sizeof(NETDEV_GROUP)) == 0)
		caps->group = mnl_attr_get_u32(id);
	return MNL_CB_OK;
}

static int family_store(const struct nlmsghdr *nlh, void *data)
{
	struct linkcaps *caps = data;
	const struct nlattrs attrs = nlattrs_of(nlh, sizeof(struct genlmsghdr));

	if (nlattr_holds(attrs.at[CTRL_ATTR_FAMILY_ID], sizeof(uint16_t)))
		caps->family = mnl_attr_get_u16(attrs.at[CTRL_ATTR_FAMILY_ID]);
	if (attrs.at[CTRL_ATTR_MCAST_GROUPS])
		(void)mnl_attr_parse_nested(attrs.at[CTRL_ATTR_MCAST_GROUPS], group_store, caps);
	return MNL_CB_OK;
}

static int family_find(struct linkcaps *caps)
{
	char buf[MNL_SOCKET_BUFFER_SIZE];
	struct nlmsghdr *nlh = request_start(buf, GENL_ID_CTRL, CTRL_CMD_GETFAMILY);

	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, NETDEV_FAMILY);
	return request(caps->queries, nlh, family_store, caps);
}

static int socket_new(struct mnl_socket **ret_nl, int flags)
{
	struct mnl_socket *nl = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC | flags);

	if (!nl)
		return -errno;
	if (mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID) < 0) {
		int err = -errno;

		(void)mnl_socket_close(nl);
		return err;
	}
	*ret_nl = nl;
	return 0;
}

static int subscribe(struct linkcaps *caps)
{
	int group = (int)caps->group;
	int err = socket_new(&caps->events, SOCK_NONBLOCK);

	if (!err &&
	    mnl_socket_setsockopt(caps->events, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)) < 0)
		err = -errno;
	return err;
}

int linkcaps_new(void (*changed)(void *ctx, uint32_t ifindex), void *ctx,
		 struct linkcaps **ret_caps)
{
	struct linkcaps *caps = calloc(1, sizeof(*caps));
	int err;

	if (!caps)
		return -ENOMEM;
	caps->changed = changed;
	caps->ctx = ctx;
	err = socket_new(&caps->queries, 0);
	if (!err)
		err = family_find(caps);
	if (err == -ENOENT) {
		(void)mnl_socket_close(caps->queries);
		caps->queries = NULL;
		err = 0;
	} else if (!err) {
		err = subscribe(caps);
	}
	if (err) {
		linkcaps_free(caps);
		return err;
	}
	*ret_caps = caps;
	return 0;
}

void linkcaps_free(struct linkcaps *caps)
{
	if (!caps)
		return;
	if (caps->queries)
		(void)mnl_socket_close(caps->queries);
	if (caps->events)
		(void)mnl_socket_close(caps->events);
	free(caps);
}

int linkcaps_fd(const struct linkcaps *caps)
{
	return caps->events ? mnl_socket_get_fd(caps->events) : -1;
}

static int change_tell(const struct nlmsghdr *nlh, void *data)
{
	struct linkcaps *caps = data;
	const struct nlattrs attrs = nlattrs_of(nlh, sizeof(struct genlmsghdr));

	if (nlattr_holds(attrs.at[NETDEV_A_IFINDEX], sizeof(uint32_t)))
		caps->changed(caps->ctx, mnl_attr_get_u32(attrs.at[NETDEV_A_IFINDEX]));
	return MNL_CB_OK;
}

void linkcaps_dispatch(struct linkcaps *caps)
{
	char buf[MNL_SOCKET_BUFFER_SIZE];

	for (int i = 0; caps->events && i < DISPATCH_MAX; i++) {
		ssize_t len = mnl_socket_recvfrom(caps->events, buf, sizeof(buf));

		if (len < 0 && errno == ENOBUFS) {
			caps->changed(caps->ctx, 0); /* some were lost: ask about all */
			continue;
		}
		if (len < 0)
			return; /* nothing left */
		/* A message that cannot be read is about nothing we know. */
		(void)mnl_cb_run(buf, (size_t)len, 0, 0, change_tell, caps);
	}
}

static int features_store(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattrs attrs = nlattrs_of(nlh, sizeof(struct genlmsghdr));

	if (nlattr_holds(attrs.at[NETDEV_A_XDP_FEATURES], sizeof(uint64_t)))
		*(uint64_t *)data = mnl_attr_get_u64(attrs.at[NETDEV_A_XDP_FEATURES]);
	return MNL_CB_OK;
}

/* ---- the driver ---- */

static bool ethtool_ask(uint32_t ifindex, void *request)
{
	struct ifreq ifr = { .ifr_data = request };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool is_answered = fd >= 0 && if_indextoname(ifindex, ifr.ifr_name) &&
			   ioctl(fd, SIOCETHTOOL, &ifr) == 0;

	if (fd >= 0)
		(void)close(fd);
	return is_answered;
}

/* Transmit queues, as the driver has channels now; 0: it does not tell. */
static uint32_t queues_of(uint32_t ifindex)
{
	struct ethtool_channels channels = { .cmd = ETHTOOL_GCHANNELS };

	return ethtool_ask(ifindex, &channels) ? channels.combined_count + channels.tx_count : 0;
}

/*
 * A redirected frame leaves on the CPU that it came in on. Most drivers let CPUs share their
 * queues; these look for the queue with the number of the CPU and drop the frame if there is none
 * (i40e_xdp_xmit(), mlx5e_xdp_xmit()).
 */
bool linkcaps_lacks_queues(const char *driver, uint32_t queues, uint32_t cpus)
{
	static const char *const drivers[] = { "i40e", "mlx5_core" };

	for (size_t i = 0; i < sizeof(drivers) / sizeof(drivers[0]); i++)
		if (strcmp(driver, drivers[i]) == 0)
			return queues && queues < cpus;
	return false;
}

/* Why there are no redirects to an interface; "": there are. */
static void reason_put(char *why, size_t why_len, uint64_t features, const char *no_native,
		       bool is_veth)
{
	if (features & NETDEV_XDP_ACT_NDO_XMIT)
		*why = '\0';
	else if (is_veth)
		(void)snprintf(
			why, why_len,
			"veth takes redirected frames only while its peer has GRO or XDP on");
	else if (features & NETDEV_XDP_ACT_BASIC && *no_native)
		(void)snprintf(why, why_len,
			       "takes redirected frames only with native XDP of its own: %s",
			       no_native);
	else
		(void)snprintf(why, why_len, "the driver takes no redirected frames");
}

enum linkcaps_verdict linkcaps_redirects(struct linkcaps *caps, uint32_t ifindex,
					 const char *no_native, char *why, size_t why_len)
{
	char buf[MNL_SOCKET_BUFFER_SIZE];
	struct ethtool_drvinfo info = { .cmd = ETHTOOL_GDRVINFO };
	uint64_t features = *no_native ? 0 : NETDEV_XDP_ACT_NDO_XMIT;
	bool is_veth = ethtool_ask(ifindex, &info) && strcmp(info.driver, "veth") == 0;
	uint32_t cpus = (uint32_t)sysconf(_SC_NPROCESSORS_CONF), queues = queues_of(ifindex);
	struct nlmsghdr *nlh;

	if (caps->queries) {
		features = 0;
		nlh = request_start(buf, caps->family, NETDEV_CMD_DEV_GET);
		mnl_attr_put_u32(nlh, NETDEV_A_IFINDEX, ifindex);
		/* An interface that is gone has no features. */
		(void)request(caps->queries, nlh, features_store, &features);
	} else if (is_veth) {
		(void)snprintf(why, why_len,
			       "kernel before 6.3: cannot tell whether the veth takes redirected "
			       "frames");
		return LINKCAPS_UNKNOWN;
	}
	reason_put(why, why_len, features, no_native, is_veth);
	if (*why || !linkcaps_lacks_queues(info.driver, queues, cpus))
		return *why ? LINKCAPS_NO : LINKCAPS_YES;
	(void)snprintf(why, why_len,
		       "%u queues for %u CPUs: %s drops what the others redirect; see 'ethtool -L'",
		       queues, cpus, info.driver);
	return LINKCAPS_NO;
}
