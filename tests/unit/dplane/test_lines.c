/* SPDX-License-Identifier: GPL-2.0-only */
/* The tables of lines over plain memory, seen as a program sees them; needs no privilege. */
#include <criterion/criterion.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "dplane/bpf/lines.h"

#define COUNT 64u

static struct lines lines;
static struct hash_key secret;
static const struct mfib_entry plain = {
	.iif = 3, .set = 7, .slot = 5, .mtu = 1500, .link = 2, .oif = 4
};

static uint64_t begun, over; /* grace periods */

static uint64_t grace_begin(void *ctx)
{
	(void)ctx;
	return ++begun;
}

static bool grace_is_over(void *ctx, uint64_t number)
{
	(void)ctx;
	return number <= over;
}

static const struct lines_ops ops = { .grace_begin = grace_begin, .grace_is_over = grace_is_over };

static void lines_make(uint32_t count)
{
	int fd[IP_FAMILY_COUNT];

	for (enum ip_family family = 0; family < IP_FAMILY_COUNT; family++) {
		fd[family] = memfd_create("lines", MFD_CLOEXEC);
		cr_assert_eq(ftruncate(fd[family], (off_t)(count * sizeof(struct mfib_line6))), 0);
	}
	cr_assert_eq(lines_open(&lines, fd, count, &secret), 0);
	lines.ops = &ops;
	for (enum ip_family family = 0; family < IP_FAMILY_COUNT; family++)
		close(fd[family]);
}

static void setup(void)
{
	hash_key_init(&secret, 1);
	lines_make(COUNT);
}

static void teardown(void)
{
	lines_close(&lines);
}

TestSuite(lines, .init = setup, .fini = teardown);

static struct mfib_key tree4(uint32_t source, uint32_t group)
{
	const uint8_t s[] = { 10, (uint8_t)(source >> 16), (uint8_t)(source >> 8),
			      (uint8_t)source };
	const uint8_t g[] = { 239, (uint8_t)(group >> 16), (uint8_t)(group >> 8), (uint8_t)group };

	return (struct mfib_key){ .source = ip_addr_from_bytes(IP_FAMILY_4, s),
				  .group = ip_addr_from_bytes(IP_FAMILY_4, g) };
}

static struct mfib_key tree6(uint32_t number)
{
	const uint8_t s[16] = { 0x20, 1, 0xd, 0xb8, [15] = 1 };
	const uint8_t g[16] = { 0xff, 0x3e, [14] = (uint8_t)(number >> 8), [15] = (uint8_t)number };

	return (struct mfib_key){ .source = ip_addr_from_bytes(IP_FAMILY_6, s),
				  .group = ip_addr_from_bytes(IP_FAMILY_6, g) };
}

static struct mfib_line *line_of(const struct mfib_key *key, uint32_t line)
{
	const struct lines_table *table = &lines.of[ip_addr_family(&key->group)];

	return (void *)(table->base + line * table->stride + table->key_len);
}

/* As line_probe() of bpf/line.h. Return: the index, or MFIB_LINE_NONE. */
static uint32_t probe(const struct mfib_key *key)
{
	size_t len = ip_family_addr_len(ip_addr_family(&key->group));
	uint8_t bytes[sizeof(struct mfib_key6)];
	uint32_t home;

	memcpy(bytes, ip_addr_bytes(&key->source), len);
	memcpy(bytes + len, ip_addr_bytes(&key->group), len);
	home = hash_keyed(&secret, bytes, 2 * len) & lines.mask;
	for (uint32_t i = 0; i <= line_of(key, home)->reach; i++) {
		uint32_t at = (home + i) & lines.mask;
		const struct mfib_line *line = line_of(key, at);

		cr_assert_lt(i, MFIB_LINE_PROBES);
		if (!(line->seq & 1) &&
		    memcmp((const uint8_t *)line - 2 * len, bytes, 2 * len) == 0)
			return line->iif ? at : MFIB_LINE_NONE;
	}
	return MFIB_LINE_NONE;
}

static uint32_t put(const struct mfib_key *key)
{
	uint32_t line = lines_place(&lines, key);

	if (line != MFIB_LINE_NONE)
		lines_write(&lines, key, line, &plain);
	return line;
}

Test(lines, a_tree_is_found_as_it_was_written)
{
	const struct mfib_key keys[] = { tree4(1, 1), tree6(1) };

	for (int i = 0; i < 2; i++) {
		uint32_t at = put(&keys[i]);
		const struct mfib_line *line = line_of(&keys[i], at);

		cr_assert_neq(at, MFIB_LINE_NONE);
		cr_expect_eq(probe(&keys[i]), at);
		cr_expect(lines_has(&lines, &keys[i], at));
		cr_expect(line->iif == 3 && line->set == 7 && line->slot == 5 &&
			  line->mtu == 1500 && line->link == 2 && line->oif == 4);
		cr_expect_not(lines_has(&lines, &keys[1 - i], at));
		cr_expect_not(lines_has(&lines, &keys[i], MFIB_LINE_NONE));
	}
}

