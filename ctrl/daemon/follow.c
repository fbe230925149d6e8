// SPDX-License-Identifier: GPL-2.0-only
/*
 * From entries of the kernel's multicast table, which name interfaces by their index, to events of
 * the core, which knows link numbers. What the forwarding plane has must never be older than what
 * is known to have changed: while it may be, it is suspended, and the kernel forwards everything.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/core.h"
#include "core/follow/follow.h"
#include "daemon/daemon.h"
#include "daemon/follow.h"
#include "daemon/log.h"
#include "daemon/port.h"
#include "daemon/refusal.h"
#include "daemon/stale.h"
#include "dplane/dplane.h"
#include "io/kernel.h"
#include "io/rtnl.h"

struct follow_state {
	struct mfctab *tab;
	bool is_suspended;
	bool is_first;   /* what an earlier run left has yet to be compared */
	bool has_change; /* of interfaces: read the table again */
};

/* ---- entries ---- */

static bool is_followed(const struct daemon *daemon, uint16_t link, enum ip_family family)
{
	return link != LINK_NONE && daemon->ports[link].config.wanted[family][PROTO_FOLLOW];
}

/* "pimreg", "pimreg10" of table 10, "pim6reg": what leaves there goes to a daemon, not to a link.
 */
static bool is_register(const struct daemon *daemon, uint32_t ifindex)
{
	const struct rtnl_link *link = rtnl_link_by_index(daemon->rtnl, ifindex);

	return link && (!strncmp(link->name, "pimreg", 6) || !strncmp(link->name, "pim6reg", 7));
}

static void add_output(const struct daemon *daemon, const struct mfc *mfc,
		       const struct mfc_output *output, struct ev_followed *ev)
{
	uint16_t link = port_by_ifindex(daemon, output->ifindex);

	if (output->ttl > ev->ttl)
		ev->ttl = output->ttl;
	if (output->ifindex == mfc->iif && !mfc_is_any(mfc))
		ev->left = FOLLOWED_LEFT_INPUT;
	else if (is_followed(daemon, link, mfc->family))
		ifset_add(&ev->oifs, link);
	else if (ev->left == FOLLOWED_LEFT_NOT)
		ev->left = is_register(daemon, output->ifindex) ? FOLLOWED_LEFT_REGISTER
								: FOLLOWED_LEFT_OUTPUT;
}

static struct ev_followed event_of(const struct daemon *daemon, const struct mfc *mfc)
{
	struct ev_followed ev = { .kind = FOLLOWED_CLEAR,
				  .family = mfc->family,
				  .source = mfc->source,
				  .group = mfc->group,
				  .ttl = 1 };
	uint16_t link = mfc->iif ? port_by_ifindex(daemon, mfc->iif) : LINK_NONE;

	if (mfc->is_deleted || !mfc->is_resolved)
		return ev;
	ev.kind = FOLLOWED_SET;
	ev.link = is_followed(daemon, link, mfc->family) ? link : LINK_NONE;
	for (unsigned int i = 0; i < mfc->output_count; i++)
		add_output(daemon, mfc, &mfc->outputs[i], &ev);
	return ev;
}

static void post(struct daemon *daemon, const struct ev_followed *ev)
{
	daemon_post(daemon, &(struct core_event){ .kind = EV_FOLLOWED, .followed = *ev });
}

static void on_entry(void *ctx, const struct mfc *mfc)
{
	struct daemon *daemon = ctx;
	const struct ev_followed ev = event_of(daemon, mfc);

	if (ip_addr_is_any(&mfc->source) || !ip_addr_is_any(&mfc->group))
		post(daemon, &ev); /* the kernel takes (S,*), and finds it for no packet */
}

static void on_begin(void *ctx, enum ip_family family)
{
	post(ctx, &(struct ev_followed){ .kind = FOLLOWED_BEGIN, .family = family });
}

static void on_end(void *ctx, enum ip_family family, bool is_partial)
{
	post(ctx, &(struct ev_followed){ .kind = is_partial ? FOLLOWED_END_PARTIAL : FOLLOWED_END,
					 .family = family });
}

static void on_read(void *ctx)
{
	daemon_flush(ctx);
}

static bool may_read(void *ctx)
{
	return daemon_takes_more(ctx);
}

static void on_log(void *ctx, enum note_level level, const char *line)
{
	(void)ctx; /* there is one log */
	log_line(level, line);
}

/* ---- suspending ---- */

static void suspend(struct daemon *daemon)
{
	int err = daemon->follow->is_suspended ? 0 : dplane_suspend(daemon->dplane);

	if (err)
		log_format(NOTE_WARN, "the forwarding plane cannot be suspended: %s",
			   strerror(-err));
	daemon->follow->is_suspended = true;
}

static void on_outdated(void *ctx)
{
	suspend(ctx);
}

void follow_waits(struct daemon *daemon)
{
	if (daemon->follow)
		suspend(daemon);
}

bool follow_is_suspended(const struct daemon *daemon)
{
	return daemon->follow && daemon->follow->is_suspended;
}

