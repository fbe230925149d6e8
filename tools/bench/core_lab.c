// SPDX-License-Identifier: GPL-2.0-only
/*
 * One router with many neighbors, which this program plays.
 */
#include <assert.h>
#include <string.h>

#include "bench/core_lab.h"
#include "bench/core_measure.h"

#define PEER_BOOT        500u
#define PEER_SNAPSHOT_SN 1u
#define PEER_HOLD_S      30000u
#define HELLO_PERIOD     HP_SEC(10)
#define ROUTER_BOOT      1000u
#define PREFERENCE       110u
#define EVENT_EVERY      10000 /* ns of virtual time between events: 100,000 a second */
#define OWN_HOST         200u
#define ALL_ROUTERS      ((224u << 24) + 13) /* 224.0.0.13. Description of HPIM-DM, 2.1 */

static struct ip_addr host_addr(uint16_t link, unsigned int host)
{
	return addr4((10u << 24) + ((uint32_t)link << 8) + host);
}

uint32_t lab_random(struct lab *lab, uint32_t below)
{
	lab->random = lab->random * 1664525u + 1013904223u;
	return (uint32_t)((uint64_t)lab->random * below >> 32);
}

/* ---- The router ---- */

static struct lab_item *item_add(struct lab_items *list)
{
	list->items = array_grow(list->items, list->count, &list->room, sizeof(*list->items));
	return &list->items[list->count++];
}

static void items_drop(struct lab_items *list)
{
	free(list->items);
	*list = (struct lab_items){ .items = NULL };
}

static void hear_send(struct lab *lab, const struct fx_send *send)
{
	struct lab_item *item;

	lab->sends++;
	if (lab->is_deaf)
		return;
	item = item_add(&lab->said);
	assert(send->len <= sizeof(item->bytes));
	item->link = send->link;
	item->addr = send->dst;
	item->len = send->len;
	memcpy(item->bytes, send->bytes, send->len);
}

static void handle_part(struct lab *lab, const struct core_event *event)
{
	const struct core_effect *effect;

	core_handle(lab->core, lab->now, event);
	while ((effect = core_effect_next(lab->core)))
		if (effect->kind == FX_SEND)
			hear_send(lab, &effect->send);
		else if (effect->kind == FX_RPF_WATCH)
			lab_route(lab, &effect->rpf_source);
}

/* Inside of the clock: an event, and all that it leaves to be done. */
static void handle(struct lab *lab, const struct core_event *event)
{
	const struct core_event clock = { .kind = EV_CLOCK };

	lab->now += EVENT_EVERY;
	lab->events++;
	handle_part(lab, event);
	while (core_has_work(lab->core))
		handle_part(lab, &clock);
}

void lab_happen(struct lab *lab, const struct core_event *event)
{
	double began = cpu_now_s();

	handle(lab, event);
	lab->cpu_s += cpu_now_s() - began;
}

static void item_happen(struct lab *lab, const struct lab_item *item, struct core_event *event)
{
	if (item->is_route) {
		event->kind = EV_RPF;
		event->rpf = (struct ev_rpf){ .source = item->addr,
					      .is_reachable = true,
					      .link = lab->root,
					      .next_hop = lab->peers[lab->root][0].addr,
					      .prefix_len = 24,
					      .preference = PREFERENCE,
					      .metric = lab->metric };
	} else {
		event->kind = EV_PACKET;
		event->packet = (struct ev_packet){ .link = item->link,
						    .socket = SOCKET_103,
						    .src = item->addr,
						    .dst = item->is_to_all ? addr4(ALL_ROUTERS)
									   : host_addr(item->link,
										       OWN_HOST),
						    .ttl = 1,
						    .bytes = item->bytes,
						    .len = item->len };
	}
	handle(lab, event);
}

static void batch_happen(struct lab *lab, const struct lab_items *batch)
{
	double began = cpu_now_s();
	struct core_event event;

	for (size_t i = 0; i < batch->count; i++)
		item_happen(lab, &batch->items[i], &event);
	lab->cpu_s += cpu_now_s() - began;
}

