// SPDX-License-Identifier: GPL-2.0-only
/*
 * Entries that another daemon wrote into the kernel's multicast table, of one family. Each resolved
 * (S,G) of it whose input is followed is an entry here, with the outputs that are followed; what
 * the kernel is to forward itself, and why, stands in the entry's flags. The table is the kernel's,
 * and the daemon that wrote it keeps it.
 *
 * A flow is a source that the kernel has no (S,G) of, and forwards by an entry for any source: it
 * appears with its first packet, is derived again whenever such an entry changes, and forgotten
 * when it is silent. It must never stand beside an (S,G) of the kernel: while some of these may be
 * unknown there are no flows.
 */
#include <stdlib.h>

#include "core/core_int.h"
#include "core/follow/any.h"
#include "core/follow/follow.h"

/* A flow that is silent for so long ends; its next packet makes it again. */
#define FLOW_IDLE_FOR HP_SEC(30)

/* Flows, which anyone can make by sending, have the smaller part of the forwarding plane. */
#define FLOWS_PART 4u

/**
 * struct followed - An (S,G) of the kernel's table.
 * @is_held: its input is not followed: there is no entry, and no flow may stand for it.
 * @read_in: the reading of the whole table in which it was seen last.
 */
struct followed {
	UT_hash_handle hh;
	TAILQ_ENTRY(followed) node;
	struct mfib_key key;
	bool is_held;
	uint32_t read_in;
};

/**
 * struct flow - A source that the kernel forwards by an entry for any source.
 * @by: that entry.
 */
struct flow {
	UT_hash_handle hh;
	TAILQ_ENTRY(flow) node, marked_node;
	struct mfib_key key;
	uint16_t iif;
	struct any *by;
	bool is_marked;
	struct timer timer; /* until it is asked whether it is silent */
};

struct follow {
	struct mrp mrp;
	struct followed *entries;
	TAILQ_HEAD(, followed) by_reading; /* those not seen for longest first */
	struct any_table any;
	struct flow *flows;
	struct flow_list marked; /* to be derived again */
	uint32_t reading;        /* number of the present one, from 1 */
	bool is_reading;         /* it has not ended */
	bool is_sweeping;        /* it has ended: what it did not bring is removed */
	bool is_partial;         /* entries of the kernel's table are unknown: no flows */
	bool is_missing;         /* the same, of the present reading */
	bool wants_reading;
	uint32_t held;
	uint64_t refused;
	bool is_limit_noted;
};

static struct follow *follow_from(struct mrp *mrp)
{
	return container_of(mrp, struct follow, mrp);
}

static struct followed *followed_find(const struct follow *follow, const struct mfib_key *key)
{
	struct followed *entry;

	hash_find(&follow->mrp.core->hash_key, follow->entries, key, entry);
	return entry;
}

static void followed_hold(struct follow *follow, struct followed *entry, bool is_held)
{
	follow->held += (uint32_t)is_held - (uint32_t)entry->is_held;
	entry->is_held = is_held;
}

static void followed_free(struct follow *follow, struct followed *entry)
{
	mfib_clear(follow->mrp.core, MFIB_FOLLOWED, &entry->key);
	followed_hold(follow, entry, false);
	TAILQ_REMOVE(&follow->by_reading, entry, node);
	HASH_DEL(follow->entries, entry);
	free(entry);
	if (HASH_COUNT(follow->entries) < follow->mrp.core->limits.trees / 2)
		follow->is_limit_noted = false;
}

/* ---- flows ---- */

static struct flow *flow_find(const struct follow *follow, const struct mfib_key *key)
{
	struct flow *flow;

	hash_find(&follow->mrp.core->hash_key, follow->flows, key, flow);
	return flow;
}

static void flow_mark(struct follow *follow, struct flow *flow)
{
	if (flow->is_marked)
		return;
	flow->is_marked = true;
	TAILQ_INSERT_TAIL(&follow->marked, flow, marked_node);
}

static void flow_unmark(struct follow *follow, struct flow *flow)
{
	if (flow->is_marked)
		TAILQ_REMOVE(&follow->marked, flow, marked_node);
	flow->is_marked = false;
}

