// SPDX-License-Identifier: GPL-2.0-only
/*
 * Windows of neighbors, and what waits for them: order, replacement, what a snapshot and a neighbor
 * that goes make of it. Description of HPIM-DM, 3.3 to 3.5.
 */
#include <criterion/criterion.h>

#include "core/hpim/if.h"
#include "core/hpim/neigh.h"
#include "core/hpim/reliable.h"
#include "core/hpim/sync.h"
#include "core/hpim/tree.h"
#include "core/hpim/window.h"
#include "base/addr_text.h"
#include "core/hpim/hpim_int.h"

#define LINK  0u
#define FIRST 16u /* size of a window at first */

struct world {
	struct core *core;
	struct hpim_if *hif;
	struct hpim_neigh *a, *b;
	/* What was sent last, but for Hellos. */
	struct hpim_msg sent[64];
	unsigned int sent_count;
};

static struct ip_addr addr_of(const char *text)
{
	struct ip_addr addr;

	cr_assert_eq(ip_addr_parse(text, &addr), 0);
	return addr;
}

static void drain(struct world *w)
{
	const struct core_effect *fx;

	w->sent_count = 0;
	while ((fx = core_effect_next(w->core))) {
		if (fx->kind != FX_SEND)
			continue;
		cr_assert_lt(w->sent_count, 64);
		cr_assert_eq(hpim_decode(IP_FAMILY_4, fx->send.bytes, fx->send.len,
					 &w->sent[w->sent_count]),
			     0);
		w->sent_count += w->sent[w->sent_count].type != HPIM_HELLO;
	}
}

static struct hpim_neigh *neighbor_new(struct world *w, const char *text)
{
	const struct ip_addr addr = addr_of(text);
	struct hpim_neigh *neigh = hpim_neigh_new(w->hif, &addr, 1);

	cr_assert_not_null(neigh);
	return neigh;
}

static void start(struct world *w)
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

	memset(w, 0, sizeof(*w));
	w->core = core_new(&core_limits_default);
	core_handle(w->core, 0, &link);
	drain(w);
	core_handle(w->core, 0, &on);
	drain(w);
	w->hif = hpim_if_by_link(hpim_of(w->core, IP_FAMILY_4), LINK);
	w->a = neighbor_new(w, "10.0.0.11");
	w->b = neighbor_new(w, "10.0.0.12");
}

/* Nothing evaluates these trees, so nothing sends but the test. */
static struct hpim_tree_if *tif(struct world *w, unsigned int i)
{
	struct ip_addr source = addr_of("10.1.1.1"), group = addr_of("224.1.1.0");
	struct hpim_tree_if *found;

	group.b[15] = (uint8_t)i;
	found = hpim_tree_if_get(hpim_tree_get(w->hif->hpim, &source, &group, LINK), LINK);
	cr_assert_not_null(found);
	return found;
}

static void announce(struct world *w, unsigned int i, uint32_t metric)
{
	const struct hpim_rpc rpc = { 11, metric };

	hpim_reliable_send_all(tif(w, i), HPIM_UPSTREAM, &rpc);
}

static void fill(struct world *w)
{
	for (unsigned int i = 0; i < FIRST; i++)
		announce(w, i, 1);
	drain(w);
	cr_assert_eq(w->sent_count, FIRST);
}

/* What was sent of tree i, the only message of it on its way. */
static void ack(struct world *w, struct hpim_neigh *neigh, unsigned int i)
{
	hpim_reliable_acked(tif(w, i), neigh, w->hif->boot_time, w->hif->sn);
}

static void check_sent(const struct world *w, unsigned int at, enum hpim_type type, unsigned int i)
{
	cr_assert_lt(at, w->sent_count);
	cr_expect_eq(w->sent[at].type, type);
	cr_expect_eq(w->sent[at].tree.group.b[15], i);
}

Test(hpim_window, what_does_not_fit_waits_for_the_slowest_neighbor)
{
	struct world w;

	start(&w);
	fill(&w);
	announce(&w, 20, 1);
	announce(&w, 21, 1);
	ack(&w, w.a, 0);
	ack(&w, w.a, 1);
	drain(&w);
	cr_expect_eq(w.sent_count, 0);
	cr_expect_eq(w.hif->sn, FIRST);
	ack(&w, w.b, 0);
	drain(&w);
	cr_expect_geq(w.sent_count, 1);
	check_sent(&w, 0, HPIM_UPSTREAM, 20);
	cr_expect_eq(w.sent[0].tree.sn, FIRST + 1);
	core_free(w.core);
}