/* ---- The neighbors ---- */

static void peer_send(struct lab *lab, uint16_t link, const struct lab_peer *peer,
		      const struct hpim_msg *msg)
{
	struct lab_item *item = item_add(&lab->waiting);

	item->is_route = false;
	item->is_to_all = msg->type == HPIM_HELLO || msg->type == HPIM_UPSTREAM ||
			  msg->type == HPIM_NO_UPSTREAM;
	item->link = link;
	item->addr = peer->addr;
	item->len = hpim_encode(msg, NULL, item->bytes, sizeof(item->bytes));
	assert(item->len);
}

void lab_route(struct lab *lab, const struct ip_addr *source)
{
	struct lab_item *item = item_add(&lab->waiting);

	item->is_route = true;
	item->addr = *source;
}

static void say(struct lab *lab, uint16_t link, struct lab_peer *peer, enum hpim_type type,
		struct hpim_tree_msg tree)
{
	tree.sn = ++peer->sn;
	peer_send(lab, link, peer,
		  &(struct hpim_msg){ .boot_time = PEER_BOOT, .type = type, .tree = tree });
}

void lab_say(struct lab *lab, uint16_t link, unsigned int peer, enum hpim_type type, uint32_t tree,
	     uint32_t metric)
{
	say(lab, link, &lab->peers[link][peer], type,
	    (struct hpim_tree_msg){ .source = tree_source(tree),
				    .group = tree_group(tree),
				    .rpc = { PREFERENCE, metric } });
}

static void sync_send(struct lab *lab, uint16_t link, struct lab_peer *peer, uint32_t step)
{
	peer_send(lab, link, peer,
		  &(struct hpim_msg){
			  .boot_time = PEER_BOOT,
			  .type = HPIM_SYNC,
			  .sync = { .my_snapshot_sn = PEER_SNAPSHOT_SN,
				    .neighbor_snapshot_sn = peer->router_snapshot_sn,
				    .neighbor_boot_time = ROUTER_BOOT,
				    .is_master = true,
				    .sync_sn = step,
				    .options = { .has_hold = true, .hold_s = PEER_HOLD_S } } });
}

static void hello_send(struct lab *lab, uint16_t link, struct lab_peer *peer, uint16_t hold_s)
{
	peer_send(lab, link, peer,
		  &(struct hpim_msg){ .boot_time = PEER_BOOT,
				      .type = HPIM_HELLO,
				      .hello = { .has_hold = true,
						 .hold_s = hold_s,
						 .has_checkpoint = hold_s != 0,
						 .checkpoint_sn = peer->sn } });
}

static void ack_send(struct lab *lab, uint16_t link, struct lab_peer *peer,
		     const struct hpim_msg *msg)
{
	struct hpim_msg ack = { .boot_time = PEER_BOOT, .type = HPIM_ACK, .tree = msg->tree };

	ack.tree.neighbor_boot_time = msg->boot_time;
	ack.tree.neighbor_snapshot_sn = peer->router_snapshot_sn;
	ack.tree.my_snapshot_sn = PEER_SNAPSHOT_SN;
	peer_send(lab, link, peer, &ack);
}

static void peer_hear(struct lab *lab, uint16_t link, struct lab_peer *peer,
		      const struct hpim_msg *msg)
{
	if (msg->type == HPIM_SYNC && msg->sync.sync_sn == 0) {
		peer->router_snapshot_sn = msg->sync.my_snapshot_sn;
		sync_send(lab, link, peer, 1);
	}
	if (msg->type < HPIM_UPSTREAM || msg->type > HPIM_NO_INTEREST)
		return;
	ack_send(lab, link, peer, msg);
	if (msg->type == HPIM_UPSTREAM)
		say(lab, link, peer, lab_random(lab, 2) ? HPIM_INTEREST : HPIM_NO_INTEREST,
		    msg->tree);
}

