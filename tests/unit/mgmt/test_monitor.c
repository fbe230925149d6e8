/* SPDX-License-Identifier: GPL-2.0-only */
/* "monitor": the snapshot, what happens during it and after it, filters, and clients that lag. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "unit/common_daemon.h"

static void boot(void)
{
	fake_link(1, "eth1", true, "10.1.0.1/24 fe80::1/64");
	fake_link(2, "eth2", true, "10.2.0.1/24 fe80::2/64");
	world_boot();
	cr_assert_eq(request("attach", "{'interface':'eth1'}")->exit, CTL_EXIT_OK);
	cr_assert_eq(request("attach", "{'interface':'eth2'}")->exit, CTL_EXIT_OK);
	world_report("eth2", "10.2.0.9", "239.1.1.1");
	world_miss("eth1", "10.1.0.9", "239.1.1.1");
}

TestSuite(monitor, .init = boot, .fini = world_end);

#define FIELDS "seq kind what event interface source group address state"

/* All of the snapshot is sent. */
static struct ctl_client *begin(const char *args)
{
	struct ctl_client *client = request_begin("monitor", args);

	for (int parts = 0; parts < 2000; parts++)
		cr_assert_not(fake_client_part(client), "%s", fake_reply(client)->message);
	return client;
}

static void expect(struct ctl_client *client, const char *fields, const char *rows)
{
	cr_expect_str_eq(reply_rows(fake_reply(client), fields), rows);
}

/* What was sent before is seen. */
static void forget(struct ctl_client *client)
{
	struct json_object *records = fake_reply(client)->records;

	json_object_array_del_idx(records, 0, json_object_array_length(records));
}

Test(monitor, snapshot_is_followed_by_events)
{
	struct ctl_client *client = begin("{'family':4}");

	expect(client, FIELDS,
	       "1 state interfaces  eth1    up\n"
	       "2 state interfaces  eth2    up\n"
	       "3 state groups  eth2  239.1.1.1 10.2.0.9 MembersPresent\n"
	       "4 state trees  eth1 10.1.0.9 239.1.1.1  active\n"
	       "5 ready       \n");
	forget(client);
	world_miss("eth1", "10.1.0.8", "239.1.1.1");
	world_report("eth2", "10.2.0.9", "239.1.1.2");
	expect(client, FIELDS " sentence lost",
	       "6 event trees state  10.1.0.8 239.1.1.1  active "
	       "(10.1.0.8, 239.1.1.1): tree is active 0\n"
	       "7 event groups joined eth2  239.1.1.2 10.2.0.9  "
	       "eth2: group 239.1.1.2 has members; 10.2.0.9 reported first 0\n");
}

Test(monitor, neighbors_come_and_go)
{
	struct ctl_client *client = begin("{'what':'neighbors','family':4}");

	forget(client);
	world_neighbor("eth2", "10.2.0.2", 12, 10);
	world_run(HP_SEC(20));
	cr_expect_not_null(strstr(reply_rows(fake_reply(client), FIELDS),
				  " event neighbors new eth2   10.2.0.2 \n"));
	cr_expect_not_null(strstr(reply_rows(fake_reply(client), FIELDS),
				  " event neighbors state eth2   10.2.0.2 synced\n"));
}

Test(monitor, interfaces_that_change)
{
	struct ctl_client *client = begin("{'what':'interfaces','interface':'eth2'}");

	forget(client);
	fake_link(2, "eth2", true, "10.2.0.1/24 fe80::2/64"); /* nothing new */
	expect(client, "seq", "");
	fake_link(2, "eth2", false, "10.2.0.1/24 fe80::2/64");
	cr_expect_not_null(strstr(reply_rows(fake_reply(client), "what event interface state"),
				  "interfaces state eth2 down\n"));
	forget(client);
	fake_link_gone(2);
	expect(client, "what event interface state", "interfaces state eth2 absent\n");
}

/* None is missed, and none comes before the state that it changes. */
Test(monitor, events_of_the_time_of_the_snapshot_come_after_it)
{
	struct ctl_client *client = request_begin("monitor", "{'family':4}");

	cr_assert_not(fake_client_part(client)); /* the interfaces */
	world_report("eth2", "10.2.0.9", "239.1.1.2");
	world_miss("eth1", "10.1.0.8", "239.1.1.1");
	for (int parts = 0; parts < 2000; parts++)
		cr_assert_not(fake_client_part(client));
	expect(client, "seq kind what source group",
	       "1 state interfaces  \n"
	       "2 state interfaces  \n"
	       "3 state groups  239.1.1.1\n"
	       "4 state groups  239.1.1.2\n"
	       "5 state trees 10.1.0.9 239.1.1.1\n"
	       "6 state trees 10.1.0.8 239.1.1.1\n"
	       "7 ready   \n"
	       "8 event groups  239.1.1.2\n"
	       "9 event trees 10.1.0.8 239.1.1.1\n");
}