/* Without its claim, which may be that of an (S,G) now. */
static void flow_forget(struct follow *follow, struct flow *flow)
{
	timer_stop(&follow->mrp.core->sched, &flow->timer);
	flow_unmark(follow, flow);
	TAILQ_REMOVE(&flow->by->flows, flow, node);
	HASH_DEL(follow->flows, flow);
	free(flow);
}

static void flow_free(struct follow *follow, struct flow *flow)
{
	mfib_clear(follow->mrp.core, MFIB_FOLLOWED, &flow->key);
	flow_forget(follow, flow);
}

static void mark_flows_of(struct follow *follow, const struct any *any)
{
	struct flow *flow;

	TAILQ_FOREACH (flow, &any->flows, node)
		flow_mark(follow, flow);
}

/* (*,*) counts for all groups. */
static void mark_flows(struct follow *follow, const struct any *any)
{
	const struct ip_addr every = ip_addr_mask(&any->group, 0);
	const struct any *tree = any_find(&follow->any, &follow->mrp.core->hash_key, &every);
	struct flow *flow;

	mark_flows_of(follow, any);
	if (any == tree)
		for (flow = follow->flows; flow; flow = flow->hh.next)
			flow_mark(follow, flow);
	else if (tree)
		TAILQ_FOREACH (flow, &tree->flows, node)
			if (ip_addr_equal(&flow->key.group, &any->group))
				flow_mark(follow, flow);
}

/* Return: NULL: the kernel is to decide. */
static struct any *flow_resolve(const struct follow *follow, struct mfib_route *route)
{
	return follow->is_partial ? NULL
				  : any_resolve(&follow->any, &follow->mrp.core->hash_key, route);
}

static void flow_evaluate(struct follow *follow, struct flow *flow)
{
	struct mfib_route route = { .key = flow->key, .iif = flow->iif };
	struct any *by = flow_resolve(follow, &route);

	flow_unmark(follow, flow);
	if (!by || !mfib_set(follow->mrp.core, MFIB_FOLLOWED, &route)) {
		flow_free(follow, flow);
		return;
	}
	TAILQ_REMOVE(&flow->by->flows, flow, node);
	flow->by = by;
	TAILQ_INSERT_TAIL(&by->flows, flow, node);
}

static void flow_ask(struct core *core, struct timer *timer)
{
	const struct flow *flow = container_of(timer, struct flow, timer);

	core_fx(core, &(struct core_effect){ .kind = FX_MFIB_QUERY, .key = flow->key });
}

static void flow_new(struct follow *follow, const struct mfib_route *route, struct any *by)
{
	struct core *core = follow->mrp.core;
	struct flow *flow = NULL;

	if (HASH_COUNT(follow->flows) < core->limits.trees / FLOWS_PART)
		flow = calloc(1, sizeof(*flow));
	if (!flow || !mfib_set(core, MFIB_FOLLOWED, route)) {
		follow->refused++; /* the kernel forwards it */
		free(flow);
		return;
	}
	flow->key = route->key;
	flow->iif = route->iif;
	flow->by = by;
	TAILQ_INSERT_TAIL(&by->flows, flow, node);
	hash_add(&core->hash_key, follow->flows, key, flow);
	timer_init(&flow->timer, flow_ask);
	core_timer_arm(core, &flow->timer, FLOW_IDLE_FOR);
}

/* A packet that has no entry here. */
static void flow_miss(struct follow *follow, const struct ev_data *data)
{
	struct mfib_route route = { .key = { .source = data->source, .group = data->group },
				    .iif = data->link };
	struct any *by = NULL;

	if (!flow_find(follow, &route.key) && !followed_find(follow, &route.key))
		by = flow_resolve(follow, &route);
	if (by)
		flow_new(follow, &route, by);
}

static void flow_seen(struct follow *follow, struct flow *flow, hp_time seen_for)
{
	if (timer_runs(&flow->timer))
		return; /* another asked */
	if (seen_for >= FLOW_IDLE_FOR)
		flow_free(follow, flow);
	else
		core_timer_arm(follow->mrp.core, &flow->timer, FLOW_IDLE_FOR - seen_for);
}

static bool data(struct mrp *mrp, const struct ev_data *data)
{
	struct follow *follow = follow_from(mrp);
	const struct mfib_key key = { .source = data->source, .group = data->group };
	struct flow *flow = flow_find(follow, &key);

	if (data->kind == DATA_MISS)
		flow_miss(follow, data);
	else if (data->kind == DATA_SEEN && flow)
		flow_seen(follow, flow, data->seen_for);
	return flow != NULL;
}

