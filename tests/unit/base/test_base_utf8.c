/* SPDX-License-Identifier: GPL-2.0-only */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

static void check(const char *text, const char *expected)
{
	char copy[64];

	(void)snprintf(copy, sizeof(copy), "%s", text);
	utf8_repair(copy);
	cr_expect_str_eq(copy, expected, "of '%s' it makes '%s', not '%s'", text, copy, expected);
}

Test(base_utf8, valid_text_stays)
{
	check("", "");
	check("eth0 \x7f", "eth0 \x7f");
	check("\xc2\x80 \xdf\xbf \xe0\xa0\x80 \xed\x9f\xbf \xee\x80\x80 \xef\xbf\xbf",
	      "\xc2\x80 \xdf\xbf \xe0\xa0\x80 \xed\x9f\xbf \xee\x80\x80 \xef\xbf\xbf");
	check("\xf0\x90\x80\x80 \xf3\xbf\xbf\xbf \xf4\x8f\xbf\xbf",
	      "\xf0\x90\x80\x80 \xf3\xbf\xbf\xbf \xf4\x8f\xbf\xbf");
}

Test(base_utf8, letter_cut_at_the_end_goes)
{
	const char text[] = "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80";
	static const char *const expected[] = { "",
						"a",
						"a",
						"a\xc3\xa9",
						"a\xc3\xa9",
						"a\xc3\xa9",
						"a\xc3\xa9\xe2\x82\xac",
						"a\xc3\xa9\xe2\x82\xac",
						"a\xc3\xa9\xe2\x82\xac",
						"a\xc3\xa9\xe2\x82\xac",
						"a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80" };

	for (size_t len = 0; len < sizeof(text); len++) {
		char cut[sizeof(text)] = { 0 };

		memcpy(cut, text, len);
		check(cut, expected[len]);
	}
}

Test(base_utf8, bytes_of_no_letter_become_question_marks)
{
	check("\x80 \xbf", "? ?");
	check("\xc3(", "?(");
	check("\xe2\x82x", "??x");
	check("\xc0\xaf", "??");           /* longer than it need be */
	check("\xe0\x80\xaf", "???");      /* as well */
	check("\xed\xa0\x80", "???");      /* half of a pair of UTF-16 */
	check("\xf4\x90\x80\x80", "????"); /* beyond Unicode */
	check("\xff\xfe", "??");
}
