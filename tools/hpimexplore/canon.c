// SPDX-License-Identifier: GPL-2.0-only
/*
 * A world becomes a row of tokens; numbers of a router are then replaced by their rank among all
 * that are stored anywhere, and the row is hashed.
 */
#include <assert.h>
#include <string.h>

#include "core/hpim/tree.h"
#include "core/pimdm/tree.h"
#include "hpimexplore/canon.h"
#include "hpimexplore/flow.h"
#include "wire/hpim.h"
#include "wire/pim.h"

#define TOKENS_MAX 4096u
#define RANKS_MAX  512u
#define TIMERS_MAX 64u
#define FAMILY     WORLD_FAMILY
#define RAW        0xffu

struct token {
	uint8_t origin; /* the router whose number it is, or RAW */
	uint64_t value;
};

struct ranks {
	unsigned int count;
	uint64_t values[RANKS_MAX];
};

struct canon {
	const struct world *world;
	bool is_exact;
	unsigned int token_count;
	struct token tokens[TOKENS_MAX];
	struct ranks ranks[SCENE_ROUTERS_MAX];
	unsigned int timer_count;
	const struct timer *timers[TIMERS_MAX]; /* those of one router that have a name here */
};

static void put(struct canon *canon, uint64_t value)
{
	assert(canon->token_count < TOKENS_MAX);
	canon->tokens[canon->token_count++] = (struct token){ RAW, value };
}

/* A BootTime (@sn 0) or a number of that life; a number 0 means that there is none. */
static void put_number(struct canon *canon, unsigned int origin, uint32_t boot_time, uint32_t sn)
{
	struct ranks *ranks = &canon->ranks[origin];
	uint64_t value = (uint64_t)boot_time << 32 | sn;
	unsigned int at = ranks->count;

	assert(canon->token_count < TOKENS_MAX && ranks->count < RANKS_MAX);
	canon->tokens[canon->token_count++] = (struct token){ (uint8_t)origin, value };
	while (at > 0 && ranks->values[at - 1] > value)
		at--;
	if (at > 0 && ranks->values[at - 1] == value)
		return;
	memmove(&ranks->values[at + 1], &ranks->values[at],
		(ranks->count - at) * sizeof(ranks->values[0]));
	ranks->values[at] = value;
	ranks->count++;
}

static void put_sn(struct canon *canon, unsigned int origin, uint32_t boot_time, uint32_t sn)
{
	if (sn)
		put_number(canon, origin, boot_time, sn);
	else
		put(canon, 0);
}

static void put_rpc(struct canon *canon, const struct hpim_rpc *rpc)
{
	put(canon, (uint64_t)rpc->preference << 32 | rpc->metric);
}

static void put_timer(struct canon *canon, const struct timer *timer)
{
	assert(canon->timer_count < TIMERS_MAX);
	canon->timers[canon->timer_count++] = timer;
}

/* ---- A router ---- */

static void put_neighbor(struct canon *canon, unsigned int router, uint16_t port,
			 unsigned int other)
{
	const struct hpim_neigh *neigh = world_neighbor(canon->world, router, port, other);

	put(canon, neigh != NULL);
	if (!neigh)
		return;
	put(canon, neigh->state);
	put_number(canon, other, neigh->boot_time, 0);
	put_sn(canon, router, neigh->my_snapshot_boot_time, neigh->my_snapshot_sn);
	put_sn(canon, other, neigh->boot_time, neigh->neighbor_snapshot_sn);
	put_sn(canon, other, neigh->boot_time, neigh->checkpoint_sn);
	put(canon, neigh->sync_sn);
	put(canon, neigh->hold_s);
	put(canon, neigh->snapshot_count);
	for (uint32_t i = 0; i < neigh->snapshot_count; i++) {
		put(canon, neigh->snapshot[i].group.b[15]);
		put_rpc(canon, &neigh->snapshot[i].rpc);
	}
	put(canon, neigh->window.is_stalled);
	put_timer(canon, &neigh->sync_timer);
	put_timer(canon, &neigh->liveness_timer);
}

