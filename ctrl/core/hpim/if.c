// SPDX-License-Identifier: GPL-2.0-only
/*
 * HPIM-DM on an interface: life, Hello transmission, sequence numbers, sending. What comes in goes
 * through hpim.c. Source: description of HPIM-DM, 2.1, 3.1, 3.4.
 */
#include <assert.h>
#include <stdlib.h>

#include "core/all_routers.h"
#include "core/hpim/if.h"
#include "core/hpim/keys.h"
#include "core/hpim/neigh.h"
#include "core/hpim/reliable.h"
#include "core/hpim/stale.h"

/* The longest payload: an IPv6 packet without jumbogram option. */
#define HPIM_PAYLOAD_MAX 65535u

static struct core *core_of(const struct hpim_if *hif)
{
	return hif->hpim->mrp.core;
}

/* Strictly greater than any used before on this interface. 3.1, Q23 */
static uint32_t new_boot_time(struct hpim_if *hif)
{
	struct core *core = core_of(hif);
	uint32_t *last = &hif->hpim->last_boot_time[hif->link];
	uint32_t unix_s = core->limits.unix_s + (uint32_t)(core->now / HP_SEC(1));

	*last = unix_s > *last ? unix_s : *last + 1;
	return *last;
}

/*
 * Differs: from the second one on the Hellos of all interfaces and both families go at the same
 * time, and the first one too where that is soon: so all neighbors give up a router that died at
 * the same time, which is when its forwarding plane stops (core_hello_next()).
 */
static void arm_first_hello(struct hpim_if *hif)
{
	const struct core_settings *settings = hpim_if_settings(hif);
	const hp_time most = HP_SEC(settings->hello_delay_s);
	struct core *core = core_of(hif);
	hp_time at = core_hello_next_of(core, settings, core->now);

	if (most == 0)
		at = core->now;
	else if (core->hello_at == HP_TIME_NEVER || at - core->now >= most)
		at = core->now + (hp_time)core_random(core, (uint64_t)most);
	if (core->hello_at == HP_TIME_NEVER)
		core->hello_at = at;
	timer_arm(&core->sched, &hif->hello_timer, at);
}

static void send_hello(struct hpim_if *hif, const struct hpim_hello *hello)
{
	struct hpim_msg msg = {
		.boot_time = hif->boot_time,
		.type = HPIM_HELLO,
		.hello = *hello,
	};

	hpim_if_send(hif, NULL, &msg, NULL, MESSAGE_SENT);
}

/* A Hello between the common ones promises no more than the last of them. */
static uint16_t hold_left_s(const struct hpim_if *hif)
{
	const struct core *core = core_of(hif);
	hp_time since = core->now - core_hello_last_of(core, hpim_if_settings(hif), core->now);
	hp_time left = HP_SEC(hpim_if_hold_s(hif)) - since;

	return (uint16_t)(left > HP_SEC(1) ? (left + HP_MS(500)) / HP_SEC(1) : 1);
}

static void remember_announced(struct hpim_if *hif)
{
	hif->announced_period_s = hpim_if_settings(hif)->hello_period_s;
	hif->announced_hold_s = hpim_if_hold_s(hif);
}

static void hello_expired(struct core *core, struct timer *timer)
{
	struct hpim_if *hif = container_of(timer, struct hpim_if, hello_timer);

	hif->hello_at = core->now;
	hif->acked_count = 0;
	remember_announced(hif);
	send_hello(hif, &(struct hpim_hello){ .has_hold = true,
					      .hold_s = hold_left_s(hif),
					      .has_checkpoint = true,
					      .checkpoint_sn = hpim_if_checkpoint_sn(hif) });
	timer_arm(&core->sched, timer, core_hello_next_of(core, hpim_if_settings(hif), core->now));
}

static void note(const struct hpim_if *hif, enum note_code code)
{
	core_note(core_of(hif), &(struct core_note){ .level = NOTE_INFO,
						     .code = code,
						     .link = hif->link,
						     .v = { hif->hpim->mrp.family, PROTO_HPIM } });
}

struct hpim_if *hpim_if_start(struct hpim *hpim, uint16_t link)
{
	const struct ip_addr *addr = link_addr(&hpim->mrp.core->links[link], hpim->mrp.family);
	struct hpim_if *hif = calloc(1, sizeof(*hif));

	assert(addr && !hpim->ifs[link]);
	if (!hif)
		return NULL;
	hif->hpim = hpim;
	hif->link = link;
	hif->addr = *addr;
	TAILQ_INIT(&hif->neighbors);
	TAILQ_INIT(&hif->pending);
	TAILQ_INIT(&hif->waiting);
	timer_init(&hif->hello_timer, hello_expired);
	hif->boot_time = new_boot_time(hif);
	/* Differs: the reference begins at 1. Who cannot see our messages cannot guess this one. */
	if (hpim->mrp.core->limits.first_sn)
		hif->sn = (uint32_t)core_random(hpim->mrp.core, hpim->mrp.core->limits.first_sn);
	hpim->ifs[link] = hif;
	all_routers_join(hpim->mrp.core, link, hpim->mrp.family);
	arm_first_hello(hif);
	note(hif, NOTE_LINK_ON);
	hpim_stale_await(hif);
	/* Differs: those who know us shall not wait up to 5 s to synchronize again. 3.1 */
	if (hif->awaited_count)
		core_timer_arm(hpim->mrp.core, &hif->hello_timer, 0);
	return hif;
}

