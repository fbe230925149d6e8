// SPDX-License-Identifier: GPL-2.0-only
/* Static routes and joins in words: what is read, and what is refused with which sentence. */
#include <criterion/criterion.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "base/addr_text.h"
#include "daemon/refusal.h"
#include "daemon/static.h"

static bool parse(const char *text, enum static_kind kind, bool is_key,
		  struct config_static *ret_request, struct refusal *ret_refusal)
{
	struct json_object *args = json_tokener_parse(text);
	bool is_read;

	cr_assert_not_null(args, "%s", text);
	is_read = static_parse(args, kind, is_key, ret_request, ret_refusal);
	json_object_put(args);
	return is_read;
}

static const struct {
	const char *source, *group, *iif, *oifs; /* "-": left out */
	const char *refusal;                     /* how the sentence begins; NULL: it is read */
} rows[] = {
	{ "10.1.1.1", "239.1.1.1", "eth0", "eth1", NULL },
	{ "10.1.1.1", "239.1.1.1/32", "eth0", "eth1,eth2", NULL },
	{ "2001:db8::1", "ff1e::1", "eth0", "eth1,eth0.5,a@b", NULL },
	{ "*", "239.1.1.1", "eth0", "eth1", NULL },
	{ "*", "239.1.0.0/16", "eth0", "eth1", NULL },
	{ "*", "224.0.0.0/4", "eth0", "eth1", NULL },
	{ "*", "ff00::/8", "eth0", "eth1", NULL },
	{ "*", "224.0.0.0/16", "eth0", "eth1", NULL },
	{ "-", "239.1.1.1", "eth0", "eth1", "the source is missing" },
	{ "*", "-", "eth0", "eth1", "the group is missing" },
	{ "*", "239.1.1.1", "-", "eth1", "the name of the input is missing" },
	{ "*", "239.1.1.1", "eth0", "-", "the outputs are missing" },
	{ "*", "", "eth0", "eth1", "group '' is no address" },
	{ "*", "239.1.1", "eth0", "eth1", "group '239.1.1' is no address" },
	{ "*", "239.1.0.0/", "eth0", "eth1", "group '239.1.0.0/' is no address" },
	{ "*", "239.1.0.0/+8", "eth0", "eth1", "group '239.1.0.0/+8' is no address" },
	{ "*", "239.1.0.0/99", "eth0", "eth1", "group '239.1.0.0/99' is no address" },
	{ "*", "ff1e::/129", "eth0", "eth1", "group 'ff1e::/129' is no address" },
	{ "*", "224.0.0.0/3", "eth0", "eth1", "group 224.0.0.0/3 is not multicast" },
	{ "*", "ff00::/7", "eth0", "eth1", "group ff00::/7 is not multicast" },
	{ "*", "10.0.0.1", "eth0", "eth1", "group 10.0.0.1 is not multicast" },
	{ "*", "224.0.0.22", "eth0", "eth1", "group 224.0.0.22 has link-local scope" },
	{ "*", "224.0.0.0/24", "eth0", "eth1", "group 224.0.0.0/24 has link-local scope" },
	{ "*", "ff02::1:3", "eth0", "eth1", "group ff02::1:3 has link-local scope" },
	{ "*", "ff02::/16", "eth0", "eth1", "group ff02::/16 has link-local scope" },
	{ "*", "ff05::", "eth0", "eth1", "group ff05:: is reserved" },
	{ "*", "239.1.2.0/16", "eth0", "eth1", "group 239.1.2.0/16 is no prefix: 239.1.0.0/16" },
	{ "10.1.1.1", "239.1.0.0/16", "eth0", "eth1", "group 239.1.0.0/16 is a prefix" },
	{ "any", "239.1.1.1", "eth0", "eth1", "source 'any' is neither" },
	{ "239.1.1.1", "239.1.1.1", "eth0", "eth1", "source 239.1.1.1 cannot be" },
	{ "0.0.0.0", "239.1.1.1", "eth0", "eth1", "source 0.0.0.0 cannot be" },
	{ "127.0.0.1", "239.1.1.1", "eth0", "eth1", "source 127.0.0.1 cannot be" },
	{ "fe80::1", "ff1e::1", "eth0", "eth1", "source fe80::1 cannot be" },
	{ "10.1.1.1", "ff1e::1", "eth0", "eth1", "source 10.1.1.1 and group ff1e::1 are of diff" },
	{ "*", "239.1.1.1", "", "eth1", "the name of an interface is empty" },
	{ "*", "239.1.1.1", "eth 0", "eth1", "'eth 0' is no name of an interface" },
	{ "*", "239.1.1.1", "sixteen-bytes-xy", "eth1", "'sixteen-bytes-xy' is no name" },
	{ "*", "239.1.1.1", "eth0", "", "the name of an interface is empty" },
	{ "*", "239.1.1.1", "eth0", "eth1,,eth2", "the name of an interface is empty" },
	{ "*", "239.1.1.1", "eth0", "eth1,..", "'..' is no name of an interface" },
	{ "*", "239.1.1.1", "eth0", "eth1,eth0", "eth0 is the input, and an output too" },
	{ "*", "239.1.1.1", "eth0", "eth1,eth2,eth1", "eth1 is an output twice" },
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

static void put(struct json_object *args, const char *name, const char *text)
{
	if (strcmp(text, "-") != 0)
		json_object_object_add(args, name, json_object_new_string(text));
}

Test(static_parse, words_make_a_route_or_a_sentence_that_names_what_is_wrong)
{
	for (size_t i = 0; i < ROWS; i++) {
		struct json_object *args = json_object_new_object();
		struct config_static request = { .oif_count = 77 };
		struct refusal refusal = { .message = "" };
		bool is_read;

		put(args, "source", rows[i].source);
		put(args, "group", rows[i].group);
		put(args, "from", rows[i].iif);
		put(args, "to", rows[i].oifs);
		is_read = static_parse(args, STATIC_ROUTE, false, &request, &refusal);
		json_object_put(args);
		cr_expect_eq(is_read, !rows[i].refusal, "row %zu: %s", i, refusal.message);
		if (!rows[i].refusal)
			continue;
		cr_expect_eq(request.oif_count, 77, "row %zu: written though it is refused", i);
		cr_expect_eq(refusal.exit, CTL_EXIT_USAGE);
		cr_expect_eq(strncmp(refusal.message, rows[i].refusal, strlen(rows[i].refusal)), 0,
			     "row %zu: %s", i, refusal.message);
	}
}

Test(static_parse, route_is_what_the_words_say)
{
	struct config_static request;
	struct refusal refusal;

	cr_assert(parse("{\"source\":\"*\",\"group\":\"239.1.0.0/16\",\"from\":\"eth0\","
			"\"to\":\"eth1,eth2\"}",
			STATIC_ROUTE, false, &request, &refusal));
	cr_assert_not(ip_addr_is_set(&request.source));
	cr_assert_str_eq(ip_addr_text(&request.group.addr).s, "239.1.0.0");
	cr_assert_eq(request.group.len, 16);
	cr_assert_str_eq(request.iif, "eth0");
	cr_assert_eq(request.oif_count, 2);
	cr_assert_str_eq(request.oifs[0], "eth1");
	cr_assert_str_eq(request.oifs[1], "eth2");
}

Test(static_parse, join_has_an_interface_and_one_group)
{
	struct config_static request;
	struct refusal refusal;

	cr_assert(parse("{\"group\":\"ff1e::1\",\"interface\":\"eth1\"}", STATIC_JOIN, false,
			&request, &refusal));
	cr_assert_str_eq(request.iif, "eth1");
	cr_assert(parse("{\"group\":\"232.1.1.1\",\"source\":\"10.1.1.1\",\"interface\":\"eth1\"}",
			STATIC_JOIN, false, &request, &refusal));
	cr_assert_str_eq(ip_addr_text(&request.source).s, "10.1.1.1");
	cr_assert_not(parse("{\"group\":\"239.1.0.0/16\",\"interface\":\"eth1\"}", STATIC_JOIN,
			    false, &request, &refusal));
	cr_assert_not(parse("{\"group\":\"239.1.1.1\"}", STATIC_JOIN, true, &request, &refusal));
	cr_assert_str_eq(refusal.message, "the name of the interface is missing");
}

/* More outputs than there are link numbers. */
Test(static_parse, too_many_outputs_are_refused)
{
	struct config_static request;
	struct refusal refusal;
	struct json_object *args = json_object_new_object();
	char text[LINKS_MAX * 8] = "";

	for (unsigned int i = 0; i <= LINKS_MAX; i++)
		(void)snprintf(text + strlen(text), sizeof(text) - strlen(text), "%si%u",
			       i ? "," : "", i);
	put(args, "source", "*");
	put(args, "group", "239.1.1.1");
	put(args, "from", "eth0");
	put(args, "to", text);
	cr_assert_not(static_parse(args, STATIC_ROUTE, false, &request, &refusal));
	cr_assert_str_eq(refusal.message, "more than 256 outputs");
	cr_assert(static_parse(args, STATIC_ROUTE, true, &request, &refusal), "to delete it");
	json_object_put(args);
}
