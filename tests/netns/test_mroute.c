// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tier over the kernel's multicast cache, between real interfaces: a sender, a router and a
 * receiver, each in its own network namespace. The test is the router's daemon. Needs root.
 * runner: alone, the kernel keeps three packets until a route comes, which on a busy machine is
 * late
 */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "base/addr_text.h"
#include "base/hash.h"
#include "dplane/backend.h"

#define DEADLINE   HP_SEC(20)
#define LINK_IN    3 /* any numbers will do: they are not those of the kernel */
#define LINK_OUT   7
#define LINK_SPARE 9

#define UPCALLS_MAX 16

/* What the router saw. Each test has its own process, so one of each is enough. */
static struct backend *be;
static struct dplane_upcall upcalls[UPCALLS_MAX];
static unsigned int upcall_count;
static struct mfib_route *answer; /* put on the first miss */
static char said[512];

static char ns_src[40], ns_rtr[40], ns_dst[40];

struct child {
	pid_t pid;
	int out;
	char text[2048];
	size_t len;
};

static hp_time now(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return HP_SEC(ts.tv_sec) + ts.tv_nsec;
}

static void __attribute__((format(printf, 1, 2))) sh(const char *format, ...)
{
	char line[1024];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	cr_assert_eq(system(line), 0, "failed: %s", line);
}

static void on_upcall(void *ctx, const struct dplane_upcall *upcall)
{
	(void)ctx;
	if (upcall_count < UPCALLS_MAX)
		upcalls[upcall_count] = *upcall;
	upcall_count++;
	if (answer && upcall->kind == DATA_MISS)
		cr_expect_eq(be->ops->put(be, answer), 0);
}

static void on_log(void *ctx, enum note_level level, const char *line)
{
	(void)ctx;
	(void)level;
	(void)snprintf(said, sizeof(said), "%s", line);
}

static const struct hash_key hash_key = { .word = { 1, 3, 5, 7, 11, 13, 17, 19, 23 } };
static const struct dplane_config config = {
	.hash_key = &hash_key,
	.instance = "test",
	.upcall = on_upcall,
	.log = on_log,
};

/* ---- namespaces ---- */

static void ns_enter(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	cr_assert(fd >= 0 && setns(fd, CLONE_NEWNET) == 0, "enter %s", path);
	(void)close(fd);
}

/* Moves this process to a new namespace, which has no name: it ends with the test at the latest. */
static void ns_add(char *path, size_t size)
{
	int fd;

	cr_assert_eq(unshare(CLONE_NEWNET), 0);
	fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC); /* stays open: is the path below */
	cr_assert_geq(fd, 0);
	(void)snprintf(path, size, "/proc/%d/fd/%d", (int)getpid(), fd);
	sh("sysctl -qw net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0 "
	   "net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0 "
	   "net.ipv4.ip_forward=0 net.ipv6.conf.all.forwarding=0");
}

/* Between the router, where this process is, and a host. */
static void link_make(const char *ns, const char *name, int net)
{
	sh("ip link add %s type veth peer name eth0 netns %s", name, ns);
	sh("ip addr add 10.9.%d.1/24 dev %s && ip link set %s up", net, name, name);
	sh("nsenter --net=%s ip addr add 10.9.%d.2/24 dev eth0", ns, net);
	sh("nsenter --net=%s ip addr add fd09:%d::2/64 dev eth0 nodad", ns, net);
	sh("nsenter --net=%s ip link set eth0 up", ns);
}

/* Carrier and addresses of a new link become usable some time after it was made. */
static void links_wait(const char *ns)
{
	hp_time end_at = now() + DEADLINE;
	char test[200];

	(void)snprintf(test, sizeof(test),
		       "nsenter --net=%s sh -c 'test -z \"$(ip -6 -o addr show tentative; "
		       "ip -o link show up type veth | grep -v \"state UP\")\"'",
		       ns);
	while (system(test))
		cr_assert_lt(now(), end_at, "links of %s do not come up", ns);
}