static void put_pending(struct canon *canon, unsigned int router,
			const struct hpim_pending *pending)
{
	put(canon, pending->state);
	if (pending->state == PENDING_NONE)
		return;
	put(canon, pending->type);
	put_rpc(canon, &pending->rpc);
	if (pending->state != PENDING_SENT)
		return;
	put_sn(canon, router, pending->boot_time, pending->sn - 1); /* a CheckpointSN to be */
	put_number(canon, router, pending->boot_time, pending->sn);
}

/* What decides when a message is late: whether a neighbor acknowledged others since. */
static void put_late(struct canon *canon, unsigned int router, uint16_t port,
		     const struct hpim_reliable *reliable)
{
	for (unsigned int i = 0; i < canon->world->scene->router_count; i++) {
		const struct hpim_neigh *neigh = world_neighbor(canon->world, router, port, i);
		const struct hpim_window *window = neigh ? &neigh->window : NULL;
		bool is_heard = window && window->acked_at > reliable->armed_at;
		const struct hpim_peer *peer;

		put(canon, is_heard);
		if (!is_heard)
			continue;
		if (canon->is_exact)
			put(canon, (uint64_t)(canon->world->routers[router].router.now -
					      window->acked_at));
		put(canon, window->acked_order > reliable->multicast.order);
		TAILQ_FOREACH (peer, &reliable->peers, node)
			if (world_router_at(&peer->addr) == i)
				put(canon, window->acked_order > peer->unicast.order);
	}
}

static void put_reliable(struct canon *canon, unsigned int router, uint16_t port,
			 const struct hpim_reliable *reliable)
{
	const struct hpim_peer *peer;

	put(canon, reliable != NULL);
	if (!reliable)
		return;
	put_timer(canon, &reliable->timer);
	put_late(canon, router, port, reliable);
	put_pending(canon, router, &reliable->multicast);
	for (unsigned int i = 0; i < canon->world->scene->router_count; i++)
		TAILQ_FOREACH (peer, &reliable->peers, node) {
			if (world_router_at(&peer->addr) != i)
				continue;
			put(canon, 1 + i);
			put(canon, peer->has_acked);
			put(canon, (uint64_t)peer->excused << 8 | peer->missed);
			put_pending(canon, router, &peer->unicast);
		}
}

static void put_records(struct canon *canon, const struct hpim_tree_if *tif, unsigned int router)
{
	for (unsigned int i = 0; i < canon->world->scene->router_count; i++) {
		const struct hpim_neigh *neigh = world_neighbor(canon->world, router, tif->link, i);
		const struct hpim_record *record = neigh ? hpim_record_find(tif, neigh) : NULL;

		put(canon, record != NULL);
		if (!record)
			continue;
		put(canon, record->is_upstream);
		put(canon, record->interest);
		put_sn(canon, i, neigh->boot_time, record->last_sn);
		put_rpc(canon, &record->rpc);
		/* Of generations only this is ever asked. */
		put(canon, record->generation == tif->view.best.generation);
	}
}

static void put_tree_if(struct canon *canon, unsigned int router, const struct hpim_tree_if *tif)
{
	const struct hpim_view_if *view = &tif->view;
	hp_time since = canon->world->routers[router].router.now - tif->forwarding_since;

	put(canon, tif->link);
	put(canon, (uint64_t)view->role << 8 | view->sent);
	put(canon, (uint64_t)view->is_upstream << 4 | (uint64_t)view->is_winner << 3 |
			   (uint64_t)view->has_interest << 2 | (uint64_t)view->has_member << 1 |
			   view->is_forwarding);
	put(canon, view->best.generation != 0);
	put(canon, world_router_at(&view->best.addr));
	put_rpc(canon, &view->best.rpc);
	if (since > HP_SEC(2)) /* it may hold forwarding */
		since = HP_SEC(2);
	put(canon,
	    view->is_forwarding ? (uint64_t)(canon->is_exact ? since : since == HP_SEC(2)) : 0);
	put_timer(canon, &tif->hold_timer);
	put_records(canon, tif, router);
	put_reliable(canon, router, tif->link, tif->reliable);
}

