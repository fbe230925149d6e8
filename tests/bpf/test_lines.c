/* SPDX-License-Identifier: GPL-2.0-only */
/* Trees with a line: when the programs go by it, who counts, and what a killed daemon leaves. */
#include <bpf/bpf.h>
#include <criterion/criterion.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common_lab.h"
#include "common_plane.h"

#define IN_IFINDEX 1 /* of test runs: loopback */
#define IN_LINK    1

/* ---- one program on one frame ---- */

static struct lab lab;

static void lab_setup(void)
{
	const struct mfib_port in = { .link = IN_LINK, .carrier = IN_IFINDEX };
	const struct mfib_port out = { .link = 2, .carrier = 9 };
	const uint32_t output = 9;

	lab_open(&lab);
	lab_port(&lab, IN_IFINDEX, &in);
	lab_port(&lab, output, &out);
	lab_set(&lab, 0, &output, 1);
}

static void lab_teardown(void)
{
	lab_close(&lab);
}

TestSuite(line, .init = lab_setup, .fini = lab_teardown);

/* Each family's tree by its line, while its entry in the hash map has no outputs. */
static void lines_set(void)
{
	const struct mfib_entry entry = { .iif = IN_IFINDEX, .mtu = 1500, .link = IN_LINK };
	struct mfib_entry other;

	for (int is_ipv6 = 0; is_ipv6 < 2; is_ipv6++) {
		const uint8_t *key =
			is_ipv6 ? frame_base6.bytes + IP6_SRC : frame_base4.bytes + IP4_SRC;

		lab_route(&lab, is_ipv6, &entry);
		other = lab_route_entry(&lab, is_ipv6);
		other.set = MFIB_SET_NONE;
		lab_put(&lab, is_ipv6 ? "route6" : "route4", key, &other);
	}
	lab_counts_clear(&lab);
}

static void both_are(enum lab_verdict verdict, const char *why)
{
	const struct frame in4 = frame_ipv4();
	struct frame out;

	cr_expect_eq(lab_run(&lab, LAB_XDP, &in4, &out), verdict, "IPv4: %s", why);
	cr_expect_eq(lab_run(&lab, LAB_XDP, &frame_base6, &out), verdict, "IPv6: %s", why);
}

static void both_change(void (*change)(struct mfib_line *line))
{
	change(lab_line(&lab, false));
	change(lab_line(&lab, true));
}

Test(line, what_is_plain_goes_by_the_line)
{
	lines_set();
	both_are(LAB_SEND, "the hash map says drop");
	for (int is_ipv6 = 0; is_ipv6 < 2; is_ipv6++) {
		cr_expect_eq(lab_line(&lab, is_ipv6)->packets, 1);
		cr_expect_neq(lab_line(&lab, is_ipv6)->owner, 0);
		cr_expect_neq(lab_line(&lab, is_ipv6)->seen_ns, 0);
	}
	cr_expect_eq(lab_line(&lab, false)->bytes, frame_base4.len - 14);
	cr_expect_eq(lab_line(&lab, true)->bytes, frame_base6.len - 14);
}

static void odd(struct mfib_line *line)
{
	line->seq |= 1;
}

static void shut(struct mfib_line *line)
{
	line->iif = 0;
}

static void other_input(struct mfib_line *line)
{
	line->iif = 77;
}

static void small_mtu(struct mfib_line *line)
{
	line->mtu = 20;
}

static void other_key(struct mfib_line *line)
{
	((uint8_t *)line)[-1] ^= 1; /* the last byte of the group */
}

static void is_not_asked(void (*change)(struct mfib_line *line), const char *why)
{
	lines_set();
	both_change(change);
	both_are(LAB_DROP, why);
	cr_expect_eq(lab_line(&lab, false)->packets + lab_line(&lab, true)->packets, 0, "%s", why);
}

Test(line, whatever_is_not_plain_asks_the_hash_map)
{
	is_not_asked(odd, "while the daemon writes");
	is_not_asked(shut, "shut");
	is_not_asked(other_input, "another input");
	is_not_asked(small_mtu, "too long");
	is_not_asked(other_key, "another tree's line");
}

/* The second of two trees is where the reach of the first line ends, or it is not found. */
Test(line, trees_whose_lines_collide_are_found_behind_each_other)
{
	const struct lines_table *table = &lab.lines.of[IP_FAMILY_4];
	const struct frame in = frame_ipv4();
	struct frame out;

	lines_set();
	memcpy(table->base + 3 * table->stride, table->base, table->stride);
	other_key(lab_line(&lab, false));
	lab_line(&lab, false)->reach = 3;
	both_are(LAB_SEND, "three lines on");
	cr_expect_eq(lab_line(&lab, false)->packets, 0);
	lab_line(&lab, false)->reach = 2;
	cr_expect_eq(lab_run(&lab, LAB_XDP, &in, &out), LAB_DROP);
}