static void link_add(uint16_t link, const char *name)
{
	struct dplane_link add = {
		.link = link, .ifindex = if_nametoindex(name), .mtu = 1500, .is_up = true
	};
	struct tier_port port = { .is_served = true };
	char why[BACKEND_WHY_LEN];

	(void)snprintf(add.name, sizeof(add.name), "%s", name);
	cr_assert_eq(be->ops->link_add(be, &add, &port, why), 0, "%s", why);
}

static void setup(void)
{
	if (geteuid())
		cr_skip_test("needs root: makes network namespaces");
	ns_add(ns_src, sizeof(ns_src));
	ns_add(ns_dst, sizeof(ns_dst));
	ns_add(ns_rtr, sizeof(ns_rtr));
	link_make(ns_src, "in", 1);
	link_make(ns_dst, "out", 2);
	sh("ip link add spare type veth peer name spare2");
	sh("ip link set spare up && ip link set spare2 up");
	links_wait(ns_src);
	links_wait(ns_rtr);
	links_wait(ns_dst);
	cr_assert_eq(mroute_new(&config, &be), 0, "%s", said);
	link_add(LINK_IN, "in");
	link_add(LINK_OUT, "out");
}

static void teardown(void)
{
	if (be)
		be->ops->free(be, false);
}

TestSuite(mroute, .init = setup, .fini = teardown, .timeout = 60);

/* ---- programs ---- */

/* Starts a program that stands two folders above this one, inside a namespace. */
static void child_start(struct child *child, const char *ns, const char *args)
{
	char self[512], line[1200];
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);
	int fds[2];

	cr_assert(len > 0 && pipe2(fds, O_CLOEXEC) == 0);
	self[len] = '\0';
	for (int i = 0; i < 3; i++)
		*strrchr(self, '/') = '\0';
	(void)snprintf(line, sizeof(line), "exec %s/%s", self, args);
	*child = (struct child){ .out = fds[0], .pid = fork() };
	cr_assert_geq(child->pid, 0);
	if (child->pid == 0) {
		ns_enter(ns);
		(void)dup2(fds[1], STDOUT_FILENO);
		(void)execl("/bin/sh", "sh", "-c", line, NULL);
		_exit(127);
	}
	(void)close(fds[1]);
}

/* Plays the daemon until the child has said @text, or until its end if @text is NULL. */
static void child_wait(struct child *child, const char *text)
{
	hp_time end_at = now() + DEADLINE;

	while (!text || !strstr(child->text, text)) {
		struct pollfd fds[] = { { .fd = child->out, .events = POLLIN },
					{ .fd = be->ops->fd(be), .events = POLLIN } };
		ssize_t len = -1;

		cr_assert(now() < end_at && poll(fds, 2, 1000) >= 0, "no answer in time");
		if (fds[1].revents)
			be->ops->dispatch(be);
		if (fds[0].revents)
			len = read(child->out, child->text + child->len,
				   sizeof(child->text) - 1 - child->len);
		if (len > 0)
			child->len += (size_t)len;
		if (!len)
			break;
	}
	cr_assert(!text || strstr(child->text, text), "ended without saying %s", text);
}

