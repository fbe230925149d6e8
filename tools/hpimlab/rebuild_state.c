// SPDX-License-Identifier: GPL-2.0-only
/* The state: sources, groups, members, costs, and the answers that the routers gave. */
#include <stdlib.h>
#include <string.h>

#include "base/addr_text.h"
#include "hpimlab/daemons.h"
#include "hpimlab/rebuild_int.h"

#define COST       10u
#define HOST_FIRST 100u /* hosts have numbers from here on */
#define BEGIN      HP_SEC(12)
#define END        HP_SEC(40)
#define END_PIM    HP_SEC(140) /* State Refresh has come twice by then */

/* ---- sources, groups, members ---- */

static uint16_t index_of(const struct ip_addr *addrs, uint16_t count, const struct ip_addr *addr)
{
	for (uint16_t i = 0; i < count; i++)
		if (ip_addr_equal(&addrs[i], addr))
			return i;
	return SIM_NONE;
}

static int by_addr(const void *a, const void *b)
{
	return ip_addr_compare(a, b);
}

static void add_addr(struct ip_addr *addrs, uint16_t *count, uint16_t most,
		     const struct ip_addr *addr, bool *ret_has_room)
{
	if (index_of(addrs, *count, addr) != SIM_NONE)
		return;
	if (*count == most)
		*ret_has_room = false;
	else
		addrs[(*count)++] = *addr;
}

static bool collect(struct rebuild *rebuild, enum report report)
{
	bool has_room = true;

	for (uint16_t i = 0; i < rebuild->reports->count; i++) {
		json_object *list = reports_list(rebuild->reports, i, report);

		for (size_t j = 0; j < record_count(list); j++) {
			json_object *record = json_object_array_get_idx(list, j);
			const struct ip_addr source = record_addr(record, "source");
			const struct ip_addr group = record_addr(record, "group");

			if (!rebuild_is_ours(rebuild, record, "group"))
				continue;
			add_addr(rebuild->groups, &rebuild->group_count, SIM_GROUPS_MAX, &group,
				 &has_room);
			if (report == REPORT_TREES)
				add_addr(rebuild->sources, &rebuild->source_count,
					 SIM_HOSTS_MAX / 2, &source, &has_room);
		}
	}
	if (!has_room)
		fprintf(stderr, "hpimlab: more than %u groups or %u sources\n", SIM_GROUPS_MAX,
			SIM_HOSTS_MAX / 2);
	return has_room;
}

/* The tree of a source at a router: that with the first group. */
static json_object *tree_of(const struct rebuild *rebuild, uint16_t router, uint16_t source)
{
	json_object *list = reports_list(rebuild->reports, router, REPORT_TREES);

	for (size_t i = 0; i < record_count(list); i++) {
		json_object *record = json_object_array_get_idx(list, i);
		const struct ip_addr of = record_addr(record, "source");

		if (ip_addr_equal(&of, &rebuild->sources[source]) &&
		    strcmp(record_text(record, "input"), "-") != 0)
			return record;
	}
	return NULL;
}

/* The link a source is on: behind the root interface of the router that is nearest to it. */
static struct place *source_place(struct rebuild *rebuild, uint16_t source)
{
	uint32_t least = UINT32_MAX;
	struct place *nearest = NULL;

	for (uint16_t i = 0; i < rebuild->reports->count; i++) {
		json_object *tree = tree_of(rebuild, i, source);
		struct place *place =
			tree ? rebuild_place(rebuild, i, record_text(tree, "input")) : NULL;
		bool is_originator = tree && strcmp(record_text(tree, "role"), "originator") == 0;
		uint32_t metric = is_originator ? 0 : tree ? record_number(tree, "metric") : 0;

		if (place && (!nearest || metric < least)) {
			nearest = place;
			least = metric;
		}
	}
	return nearest;
}

static uint8_t free_host(const struct sim_topo *topo, uint16_t lan, uint8_t wanted)
{
	uint8_t host = wanted >= HOST_FIRST && wanted < 255 ? wanted : HOST_FIRST;

	while (strcmp(sim_topo_name_at(topo, lan, host), "?") != 0)
		host++;
	return host;
}