static void put_tree(struct canon *canon, unsigned int router, const struct hpim_tree *tree)
{
	put(canon, tree != NULL);
	if (!tree)
		return;
	put(canon, tree->view.state);
	put(canon, (uint64_t)tree->view.is_originator << 2 | (uint64_t)tree->view.in_tree << 1 |
			   tree->is_asking);
	put(canon, tree->view.root);
	put(canon, tree->view.iif);
	put(canon, tree->view.oifs.word[0]);
	put(canon, tree->data_link);
	put_rpc(canon, &tree->view.rpc);
	put_timer(canon, &tree->source_timer);
	put_timer(canon, &tree->data_timer);
	for (uint16_t i = 0; i < tree->tif_count; i++)
		put_tree_if(canon, router, tree->tifs[i]);
}

/* ---- PIM-DM ---- */

/* How long ago something was, as far as it matters: until @limit. */
static void put_since(struct canon *canon, unsigned int router, hp_time at, hp_time limit)
{
	hp_time since = canon->world->routers[router].router.now - at;

	if (since > limit)
		since = limit;
	put(canon, canon->is_exact ? (uint64_t)since : since == limit);
}

static void put_pim_if(struct canon *canon, unsigned int router, uint16_t port)
{
	const struct pimdm_if *pif = world_pim_if(canon->world, router, port);

	put(canon, pif != NULL);
	if (!pif)
		return;
	put(canon, (uint64_t)pif->has_sent_hello << 2 | (uint64_t)pif->is_refresh_due << 1 |
			   pif->is_refresh_capable);
	put_timer(canon, &pif->hello_timer);
	for (unsigned int i = 0; i < canon->world->scene->router_count; i++) {
		const struct pimdm_neigh *neigh = world_pim_neighbor(canon->world, router, port, i);

		put(canon, neigh != NULL);
		if (!neigh)
			continue;
		put(canon, world_is_gen_id(canon->world, i, &neigh->addr, neigh->gen_id));
		put_timer(canon, &neigh->liveness_timer);
	}
}

static void put_pim_tif(struct canon *canon, unsigned int router, const struct pimdm_tif *tif)
{
	put(canon, (uint64_t)tif->link << 8 | (uint64_t)tif->down << 4 | tif->assert);
	put(canon, tif->down == DOWN_NO_INFO ? 0 : tif->hold_s);
	put_timer(canon, &tif->prune_timer);
	put_timer(canon, &tif->assert_timer);
	if (tif->assert == ASSERT_NO_INFO)
		return;
	put(canon, (uint64_t)tif->winner.metric.preference << 32 | tif->winner.metric.metric);
	put(canon, world_router_at(&tif->winner.addr));
	if (tif->assert == ASSERT_LOSER)
		put_since(canon, router, tif->pruned_at, HP_SEC(180));
}

static void put_waiting(struct canon *canon, const struct pimdm_waiting *waiting)
{
	put(canon, waiting != NULL);
	if (!waiting)
		return;
	put(canon, (uint64_t)waiting->kind << 8 | waiting->link);
	put(canon, world_router_at(&waiting->src));
	put(canon, waiting->refresh.metric.metric);
}

