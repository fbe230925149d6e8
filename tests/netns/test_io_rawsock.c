/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The protocols' sockets over a veth pair: end "va" with our sockets, end "vb" in a second
 * namespace with a second set of sockets, and a packet socket that shows what is really on the
 * wire. Both namespaces vanish with the test's process.
 */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/addr_text.h"
#include "io/rawsock.h"
#include "io/rtnl.h"
#include "wire/inet.h"

#define DEADLINE HP_SEC(10)
#define GOT_MAX  600

struct end {
	int netns;
	uint32_t ifindex;
	struct rawsock *rs;
	struct {
		struct ev_packet packet;
		uint8_t bytes[2048];
	} got[GOT_MAX];
	unsigned int count;
};

static struct loop *loop;
static struct end a, b;
static int wire_fd; /* sees every IP packet that arrives at b */

/* The host of the packets made by hand; the kernels report their own groups, too. */
static bool is_from_host(const struct ev_packet *packet)
{
	struct addr_text src = ip_addr_text(&packet->src);

	return strcmp(src.s, "10.0.0.7") == 0 || strcmp(src.s, "fe80::7") == 0;
}

static void on_packet(void *ctx, const struct ev_packet *packet)
{
	struct end *end = ctx;

	if (packet->socket == SOCKET_GM && !is_from_host(packet))
		return;
	cr_assert(end->count < GOT_MAX && packet->len <= sizeof(end->got[0].bytes));
	end->got[end->count].packet = *packet;
	memcpy(end->got[end->count].bytes, packet->bytes, packet->len);
	end->count++;
	loop_quit(loop);
}

static void give_up(void *ctx)
{
	(void)ctx;
	cr_assert_fail("nothing happened until the deadline");
}

__attribute__((format(printf, 1, 2))) static void ip(const char *format, ...)
{
	char line[512] = "ip ";
	va_list args;

	va_start(args, format);
	(void)vsnprintf(line + 3, sizeof(line) - 3, format, args);
	va_end(args);
	cr_assert_eq(system(line), 0, "%s", line);
}

static void enter(const struct end *end)
{
	cr_assert_eq(setns(end->netns, CLONE_NEWNET), 0);
}

static int new_netns(void)
{
	if (unshare(CLONE_NEWNET))
		cr_skip("no network namespace: %s", strerror(errno));
	return open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
}

static void run(void)
{
	cr_assert_eq(loop_arm(loop, loop_now() + DEADLINE), 0);
	cr_assert_eq(loop_run(loop), 0);
}

static void on_link(void *ctx, const struct rtnl_link *link)
{
	(void)ctx;
	(void)link;
	loop_quit(loop);
}

static void on_route(void *ctx, const struct ip_prefix *prefix)
{
	(void)ctx;
	(void)prefix;
}

/* Before the carrier is noticed the kernel drops what is sent, without a word. */
static void wait_up(const struct end *end, const char *name)
{
	static const struct rtnl_handlers handlers = { .link = on_link, .route = on_route };
	struct rtnl *rtnl;

	enter(end);
	cr_assert_eq(rtnl_new(loop, 254, &handlers, &rtnl), 0);
	while (!rtnl_link_by_name(rtnl, name)->is_up)
		run();
	rtnl_free(rtnl);
}

static void end_open(struct end *end, const char *name, unsigned int host)
{
	enter(end);
	ip("addr add 10.0.0.%u/24 dev %s", host, name);
	ip("-6 addr add fe80::%u/64 dev %s nodad", host, name);
	ip("link set %s up", name);
	end->ifindex = if_nametoindex(name);
	cr_assert_eq(rawsock_new(loop, on_packet, end, &end->rs), 0);
}

static void wire_open(void)
{
	struct sockaddr_ll at = { .sll_family = AF_PACKET,
				  .sll_protocol = htons(ETH_P_ALL),
				  .sll_ifindex = (int)b.ifindex };

	wire_fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	cr_assert_eq(bind(wire_fd, (struct sockaddr *)&at, sizeof(at)), 0);
}

