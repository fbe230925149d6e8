// SPDX-License-Identifier: GPL-2.0-only
/*
 * The only door to the protocols: hands events to them and drains their effects. An event only
 * marks trees; draining evaluates one tree at a time. In the same way EV_CLOCK leaves the timers to
 * the draining: a hundred thousand messages that are due again need no room for all of them.
 *
 * What one event may cost is bounded: after CORE_WORK_MAX timers and trees the draining ends, and
 * EV_CLOCK, which is due at once, goes on. Events in between find facts that are true and trees
 * that are marked: each is evaluated from what is known by then.
 */
#include <assert.h>
#include <stdlib.h>

#include "core/border.h"
#include "core/core_int.h"
#include "core/denied.h"
#include "core/foreign.h"
#include "core/membership/gm.h"
#include "core/membership/join.h"
#include "core/mfib.h"
#include "core/mrd.h"
#include "core/rpf.h"

const struct core_limits core_limits_default = {
	.trees = 100000,
	.seed = 1,
	.unix_s = 1,
};

static bool create_protocols(struct core *core)
{
	for (enum ip_family family = IP_FAMILY_4; family < IP_FAMILY_COUNT; family++) {
		for (unsigned int i = 0; mrp_protocols[i]; i++) {
			struct mrp *mrp = mrp_protocols[i]->create(core, family);

			if (!mrp)
				return false;
			mrp->ops = mrp_protocols[i];
			mrp->core = core;
			mrp->family = family;
			core->mrp[family][i] = mrp;
		}
	}
	return true;
}

bool core_init(struct core *core, const struct core_limits *limits)
{
	core->limits = *limits;
	core->hello_at = HP_TIME_NEVER;
	core_settings_init(core, &core_settings_default);
	core->random = limits->seed;
	hash_key_init(&core->hash_key, ~limits->seed); /* not the sequence of core_random() */
	sched_init(&core->sched);
	fx_init(&core->fx);
	core->mfib = mfib_new(&core->hash_key);
	core->rpf = rpf_new();
	core->denied = denied_new();
	return core->mfib && core->rpf && core->denied && create_protocols(core);
}

void core_fini(struct core *core)
{
	struct mrp *mrp;

	for (enum ip_family family = IP_FAMILY_4; family < IP_FAMILY_COUNT; family++) {
		for (uint16_t link = 0; link < LINKS_MAX; link++) {
			if (core->gm[family][link])
				gm_stop(core, core->gm[family][link]);
			if (core->mrd[family][link])
				mrd_stop(core, core->mrd[family][link], false);
			gm_join_free(core, link, family);
		}
		mrp_for_each (mrp, core, family)
			mrp->ops->destroy(mrp);
	}
	denied_free(core);
	policy_fini(&core->policy);
	mfib_free(core->mfib);
	rpf_free(core->rpf);
	fx_fini(&core->fx);
}

struct core *core_new(const struct core_limits *limits)
{
	struct core *core = calloc(1, sizeof(*core));

	if (core && core_init(core, limits))
		return core;
	core_free(core);
	return NULL;
}

void core_free(struct core *core)
{
	if (core)
		core_fini(core);
	free(core);
}

uint64_t core_random(struct core *core, uint64_t below)
{
	return random_next(&core->random) % below;
}

void core_count(struct core *core, uint16_t link, enum ip_family family, enum note_code code)
{
	if (link < LINKS_MAX && code < NOTE_CODE_COUNT)
		core->links[link].counters[family].noted[code]++;
}

/* What is refused is counted where it is noted: the two cannot get apart. */
void core_note(struct core *core, const struct core_note *note)
{
	enum ip_family family = ip_addr_family(ip_addr_is_set(&note->a) ? &note->a : &note->b);

	core_count(core, note->link, family, note->code);
	if (note->code == NOTE_PACKET_BAD) {
		assert(note->link < LINKS_MAX && note->v[0] < SOCKET_COUNT);
		core->links[note->link].counters[family].malformed[note->v[0]]++;
	}
	core_fx(core, &(struct core_effect){ .kind = FX_NOTE, .note = *note });
}

void core_member_changed(struct core *core, uint16_t link, const struct ip_addr *group)
{
	struct mrp *mrp;

	(void)link; /* every interface of a tree is evaluated together */
	mrp_for_each (mrp, core, ip_addr_family(group))
		if (mrp->ops->member_changed)
			mrp->ops->member_changed(mrp, group);
}