Test(hpim_window, last_state_replaces_what_waits_and_keeps_its_place)
{
	struct world w;

	start(&w);
	fill(&w);
	announce(&w, 20, 1);
	announce(&w, 21, 1);
	announce(&w, 20, 7);
	hpim_reliable_send_all(tif(&w, 21), HPIM_NO_UPSTREAM, NULL);
	cr_expect_eq(w.hif->waiting_count, 2);
	for (unsigned int i = 0; i < 2; i++) {
		ack(&w, w.a, i);
		ack(&w, w.b, i);
	}
	drain(&w);
	cr_assert_eq(w.sent_count, 2);
	check_sent(&w, 0, HPIM_UPSTREAM, 20);
	cr_expect_eq(w.sent[0].tree.rpc.metric, 7);
	check_sent(&w, 1, HPIM_NO_UPSTREAM, 21);
	core_free(w.core);
}

/* 3.13: the interest has the greater SN. */
Test(hpim_window, interest_follows_the_withdrawal_it_waits_with)
{
	struct world w;

	start(&w);
	fill(&w);
	hpim_reliable_send_all(tif(&w, 20), HPIM_NO_UPSTREAM, NULL);
	hpim_reliable_send_to(tif(&w, 20), HPIM_NO_INTEREST, &w.a->addr);
	hpim_reliable_send_to(tif(&w, 20), HPIM_INTEREST, &w.a->addr);
	for (unsigned int i = 0; i < 2; i++)
		ack(&w, w.a, i);
	drain(&w);
	cr_expect_eq(w.sent_count, 0, "the neighbor has room, but not before the withdrawal");
	ack(&w, w.b, 0);
	drain(&w);
	cr_assert_eq(w.sent_count, 2);
	check_sent(&w, 0, HPIM_NO_UPSTREAM, 20);
	check_sent(&w, 1, HPIM_INTEREST, 20);
	cr_expect_eq(w.sent[1].tree.sn, w.sent[0].tree.sn + 1);
	core_free(w.core);
}

Test(hpim_window, interest_for_one_neighbor_does_not_wait_for_another)
{
	struct world w;

	start(&w);
	for (unsigned int i = 0; i < FIRST + 2; i++)
		hpim_reliable_send_to(tif(&w, i), HPIM_INTEREST, &w.a->addr);
	hpim_reliable_send_to(tif(&w, 30), HPIM_INTEREST, &w.b->addr);
	drain(&w);
	cr_assert_eq(w.sent_count, FIRST + 1);
	check_sent(&w, FIRST, HPIM_INTEREST, 30);
	core_free(w.core);
}

Test(hpim_window, what_is_replaced_on_its_way_is_sent_at_once)
{
	struct world w;

	start(&w);
	fill(&w);
	announce(&w, 20, 1);
	announce(&w, 0, 7);
	drain(&w);
	cr_assert_eq(w.sent_count, 1);
	check_sent(&w, 0, HPIM_UPSTREAM, 0);
	cr_expect_eq(w.hif->waiting_count, 1);
	core_free(w.core);
}

/* 3.3: the snapshot has the upstream state of now; interest is sent anew after a synchronization.
 */
Test(hpim_window, snapshot_covers_what_waits_for_the_neighbor)
{
	struct world w;

	start(&w);
	hpim_neigh_remove(w.b, GONE_GOODBYE);
	fill(&w);
	announce(&w, 20, 1);
	hpim_reliable_send_to(tif(&w, 20), HPIM_INTEREST, &w.a->addr);
	hpim_reliable_send_to(tif(&w, 21), HPIM_INTEREST, &w.a->addr);
	cr_assert_eq(w.hif->waiting_count, 3);
	hpim_sync_reset(w.a);
	drain(&w);
	cr_expect_eq(w.hif->waiting_count, 0);
	cr_expect(TAILQ_EMPTY(&w.hif->pending));
	cr_assert_eq(w.sent_count, 1);
	cr_expect_eq(w.sent[0].type, HPIM_SYNC);
	core_free(w.core);
}

Test(hpim_window, snapshot_of_one_neighbor_leaves_the_message_to_the_others)
{
	struct world w;

	start(&w);
	fill(&w);
	announce(&w, 20, 1);
	hpim_sync_reset(w.a);
	drain(&w);
	cr_expect_eq(w.hif->waiting_count, 1);
	ack(&w, w.b, 0);
	drain(&w);
	cr_assert_eq(w.sent_count, 1);
	check_sent(&w, 0, HPIM_UPSTREAM, 20);
	cr_expect_eq(w.a->window.in_flight, 0, "it has it from the snapshot");
	core_free(w.core);
}