static void setup(void)
{
	if (geteuid() != 0)
		cr_skip("needs root");
	b.netns = new_netns();
	a.netns = new_netns();
	ip("link add va type veth peer name vb");
	ip("link set va addrgenmode none");
	ip("link set vb addrgenmode none");
	ip("link set vb netns /proc/%d/fd/%d", getpid(), b.netns);
	cr_assert_eq(loop_new(&loop), 0);
	cr_assert_eq(loop_on_timer(loop, give_up, NULL), 0);
	end_open(&a, "va", 1);
	end_open(&b, "vb", 2);
	wait_up(&a, "va");
	wait_up(&b, "vb");
	wire_open();
}

static void teardown(void)
{
	rawsock_free(a.rs);
	rawsock_free(b.rs);
	loop_free(loop);
	close(wire_fd);
	close(a.netns);
	close(b.netns);
}

TestSuite(io_rawsock, .init = setup, .fini = teardown, .timeout = 60);

static struct ip_addr addr_of(const char *text)
{
	struct ip_addr addr;

	cr_assert_eq(ip_addr_parse(text, &addr), 0);
	return addr;
}

static struct fx_group group_of(enum core_socket socket, const char *group)
{
	return (struct fx_group){ .link = 3, .socket = socket, .group = addr_of(group) };
}

static int join(struct end *end, enum core_socket socket, const char *group)
{
	struct fx_group fx = group_of(socket, group);

	enter(end); /* sockets belong to the namespace they are opened in */
	return rawsock_join(end->rs, &fx, end->ifindex);
}

static void leave(struct end *end, enum core_socket socket, const char *group)
{
	struct fx_group fx = group_of(socket, group);

	rawsock_leave(end->rs, &fx);
}

static int send_text(struct end *end, enum core_socket socket, const char *src, const char *dst,
		     const char *text)
{
	struct fx_send fx = { .link = 3,
			      .socket = socket,
			      .src = addr_of(src),
			      .dst = addr_of(dst),
			      .bytes = (const uint8_t *)text,
			      .len = strlen(text) };

	return rawsock_send(end->rs, &fx);
}

static void run_until_count(const struct end *end, unsigned int count)
{
	while (end->count < count)
		run();
	cr_assert_eq(end->count, count);
}

static void expect_packet(const struct end *end, unsigned int i, const char *src, const char *dst,
			  const char *text)
{
	const struct ev_packet *packet = &end->got[i].packet;

	cr_assert_eq(packet->link, 3);
	cr_assert_eq(packet->ttl, 1);
	cr_assert_str_eq(ip_addr_text(&packet->src).s, src);
	cr_assert_str_eq(ip_addr_text(&packet->dst).s, dst);
	cr_assert_eq(packet->len, strlen(text));
	cr_assert_eq(memcmp(end->got[i].bytes, text, packet->len), 0);
}

/* --- packets made by hand, sent by b as a host would --- */

static uint16_t sum16(uint16_t sum)
{
	return htons(sum);
}

/* IPv4 with Router Alert and an IGMP message of 8 bytes. Return: the length. */
static size_t igmp_packet(uint8_t *p, uint8_t type, const char *dst)
{
	static const uint8_t header[24] = { 0x46, 0, 0, 32, 0, 0, 0, 0, 1,   2, 0, 0,
					    10,   0, 0, 7,  0, 0, 0, 0, 148, 4, 0, 0 };
	uint16_t sum;

	memcpy(p, header, sizeof(header));
	cr_assert_eq(inet_pton(AF_INET, dst, p + 16), 1);
	memset(p + 24, 0, 8);
	p[24] = type;
	memcpy(p + 28, p + 16, 4);
	sum = sum16(inet_checksum(p, 24, 0));
	memcpy(p + 10, &sum, 2);
	sum = sum16(inet_checksum(p + 24, 8, 0));
	memcpy(p + 26, &sum, 2);
	return 32;
}

