// SPDX-License-Identifier: GPL-2.0-only
/*
 * The traces of the reliable transmission of one tree in
 * tests/vectors/hpim-dm-reliable-traces.json, step by step: every packet as bytes and all that is
 * pending. Description of HPIM-DM, 3.5.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "core/hpim/if.h"
#include "core/hpim/neigh.h"
#include "core/hpim/reliable.h"
#include "core/hpim/tree.h"
#include "base/addr_text.h"
#include "unit/common_json.h"
#include "core/hpim/hpim_int.h"

#define LINK  0u
#define NAMES "abc"

static const struct hpim_rpc rpc = { 11, 20 };

struct replay {
	struct core *core;
	struct hpim_if *hif;
	struct hpim_tree_if *tif; /* renewed in every step: nothing keeps an idle one */
	bool failed[sizeof(NAMES)];
	char where[64];
};

static struct ip_addr addr_of(const char *text)
{
	struct ip_addr addr;

	cr_assert_eq(ip_addr_parse(text, &addr), 0);
	return addr;
}

static unsigned int index_of(const char *name)
{
	const char *at = strchr(NAMES, name[0]);

	cr_assert(at && strlen(name) == 1, "no neighbor \"%s\"", name);
	return (unsigned int)(at - NAMES);
}

static struct ip_addr neighbor_addr(unsigned int index)
{
	struct ip_addr addr = addr_of("10.0.0.11");

	addr.b[15] = (uint8_t)(addr.b[15] + index);
	return addr;
}

static struct ip_addr neighbor_of(struct json_object *event, const char *key)
{
	return neighbor_addr(index_of(vector_text(event, key)));
}

static void acknowledge(struct replay *r, struct json_object *event)
{
	/* The trace also has late Acks of neighbors that are gone: only the address counts here. */
	struct hpim_neigh gone = { .addr = neighbor_of(event, "neighbor") };
	struct hpim_neigh *neigh = hpim_neigh_find(r->hif, &gone.addr);

	hpim_reliable_acked(r->tif, neigh ? neigh : &gone, vector_u32(event, "boot_time"),
			    vector_u32(event, "sn"));
}

static void perform(struct replay *r, struct json_object *event)
{
	const char *kind = vector_text(event, "kind");
	struct hpim_neigh *neigh;
	struct ip_addr addr;

	if (!strcmp(kind, "send_i_am_upstream")) {
		hpim_reliable_send_all(r->tif, HPIM_UPSTREAM, &rpc);
	} else if (!strcmp(kind, "send_i_am_no_longer_upstream")) {
		hpim_reliable_send_all(r->tif, HPIM_NO_UPSTREAM, NULL);
	} else if (!strcmp(kind, "send_interest") || !strcmp(kind, "send_no_interest")) {
		addr = neighbor_of(event, "dst");
		hpim_reliable_send_to(r->tif, kind[5] == 'i' ? HPIM_INTEREST : HPIM_NO_INTEREST,
				      &addr);
	} else if (!strcmp(kind, "ack")) {
		acknowledge(r, event);
	} else if (!strcmp(kind, "timer")) {
		cr_assert_not_null(r->tif->reliable, "%s: no timer runs", r->where);
		timer_stop(&r->core->sched, &r->tif->reliable->timer);
		hpim_reliable_timeout(r->tif);
	} else if (!strcmp(kind, "add_neighbor")) {
		addr = neighbor_of(event, "neighbor");
		if (!hpim_neigh_find(r->hif, &addr)) /* the traces also add who is there */
			cr_assert_not_null(hpim_neigh_new(r->hif, &addr, 1));
	} else {
		cr_assert_str_eq(kind, "remove_neighbor");
		addr = neighbor_of(event, "neighbor");
		neigh = hpim_neigh_find(r->hif, &addr);
		if (neigh) /* the traces also remove who is not there */
			hpim_neigh_remove(neigh, GONE_GOODBYE);
	}
}

