// SPDX-License-Identifier: GPL-2.0-only
/*
 * Neighbors of an interface: who they are, how long they live, what all of them can do. Source:
 * description of PIM-DM, 2.2, 2.4, 3.1; RFC 7761, 4.3.4 for secondary addresses.
 */
#include <stdlib.h>

#include "core/membership/member.h"
#include "core/pimdm/if.h"
#include "core/pimdm/neigh.h"
#include "core/pimdm/tree.h"

static struct core *core_of(const struct pimdm_neigh *neigh)
{
	return neigh->pif->pim->mrp.core;
}

static void note(const struct pimdm_neigh *neigh, enum note_level level, enum note_code code,
		 uint32_t value)
{
	core_note(core_of(neigh), &(struct core_note){ .level = level,
						       .code = code,
						       .link = neigh->pif->link,
						       .a = neigh->addr,
						       .v = { value } });
}

struct pimdm_neigh *pimdm_neigh_find(const struct pimdm_if *pif, const struct ip_addr *addr)
{
	struct pimdm_neigh *neigh;

	TAILQ_FOREACH (neigh, &pif->neighbors, node)
		if (ip_addr_equal(&neigh->addr, addr))
			return neigh;
	return NULL;
}

static bool has_secondary(const struct pimdm_neigh *neigh, const struct ip_addr *addr)
{
	for (unsigned int i = 0; i < neigh->addr_count; i++)
		if (ip_addr_equal(&neigh->addrs[i], addr))
			return true;
	return false;
}

struct pimdm_neigh *pimdm_neigh_resolve(const struct pimdm_if *pif, const struct ip_addr *next_hop)
{
	struct pimdm_neigh *neigh = pimdm_neigh_find(pif, next_hop);

	if (neigh)
		return neigh;
	TAILQ_FOREACH (neigh, &pif->neighbors, node)
		if (has_secondary(neigh, next_hop))
			return neigh;
	return NULL;
}

/* ---- What all neighbors of an interface can do ---- */

