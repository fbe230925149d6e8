// SPDX-License-Identifier: GPL-2.0-only
/*
 * PIM-DM on an interface: life, Hellos, sending. Neighbors are in pimdm/neigh.c. Source:
 * description of PIM-DM, 2.2, 2.4, 3.1.
 */
#include <assert.h>
#include <stdlib.h>

#include "core/all_routers.h"
#include "core/pimdm/if.h"
#include "core/pimdm/neigh.h"
#include "core/pimdm/tree.h"

/* The longest payload: an IPv6 packet without jumbogram option. */
#define PIM_PAYLOAD_MAX 65535u

static struct core *core_of(const struct pimdm_if *pif)
{
	return pif->pim->mrp.core;
}

const struct pim_settings *pimdm_if_settings(const struct pimdm_if *pif)
{
	return &core_of(pif)->links[pif->link].settings.pim;
}

static uint32_t setting(const struct pimdm_if *pif, enum setting_id id)
{
	return setting_value(&core_of(pif)->links[pif->link].settings, id);
}

/* ---- Sending ---- */

/* 2.2: auto is the form of the RFC, until a neighbor needs the other one. */
static enum pim_checksum checksum_form(const struct pimdm_if *pif)
{
	switch ((enum pim_v6_checksum)pimdm_if_settings(pif)->v6_checksum) {
	case PIM_V6_LEGACY: return PIM_CHECKSUM_LEGACY;
	case PIM_V6_RFC: return PIM_CHECKSUM_RFC;
	default: return pif->legacy_count ? PIM_CHECKSUM_LEGACY : PIM_CHECKSUM_RFC;
	}
}

static void transmit(const struct pimdm_if *pif, const struct ip_addr *to,
		     const struct pim_msg *msg, enum pim_checksum form)
{
	const struct ip_addr *dst = to ? to : all_routers(pif->pim->mrp.family);
	uint8_t bytes[PIM_PAYLOAD_MAX];
	size_t len = pim_encode(msg, &pif->addr, dst, form, bytes, sizeof(bytes));

	assert(len > 0); /* who makes a message keeps it below the MTU */
	core_fx(core_of(pif), &(struct core_effect){ .kind = FX_SEND,
						     .send = { .link = pif->link,
							       .socket = SOCKET_103,
							       .src = pif->addr,
							       .dst = *dst,
							       .bytes = bytes,
							       .len = len } });
	core_count_message(core_of(pif), pif->link, pif->pim->mrp.family, message_of_pim(msg->type),
			   MESSAGE_SENT);
}

/* ---- Hellos ---- */

/* 2.4, "sent" */
static struct pim_hello hello_content(const struct pimdm_if *pif)
{
	const struct pim_settings *settings = pimdm_if_settings(pif);

	return (struct pim_hello){
		.has_hold = true,
		.hold_s = (uint16_t)setting(pif, SETTING_PIM_HOLD_TIME),
		.has_delay = true,
		.delay_ms = (uint16_t)settings->propagation_ms,
		.override_ms = (uint16_t)settings->override_ms,
		.has_gen_id = true,
		.gen_id = pif->gen_id,
		.has_refresh = settings->refresh,
		.refresh_s = (uint8_t)(settings->refresh ? settings->refresh_interval_s : 0),
	};
}

static bool is_same_content(const struct pim_hello *a, const struct pim_hello *b)
{
	return a->hold_s == b->hold_s && a->delay_ms == b->delay_ms &&
	       a->override_ms == b->override_ms && a->has_refresh == b->has_refresh &&
	       a->refresh_s == b->refresh_s;
}

/*
 * Differs: the first Hello goes in the form of the RFC as well where a legacy neighbor makes the
 * rest legacy. From it the routers that follow that neighbor as we do know that we need not be
 * followed, and return to the RFC when it leaves.
 */
static void announce(struct pimdm_if *pif)
{
	bool is_first = !pif->has_sent_hello;
	struct pim_msg msg = { .type = PIM_HELLO, .hello = hello_content(pif) };

	pif->announced = msg.hello;
	pif->has_sent_hello = true;
	pif->is_unknown = false;
	pif->hello_at = core_of(pif)->now;
	if (is_first && pif->legacy_count && pimdm_if_settings(pif)->v6_checksum == PIM_V6_AUTO)
		transmit(pif, NULL, &msg, PIM_CHECKSUM_RFC);
	transmit(pif, NULL, &msg, checksum_form(pif));
}