/* The settings belong to what runs, the request to the interface. */
static void set_gm_settings(struct core *core, uint16_t link, enum ip_family family)
{
	struct gm_if *gm = core->gm[family][link];
	uint8_t version = core->links[link].gm_version[family];
	int err = gm && version ? gm_set_version(core, gm, version) : 0;

	assert(!err); /* the daemon knows the versions */
	if (!gm)
		return;
	gm_set_fast_leave(gm, core->links[link].has_fast_leave[family]);
	gm_set_ssm_any_source(gm, core->links[link].has_ssm_any_source[family]);
	gm_set_passive(core, gm, core->links[link].is_gm_passive[family]);
}

/* Membership runs where it is wanted and an address to speak from exists; else it is stopped. */
static void gm_link_changed(struct core *core, uint16_t link, enum ip_family family,
			    const struct ip_addr *old_addr)
{
	const struct link *info = &core->links[link];
	bool runs = info->wanted[family][PROTO_GM] && link_is_usable(info, family);
	struct gm_if **gm = &core->gm[family][link];

	if (*gm && !(runs && ip_addr_equal(old_addr, link_addr(info, family)))) {
		struct gm_if *stopped = *gm;

		*gm = NULL;
		gm_stop(core, stopped);
	}
	if (!*gm && runs)
		*gm = gm_start(core, link, family);
	set_gm_settings(core, link, family);
}

/* The same of multicast router discovery. */
static void mrd_link_changed(struct core *core, uint16_t link, enum ip_family family,
			     const struct ip_addr *old_addr)
{
	const struct link *info = &core->links[link];
	bool is_usable = link_is_usable(info, family);
	bool runs = info->has_mrd[family] && is_usable;
	bool is_same = is_usable && ip_addr_equal(old_addr, link_addr(info, family));
	struct mrd_if **mrd = &core->mrd[family][link];

	if (*mrd && !(runs && is_same)) {
		mrd_stop(core, *mrd, is_same);
		*mrd = NULL;
	}
	if (!*mrd && runs)
		*mrd = mrd_start(core, link, family);
}

static void note_no_address(struct core *core, uint16_t link, enum ip_family family)
{
	const struct link *info = &core->links[link];

	for (enum core_proto proto = PROTO_HPIM; proto < PROTO_COUNT; proto++)
		if (info->wanted[family][proto] && proto != PROTO_FOLLOW && info->info.is_present &&
		    info->info.is_up && !link_addr(info, family))
			core_note(core, &(struct core_note){ .level = NOTE_WARN,
							     .code = NOTE_LINK_NO_ADDR,
							     .link = link,
							     .v = { family, proto } });
}

/* Protocols follow what is known of a link and wanted there. */
static void link_changed(struct core *core, uint16_t link, const struct ip_addr old_addrs[])
{
	struct mrp *mrp;

	for (enum ip_family family = IP_FAMILY_4; family < IP_FAMILY_COUNT; family++) {
		note_no_address(core, link, family);
		gm_link_changed(core, link, family, &old_addrs[family]);
		mrd_link_changed(core, link, family, &old_addrs[family]);
		mrp_for_each (mrp, core, family)
			if (mrp->ops->link_changed)
				mrp->ops->link_changed(mrp, link);
	}
}

static void remember_addrs(const struct link *link, struct ip_addr ret_addrs[IP_FAMILY_COUNT])
{
	for (enum ip_family family = IP_FAMILY_4; family < IP_FAMILY_COUNT; family++) {
		const struct ip_addr *addr = link_addr(link, family);

		ret_addrs[family] = addr ? *addr : (struct ip_addr){ .b = { 0 } };
	}
}

static void handle_link(struct core *core, const struct ev_link *ev)
{
	struct link *link = &core->links[ev->link];
	struct ip_addr old_addrs[IP_FAMILY_COUNT];

	remember_addrs(link, old_addrs);
	link->info = *ev;
	link_changed(core, ev->link, old_addrs);
}

static void handle_switch(struct core *core, const struct ev_config *ev)
{
	struct link *link = &core->links[ev->link];
	bool *is_on = ev->kind == CONFIG_MRD ? &link->has_mrd[ev->family]
					     : &link->wanted[ev->family][ev->proto];
	struct ip_addr addrs[IP_FAMILY_COUNT];

	if (*is_on == ev->is_on)
		return;
	*is_on = ev->is_on;
	foreign_forget(core, ev->link, ev->family);
	remember_addrs(link, addrs);
	link_changed(core, ev->link, addrs);
}

static void config_changed(struct core *core, enum ip_family family, const struct ev_config *ev)
{
	struct mrp *mrp;

	mrp_for_each (mrp, core, family)
		if (mrp->ops->config_changed)
			mrp->ops->config_changed(mrp, ev);
}