Test(hpim_window, neighbor_that_goes_takes_along_what_waited_for_it)
{
	struct world w;

	start(&w);
	fill(&w);
	announce(&w, 20, 1);
	for (unsigned int i = 21; i < 24; i++)
		hpim_reliable_send_to(tif(&w, i), HPIM_INTEREST, &w.a->addr);
	for (unsigned int i = 0; i < FIRST; i++)
		ack(&w, w.b, i);
	drain(&w);
	cr_expect_eq(w.hif->waiting_count, 4);
	hpim_neigh_remove(w.a, GONE_SILENT);
	drain(&w);
	cr_expect_eq(w.hif->waiting_count, 0);
	cr_assert_eq(w.sent_count, 1);
	check_sent(&w, 0, HPIM_UPSTREAM, 20);
	hpim_neigh_remove(w.b, GONE_SILENT);
	core_free(w.core);
}

Test(hpim_window, silent_neighbor_keeps_nothing_from_the_others)
{
	struct world w;

	start(&w);
	fill(&w);
	announce(&w, 20, 1);
	for (unsigned int i = 0; i < FIRST; i++)
		ack(&w, w.b, i);
	drain(&w);
	cr_expect_eq(w.sent_count, 0);
	core_handle(w.core, HP_SEC(3), &(struct core_event){ .kind = EV_CLOCK });
	drain(&w);
	cr_expect(w.a->window.is_stalled);
	cr_expect_not(w.b->window.is_stalled);
	cr_expect_eq(w.hif->waiting_count, 0);
	cr_expect_eq(w.sent_count, FIRST + 1);
	core_free(w.core);
}

Test(hpim_window, size_follows_the_delay_of_acknowledgements)
{
	const struct hpim_pending once = { .sent_at = 0, .order = 5 };
	const struct hpim_pending again = { .sent_at = 0, .order = 9, .is_repeated = true };
	struct hpim_window window;

	hpim_window_init(&window);
	window.in_flight = FIRST;
	hpim_window_acked(&window, &once, HP_MS(250));
	cr_expect_eq(window.size, FIRST + 1);
	hpim_window_acked(&window, &once, HP_MS(400));
	cr_expect_eq(window.size, FIRST + 1);
	hpim_window_acked(&window, &once, HP_MS(501));
	cr_expect_eq(window.size, FIRST);
	hpim_window_acked(&window, &again, HP_MS(1));
	cr_expect_eq(window.size, FIRST, "which transmission was acknowledged is not known");
	cr_expect_eq(window.acked_order, 5);
	window.in_flight = 1;
	hpim_window_acked(&window, &once, HP_MS(1));
	cr_expect_eq(window.size, FIRST, "nothing shows that it could do more");
	window.in_flight = 1000;
	for (unsigned int i = 0; i < 1000; i++)
		hpim_window_acked(&window, &once, HP_MS(1));
	cr_expect_eq(window.size, 256);
	hpim_window_silent(&window);
	cr_expect_eq(window.size, FIRST);
	for (unsigned int i = 0; i < 1000; i++)
		hpim_window_acked(&window, &once, HP_SEC(1));
	cr_expect_eq(window.size, 4);
}

Test(hpim_window, late_is_judged_by_what_else_was_acknowledged)
{
	const struct hpim_pending pending = { .order = 5 };
	struct hpim_window window = { .acked_at = HP_SEC(1) };
	hp_time now = HP_SEC(4);

	cr_expect_eq(hpim_window_late(&window, &pending, HP_SEC(1), now), LATE_SILENT);
	window.acked_at = HP_SEC(2);
	cr_expect_eq(hpim_window_late(&window, &pending, HP_SEC(1), now), LATE_LOST, "it pauses");
	window.acked_at = HP_MS(3500);
	window.acked_order = 4;
	cr_expect_eq(hpim_window_late(&window, &pending, HP_SEC(1), now), LATE_QUEUED);
	window.acked_order = 6;
	cr_expect_eq(hpim_window_late(&window, &pending, HP_SEC(1), now), LATE_LOST, "overtaken");
}

/* 3.5: a neighbor that acknowledges others, but never this, is given up at last. */
Test(hpim_window, neighbor_that_never_acknowledges_one_message_is_given_up)
{
	struct world w;
	hp_time now = 0;

	start(&w);
	hpim_neigh_remove(w.b, GONE_GOODBYE);
	announce(&w, 0, 1);
	drain(&w);
	for (unsigned int i = 0; i < 100 && w.hif->neighbor_count; i++) {
		now += HP_SEC(1);
		core_handle(w.core, now, &(struct core_event){ .kind = EV_CLOCK });
		drain(&w);
		if (w.hif->neighbor_count)
			w.a->window.acked_at = now;
	}
	cr_expect_eq(w.hif->neighbor_count, 0);
	cr_expect_geq(now, HP_SEC(60));
	core_free(w.core);
}
