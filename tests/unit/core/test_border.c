// SPDX-License-Identifier: GPL-2.0-only
/*
 * Trees of a router between the domains of two protocols, as HPIM-DM sees them: the other protocol
 * is made up here, and answers what the test wants. HPIM-DM runs on link 0 and 1, the other one on
 * link 2, IGMP and MLD everywhere, and on link 3 alone. Description of PIM-DM, 8.4.
 */
#include <criterion/criterion.h>

#include "base/addr_text.h"
#include "core/border.h"
#include "core/core_int.h"
#include "core/hpim/hpim.h"

enum { HPIM_A, HPIM_B, OTHER, MEMBERS };

struct other {
	struct mrp mrp;
	bool is_alive, claims;
	struct ifset outputs;
	unsigned int changed, taken, wrong;
	uint16_t taken_link;
};

struct world {
	struct core *core;
	struct other other;
	struct mrp *replaced; /* what stands at the place of the made up one */
	unsigned int slot;
	unsigned int puts, dels; /* of the last event */
	struct mfib_route put;
	struct ev_rpf path;
};

static struct ip_addr addr(const char *text)
{
	struct ip_addr parsed;

	cr_assert_eq(ip_addr_parse(text, &parsed), 0);
	return parsed;
}

static struct mfib_key key(void)
{
	return (struct mfib_key){ addr("10.9.9.100"), addr("239.1.1.1") };
}

static struct other *other_of(const struct mrp *mrp)
{
	return (struct other *)mrp; /* its first member */
}

static bool is_alive(const struct mrp *mrp, const struct mfib_key *tree)
{
	(void)tree;
	return other_of(mrp)->is_alive;
}

static void contribute(const struct mrp *mrp, const struct mfib_key *tree, struct ifset *oifs)
{
	(void)tree;
	ifset_for_each (link, &other_of(mrp)->outputs)
		ifset_add(oifs, link);
}

static void changed(struct mrp *mrp, const struct mfib_key *tree)
{
	(void)tree;
	other_of(mrp)->changed++;
}

static void take_over(struct mrp *mrp, const struct mfib_key *tree, uint16_t link)
{
	struct other *other = other_of(mrp);

	other->taken++;
	other->taken_link = link;
	if (other->claims)
		cr_assert(mfib_set(mrp->core, MFIB_PIMDM,
				   &(struct mfib_route){ .key = *tree, .iif = OTHER }));
}

static void packet(struct mrp *mrp, const struct ev_packet *ev)
{
	(void)mrp, (void)ev;
}

static bool data(struct mrp *mrp, const struct ev_data *ev)
{
	other_of(mrp)->wrong += ev->kind == DATA_WRONG_IF;
	return ev->kind == DATA_WRONG_IF;
}

static bool evaluate_next(struct mrp *mrp)
{
	(void)mrp;
	return false;
}

static const struct mrp_ops other_ops = {
	.owner = MFIB_PIMDM,
	.proto = PROTO_PIMDM,
	.kind = IP103_PIM,
	.packet = packet,
	.data = data,
	.is_alive = is_alive,
	.contribute = contribute,
	.border_changed = changed,
	.take_over = take_over,
	.evaluate_next = evaluate_next,
};

static void drain(struct world *w)
{
	const struct core_effect *fx;

	while ((fx = core_effect_next(w->core))) {
		w->dels += fx->kind == FX_MFIB_DEL;
		w->puts += fx->kind == FX_MFIB_PUT;
		if (fx->kind == FX_MFIB_PUT)
			w->put = fx->route;
	}
}

static void feed(struct world *w, const struct core_event *event)
{
	w->puts = w->dels = 0;
	core_handle(w->core, w->core->now, event);
	drain(w);
}

static void switch_on(struct world *w, uint16_t link, enum core_proto proto, bool is_on)
{
	feed(w, &(struct core_event){ .kind = EV_CONFIG,
				      .config = { .kind = CONFIG_LINK,
						  .link = link,
						  .proto = proto,
						  .is_on = is_on } });
}

/* A host of @link wants the group. */
static void join(struct world *w, uint16_t link, bool is_on)
{
	feed(w, &(struct core_event){ .kind = EV_CONFIG,
				      .config = { .kind = CONFIG_STATIC_JOIN,
						  .link = link,
						  .is_on = is_on,
						  .join = { .group = key().group } } });
}

static void route_by(struct world *w, uint16_t link)
{
	w->path = (struct ev_rpf){ .source = key().source,
				   .is_reachable = true,
				   .link = link,
				   .next_hop = addr("10.1.1.9"),
				   .prefix_len = 24,
				   .preference = 11,
				   .metric = 20 };
	feed(w, &(struct core_event){ .kind = EV_RPF, .rpf = w->path });
}

static void data_arrives(struct world *w, enum data_kind kind, uint16_t link)
{
	feed(w, &(struct core_event){ .kind = EV_DATA,
				      .data = { .kind = kind,
						.link = link,
						.source = key().source,
						.group = key().group } });
}