Test(lines, a_line_that_is_shut_is_not_found_until_it_is_written)
{
	const struct mfib_key key = tree4(1, 1);
	uint32_t at = put(&key), seq = line_of(&key, at)->seq;

	lines_shut(&lines, &key, at);
	cr_expect_eq(probe(&key), MFIB_LINE_NONE);
	lines_write(&lines, &key, at, &plain);
	cr_expect_eq(probe(&key), at);
	cr_expect_neq(line_of(&key, at)->seq, seq, "a reader from before reads again");
}

Test(lines, what_is_not_forwarded_at_once_leaves_the_line_shut)
{
	static const uint32_t flags[] = { MFIB_F_NOTIFY, MFIB_F_TAGGED, MFIB_F_TC, MFIB_F_PASS };
	const struct mfib_key key = tree4(1, 1);
	uint32_t at = put(&key);
	struct mfib_entry entry;

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		entry = plain;
		entry.flags = flags[i];
		lines_write(&lines, &key, at, &entry);
		cr_expect_eq(probe(&key), MFIB_LINE_NONE, "%x", flags[i]);
	}
	entry = plain;
	entry.set = MFIB_SET_NONE;
	lines_write(&lines, &key, at, &entry);
	cr_expect_eq(probe(&key), MFIB_LINE_NONE, "without outputs");
	lines_write(&lines, &key, at, &plain);
	cr_expect_eq(probe(&key), at);
}

Test(lines, groups_that_no_router_forwards_leave_the_line_shut)
{
	struct mfib_key keys[] = { tree4(1, 1), tree4(1, 2), tree6(1), tree6(2) };

	memcpy(keys[0].group.b + 12, (uint8_t[]){ 224, 0, 0, 9 }, 4);
	memcpy(keys[1].group.b + 12, (uint8_t[]){ 192, 0, 2, 9 }, 4);
	memcpy(keys[2].group.b, (uint8_t[]){ 0xff, 0x12 }, 2);
	memcpy(keys[3].group.b, (uint8_t[]){ 0xfd, 0x0e }, 2);
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		uint32_t at = put(&keys[i]);

		cr_expect(lines_has(&lines, &keys[i], at));
		cr_expect_eq(probe(&keys[i]), MFIB_LINE_NONE, "%zu", i);
	}
}

Test(lines, counters_survive_a_change_and_begin_at_0_with_a_tree)
{
	const struct mfib_key key = tree4(1, 1);
	uint32_t at = put(&key);

	line_of(&key, at)->packets = 4;
	line_of(&key, at)->bytes = 400;
	lines_shut(&lines, &key, at);
	lines_write(&lines, &key, at, &plain);
	cr_expect_eq(lines_count(&lines, &key, at).packets, 4);
	cr_expect_eq(lines_count(&lines, &key, at).bytes, 400);
	lines_free(&lines, &key, at);
	cr_expect_eq(lines_count(&lines, &key, at).packets, 0);
	over = begun;
	cr_expect_eq(put(&key), at);
	cr_expect_eq(lines_count(&lines, &key, at).packets, 0);
}

Test(lines, a_line_rests_after_its_tree_went)
{
	const struct mfib_key key = tree4(1, 1);
	uint32_t at = put(&key);

	lines_free(&lines, &key, at);
	cr_expect_eq(probe(&key), MFIB_LINE_NONE);
	cr_expect_eq(begun, 1);
	line_of(&key, at)->packets = line_of(&key, at)->seen_ns = 77; /* a packet under way */
	cr_expect_neq(lines_place(&lines, &key), at);
	over = begun;
	cr_expect_eq(put(&key), at);
	cr_expect_eq(lines_count(&lines, &key, at).packets, 0);
}