/* IPv6 with Hop-by-Hop Router Alert and an MLD message of 24 bytes. Return: the length. */
static size_t mld_packet(uint8_t *p, uint8_t type, const char *dst, const char *group)
{
	static const uint8_t start[8] = { 0x60, 0, 0, 0, 0, 32, 0, 1 };
	static const uint8_t alert[8] = { 58, 0, 5, 2, 0, 0, 1, 0 };
	struct ip_addr src = addr_of("fe80::7"), to = addr_of(dst);
	uint16_t sum;

	memset(p, 0, 72);
	memcpy(p, start, sizeof(start));
	memcpy(p + 8, src.b, 16);
	memcpy(p + 24, to.b, 16);
	memcpy(p + 40, alert, sizeof(alert));
	p[48] = type;
	cr_assert_eq(inet_pton(AF_INET6, group, p + 56), 1);
	sum = sum16(inet_checksum(p + 48, 24, inet_pseudo_sum(&src, &to, INET_PROTO_ICMPV6, 24)));
	memcpy(p + 50, &sum, 2);
	return 72;
}

/* Send to an Ethernet address which stands for the group's. */
static void host_send(const uint8_t *packet, size_t len)
{
	bool is_ipv6 = packet[0] >> 4 == 6;
	struct sockaddr_ll to = { .sll_family = AF_PACKET,
				  .sll_protocol = htons(is_ipv6 ? ETH_P_IPV6 : ETH_P_IP),
				  .sll_ifindex = (int)b.ifindex,
				  .sll_halen = 6 };

	memcpy(to.sll_addr, is_ipv6 ? "\x33\x33\0\0\0\x55" : "\x01\0\x5e\x01\x02\x03", 6);
	cr_assert_eq(sendto(wire_fd, packet, len, 0, (struct sockaddr *)&to, sizeof(to)),
		     (ssize_t)len);
}

/* --- what is on the wire --- */

static void wire_readable(void *ctx, uint32_t revents)
{
	(void)ctx;
	(void)revents;
	loop_quit(loop);
}

/* The next IP packet from @src that arrives at b; others (the kernel's own) are passed over. */
static size_t wire_next(const char *src, uint8_t *p, size_t room)
{
	struct ip_addr wanted = addr_of(src);
	struct loop_fd *watch;
	ssize_t len;

	cr_assert_eq(loop_add(loop, wire_fd, EPOLLIN, wire_readable, NULL, &watch), 0);
	for (;;) {
		size_t at = ip_addr_family(&wanted) == IP_FAMILY_4 ? 12 : 8;
		unsigned int version = ip_addr_family(&wanted) == IP_FAMILY_4 ? 4 : 6;

		len = recv(wire_fd, p, room, MSG_DONTWAIT);
		if (len < 0)
			run();
		else if (len >= 40 - 8 && p[0] >> 4 == version &&
			 memcmp(p + at, ip_addr_bytes(&wanted), version == 4 ? 4 : 16) == 0 &&
			 (version == 6 || p[9] != INET_PROTO_IGMP || p[24] != 0x22))
			break;
	}
	loop_del(watch);
	return (size_t)len;
}

Test(io_rawsock, hpim_multicast_and_unicast_arrive_with_source_and_ttl)
{
	cr_assert_eq(join(&a, SOCKET_103, "224.0.0.13"), 0);
	cr_assert_eq(join(&b, SOCKET_103, "224.0.0.13"), 0);
	cr_assert_eq(send_text(&a, SOCKET_103, "10.0.0.1", "224.0.0.13", "hello"), 0);
	run_until_count(&b, 1);
	expect_packet(&b, 0, "10.0.0.1", "224.0.0.13", "hello");
	cr_assert_eq(send_text(&b, SOCKET_103, "10.0.0.2", "10.0.0.1", "sync"), 0);
	run_until_count(&a, 1);
	expect_packet(&a, 0, "10.0.0.2", "10.0.0.1", "sync");
}

Test(io_rawsock, hpim_over_ipv6_arrives_with_source_and_hop_limit)
{
	cr_assert_eq(join(&a, SOCKET_103, "ff02::d"), 0);
	cr_assert_eq(join(&b, SOCKET_103, "ff02::d"), 0);
	cr_assert_eq(send_text(&a, SOCKET_103, "fe80::1", "ff02::d", "hello"), 0);
	run_until_count(&b, 1);
	expect_packet(&b, 0, "fe80::1", "ff02::d", "hello");
	cr_assert_eq(send_text(&b, SOCKET_103, "fe80::2", "fe80::1", "sync"), 0);
	run_until_count(&a, 1);
	expect_packet(&a, 0, "fe80::2", "fe80::1", "sync");
}

