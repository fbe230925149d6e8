// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules that lead packets to another multicast table than the default one ("ip mrule"): those that
 * arrive on an interface of this daemon, and those that programs of this machine send there. The
 * kernel keeps rules by the interface's name, also while that is absent and after the daemon has
 * ended, so what an earlier daemon left is deleted first. Ours are known by their protocol; those
 * of others stay (mroute_foreign.c), and it is logged where they lead packets away. Source:
 * description of HPIM-DM, 7.4.
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

static void warn_of_other(void *ctx, const struct dplane_rule *rule)
{
	const struct dplane_config *config = ctx;

	if (rule->table)
		dplane_log(config, NOTE_WARN,
			   "%s: a rule that another program made (ip%s mrule) may lead its packets "
			   "to the multicast table %u; what it leads there this daemon never gets",
			   rule->interface, rule->family == IP_FAMILY_4 ? "" : " -6", rule->table);
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
			mroute_foreign(mr->config.mroute_table, family, name, warn_of_other,
				       (void *)&mr->config);
		if (mr->fd[family] >= 0 && mr->config.mroute_table)
			rules_add(mr, family, name);
	}
}