static void said_hear(struct lab *lab, const struct lab_item *said)
{
	struct hpim_msg msg;

	if (hpim_decode(IP_FAMILY_4, said->bytes, said->len, &msg) < 0)
		assert(0 && "the router sends only well-formed packets");
	for (unsigned int i = 0; i < LAB_PEERS; i++) {
		struct lab_peer *peer = &lab->peers[said->link][i];

		if (ip_addr_is_multicast(&said->addr) || ip_addr_equal(&said->addr, &peer->addr))
			peer_hear(lab, said->link, peer, &msg);
	}
}

static void hellos_send(struct lab *lab)
{
	for (uint16_t link = 0; link < LAB_LINKS; link++) {
		for (unsigned int i = 0; i < LAB_PEERS; i++) {
			struct lab_peer *peer = &lab->peers[link][i];

			if (!peer->router_snapshot_sn || lab->now < peer->hello_at)
				continue;
			peer->hello_at = lab->now + HELLO_PERIOD;
			hello_send(lab, link, peer, PEER_HOLD_S);
		}
	}
}

void lab_run(struct lab *lab)
{
	while (lab->waiting.count) {
		struct lab_items batch = lab->waiting;

		lab->waiting = lab->spare;
		lab->waiting.count = 0;
		lab->spare = batch;
		batch_happen(lab, &batch);
		for (size_t i = 0; i < lab->said.count; i++)
			said_hear(lab, &lab->said.items[i]);
		lab->said.count = 0;
		hellos_send(lab);
	}
}

void lab_wait(struct lab *lab, hp_time duration)
{
	hp_time until = lab->now + duration;
	hp_time next;

	while ((next = core_deadline(lab->core)) <= until) {
		if (next > lab->now)
			lab->now = next;
		lab_happen(lab, &(struct core_event){ .kind = EV_CLOCK });
		lab_run(lab);
	}
	if (until > lab->now)
		lab->now = until;
}

void lab_goodbye(struct lab *lab, uint16_t link, unsigned int number)
{
	struct lab_peer *peer = &lab->peers[link][number];

	hello_send(lab, link, peer, 0);
	peer->router_snapshot_sn = 0;
	lab_run(lab);
}

void lab_link(struct lab *lab, uint16_t link, bool is_up)
{
	lab_happen(lab, &(struct core_event){
				.kind = EV_LINK,
				.link = { .link = link,
					  .is_present = true,
					  .is_up = is_up,
					  .mtu = 1500,
					  .addr_count = 1,
					  .addrs = { { host_addr(link, OWN_HOST), 24 } } } });
}

static void link_open(struct lab *lab, uint16_t link)
{
	lab_happen(lab, &(struct core_event){ .kind = EV_CONFIG,
					      .config = { .kind = CONFIG_LINK,
							  .link = link,
							  .family = IP_FAMILY_4,
							  .proto = PROTO_HPIM,
							  .is_on = true } });
	lab_link(lab, link, true);
	for (unsigned int i = 0; i < LAB_PEERS; i++) {
		struct lab_peer *peer = &lab->peers[link][i];

		*peer = (struct lab_peer){ .addr = host_addr(link, i + 1), .sn = PEER_SNAPSHOT_SN };
		sync_send(lab, link, peer, 0);
	}
}

void lab_open(struct lab *lab, uint32_t trees_max)
{
	struct core_limits limits = core_limits_default;

	limits.trees = trees_max;
	limits.unix_s = ROUTER_BOOT;
	*lab = (struct lab){ .core = core_new(&limits), .random = 1 };
	assert(lab->core);
	for (uint16_t link = 0; link < LAB_LINKS; link++)
		link_open(lab, link);
	lab_run(lab);
}

/* Memory of the lists is kept between batches: making and clearing it would be timed. */
static void all_items_drop(struct lab *lab)
{
	items_drop(&lab->waiting);
	items_drop(&lab->spare);
	items_drop(&lab->said);
}

void lab_close(struct lab *lab)
{
	core_free(lab->core);
	all_items_drop(lab);
}

double lab_bytes(struct lab *lab)
{
	assert(!lab->waiting.count && !lab->said.count);
	all_items_drop(lab);
	return bytes_now();
}
