/* SPDX-License-Identifier: GPL-2.0-only */
/* Maps of an earlier layout, read by the names of their fields, and their counts carried over. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common_plane.h"
#include "hpim/mfib_abi.h"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"
#include "tests/bpf/layout.skel.h"
#pragma GCC diagnostic pop

#define OLD(name) old_##name
#include "layout.h"

#define PORTS    3
#define SETS     8
#define OLD_SLOT 5
#define OLD_SET  6
#define OLD_LINE 3

/*
 * Version 7 has brought lines. Where a daemon was killed before it wrote one, an entry names that
 * of another tree.
 */
enum has { NO_LINES, ITS_LINE, ANOTHERS_LINE };

static struct plane plane;
static char folder[96];

/* The folder of an instance that no daemon has, with links to three interfaces. */
static void setup(void)
{
	plane_open(&plane, PORTS, SETS);
	dplane_free(plane.dp, false);
	plane.dp = NULL;
	snprintf(folder, sizeof(folder), "/sys/fs/bpf/hpim/%s", plane.instance);
}

static void teardown(void)
{
	plane_close(&plane);
}

TestSuite(layout, .init = setup, .fini = teardown);

static void put(const struct bpf_map *map, const void *key, const void *value)
{
	cr_assert_eq(bpf_map_update_elem(bpf_map__fd(map), key, value, BPF_ANY), 0, "%s: %s",
		     bpf_map__name(map), strerror(errno));
}

static void ports_put(const struct layout *old, bool in_tc)
{
	for (uint32_t i = 0; i < PORTS; i++) {
		struct dplane_link link = plane_link(&plane, (uint16_t)i, DPLANE_MODE_AUTO);
		struct old_port port = { .link = (uint8_t)i,
					 .flags = (uint8_t)(in_tc ? MFIB_PORT_TC : MFIB_PORT_XDP),
					 .carrier = link.ifindex };

		memcpy(port.mac, link.mac, sizeof(port.mac));
		put(old->maps.ports, &link.ifindex, &port);
	}
}

/* Packets and bytes of the first and the last CPU, so that both count. */
static void counts_put(const struct layout *old)
{
	int cpus = libbpf_num_possible_cpus();
	struct old_route_count *route = calloc((size_t)cpus, sizeof(*route));
	struct old_port_count *port = calloc((size_t)cpus, sizeof(*port));
	uint32_t slot = OLD_SLOT, link = 0, unknown = 8;

	route[0].packets += 3;
	route[cpus - 1].packets += 4;
	route[cpus - 1].bytes = 700;
	route[0].seen_ns = 1;
	put(old->maps.route_counts, &slot, route);
	port[0].forwarded.packets = 7;
	port[cpus - 1].ttl.packets = 9;
	put(old->maps.port_counts, &link, port);
	memset(port, 0, (size_t)cpus * sizeof(*port));
	port[0].ttl.packets = 11;
	put(old->maps.port_counts, &unknown, port);
	free(route);
	free(port);
}

/* From 10.0.0.1 to 239.1.1.1, from 0 to 1 and 2. */
static void tree_put(const struct layout *old, uint32_t flags)
{
	const struct old_key4 key = { .group = { 239, 1, 1, 1 }, .source = { 10, 0, 0, 1 } };
	const struct old_entry entry = { .later = UINT64_MAX,
					 .set = OLD_SET,
					 .flags = flags,
					 .slot = OLD_SLOT,
					 .line = OLD_LINE,
					 .iif = if_nametoindex("r0") };
	const struct old_list list = { .count = 2,
				       .ifindex = { if_nametoindex("r1"), if_nametoindex("r2") } };
	uint32_t set = OLD_SET;

	put(old->maps.route4, &key, &entry);
	put(old->maps.output_lists, &set, &list);
}

static void line_put(const struct layout *old, enum has lines)
{
	const struct old_line4 line = {
		.key = { .group = { 239, 1, 1, lines == ITS_LINE ? 1 : 2 },
			 .source = { 10, 0, 0, 1 } },
		.line = { .packets = 20, .bytes = 2000, .seen_ns = 1, .later = UINT32_MAX },
	};
	uint32_t index = OLD_LINE;

	put(old->maps.lines4, &index, &line);
}

