/* SPDX-License-Identifier: GPL-2.0-only */
#include "common_veth.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <linux/ethtool.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/if_packet.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

void sh(const char *command)
{
	cr_assert_eq(system(command), 0, "%s", command);
}

/* GRO at the far end lets a veth take redirected frames; 5.13 and later know it as such. */
static void gro_on(int fd, const char *name)
{
	struct ethtool_value value = { .cmd = ETHTOOL_SGRO, .data = 1 };
	struct ifreq ifr = { .ifr_data = (char *)&value };

	strcpy(ifr.ifr_name, name);
	cr_assert_eq(ioctl(fd, SIOCETHTOOL, &ifr), 0, "GRO of %s: %s", name, strerror(errno));
}

static int far_open(const char *name)
{
	const struct sockaddr_ll addr = { .sll_family = AF_PACKET,
					  .sll_protocol = htons(ETH_P_ALL),
					  .sll_ifindex = (int)if_nametoindex(name) };
	const int on = 1, room = 32 << 20;
	int fd = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL));

	cr_assert_eq(bind(fd, (const struct sockaddr *)&addr, sizeof(addr)), 0);
	cr_assert_eq(setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, &on, sizeof(on)), 0);
	cr_assert_eq(setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)), 0);
	return fd;
}

static void port_make(struct veths *veths, int port)
{
	struct ifreq ifr = { .ifr_flags = 0 };
	char command[256], name[16], far[16];

	snprintf(name, sizeof(name), "port%d", port);
	snprintf(far, sizeof(far), "far%d", port);
	snprintf(command, sizeof(command),
		 "ip link add %s type veth peer name %s && ip link set %s up && "
		 "ip link set %s up arp off",
		 name, far, name, far);
	sh(command);
	veths->ifindex[port] = if_nametoindex(name);
	veths->far_fd[port] = far_open(far);
	gro_on(veths->far_fd[port], far);
	strcpy(ifr.ifr_name, name);
	cr_assert_eq(ioctl(veths->far_fd[port], SIOCGIFHWADDR, &ifr), 0);
	memcpy(veths->mac[port], ifr.ifr_hwaddr.sa_data, 6);
}

void veths_make(struct veths *veths)
{
	if (geteuid() != 0)
		cr_skip("needs root");
	if (unshare(CLONE_NEWNET) < 0)
		cr_skip("no network namespaces here: %s", strerror(errno));
	sh("ip link set lo up");
	for (int i = 0; i < VETH_PORTS; i++)
		port_make(veths, i);
	veths->xdp_fd = -1;
}

void veths_close(struct veths *veths)
{
	if (veths->xdp_fd >= 0)
		(void)close(veths->xdp_fd);
	for (int i = 0; i < VETH_PORTS; i++)
		(void)close(veths->far_fd[i]);
}

void veths_attach_xdp(struct veths *veths, const struct lab *lab)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts, .flags = XDP_FLAGS_DRV_MODE);

	veths->xdp_fd =
		bpf_link_create(lab_prog(lab, LAB_XDP), (int)veths->ifindex[0], BPF_XDP, &opts);
	cr_assert_geq(veths->xdp_fd, 0, "%s", strerror(-veths->xdp_fd));
}

void veths_attach_tc(const struct veths *veths, const struct lab *lab)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = (int)veths->ifindex[0],
		    .attach_point = BPF_TC_INGRESS);
	LIBBPF_OPTS(bpf_tc_opts, opts, .prog_fd = lab_prog(lab, LAB_TC));
	int err = bpf_tc_hook_create(&hook);

	cr_assert_eq(err, 0, "clsact: %s", strerror(-err));
	err = bpf_tc_attach(&hook, &opts);
	cr_assert_eq(err, 0, "TC: %s", strerror(-err));
}

void veths_send(const struct veths *veths, int port, const struct frame *frame)
{
	cr_assert_eq(send(veths->far_fd[port], frame->bytes, frame->len, 0), (ssize_t)frame->len,
		     "%s", strerror(errno));
}

/* The kernel hands out tags beside the frame. */
static void tag_restore(struct frame *frame, struct msghdr *msg)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		struct tpacket_auxdata aux;

		if (c->cmsg_level != SOL_PACKET || c->cmsg_type != PACKET_AUXDATA)
			continue;
		memcpy(&aux, CMSG_DATA(c), sizeof(aux));
		if (aux.tp_status & TP_STATUS_VLAN_VALID)
			*frame = frame_tagged(frame, aux.tp_vlan_tpid, aux.tp_vlan_tci);
	}
}

static bool frame_take(int fd, struct frame *ret_frame)
{
	struct sockaddr_ll from;
	char control[128];
	struct iovec part = { .iov_base = ret_frame->bytes, .iov_len = FRAME_MAX - 4 };
	struct msghdr msg = { .msg_name = &from,
			      .msg_namelen = sizeof(from),
			      .msg_iov = &part,
			      .msg_iovlen = 1,
			      .msg_control = control,
			      .msg_controllen = sizeof(control) };
	ssize_t len = recvmsg(fd, &msg, MSG_DONTWAIT);

	if (len < 54 || from.sll_pkttype == PACKET_OUTGOING)
		return false;
	ret_frame->len = (uint32_t)len;
	if (memcmp(ret_frame->bytes + len - 4, "ijkl", 4) != 0)
		return false;
	tag_restore(ret_frame, &msg);
	return true;
}

bool veths_receive(const struct veths *veths, int port, struct frame *ret_frame, int timeout_ms)
{
	struct pollfd wait = { .fd = veths->far_fd[port], .events = POLLIN };

	while (poll(&wait, 1, timeout_ms) > 0)
		if (frame_take(wait.fd, ret_frame))
			return true;
	return false;
}
