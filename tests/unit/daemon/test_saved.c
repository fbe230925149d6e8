/* SPDX-License-Identifier: GPL-2.0-only */
/* Lines that remember an attached interface for the next run. */
#include <criterion/criterion.h>
#include <json-c/json.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/port.h"
#include "daemon/saved.h"
#include "io/file.h"

static const struct port all_of_it = {
	.is_used = true,
	.ifindex = 4294967295u,
	.config = { .name = "eth0.100",
		    .mode = DPLANE_MODE_TC,
		    .threshold = 255,
		    .wanted = { [IP_FAMILY_4] = { false, true, true },
				[IP_FAMILY_6] = { true, false } },
		    .gm_version = { 2, 0 },
		    .has_fast_leave = true,
		    .has_ssm_any_source = true,
		    .is_gm_passive = true,
		    .settings = { .own = UINT64_C(1) << SETTING_HOLD_FORWARDING_TIME |
					 UINT64_C(1) << SETTING_INITIAL_FLOOD,
				  .values = { .hold_forwarding_ms = 1250 } } },
	.waits_for_key = { [IP_FAMILY_6] = true },
};

static bool decode(const char *text, struct port *ret_port)
{
	struct json_object *line = json_tokener_parse(text);
	bool is_read = saved_decode(line, ret_port);

	json_object_put(line);
	return is_read;
}

Test(saved, what_is_written_is_read_again)
{
	struct json_object *line = saved_encode(&all_of_it, all_of_it.waits_for_key);
	struct port read;

	cr_assert(saved_decode(line, &read));
	cr_expect_str_eq(read.config.name, all_of_it.config.name);
	cr_expect_eq(read.ifindex, all_of_it.ifindex);
	cr_expect_eq(read.config.mode, all_of_it.config.mode);
	cr_expect_eq(read.config.threshold, all_of_it.config.threshold);
	cr_expect_arr_eq(read.config.wanted, all_of_it.config.wanted, sizeof(read.config.wanted));
	cr_expect_arr_eq(read.waits_for_key, all_of_it.waits_for_key, sizeof(read.waits_for_key));
	cr_expect_arr_eq(read.config.gm_version, all_of_it.config.gm_version,
			 sizeof(read.config.gm_version));
	cr_expect_eq(read.config.has_fast_leave, all_of_it.config.has_fast_leave);
	cr_expect_eq(read.config.has_ssm_any_source, all_of_it.config.has_ssm_any_source);
	cr_expect_eq(read.config.is_gm_passive, all_of_it.config.is_gm_passive);
	cr_expect_eq(read.config.settings.own, all_of_it.config.settings.own);
	cr_expect_eq(read.config.settings.values.hold_forwarding_ms, 1250);
	cr_expect_eq(read.config.settings.values.initial_flood, 0);
	cr_expect(read.is_used && !read.error);
	json_object_put(line);
}

Test(saved, nothing_waits_for_a_key_where_hpim_is_not_wanted)
{
	struct port port;

	cr_assert(decode("{\"interface\":\"a\",\"mode\":\"auto\",\"hpim4\":false,\"keys4\":true,"
			 "\"hpim6\":true,\"keys6\":true}",
			 &port));
	cr_expect_not(port.waits_for_key[IP_FAMILY_4]);
	cr_expect(port.waits_for_key[IP_FAMILY_6]);
}

Test(saved, what_is_no_interface_is_refused)
{
	static const char *const lines[] = {
		"",
		"[]",
		"{}",
		"{\"interface\":\"\",\"mode\":\"auto\"}",
		"{\"interface\":\"a\"}",
		"{\"interface\":\"a\",\"mode\":\"fast\"}",
		"{\"interface\":1,\"mode\":\"auto\"}",
		"{\"interface\":\"sixteen-letters-\",\"mode\":\"auto\"}",
		"{\"interface\":\"a\",\"mode\":\"auto\",\"igmp_version\":1}",
		"{\"interface\":\"a\",\"mode\":\"auto\",\"mld_version\":3}",
	};
	struct port port = { .ifindex = 7 };

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		cr_expect_not(decode(lines[i], &port), "%s", lines[i]);
	cr_expect_eq(port.ifindex, 7, "untouched");
}

static void expect_content(const char *path, const char *text)
{
	char is[64] = "";
	FILE *file = fopen(path, "r");

	cr_assert_not_null(file);
	cr_assert_eq(fread(is, 1, sizeof(is), file), strlen(text));
	cr_expect_str_eq(is, text);
	fclose(file);
}

Test(saved, file_is_replaced_as_a_whole_and_a_link_is_not_followed)
{
	char dir[] = "/tmp/hpim-file-XXXXXX", path[64], other[64], beside[64];

	cr_assert_not_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/a", dir);
	snprintf(other, sizeof(other), "%s/b", dir);
	snprintf(beside, sizeof(beside), "%s/a.new", dir);
	cr_assert_eq(file_replace(other, "other\n", 6), 0);
	cr_assert_eq(symlink(other, path), 0);
	cr_assert_eq(symlink(other, beside), 0); /* of somebody else, in the way */
	cr_assert_eq(file_replace(path, "one\n", 4), 0);
	expect_content(path, "one\n");
	expect_content(other, "other\n");
	cr_assert_eq(file_replace(path, "", 0), 0);
	expect_content(path, "");
	cr_assert_neq(access(beside, F_OK), 0, "nothing is left beside it");
	unlink(path);
	unlink(other);
	cr_assert_eq(rmdir(dir), 0);
	cr_assert_eq(file_replace(path, "one\n", 4), -ENOENT);
}

Test(saved, file_is_read_as_it_was_written_until_it_is_removed)
{
	char dir[] = "/tmp/hpim-file-XXXXXX", path[64], *text = NULL;

	cr_assert_not_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/a", dir);
	cr_expect_eq(file_read(path, &text), -ENOENT);
	cr_expect_not(file_exists(path));
	cr_expect_null(text, "untouched");
	cr_assert_eq(file_replace(path, "one\ntwo\n", 8), 0);
	cr_expect(file_exists(path));
	cr_assert_eq(file_read(path, &text), 0);
	cr_expect_str_eq(text, "one\ntwo\n");
	free(text);
	cr_assert_eq(file_replace(path, "", 0), 0);
	cr_assert_eq(file_read(path, &text), 0);
	cr_expect_str_eq(text, "", "an empty file is one");
	free(text);
	cr_expect_lt(file_read(dir, &text), 0, "a folder is none");
	file_remove(path);
	cr_expect_not(file_exists(path));
	file_remove(path);
	cr_assert_eq(rmdir(dir), 0);
}