Test(io_rawsock, second_address_of_the_interface_can_be_the_source)
{
	enter(&a);
	ip("addr add 10.0.0.99/24 dev va");
	ip("-6 addr add fe80::99/64 dev va nodad");
	cr_assert_eq(join(&a, SOCKET_103, "224.0.0.13"), 0);
	cr_assert_eq(join(&a, SOCKET_103, "ff02::d"), 0);
	cr_assert_eq(join(&b, SOCKET_103, "224.0.0.13"), 0);
	cr_assert_eq(join(&b, SOCKET_103, "ff02::d"), 0);
	cr_assert_eq(send_text(&a, SOCKET_103, "10.0.0.99", "224.0.0.13", "x"), 0);
	run_until_count(&b, 1);
	expect_packet(&b, 0, "10.0.0.99", "224.0.0.13", "x");
	cr_assert_eq(send_text(&a, SOCKET_103, "fe80::99", "ff02::d", "y"), 0);
	run_until_count(&b, 2);
	expect_packet(&b, 1, "fe80::99", "ff02::d", "y");
}

Test(io_rawsock, hpim_header_has_no_option_ttl_1_and_precedence)
{
	uint8_t p[2048];

	cr_assert_eq(join(&a, SOCKET_103, "224.0.0.13"), 0);
	cr_assert_eq(join(&a, SOCKET_103, "ff02::d"), 0);
	cr_assert_eq(send_text(&a, SOCKET_103, "10.0.0.1", "224.0.0.13", "0123456789ab"), 0);
	cr_assert_eq(wire_next("10.0.0.1", p, sizeof(p)), 32);
	cr_assert_eq(p[0], 0x45);
	cr_assert_eq(p[1], 0xc0);
	cr_assert_eq(p[8], 1);
	cr_assert_eq(p[9], 103);
	cr_assert_eq(send_text(&a, SOCKET_103, "fe80::1", "ff02::d", "0123456789ab"), 0);
	cr_assert_eq(wire_next("fe80::1", p, sizeof(p)), 52);
	cr_assert(p[0] == 0x6c && p[1] >> 4 == 0, "traffic class 0xc0");
	cr_assert_eq(p[6], 103);
	cr_assert_eq(p[7], 1);
	cr_assert_eq(memcmp(p + 40, "0123456789ab", 12), 0, "the payload is untouched");
}

Test(io_rawsock, own_packets_are_not_heard)
{
	cr_assert_eq(join(&a, SOCKET_103, "224.0.0.13"), 0);
	cr_assert_eq(join(&a, SOCKET_103, "ff02::d"), 0);
	cr_assert_eq(join(&b, SOCKET_103, "224.0.0.13"), 0);
	cr_assert_eq(join(&b, SOCKET_103, "ff02::d"), 0);
	cr_assert_eq(send_text(&a, SOCKET_103, "10.0.0.1", "224.0.0.13", "own"), 0);
	cr_assert_eq(send_text(&a, SOCKET_103, "fe80::1", "ff02::d", "own"), 0);
	run_until_count(&b, 2); /* so they were sent */
	cr_assert_eq(send_text(&b, SOCKET_103, "10.0.0.2", "10.0.0.1", "other"), 0);
	run_until_count(&a, 1);
	expect_packet(&a, 0, "10.0.0.2", "10.0.0.1", "other");
}

Test(io_rawsock, igmp_report_to_a_group_nobody_joined_is_heard)
{
	uint8_t p[64];

	cr_assert_eq(join(&a, SOCKET_GM, "224.0.0.2"), 0);
	host_send(p, igmp_packet(p, 0x16, "239.1.2.3"));
	run_until_count(&a, 1);
	cr_assert_eq(a.got[0].packet.socket, SOCKET_GM);
	cr_assert(a.got[0].packet.has_router_alert);
	cr_assert_eq(a.got[0].packet.ttl, 1);
	cr_assert_str_eq(ip_addr_text(&a.got[0].packet.src).s, "10.0.0.7");
	cr_assert_str_eq(ip_addr_text(&a.got[0].packet.dst).s, "239.1.2.3");
	cr_assert_eq(a.got[0].packet.len, 8);
	cr_assert_eq(memcmp(a.got[0].bytes, p + 24, 8), 0);
}