static void put_pim_tree(struct canon *canon, unsigned int router, const struct pimdm_tree *tree)
{
	put(canon, tree != NULL);
	if (!tree)
		return;
	put(canon, (uint64_t)tree->is_live << 8 | (uint64_t)tree->is_first_hop << 7 |
			   (uint64_t)tree->is_border << 6 | (uint64_t)tree->was_alive << 5 |
			   (uint64_t)tree->is_originator << 4 |
			   (uint64_t)tree->is_refresh_due << 3 | (uint64_t)tree->has_refresh << 2 |
			   (uint64_t)tree->is_asking << 1 | tree->is_idle);
	put(canon, (uint64_t)tree->up << 32 | (uint64_t)tree->route.link << 16 | tree->data_link);
	put(canon, (uint64_t)tree->route.preference << 32 | tree->route.metric);
	put(canon, world_router_at(&tree->rpf_neighbor));
	put(canon, tree->olist.word[0]);
	put(canon, tree->refresh_count);
	put(canon, canon->is_exact ? tree->graft_count : tree->graft_count >= 10);
	put_since(canon, router, tree->refreshed_at, HP_SEC(180));
	put_waiting(canon, tree->waiting);
	put_timer(canon, &tree->limit_timer);
	put_timer(canon, &tree->override_timer);
	put_timer(canon, &tree->refresh_timer);
	put_timer(canon, &tree->data_timer);
	for (uint16_t i = 0; i < tree->tif_count; i++)
		put_pim_tif(canon, router, tree->tifs[i]);
}

/* What the forwarding plane does with the next packet. */
static void put_entry(struct canon *canon, unsigned int router, const struct mfib_key *key)
{
	const struct sim_entry *entry =
		sim_router_entry(&canon->world->routers[router].router, key);

	put(canon, entry != NULL);
	if (!entry)
		return;
	put(canon, (uint64_t)entry->route.flags << 16 | entry->route.iif);
	put(canon, entry->route.oifs.word[0]);
	for (uint16_t port = 0; port < SCENE_PORTS; port++)
		put(canon, flow_is_limited(canon->world, router, entry, port));
}

static void put_pim(struct canon *canon, unsigned int router)
{
	const struct world_router *is = &canon->world->routers[router];

	put(canon, (uint64_t)is->path.port << 8 | is->path.router);
	for (uint16_t port = 0; port < SCENE_PORTS; port++)
		put_pim_if(canon, router, port);
	for (unsigned int i = 0; i < canon->world->scene->tree_count; i++) {
		const struct mfib_key key = world_key(canon->world->scene, i);

		put_entry(canon, router, &key);
		put_pim_tree(canon, router, world_pim_tree(canon->world, router, i));
	}
}

/* ---- Any router ---- */

/* Timers in the order in which they will run out; those of membership by what they do. */
static void put_timers(struct canon *canon, const struct core *core)
{
	/* The generated functions take a head they could change; walking does not. */
	struct timer_tree *timers = (struct timer_tree *)&core->sched.timers;
	struct timer *timer;

	RB_FOREACH (timer, timer_tree, timers) {
		unsigned int i = 0;

		while (i < canon->timer_count && canon->timers[i] != timer)
			i++;
		put(canon, i < canon->timer_count ? i : (uint64_t)(uintptr_t)timer->fire);
		if (canon->is_exact)
			put(canon, (uint64_t)(timer->deadline - core->now));
	}
	canon->timer_count = 0;
}

static void put_if(struct canon *canon, unsigned int index, uint16_t port)
{
	const struct hpim_if *hif = world_if(canon->world, index, port);

	put(canon, hif != NULL);
	if (hif) {
		put_number(canon, index, hif->boot_time, 0);
		put_sn(canon, index, hif->boot_time, hif->sn);
		put_timer(canon, &hif->hello_timer);
	} else { /* the next life begins above it */
		const struct core *core = canon->world->routers[index].router.core;

		put_number(canon, index, hpim_of(core, FAMILY)->last_boot_time[port], 0);
	}
	for (unsigned int i = 0; i < canon->world->scene->router_count; i++)
		put_neighbor(canon, index, port, i);
}

static void put_router(struct canon *canon, unsigned int index)
{
	const struct world_router *router = &canon->world->routers[index];

	put(canon, router->has_member);
	for (uint16_t port = 0; port < SCENE_PORTS; port++)
		if (scene_runs(canon->world->scene, index, port) == RUNS_HPIM)
			put_if(canon, index, port);
	for (unsigned int i = 0; i < canon->world->scene->tree_count; i++) {
		const struct mfib_key key = world_key(canon->world->scene, i);

		put(canon, (uint64_t)router->costs[i] << 2 |
				   (uint64_t)sim_router_watches(&router->router, &key.source) << 1 |
				   (sim_router_entry(&router->router, &key) != NULL));
		put_tree(canon, index, world_tree(canon->world, index, i));
	}
	if (canon->world->is_soft)
		put_pim(canon, index);
	put_timers(canon, router->router.core);
}