static uint32_t greater(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

/* 3.1, "LAN delay". One that announces nothing goes by the defaults, so all do. */
void pimdm_neigh_recompute(struct pimdm_if *pif)
{
	const struct pim_settings *settings = pimdm_if_settings(pif);
	const struct pimdm_neigh *neigh;

	pif->has_delay = true;
	pif->is_refresh_capable = !TAILQ_EMPTY(&pif->neighbors);
	pif->delay_ms = settings->propagation_ms;
	pif->override_ms = settings->override_ms;
	TAILQ_FOREACH (neigh, &pif->neighbors, node) {
		pif->has_delay &= neigh->has_delay;
		pif->is_refresh_capable &= neigh->is_refresh_capable;
		pif->delay_ms = greater(pif->delay_ms, neigh->delay_ms);
		pif->override_ms = greater(pif->override_ms, neigh->override_ms);
	}
	if (pif->has_delay)
		return;
	pif->delay_ms = core_settings_default.pim.propagation_ms;
	pif->override_ms = core_settings_default.pim.override_ms;
}

static void note_checksum(const struct pimdm_neigh *neigh, enum pimdm_checksum_state state)
{
	bool is_auto = pimdm_if_settings(neigh->pif)->v6_checksum == PIM_V6_AUTO;

	if (is_auto)
		note(neigh, state == PIMDM_CHECKSUM_MIXED ? NOTE_WARN : NOTE_INFO,
		     NOTE_PIM_CHECKSUM, state);
}

/* 2.2: while a neighbor has the legacy form alone, it is ours. */
static void set_legacy(struct pimdm_neigh *neigh, bool is_legacy)
{
	struct pimdm_if *pif = neigh->pif;

	if (neigh->is_legacy == is_legacy)
		return;
	neigh->is_legacy = is_legacy;
	if (is_legacy && pif->legacy_count++ == 0) {
		pif->legacy_since = core_of(neigh)->now;
		note_checksum(neigh, PIMDM_CHECKSUM_LEGACY);
	} else if (!is_legacy && --pif->legacy_count == 0) {
		pif->is_mixed = false;
		note_checksum(neigh, PIMDM_CHECKSUM_RFC);
	}
}

/*
 * A router that follows a legacy neighbor as we do is known to have sent the form of the RFC.
 * Who still does long after a legacy neighbor came does not follow it: they cannot work together.
 */
static void take_checksum(struct pimdm_neigh *neigh, enum pim_checksum checksum)
{
	struct pimdm_if *pif = neigh->pif;
	hp_time for_long = HP_SEC(PIMDM_DEFAULT_HOLD_S);

	neigh->has_rfc |= checksum == PIM_CHECKSUM_RFC;
	set_legacy(neigh, !neigh->has_rfc);
	if (checksum != PIM_CHECKSUM_RFC || !pif->legacy_count || pif->is_mixed ||
	    core_of(neigh)->now - pif->legacy_since < for_long)
		return;
	pif->is_mixed = true;
	note_checksum(neigh, PIMDM_CHECKSUM_MIXED);
}

/* ---- Life of a neighbor ---- */

static void liveness_expired(struct core *core, struct timer *timer)
{
	(void)core; /* the neighbor knows it */
	pimdm_neigh_remove(container_of(timer, struct pimdm_neigh, liveness_timer), GONE_SILENT);
}

void pimdm_neigh_remove(struct pimdm_neigh *neigh, enum hpim_gone_reason reason)
{
	struct pimdm_if *pif = neigh->pif;
	struct ip_addr addr = neigh->addr;

	note(neigh, NOTE_INFO, NOTE_NEIGHBOR_GONE, reason);
	set_legacy(neigh, false);
	pif->is_full = false;
	TAILQ_REMOVE(&pif->neighbors, neigh, node);
	pif->neighbor_count--;
	timer_stop(&core_of(neigh)->sched, &neigh->liveness_timer);
	free(neigh);
	pimdm_neigh_recompute(pif);
	if (reason != GONE_INTERFACE)
		pimdm_tree_neighbor_lost(pif, &addr);
}

/* Noted once until a neighbor leaves, counted each time. */
static void refuse(struct pimdm_if *pif, const struct ip_addr *addr, uint32_t limit)
{
	struct core *core = pif->pim->mrp.core;

	if (pif->is_full) {
		core_count(core, pif->link, pif->pim->mrp.family, NOTE_NEIGHBOR_LIMIT);
		return;
	}
	pif->is_full = true;
	core_note(core, &(struct core_note){ .level = NOTE_WARN,
					     .code = NOTE_NEIGHBOR_LIMIT,
					     .link = pif->link,
					     .a = *addr,
					     .v = { limit } });
}

/* All trees look at a neighbor that begins: so many may, whoever makes them up. */
static bool may_begin(struct pimdm_if *pif)
{
	struct core *core = pif->pim->mrp.core;

	if (bucket_take(&pif->beginners, core->now, HP_SEC(1) / PIMDM_NEW_PER_S, PIMDM_NEW_BURST))
		return true;
	core_count(core, pif->link, pif->pim->mrp.family, NOTE_NEIGHBOR_RATE);
	return false;
}

static void insert(struct pimdm_neigh *neigh, struct pimdm_if *pif, const struct ip_addr *addr)
{
	neigh->pif = pif;
	neigh->addr = *addr;
	neigh->since = core_of(neigh)->now;
	timer_init(&neigh->liveness_timer, liveness_expired);
	TAILQ_INSERT_TAIL(&pif->neighbors, neigh, node);
	pif->neighbor_count++;
}

static struct pimdm_neigh *meet(struct pimdm_if *pif, const struct ip_addr *addr)
{
	struct core *core = pif->pim->mrp.core;
	uint32_t limit = core->links[pif->link].settings.neighbors;
	struct pimdm_neigh *neigh;

	if (!may_begin(pif))
		return NULL;
	neigh = pif->neighbor_count < limit ? calloc(1, sizeof(*neigh)) : NULL;
	if (!neigh) {
		refuse(pif, addr, limit);
		return NULL;
	}
	insert(neigh, pif, addr);
	return neigh;
}

/* What it announced is kept: its next Hello may be 30 s away. */
void pimdm_neigh_clear(struct pimdm_neigh *neigh)
{
	struct pimdm_if *pif = neigh->pif;
	struct core *core = pif->pim->mrp.core;
	bool is_legacy = neigh->is_legacy;
	struct pimdm_neigh was = *neigh;

	pimdm_neigh_remove(neigh, GONE_CLEARED);
	neigh = malloc(sizeof(*neigh));
	if (!neigh)
		return; /* its next Hello brings it back */
	*neigh = was;
	neigh->is_legacy = false;
	insert(neigh, pif, &was.addr);
	set_legacy(neigh, is_legacy);
	if (timer_runs(&was.liveness_timer))
		core_timer_arm(core, &neigh->liveness_timer,
			       was.liveness_timer.deadline - core->now);
	pimdm_neigh_recompute(pif);
	note(neigh, NOTE_INFO, NOTE_NEIGHBOR_NEW, 0);
	pimdm_if_hello_soon(pif);
	pimdm_tree_neighbor_new(neigh);
}

/* ---- Hellos ---- */

/* A next hop may be another neighbor then, so all trees look: not as often as a host likes. */
static void take_addrs(struct pimdm_neigh *neigh, const struct pim_hello *hello, bool begins)
{
	struct ip_addr addrs[PIMDM_ADDRS_MAX] = { 0 }, addr;
	uint8_t count = 0;

	for (size_t i = 0; count < PIMDM_ADDRS_MAX && pim_hello_addr(hello, i, &addr); i++)
		if (!ip_addr_equal(&addr, &neigh->addr))
			addrs[count++] = addr;
	if (memcmp(addrs, neigh->addrs, sizeof(addrs)) == 0)
		return;
	if (!begins && !may_begin(neigh->pif))
		return; /* they stay as they are until its next Hello */
	memcpy(neigh->addrs, addrs, sizeof(addrs));
	neigh->addr_count = count;
	pimdm_tree_mark_all(neigh->pif->pim);
}

static void take_options(struct pimdm_neigh *neigh, const struct pim_hello *hello, bool begins)
{
	neigh->has_gen_id = hello->has_gen_id;
	neigh->gen_id = hello->gen_id;
	neigh->has_delay = hello->has_delay;
	neigh->delay_ms = hello->delay_ms;
	neigh->override_ms = hello->override_ms;
	neigh->is_refresh_capable = hello->has_refresh;
	neigh->refresh_s = hello->refresh_s;
	take_addrs(neigh, hello, begins);
}

static void arm_liveness(struct pimdm_neigh *neigh, uint16_t hold_s)
{
	struct core *core = core_of(neigh);

	neigh->hold_s = hold_s;
	if (hold_s == PIM_HOLD_FOREVER)
		timer_stop(&core->sched, &neigh->liveness_timer);
	else
		core_timer_arm(core, &neigh->liveness_timer, HP_SEC(hold_s));
}

/* 2.4, "missing GenID": appearing, disappearing or changing is a change. */
static bool has_restarted(const struct pimdm_neigh *neigh, const struct pim_hello *hello)
{
	return neigh->has_gen_id != hello->has_gen_id ||
	       (hello->has_gen_id && neigh->gen_id != hello->gen_id);
}

static void goodbye(struct pimdm_neigh *neigh)
{
	if (neigh)
		pimdm_neigh_remove(neigh, GONE_GOODBYE);
}

void pimdm_neigh_hello(struct pimdm_if *pif, const struct ip_addr *src,
		       const struct pim_hello *hello, enum pim_checksum checksum)
{
	uint16_t hold_s = hello->has_hold ? hello->hold_s : PIMDM_DEFAULT_HOLD_S;
	struct pimdm_neigh *neigh = pimdm_neigh_find(pif, src);
	bool is_new = !neigh, is_restart = neigh && has_restarted(neigh, hello);

	if (hold_s == 0) {
		goodbye(neigh);
		return;
	}
	if (is_restart && !may_begin(pif))
		return;
	if (is_new)
		neigh = meet(pif, src);
	if (!neigh)
		return;
	if (is_restart)
		neigh->has_rfc = false;
	arm_liveness(neigh, hold_s);
	take_options(neigh, hello, is_new || is_restart);
	take_checksum(neigh, checksum);
	pimdm_neigh_recompute(pif);
	if (!is_new && !is_restart)
		return;
	note(neigh, NOTE_INFO, is_new ? NOTE_NEIGHBOR_NEW : NOTE_NEIGHBOR_RESTARTED, 0);
	pif->is_unknown = true;
	if (is_new)
		member_ask(core_of(neigh), pif->link, pif->pim->mrp.family);
	pimdm_if_hello_soon(pif);
	pimdm_tree_neighbor_new(neigh);
}