/* What a daemon of that version leaves. */
static void leave_behind(uint16_t version, uint32_t flags, enum has lines)
{
	const struct old_settings settings = { .magic = MFIB_MAGIC,
					       .version = version,
					       .max_links = 8,
					       .max_routes = 8,
					       .max_sets = 8 };
	struct layout *old = layout__open();
	uint32_t zero = 0;
	struct bpf_map *map;
	char path[160];

	cr_assert_not_null(old);
	cr_assert(mkdir(folder, 0700) == 0 || errno == EEXIST);
	bpf_object__for_each_map(map, old->obj)
	{
		if (lines == NO_LINES && strncmp(bpf_map__name(map), "lines", 5) == 0)
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, bpf_map__name(map));
		cr_assert_eq(bpf_map__set_pin_path(map, path), 0);
	}
	cr_assert_eq(layout__load(old), 0);
	ports_put(old, flags & MFIB_F_TC);
	tree_put(old, flags);
	counts_put(old);
	line_put(old, lines);
	put(old->maps.settings, &zero, &settings);
	layout__destroy(old);
}

static void says(const char *text)
{
	cr_expect_not_null(strstr(plane.said, text), "'%s' is not in: %s", text, plane.said);
}

static bool comes_out(int port, uint32_t number)
{
	plane_send(&plane, 0, 1, number);
	return plane_arrives(&plane, port, number, 1000);
}

static bool is_pinned(const char *name)
{
	char path[160];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return access(path, F_OK) == 0;
}

/* @counted: before, of the tree. */
static void carries_over(uint32_t flags, enum dplane_tier tier, enum has lines, uint64_t counted)
{
	struct mfib_route route = plane_route_to(1, 1, 2);
	struct dplane_route_state state;

	leave_behind(MFIB_VERSION_READ, flags, lines);
	plane_new(&plane, SETS);
	says("carrying maps of version");
	says("going on with 3 interfaces and 1 trees");
	cr_expect(comes_out(1, 1));
	cr_expect(comes_out(2, 2));
	state = plane_state(&plane, &route);
	cr_expect_eq(state.packets, counted + 2, "%lu", (unsigned long)state.packets);
	cr_expect_eq(state.tier, tier);
	cr_expect_eq(plane_counter(&plane, 0, "ttl"), 9);
	cr_expect_eq(plane_counter(&plane, LINK_NONE, "ttl"), 11);
	cr_expect_eq(plane_counter(&plane, 0, "forwarded"), 9);
	cr_expect_not(is_pinned("new"), "what was filled has taken its place");
}

Test(layout, tree_of_an_earlier_layout_goes_on_in_xdp)
{
	carries_over(0, DPLANE_TIER_XDP, NO_LINES, 7);
}

Test(layout, tree_of_an_earlier_layout_goes_on_in_tc)
{
	carries_over(MFIB_F_TC, DPLANE_TIER_TC, NO_LINES, 7);
}

Test(layout, what_was_counted_in_a_line_goes_on)
{
	carries_over(0, DPLANE_TIER_XDP, ITS_LINE, 27);
}

Test(layout, what_was_counted_in_the_line_of_another_tree_is_not_its_own)
{
	carries_over(0, DPLANE_TIER_XDP, ANOTHERS_LINE, 7);
}

static void is_refused(uint16_t version, const char *why)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -r %s", folder);
	leave_behind(version, 0, NO_LINES);
	cr_expect_eq(plane_try(&plane, SETS), -ESTALE);
	says(why);
	cr_expect(is_pinned("route4"));
	cr_expect_not(is_pinned("new"));
	cr_assert_eq(system(command), 0);
}

Test(layout, maps_of_a_newer_version_and_of_a_forgotten_one_are_refused_and_stay)
{
	is_refused(MFIB_VERSION + 1, "a newer hpimd made them");
	is_refused(MFIB_VERSION_READ - 1, "too old to be carried over");
	plane_new(&plane, SETS);
}