static bool add_sources(struct rebuild *rebuild)
{
	struct sim_topo *topo = &rebuild->scenario->topo;
	char name[SIM_NAME_LEN];

	for (uint16_t i = 0; i < rebuild->source_count; i++) {
		struct place *place = source_place(rebuild, i);

		if (!place) {
			fprintf(stderr,
				"hpimlab: source %s: no router has a root interface for it\n",
				ip_addr_text(&rebuild->sources[i]).s);
			return false;
		}
		(void)snprintf(name, sizeof(name), "s%u", i + 1u);
		(void)sim_topo_add_host(topo, name, place->lan,
					free_host(topo, place->lan, rebuild->sources[i].b[15]));
		fprintf(rebuild->remarks, "# source %s: %s\n", ip_addr_text(&rebuild->sources[i]).s,
			name);
	}
	return true;
}

static void join(struct rebuild *rebuild, uint16_t lan, uint16_t group)
{
	struct sim_topo *topo = &rebuild->scenario->topo;
	struct action action = { .kind = ACT_JOIN, .at = BEGIN, .value = group };
	char name[SIM_NAME_LEN];
	uint16_t host;

	(void)snprintf(name, sizeof(name), "m%u", lan + 1u);
	host = sim_topo_host(topo, name);
	if (host == SIM_NONE) {
		if (topo->host_count == SIM_HOSTS_MAX) {
			fprintf(rebuild->remarks, "# left out: members on %s\n",
				topo->lans[lan].name);
			return;
		}
		host = topo->host_count;
		(void)sim_topo_add_host(topo, name, lan, free_host(topo, lan, 200));
	}
	if (topo->hosts[host].joined >> group & 1)
		return; /* another router of the link has reported it, too */
	topo->hosts[host].joined |= UINT32_C(1) << group;
	action.node = host;
	scenario_add_action(rebuild->scenario, &action);
}

static void add_members(struct rebuild *rebuild)
{
	for (uint16_t i = 0; i < rebuild->reports->count; i++) {
		json_object *list = reports_list(rebuild->reports, i, REPORT_GROUPS);

		for (size_t j = 0; j < record_count(list); j++) {
			json_object *record = json_object_array_get_idx(list, j);
			const struct ip_addr group = record_addr(record, "group");
			struct place *place =
				rebuild_place(rebuild, i, record_text(record, "interface"));

			if (place && rebuild_is_ours(rebuild, record, "group"))
				join(rebuild, place->lan,
				     index_of(rebuild->groups, rebuild->group_count, &group));
		}
	}
	for (uint16_t i = 0; i < rebuild->scenario->topo.host_count; i++)
		rebuild->scenario->topo.hosts[i].joined = 0; /* the timeline does it */
}

/* Each source sends to the groups of its trees. */
static void add_sending(struct rebuild *rebuild)
{
	uint32_t groups[SIM_HOSTS_MAX] = { 0 };

	for (uint16_t i = 0; i < rebuild->reports->count; i++) {
		json_object *list = reports_list(rebuild->reports, i, REPORT_TREES);

		for (size_t j = 0; j < record_count(list); j++) {
			json_object *record = json_object_array_get_idx(list, j);
			const struct ip_addr source = record_addr(record, "source");
			const struct ip_addr group = record_addr(record, "group");

			if (rebuild_is_ours(rebuild, record, "group"))
				groups[index_of(rebuild->sources, rebuild->source_count,
						&source)] |=
					UINT32_C(1)
					<< index_of(rebuild->groups, rebuild->group_count, &group);
		}
	}
	for (uint16_t i = 0; i < rebuild->source_count; i++)
		for (uint16_t group = 0; group < rebuild->group_count; group++)
			if (groups[i] >> group & 1)
				scenario_add_action(rebuild->scenario,
						    &(struct action){ .kind = ACT_SEND_GROUP,
								      .at = BEGIN,
								      .node = i,
								      .value = group });
}

bool rebuild_flows(struct rebuild *rebuild)
{
	for (uint16_t i = 0; i < rebuild->reports->count; i++)
		scenario_add_action(rebuild->scenario,
				    &(struct action){ .kind = ACT_START, .node = i });
	scenario_add_action(rebuild->scenario, &(struct action){ .kind = ACT_MARK, .at = BEGIN });
	if (!collect(rebuild, REPORT_TREES) || !collect(rebuild, REPORT_GROUPS))
		return false;
	qsort(rebuild->groups, rebuild->group_count, sizeof(rebuild->groups[0]), by_addr);
	qsort(rebuild->sources, rebuild->source_count, sizeof(rebuild->sources[0]), by_addr);
	for (uint16_t i = 0; i < rebuild->group_count; i++)
		fprintf(rebuild->remarks, "# group %s: %u\n", ip_addr_text(&rebuild->groups[i]).s,
			i);
	if (!add_sources(rebuild))
		return false;
	add_members(rebuild);
	add_sending(rebuild);
	return true;
}

