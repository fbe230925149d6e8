// SPDX-License-Identifier: GPL-2.0-only
/* The network: routers, interfaces, links, addresses, settings. */
#include <stdlib.h>
#include <string.h>

#include "base/addr_text.h"
#include "hpimlab/rebuild_int.h"

bool rebuild_is_ours(const struct rebuild *rebuild, json_object *record, const char *key)
{
	const struct ip_addr addr = record_addr(record, key);

	return ip_addr_is_set(&addr) && ip_addr_family(&addr) == rebuild->family;
}

struct place *rebuild_place(struct rebuild *rebuild, uint16_t router, const char *name)
{
	for (size_t i = 0; i < rebuild->place_count; i++)
		if (rebuild->places[i].router == router &&
		    strcmp(rebuild->places[i].name, name) == 0)
			return &rebuild->places[i];
	return NULL;
}

struct place *rebuild_neighbor(struct rebuild *rebuild, const struct place *of,
			       const struct ip_addr *addr)
{
	for (size_t i = 0; i < rebuild->place_count; i++)
		if (&rebuild->places[i] != of && rebuild->places[i].lan == of->lan &&
		    ip_addr_equal(&rebuild->places[i].addr, addr))
			return &rebuild->places[i];
	return NULL;
}

/* ---- interfaces ---- */

static const char *of_family(const struct rebuild *rebuild, const char *of_4, const char *of_6)
{
	return ip_family_addr_len(rebuild->family) == 4 ? of_4 : of_6;
}

static bool has_protocol(const struct rebuild *rebuild, json_object *record)
{
	return record_flag(record, of_family(rebuild, "hpim4", "hpim6")) ||
	       record_flag(record, of_family(rebuild, "pim_dm4", "pim_dm6")) ||
	       record_flag(record, of_family(rebuild, "igmp", "mld"));
}

static bool find_places(struct rebuild *rebuild)
{
	for (uint16_t i = 0; i < rebuild->reports->count; i++) {
		json_object *list = reports_list(rebuild->reports, i, REPORT_INTERFACES);
		uint16_t ports = 0;

		for (size_t j = 0; j < record_count(list); j++) {
			json_object *record = json_object_array_get_idx(list, j);
			const char *key = of_family(rebuild, "addr4", "addr6");

			if (!has_protocol(rebuild, record) ||
			    !rebuild_is_ours(rebuild, record, key))
				continue;
			if (ports == SIM_PORTS_MAX) {
				fprintf(stderr, "hpimlab: %s: more than %u interfaces\n",
					rebuild->reports->routers[i].name, SIM_PORTS_MAX);
				return false;
			}
			rebuild->places[rebuild->place_count] =
				(struct place){ .router = i,
						.port = ports++,
						.lan = (uint16_t)rebuild->place_count,
						.name = record_text(record, "interface"),
						.addr = record_addr(record, key),
						.record = record };
			rebuild->place_count++;
		}
	}
	if (rebuild->place_count)
		return true;
	fprintf(stderr, "hpimlab: no interface has a protocol for IPv%s\n",
		of_family(rebuild, "4", "6"));
	return false;
}

/* ---- links ---- */

/* What @place knows of a neighbor. NULL: it has none of that address. */
static json_object *known(const struct rebuild *rebuild, const struct place *place,
			  const struct ip_addr *addr)
{
	json_object *list = reports_list(rebuild->reports, place->router, REPORT_NEIGHBORS);

	for (size_t i = 0; i < record_count(list); i++) {
		json_object *record = json_object_array_get_idx(list, i);
		const struct ip_addr of = record_addr(record, "address");

		if (strcmp(record_text(record, "interface"), place->name) == 0 &&
		    ip_addr_equal(&of, addr))
			return record;
	}
	return NULL;
}

/*
 * Routers that know each other are on one link. Several interfaces of a router may have the same
 * link-local address: with HPIM-DM the SnapshotSNs agree crosswise (3.3) where it is the right one.
 */
