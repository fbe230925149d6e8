/* SPDX-License-Identifier: GPL-2.0-only */
#include "common_plane.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <linux/ethtool.h>
#include <linux/if_ether.h>
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

#include "base/addr_text.h"

#define MARK 0x77 /* the payload byte by which the far ends know our frames */

static void on_upcall(void *ctx, const struct dplane_upcall *upcall)
{
	struct plane *plane = ctx;

	plane->upcalls++;
	plane->last_upcall = *upcall;
}

static void on_waits(void *ctx)
{
	((struct plane *)ctx)->waits++;
}

static void on_log(void *ctx, enum note_level level, const char *line)
{
	struct plane *plane = ctx;
	size_t len = strlen(plane->said);

	(void)level;
	snprintf(plane->said + len, sizeof(plane->said) - len, "%s\n", line);
}

static void __attribute__((format(printf, 1, 2))) sh(const char *format, ...)
{
	char command[256];
	va_list args;

	va_start(args, format);
	vsnprintf(command, sizeof(command), format, args);
	va_end(args);
	cr_assert_eq(system(command), 0, "%s", command);
}

void plane_gro_set(unsigned int port, bool on)
{
	struct ethtool_value value = { .cmd = ETHTOOL_SGRO, .data = on };
	struct ifreq ifr = { .ifr_data = (char *)&value };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "f%u", port);
	cr_assert_eq(ioctl(fd, SIOCETHTOOL, &ifr), 0, "GRO of %s: %s", ifr.ifr_name,
		     strerror(errno));
	close(fd);
}