void hpim_if_stop(struct hpim_if *hif, bool say_goodbye)
{
	struct hpim_neigh *neigh, *next;

	if (say_goodbye)
		send_hello(hif, &(struct hpim_hello){ .has_hold = true, .hold_s = 0 });
	hpim_reliable_drop_all(hif);
	TAILQ_FOREACH_SAFE (neigh, &hif->neighbors, node, next)
		hpim_neigh_remove(neigh, GONE_INTERFACE);
	timer_stop(&core_of(hif)->sched, &hif->hello_timer);
	all_routers_leave(core_of(hif), hif->link, hif->hpim->mrp.family);
	note(hif, NOTE_LINK_OFF);
	hif->hpim->ifs[hif->link] = NULL;
	free(hif);
}

bool hpim_if_is_silent(const struct hpim_if *hif)
{
	const struct hpim_neigh *neigh;

	TAILQ_FOREACH (neigh, &hif->neighbors, node)
		if (neigh->state != SYNC_UNKNOWN)
			return false;
	return true;
}

void hpim_if_reserve_sn(struct hpim_if *hif)
{
	if (hif->sn + 1 != UINT32_MAX)
		return;
	hif->boot_time = new_boot_time(hif);
	hif->sn = 0;
	hpim_reliable_drop_all(hif);
	arm_first_hello(hif);
	core_note(core_of(hif), &(struct core_note){ .level = NOTE_WARN,
						     .code = NOTE_SN_EXHAUSTED,
						     .link = hif->link,
						     .v = { hif->boot_time } });
}

uint32_t hpim_if_next_sn(struct hpim_if *hif)
{
	hpim_if_reserve_sn(hif);
	return ++hif->sn;
}

uint32_t hpim_if_checkpoint_sn(const struct hpim_if *hif)
{
	const struct hpim_pending *first = TAILQ_FIRST(&hif->pending);

	return first ? first->sn - 1 : hif->sn;
}

/*
 * Differs: who knows one neighbor is known to all soon. An AssertWinner that comes back takes the
 * link from the neighbor it has met, which holds on to forwarding for a while (3.11); by then the
 * others have to know whom to send their interest to, or data stops until the first Hello.
 */
void hpim_if_met(struct hpim_if *hif)
{
	struct core *core = core_of(hif);
	hp_time most = HP_MS(hpim_if_settings(hif)->hold_forwarding_ms) / 2;

	if (!hif->hello_at && hif->hello_timer.deadline > core->now + most)
		core_timer_arm(core, &hif->hello_timer, (hp_time)core_random(core, (uint64_t)most));
}

void hpim_if_acked(struct hpim_if *hif)
{
	struct core *core = core_of(hif);
	hp_time at = hif->hello_at + HP_SEC(HPIM_EARLY_HELLO_S);

	if (++hif->acked_count < HPIM_EARLY_HELLO_ACKS)
		return;
	if (at < core->now)
		at = core->now;
	if (at < hif->hello_timer.deadline)
		timer_arm(&core->sched, &hif->hello_timer, at);
}

const struct ip_addr *hpim_if_group(const struct hpim_if *hif)
{
	return all_routers(hif->hpim->mrp.family);
}

const struct core_settings *hpim_if_settings(const struct hpim_if *hif)
{
	return &core_of(hif)->links[hif->link].settings;
}

uint16_t hpim_if_hold_s(const struct hpim_if *hif)
{
	uint32_t hold_s = setting_value(hpim_if_settings(hif), SETTING_HOLD_TIME);

	return hold_s < UINT16_MAX ? (uint16_t)hold_s : UINT16_MAX;
}

/* At once: the time that the last Hello promised may be shorter than the new interval. */
void hpim_if_configured(struct hpim_if *hif)
{
	bool is_same = hif->announced_period_s == hpim_if_settings(hif)->hello_period_s &&
		       hif->announced_hold_s == hpim_if_hold_s(hif);

	if (hif->hello_at && !is_same)
		core_timer_arm(core_of(hif), &hif->hello_timer, 0);
}

void hpim_if_send(struct hpim_if *hif, const struct ip_addr *to, const struct hpim_msg *content,
		  const struct hpim_entry *entries, enum message_way way)
{
	const struct ip_addr *dst = to ? to : hpim_if_group(hif);
	const struct hpim_key *key = hpim_keys_sending(hif->hpim, hif->link);
	struct hpim_msg msg = *content;
	uint8_t bytes[HPIM_PAYLOAD_MAX];
	size_t len;

	if (key)
		msg.security = hpim_auth_prepare(key);
	len = hpim_encode(&msg, entries, bytes, sizeof(bytes));
	assert(len > 0); /* fragments are cut to the MTU */
	/* Every transmission is signed again, with the key of now. */
	if (key && hpim_auth_sign(key, core_of(hif)->limits.hmac, &hif->addr, dst, bytes, len) < 0)
		return; /* the daemon tried the hash when the key was added */
	core_fx(core_of(hif), &(struct core_effect){ .kind = FX_SEND,
						     .send = { .link = hif->link,
							       .socket = SOCKET_103,
							       .src = hif->addr,
							       .dst = *dst,
							       .bytes = bytes,
							       .len = len } });
	core_count_message(core_of(hif), hif->link, hif->hpim->mrp.family,
			   message_of_hpim(msg.type), way);
}
