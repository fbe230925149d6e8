// SPDX-License-Identifier: GPL-2.0-only
/*
 * The forwarding table: what is wanted is the core's (core/mfib.h), what is done the forwarding
 * plane's. An entry for each step; one that stands all the time is shown once.
 */
#include <string.h>

#include "core/mfib.h"
#include "daemon/daemon.h"
#include "daemon/port.h"
#include "dplane/dplane.h"
#include "dplane/tier.h"
#include "io/ctlsock.h"
#include "io/field.h"
#include "io/loop.h"
#include "mgmt/args.h"
#include "mgmt/mroutes.h"

/* "eth1,eth2", or "-". */
void mroutes_put_outputs(const struct daemon *daemon, struct json_object *record,
			 const struct ifset *oifs)
{
	char text[LINKS_MAX * LINK_NAME_LEN] = "";
	size_t len = 0;

	ifset_for_each (link, oifs) {
		const char *name = port_name(daemon, link);

		if (len)
			text[len++] = ',';
		memcpy(text + len, name, strlen(name) + 1);
		len += strlen(name);
	}
	field_put_text(record, "outputs", len ? text : "-");
}

/* How the forwarding plane serves a tree; nothing of it when there is no entry. */
void mroutes_put_counts(const struct show *show, struct json_object *record,
			const struct mfib_key *key)
{
	struct dplane_route_state state = { .tier = DPLANE_TIER_NONE, .seen_for = HP_TIME_NEVER };

	if (dplane_route_state(show->daemon->dplane, key, &state) < 0)
		state.tier = DPLANE_TIER_NONE;
	field_put_text(record, "tier", tier_name(state.tier));
	field_put_number(record, "packets", state.packets);
	field_put_number(record, "bytes", state.bytes);
	field_put_number(record, "xdp_packets", state.xdp_packets);
	field_put_number(record, "kernel_packets", state.kernel_packets);
	field_put_seconds(record, "seen_s", state.seen_for);
	field_put_text(record, "why", state.why);
	field_put_number(record, "tc_packets", state.tc_packets);
	field_put_rate(record, "rate_pps", state.rate_pps);
}

void mroutes_put_key(struct json_object *record, const struct mfib_key *key)
{
	field_put_addr(record, "source", &key->source);
	field_put_addr(record, "group", &key->group);
}

static void show_entry(const struct show *show, const struct mfib_entry *entry)
{
	struct json_object *record = json_object_new_object();
	hp_time now = loop_now();

	mroutes_put_key(record, &entry->route.key);
	field_put_text(record, "input", port_name(show->daemon, entry->route.iif));
	mroutes_put_outputs(show->daemon, record, &entry->route.oifs);
	mroutes_put_counts(show, record, &entry->route.key);
	field_put_text(record, "owner", mfib_owner_name(entry->owner));
	field_put_seconds(record, "owned_s", now - entry->since);
	field_put_seconds(record, "stale_s", mfib_time_left(entry, now));
	show_record(show, record);
}

/* ---- which entries ---- */

bool mroutes_begin(struct show *show)
{
	show->has_source = field_text(show->args, "source");
	show->has_group = field_text(show->args, "group");
	if (arg_addr(show->args, "source", &show->key.source) &&
	    arg_addr(show->args, "group", &show->key.group))
		return true;
	ctl_reply_error(show->client, "usage", CTL_EXIT_USAGE, "",
			"\"source\" and \"group\" are addresses");
	return false;
}

bool mroutes_family_is_asked(const struct show *show, enum ip_family family)
{
	return arg_family(show->args, family) &&
	       (!show->has_source || ip_addr_family(&show->key.source) == family) &&
	       (!show->has_group || ip_addr_family(&show->key.group) == family);
}

static bool is_asked(const struct show *show, const struct mfib_key *key)
{
	return mroutes_family_is_asked(show, ip_addr_family(&key->group)) &&
	       (!show->has_source || ip_addr_equal(&key->source, &show->key.source)) &&
	       (!show->has_group || ip_addr_equal(&key->group, &show->key.group));
}

void mroutes_end(struct show *show)
{
	if (show->is_walking)
		mfib_walk_end(&show->entries);
	show->is_walking = false;
}

/* Source and group name one entry, which is looked up. */
bool mroutes_step(struct show *show)
{
	const struct core *core = show->daemon->core;
	struct mfib_entry entry;

	if (show->has_source && show->has_group) {
		if (is_asked(show, &show->key) && mfib_find(core, &show->key, &entry))
			show_entry(show, &entry);
		return true;
	}
	if (!show->is_walking) {
		mfib_walk_begin(show->daemon->core, &show->entries);
		show->is_walking = true;
	}
	if (!mfib_walk_next(core, &show->entries, &entry))
		return true;
	if (is_asked(show, &entry.route.key))
		show_entry(show, &entry);
	return false;
}
