// SPDX-License-Identifier: GPL-2.0-only
/* How long the forwarding plane goes on without a daemon: as long as neighbors wait for it. */
#include <criterion/criterion.h>

#include "daemon/settings.h"
#include "unit/common_daemon.h"

static void boot(void)
{
	fake_link(1, "eth1", true, "10.1.0.1/24 fe80::1/64");
	fake_link(2, "eth2", true, "10.2.0.1/24 fe80::2/64");
	world_boot();
	cr_assert_eq(request("set", "{'setting':'hello-interval','value':'10'}")->exit,
		     CTL_EXIT_OK);
}

TestSuite(lease, .init = boot, .fini = world_end);

static void expect_hold(unsigned int s)
{
	cr_expect_eq(settings_hold(world_daemon()), HP_SEC(s), "%lld s, not %u s",
		     (long long)(settings_hold(world_daemon()) / HP_SEC(1)), s);
}

static void done(const char *cmd, const char *args)
{
	const struct reply *reply = request(cmd, "%s", args);

	cr_assert_eq(reply->exit, CTL_EXIT_OK, "%s: %s", cmd, reply->message);
}

Test(lease, follows_what_interfaces_announce)
{
	expect_hold(40);
	done("attach", "{'interface':'eth1'}");
	expect_hold(40);
	done("attach", "{'interface':'eth2','pim_dm':true,'family':6}");
	expect_hold(105);
	done("set", "{'setting':'pim-hold-time','value':'300','interface':'eth1'}");
	expect_hold(105); /* it does not run there */
	done("set", "{'setting':'pim-hold-time','value':'200','interface':'eth2'}");
	expect_hold(200);
	done("set", "{'setting':'hold-time','value':'250','interface':'eth1'}");
	expect_hold(250);
	done("detach", "{'interface':'eth1'}");
	expect_hold(200);
	/* Neighbors never give it up: an hour. */
	done("set", "{'setting':'pim-hold-time','value':'65535','interface':'eth2'}");
	expect_hold(3600);
	done("detach", "{'interface':'eth2'}");
	expect_hold(40);
}

/* What the forwarding plane gets, at the latest with the next Hello. */
Test(lease, forwarding_plane_gets_it)
{
	struct fake_tier *tier = world_tier();

	done("attach", "{'interface':'eth1'}");
	world_run(HP_SEC(11));
	cr_expect_eq(tier->lease_for, HP_SEC(40));
	done("attach", "{'interface':'eth2','pim_dm':true}");
	world_run(HP_SEC(11));
	cr_expect_eq(tier->lease_for, HP_SEC(105));
	done("detach", "{'interface':'eth2'}");
	world_run(HP_SEC(11));
	cr_expect_eq(tier->lease_for, HP_SEC(40));
}