static bool know_each_other(const struct rebuild *rebuild, const struct place *a,
			    const struct place *b)
{
	json_object *of_a = known(rebuild, a, &b->addr), *of_b = known(rebuild, b, &a->addr);

	if (!of_a || !of_b)
		return false;
	return strcmp(record_text(of_a, "state"), "synced") != 0 ||
	       strcmp(record_text(of_b, "state"), "synced") != 0 ||
	       (record_number(of_a, "my_snapshot_sn") ==
			record_number(of_b, "neighbor_snapshot_sn") &&
		record_number(of_b, "my_snapshot_sn") ==
			record_number(of_a, "neighbor_snapshot_sn"));
}

/* Of two routers of whom one queries for both, too. */
static bool are_joined(const struct rebuild *rebuild, const struct place *a, const struct place *b)
{
	const char *key = of_family(rebuild, "querier4", "querier6");
	const struct ip_addr by_a = record_addr(a->record, key);
	bool has_querier = rebuild->family == IP_FAMILY_4 && ip_addr_equal(&by_a, &b->addr) &&
			   !ip_addr_equal(&a->addr, &b->addr);

	return has_querier || know_each_other(rebuild, a, b);
}

/* No router has two interfaces on a link, unless addresses do not say which is which. */
static bool is_certain(const struct rebuild *rebuild, const struct place *a)
{
	for (size_t i = 0; i < rebuild->place_count; i++) {
		const struct place *b = &rebuild->places[i];

		if (a == b || a->router != b->router || a->lan != b->lan)
			continue;
		if (!ip_addr_equal(&a->addr, &b->addr))
			continue;
		fprintf(stderr,
			"hpimlab: %s: %s and %s have the same address %s, and their neighbors "
			"do not say which of them is meant\n",
			rebuild->reports->routers[a->router].name, a->name, b->name,
			ip_addr_text(&a->addr).s);
		return false;
	}
	return true;
}

static void relabel(struct rebuild *rebuild, uint16_t from, uint16_t to)
{
	for (size_t i = 0; i < rebuild->place_count; i++)
		if (rebuild->places[i].lan == from)
			rebuild->places[i].lan = to;
}

static bool make_links(struct rebuild *rebuild)
{
	struct sim_topo *topo = &rebuild->scenario->topo;
	char name[SIM_NAME_LEN];

	for (size_t i = 0; i < rebuild->place_count; i++)
		for (size_t j = 0; j < rebuild->place_count; j++)
			if (rebuild->places[i].router != rebuild->places[j].router &&
			    are_joined(rebuild, &rebuild->places[i], &rebuild->places[j]))
				relabel(rebuild, rebuild->places[j].lan, rebuild->places[i].lan);
	for (size_t i = 0; i < rebuild->place_count; i++)
		if (!is_certain(rebuild, &rebuild->places[i]))
			return false;
	for (size_t i = 0; i < rebuild->place_count; i++) {
		uint16_t old = rebuild->places[i].lan;

		if (old >= PLACES_MAX)
			continue; /* has its number */
		if (topo->lan_count == SIM_LANS_MAX) {
			fprintf(stderr, "hpimlab: more than %u links\n", SIM_LANS_MAX);
			return false;
		}
		(void)snprintf(name, sizeof(name), "link%u", topo->lan_count + 1u);
		(void)sim_topo_add_lan(topo, name, (uint8_t)(topo->lan_count + 1));
		topo->lans[topo->lan_count - 1].mtu =
			record_number(rebuild->places[i].record, "mtu");
		relabel(rebuild, old, (uint16_t)(PLACES_MAX + topo->lan_count - 1));
	}
	for (size_t i = 0; i < rebuild->place_count; i++)
		rebuild->places[i].lan = (uint16_t)(rebuild->places[i].lan - PLACES_MAX);
	return true;
}

/* ---- addresses ---- */

/* The order of addresses decides asserts and queriers: it stays, and so does the last byte where it
 * alone makes the same order.
 */
static uint8_t host_number(const struct rebuild *rebuild, const struct place *place)
{
	bool is_in_order = place->addr.b[15] > 0 && place->addr.b[15] < 100;
	uint8_t rank = 1;

	for (size_t i = 0; i < rebuild->place_count; i++) {
		const struct place *a = &rebuild->places[i];

		if (a->lan != place->lan)
			continue;
		rank = (uint8_t)(rank + (ip_addr_compare(&a->addr, &place->addr) < 0));
		is_in_order &= a->addr.b[15] > 0 && a->addr.b[15] < 100;
		for (size_t j = 0; j < rebuild->place_count; j++) {
			const struct place *b = &rebuild->places[j];

			if (b->lan == a->lan && ip_addr_compare(&a->addr, &b->addr) < 0)
				is_in_order &= a->addr.b[15] < b->addr.b[15];
		}
	}
	return is_in_order ? place->addr.b[15] : rank;
}