/* A new time for all: the next Hello of each interface goes at once, and those after it from then.
 */
static void move_hellos(struct core *core, uint32_t old_period_s)
{
	if (core->settings.hello_period_s != old_period_s && core->hello_at < core->now)
		core->hello_at = core->now;
}

static void gm_settings_changed(struct core *core, uint16_t link)
{
	for (enum ip_family family = IP_FAMILY_4; family < IP_FAMILY_COUNT; family++)
		if (core->gm[family][link])
			gm_configure(core, core->gm[family][link]);
}

static void handle_settings(struct core *core, const struct ev_config *ev)
{
	uint32_t old_period_s = core->settings.hello_period_s;

	core_settings_init(core, &ev->settings);
	move_hellos(core, old_period_s);
	for (uint16_t link = 0; link < LINKS_MAX; link++)
		gm_settings_changed(core, link);
	for (enum ip_family family = IP_FAMILY_4; family < IP_FAMILY_COUNT; family++)
		config_changed(core, family, ev);
}

static void handle_link_settings(struct core *core, const struct ev_config *ev)
{
	struct link *link = &core->links[ev->link];

	link->own_settings = ev->own;
	settings_merge(&link->settings, &core->settings, &ev->settings, ev->own);
	gm_settings_changed(core, ev->link);
	for (enum ip_family family = IP_FAMILY_4; family < IP_FAMILY_COUNT; family++)
		config_changed(core, family, ev);
}

/* What is kept with a link, for IGMP or MLD that runs there or may some day. */
static void handle_gm_config(struct core *core, const struct ev_config *ev)
{
	struct link *link = &core->links[ev->link];

	switch (ev->kind) {
	case CONFIG_GM: link->gm_version[ev->family] = ev->version; break;
	case CONFIG_FAST_LEAVE: link->has_fast_leave[ev->family] = ev->is_on; break;
	case CONFIG_SSM_ANY_SOURCE: link->has_ssm_any_source[ev->family] = ev->is_on; break;
	case CONFIG_GM_PASSIVE: link->is_gm_passive[ev->family] = ev->is_on; break;
	default: assert(0 && "no setting of IGMP and MLD");
	}
	set_gm_settings(core, ev->link, ev->family);
}

/* What is denied now goes: memberships, entries of an earlier run, and what the protocols have. */
static void handle_policy(struct core *core, const struct ev_config *ev)
{
	const struct policy_rule *rule = &ev->policy;

	if (!policy_set(&core->policy, rule, ev->is_on)) {
		core_note(core, &(struct core_note){ .level = NOTE_WARN,
						     .code = NOTE_NO_MEMORY,
						     .link = rule->link,
						     .b = rule->group.addr });
		return;
	}
	for (uint16_t link = 0; link < LINKS_MAX; link++) {
		struct gm_if *gm = core->gm[ev->family][link];

		if (gm && (rule->link == LINK_NONE || rule->link == link))
			gm_review(core, gm);
	}
	mfib_stale_deny(core);
	denied_review(core);
	config_changed(core, ev->family, ev);
}

static void handle_config(struct core *core, const struct ev_config *ev)
{
	assert(ev->link < LINKS_MAX);
	switch (ev->kind) {
	case CONFIG_SETTINGS: handle_settings(core, ev); break;
	case CONFIG_LINK_SETTINGS: handle_link_settings(core, ev); break;
	case CONFIG_LINK:
	case CONFIG_MRD: handle_switch(core, ev); break;
	case CONFIG_GM:
	case CONFIG_FAST_LEAVE:
	case CONFIG_SSM_ANY_SOURCE:
	case CONFIG_GM_PASSIVE: handle_gm_config(core, ev); break;
	case CONFIG_POLICY: handle_policy(core, ev); break;
	case CONFIG_STATIC_JOIN: gm_join_set(core, ev->link, &ev->join, ev->is_on); break;
	default: config_changed(core, ev->family, ev); /* a protocol's own: keys, static routes */
	}
}

/* Several protocols share IP protocol 103, of which an interface runs at most one. */
static void handle_103(struct core *core, enum ip_family family, const struct ev_packet *ev)
{
	const struct link *link = &core->links[ev->link];
	struct mrp *mrp;

	mrp_for_each (mrp, core, family) {
		enum ip103_kind kind;

		if (!mrp->ops->packet || !link->wanted[family][mrp->ops->proto])
			continue;
		kind = ip103_kind(mrp->ops->kind, ev->bytes, ev->len, &ev->src, &ev->dst);
		if (kind == mrp->ops->kind)
			mrp->ops->packet(mrp, ev);
		else
			foreign_packet(core, ev, kind);
		return;
	}
}