/* ---- A packet ---- */

static void put_sync(struct canon *canon, const struct world_packet *packet,
		     const struct hpim_msg *msg)
{
	const struct hpim_sync *sync = &msg->sync;

	put_sn(canon, packet->from, msg->boot_time, sync->my_snapshot_sn);
	put_number(canon, packet->to, sync->neighbor_boot_time, 0);
	put_sn(canon, packet->to, sync->neighbor_boot_time, sync->neighbor_snapshot_sn);
	put(canon, (uint64_t)sync->sync_sn << 2 | (uint64_t)sync->is_master << 1 | sync->has_more);
	put(canon, sync->options.has_hold);
	for (size_t i = 0; i < sync->entry_count; i++) {
		struct hpim_entry entry;

		assert(hpim_entry_decode(FAMILY, sync, i, &entry) == 0);
		put(canon, entry.group.b[15]);
		put_rpc(canon, &entry.rpc);
	}
}

static void put_hpim_packet(struct canon *canon, const struct world_packet *packet)
{
	struct hpim_msg msg;

	assert(hpim_decode(FAMILY, packet->bytes, packet->len, &msg) == 0);
	put(canon, (uint64_t)packet->from << 16 | (uint64_t)packet->to << 8 | msg.type);
	put_number(canon, packet->from, msg.boot_time, 0);
	if (msg.type == HPIM_HELLO) {
		put(canon, msg.hello.hold_s);
		put_sn(canon, packet->from, msg.boot_time, msg.hello.checkpoint_sn);
	} else if (msg.type == HPIM_SYNC) {
		put_sync(canon, packet, &msg);
	} else {
		bool is_ack = msg.type == HPIM_ACK;
		uint32_t their_boot = msg.tree.neighbor_boot_time;

		put(canon, msg.tree.group.b[15]);
		put_sn(canon, is_ack ? packet->to : packet->from,
		       is_ack ? their_boot : msg.boot_time, msg.tree.sn);
		if (msg.type == HPIM_UPSTREAM)
			put_rpc(canon, &msg.tree.rpc);
		if (!is_ack)
			return;
		put_number(canon, packet->to, their_boot, 0);
		put_sn(canon, packet->to, their_boot, msg.tree.neighbor_snapshot_sn);
		put_sn(canon, packet->from, msg.boot_time, msg.tree.my_snapshot_sn);
	}
}

static void put_join_prune(struct canon *canon, const struct pim_join_prune *jp)
{
	struct pim_walk walk = { .jp = jp };
	struct pim_entry entry;

	put(canon, (uint64_t)world_router_at(&jp->upstream) << 16 | jp->hold_s);
	while (pim_entry_next(&walk, &entry))
		put(canon, (uint64_t)entry.group.b[15] << 1 | entry.is_prune);
}

static void put_pim_packet(struct canon *canon, const struct world_packet *packet)
{
	enum pim_checksum checksum;
	struct pim_msg msg;

	assert(pim_decode(&packet->src, &packet->dst, packet->bytes, packet->len, &msg,
			  &checksum) == PIM_ACCEPTED);
	put(canon, (uint64_t)packet->from_port << 32 | (uint64_t)packet->from << 16 |
			   (uint64_t)packet->to << 8 | msg.type);
	switch (msg.type) {
	case PIM_HELLO:
		put(canon, msg.hello.hold_s);
		put(canon,
		    world_is_gen_id(canon->world, packet->from, &packet->src, msg.hello.gen_id));
		break;
	case PIM_ASSERT:
		put(canon, msg.assert.group.b[15]);
		put(canon, (uint64_t)msg.assert.metric.preference << 32 | msg.assert.metric.metric);
		break;
	case PIM_STATE_REFRESH:
		put(canon, msg.refresh.group.b[15]);
		put(canon,
		    (uint64_t)msg.refresh.metric.preference << 32 | msg.refresh.metric.metric);
		put(canon, (uint64_t)msg.refresh.ttl << 8 | (uint64_t)msg.refresh.is_prune << 2 |
				   (uint64_t)msg.refresh.is_prune_now << 1 |
				   msg.refresh.is_override);
		break;
	default: put_join_prune(canon, &msg.jp);
	}
}