static struct hpim_msg message_of(struct json_object *packet)
{
	static const char *const names[HPIM_TYPE_COUNT] = {
		[HPIM_UPSTREAM] = "i_am_upstream",
		[HPIM_NO_UPSTREAM] = "i_am_no_longer_upstream",
		[HPIM_INTEREST] = "interest",
		[HPIM_NO_INTEREST] = "no_interest",
	};
	struct hpim_msg msg = {
		.boot_time = vector_u32(packet, "boot_time"),
		.tree = { .source = addr_of("10.1.1.1"),
			  .group = addr_of("224.1.1.1"),
			  .sn = vector_u32(packet, "sn"),
			  .rpc = rpc },
	};

	for (msg.type = HPIM_UPSTREAM; strcmp(names[msg.type], vector_text(packet, "type_name"));)
		msg.type++;
	return msg;
}

static void check_send(const struct replay *r, const struct fx_send *send,
		       struct json_object *packet)
{
	const struct hpim_msg msg = message_of(packet);
	const char *dst = vector_text(packet, "dst");
	bool is_group = !strcmp(dst, "group");
	struct ip_addr addr = is_group ? addr_of("224.0.0.13") : neighbor_of(packet, "dst");
	uint8_t bytes[64];
	size_t len = hpim_encode(&msg, NULL, bytes, sizeof(bytes));

	cr_assert(ip_addr_equal(&send->dst, &addr), "%s: sent to %s", r->where,
		  ip_addr_text(&send->dst).s);
	cr_assert(send->len == len && !memcmp(send->bytes, bytes, len), "%s: other bytes",
		  r->where);
}

static void take_note(struct replay *r, const struct core_note *note)
{
	/* The traces do not synchronize first. */
	if (note->code == NOTE_NEIGHBOR_UNANSWERED && note->v[0] == GONE_NO_ACK)
		r->failed[note->a.b[15] - 11] = true;
}

static void check_all_sent(struct replay *r, struct json_object *sent)
{
	const struct core_effect *fx;
	size_t count = 0;

	while ((fx = core_effect_next(r->core))) {
		if (fx->kind == FX_NOTE)
			take_note(r, &fx->note);
		if (fx->kind != FX_SEND)
			continue;
		cr_assert_lt(count, json_object_array_length(sent), "%s: sends too much", r->where);
		check_send(r, &fx->send, json_object_array_get_idx(sent, count++));
	}
	cr_assert_eq(count, json_object_array_length(sent), "%s: sends too little", r->where);
}

static bool list_has(struct json_object *list, unsigned int index)
{
	for (size_t i = 0; i < json_object_array_length(list); i++)
		if (index_of(json_object_get_string(json_object_array_get_idx(list, i))) == index)
			return true;
	return false;
}

/* Number under a neighbor's name; 0 when it is not there. */
static uint32_t number_of(struct json_object *map, unsigned int index)
{
	const char name[2] = { NAMES[index], '\0' };
	struct json_object *value;

	return json_object_object_get_ex(map, name, &value) ? (uint32_t)json_object_get_int64(value)
							    : 0;
}

static const struct hpim_peer *peer_of(const struct hpim_reliable *reliable,
				       const struct ip_addr *addr)
{
	const struct hpim_peer *peer;

	if (!reliable)
		return NULL;
	TAILQ_FOREACH (peer, &reliable->peers, node)
		if (ip_addr_equal(&peer->addr, addr))
			return peer;
	return NULL;
}

static void check_peer(const struct replay *r, unsigned int i, struct json_object *expect)
{
	const struct ip_addr addr = neighbor_addr(i);
	const struct hpim_peer *peer = peer_of(r->tif->reliable, &addr);
	uint32_t pending_sn = peer && peer->unicast.state == PENDING_SENT ? peer->unicast.sn : 0;

	cr_assert_eq(hpim_neigh_find(r->hif, &addr) != NULL,
		     list_has(vector_get(expect, "neighbors"), i), "%s: neighbor %u", r->where, i);
	cr_assert_eq(r->failed[i], list_has(vector_get(expect, "failed_so_far"), i),
		     "%s: failure of %u", r->where, i);
	cr_assert_eq(pending_sn, number_of(vector_get(expect, "pending_unicast_sn"), i),
		     "%s: unicast %u", r->where, i);
	cr_assert_eq(peer && peer->has_acked, list_has(vector_get(expect, "acked"), i),
		     "%s: acked %u", r->where, i);
	cr_assert_eq(peer ? peer->missed : 0u, number_of(vector_get(expect, "missed"), i),
		     "%s: missed %u", r->where, i);
}