static void owned_by_another(struct mfib_line *line)
{
	line->owner = 4097;
}

Test(line, a_cpu_that_does_not_own_the_line_counts_beside_it)
{
	struct mfib_route_count sum;

	lines_set();
	both_change(owned_by_another);
	both_are(LAB_SEND, "by the line");
	cr_expect_eq(lab_line(&lab, false)->packets + lab_line(&lab, true)->packets, 0);
	sum = lab_route_count(&lab, 0);
	cr_expect_eq(sum.packets, 2);
	cr_expect_eq(sum.bytes, frame_base4.len + frame_base6.len - 28);
	cr_expect_neq(sum.seen_ns, 0);
}

/* ---- follow mode ---- */

static void lab_follow(void)
{
	lab.follows = true;
	lab_setup();
}

TestSuite(line_follow, .init = lab_follow, .fini = lab_teardown);

static uint64_t keepalives(void)
{
	return lab_count(&lab, IN_LINK, MFIB_R_KEEPALIVE).packets;
}

/* As the program counts time. */
static void keepalive_set(uint32_t ago)
{
	const uint32_t slot = 0, last = (uint32_t)(lab_now_ns() >> 20) - ago;

	lab_put(&lab, "route_ttls", &slot, &last);
}

/* Each family's tree has the same slot, so the first of both packets is the one that is due. */
Test(line_follow, the_kernel_gets_a_packet_now_and_then)
{
	const struct frame in4 = frame_ipv4();
	struct frame out;

	lines_set();
	keepalive_set(LAB_KEEPALIVE / 2);
	both_are(LAB_SEND, "by the line");
	cr_expect_eq(lab_line(&lab, false)->packets + lab_line(&lab, true)->packets, 2);
	for (int is_ipv6 = 0; is_ipv6 < 2; is_ipv6++) {
		keepalive_set(2 * LAB_KEEPALIVE);
		cr_expect_eq(lab_run(&lab, LAB_XDP, is_ipv6 ? &frame_base6 : &in4, &out), LAB_PASS);
		cr_expect_eq(keepalives(), (uint64_t)is_ipv6 + 1);
		both_are(LAB_SEND, "until the next one is due");
	}
	cr_expect_eq(keepalives(), 2);
}

Test(line_follow, what_is_within_a_threshold_is_left_to_the_kernel)
{
	const struct frame in4 = frame_ipv4();

	lines_set();
	keepalive_set(LAB_KEEPALIVE / 2);
	for (int is_ipv6 = 0; is_ipv6 < 2; is_ipv6++) {
		const char *map = is_ipv6 ? "route6" : "route4";
		const struct frame *in = is_ipv6 ? &frame_base6 : &in4;
		uint32_t ttl = in->bytes[is_ipv6 ? IP6_HOPS : IP4_TTL];
		struct mfib_entry entry = lab_route_entry(&lab, is_ipv6);
		struct frame out;

		for (uint32_t threshold = ttl - 1; threshold <= ttl; threshold++) {
			entry.flags = MFIB_F_BROADCAST | threshold << MFIB_F_TTL_SHIFT;
			lab_line(&lab, is_ipv6)->flags = entry.flags;
			lab_put(&lab, map, in->bytes + (is_ipv6 ? IP6_SRC : IP4_SRC), &entry);
			cr_expect_eq(lab_run(&lab, LAB_XDP, in, &out),
				     threshold == ttl ? LAB_PASS : LAB_SEND, "%u of %u", threshold,
				     ttl);
		}
		cr_expect_eq(lab_count(&lab, IN_LINK, MFIB_R_TTL).packets, (uint64_t)is_ipv6 + 1);
		cr_expect_eq(lab_line(&lab, is_ipv6)->packets, 1);
	}
}

/* ---- the whole plane ---- */

#define PORTS 2
#define SETS  64

static struct plane plane;

static void plane_setup(void)
{
	plane_open(&plane, PORTS, SETS);
	plane_attach_all(&plane, DPLANE_MODE_AUTO);
}

static void plane_teardown(void)
{
	plane_close(&plane);
}

TestSuite(line_plane, .init = plane_setup, .fini = plane_teardown);

static struct mfib_route route_make(uint8_t group)
{
	struct mfib_route route = plane_route(group);

	ifset_add(&route.oifs, 1);
	return route;
}

static bool comes_out(uint8_t group, uint32_t number)
{
	plane_send(&plane, 0, group, number);
	return plane_arrives(&plane, 1, number, 1000);
}