static void handle_packet(struct core *core, const struct ev_packet *ev)
{
	enum ip_family family = ip_addr_family(&ev->dst);

	if (ev->socket == SOCKET_103)
		handle_103(core, family, ev);
	else if (ev->socket == SOCKET_MRD && core->mrd[family][ev->link])
		mrd_receive(core, core->mrd[family][ev->link], ev);
	else if (ev->socket == SOCKET_GM && core->gm[family][ev->link])
		gm_receive(core, core->gm[family][ev->link], ev);
}

/* Goodbye everywhere; forwarding entries stay as they are. */
static void stop(struct core *core)
{
	struct mrp *mrp;

	for (enum ip_family family = IP_FAMILY_4; family < IP_FAMILY_COUNT; family++) {
		for (uint16_t link = 0; link < LINKS_MAX; link++) {
			struct gm_if *gm = core->gm[family][link];
			struct mrd_if *mrd = core->mrd[family][link];

			core->gm[family][link] = NULL;
			core->mrd[family][link] = NULL;
			if (gm)
				gm_stop(core, gm);
			if (mrd)
				mrd_stop(core, mrd, true);
		}
		mrp_for_each (mrp, core, family)
			if (mrp->ops->stop)
				mrp->ops->stop(mrp);
	}
	core->is_stopped = true;
}

/* The object may be one of several protocols. */
static void handle_command(struct core *core, const struct ev_command *ev)
{
	struct mrp *mrp;

	core->has_obeyed = ev->kind == COMMAND_STOP;
	if (ev->kind == COMMAND_STOP) {
		stop(core);
		return;
	}
	mrp_for_each (mrp, core, ip_addr_family(&ev->addr))
		if (mrp->ops->command)
			core->has_obeyed |= mrp->ops->command(mrp, ev);
}

bool core_has_obeyed(const struct core *core)
{
	return core->has_obeyed;
}

/* Of whom there is more than one claim, each asks for itself. */
static void handle_seen(struct core *core, const struct ev_data *ev)
{
	struct mrp *mrp;

	mrp_for_each (mrp, core, ip_addr_family(&ev->group))
		if (mrp->ops->data)
			(void)mrp->ops->data(mrp, ev); /* all get it, whoever takes it */
}

/*
 * Whose data of an entry is: its owner's; but what came in on an interface of another protocol, to
 * which the entry forwards, is a matter of that one (core/border.h).
 */
static enum mfib_owner data_owner(const struct core *core, const struct ev_data *data,
				  enum mfib_owner owner)
{
	if (data->kind != DATA_WRONG_IF || owner == MFIB_STATIC)
		return owner;
	return border_owner(core, ip_addr_family(&data->group), data->link)->ops->owner;
}

/* Of an entry: who is concerned. Without one: whoever takes it, unless the policy denies it. */
static void handle_data(struct core *core, const struct ev_data *ev)
{
	const struct mfib_key key = { .source = ev->source, .group = ev->group };
	enum mfib_owner owner = MFIB_OWNER_COUNT;
	struct ev_data data = *ev;
	bool is_owned = false;
	struct mfib_entry entry;
	struct mrp *mrp;

	if (ev->kind == DATA_MISS)
		mfib_repeat(core, &key);
	if (denied_data(core, &data))
		return;
	if (data.kind != DATA_MISS)
		is_owned = mfib_find(core, &key, &entry) && entry.owner != MFIB_STALE;
	if (data.kind == DATA_NOTIFY && !is_owned)
		return; /* its entry has gone meanwhile, and with it who waited */
	if (is_owned)
		owner = data_owner(core, &data, entry.owner);
	mrp_for_each (mrp, core, ip_addr_family(&data.group))
		if (mrp->ops->data && (!is_owned || mrp->ops->owner == owner) &&
		    mrp->ops->data(mrp, &data))
			return;
}

/* Return: false: no memory. */
static bool stale_restore(struct core *core, const struct mfib_route *route, hp_time stale_for)
{
	struct mfib_route stripped = *route;

	(void)policy_strip(&core->policy, &stripped); /* its input is not denied */
	if (!mfib_restore(core, &stripped, stale_for))
		return false;
	if (!ifset_equal(&stripped.oifs, &route->oifs))
		mfib_repeat(core, &route->key);
	return true;
}

/*
 * Of the protocols with packets, routes are for the one of their input; neighbors, which only one
 * of them has, are for all.
 */
