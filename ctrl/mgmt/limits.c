// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of limits: what is used of each, and how often something did not fit. A refusal is
 * counted by interface; of trees by family and by the protocol of the interface as well, of the
 * rest for both families together.
 */
#include "daemon/daemon.h"
#include "core/core.h"
#include "core/counters.h"
#include "core/denied.h"
#include "core/inspect.h"
#include "core/policy.h"
#include "core/static/static.h"
#include "daemon/port.h"
#include "io/ctlsock.h"
#include "io/field.h"
#include "mgmt/args.h"
#include "mgmt/limits.h"
#include "mgmt/show.h"

/*
 * Where the limit is not per interface, @link is LINK_NONE; @family IP_FAMILY_COUNT: of none;
 * @protocol NULL: of none.
 */
struct limit {
	const char *what;
	uint16_t link;
	enum ip_family family;
	uint64_t used, limit, refused;
	const char *protocol;
};

static void limit_put(const struct show *show, const struct limit *limit)
{
	struct json_object *record;

	if (limit->link != LINK_NONE && !show_includes(show, limit->link))
		return;
	if (limit->family < IP_FAMILY_COUNT && !arg_family(show->args, limit->family))
		return;
	record = json_object_new_object();
	field_put_text(record, "limit_of", limit->what);
	if (limit->link != LINK_NONE)
		field_put_text(record, "interface", port_name(show->daemon, limit->link));
	if (limit->family < IP_FAMILY_COUNT)
		field_put_number(record, "family", limit->family == IP_FAMILY_4 ? 4 : 6);
	field_put_number(record, "used", limit->used);
	field_put_number(record, "limit", limit->limit);
	field_put_number(record, "refused", limit->refused);
	if (limit->protocol)
		field_put_text(record, "protocol", limit->protocol);
	show_record(show, record);
}

static uint64_t refused(const struct show *show, uint16_t link, const enum note_code codes[])
{
	uint64_t sum = 0;

	for (; *codes; codes++)
		sum += inspect_refused(show->daemon->core, link, *codes);
	return sum;
}

/* Each has its own limit of trees. */
static const enum core_proto routing[] = { PROTO_HPIM, PROTO_PIMDM };

/* Also what was forgotten for something else. */
static const enum note_code tree_codes[] = { NOTE_TREE_LIMIT, NOTE_UNWANTED_REFUSED,
					     NOTE_UNWANTED_EVICTED, NOTE_TREE_EVICTED, NOTE_NONE };

/* The trees that come in by an interface are those of one protocol. */
static uint64_t trees_refused(const struct core *core, enum ip_family family, enum core_proto proto)
{
	uint64_t sum = 0;

	for (uint16_t link = 0; link < LINKS_MAX; link++) {
		uint64_t of_link = 0;

		for (const enum note_code *code = tree_codes; *code; code++)
			of_link += inspect_counters(core, link, family)->noted[*code];
		if (of_link && inspect_routing_protocol(core, link, family) == proto)
			sum += of_link;
	}
	return sum;
}

static void trees_put(const struct show *show, enum ip_family family, enum core_proto proto)
{
	const struct core *core = show->daemon->core;

	limit_put(show, &(struct limit){ .what = "trees",
					 .link = LINK_NONE,
					 .family = family,
					 .used = inspect_tree_places(core, family, proto),
					 .limit = inspect_limits(core)->trees,
					 .refused = trees_refused(core, family, proto),
					 .protocol = inspect_protocol_name(proto) });
}

/* Sources that routes of any source have brought. */
static void statics_put(const struct show *show, enum ip_family family)
{
	const struct core *core = show->daemon->core;
	struct limit limit = { .what = "static-flows",
			       .link = LINK_NONE,
			       .family = family,
			       .limit = static_flows_max(core) };

	limit.used = static_flows_used(core, family, &limit.refused);
	limit_put(show, &limit);
}

/* What the policy denies: entries of data, and its rules. */
static void policy_put_limits(const struct show *show)
{
	const struct core *core = show->daemon->core;

	limit_put(show,
		  &(struct limit){ "denied-flows", LINK_NONE, IP_FAMILY_COUNT, denied_count(core),
				   denied_limit(core), denied_evicted(core), NULL });
	limit_put(show, &(struct limit){ "policy-rules", LINK_NONE, IP_FAMILY_COUNT,
					 inspect_policy(core)->count, POLICY_RULES_MAX, 0, NULL });
}

/* The limit is that of the protocol that the interface runs; each counts its own. */
static void link_trees_put(const struct show *show, uint16_t link, enum ip_family family)
{
	const struct core *core = show->daemon->core;
	enum core_proto proto = inspect_routing_protocol(core, link, family);

	if (!inspect_protocol_runs(core, link, family, proto))
		return;
	limit_put(show, &(struct limit){
				"interface-trees", link, family,
				inspect_link_trees(core, link, family, proto),
				setting_value(inspect_settings(core, link), SETTING_LINK_TREES),
				inspect_counters(core, link, family)->noted[NOTE_LINK_TREE_LIMIT],
				inspect_protocol_name(proto) });
}

static void link_put(const struct show *show, uint16_t link, enum ip_family family)
{
	static const enum note_code neighbor_codes[] = { NOTE_NEIGHBOR_LIMIT, NOTE_NONE };
	static const enum note_code group_codes[] = { NOTE_GROUP_LIMIT, NOTE_NONE };
	static const enum note_code source_codes[] = { NOTE_SOURCE_LIMIT, NOTE_NONE };
	const struct core *core = show->daemon->core;
	const struct core_settings *settings = inspect_settings(core, link);
	const struct gm_if *gm = inspect_membership(core, link, family);

	for (size_t i = 0; i < sizeof(routing) / sizeof(routing[0]); i++)
		if (inspect_protocol_runs(core, link, family, routing[i]))
			limit_put(show, &(struct limit){ "neighbors", link, family,
							 inspect_neighbor_count(core, link, family),
							 settings->neighbors,
							 refused(show, link, neighbor_codes),
							 inspect_protocol_name(routing[i]) });
	link_trees_put(show, link, family);
	if (!gm)
		return;
	limit_put(show, &(struct limit){ "groups", link, family, gm_if_inspect(gm).groups,
					 settings->gm[family].groups,
					 refused(show, link, group_codes), NULL });
	limit_put(show, &(struct limit){ "sources", link, family, gm_if_inspect(gm).sources,
					 gm_sources_limit(&settings->gm[family]),
					 refused(show, link, source_codes), NULL });
}

static void clients_put(const struct show *show, bool is_main)
{
	struct ctl_places places;

	ctlsock_places(show->daemon->ctl, is_main, &places);
	limit_put(show, &(struct limit){ is_main ? "clients" : "clients-read-only", LINK_NONE,
					 IP_FAMILY_COUNT, places.used, places.limit, places.refused,
					 NULL });
}

bool limits_step(struct show *show)
{
	for (enum ip_family family = IP_FAMILY_4; family < IP_FAMILY_COUNT; family++)
		for (size_t i = 0; i < sizeof(routing) / sizeof(routing[0]); i++)
			trees_put(show, family, routing[i]);
	for (enum ip_family family = IP_FAMILY_4; family < IP_FAMILY_COUNT; family++)
		statics_put(show, family);
	policy_put_limits(show);
	for (uint16_t link = 0; link < LINKS_MAX; link++)
		for (enum ip_family family = IP_FAMILY_4; family < IP_FAMILY_COUNT; family++)
			if (show->daemon->ports[link].is_used)
				link_put(show, link, family);
	clients_put(show, true);
	clients_put(show, false);
	return true;
}