static int packet_socket(const char *name)
{
	struct sockaddr_ll addr = { .sll_family = AF_PACKET,
				    .sll_protocol = htons(ETH_P_ALL),
				    .sll_ifindex = (int)if_nametoindex(name) };
	int fd = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL));

	cr_assert_eq(bind(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	return fd;
}

void plane_cable(struct plane *plane, unsigned int port)
{
	char far[16];

	snprintf(far, sizeof(far), "f%u", port);
	sh("ip link add r%u type veth peer name f%u", port, port);
	sh("ip addr add 10.0.%u.254/24 dev r%u", port, port);
	sh("ip link set r%u up && ip link set f%u up arp off", port, port);
	plane_gro_set(port, true);
	plane->far_fd[port] = packet_socket(far);
}

int plane_try(struct plane *plane, uint32_t max_sets)
{
	const struct dplane_config config = {
		.instance = plane->instance,
		.max_links = 32,
		.max_routes = plane->max_routes ? plane->max_routes : 16,
		.max_sets = max_sets,
		.hash_key = &plane->hash_key,
		.discard_pins = plane->discards,
		.shares_xdp = plane->shares_xdp,
		.stale_for = plane->stale_for ? plane->stale_for : HP_SEC(20),
		.ctx = plane,
		.upcall = on_upcall,
		.waits = on_waits,
		.log = on_log,
	};

	hash_key_init(&plane->hash_key, 1);
	return dplane_new(&config, &plane->dp);
}

void plane_new(struct plane *plane, uint32_t max_sets)
{
	int err = plane_try(plane, max_sets);

	if (err == -EPERM || err == -ENOTSUP)
		cr_skip("BPF is refused here: %s", plane->said);
	cr_assert_eq(err, 0, "%s: %s", strerror(-err), plane->said);
}

void plane_open(struct plane *plane, unsigned int ports, uint32_t max_sets)
{
	if (geteuid() != 0)
		cr_skip("needs root");
	if (unshare(CLONE_NEWNET) < 0)
		cr_skip("no network namespaces here: %s", strerror(errno));
	snprintf(plane->instance, sizeof(plane->instance), "hpimt-xdp-%d", (int)getpid());
	plane->ports = ports;
	sh("ip link set lo up");
	for (unsigned int i = 0; i < ports; i++)
		plane_cable(plane, i);
	plane->discards = true;
	plane_new(plane, max_sets);
	plane->discards = false;
}

void plane_close(struct plane *plane)
{
	if (!plane->dp)
		return;
	for (unsigned int i = 0; i < plane->ports; i++)
		close(plane->far_fd[i]);
	dplane_free(plane->dp, false);
}

void plane_skip(struct plane *plane, const char *why)
{
	plane_close(plane);
	cr_skip("%s", why);
}

struct dplane_link plane_link(const struct plane *plane, uint16_t number, enum dplane_mode mode)
{
	struct dplane_link link = { .link = number, .mtu = 1500, .is_up = true, .mode = mode };
	struct ifreq ifr = { .ifr_flags = 0 };
	char addr[16];

	snprintf(link.name, sizeof(link.name), "r%u", number);
	strcpy(ifr.ifr_name, link.name);
	link.ifindex = if_nametoindex(link.name);
	cr_assert_eq(ioctl(plane->far_fd[0], SIOCGIFHWADDR, &ifr), 0);
	memcpy(link.mac, ifr.ifr_hwaddr.sa_data, 6);
	snprintf(addr, sizeof(addr), "10.0.%u.254", number & 0xffu);
	cr_assert_eq(ip_addr_parse(addr, &link.addr4), 0);
	return link;
}

void plane_attach(struct plane *plane, const struct dplane_link *link)
{
	cr_assert_eq(dplane_attach(plane->dp, link), 0, "%s", plane->said);
	dplane_work(plane->dp, UINT32_MAX, true);
}

void plane_detach(struct plane *plane, uint16_t link)
{
	dplane_detach(plane->dp, link);
	dplane_work(plane->dp, UINT32_MAX, true);
}

void plane_dispatch(struct plane *plane)
{
	dplane_dispatch(plane->dp);
	dplane_work(plane->dp, UINT32_MAX, true);
}

void plane_attach_all(struct plane *plane, enum dplane_mode mode)
{
	for (uint16_t i = 0; i < plane->ports; i++) {
		struct dplane_link link = plane_link(plane, i, mode);

		plane_attach(plane, &link);
	}
}

struct mfib_route plane_route(uint8_t group)
{
	struct mfib_route route = { .iif = 0 };
	char text[16];

	snprintf(text, sizeof(text), "239.1.1.%u", group);
	cr_assert_eq(ip_addr_parse("10.0.0.1", &route.key.source), 0);
	cr_assert_eq(ip_addr_parse(text, &route.key.group), 0);
	return route;
}

struct mfib_route plane_route_to(uint8_t group, uint16_t a, uint16_t b)
{
	struct mfib_route route = plane_route(group);

	ifset_add(&route.oifs, a);
	ifset_add(&route.oifs, b);
	return route;
}

struct dplane_route_state plane_state(const struct plane *plane, const struct mfib_route *route)
{
	struct dplane_route_state state;

	cr_assert_eq(dplane_route_state(plane->dp, &route->key, &state), 0);
	return state;
}

/* Where the number stands: behind the UDP header and two bytes, so that it is aligned. */
#define NUMBER_AT 44

void plane_frame(uint8_t frame[PLANE_FRAME], uint8_t group, uint32_t number)
{
	static const uint8_t start[42] = { 0x01,      0x00, 0x5e, 0x01, 0x01, 0, 2,  0, 0,   0, 0,
					   9,         8,    0,    0x45, 0,    0, 46, 0, 1,   0, 0,
					   PLANE_TTL, 17,   0,    0,    10,   0, 0,  1, 239, 1, 1,
					   0,         0x13, 0x88, 0x13, 0x88, 0, 26 };
	uint32_t sum = 0;

	memset(frame, MARK, PLANE_FRAME);
	memcpy(frame, start, sizeof(start));
	memcpy(frame + NUMBER_AT, &number, sizeof(number));
	frame[5] = frame[33] = group;
	for (int i = 14; i < 34; i += 2)
		sum += (uint32_t)(frame[i] << 8 | frame[i + 1]);
	sum = (sum & 0xffff) + (sum >> 16);
	frame[24] = (uint8_t)(~sum >> 8);
	frame[25] = (uint8_t)~sum;
}

uint8_t plane_group(const struct mfib_route *route)
{
	return ip_addr_bytes(&route->key.group)[3];
}

uint32_t plane_frame_number(const uint8_t *frame, size_t len)
{
	uint32_t number;

	if (len != PLANE_FRAME || frame[PLANE_FRAME - 1] != MARK)
		return UINT32_MAX;
	memcpy(&number, frame + NUMBER_AT, sizeof(number));
	return number;
}

void plane_send(const struct plane *plane, int port, uint8_t group, uint32_t number)
{
	uint8_t frame[PLANE_FRAME];

	plane_frame(frame, group, number);
	cr_assert_eq(send(plane->far_fd[port], frame, sizeof(frame), 0), PLANE_FRAME);
}

bool plane_receive(const struct plane *plane, int port, uint8_t ret_frame[PLANE_FRAME], int ms)
{
	struct pollfd wait = { .fd = plane->far_fd[port], .events = POLLIN };
	uint8_t bytes[2048];

	while (poll(&wait, 1, ms) > 0) {
		struct sockaddr_ll from;
		socklen_t from_len = sizeof(from);
		ssize_t len = recvfrom(wait.fd, bytes, sizeof(bytes), 0, (struct sockaddr *)&from,
				       &from_len);

		if (len < 0 || from.sll_pkttype == PACKET_OUTGOING ||
		    plane_frame_number(bytes, (size_t)len) == UINT32_MAX)
			continue;
		memcpy(ret_frame, bytes, PLANE_FRAME);
		return true;
	}
	return false;
}

bool plane_arrives(const struct plane *plane, int port, uint32_t number, int ms)
{
	uint8_t frame[PLANE_FRAME];

	while (plane_receive(plane, port, frame, ms))
		if (plane_frame_number(frame, PLANE_FRAME) == number)
			return true;
	return false;
}

struct search {
	uint16_t link;
	const char *reason;
	uint64_t packets;
};

static void counter_pick(void *ctx, const struct dplane_counter *counter)
{
	struct search *search = ctx;

	if (counter->link == search->link && !strcmp(counter->reason, search->reason))
		search->packets = counter->packets;
}

uint64_t plane_counter(const struct plane *plane, uint16_t link, const char *reason)
{
	struct search search = { .link = link, .reason = reason };

	for (uint32_t left = dplane_unsettled(plane->dp); left; left--)
		dplane_settle_next(plane->dp);
	dplane_counters(plane->dp, counter_pick, &search);
	return search.packets;
}