Test(io_rawsock, mld_report_and_done_are_heard)
{
	static const uint8_t types[] = { 130, 131, 132, 143 };
	uint8_t p[80];

	cr_assert_eq(join(&a, SOCKET_GM, "ff02::2"), 0);
	for (unsigned int i = 0; i < sizeof(types); i++) {
		host_send(p, mld_packet(p, types[i], i == 2 ? "ff02::2" : "ff0e::5", "ff0e::5"));
		run_until_count(&a, i + 1);
		cr_assert(a.got[i].packet.has_router_alert);
		cr_assert_eq(a.got[i].packet.ttl, 1);
		cr_assert_str_eq(ip_addr_text(&a.got[i].packet.src).s, "fe80::7");
		cr_assert_eq(a.got[i].packet.len, 24);
		cr_assert_eq(a.got[i].bytes[0], types[i]);
	}
}

/* Each unwanted packet is followed by a wanted one, which alone must be heard. */
Test(io_rawsock, other_packets_do_not_pass_the_filters)
{
	uint8_t p[80];
	unsigned int heard = 0;

	cr_assert_eq(join(&a, SOCKET_GM, "224.0.0.2"), 0);
	cr_assert_eq(join(&a, SOCKET_GM, "ff02::2"), 0);
	for (unsigned int type = 0; type < 256; type++) {
		size_t len = mld_packet(p, (uint8_t)type, "ff0e::5", "ff0e::5");

		if ((type >= 130 && type <= 132) || type == 143 || type == 135)
			continue;
		host_send(p, len);
	}
	(void)igmp_packet(p, 0x16, "239.1.2.3");
	p[9] = 17;
	host_send(p, 32);
	host_send(p, mld_packet(p, 131, "ff0e::5", "ff0e::5"));
	run_until_count(&a, ++heard);
	cr_assert_eq(a.got[0].bytes[0], 131);
	host_send(p, igmp_packet(p, 0x17, "224.0.0.2"));
	run_until_count(&a, ++heard);
	cr_assert_eq(a.got[1].bytes[0], 0x17);
	cr_assert_eq(rawsock_malformed(a.rs, 3, IP_FAMILY_4, SOCKET_GM), 0);
	cr_assert_eq(rawsock_malformed(a.rs, 3, IP_FAMILY_6, SOCKET_GM), 0);
}

Test(io_rawsock, packet_with_bad_header_is_counted_not_told)
{
	uint8_t p[64];

	cr_assert_eq(join(&a, SOCKET_GM, "224.0.0.2"), 0);
	(void)igmp_packet(p, 0x16, "239.1.2.3");
	p[10] ^= 0xff; /* header checksum */
	host_send(p, 32);
	(void)igmp_packet(p, 0x16, "239.1.2.3");
	host_send(p, 25); /* cut short */
	host_send(p, 32);
	run_until_count(&a, 1);
	cr_assert_eq(rawsock_malformed(a.rs, 3, IP_FAMILY_4, SOCKET_GM), 2);
	cr_assert_eq(rawsock_malformed(a.rs, 3, IP_FAMILY_6, SOCKET_GM), 0);
	cr_assert_eq(rawsock_malformed(a.rs, 3, IP_FAMILY_4, SOCKET_103), 0);
	cr_assert_eq(rawsock_malformed(a.rs, 2, IP_FAMILY_4, SOCKET_GM), 0);
}

Test(io_rawsock, igmp_is_sent_with_router_alert_ttl_1_and_the_given_source)
{
	uint8_t p[2048];

	cr_assert_eq(join(&a, SOCKET_GM, "224.0.0.2"), 0);
	cr_assert_eq(send_text(&a, SOCKET_GM, "10.0.0.1", "224.0.0.1", "\x11\x64\xee\x9b----"), 0);
	cr_assert_eq(wire_next("10.0.0.1", p, sizeof(p)), 32);
	cr_assert_eq(p[0], 0x46);
	cr_assert_eq(p[1], 0xc0);
	cr_assert_eq(p[8], 1);
	cr_assert_eq(p[9], 2);
	cr_assert_eq(memcmp(p + 16, "\xe0\0\0\1", 4), 0);
	cr_assert_eq(memcmp(p + 20, "\x94\4\0\0", 4), 0);
	cr_assert_eq(memcmp(p + 24, "\x11\x64\xee\x9b----", 8), 0);
}