static void check_state(const struct replay *r, struct json_object *expect)
{
	const struct hpim_reliable *reliable = r->tif->reliable;
	uint32_t multicast_sn = vector_has(expect, "pending_multicast_sn")
					? vector_u32(expect, "pending_multicast_sn")
					: 0;

	cr_assert_eq(reliable && reliable->multicast.state == PENDING_SENT ? reliable->multicast.sn
									   : 0,
		     multicast_sn, "%s: multicast", r->where);
	cr_assert_eq(reliable && timer_runs(&reliable->timer), vector_has(expect, "timer_running"),
		     "%s: timer", r->where);
	cr_assert_eq(hpim_if_checkpoint_sn(r->hif), vector_u32(expect, "checkpoint_sn"),
		     "%s: CheckpointSN", r->where);
	cr_assert_eq(r->hif->sn, vector_u32(expect, "interface_sn"), "%s: InterfaceSN", r->where);
	for (unsigned int i = 0; i < strlen(NAMES); i++)
		check_peer(r, i, expect);
}

/* A row of the tree's table has to exist for the helpers to have something to hang on. */
static void renew_tree_if(struct replay *r)
{
	const struct ip_addr source = addr_of("10.1.1.1"), group = addr_of("224.1.1.1");

	r->tif = hpim_tree_if_get(hpim_tree_get(r->hif->hpim, &source, &group, LINK), LINK);
	cr_assert_not_null(r->tif);
}

static void step(struct replay *r, struct json_object *step)
{
	struct json_object *expect = vector_get(step, "expect");

	renew_tree_if(r);
	perform(r, vector_get(step, "event"));
	check_all_sent(r, vector_get(expect, "sent"));
	renew_tree_if(r);
	check_state(r, expect);
}

static void start(struct replay *r, struct json_object *trace)
{
	struct core_event link = { .kind = EV_LINK,
				   .link = { .link = LINK,
					     .is_present = true,
					     .is_up = true,
					     .mtu = 1500,
					     .addr_count = 1,
					     .addrs = { { addr_of("10.0.0.1"), 24 } } } };
	const struct core_event on = { .kind = EV_CONFIG,
				       .config = { .kind = CONFIG_LINK,
						   .link = LINK,
						   .family = IP_FAMILY_4,
						   .proto = PROTO_HPIM,
						   .is_on = true } };

	memset(r, 0, sizeof(*r));
	r->core = core_new(&core_limits_default);
	core_handle(r->core, 0, &link);
	while (core_effect_next(r->core))
		;
	core_handle(r->core, 0, &on);
	while (core_effect_next(r->core))
		;
	r->hif = hpim_if_by_link(hpim_of(r->core, IP_FAMILY_4), LINK);
	cr_assert_not_null(r->hif);
	r->hif->boot_time = vector_u32(trace, "boot_time");
}

static void replay(struct json_object *trace)
{
	struct json_object *steps = vector_get(trace, "steps");
	struct replay r;

	start(&r, trace);
	for (size_t i = 0; i < json_object_array_length(steps); i++) {
		(void)snprintf(r.where, sizeof(r.where), "%s, step %zu", vector_text(trace, "name"),
			       i);
		step(&r, json_object_array_get_idx(steps, i));
	}
	core_free(r.core);
}

Test(hpim_reliable, traces_of_the_reference_replay_step_by_step)
{
	struct json_object *traces = vector_load("hpim-dm-reliable-traces.json");
	size_t count = json_object_array_length(traces);

	cr_assert_eq(count, 45);
	for (size_t i = 0; i < count; i++)
		replay(json_object_array_get_idx(traces, i));
	json_object_put(traces);
}