static void put_packet(struct canon *canon, const struct world_packet *packet)
{
	if (scene_runs(canon->world->scene, packet->from, packet->from_port) == RUNS_PIM)
		put_pim_packet(canon, packet);
	else
		put_hpim_packet(canon, packet);
}

/* ---- Hashing ---- */

static void mix(struct canon_hash *hash, uint64_t value)
{
	hash->a = (hash->a ^ value) * UINT64_C(0xd6e8feb86659fd93);
	hash->a ^= hash->a >> 32;
	hash->b = (hash->b + value) * UINT64_C(0x9e3779b97f4a7c15);
	hash->b ^= hash->b >> 29;
}

static uint64_t ranked(const struct canon *canon, const struct token *token)
{
	const struct ranks *ranks;
	unsigned int low = 0, high;

	if (token->origin == RAW)
		return token->value;
	ranks = &canon->ranks[token->origin];
	high = ranks->count;
	while (high - low > 1) {
		unsigned int middle = (low + high) / 2;

		if (ranks->values[middle] <= token->value)
			low = middle;
		else
			high = middle;
	}
	return low + UINT64_C(0x100000000); /* apart from values */
}

static struct canon_hash hash_tokens(const struct canon *canon, unsigned int from, unsigned int to)
{
	struct canon_hash hash = { 1, 2 };

	for (unsigned int i = from; i < to; i++)
		mix(&hash, ranked(canon, &canon->tokens[i]));
	return hash;
}

/* What overtakes has no order: packets in flight then count as a set. */
static void mix_packets(const struct canon *canon, struct canon_hash *hash,
			const unsigned int *starts, unsigned int count)
{
	struct canon_hash sorted[WORLD_PACKETS_MAX];

	for (unsigned int i = 0; i < count; i++) {
		struct canon_hash is = hash_tokens(canon, starts[i], starts[i + 1]);
		unsigned int at = i;

		for (; canon->world->scene->reorders && at > 0 && sorted[at - 1].a > is.a; at--)
			sorted[at] = sorted[at - 1];
		sorted[at] = is;
	}
	for (unsigned int i = 0; i < count; i++) {
		mix(hash, sorted[i].a);
		mix(hash, sorted[i].b);
	}
}

struct canon_hash canon_hash(const struct world *world, bool is_exact,
			     struct canon_hash *ret_future)
{
	unsigned int starts[WORLD_PACKETS_MAX + 1], count = 0, routers = world->scene->router_count;
	static struct canon canon;
	struct canon_hash hash;

	canon.world = world;
	canon.is_exact = is_exact;
	canon.token_count = canon.timer_count = 0;
	for (unsigned int i = 0; i < routers; i++)
		canon.ranks[i].count = 0;
	for (unsigned int i = 0; i < routers; i++)
		put_router(&canon, i);
	for (unsigned int i = 0; i < world->scene->tree_count; i++)
		put(&canon, world->is_sending[i]);
	starts[0] = canon.token_count;
	for (unsigned int from = 0; from < routers; from++)
		for (unsigned int to = 0; to < routers; to++)
			for (unsigned int i = 0; i < world->packet_count; i++) {
				if (world->packets[i].from != from || world->packets[i].to != to)
					continue;
				put_packet(&canon, &world->packets[i]);
				starts[++count] = canon.token_count;
			}
	hash = hash_tokens(&canon, 0, starts[0]);
	mix_packets(&canon, &hash, starts, count);
	*ret_future = hash;
	mix(&hash, (uint64_t)world->losses << 32 | world->duplicates << 16 | world->events);
	return hash;
}
