// SPDX-License-Identifier: GPL-2.0-only
/*
 * Multicast router discovery on an interface: when advertisements are sent. Where it runs is
 * core.c's to decide, the bytes are wire/mrd.c's. Source: RFC 4286.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "core/core_int.h"
#include "core/membership/gm.h"
#include "core/mrd.h"
#include "wire/mrd.h"

/* RFC 4286, 4.1. */
#define RESPONSE_DELAY_MAX HP_SEC(2)

/**
 * struct mrd_if - Multicast router discovery of an interface and family.
 * @initial_left:  advertisements of the start still to be sent.
 * @is_answering:  the next advertisement answers a solicitation; more of these change nothing.
 */
struct mrd_if {
	uint16_t link;
	enum ip_family family;
	struct ip_addr addr;
	unsigned int initial_left;
	bool is_answering;
	struct timer timer; /* the next advertisement */
};

static const struct core_settings *settings_of(const struct core *core, const struct mrd_if *mrd)
{
	return &core->links[mrd->link].settings;
}

static hp_time random_below(struct core *core, hp_time below)
{
	return (hp_time)core_random(core, (uint64_t)below);
}

static void send(struct core *core, const struct mrd_if *mrd, const struct mrd_msg *msg)
{
	struct ip_addr group = mrd_group(mrd->family, msg->type);
	uint8_t bytes[MRD_MSG_MAX];
	size_t len = mrd_encode(msg, &mrd->addr, &group, bytes, sizeof(bytes));

	assert(len > 0); /* there is room for the longest */
	core_fx(core, &(struct core_effect){ .kind = FX_SEND,
					     .send = { .link = mrd->link,
						       .socket = SOCKET_MRD,
						       .src = mrd->addr,
						       .dst = group,
						       .bytes = bytes,
						       .len = len } });
	core_count_message(core, mrd->link, mrd->family, message_of_mrd(msg->type), MESSAGE_SENT);
}

/* 3.2.4 and 3.2.5: what IGMP or MLD uses on the link now. */
static void advertise(struct core *core, const struct mrd_if *mrd)
{
	const struct gm_if *gm = core->gm[mrd->family][mrd->link];
	struct mrd_msg msg = { .type = MRD_ADVERTISEMENT,
			       .interval_s = (uint8_t)settings_of(core, mrd)->mrd.interval_s };

	if (gm) {
		struct gm_if_view view = gm_if_inspect(gm);
		hp_time interval_s = view.query_interval / HP_SEC(1);

		msg.query_interval_s = interval_s < UINT16_MAX ? (uint16_t)interval_s : UINT16_MAX;
		msg.robustness = (uint16_t)view.robustness; /* at most 7 on the wire */
	}
	send(core, mrd, &msg);
}

static hp_time initial_delay(struct core *core, const struct mrd_if *mrd)
{
	return random_below(core, HP_MS(settings_of(core, mrd)->mrd.initial_interval_ms));
}

static hp_time delay(struct core *core, const struct mrd_if *mrd)
{
	const struct core_settings *settings = settings_of(core, mrd);
	hp_time jitter = HP_MS(setting_value(settings, SETTING_MRD_JITTER));

	return HP_SEC(settings->mrd.interval_s) - jitter + random_below(core, 2 * jitter);
}

/* 3.1: a few soon after the start, then one in each interval. */
static void timer_fire(struct core *core, struct timer *timer)
{
	struct mrd_if *mrd = container_of(timer, struct mrd_if, timer);

	advertise(core, mrd);
	mrd->is_answering = false;
	if (mrd->initial_left > 0)
		mrd->initial_left--;
	core_timer_arm(core, timer,
		       mrd->initial_left > 0 ? initial_delay(core, mrd) : delay(core, mrd));
}

static void fx_group(struct core *core, const struct mrd_if *mrd, enum core_effect_kind kind)
{
	core_fx(core, &(struct core_effect){
			      .kind = kind,
			      .group = { .link = mrd->link,
					 .socket = SOCKET_MRD,
					 .group = mrd_group(mrd->family, MRD_SOLICITATION) } });
}

struct mrd_if *mrd_start(struct core *core, uint16_t link, enum ip_family family)
{
	const struct ip_addr *addr = link_addr(&core->links[link], family);
	struct mrd_if *mrd = calloc(1, sizeof(*mrd));

	assert(addr);
	if (!mrd)
		return NULL;
	mrd->link = link;
	mrd->family = family;
	mrd->addr = *addr;
	mrd->initial_left = settings_of(core, mrd)->mrd.initial_count;
	timer_init(&mrd->timer, timer_fire);
	fx_group(core, mrd, FX_JOIN);
	core_timer_arm(core, &mrd->timer, initial_delay(core, mrd));
	return mrd;
}

void mrd_stop(struct core *core, struct mrd_if *mrd, bool terminate)
{
	if (terminate)
		send(core, mrd, &(struct mrd_msg){ .type = MRD_TERMINATION });
	timer_stop(&core->sched, &mrd->timer);
	fx_group(core, mrd, FX_LEAVE);
	free(mrd);
}

/* 4.1: at a random time, so that the routers of a link do not answer at once. */
static void solicited(struct core *core, struct mrd_if *mrd)
{
	hp_time at = core->now + random_below(core, RESPONSE_DELAY_MAX);

	if (mrd->is_answering)
		return;
	mrd->is_answering = true;
	if (at < mrd->timer.deadline)
		timer_arm(&core->sched, &mrd->timer, at);
}

void mrd_receive(struct core *core, struct mrd_if *mrd, const struct ev_packet *packet)
{
	struct mrd_msg msg;
	int err = mrd_decode(packet->bytes, packet->len, &packet->src, &packet->dst, &msg);

	if (err == -EPROTONOSUPPORT)
		return; /* IGMP, MLD and all that uses ICMPv6 */
	if (err || packet->ttl != 1) {
		core_note(core, &(struct core_note){ .level = NOTE_WARN,
						     .code = NOTE_PACKET_BAD,
						     .link = packet->link,
						     .a = packet->src,
						     .v = { SOCKET_MRD, (uint32_t)packet->len } });
		return;
	}
	core_count_message(core, mrd->link, mrd->family, message_of_mrd(msg.type),
			   MESSAGE_RECEIVED);
	if (msg.type == MRD_SOLICITATION)
		solicited(core, mrd);
}