static void send_hello(struct pimdm_if *pif)
{
	announce(pif);
	core_timer_arm(core_of(pif), &pif->hello_timer,
		       HP_SEC(pimdm_if_settings(pif)->hello_period_s));
	pimdm_tree_hello_sent(pif);
}

static void hello_expired(struct core *core, struct timer *timer)
{
	(void)core; /* the interface knows it */
	send_hello(container_of(timer, struct pimdm_if, hello_timer));
}

/* Neighbors that begin again and again cause one Hello in PIMDM_HELLO_GAP_S at most. */
void pimdm_if_hello_soon(struct pimdm_if *pif)
{
	struct core *core = core_of(pif);
	hp_time most = HP_SEC(pimdm_if_settings(pif)->hello_delay_s);
	hp_time at = core->now + (hp_time)core_random(core, (uint64_t)most + 1);
	hp_time earliest = pif->hello_at + HP_SEC(PIMDM_HELLO_GAP_S);

	if (pif->has_sent_hello && at < earliest)
		at = earliest;
	if (at < pif->hello_timer.deadline)
		timer_arm(&core->sched, &pif->hello_timer, at);
}

/* "own Hello content changes". An interval that became shorter counts from now, too. */
void pimdm_if_configured(struct pimdm_if *pif)
{
	struct core *core = core_of(pif);
	struct pim_hello content = hello_content(pif);
	hp_time at = core->now + HP_SEC(pimdm_if_settings(pif)->hello_period_s);

	pimdm_neigh_recompute(pif);
	if (at < pif->hello_timer.deadline)
		timer_arm(&core->sched, &pif->hello_timer, at);
	if (pif->has_sent_hello && !is_same_content(&content, &pif->announced))
		pimdm_if_hello_soon(pif);
}

/*
 * Differs: a router that has just begun refuses what it gets before our Hello, and a Prune is not
 * sent again for minutes. So it is announced to at once, as in RFC 7761, 4.3.1; HT, which repeats
 * what is stored for it, stays. Not more often than neighbors that begin cause Hellos anyway.
 */
void pimdm_if_send(struct pimdm_if *pif, const struct ip_addr *to, const struct pim_msg *msg)
{
	if (!pif->has_sent_hello)
		send_hello(pif);
	else if (pif->is_unknown && core_of(pif)->now - pif->hello_at >= HP_SEC(PIMDM_HELLO_GAP_S))
		announce(pif);
	transmit(pif, to, msg, checksum_form(pif));
}

/* ---- Life ---- */

static void note(const struct pimdm_if *pif, enum note_code code)
{
	core_note(core_of(pif), &(struct core_note){ .level = NOTE_INFO,
						     .code = code,
						     .link = pif->link,
						     .v = { pif->pim->mrp.family, PROTO_PIMDM } });
}

struct pimdm_if *pimdm_if_start(struct pimdm *pim, uint16_t link)
{
	struct core *core = pim->mrp.core;
	const struct ip_addr *addr = link_addr(&core->links[link], pim->mrp.family);
	struct pimdm_if *pif = calloc(1, sizeof(*pif));

	assert(addr && !pim->ifs[link]);
	if (!pif)
		return NULL;
	pif->pim = pim;
	pif->link = link;
	pif->addr = *addr;
	pif->gen_id = (uint32_t)core_random(core, UINT64_C(1) << 32);
	TAILQ_INIT(&pif->neighbors);
	timer_init(&pif->hello_timer, hello_expired);
	pim->ifs[link] = pif;
	pimdm_neigh_recompute(pif);
	all_routers_join(core, link, pim->mrp.family);
	pimdm_if_hello_soon(pif);
	note(pif, NOTE_LINK_ON);
	return pif;
}

void pimdm_if_stop(struct pimdm_if *pif, bool say_goodbye)
{
	struct pimdm *pim = pif->pim;
	struct pim_msg goodbye = { .type = PIM_HELLO,
				   .hello = { .has_hold = true,
					      .hold_s = 0,
					      .has_gen_id = true,
					      .gen_id = pif->gen_id } };

	pimdm_tree_link_off(pim, pif->link, say_goodbye);
	if (say_goodbye)
		transmit(pif, NULL, &goodbye, checksum_form(pif));
	while (!TAILQ_EMPTY(&pif->neighbors))
		pimdm_neigh_remove(TAILQ_FIRST(&pif->neighbors), GONE_INTERFACE);
	timer_stop(&core_of(pif)->sched, &pif->hello_timer);
	all_routers_leave(core_of(pif), pif->link, pim->mrp.family);
	note(pif, NOTE_LINK_OFF);
	pim->ifs[pif->link] = NULL;
	free(pif);
}