static void resume(struct daemon *daemon)
{
	if (daemon->follow->is_first)
		stale_routes_drop(daemon);
	daemon->follow->is_first = false;
	daemon->follow->is_suspended = false;
	daemon->renew_at = 0;
}

void follow_settle(struct daemon *daemon, bool is_idle)
{
	struct follow_state *follow = daemon->follow;

	if (!follow)
		return;
	if (follow->has_change) {
		follow->has_change = false;
		mfctab_read_again(follow->tab);
		return;
	}
	for (enum ip_family family = 0; family < IP_FAMILY_COUNT; family++)
		if (follow_wants_reading(daemon->core, family))
			mfctab_read_later(follow->tab, family);
	mfctab_due(follow->tab);
	if (follow->is_suspended && is_idle && mfctab_is_current(follow->tab))
		resume(daemon);
}

hp_time follow_due_at(const struct daemon *daemon)
{
	return daemon->follow ? mfctab_due_at(daemon->follow->tab) : HP_TIME_NEVER;
}

void follow_link_changed(struct daemon *daemon)
{
	if (!daemon->follow)
		return;
	suspend(daemon);
	daemon->follow->has_change = true;
}

/* ---- packets ---- */

bool follow_accepts(const struct daemon *daemon, uint16_t link, const struct ip_addr *source,
		    const struct ip_addr *group)
{
	return !daemon->follow || link == LINK_NONE ||
	       kernel_accepts(daemon->ports[link].ifindex, source, group);
}

/* ---- what may run ---- */

bool follow_is_on(const struct daemon *daemon)
{
	return daemon->rules.keepalive_s != 0;
}

bool follow_allows(const struct daemon *daemon, const bool protos[IP_FAMILY_COUNT][PROTO_COUNT],
		   const char *name, struct refusal *ret_refusal)
{
	bool follows = false, routes = false;

	for (enum ip_family family = IP_FAMILY_4; family < IP_FAMILY_COUNT; family++)
		for (enum core_proto proto = PROTO_HPIM; proto < PROTO_COUNT; proto++) {
			follows |= proto == PROTO_FOLLOW && protos[family][proto];
			routes |= proto != PROTO_FOLLOW && protos[family][proto];
		}
	if (routes && follow_is_on(daemon))
		(void)refuse(
			ret_refusal, CTL_EXIT_REFUSED, "follows",
			"start another instance without --follow, with --multicast-table",
			"%s: no protocol can run: this instance follows the kernel's multicast "
			"table, which another daemon owns",
			name);
	else if (follows && !follow_is_on(daemon))
		(void)refuse(ret_refusal, CTL_EXIT_REFUSED, "follows",
			     "start an instance with 'hpimd --follow'",
			     "%s: there is nothing to follow: this instance owns its multicast "
			     "table itself",
			     name);
	else
		return true;
	return false;
}

void follow_strip(const struct daemon *daemon, bool protos[IP_FAMILY_COUNT][PROTO_COUNT])
{
	for (enum ip_family family = IP_FAMILY_4; family < IP_FAMILY_COUNT; family++)
		for (enum core_proto proto = PROTO_HPIM; proto < PROTO_COUNT; proto++)
			protos[family][proto] &= (proto == PROTO_FOLLOW) == follow_is_on(daemon);
}

bool follow_table_counts(const struct daemon *daemon, struct mfctab_counts *ret_counts)
{
	if (daemon->follow)
		*ret_counts = mfctab_counts(daemon->follow->tab);
	return daemon->follow != NULL;
}

/* ---- life ---- */

/* A table that cannot be there would look like one without entries. */
static void warn_of_kernel(void)
{
	for (enum ip_family family = 0; family < IP_FAMILY_COUNT; family++)
		if (!kernel_has_mroute(family))
			log_line(NOTE_WARN,
				 "the kernel lacks CONFIG_IP_MROUTE or CONFIG_IPV6_MROUTE: of one "
				 "family it has no table to follow");
}

int follow_start(struct daemon *daemon)
{
	const struct mfctab_handlers handlers = {
		.ctx = daemon,
		.begin = on_begin,
		.end = on_end,
		.entry = on_entry,
		.outdated = on_outdated,
		.read = on_read,
		.may_read = may_read,
		.log = on_log,
	};
	int err;

	if (!follow_is_on(daemon))
		return 0;
	warn_of_kernel();
	daemon->follow = calloc(1, sizeof(*daemon->follow));
	if (!daemon->follow)
		return -ENOMEM;
	daemon->follow->is_first = true;
	suspend(daemon);
	err = mfctab_new(daemon->loop, daemon->rules.table[CONFIG_MULTICAST], &handlers,
			 &daemon->follow->tab);
	if (err)
		log_format(NOTE_WARN, "cannot follow the kernel's multicast table: %s",
			   strerror(-err));
	return err;
}

void follow_free(struct daemon *daemon)
{
	if (daemon->follow)
		mfctab_free(daemon->follow->tab);
	free(daemon->follow);
	daemon->follow = NULL;
}
