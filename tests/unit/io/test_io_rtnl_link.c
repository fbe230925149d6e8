/* SPDX-License-Identifier: GPL-2.0-only */
/* The table of interfaces: what is told after which messages, without a kernel. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/addr_text.h"
#include "io/rtnl_link.h"

static char told[256];

static void note_link(void *ctx, const struct rtnl_link *link)
{
	size_t used = strlen(told);

	(void)ctx; /* there is one list */
	(void)snprintf(told + used, sizeof(told) - used, "%s %u %s%s, %u addresses; ", link->name,
		       link->ifindex, link->is_present ? "present" : "gone",
		       link->is_up ? " up" : "", link->addr_count);
}

static void expect_told(struct linktab *tab, const char *expected)
{
	told[0] = '\0';
	linktab_report(tab, note_link, NULL);
	cr_assert_str_eq(told, expected);
}

static void set(struct linktab *tab, uint32_t ifindex, const char *name)
{
	struct rtnl_link link;

	memset(&link, 0, sizeof(link));
	link.ifindex = ifindex;
	link.is_up = true;
	(void)snprintf(link.name, sizeof(link.name), "%s", name);
	cr_assert_geq(linktab_set(tab, &link), 0);
}

static void add_addr(struct linktab *tab, uint32_t ifindex, const char *text)
{
	struct linktab_addr addr = { .prefix.len = 24, .is_usable = true };

	cr_assert_eq(ip_addr_parse(text, &addr.prefix.addr), 0);
	cr_assert_eq(linktab_addr_set(tab, ifindex, &addr, false), 0);
}

Test(io_rtnl_link, what_changes_is_told_once)
{
	struct linktab *tab = linktab_new();

	set(tab, 2, "eth0");
	expect_told(tab, "eth0 2 present up, 0 addresses; ");
	set(tab, 2, "eth0");
	expect_told(tab, "");
	add_addr(tab, 2, "10.1.1.1");
	expect_told(tab, "eth0 2 present up, 1 addresses; ");
	linktab_del(tab, 2);
	expect_told(tab, "eth0 2 gone, 0 addresses; ");
	expect_told(tab, "");
	linktab_free(tab);
}

Test(io_rtnl_link, deleted_and_back_with_its_index_is_told_twice)
{
	struct linktab *tab = linktab_new();

	set(tab, 2, "eth0");
	expect_told(tab, "eth0 2 present up, 0 addresses; ");
	linktab_del(tab, 2);
	set(tab, 2, "eth0");
	expect_told(tab, "eth0 2 gone, 0 addresses; eth0 2 present up, 0 addresses; ");
	expect_told(tab, "");
	linktab_free(tab);
}

Test(io_rtnl_link, what_came_and_went_untold_stays_untold)
{
	struct linktab *tab = linktab_new();

	set(tab, 2, "eth0");
	linktab_del(tab, 2);
	expect_told(tab, "");
	set(tab, 2, "eth1");
	linktab_del(tab, 2);
	set(tab, 2, "eth1");
	expect_told(tab, "eth1 2 present up, 0 addresses; ");
	linktab_free(tab);
}

Test(io_rtnl_link, all_that_is_not_read_again_is_gone)
{
	struct linktab *tab = linktab_new();

	set(tab, 2, "eth0");
	set(tab, 3, "eth1");
	expect_told(tab, "eth0 2 present up, 0 addresses; eth1 3 present up, 0 addresses; ");
	linktab_forget(tab);
	set(tab, 3, "eth1");
	expect_told(tab, "eth0 2 gone, 0 addresses; ");
	linktab_free(tab);
}
