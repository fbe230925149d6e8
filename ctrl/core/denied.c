// SPDX-License-Identifier: GPL-2.0-only
/*
 * Entries of data that the policy denies. They are few, and the oldest gives way: whoever sends to
 * many denied groups takes nothing from those that are allowed.
 */
#include <stdlib.h>

#include "core/core_int.h"
#include "core/denied.h"
#include "core/mfib.h"

/* Of the trees of a family. */
#define FLOWS_PART 16u

struct denied_flow {
	UT_hash_handle hh;
	TAILQ_ENTRY(denied_flow) node;
	struct mfib_key key;
	uint16_t link; /* where it came in */
	hp_time expires_at;
};

struct denied {
	struct denied_flow *flows;
	TAILQ_HEAD(, denied_flow) by_age; /* oldest first */
	struct timer timer;               /* of the oldest */
	uint64_t evicted;
};

uint32_t denied_count(const struct core *core)
{
	return HASH_COUNT(core->denied->flows);
}

uint64_t denied_evicted(const struct core *core)
{
	return core->denied->evicted;
}

uint32_t denied_limit(const struct core *core)
{
	return core->limits.trees / FLOWS_PART + 1;
}

static struct denied_flow *find(const struct core *core, const struct mfib_key *key)
{
	struct denied_flow *flow;

	hash_find(&core->hash_key, core->denied->flows, key, flow);
	return flow;
}

static void arm(struct core *core)
{
	const struct denied_flow *oldest = TAILQ_FIRST(&core->denied->by_age);

	if (oldest)
		timer_arm(&core->sched, &core->denied->timer, oldest->expires_at);
	else
		timer_stop(&core->sched, &core->denied->timer);
}

static void forget(struct core *core, struct denied_flow *flow)
{
	TAILQ_REMOVE(&core->denied->by_age, flow, node);
	HASH_DEL(core->denied->flows, flow);
	free(flow);
	arm(core);
}

static void end(struct core *core, struct denied_flow *flow)
{
	mfib_clear(core, MFIB_POLICY, &flow->key);
	forget(core, flow);
}

static void timer_fire(struct core *core, struct timer *timer)
{
	(void)timer; /* there is one */
	end(core, TAILQ_FIRST(&core->denied->by_age));
}

struct denied *denied_new(void)
{
	struct denied *denied = calloc(1, sizeof(*denied));

	if (!denied)
		return NULL;
	TAILQ_INIT(&denied->by_age);
	timer_init(&denied->timer, timer_fire);
	return denied;
}

void denied_free(struct core *core)
{
	if (!core->denied)
		return;
	while (!TAILQ_EMPTY(&core->denied->by_age))
		forget(core, TAILQ_FIRST(&core->denied->by_age));
	free(core->denied);
}

static struct denied_flow *flow_new(struct core *core, const struct mfib_key *key)
{
	struct denied_flow *flow;

	if (denied_count(core) >= denied_limit(core)) {
		core->denied->evicted++;
		end(core, TAILQ_FIRST(&core->denied->by_age));
	}
	flow = calloc(1, sizeof(*flow));
	if (!flow)
		return NULL;
	flow->key = *key;
	hash_add(&core->hash_key, core->denied->flows, key, flow);
	TAILQ_INSERT_TAIL(&core->denied->by_age, flow, node);
	return flow;
}

/* Without memory its packets miss again. */
static void deny(struct core *core, const struct mfib_key *key, uint16_t link)
{
	const struct mfib_route route = { .key = *key, .iif = link, .flags = MFIB_F_WRONG_IF };
	struct denied_flow *flow = find(core, key);

	if (!flow)
		flow = flow_new(core, key);
	if (!flow)
		return;
	flow->link = link;
	flow->expires_at = core->now + HP_SEC(core->settings.initial_flood_s);
	TAILQ_REMOVE(&core->denied->by_age, flow, node);
	TAILQ_INSERT_TAIL(&core->denied->by_age, flow, node);
	arm(core);
	(void)mfib_set(core, MFIB_POLICY, &route);
}

static bool refuses(struct core *core, uint16_t link, const struct mfib_key *key)
{
	if (!policy_refuses(&core->policy, link, &key->source, &key->group, POLICY_FLOW))
		return false;
	core_count(core, link, ip_addr_family(&key->group), NOTE_POLICY_FLOW);
	return true;
}

bool denied_data(struct core *core, struct ev_data *data)
{
	const struct mfib_key key = { .source = data->source, .group = data->group };
	struct denied_flow *flow = find(core, &key);
	struct mfib_entry entry;

	if (data->kind != DATA_MISS &&
	    !(flow && mfib_find(core, &key, &entry) && entry.owner == MFIB_POLICY))
		return false;
	if (refuses(core, data->link, &key)) {
		if (data->kind == DATA_MISS)
			deny(core, &key, data->link);
		return true;
	}
	if (flow)
		end(core, flow);
	data->kind = DATA_MISS;
	return false;
}

bool denied_stale(struct core *core, const struct ev_stale *stale)
{
	const struct mfib_key key = { .source = stale->source, .group = stale->addr };

	if (stale->kind != STALE_ROUTE ||
	    !policy_denies(&core->policy, stale->link, &key.source, &key.group))
		return false;
	deny(core, &key, stale->link);
	return true;
}

void denied_review(struct core *core)
{
	struct denied_flow *flow, *next;

	TAILQ_FOREACH_SAFE (flow, &core->denied->by_age, node, next)
		if (!policy_denies(&core->policy, flow->link, &flow->key.source, &flow->key.group))
			end(core, flow);
}