static void make_routers(struct rebuild *rebuild)
{
	struct sim_topo *topo = &rebuild->scenario->topo;

	for (uint16_t i = 0; i < rebuild->reports->count; i++)
		(void)sim_topo_add_router(topo, rebuild->reports->routers[i].name);
	for (size_t i = 0; i < rebuild->place_count; i++) {
		struct place *place = &rebuild->places[i];
		struct sim_port *port =
			sim_topo_add_port(&topo->routers[place->router], place->name, place->lan,
					  host_number(rebuild, place));
		bool is_pim = record_flag(place->record, of_family(rebuild, "pim_dm4", "pim_dm6"));

		port->protocol = is_pim ? PROTO_PIMDM : PROTO_HPIM;
		port->wants[PROTO_PIMDM] = is_pim;
		port->wants[PROTO_HPIM] =
			record_flag(place->record, of_family(rebuild, "hpim4", "hpim6"));
		port->wants[PROTO_GM] =
			record_flag(place->record, of_family(rebuild, "igmp", "mld"));
		fprintf(rebuild->remarks, "# %s %s: %s on %s, here host %u\n",
			topo->routers[place->router].name, place->name,
			ip_addr_text(&place->addr).s, topo->lans[place->lan].name, port->host);
	}
}

/* ---- settings ---- */

/* In the unit of the table: "on", or a number of seconds. */
static uint32_t value_of(enum setting_id id, const char *text)
{
	if (setting_table[id].unit == SETTING_SWITCH)
		return strcmp(text, "on") == 0;
	if (setting_table[id].unit == SETTING_MS)
		return (uint32_t)(strtod(text, NULL) * 1000 + 0.5);
	return (uint32_t)strtoul(text, NULL, 10);
}

static void take_setting(struct rebuild *rebuild, uint16_t router, json_object *record)
{
	struct core_settings *settings = &rebuild->scenario->topo.settings;
	const char *name = record_text(record, "setting"), *text = record_text(record, "value");
	const char *interface = record_text(record, "interface"),
		   *from = record_text(record, "from");

	if (strcmp(from, "default") == 0 || strcmp(from, "derived") == 0)
		return;
	for (enum setting_id id = 0; id < SETTING_COUNT; id++) {
		if (strcmp(setting_table[id].name, name) != 0 || !setting_can_change(id))
			continue;
		if (!*interface && router == 0)
			setting_set(settings, id, value_of(id, text));
		else if (*interface || value_of(id, text) != setting_value(settings, id))
			fprintf(rebuild->remarks,
				"# left out: %s %s%s%s %s, since a scenario has settings of all "
				"routers\n",
				rebuild->reports->routers[router].name, interface,
				*interface ? " " : "", name, text);
	}
}

static void take_settings(struct rebuild *rebuild)
{
	for (uint16_t i = 0; i < rebuild->reports->count; i++) {
		json_object *list = reports_list(rebuild->reports, i, REPORT_TIMERS);

		for (size_t j = 0; j < record_count(list); j++)
			take_setting(rebuild, i, json_object_array_get_idx(list, j));
	}
}

bool rebuild_scenario(const struct reports *reports, enum ip_family family, const char *name,
		      struct scenario *ret_scenario, FILE *remarks)
{
	struct rebuild rebuild = {
		.reports = reports, .family = family, .scenario = ret_scenario, .remarks = remarks
	};

	*ret_scenario = (struct scenario){ .seed = 1, .family = family, .has_family = true };
	(void)snprintf(ret_scenario->name, sizeof(ret_scenario->name), "%.63s", name);
	sim_topo_init(&ret_scenario->topo);
	take_settings(&rebuild);
	if (!find_places(&rebuild) || !make_links(&rebuild))
		return false;
	make_routers(&rebuild);
	if (!rebuild_flows(&rebuild))
		return false;
	rebuild_costs(&rebuild);
	rebuild_timeline(&rebuild);
	return true;
}
