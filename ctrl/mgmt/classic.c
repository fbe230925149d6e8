// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tables of multicast routing in the form that routers of other makers print them: 'show ip
 * mroute', 'show ip pim interface', 'show ip pim neighbor'. Lines for people; programs read the
 * records of the other views.
 */
#include <string.h>

#include "core/mfib.h"
#include "daemon/daemon.h"
#include "daemon/port.h"
#include "dplane/dplane.h"
#include "io/field.h"
#include "io/loop.h"
#include "io/rtnl.h"
#include "mgmt/classic.h"
#include "mgmt/classic_text.h"
#include "mgmt/mroutes.h"

static enum ip_family family_of(const struct show *show)
{
	return !strncmp(show->view->cmd, "show ipv6 ", 10) ? IP_FAMILY_6 : IP_FAMILY_4;
}

static void put(void *ctx, const char *line)
{
	struct json_object *record = json_object_new_object();

	field_put_text(record, "text", line);
	show_record(ctx, record);
}

static const char *link_name(void *ctx, uint16_t link)
{
	const struct show *show = ctx;

	return port_name(show->daemon, link);
}

static struct ip_addr link_addr(void *ctx, uint16_t link)
{
	const struct show *show = ctx;
	const struct daemon *daemon = show->daemon;

	return show_link_addr(rtnl_link_by_index(daemon->rtnl, daemon->ports[link].ifindex),
			      family_of(show));
}

static bool shows(void *ctx, uint16_t link)
{
	const struct show *show = ctx;

	return show->daemon->ports[link].is_used && show_includes(show, link);
}

static bool has_packets(void *ctx, const struct mfib_key *key)
{
	const struct show *show = ctx;
	struct dplane_route_state state;

	return dplane_route_state(show->daemon->dplane, key, &state) == 0 && state.packets;
}

static struct classic_text text_of(struct show *show)
{
	return (struct classic_text){ .core = show->daemon->core,
				      .family = family_of(show),
				      .now = loop_now(),
				      .ctx = show,
				      .put = put,
				      .link_name = link_name,
				      .link_addr = link_addr,
				      .shows = shows,
				      .has_packets = has_packets };
}

static bool is_asked(const struct show *show, const struct mfib_key *key)
{
	return ip_addr_family(&key->group) == family_of(show) &&
	       (!show->has_source || ip_addr_equal(&key->source, &show->key.source)) &&
	       (!show->has_group || ip_addr_equal(&key->group, &show->key.group));
}

bool classic_mroute_step(struct show *show)
{
	const struct classic_text text = text_of(show);
	struct core *core = show->daemon->core;
	struct mfib_entry entry;

	if (!show->is_walking) {
		classic_text_legend(&text);
		mfib_walk_begin(core, &show->entries);
		show->is_walking = true;
	}
	if (!mfib_walk_next(core, &show->entries, &entry))
		return true;
	if (is_asked(show, &entry.route.key))
		classic_text_entry(&text, &entry);
	return false;
}

bool classic_interface_step(struct show *show)
{
	const struct classic_text text = text_of(show);

	classic_text_interfaces(&text);
	return true;
}

bool classic_neighbor_step(struct show *show)
{
	const struct classic_text text = text_of(show);

	classic_text_neighbors(&text);
	return true;
}