/* The exit code of a child that is about to end. */
static int child_end(struct child *child)
{
	int status;

	child_wait(child, NULL);
	cr_assert_eq(waitpid(child->pid, &status, 0), child->pid);
	(void)close(child->out);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void send_packets(const char *ns, const char *group, unsigned int count)
{
	struct child gen;
	char args[200];

	(void)snprintf(args, sizeof(args), "mcgen -i eth0 -g %s -r 1000 -n %u", group, count);
	child_start(&gen, ns, args);
	cr_assert_eq(child_end(&gen), 0, "mcgen: %s", gen.text);
}

static struct mfib_route route_make(const char *source, const char *group)
{
	struct mfib_route route = { .iif = LINK_IN };

	cr_assert_eq(ip_addr_parse(source, &route.key.source), 0);
	cr_assert_eq(ip_addr_parse(group, &route.key.group), 0);
	return route;
}

static struct backend_counts counts_of(const struct mfib_route *route)
{
	struct backend_counts counts;

	cr_assert_eq(be->ops->route_counts(be, &route->key, &counts), 0);
	return counts;
}

/* mcgen has ended, but the last packets may still be on their way through the router. */
static void counts_wait(const struct mfib_route *route, uint64_t packets)
{
	hp_time end_at = now() + DEADLINE;

	while (counts_of(route).packets < packets)
		cr_assert_lt(now(), end_at, "%ju packets counted",
			     (uintmax_t)counts_of(route).packets);
}

/* ---- the claims ---- */

static void check_new_flow(const char *source, const char *group)
{
	struct mfib_route route = route_make(source, group);
	struct child sink;
	char args[200];

	ifset_add(&route.oifs, LINK_OUT);
	answer = &route;
	(void)snprintf(args, sizeof(args),
		       "mcsink -i eth0 -g %s -n 500 -t 15 --events --expect 1-500", group);
	child_start(&sink, ns_dst, args);
	child_wait(&sink, "joined");
	send_packets(ns_src, group, 500);
	cr_assert_eq(child_end(&sink), 0, "%s", sink.text);
	cr_expect(strstr(sink.text, "\"ttl_min\":15,\"ttl_max\":15"), "%s", sink.text);
	cr_assert_eq(upcall_count, 1);
	cr_expect_eq(upcalls[0].kind, DATA_MISS);
	cr_expect_eq(upcalls[0].link, LINK_IN);
	cr_expect(ip_addr_equal(&upcalls[0].source, &route.key.source));
	cr_expect(ip_addr_equal(&upcalls[0].group, &route.key.group));
}

Test(mroute, new_flow_loses_no_packet_with_unicast_forwarding_off_ipv4)
{
	check_new_flow("10.9.1.2", "239.1.1.1");
}

Test(mroute, new_flow_loses_no_packet_with_unicast_forwarding_off_ipv6)
{
	check_new_flow("fd09:1::2", "ff3e::1");
}

static unsigned int lines_with(const char *path, const char *word)
{
	unsigned int count = 0;
	char line[512];
	FILE *file = fopen(path, "re");

	cr_assert_not_null(file);
	while (fgets(line, sizeof(line), file))
		count += strstr(line, word) != NULL;
	(void)fclose(file);
	return count;
}

/* Entries of both families, those without an input among them: flows of which packets wait. */
static unsigned int entries_of_kernel(void)
{
	return lines_with("/proc/net/ip_mr_cache", "") + lines_with("/proc/net/ip6_mr_cache", "") -
	       2; /* titles */
}

/* They would make each packet and each entry walk over all of them. */
Test(mroute, flows_that_wait_for_nothing_are_few)
{
	enum { FLOWS = 4000, FEW = 1024 };
	struct child gen;
	char args[200];

	(void)snprintf(args, sizeof(args),
		       "mcgen -i eth0 --flood 10.9.1.128/25,239.2.0.0/16 -r 4000 -n %d", FLOWS);
	child_start(&gen, ns_src, args);
	cr_assert_eq(child_end(&gen), 0, "mcgen: %s", gen.text);
	while (poll(&(struct pollfd){ .fd = be->ops->fd(be), .events = POLLIN }, 1, 0) == 1)
		be->ops->dispatch(be);
	cr_expect_gt(upcall_count, FLOWS / 2, "not enough to prove anything: %u", upcall_count);
	cr_expect_leq(entries_of_kernel(), FEW);
	cr_expect_geq(entries_of_kernel(), FEW / 2, "the latest ones still wait");
}

static void check_negative(const char *source, const char *group, uint64_t packet_bytes)
{
	struct mfib_route route = route_make(source, group);
	struct backend_counts counts;

	cr_assert_eq(be->ops->put(be, &route), 0);
	cr_expect_eq(counts_of(&route).seen_for, HP_TIME_NEVER);
	send_packets(ns_src, group, 100);
	counts_wait(&route, 100);
	be->ops->dispatch(be);
	cr_expect_eq(upcall_count, 0);
	counts = counts_of(&route);
	cr_expect_eq(counts.packets, 100);
	cr_expect_eq(counts.bytes, 100 * packet_bytes);
	cr_expect_lt(counts.seen_for, DEADLINE);
	cr_expect_leq(counts.seen_for, counts_of(&route).seen_for, "age shrinks without packets");
}

Test(mroute, entry_without_outputs_counts_and_is_silent_ipv4)
{
	check_negative("10.9.1.2", "239.1.1.2", 64 + 8 + 20);
}

Test(mroute, entry_without_outputs_counts_and_is_silent_ipv6)
{
	check_negative("fd09:1::2", "ff3e::2", 64 + 8 + 40);
}

static void check_age(const char *source, const char *group)
{
	struct mfib_route route = route_make(source, group);
	hp_time sent_at;

	cr_assert_eq(be->ops->put(be, &route), 0);
	send_packets(ns_src, group, 1);
	sent_at = now();
	while (now() - sent_at < HP_MS(300)) /* the passing of time is what this is about */
		(void)poll(NULL, 0, 50);
	cr_expect_geq(counts_of(&route).seen_for, HP_MS(250));
}

Test(mroute, age_comes_from_the_kernel_not_from_the_question_ipv4)
{
	check_age("10.9.1.2", "239.1.1.3");
}

Test(mroute, age_comes_from_the_kernel_not_from_the_question_ipv6)
{
	check_age("fd09:1::2", "ff3e::3");
}

static void check_wrong_if(const char *source, const char *silent, const char *loud)
{
	struct mfib_route route = route_make(source, silent);
	struct child gen;
	char args[100];

	ifset_add(&route.oifs, LINK_OUT);
	cr_assert_eq(be->ops->put(be, &route), 0);
	send_packets(ns_dst, silent, 5);
	route = route_make(source, loud);
	route.flags = MFIB_F_WRONG_IF;
	ifset_add(&route.oifs, LINK_OUT);
	cr_assert_eq(be->ops->put(be, &route), 0);
	(void)snprintf(args, sizeof(args), "mcgen -i eth0 -g %s -n 5", loud);
	child_start(&gen, ns_dst, args);
	cr_assert_eq(child_end(&gen), 0);
	for (hp_time end_at = now() + DEADLINE; !upcall_count; be->ops->dispatch(be))
		cr_assert_lt(now(), end_at, "no upcall");
	cr_assert_eq(upcall_count, 1);
	cr_expect_eq(upcalls[0].kind, DATA_WRONG_IF);
	cr_expect_eq(upcalls[0].link, LINK_OUT);
	cr_expect(ip_addr_equal(&upcalls[0].group, &route.key.group));
	cr_expect_eq(counts_of(&route).packets, 0, "wrong interface counted as forwarded");
}

Test(mroute, wrong_interface_is_reported_only_where_asked_ipv4)
{
	check_wrong_if("10.9.2.2", "239.1.1.4", "239.1.1.5");
}

Test(mroute, wrong_interface_is_reported_only_where_asked_ipv6)
{
	check_wrong_if("fd09:2::2", "ff3e::4", "ff3e::5");
}

/* Where the route has no outputs none of its interfaces is one. */
static void check_wrong_if_negative(const char *source, const char *group)
{
	struct mfib_route route = route_make(source, group);

	route.flags = MFIB_F_WRONG_IF;
	cr_assert_eq(be->ops->put(be, &route), 0);
	send_packets(ns_dst, group, 50);
	for (hp_time end_at = now() + DEADLINE; !upcall_count; be->ops->dispatch(be))
		cr_assert_lt(now(), end_at, "no upcall");
	cr_expect_eq(upcall_count, 1);
	cr_expect_eq(upcalls[0].kind, DATA_WRONG_IF);
	cr_expect_eq(upcalls[0].link, LINK_OUT);
	cr_expect_eq(counts_of(&route).packets, 0);
}

Test(mroute, wrong_interface_of_an_entry_without_outputs_is_reported_ipv4)
{
	check_wrong_if_negative("10.9.2.2", "239.1.1.9");
}

Test(mroute, wrong_interface_of_an_entry_without_outputs_is_reported_ipv6)
{
	check_wrong_if_negative("fd09:2::2", "ff3e::9");
}

static void notify_expect(unsigned int count)
{
	be->ops->poll(be);
	be->ops->dispatch(be);
	cr_assert_eq(upcall_count, count, "%u upcalls", upcall_count);
}

static void check_notify(const char *source, const char *group)
{
	struct mfib_route route = route_make(source, group);

	cr_assert_eq(be->ops->put(be, &route), 0);
	send_packets(ns_src, group, 5);
	counts_wait(&route, 5);
	notify_expect(0);
	route.flags = MFIB_F_NOTIFY;
	cr_assert_eq(be->ops->put(be, &route), 0);
	notify_expect(0); /* those before do not count */
	send_packets(ns_src, group, 5);
	counts_wait(&route, 10);
	notify_expect(1);
	cr_expect_eq(upcalls[0].kind, DATA_NOTIFY);
	cr_expect_eq(upcalls[0].link, LINK_IN);
	cr_expect(ip_addr_equal(&upcalls[0].source, &route.key.source));
	cr_expect(ip_addr_equal(&upcalls[0].group, &route.key.group));
	send_packets(ns_src, group, 5);
	counts_wait(&route, 15);
	notify_expect(1);
	cr_assert_eq(be->ops->put(be, &route), 0);
	send_packets(ns_src, group, 1);
	counts_wait(&route, 16);
	notify_expect(2);
	cr_assert_eq(be->ops->put(be, &route), 0);
	route.flags = 0;
	cr_assert_eq(be->ops->put(be, &route), 0);
	send_packets(ns_src, group, 1);
	counts_wait(&route, 17);
	notify_expect(2);
}

Test(mroute, next_packet_is_reported_once_until_put_again_ipv4)
{
	check_notify("10.9.1.2", "239.1.1.10");
}

Test(mroute, next_packet_is_reported_once_until_put_again_ipv6)
{
	check_notify("fd09:1::2", "ff3e::a");
}

/* Its entry in the kernel is a new one then, and counts from 0. */
Test(mroute, next_packet_is_waited_for_while_the_input_goes_and_comes)
{
	struct mfib_route route = route_make("10.9.1.2", "239.1.1.11");

	cr_assert_eq(be->ops->put(be, &route), 0);
	send_packets(ns_src, "239.1.1.11", 5);
	counts_wait(&route, 5);
	route.flags = MFIB_F_NOTIFY;
	cr_assert_eq(be->ops->put(be, &route), 0);
	be->ops->link_del(be, LINK_IN);
	notify_expect(0);
	link_add(LINK_IN, "in");
	notify_expect(0);
	send_packets(ns_src, "239.1.1.11", 1);
	counts_wait(&route, 1);
	notify_expect(1);
	cr_assert_eq(be->ops->put(be, &route), 0);
	be->ops->del(be, &route.key);
	notify_expect(1);
}

/* All are looked at, though not in one call. */
Test(mroute, many_entries_that_wait_take_turns)
{
	struct mfib_route route = route_make("10.9.1.2", "239.2.0.0");
	struct mfib_route last = route_make("10.9.1.2", "239.1.1.12");

	route.flags = last.flags = MFIB_F_NOTIFY;
	for (int i = 0; i < 3000; i++) {
		uint8_t group[4] = { 239, 2, (uint8_t)(i >> 8), (uint8_t)i };

		route.key.group = ip_addr_from_bytes(IP_FAMILY_4, group);
		cr_assert_eq(be->ops->put(be, &route), 0);
	}
	cr_assert_eq(be->ops->put(be, &last), 0);
	send_packets(ns_src, "239.1.1.12", 1);
	counts_wait(&last, 1);
	notify_expect(0);
	notify_expect(0);
	notify_expect(1);
	cr_expect(ip_addr_equal(&upcalls[0].group, &last.key.group));
}

Test(mroute, second_daemon_is_refused_with_a_sentence)
{
	struct dplane_config other = config;
	struct backend *second;

	cr_assert_eq(mroute_new(&config, &second), -EADDRINUSE);
	cr_expect(strstr(said, "another multicast routing daemon"), "%s", said);
	cr_expect(strstr(said, "multicast table 0"), "%s", said);
	other.mroute_table = 7;
	cr_assert_eq(mroute_new(&other, &second), 0, "%s", said);
	cr_expect_eq(mroute_new(&other, &(struct backend *){ NULL }), -EADDRINUSE);
	cr_expect(strstr(said, "multicast table 7"), "%s", said);
	second->ops->free(second, false);
}

/* Column @column (from 0) of the line which contains @word in a file of /proc/net; -1: none. */
static long proc_net(const char *file, const char *word, int column)
{
	char path[64], line[256];
	long value = -1;
	FILE *in;

	(void)snprintf(path, sizeof(path), "/proc/self/net/%s", file);
	in = fopen(path, "r");
	cr_assert_not_null(in);
	while (fgets(line, sizeof(line), in)) {
		char *field = strstr(line, word) ? strtok(line, " ") : NULL;

		for (int i = 0; field && i < column; i++)
			field = strtok(NULL, " ");
		if (field)
			value = strtol(field, NULL, 10);
	}
	(void)fclose(in);
	return value;
}

Test(mroute, interface_that_takes_a_freed_number_inherits_no_packets)
{
	struct mfib_route route = route_make("10.9.1.2", "239.1.1.6");

	ifset_add(&route.oifs, LINK_OUT);
	cr_assert_eq(be->ops->put(be, &route), 0);
	be->ops->link_del(be, LINK_OUT);
	link_add(LINK_SPARE, "spare");
	cr_assert_eq(proc_net("ip_mr_vif", "spare", 0), 1, "the freed number was not taken");
	send_packets(ns_src, "239.1.1.6", 10);
	counts_wait(&route, 10);
	cr_expect_eq(proc_net("ip_mr_vif", "spare", 5), 0);
}

Test(mroute, route_works_once_its_interfaces_come)
{
	struct mfib_route route = route_make("10.9.1.2", "239.1.1.7");

	be->ops->link_del(be, LINK_IN);
	ifset_add(&route.oifs, LINK_SPARE);
	cr_assert_eq(be->ops->put(be, &route), 0);
	cr_expect_eq(counts_of(&route).packets, 0);
	link_add(LINK_IN, "in");
	link_add(LINK_SPARE, "spare");
	send_packets(ns_src, "239.1.1.7", 10);
	counts_wait(&route, 10);
	cr_expect_eq(proc_net("ip_mr_vif", "spare", 5), 10);
	be->ops->del(be, &route.key);
	cr_expect_eq(be->ops->route_counts(be, &route.key, &(struct backend_counts){ 0 }), -ENOENT);
	cr_expect_eq(proc_net("ip_mr_cache", "010101EF", 0), -1);
}

Test(mroute, interface_33_is_refused_with_a_reason)
{
	struct dplane_link last = { .link = 200, .name = "last" };
	struct tier_port port = { .is_served = true };
	char why[BACKEND_WHY_LEN];

	for (uint16_t i = 2; i < 32; i++) {
		char name[16];

		(void)snprintf(name, sizeof(name), "d%d", i);
		sh("ip link add %s type veth peer name %sp", name, name);
		link_add((uint16_t)(100 + i), name);
	}
	last.ifindex = if_nametoindex("spare");
	cr_assert_eq(be->ops->link_add(be, &last, &port, why), -ENOSPC);
	cr_expect(strstr(why, "32"), "%s", why);
}

Test(mroute, strict_rp_filter_is_reported)
{
	sh("sysctl -qw net.ipv4.conf.spare.rp_filter=1");
	link_add(LINK_SPARE, "spare");
	cr_expect(strstr(said, "spare: rp_filter is strict"), "%s", said);
}

Test(mroute, free_empties_the_kernels_tables)
{
	struct mfib_route route = route_make("10.9.1.2", "239.1.1.8");

	cr_assert_eq(be->ops->put(be, &route), 0);
	cr_assert_geq(proc_net("ip_mr_cache", "EF", 0), 0);
	be->ops->free(be, true);
	be = NULL;
	cr_expect_eq(proc_net("ip_mr_cache", "EF", 0), -1);
	cr_expect_eq(proc_net("ip_mr_vif", "in", 0), -1);
}