static void miss(struct world *w, uint16_t link)
{
	data_arrives(w, DATA_MISS, link);
}

static struct world *world_new(void)
{
	struct world *w = calloc(1, sizeof(*w));
	struct core *core = core_new(&core_limits_default);
	struct mrp **mrps;

	cr_assert(w && core);
	w->core = core;
	mrps = core->mrp[IP_FAMILY_4];
	while (mrps[w->slot] && mrps[w->slot]->ops->owner != MFIB_PIMDM)
		w->slot++;
	cr_assert_lt(w->slot, MRP_MAX);
	w->replaced = mrps[w->slot];
	w->other.mrp = (struct mrp){ .ops = &other_ops, .core = core, .family = IP_FAMILY_4 };
	mrps[w->slot] = &w->other.mrp;
	for (uint16_t link = HPIM_A; link <= MEMBERS; link++) {
		struct core_event event = { .kind = EV_LINK,
					    .link = { .link = link,
						      .is_present = true,
						      .is_up = true,
						      .mtu = 1500,
						      .addr_count = 1 } };

		event.link.addrs[0] = (struct ip_prefix){ addr("10.1.0.1"), 24 };
		event.link.addrs[0].addr.b[14] = (uint8_t)link;
		feed(w, &event);
		if (link <= HPIM_B)
			switch_on(w, link, PROTO_HPIM, true);
		switch_on(w, link, PROTO_GM, true);
	}
	switch_on(w, OTHER, PROTO_PIMDM, true);
	return w;
}

static void world_end(struct world *w)
{
	w->core->mrp[IP_FAMILY_4][w->slot] = w->replaced;
	core_free(w->core);
	free(w);
}

static void announce(struct world *w, bool is_alive_now)
{
	const struct mfib_key tree = key();

	w->other.is_alive = is_alive_now;
	border_changed(&w->other.mrp, &tree);
	feed(w, &(struct core_event){ .kind = EV_CLOCK });
	if (w->path.link != LINK_NONE)
		feed(w, &(struct core_event){ .kind = EV_RPF, .rpf = w->path });
}

static bool owns_entry(const struct world *w, enum mfib_owner owner)
{
	const struct mfib_key tree = key();
	struct mfib_entry entry;

	return mfib_find(w->core, &tree, &entry) && entry.owner == owner;
}

static struct ifset contribution(const struct world *w)
{
	const struct mfib_key tree = key();

	return border_outputs(&w->other.mrp, &tree);
}

Test(border, owner_is_what_runs_where_the_packets_come_in)
{
	struct world *w = world_new();
	const struct mrp *hpim = mrp_find(w->core, &hpim_ops, IP_FAMILY_4);

	cr_expect_eq(border_owner(w->core, IP_FAMILY_4, HPIM_A), hpim);
	cr_expect_eq(border_owner(w->core, IP_FAMILY_4, OTHER), &w->other.mrp);
	cr_expect_eq(border_owner(w->core, IP_FAMILY_4, MEMBERS), hpim,
		     "runs somewhere, and first");
	cr_expect_eq(border_owner(w->core, IP_FAMILY_4, LINK_NONE), hpim);
	switch_on(w, HPIM_A, PROTO_HPIM, false);
	switch_on(w, HPIM_B, PROTO_HPIM, false);
	cr_expect_eq(border_owner(w->core, IP_FAMILY_4, MEMBERS), &w->other.mrp);
	cr_expect(border_is_foreign(hpim, OTHER));
	cr_expect_not(border_is_foreign(&w->other.mrp, OTHER));
	cr_expect_not(border_is_foreign(hpim, MEMBERS));
	world_end(w);
}

Test(border, data_whose_route_is_the_others_is_handed_over)
{
	struct world *w = world_new();

	w->other.claims = true;
	miss(w, MEMBERS);
	cr_assert_eq(w->other.taken, 0, "the route is not known yet");
	route_by(w, OTHER);
	cr_expect_eq(w->other.taken, 1);
	cr_expect_eq(w->other.taken_link, MEMBERS);
	cr_expect(owns_entry(w, MFIB_PIMDM));
	world_end(w);
}

/* Its tree lives: HPIM-DM is its originator, and says where it wants the packets. */
Test(border, contributes_where_hpim_runs_while_the_tree_lives)
{
	struct world *w = world_new();
	struct ifset outputs;

	w->path.link = OTHER;
	join(w, HPIM_B, true);
	join(w, MEMBERS, true);
	join(w, OTHER, true);
	route_by(w, OTHER);
	announce(w, true);
	outputs = contribution(w);
	cr_expect(ifset_has(&outputs, HPIM_B));
	cr_expect_eq(ifset_count(&outputs), 1, "members elsewhere are the owner's");
	cr_expect_not(owns_entry(w, MFIB_HPIM));
	cr_expect_geq(w->other.changed, 1);
	w->other.changed = 0;
	join(w, HPIM_B, false);
	outputs = contribution(w);
	cr_expect(ifset_is_empty(&outputs));
	cr_expect_eq(w->other.changed, 1, "and the owner is asked to look");
	join(w, HPIM_B, true);
	announce(w, false);
	outputs = contribution(w);
	cr_expect(ifset_is_empty(&outputs), "nothing is left of a tree that ended");
	world_end(w);
}