/* What the kernel has of its table is not all known here. */
static void lose_sight(struct follow *follow)
{
	struct flow *flow;

	follow->is_partial = follow->is_missing = true;
	for (flow = follow->flows; flow; flow = flow->hh.next)
		flow_mark(follow, flow);
}

/* ---- entries of the table ---- */

/* The kernel goes on forwarding what has no entry here. */
static void note_refused(struct follow *follow, enum note_code code, const struct ev_followed *ev)
{
	struct core *core = follow->mrp.core;

	follow->refused++;
	lose_sight(follow);
	if (follow->is_limit_noted) {
		core_count(core, ev->link, follow->mrp.family, code);
		return;
	}
	follow->is_limit_noted = true;
	core_note(core, &(struct core_note){ .level = NOTE_WARN,
					     .code = code,
					     .link = ev->link,
					     .a = ev->source,
					     .b = ev->group,
					     .v = { core->limits.trees } });
}

static bool is_full(const struct follow *follow)
{
	return HASH_COUNT(follow->entries) + HASH_COUNT(follow->any.all) >=
	       follow->mrp.core->limits.trees;
}

static struct followed *followed_new(struct follow *follow, const struct ev_followed *ev)
{
	struct followed *entry = NULL;

	if (is_full(follow)) {
		note_refused(follow, NOTE_TREE_LIMIT, ev);
		return NULL;
	}
	entry = calloc(1, sizeof(*entry));
	if (!entry) {
		note_refused(follow, NOTE_NO_MEMORY, ev);
		return NULL;
	}
	entry->key = (struct mfib_key){ .source = ev->source, .group = ev->group };
	hash_add(&follow->mrp.core->hash_key, follow->entries, key, entry);
	TAILQ_INSERT_TAIL(&follow->by_reading, entry, node);
	return entry;
}

static void followed_set(struct follow *follow, const struct ev_followed *ev)
{
	const struct mfib_route route = {
		.key = { .source = ev->source, .group = ev->group },
		.iif = ev->link,
		.oifs = ev->oifs,
		.flags = any_flags(ev->left, ev->ttl),
	};
	struct followed *entry = followed_find(follow, &route.key);
	struct flow *flow = flow_find(follow, &route.key);

	if (!entry)
		entry = followed_new(follow, ev);
	if (flow && (!entry || ev->link == LINK_NONE))
		flow_free(follow, flow);
	else if (flow)
		flow_forget(follow, flow);
	if (!entry)
		return;
	entry->read_in = follow->reading;
	TAILQ_REMOVE(&follow->by_reading, entry, node);
	TAILQ_INSERT_TAIL(&follow->by_reading, entry, node);
	followed_hold(follow, entry, ev->link == LINK_NONE);
	if (entry->is_held)
		mfib_clear(follow->mrp.core, MFIB_FOLLOWED, &route.key);
	else if (!mfib_set(follow->mrp.core, MFIB_FOLLOWED, &route)) {
		note_refused(follow, NOTE_NO_MEMORY, ev);
		followed_free(follow, entry); /* rather none than one that is outdated */
	}
}

static void followed_clear(struct follow *follow, const struct ev_followed *ev)
{
	const struct mfib_key key = { .source = ev->source, .group = ev->group };
	struct followed *entry = followed_find(follow, &key);

	if (entry)
		followed_free(follow, entry);
}

static void any_changed(struct follow *follow, const struct any *any)
{
	mark_flows(follow, any);
	if (any->is_several && !follow->is_reading)
		follow->wants_reading = true;
}

static void any_is_set(struct follow *follow, const struct ev_followed *ev)
{
	const struct hash_key *hash = &follow->mrp.core->hash_key;
	struct any *any = any_find(&follow->any, hash, &ev->group);

	if (!any && is_full(follow)) {
		note_refused(follow, NOTE_TREE_LIMIT, ev);
		return;
	}
	if (!any)
		any = any_new(&follow->any, hash, &ev->group);
	if (!any)
		note_refused(follow, NOTE_NO_MEMORY, ev);
	else if (any_set(&follow->any, any, ev, follow->reading))
		any_changed(follow, any);
}

