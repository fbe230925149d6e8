// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules that lead packets to another multicast table than the default one ("ip mrule"): those that
 * arrive on an interface of this daemon, and those that programs of this machine send there. The
 * kernel keeps rules by the interface's name, also while that is absent and after the daemon has
 * ended, so what an earlier daemon left is deleted first. Ours are known by their protocol; those
 * of others stay, and it is logged where they lead packets away. Source: description of
 * HPIM-DM, 7.4.
 */
#include <errno.h>
#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "dplane/kernel/mroute_int.h"

/* More are not looked for: a rule that cannot be deleted must not hold up the daemon. */
#define RULES_MAX 64

/* "Multicast daemon" among the protocols of rtnetlink.h. */
#define OWN_PROTOCOL RTPROT_MROUTED

static const uint16_t names[] = { FRA_IIFNAME, FRA_OIFNAME };

/* Return: 0 or a negative errno. */
static int exchange(const struct mroute *mr, struct nlmsghdr *msg)
{
	char answer[1024];
	ssize_t got;

	msg->nlmsg_flags |= NLM_F_REQUEST | NLM_F_ACK;
	if (mnl_socket_sendto(mr->netlink, msg, msg->nlmsg_len) < 0)
		return -errno;
	got = mnl_socket_recvfrom(mr->netlink, answer, sizeof(answer)); /* already answered */
	return got < 0 || mnl_cb_run(answer, (size_t)got, 0, 0, NULL, NULL) < 0 ? -errno : 0;
}

/* A rule about packets that arrive or leave (FRA_IIFNAME, FRA_OIFNAME); @table 0: of any table. */
static int rule_change(const struct mroute *mr, uint16_t type, enum ip_family family,
		       uint16_t attribute, const char *name)
{
	char buffer[512];
	struct nlmsghdr *msg = mnl_nlmsg_put_header(buffer);
	struct fib_rule_hdr *rule = mnl_nlmsg_put_extra_header(msg, sizeof(*rule));

	msg->nlmsg_type = type;
	rule->family = family == IP_FAMILY_4 ? RTNL_FAMILY_IPMR : RTNL_FAMILY_IP6MR;
	mnl_attr_put_strz(msg, attribute, name);
	mnl_attr_put_u8(msg, FRA_PROTOCOL, OWN_PROTOCOL); /* also of what is deleted */
	if (type == RTM_NEWRULE) {
		msg->nlmsg_flags = NLM_F_CREATE;
		rule->action = FR_ACT_TO_TBL;
		mnl_attr_put_u32(msg, FRA_TABLE, mr->config.mroute_table);
	}
	return exchange(mr, msg);
}

/* Return: how many there were. */
static unsigned int rules_delete(const struct mroute *mr, enum ip_family family, const char *name)
{
	unsigned int count = 0;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		while (count < RULES_MAX &&
		       rule_change(mr, RTM_DELRULE, family, names[i], name) == 0)
			count++;
	return count;
}

void mroute_rules_clear(const struct mroute *mr, const char *name)
{
	for (enum ip_family family = 0; family < IP_FAMILY_COUNT; family++)
		if (mr->fd[family] >= 0)
			(void)rules_delete(mr, family, name);
}

static void rules_add(const struct mroute *mr, enum ip_family family, const char *name)
{
	int err = 0;

	for (size_t i = 0; !err && i < sizeof(names) / sizeof(names[0]); i++)
		err = rule_change(mr, RTM_NEWRULE, family, names[i], name);
	if (err)
		dplane_log(&mr->config, NOTE_WARN,
			   "%s: no rule leads to the multicast table %u: %s; the kernel forwards "
			   "nothing of it here",
			   name, mr->config.mroute_table, strerror(-err));
}

/* ---- rules of others ---- */

struct search {
	const char *name;
	uint32_t table; /* ours */
	uint32_t other; /* of the first rule that leads elsewhere; 0: there is none */
};

static int keep_attr(const struct nlattr *attr, void *ctx)
{
	const struct nlattr **attrs = ctx;

	if (mnl_attr_type_valid(attr, FRA_MAX) > 0)
		attrs[mnl_attr_get_type(attr)] = attr;
	return MNL_CB_OK;
}

static int look_at_rule(const struct nlmsghdr *msg, void *ctx)
{
	const struct nlattr *attrs[FRA_MAX + 1] = { NULL };
	struct search *search = ctx;
	uint32_t table;

	if (msg->nlmsg_type != RTM_NEWRULE ||
	    mnl_attr_parse(msg, sizeof(struct fib_rule_hdr), keep_attr, attrs) < 0)
		return MNL_CB_OK;
	if (!attrs[FRA_IIFNAME] || !attrs[FRA_TABLE] ||
	    strcmp(mnl_attr_get_str(attrs[FRA_IIFNAME]), search->name) != 0)
		return MNL_CB_OK;
	table = mnl_attr_get_u32(attrs[FRA_TABLE]);
	if (table != search->table && !search->other)
		search->other = table;
	return MNL_CB_OK;
}

/* Return: the table that a rule of another program leads an interface's packets to; 0: none. */
static uint32_t other_table(const struct mroute *mr, enum ip_family family, const char *name)
{
	struct search search = { .name = name, .table = mr->config.mroute_table };
	char buffer[8192];
	struct nlmsghdr *msg = mnl_nlmsg_put_header(buffer);
	struct fib_rule_hdr *rule = mnl_nlmsg_put_extra_header(msg, sizeof(*rule));
	unsigned int portid = mnl_socket_get_portid(mr->netlink);
	ssize_t got;

	if (!search.table)
		search.table = RT_TABLE_DEFAULT; /* what the kernel calls table 0 of multicast */
	msg->nlmsg_type = RTM_GETRULE;
	msg->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	msg->nlmsg_seq = 1;
	rule->family = family == IP_FAMILY_4 ? RTNL_FAMILY_IPMR : RTNL_FAMILY_IP6MR;
	if (mnl_socket_sendto(mr->netlink, msg, msg->nlmsg_len) < 0)
		return 0;
	do
		got = mnl_socket_recvfrom(mr->netlink, buffer, sizeof(buffer));
	while (got > 0 && mnl_cb_run(buffer, (size_t)got, 1, portid, look_at_rule, &search) > 0);
	return search.other;
}

static void warn_of_others(const struct mroute *mr, enum ip_family family, const char *name)
{
	uint32_t table = other_table(mr, family, name);

	if (table)
		dplane_log(&mr->config, NOTE_WARN,
			   "%s: a rule that another program made (ip%s mrule) may lead its packets "
			   "to the multicast table %u; what it leads there this daemon never gets",
			   name, family == IP_FAMILY_4 ? "" : " -6", table);
}

void mroute_rules_set(const struct mroute *mr, const char *name)
{
	for (enum ip_family family = 0; family < IP_FAMILY_COUNT; family++) {
		unsigned int old = mr->fd[family] < 0 ? 0 : rules_delete(mr, family, name);

		if (old)
			dplane_log(&mr->config, NOTE_INFO,
				   "%s: %u rules for multicast that an earlier daemon left are "
				   "replaced",
				   name, old);
		if (mr->fd[family] >= 0)
			warn_of_others(mr, family, name);
		if (mr->fd[family] >= 0 && mr->config.mroute_table)
			rules_add(mr, family, name);
	}
}
