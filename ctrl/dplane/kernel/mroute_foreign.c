// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules of other programs ("ip mrule") that the kernel asks before those that lead to our table.
 * It asks them in the order in which it lists them, and goes on to the next one where a rule leads
 * to a table that no program has opened. Source: net/ipv4/ipmr.c, net/core/fib_rules.c.
 */
#include <errno.h>
#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>

#include "base/nlattrs.h"
#include "dplane/kernel/mroute_int.h"

#ifndef NETLINK_GET_STRICT_CHK
#define NETLINK_GET_STRICT_CHK 12
#endif

#define ANSWER_ROOM 8192

static const unsigned char rtnl_family[IP_FAMILY_COUNT] = { RTNL_FAMILY_IPMR, RTNL_FAMILY_IP6MR };

/* What table 0 of MRT_TABLE means: RT_TABLE_DEFAULT, RT6_TABLE_DFLT. */
static const uint32_t default_table[IP_FAMILY_COUNT] = { RT_TABLE_DEFAULT, RT_TABLE_MAIN };

struct walk {
	struct dplane_rule about; /* what all of them have in common */
	uint32_t table;           /* ours */
	bool is_over;             /* the rule that leads to it was there */
	void (*each)(void *ctx, const struct dplane_rule *rule);
	void *ctx;
};

/* The end of a list has the error that ended it. */
static int look_at_end(const struct nlmsghdr *msg, void *ctx)
{
	const int *code = mnl_nlmsg_get_payload(msg);

	(void)ctx;
	if (mnl_nlmsg_get_payload_len(msg) < sizeof(*code) || *code >= 0)
		return MNL_CB_STOP;
	errno = -*code;
	return MNL_CB_ERROR;
}

/* A question over a socket of its own. Return: 0 or a negative errno. */
static int ask(struct nlmsghdr *msg, mnl_cb_t answer, void *ctx)
{
	mnl_cb_t control[NLMSG_DONE + 1] = { [NLMSG_DONE] = look_at_end };
	struct mnl_socket *nl = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	char buffer[ANSWER_ROOM];
	int on = 1, more = MNL_CB_OK, err = 0;

	if (!nl)
		return -errno;
	/* Else the kernel does not look at the table that is asked for; where it cannot, it lists
	 * all tables. */
	(void)mnl_socket_setsockopt(nl, NETLINK_GET_STRICT_CHK, &on, sizeof(on));
	if (mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID) < 0 ||
	    mnl_socket_sendto(nl, msg, msg->nlmsg_len) < 0)
		err = -errno;
	while (!err && more > MNL_CB_STOP) {
		ssize_t got = mnl_socket_recvfrom(nl, buffer, sizeof(buffer));

		more = got < 0 ? -1
			       : mnl_cb_run2(buffer, (size_t)got, msg->nlmsg_seq,
					     mnl_socket_get_portid(nl), answer, ctx, control,
					     MNL_ARRAY_SIZE(control));
		err = more < 0 ? -errno : 0;
	}
	(void)mnl_socket_close(nl);
	return err;
}

/* Whether a program has opened a table, so that a lookup there ends the search. */
static bool table_is_open(enum ip_family family, uint32_t table)
{
	char buffer[128];
	struct nlmsghdr *msg = mnl_nlmsg_put_header(buffer);
	struct rtmsg *route = mnl_nlmsg_put_extra_header(msg, sizeof(*route));

	msg->nlmsg_type = RTM_GETROUTE;
	msg->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	msg->nlmsg_seq = 1;
	route->rtm_family = rtnl_family[family];
	mnl_attr_put_u32(msg, RTA_TABLE, table);
	return ask(msg, NULL, NULL) != -ENOENT;
}

static bool is_named(const struct nlattr *attr, const char *name)
{
	size_t len = strlen(name);

	return nlattr_holds(attr, len) && strncmp(mnl_attr_get_str(attr), name, len) == 0 &&
	       (mnl_attr_get_payload_len(attr) == len || !mnl_attr_get_str(attr)[len]);
}

/* Packets that arrive leave by no interface yet, and those of a VRF's rule are not known here. */
static bool may_match(const struct fib_rule_hdr *rule, const struct nlattrs *attrs,
		      const char *name)
{
	if (attrs->at[FRA_OIFNAME] || nlattr_u32(attrs->at[FRA_GOTO], 0) ||
	    rule->flags & FIB_RULE_INVERT)
		return false;
	return !attrs->at[FRA_IIFNAME] || is_named(attrs->at[FRA_IIFNAME], name);
}

static int look_at_rule(const struct nlmsghdr *msg, void *ctx)
{
	const struct nlattrs attrs = nlattrs_of(msg, sizeof(struct fib_rule_hdr));
	const struct fib_rule_hdr *rule = mnl_nlmsg_get_payload(msg);
	struct walk *walk = ctx;
	struct dplane_rule found = walk->about;

	if (walk->is_over || msg->nlmsg_type != RTM_NEWRULE ||
	    mnl_nlmsg_get_payload_len(msg) < sizeof(*rule) ||
	    !may_match(rule, &attrs, found.interface) || rule->action == FR_ACT_NOP ||
	    rule->action == FR_ACT_GOTO)
		return MNL_CB_OK;
	found.has_mark = nlattr_u32(attrs.at[FRA_FWMARK], 0) || nlattr_u32(attrs.at[FRA_FWMASK], 0);
	found.is_of_all = !attrs.at[FRA_IIFNAME];
	found.priority = nlattr_u32(attrs.at[FRA_PRIORITY], 0);
	if (rule->action == FR_ACT_TO_TBL)
		found.table = nlattr_u32(attrs.at[FRA_TABLE], rule->table);
	if (found.table == walk->table) {
		walk->is_over = !found.has_mark;
		return MNL_CB_OK;
	}
	found.is_open = !found.table || table_is_open(found.family, found.table);
	walk->each(walk->ctx, &found);
	return MNL_CB_OK;
}

void mroute_foreign(uint32_t table, enum ip_family family, const char *name,
		    void (*each)(void *ctx, const struct dplane_rule *rule), void *ctx)
{
	struct walk walk = { .about.family = family,
			     .table = table ? table : default_table[family],
			     .each = each,
			     .ctx = ctx };
	char buffer[128];
	struct nlmsghdr *msg = mnl_nlmsg_put_header(buffer);
	struct fib_rule_hdr *rule = mnl_nlmsg_put_extra_header(msg, sizeof(*rule));

	(void)snprintf(walk.about.interface, sizeof(walk.about.interface), "%s", name);
	msg->nlmsg_type = RTM_GETRULE;
	msg->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	msg->nlmsg_seq = 1;
	rule->family = rtnl_family[family];
	(void)ask(msg, look_at_rule, &walk); /* a kernel without rules has one table */
}