/* ---- costs ---- */

/* Of the link of a source: below the metric of all who are behind it. */
static uint32_t source_cost(const struct rebuild *rebuild, uint16_t source)
{
	uint32_t cost = COST;

	for (uint16_t i = 0; i < rebuild->reports->count; i++) {
		json_object *tree = tree_of(rebuild, i, source);
		uint32_t metric = tree ? record_number(tree, "metric") : 0;

		if (metric && metric <= cost)
			cost = metric > 1 ? metric - 1 : 1;
	}
	return cost;
}

/* What the way of a router to a source costs behind its root interface. */
static uint32_t behind(struct rebuild *rebuild, const struct place *root, json_object *tree,
		       uint16_t source)
{
	const struct ip_addr upstream = record_addr(tree, "upstream");
	struct place *place = rebuild_neighbor(rebuild, root, &upstream);
	json_object *of = place ? tree_of(rebuild, place->router, source) : NULL;

	if (!of)
		return 0;
	return strcmp(record_text(of, "role"), "originator") == 0 ? source_cost(rebuild, source)
								  : record_number(of, "metric");
}

static void take_cost(struct rebuild *rebuild, uint16_t router, uint16_t source, bool *is_known)
{
	json_object *tree = tree_of(rebuild, router, source);
	struct place *root =
		tree ? rebuild_place(rebuild, router, record_text(tree, "input")) : NULL;
	struct sim_box *box = &rebuild->scenario->topo.routers[router];
	uint32_t metric, less;

	if (!root)
		return;
	metric = record_number(tree, "metric");
	less = behind(rebuild, root, tree, source);
	is_known[root->port] = true;
	if (strcmp(record_text(tree, "role"), "originator") == 0)
		box->ports[root->port].cost = source_cost(rebuild, source);
	else if (metric > less)
		box->ports[root->port].cost = metric - less;
	else
		fprintf(rebuild->remarks,
			"# left out: the cost of %s %s: its metric %u is not above %u, that of "
			"%s\n",
			box->name, root->name, metric, less, record_text(tree, "upstream"));
}

/* No tree goes by the other ports: a way by one of them costs more than each that is used. */
void rebuild_costs(struct rebuild *rebuild)
{
	for (uint16_t i = 0; i < rebuild->reports->count; i++) {
		struct sim_box *box = &rebuild->scenario->topo.routers[i];
		bool is_known[SIM_PORTS_MAX] = { false };
		uint32_t most = COST;

		for (uint16_t source = 0; source < rebuild->source_count; source++) {
			json_object *tree = tree_of(rebuild, i, source);
			uint32_t metric = tree ? record_number(tree, "metric") : 0;

			take_cost(rebuild, i, source, is_known);
			most = metric >= most ? metric + 1 : most;
		}
		for (uint16_t p = 0; p < box->port_count; p++)
			if (!is_known[p])
				box->ports[p].cost = most;
	}
}

/* ---- what the routers answered ---- */

static void translate(json_object *record, const char *key, const struct ip_addr *addr)
{
	json_object_object_add(record, key, json_object_new_string(ip_addr_text(addr).s));
}

/* The address of a neighbor, where the record or @port names the interface. */
static void translate_neighbor(struct rebuild *rebuild, uint16_t router, json_object *record,
			       const char *key, const char *interface)
{
	const struct sim_topo *topo = &rebuild->scenario->topo;
	struct place *of = rebuild_place(rebuild, router, interface);
	const struct ip_addr old = record_addr(record, key);
	struct place *place = of ? rebuild_neighbor(rebuild, of, &old) : NULL;
	struct ip_addr addr;

	if (of && ip_addr_equal(&of->addr, &old))
		place = of;
	if (!place)
		return;
	addr = sim_topo_addr(topo, rebuild->family, place->lan,
			     topo->routers[place->router].ports[place->port].host);
	translate(record, key, &addr);
}