Test(io_rawsock, mld_is_sent_with_hop_by_hop_router_alert)
{
	uint8_t p[2048];
	struct inet_packet packet;

	cr_assert_eq(join(&a, SOCKET_GM, "ff02::2"), 0);
	cr_assert_eq(send_text(&a, SOCKET_GM, "fe80::1", "ff02::1", "\x82---..++0123456789abcdef"),
		     0);
	do {
		size_t len = wire_next("fe80::1", p, sizeof(p));

		cr_assert_eq(inet_decode(p, len, &packet), 0);
	} while (packet.len != 24 || packet.bytes[0] != 130); /* the kernel's reports */
	cr_assert(p[0] == 0x6c && p[1] >> 4 == 0, "traffic class 0xc0");
	cr_assert_eq(p[6], 0, "Hop-by-Hop");
	cr_assert_eq(p[7], 1);
	cr_assert(packet.has_router_alert);
	cr_assert_eq(memcmp(p + 40, "\x3a\0\5\2\0\0\1\0", 8), 0);
}

/* More than fit into one turn of the loop, and into a queue of ordinary size. */
Test(io_rawsock, burst_of_packets_arrives_in_order)
{
	cr_assert_eq(join(&a, SOCKET_103, "224.0.0.13"), 0);
	cr_assert_eq(join(&b, SOCKET_103, "224.0.0.13"), 0);
	for (unsigned int i = 0; i < 500; i++) {
		char text[1024];

		(void)snprintf(text, sizeof(text), "%01000u", i);
		cr_assert_eq(send_text(&a, SOCKET_103, "10.0.0.1", "224.0.0.13", text), 0);
	}
	run_until_count(&b, 500);
	for (unsigned int i = 0; i < 500; i++)
		cr_assert_eq((unsigned int)atoi((char *)b.got[i].bytes), i);
}

/* Sockets this process has open. */
static int socket_count(void)
{
	struct stat file;
	int count = 0;

	for (int fd = 0; fd < 1024; fd++)
		count += fstat(fd, &file) == 0 && S_ISSOCK(file.st_mode);
	return count;
}

/* They are closed in another thread. */
static void wait_for_sockets(int count)
{
	hp_time deadline = loop_now() + DEADLINE;

	while (socket_count() != count && loop_now() < deadline)
		(void)sched_yield();
	cr_assert_eq(socket_count(), count);
}

Test(io_rawsock, last_group_left_closes_the_sockets)
{
	int before = socket_count();

	cr_assert_eq(join(&a, SOCKET_GM, "224.0.0.2"), 0);
	cr_assert_eq(join(&a, SOCKET_GM, "224.0.0.22"), 0);
	cr_assert_eq(join(&a, SOCKET_103, "ff02::d"), 0);
	cr_assert_eq(socket_count(), before + 4);
	leave(&a, SOCKET_GM, "224.0.0.2");
	leave(&a, SOCKET_GM, "224.0.0.99"); /* never joined: nothing to undo */
	cr_assert_eq(socket_count(), before + 4);
	leave(&a, SOCKET_GM, "224.0.0.22");
	leave(&a, SOCKET_103, "ff02::d");
	wait_for_sockets(before);
	cr_assert_eq(send_text(&a, SOCKET_103, "fe80::1", "ff02::d", "x"), -ENOTCONN);
}

Test(io_rawsock, join_on_a_vanished_interface_fails_and_leaves_nothing)
{
	int before = socket_count();

	enter(&a);
	ip("link del va");
	cr_assert_eq(join(&a, SOCKET_103, "224.0.0.13"), -ENODEV);
	cr_assert_eq(join(&a, SOCKET_103, "ff02::d"), -ENODEV);
	cr_assert_eq(join(&a, SOCKET_GM, "224.0.0.2"), -ENODEV);
	cr_assert_eq(join(&a, SOCKET_GM, "ff02::2"), -ENODEV);
	cr_assert_eq(socket_count(), before);
}

static unsigned int turn_count;

static void turn(void *ctx)
{
	(void)ctx;
	turn_count++;
	loop_quit(loop);
}