/* Its flows may be those of (*,*) now. */
static void any_remove(struct follow *follow, struct any *any)
{
	struct flow *flow;

	while ((flow = TAILQ_FIRST(&any->flows)))
		flow_free(follow, flow);
	mark_flows(follow, any);
	any_free(&follow->any, any);
}

static void any_is_cleared(struct follow *follow, const struct ev_followed *ev)
{
	struct any *any = any_find(&follow->any, &follow->mrp.core->hash_key, &ev->group);

	if (any && any->is_several)
		any_changed(follow, any); /* which of them went is not known */
	else if (any)
		any_remove(follow, any);
}

static void reading_begins(struct follow *follow)
{
	follow->reading++;
	follow->is_reading = true;
	follow->is_sweeping = false;
	follow->is_missing = false;
	follow->wants_reading = false;
}

static void reading_ends(struct follow *follow, bool is_partial)
{
	follow->is_reading = false;
	follow->is_sweeping = true;
	if (is_partial)
		lose_sight(follow);
	follow->is_partial = follow->is_missing;
}

static void followed(struct mrp *mrp, const struct ev_followed *ev)
{
	struct follow *follow = follow_from(mrp);
	bool is_any = ip_addr_is_any(&ev->source);

	switch (ev->kind) {
	case FOLLOWED_SET: (is_any ? any_is_set : followed_set)(follow, ev); break;
	case FOLLOWED_CLEAR: (is_any ? any_is_cleared : followed_clear)(follow, ev); break;
	case FOLLOWED_BEGIN: reading_begins(follow); break;
	case FOLLOWED_END: reading_ends(follow, false); break;
	case FOLLOWED_END_PARTIAL: reading_ends(follow, true); break;
	}
}

/* One entry that the reading did not bring. Return: whether there was one. */
static bool sweep(struct follow *follow)
{
	struct followed *first = TAILQ_FIRST(&follow->by_reading);
	struct any *any = TAILQ_FIRST(&follow->any.by_reading);

	if (first && first->read_in != follow->reading)
		followed_free(follow, first);
	else if (any && any->read_in != follow->reading)
		any_remove(follow, any);
	else
		return false;
	return true;
}

/* First what is gone: a flow is derived from what there is. */
static bool evaluate_next(struct mrp *mrp)
{
	struct follow *follow = follow_from(mrp);
	struct flow *flow = TAILQ_FIRST(&follow->marked);

	follow->is_sweeping = follow->is_sweeping && sweep(follow);
	if (follow->is_sweeping)
		return true;
	if (flow)
		flow_evaluate(follow, flow);
	return flow != NULL;
}

static struct mrp *create(struct core *core, enum ip_family family)
{
	struct follow *follow = calloc(1, sizeof(*follow));

	(void)core, (void)family; /* in struct mrp, set by the caller */
	if (!follow)
		return NULL;
	TAILQ_INIT(&follow->by_reading);
	TAILQ_INIT(&follow->marked);
	any_init(&follow->any);
	follow->reading = 1;
	return &follow->mrp;
}

static void destroy(struct mrp *mrp)
{
	struct follow *follow = follow_from(mrp);
	struct followed *entry, *next;
	struct any *any;

	HASH_ITER (hh, follow->entries, entry, next)
		followed_free(follow, entry);
	while ((any = TAILQ_FIRST(&follow->any.by_reading)))
		any_remove(follow, any);
	free(follow);
}

const struct mrp_ops follow_ops = {
	.owner = MFIB_FOLLOWED,
	.proto = PROTO_FOLLOW,
	.create = create,
	.followed = followed,
	.data = data,
	.evaluate_next = evaluate_next,
	.destroy = destroy,
};

struct follow_counts follow_counts(const struct core *core, enum ip_family family)
{
	struct mrp *mrp = mrp_find(core, &follow_ops, family);
	const struct follow *follow = mrp ? follow_from(mrp) : NULL;

	if (!follow)
		return (struct follow_counts){ .entries = 0 };
	return (struct follow_counts){
		.entries = HASH_COUNT(follow->entries) - follow->held,
		.flows = HASH_COUNT(follow->flows),
		.refused = follow->refused,
	};
}

bool follow_wants_reading(const struct core *core, enum ip_family family)
{
	struct mrp *mrp = mrp_find(core, &follow_ops, family);

	return mrp && follow_from(mrp)->wants_reading;
}