/* As many trees as there are lines: some find none within reach of their first. */
Test(line_plane, a_full_table_forwards_and_counts_by_the_hash_map)
{
	struct mfib_route route;

	for (uint8_t group = 1; group <= 16; group++) {
		route = route_make(group);
		cr_assert_eq(dplane_put(plane.dp, &route), 0);
	}
	for (uint8_t group = 1; group <= 16; group++) {
		route = route_make(group);
		for (uint32_t i = 0; i < 3; i++)
			cr_expect(comes_out(group, 10u * group + i), "group %u", group);
		cr_expect_eq(plane_state(&plane, &route).packets, 3, "group %u", group);
	}
}

static void cpu_take(unsigned int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	cr_assert_eq(sched_setaffinity(0, sizeof(set), &set), 0);
}

Test(line_plane, counts_of_several_cpus_are_exact)
{
	struct mfib_route route = route_make(1);
	uint32_t number = 0;

	if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
		plane_skip(&plane, "one CPU");
	cr_assert_eq(dplane_put(plane.dp, &route), 0);
	for (unsigned int turn = 0; turn < 50; turn++) {
		cpu_take(turn % 2);
		for (int i = 0; i < 7; i++)
			cr_expect(comes_out(1, ++number));
	}
	cr_expect_eq(plane_state(&plane, &route).packets, number);
	cr_expect_eq(plane_state(&plane, &route).bytes, number * (PLANE_FRAME - 14));
}

static struct mfib_line4 line_read(int fd, uint32_t *ret_index)
{
	struct mfib_line4 line;

	for (*ret_index = 0; bpf_map_lookup_elem(fd, ret_index, &line) == 0; ++*ret_index)
		if (line.key.group[0])
			return line;
	cr_assert(false, "no tree has a line");
	return line;
}

static int lines_fd(void)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "/sys/fs/bpf/hpim/%s/lines4", plane.instance);
	fd = bpf_obj_get(path);
	cr_assert_geq(fd, 0);
	return fd;
}

/* A daemon was killed while it wrote the line: the sequence is odd, and what follows is not right.
 */
static void killed_in_a_write(bool has_key)
{
	struct mfib_route route = route_make(1);
	struct mfib_line4 line;
	uint32_t index;
	int fd;

	cpu_take(0); /* another one would count beside the line */
	cr_assert_eq(dplane_put(plane.dp, &route), 0);
	cr_expect(comes_out(1, 1));
	dplane_free(plane.dp, true);
	fd = lines_fd();
	line = line_read(fd, &index);
	cr_expect_eq(line.line.packets, 1);
	line.line.seq |= 1;
	line.line.iif = 77;
	line.line.mtu = 3;
	if (!has_key)
		memset(&line.key.source, 0, 4);
	cr_assert_eq(bpf_map_update_elem(fd, &index, &line, BPF_ANY), 0);
	cr_expect(comes_out(1, 2), "by the hash map");
	plane_new(&plane, SETS);
	plane_attach_all(&plane, DPLANE_MODE_AUTO);
	cr_expect(comes_out(1, 3));
	cr_assert_eq(bpf_map_lookup_elem(fd, &index, &line), 0);
	cr_expect_not(line.line.seq & 1);
	/* Freed, it may be the tree's again by now. */
	if (has_key) {
		cr_expect_eq(line.key.group[0], 239);
		cr_expect_eq(line.line.packets, 2, "by the line again");
		cr_expect_eq(plane_state(&plane, &route).packets, 3);
	}
	close(fd);
}

Test(line_plane, a_line_that_a_killed_daemon_left_half_written_is_repaired)
{
	killed_in_a_write(true);
}

Test(line_plane, a_line_that_a_killed_daemon_left_without_its_key_is_freed)
{
	killed_in_a_write(false);
}

/* The program clears the flag; from then on the tree has its line. */
Test(line_plane, a_tree_that_was_to_be_reported_goes_by_its_line_after_that)
{
	struct mfib_route route = route_make(1);
	uint32_t index;
	int fd = lines_fd();

	route.flags = MFIB_F_NOTIFY;
	cr_assert_eq(dplane_put(plane.dp, &route), 0);
	cr_expect_eq(line_read(fd, &index).line.iif, 0);
	cr_expect(comes_out(1, 1));
	plane_dispatch(&plane);
	cr_expect_eq(plane.last_upcall.kind, DATA_NOTIFY);
	cr_expect(comes_out(1, 2));
	cr_expect_eq(line_read(fd, &index).line.packets, 1);
	cr_expect_eq(plane_state(&plane, &route).packets, 2);
	close(fd);
}