Test(io_rawsock, interface_that_goes_away_makes_sending_fail_and_reading_calm)
{
	static const char *const groups[] = { "224.0.0.13", "ff02::d", "224.0.0.2", "ff02::2" };

	for (unsigned int i = 0; i < 4; i++)
		cr_assert_eq(join(&a, i < 2 ? SOCKET_103 : SOCKET_GM, groups[i]), 0);
	enter(&a);
	ip("link del va");
	cr_assert_lt(send_text(&a, SOCKET_103, "10.0.0.1", "224.0.0.13", "x"), 0);
	cr_assert_lt(send_text(&a, SOCKET_GM, "fe80::1", "ff02::1", "x"), 0);

	/* Were an error left on a socket, the loop would spin on it: its processor time shows it.
	 */
	clock_t spent = clock();

	cr_assert_eq(loop_on_timer(loop, turn, NULL), 0);
	cr_assert_eq(loop_arm(loop, loop_now() + HP_MS(300)), 0);
	cr_assert_eq(loop_run(loop), 0);
	cr_assert_eq(turn_count, 1);
	cr_assert_lt(clock() - spent, CLOCKS_PER_SEC / 10);
	for (unsigned int i = 0; i < 4; i++)
		leave(&a, i < 2 ? SOCKET_103 : SOCKET_GM, groups[i]);
}

Test(io_rawsock, interface_down_and_up_again_is_heard_again)
{
	uint8_t p[80];

	cr_assert_eq(join(&a, SOCKET_GM, "224.0.0.2"), 0);
	cr_assert_eq(join(&a, SOCKET_103, "224.0.0.13"), 0);
	cr_assert_eq(join(&b, SOCKET_103, "224.0.0.13"), 0);
	enter(&a);
	ip("link set va down");
	ip("link set va up");
	wait_up(&a, "va");
	wait_up(&b, "vb");
	host_send(p, igmp_packet(p, 0x16, "239.1.2.3"));
	run_until_count(&a, 1);
	cr_assert_eq(send_text(&b, SOCKET_103, "10.0.0.2", "224.0.0.13", "hello"), 0);
	run_until_count(&a, 2);
	cr_assert_eq(a.got[1].packet.socket, SOCKET_103);
}

static void leave_at_once(void *ctx, const struct ev_packet *packet)
{
	(void)packet;
	*(unsigned int *)ctx += 1;
	leave(&b, SOCKET_103, "224.0.0.13");
	loop_quit(loop);
}

Test(io_rawsock, leaving_from_inside_the_callback_ends_reading)
{
	unsigned int count = 0;

	rawsock_free(b.rs);
	cr_assert_eq(rawsock_new(loop, leave_at_once, &count, &b.rs), 0);
	cr_assert_eq(join(&a, SOCKET_103, "224.0.0.13"), 0);
	cr_assert_eq(join(&b, SOCKET_103, "224.0.0.13"), 0);
	for (unsigned int i = 0; i < 3; i++)
		cr_assert_eq(send_text(&a, SOCKET_103, "10.0.0.1", "224.0.0.13", "x"), 0);
	run();
	cr_assert_eq(count, 1);
}

Test(io_rawsock, interface_made_anew_gets_new_sockets)
{
	cr_assert_eq(join(&a, SOCKET_103, "224.0.0.13"), 0);
	enter(&a);
	ip("link del va");
	ip("link add va type veth peer name vb");
	ip("link set va addrgenmode none");
	ip("link set vb netns /proc/%d/fd/%d", getpid(), b.netns);
	rawsock_free(b.rs);
	b.rs = NULL;
	ip("addr add 10.0.0.1/24 dev va");
	ip("link set va up");
	a.ifindex = if_nametoindex("va");
	end_open(&b, "vb", 2);
	wait_up(&a, "va");
	wait_up(&b, "vb");
	cr_assert_eq(join(&a, SOCKET_103, "224.0.0.13"), 0);
	cr_assert_eq(join(&b, SOCKET_103, "224.0.0.13"), 0);
	cr_assert_eq(send_text(&a, SOCKET_103, "10.0.0.1", "224.0.0.13", "again"), 0);
	run_until_count(&b, 1);
	expect_packet(&b, 0, "10.0.0.1", "224.0.0.13", "again");
}
