/* SPDX-License-Identifier: GPL-2.0-only */
/* Which lines of the log are written: the level of each module. */
#include <criterion/criterion.h>

#include "daemon/log_level.h"

static const struct {
	const char *module;
	enum note_code code; /* NOTE_NONE: a line about no note */
} rows[] = {
	{ "daemon", NOTE_NONE },         { "daemon", NOTE_LINK_ON },
	{ "packets", NOTE_PACKET_BAD },  { "neighbors", NOTE_NEIGHBOR_STATE },
	{ "trees", NOTE_TREE_STATE },    { "trees", NOTE_ASSERT },
	{ "groups", NOTE_GROUP_JOINED }, { "groups", NOTE_QUERIER },
};
#define ROW_COUNT (sizeof(rows) / sizeof(rows[0]))

static bool is_logged(size_t row, enum note_level level)
{
	const struct core_note note = { .code = rows[row].code };

	return log_level_is_logged(level, rows[row].code ? &note : NULL);
}

Test(log_level, of_one_module)
{
	for (size_t i = 0; i < ROW_COUNT; i++) {
		cr_assert(log_level_set("info", NULL));
		cr_assert(log_level_set("debug", rows[i].module));
		for (size_t k = 0; k < ROW_COUNT; k++) {
			cr_expect_eq(is_logged(k, NOTE_DEBUG),
				     !strcmp(rows[i].module, rows[k].module), "%s, note %d",
				     rows[i].module, (int)rows[k].code);
			cr_expect(is_logged(k, NOTE_INFO));
		}
		cr_assert(log_level_set("warning", rows[i].module));
		cr_expect_not(is_logged(i, NOTE_INFO));
		cr_expect(is_logged(i, NOTE_WARN));
	}
}

Test(log_level, of_all)
{
	cr_assert(log_level_set("debug", "trees"));
	cr_assert(log_level_set("warning", NULL));
	for (size_t i = 0; i < ROW_COUNT; i++) {
		cr_expect_not(is_logged(i, NOTE_INFO));
		cr_expect(is_logged(i, NOTE_WARN));
	}
}

Test(log_level, unknown_words_change_nothing)
{
	cr_assert(log_level_set("info", NULL));
	cr_expect_not(log_level_set("loud", NULL));
	cr_expect_not(log_level_set("debug", "routes"));
	cr_expect_not(log_level_set("loud", "trees"));
	for (size_t i = 0; i < ROW_COUNT; i++) {
		cr_expect(is_logged(i, NOTE_INFO));
		cr_expect_not(is_logged(i, NOTE_DEBUG));
	}
}
