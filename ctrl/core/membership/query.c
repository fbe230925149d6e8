// SPDX-License-Identifier: GPL-2.0-only
/*
 * The queries of a querier. When they are sent is decided in gm.c and membership/group.c.
 * Source: RFC 9776, 4.1 and 6.6.3; RFC 3810, 5.1 and 7.6.3.
 */
#include <assert.h>

#include "core/membership/gm_int.h"

/* A query with so many sources fits into 1280 bytes, the smallest MTU of IPv6. */
#define SOURCES_PER_QUERY 64u
#define SOURCE_LEN_MAX    16u
#define QUERY_LEN_MAX     (28u + SOURCES_PER_QUERY * SOURCE_LEN_MAX)

static void query_send(struct core *core, const struct gm_if *gm, const struct ip_addr *dst,
		       struct gm_msg *msg, enum message_way way)
{
	const struct ip_addr *src = gm_own_addr(core, gm);
	struct core_effect effect = {
		.kind = FX_SEND,
		.send = { .link = gm->link, .socket = SOCKET_GM, .src = *src, .dst = *dst },
	};
	uint8_t bytes[QUERY_LEN_MAX];

	if (gm->is_passive)
		return;
	msg->type = GM_QUERY;
	msg->robustness = (uint8_t)gm->robustness;
	msg->query_interval = gm->query_interval;
	effect.send.bytes = bytes;
	effect.send.len = gm->family->encode(msg, src, dst, bytes, sizeof(bytes));
	assert(effect.send.len > 0);
	core_fx(core, &effect);
	core_count_message(core, gm->link, gm->family->family, message_of_gm(msg), way);
}

void gm_query_general(struct core *core, const struct gm_if *gm)
{
	struct gm_msg msg = {
		.version = gm->version,
		.group = gm->family->any,
		.max_response = gm_response_interval(gm),
	};

	query_send(core, gm, &gm->family->all_nodes, &msg, MESSAGE_SENT);
}

/*
 * Groups that one interface may ask for in a Last Member Query Interval. A flood of leaves, be they
 * forged, makes no flood of queries; a channel that thousands leave at once is one group.
 */
#define CHECKS_MAX 64u

void gm_merged_fire(struct core *core, struct timer *timer)
{
	struct gm_if *gm = container_of(timer, struct gm_if, merged_timer);

	if (gm->merged_queries == 0)
		return;
	gm->merged_queries--;
	gm_query_general(core, gm);
	core_timer_arm(core, &gm->merged_timer, gm_response_interval(gm));
}

bool gm_check_take(struct core *core, struct gm_if *gm)
{
	if (core->now >= gm->checks_end_at) {
		gm->checks_end_at = core->now + gm_last_member_interval(gm);
		gm->checks_left = CHECKS_MAX;
	}
	if (gm->checks_left > 0) {
		gm->checks_left--;
		return true;
	}
	gm_refuse(core, gm, &gm->family->any, GM_REFUSED_CHECK);
	gm->merged_queries = gm->robustness;
	if (!timer_runs(&gm->merged_timer))
		core_timer_arm(core, &gm->merged_timer, 0);
	return false;
}

/* The S flag: hosts shall answer, but the other routers know already. RFC 9776, 6.6.3. */
static bool is_known(const struct core *core, const struct gm_if *gm, const struct timer *timer)
{
	return timer->deadline - core->now > gm_last_member_time(gm);
}

/* As what a query is counted of which so many are still to be sent; RFC 9776, 6.6.3. */
static enum message_way query_way(const struct gm_if *gm, unsigned int queries_left)
{
	return queries_left < gm->robustness ? MESSAGE_RETRANSMITTED : MESSAGE_SENT;
}

void gm_query_group(struct core *core, const struct gm_group *group)
{
	struct gm_msg msg = {
		.version = group->gm->version,
		.group = group->addr,
		.max_response = gm_last_member_interval(group->gm),
		.suppress = is_known(core, group->gm, &group->timer),
	};

	query_send(core, group->gm, &group->addr, &msg, query_way(group->gm, group->queries_left));
}

static void sources_send(struct core *core, const struct gm_group *group, bool suppress)
{
	uint8_t body[SOURCES_PER_QUERY * SOURCE_LEN_MAX];
	struct writer out = writer_over(body, sizeof(body));
	struct gm_msg msg = {
		.version = group->gm->family->version, /* older ones have no such query */
		.group = group->addr,
		.max_response = gm_last_member_interval(group->gm),
		.suppress = suppress,
		.body = body,
	};
	unsigned int most_left = 0; /* of the sources in the message: one may be asked for first */

	for (const struct gm_source *source = group->sources; source; source = source->hh.next) {
		bool is_asked = source->queries_left > 0 &&
				is_known(core, group->gm, &source->timer) == suppress;

		if (is_asked) {
			wr_addr(&out, &source->addr);
			msg.count++;
			if (source->queries_left > most_left)
				most_left = source->queries_left;
		}
		if (msg.count == SOURCES_PER_QUERY || (msg.count > 0 && !source->hh.next)) {
			msg.body_len = wr_len(&out);
			query_send(core, group->gm, &group->addr, &msg,
				   query_way(group->gm, most_left));
			out = writer_over(body, sizeof(body));
			msg.count = 0;
			most_left = 0;
		}
	}
}

void gm_query_sources(struct core *core, const struct gm_group *group)
{
	sources_send(core, group, true);
	sources_send(core, group, false);
}