/* Trees of one home take the lines behind it, and the next one none. */
Test(lines, trees_that_collide_have_lines_side_by_side)
{
	struct mfib_key keys[MFIB_LINE_PROBES + 1];
	uint32_t at[MFIB_LINE_PROBES + 1], found = 0;
	const uint32_t home = lines_place(&lines, &(struct mfib_key[]){ tree4(0, 0) }[0]);

	for (uint32_t i = 0; found <= MFIB_LINE_PROBES; i++) {
		struct mfib_key key = tree4(i, i);

		if (lines_place(&lines, &key) == home)
			keys[found++] = key;
	}
	for (uint32_t i = 0; i <= MFIB_LINE_PROBES; i++)
		at[i] = put(&keys[i]);
	for (uint32_t i = 0; i < MFIB_LINE_PROBES; i++) {
		cr_expect_eq(at[i], (home + i) % COUNT);
		cr_expect_eq(probe(&keys[i]), at[i]);
	}
	cr_expect_eq(at[MFIB_LINE_PROBES], MFIB_LINE_NONE);
	cr_expect_eq(probe(&keys[MFIB_LINE_PROBES]), MFIB_LINE_NONE);
	/* One in the middle goes: those behind it are found, and the one without takes its line. */
	lines_free(&lines, &keys[3], at[3]);
	for (uint32_t i = 0; i < MFIB_LINE_PROBES; i++)
		cr_expect_eq(probe(&keys[i]), i == 3 ? MFIB_LINE_NONE : at[i]);
	over = begun;
	cr_expect_eq(put(&keys[MFIB_LINE_PROBES]), at[3]);
	cr_expect_eq(probe(&keys[MFIB_LINE_PROBES]), at[3]);
}

Test(lines, a_full_table_refuses)
{
	uint32_t placed = 0;

	for (uint32_t i = 0; i < 100 * COUNT; i++) {
		struct mfib_key key = tree6(i);

		if (put(&key) != MFIB_LINE_NONE)
			placed++;
	}
	cr_expect_eq(placed, COUNT);
}

static void sequence_is_spread(struct mfib_key (*make)(uint32_t i), uint64_t seed)
{
	const uint32_t trees = 4096, count = 16384;
	uint32_t placed = 0;

	lines_close(&lines);
	hash_key_init(&secret, seed);
	lines_make(count);
	for (uint32_t i = 0; i < trees; i++) {
		struct mfib_key key = make(i);

		placed += put(&key) != MFIB_LINE_NONE;
	}
	cr_expect_gt(placed, trees - trees / 100, "%u of %u", placed, trees);
}

static struct mfib_key by_last(uint32_t i)
{
	return tree4(0, i);
}

static struct mfib_key by_first(uint32_t i)
{
	return tree4(i << 12, 0);
}

static struct mfib_key by_both(uint32_t i)
{
	return tree4(i, i);
}

/* Who does not know the secret has no addresses that collide: rows of them, of several kinds. */
Test(lines, chosen_addresses_do_not_collide)
{
	for (uint64_t seed = 1; seed <= 20; seed++) {
		sequence_is_spread(by_last, seed);
		sequence_is_spread(by_first, seed);
		sequence_is_spread(by_both, seed);
		sequence_is_spread(tree6, seed);
	}
}

static bool is_first_tree(void *ctx, const struct mfib_key *key, uint32_t line)
{
	(void)line;
	return memcmp(key, ctx, sizeof(*key)) == 0;
}

/* What a daemon leaves that was killed while it wrote: the number is odd, the key may be half. */
Test(lines, a_sweep_frees_what_is_unknown_and_what_is_half_written)
{
	struct mfib_key kept = tree4(1, 1), other = tree4(2, 2), half = tree6(3),
			empty = tree4(4, 4);
	uint32_t kept_at = put(&kept), other_at = put(&other), half_at = put(&half),
		 empty_at = lines_place(&lines, &empty);
	struct mfib_line *line = line_of(&half, half_at);

	line->seq |= 1;
	memset((uint8_t *)line - 16, 0, 8);
	line_of(&empty, empty_at)->seq |= 1; /* its key was not written yet */
	lines_sweep(&lines, is_first_tree, &kept);
	cr_expect_eq(probe(&kept), kept_at);
	cr_expect_eq(probe(&other), MFIB_LINE_NONE);
	cr_expect_eq(probe(&half), MFIB_LINE_NONE);
	cr_expect_not(line->seq & 1);
	cr_expect_not(line_of(&empty, empty_at)->seq & 1);
	cr_expect_eq(lines_place(&lines, &other), other_at);
	cr_expect_eq(lines_place(&lines, &half), half_at);
	cr_expect_eq(put(&empty), empty_at);
	cr_expect_eq(probe(&empty), empty_at);
}

Test(lines, there_are_as_many_as_routes_at_least)
{
	cr_expect_eq(lines_size(1), 1);
	cr_expect_eq(lines_size(16), 16);
	cr_expect_eq(lines_size(17), 32);
	cr_expect_eq(lines_size(100000), 131072);
	cr_expect_eq(lines_size(UINT32_MAX), UINT32_C(1) << 31);
}