static bool is_concerned(const struct core *core, const struct mrp *mrp, const struct ev_stale *ev)
{
	return ev->kind != STALE_ROUTE || !mrp->ops->packet ||
	       border_owner(core, mrp->family, ev->link) == mrp;
}

/* Graceful restart. A protocol may know better than the entry already, and then owns it. */
static void handle_stale(struct core *core, const struct ev_stale *ev)
{
	const struct mfib_route route = { .key = { .source = ev->source, .group = ev->addr },
					  .iif = ev->link,
					  .oifs = ev->oifs };
	struct mrp *mrp;

	if (denied_stale(core, ev))
		return;
	if (ev->kind == STALE_ROUTE && !stale_restore(core, &route, ev->stale_for)) {
		core_fx(core, &(struct core_effect){ .kind = FX_MFIB_DEL, .key = route.key });
		return;
	}
	mrp_for_each (mrp, core, ip_addr_family(&ev->addr))
		if (mrp->ops->stale && is_concerned(core, mrp, ev) && mrp->ops->stale(mrp, ev))
			return;
}

static void handle_followed(struct core *core, const struct ev_followed *ev)
{
	struct mrp *mrp;

	mrp_for_each (mrp, core, ev->family)
		if (mrp->ops->followed)
			mrp->ops->followed(mrp, ev);
}

void core_handle(struct core *core, hp_time now, const struct core_event *event)
{
	assert(!core->is_draining && now >= core->now);
	core->now = now;
	core->is_draining = true;
	if (core->is_stopped)
		return;
	core->is_clock = event->kind == EV_CLOCK;
	/* What is left of an event before goes on with the clock: this one adds no work to it. */
	core->work_left = core->is_clock || !core->has_work ? CORE_WORK_MAX : 0;
	if (!core->is_clock)
		core->work_left -= sched_run(core, &core->sched, now, core->work_left);
	switch (event->kind) {
	case EV_CLOCK: break;
	case EV_LINK: handle_link(core, &event->link); break;
	case EV_PACKET: handle_packet(core, &event->packet); break;
	case EV_RPF: rpf_update(core, &event->rpf); break;
	case EV_DATA:
		if (event->data.kind == DATA_SEEN)
			handle_seen(core, &event->data);
		else
			handle_data(core, &event->data);
		break;
	case EV_CONFIG: handle_config(core, &event->config); break;
	case EV_COMMAND: handle_command(core, &event->command); break;
	case EV_STALE: handle_stale(core, &event->stale); break;
	case EV_FOLLOWED: handle_followed(core, &event->followed); break;
	}
}

/* First all timers that are due, then the trees. */
static bool work_next(struct core *core)
{
	struct mrp *mrp;

	if (core->is_stopped)
		return false;
	if (core->is_clock && sched_run_next(core, &core->sched, core->now))
		return true;
	core->is_clock = false;
	for (enum ip_family family = IP_FAMILY_4; family < IP_FAMILY_COUNT; family++)
		mrp_for_each (mrp, core, family)
			if (mrp->ops->evaluate_next(mrp))
				return true;
	return mfib_expire_next(core);
}

const struct core_effect *core_effect_next(struct core *core)
{
	const struct core_effect *effect;

	while (!(effect = fx_next(&core->fx)) && core->work_left && work_next(core))
		core->work_left--;
	core->is_draining = effect != NULL;
	if (!effect)
		core->has_work = core->work_left == 0;
	return effect;
}

bool core_has_work(const struct core *core)
{
	return core->has_work && !core->is_stopped;
}

hp_time core_hello_last_of(const struct core *core, const struct core_settings *settings,
			   hp_time now)
{
	if (now < core->hello_at)
		return now;
	return now - (now - core->hello_at) % HP_SEC(settings->hello_period_s);
}

hp_time core_hello_next_of(const struct core *core, const struct core_settings *settings,
			   hp_time now)
{
	hp_time period = HP_SEC(settings->hello_period_s);

	if (core->hello_at == HP_TIME_NEVER)
		return now + period;
	return now < core->hello_at ? core->hello_at
				    : core_hello_last_of(core, settings, now) + period;
}

hp_time core_hello_last(const struct core *core, hp_time now)
{
	return core_hello_last_of(core, &core->settings, now);
}

hp_time core_hello_next(const struct core *core, hp_time now)
{
	return core_hello_next_of(core, &core->settings, now);
}

hp_time core_deadline(const struct core *core)
{
	if (core_has_work(core))
		return core->now;
	return core->is_stopped ? HP_TIME_NEVER : sched_deadline(&core->sched);
}
