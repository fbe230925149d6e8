// SPDX-License-Identifier: GPL-2.0-only
/* PIM messages in words; see pim_words.h. */
#include <stdio.h>
#include <string.h>

#include "simnet/pim_words.h"
#include "simnet/topo.h"
#include "simnet/words.h"

static struct sim_text group_text(const struct ip_addr *group)
{
	uint16_t index = sim_topo_group_index(group);
	struct sim_text text = { "" };

	if (index == SIM_NONE)
		sim_text_add(&text, "#.%u", group->b[15]);
	else if (index)
		sim_text_add(&text, "#%u", index);
	return text;
}

#define PROTO_KERNEL 2u /* preference of a connected route, whose metric is the family's */

static void add_metric(struct sim_text *text, const struct pim_metric *metric)
{
	if (metric->preference == PROTO_KERNEL)
		sim_text_add(text, " connected");
	else
		sim_text_add(text, " %u", metric->metric);
}

static void join_prune_words(const struct pim_msg *msg, const struct ip_addr *src,
			     const char *upstream, struct sim_text *text)
{
	bool is_echo = ip_addr_equal(&msg->jp.upstream, src);
	struct pim_walk walk = { .jp = &msg->jp };
	struct pim_entry entry;

	while (pim_entry_next(&walk, &entry)) {
		sim_text_add(text, "%s", text->s[0] ? "; " : "");
		if (msg->type == PIM_GRAFT || msg->type == PIM_GRAFT_ACK)
			sim_text_add(text, "%s%s %s", msg->type == PIM_GRAFT ? "Graft" : "GraftAck",
				     group_text(&entry.group).s, upstream);
		else if (!entry.is_prune)
			sim_text_add(text, "Join%s %s", group_text(&entry.group).s, upstream);
		else if (is_echo)
			sim_text_add(text, "PruneEcho%s %u", group_text(&entry.group).s,
				     msg->jp.hold_s);
		else
			sim_text_add(text, "Prune%s %s %u", group_text(&entry.group).s, upstream,
				     msg->jp.hold_s);
	}
}

static void assert_words(const struct pim_assert *msg, struct sim_text *text)
{
	bool is_cancel = msg->metric.preference == PIM_INFINITE_PREFERENCE &&
			 msg->metric.metric == PIM_INFINITE_METRIC;

	sim_text_add(text, "Assert%s%s", is_cancel ? "Cancel" : "", group_text(&msg->group).s);
	if (!is_cancel)
		add_metric(text, &msg->metric);
}

static void refresh_words(const struct pim_refresh *msg, struct sim_text *text)
{
	sim_text_add(text, "Refresh%s", group_text(&msg->group).s);
	add_metric(text, &msg->metric);
	sim_text_add(text, " ttl %u%s%s%s%s", msg->ttl,
		     msg->is_prune || msg->is_prune_now || msg->is_override ? " " : "",
		     msg->is_prune ? "P" : "", msg->is_prune_now ? "N" : "",
		     msg->is_override ? "O" : "");
}

void sim_pim_words(const struct pim_msg *msg, const struct ip_addr *src, sim_name_fn *name,
		   void *ctx, char *text, size_t size)
{
	struct sim_text words = { "" };

	if (msg->type == PIM_HELLO)
		sim_text_add(&words, "%s",
			     msg->hello.has_hold && !msg->hello.hold_s ? "Goodbye" : "Hello");
	else if (msg->type == PIM_ASSERT)
		assert_words(&msg->assert, &words);
	else if (msg->type == PIM_STATE_REFRESH)
		refresh_words(&msg->refresh, &words);
	else
		join_prune_words(msg, src, name(ctx, &msg->jp.upstream), &words);
	(void)snprintf(text, size, "%s", words.s);
}