/* What there is no room for is counted, and leaves a gap in the numbers. */
Test(monitor, events_that_a_client_has_no_room_for_are_counted)
{
	struct ctl_client *client = begin("{'what':'groups'}");

	forget(client);
	fake_client_lags(client, true);
	world_report("eth2", "10.2.0.9", "239.1.1.2");
	world_report("eth2", "10.2.0.9", "239.1.1.3");
	fake_client_lags(client, false);
	world_report("eth2", "10.2.0.9", "239.1.1.4");
	world_report("eth2", "10.2.0.9", "239.1.1.5");
	expect(client, "seq group lost", "5 239.1.1.4 2\n6 239.1.1.5 0\n");
}

Test(monitor, so_are_those_that_a_snapshot_has_no_room_for)
{
	struct ctl_client *client = request_begin("monitor", "{'what':'groups'}");

	for (unsigned int i = 0; i < 1100; i++) {
		char group[32];

		(void)snprintf(group, sizeof(group), "239.2.%u.%u", i / 256, i % 256);
		world_report("eth2", "10.2.0.9", group);
	}
	for (int parts = 0; parts < 4000; parts++)
		cr_assert_not(fake_client_part(client));
	forget(client);
	world_report("eth2", "10.2.0.9", "239.1.1.4");
	expect(client, "group lost", "239.1.1.4 76\n");
}

Test(monitor, filters)
{
	struct ctl_client *client = begin("{'group':'239.1.1.2'}");

	expect(client, "kind", "ready\n");
	forget(client);
	world_report("eth2", "10.2.0.9", "239.1.1.2");
	world_report("eth2", "10.2.0.9", "239.1.1.3");
	world_report("eth1", "10.1.0.9", "239.1.1.2");
	expect(client, "interface group", "eth2 239.1.1.2\neth1 239.1.1.2\n");
	fake_client_leaves(client);
	client = begin("{'interface':'eth1','what':'groups'}");
	expect(client, "interface group", "eth1 239.1.1.2\n \n");
}

Test(monitor, arguments_that_are_none)
{
	expect_refused(request("monitor", "{'what':'packets'}"), CTL_EXIT_USAGE, "usage",
		       "'packets' cannot be monitored");
	expect_refused(request("monitor", "{'interface':'eth9'}"), CTL_EXIT_NOT_FOUND,
		       "not-attached", "eth9 is not attached");
	expect_refused(request("monitor", "{'source':'eth9'}"), CTL_EXIT_USAGE, "usage",
		       "\"source\" and \"group\" are addresses");
	cr_expect_null(world_daemon()->monitors);
}

Test(monitor, commands_that_changed_something)
{
	struct ctl_client *client = begin("{'what':'config'}");

	forget(client);
	cr_expect_eq(request("set", "{'setting':'hello-interval','value':'5'}")->exit, CTL_EXIT_OK);
	cr_expect_neq(request("set", "{'setting':'hello-interval','value':'x'}")->exit,
		      CTL_EXIT_OK);
	cr_expect_eq(request("key add", "{'interface':'eth1','id':1,'algorithm':'sha256',"
					"'secret':'sixteen letters.'}")
			     ->exit,
		     CTL_EXIT_OK);
	expect(client, "what event sentence",
	       "config set {\"setting\":\"hello-interval\",\"value\":\"5\"}\n"
	       "config key add {\"interface\":\"eth1\",\"id\":1,\"algorithm\":\"sha256\"}\n");
}

Test(monitor, client_that_leaves_at_any_time)
{
	for (int parts = 0; parts < 300; parts += 13) {
		struct ctl_client *client = request_begin("monitor", "{}");

		for (int i = 0; i < parts; i++)
			(void)fake_client_part(client);
		world_report("eth2", "10.2.0.9", "239.1.1.2");
		fake_client_leaves(client);
		cr_expect_null(world_daemon()->monitors);
		world_run(HP_SEC(300));
	}
}

/* Also one whose snapshot is not complete. */
Test(monitor, ends_with_the_daemon)
{
	struct ctl_client *client = request_begin("monitor", "{}");

	cr_assert_not(fake_client_part(client));
	world_kill();
	cr_expect(fake_reply(client)->is_ended);
	cr_expect_str_eq(fake_reply(client)->schema, "hpim.monitor/1");
}