/* A tree of the other domain stood before HPIM-DM ran: it is asked for as soon as it does. */
Test(border, tree_that_stands_is_known_where_hpim_begins)
{
	struct world *w = world_new();
	const struct mfib_key tree = key();
	struct ifset outputs;

	switch_on(w, HPIM_A, PROTO_HPIM, false);
	switch_on(w, HPIM_B, PROTO_HPIM, false);
	w->path.link = OTHER;
	announce(w, true);
	cr_assert(mfib_set(w->core, MFIB_PIMDM, &(struct mfib_route){ .key = tree, .iif = OTHER }));
	join(w, HPIM_B, true);
	switch_on(w, HPIM_B, PROTO_HPIM, true);
	route_by(w, OTHER);
	outputs = contribution(w);
	cr_expect(ifset_has(&outputs, HPIM_B));
	world_end(w);
}

Test(border, adds_what_the_other_wants_to_its_own_outputs)
{
	struct world *w = world_new();
	const struct mfib_key tree = key();

	route_by(w, HPIM_A);
	ifset_add(&w->other.outputs, OTHER);
	ifset_add(&w->other.outputs, HPIM_A);
	miss(w, HPIM_A);
	route_by(w, HPIM_A);
	cr_assert(owns_entry(w, MFIB_HPIM));
	cr_expect_eq(w->put.iif, HPIM_A);
	cr_expect(ifset_has(&w->put.oifs, OTHER));
	cr_expect_not(ifset_has(&w->put.oifs, HPIM_A), "only where the other protocol runs");
	cr_expect(border_is_alive(&w->other.mrp, &tree), "the flood counts as data");
	w->other.outputs = (struct ifset){ .word = { 0 } };
	border_changed(&w->other.mrp, &tree);
	feed(w, &(struct core_event){ .kind = EV_CLOCK });
	cr_expect_not(ifset_has(&w->put.oifs, OTHER));
	cr_expect_eq(w->dels, 0);
	world_end(w);
}

/* The entry is replaced, not removed and put: no packet meets none. */
Test(border, route_moves_to_the_other_and_back_without_a_gap)
{
	struct world *w = world_new();
	const struct mfib_key tree = key();

	join(w, HPIM_B, true);
	miss(w, HPIM_A);
	route_by(w, HPIM_A);
	cr_assert(owns_entry(w, MFIB_HPIM));
	w->other.claims = w->other.is_alive = true;
	route_by(w, OTHER);
	cr_expect_eq(w->other.taken, 1);
	cr_expect_eq(w->other.taken_link, HPIM_A);
	cr_expect(owns_entry(w, MFIB_PIMDM));
	cr_expect_eq(w->dels, 0);
	cr_expect_eq(w->put.iif, OTHER);

	w->other.is_alive = false;
	w->path.link = HPIM_A;
	feed(w, &(struct core_event){ .kind = EV_RPF, .rpf = w->path });
	w->dels = 0;
	border_hand_over(&w->other.mrp, mrp_find(w->core, &hpim_ops, IP_FAMILY_4), &tree, OTHER);
	mfib_clear(w->core, MFIB_PIMDM, &tree);
	drain(w);
	cr_expect(owns_entry(w, MFIB_HPIM));
	cr_expect_eq(w->dels, 0);
	cr_expect_eq(w->put.iif, HPIM_A);
	world_end(w);
}

/* A second forwarder on a link of the other domain is a matter of that protocol: its assert. */
Test(border, wrong_interface_is_for_the_protocol_that_runs_there)
{
	struct world *w = world_new();

	miss(w, HPIM_A);
	route_by(w, HPIM_A);
	cr_assert(owns_entry(w, MFIB_HPIM));
	data_arrives(w, DATA_WRONG_IF, HPIM_B);
	cr_expect_eq(w->other.wrong, 0);
	data_arrives(w, DATA_WRONG_IF, OTHER);
	cr_expect_eq(w->other.wrong, 1);
	world_end(w);
}

/* A protocol that is switched on takes over the members of its interface. */
Test(border, interface_of_the_other_is_no_output_of_hpim)
{
	struct world *w = world_new();

	join(w, OTHER, true);
	join(w, MEMBERS, true);
	miss(w, HPIM_A);
	route_by(w, HPIM_A);
	cr_assert(owns_entry(w, MFIB_HPIM));
	cr_expect(ifset_has(&w->put.oifs, MEMBERS));
	cr_expect_not(ifset_has(&w->put.oifs, OTHER));
	switch_on(w, OTHER, PROTO_PIMDM, false);
	cr_expect(ifset_has(&w->put.oifs, OTHER), "only IGMP runs there now");
	switch_on(w, OTHER, PROTO_PIMDM, true);
	cr_expect_not(ifset_has(&w->put.oifs, OTHER));
	world_end(w);
}