static void translate_flow(struct rebuild *rebuild, json_object *record)
{
	const struct sim_topo *topo = &rebuild->scenario->topo;
	const struct ip_addr source = record_addr(record, "source");
	const struct ip_addr group = record_addr(record, "group");
	uint16_t s = index_of(rebuild->sources, rebuild->source_count, &source);
	uint16_t g = index_of(rebuild->groups, rebuild->group_count, &group);
	struct ip_addr addr;

	if (s != SIM_NONE) {
		addr = sim_topo_subnet(topo, rebuild->family, topo->hosts[s].lan,
				       topo->hosts[s].host)
			       .addr;
		translate(record, "source", &addr);
	}
	if (g != SIM_NONE) {
		addr = sim_topo_group(rebuild->family, g);
		translate(record, "group", &addr);
	}
}

static void translate_all(struct rebuild *rebuild, uint16_t router)
{
	static const struct {
		enum report report;
		const char *key, *interface;
	} neighbors[] = {
		{ REPORT_NEIGHBORS, "address", "interface" },
		{ REPORT_TREES, "upstream", "input" },
		{ REPORT_TREE_IFS, "best_upstream", "interface" },
	};

	for (size_t n = 0; n < sizeof(neighbors) / sizeof(neighbors[0]); n++) {
		json_object *list = reports_list(rebuild->reports, router, neighbors[n].report);

		for (size_t i = 0; i < record_count(list); i++) {
			json_object *record = json_object_array_get_idx(list, i);

			translate_neighbor(rebuild, router, record, neighbors[n].key,
					   record_text(record, neighbors[n].interface));
		}
	}
	for (enum report report = REPORT_TREES; report <= REPORT_GROUPS; report++) {
		json_object *list = reports_list(rebuild->reports, router, report);

		for (size_t i = 0; i < record_count(list); i++)
			translate_flow(rebuild, json_object_array_get_idx(list, i));
	}
}

struct asking {
	struct rebuild *rebuild;
	struct sim_net *net;
	struct facts facts;
	struct log log; /* empty */
	hp_time at;
};

static void ask(struct asking *asking, const char *question, const char *subject)
{
	char answer[EXPECT_TEXT_LEN];
	enum check_kind kind;

	expect_answer(asking->net, &asking->facts, &asking->log, question, subject, answer, &kind);
	if (strchr(answer, '?'))
		fprintf(asking->rebuild->remarks,
			"# left out: %s of %s, '%s': '?' is a router of none of the files\n",
			question, subject, answer);
	else
		scenario_add_expectation(asking->rebuild->scenario, asking->at, question, subject,
					 answer, NULL);
}

static void ask_router(struct asking *asking, const struct sim_box *box)
{
	char port[2 * SIM_NAME_LEN];
	bool has_hpim = false, has_pim = false;

	for (uint16_t p = 0; p < box->port_count; p++) {
		(void)snprintf(port, sizeof(port), "%.15s.%.15s", box->name, box->ports[p].name);
		has_hpim |= box->ports[p].wants[PROTO_HPIM];
		has_pim |= box->ports[p].wants[PROTO_PIMDM];
		if (box->ports[p].wants[box->ports[p].protocol])
			ask(asking, "neighbors", port);
		if (box->ports[p].wants[PROTO_GM]) /* who queries depends on who began when */
			ask(asking, "members", port);
	}
	if (has_hpim) {
		ask(asking, "tree", box->name);
		ask(asking, "interest", box->name);
		ask(asking, "trees", box->name);
	}
	if (has_pim) {
		ask(asking, "pim", box->name);
		ask(asking, "upstream", box->name);
	}
}

void rebuild_timeline(struct rebuild *rebuild)
{
	const struct sim_topo *topo = &rebuild->scenario->topo;
	struct lab lab = { .topo = topo, .family = rebuild->family }; /* no daemon runs */
	struct daemons *daemons = daemons_new(&lab);
	struct asking asking = { .rebuild = rebuild,
				 .net = sim_net_new(topo, rebuild->family, 1),
				 .facts = daemons_facts(daemons),
				 .at = END };

	for (size_t i = 0; i < rebuild->place_count; i++) {
		const struct place *place = &rebuild->places[i];

		if (topo->routers[place->router].ports[place->port].wants[PROTO_PIMDM])
			asking.at = END_PIM;
	}
	for (uint16_t i = 0; i < rebuild->reports->count; i++) {
		translate_all(rebuild, i);
		for (enum report report = 0; report < REPORT_COUNT; report++)
			daemons_give(daemons, i, rebuild->reports->routers[i].answers[report]);
	}
	for (uint16_t i = 0; i < topo->router_count; i++)
		ask_router(&asking, &topo->routers[i]);
	sim_net_free(asking.net);
	daemons_free(daemons);
}
