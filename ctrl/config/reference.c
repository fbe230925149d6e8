// SPDX-License-Identifier: GPL-2.0-only
/*
 * The configuration of the Python implementation of HPIM-DM, read and written. Its keys may come in
 * any order and its numbers as floats; a section that is missing leaves the defaults. What it
 * derives from other values, and what only hosts need, has no effect and is not set.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/yaml_int.h"

#define TOP_HPIM      "HPIM-DM"
#define TOP_MULTICAST "MulticastVRF"
#define TOP_UNICAST   "UnicastVRF"
#define INTERFACES    "Interfaces"

/* Tenths of a second, as in the messages of IGMP. */
#define TENTHS "MAX_RESPONSE_TIME_LAST_MEMBER_QUERY_INTERVAL"

enum kind {
	NUMBER,  /* in the unit of the setting */
	TENTH,   /* the value of another key in tenths of a second; read only without that */
	DERIVED, /* from others, always */
	HOSTS,   /* of hosts: it has no meaning for a router */
};

/**
 * struct name - A key of a section.
 * @id:    of IGMP and MLD: enum setting_gm.
 * @value: of HOSTS: what is written.
 */
struct name {
	const char *name;
	enum kind kind;
	unsigned int id, value;
};

static const struct name timers[] = {
	{ "HELLO_PERIOD", NUMBER, SETTING_HELLO_INTERVAL, 0 },
	{ "INITIAL_FLOOD_TIME", NUMBER, SETTING_INITIAL_FLOOD_TIME, 0 },
	{ "MESSAGE_RETRANSMISSION_TIME", NUMBER, SETTING_RETRANSMISSION_INTERVAL, 0 },
	{ "SOURCE_LIFETIME", NUMBER, SETTING_SOURCE_LIFETIME, 0 },
	{ .name = NULL },
};

static const struct name settings[] = {
	{ "INITIAL_FLOOD_ENABLED", NUMBER, SETTING_INITIAL_FLOOD, 0 },
	{ "SYNC_FRAGMENTATION_MSG", NUMBER, SETTING_SYNC_TREES, 0 },
	{ .name = NULL },
};

/* What others are derived from comes first; see also sorted(). */
static const struct name igmp[] = {
	{ "ROBUSTNESS_VARIABLE", NUMBER, SETTING_GM_ROBUSTNESS, 0 },
	{ "QUERY_INTERVAL", NUMBER, SETTING_GM_QUERY_INTERVAL, 0 },
	{ "QUERY_RESPONSE_INTERVAL", NUMBER, SETTING_GM_QUERY_RESPONSE_INTERVAL, 0 },
	{ "MAX_RESPONSE_TIME_QUERY_RESPONSE_INTERVAL", TENTH, SETTING_GM_QUERY_RESPONSE_INTERVAL,
	  0 },
	{ "GROUP_MEMBERSHIP_INTERVAL", DERIVED, SETTING_GM_GROUP_MEMBERSHIP_INTERVAL, 0 },
	{ "OTHER_QUERIER_PRESENT_INTERVAL", DERIVED, SETTING_GM_OTHER_QUERIER_INTERVAL, 0 },
	{ "STARTUP_QUERY_INTERVAL", NUMBER, SETTING_GM_STARTUP_QUERY_INTERVAL, 0 },
	{ "STARTUP_QUERY_COUNT", NUMBER, SETTING_GM_STARTUP_QUERY_COUNT, 0 },
	{ "LAST_MEMBER_QUERY_INTERVAL", NUMBER, SETTING_GM_LAST_MEMBER_QUERY_INTERVAL, 0 },
	{ TENTHS, TENTH, SETTING_GM_LAST_MEMBER_QUERY_INTERVAL, 0 },
	{ "LAST_MEMBER_QUERY_COUNT", NUMBER, SETTING_GM_LAST_MEMBER_QUERY_COUNT, 0 },
	{ "UNSOLICITED_REPORT_INTERVAL", HOSTS, 0, 10 },
	{ "VERSION_1_ROUTER_PRESENT_TIMEOUT", HOSTS, 0, 400 },
	{ .name = NULL },
};

static const struct name mld[] = {
	{ "ROBUSTNESS_VARIABLE", NUMBER, SETTING_GM_ROBUSTNESS, 0 },
	{ "QUERY_INTERVAL", NUMBER, SETTING_GM_QUERY_INTERVAL, 0 },
	{ "QUERY_RESPONSE_INTERVAL", NUMBER, SETTING_GM_QUERY_RESPONSE_INTERVAL, 0 },
	{ "MULTICAST_LISTENER_INTERVAL", DERIVED, SETTING_GM_GROUP_MEMBERSHIP_INTERVAL, 0 },
	{ "OTHER_QUERIER_PRESENT_INTERVAL", DERIVED, SETTING_GM_OTHER_QUERIER_INTERVAL, 0 },
	{ "STARTUP_QUERY_INTERVAL", NUMBER, SETTING_GM_STARTUP_QUERY_INTERVAL, 0 },
	{ "STARTUP_QUERY_COUNT", NUMBER, SETTING_GM_STARTUP_QUERY_COUNT, 0 },
	{ "LAST_LISTENER_QUERY_INTERVAL", NUMBER, SETTING_GM_LAST_MEMBER_QUERY_INTERVAL, 0 },
	{ "LAST_LISTENER_QUERY_COUNT", NUMBER, SETTING_GM_LAST_MEMBER_QUERY_COUNT, 0 },
	{ "UNSOLICITED_REPORT_INTERVAL", HOSTS, 0, 10 },
	{ .name = NULL },
};

/** struct section - A mapping of settings; @first: added to the id of each. */
struct section {
	const struct name *names;
	unsigned int first;
};

static const struct section hpim_timers = { timers, 0 }, hpim_settings = { settings, 0 };
static const char *const gm_names[IP_FAMILY_COUNT] = { "IGMP", "MLD" };
static const struct section gm_sections[IP_FAMILY_COUNT] = { { igmp, SETTING_IGMP },
							     { mld, SETTING_MLD } };
static const char *const family_names[IP_FAMILY_COUNT] = { "ipv4", "ipv6" };

/* Values have at most so many digits; what is larger is in no range. */
#define VALUE_MAX 1e12

static double whole_of(double value)
{
	return (double)(uint64_t)value;
}

static bool is_near(double a, double b)
{
	return a - b < 1e-9 && b - a < 1e-9;
}

bool reference_is(struct yaml_in *in, yaml_node_t *root)
{
	static const char *const names[] = { TOP_HPIM, "IGMP", "MLD", TOP_MULTICAST, TOP_UNICAST };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (yaml_find(in, root, names[i]))
			return !yaml_find(in, root, "version");
	return false;
}

/* ---- reading settings ---- */

/* A number, or a switch as 0 and 1. */
static bool read_value(struct yaml_in *in, const yaml_node_t *node, double *ret_value)
{
	const char *text = yaml_text(in, node, "a number");
	bool is_on;
	char *end;

	if (!text)
		return false;
	if (yaml_switch_text(text, &is_on)) {
		*ret_value = is_on;
		return true;
	}
	*ret_value = strtod(text, &end);
	if (end != text && !*end && *ret_value >= 0 && *ret_value < VALUE_MAX)
		return true;
	return yaml_wrong(in, node, "found '%.60s', expected a number", text);
}

static double scale_of(enum setting_id id)
{
	return setting_table[id].unit == SETTING_MS ? 1000 : 1;
}

/* In the unit of the file. */
static double value_of(const struct core_settings *from, enum setting_id id)
{
	return setting_value(from, id) / scale_of(id);
}

/* What the file says, unless it counts anyway. */
static void set_value(struct yaml_in *in, const yaml_node_t *node, const char *name,
		      enum setting_id id, double value)
{
	struct config_settings *to = &in->config->settings;
	double whole = setting_table[id].unit == SETTING_MS ? value : whole_of(value);
	char text[32], why[CONFIG_WHY_MAX];
	uint32_t number;

	if (is_near(whole, value_of(&to->values, id)))
		return;
	if (whole < value)
		yaml_warn(in, node, "%s: %g is rounded to %g", name, value, whole);
	if (setting_table[id].unit == SETTING_SWITCH)
		(void)snprintf(text, sizeof(text), "%s", whole > 0 ? "on" : "off");
	else
		(void)snprintf(text, sizeof(text), "%.10g", whole);
	if (config_value_parse(id, text, &number, why) < 0) {
		yaml_wrong(in, node, "%s: %s", name, why);
		return;
	}
	setting_set(&to->values, id, number);
	to->own |= UINT64_C(1) << id;
}

/* The Python program stores these, shows them, and runs with its defaults all the same. */
static bool is_kept_as_default(enum setting_id id)
{
	return id == SETTING_HELLO_INTERVAL || id == SETTING_SOURCE_LIFETIME ||
	       id == SETTING_RETRANSMISSION_INTERVAL;
}

static void read_tenths(struct yaml_in *in, yaml_node_t *section, const yaml_node_t *node,
			const struct name *name, enum setting_id id, double value)
{
	const char *seconds = !strcmp(name->name, TENTHS) ? "LAST_MEMBER_QUERY_INTERVAL"
							  : "QUERY_RESPONSE_INTERVAL";

	if (yaml_find(in, section, seconds)) {
		if (!is_near(value / 10, value_of(&in->config->settings.values, id)))
			yaml_warn(in, node, "%s: %g s differs from %s, which counts: %g s",
				  name->name, value / 10, seconds,
				  value_of(&in->config->settings.values, id));
		return;
	}
	if (!strcmp(name->name, TENTHS))
		yaml_warn(in, node,
			  TENTHS ": the Python implementation reads it from "
				 "LAST_MEMBER_QUERY_COUNT; taken as it is written: %g s",
			  value / 10);
	set_value(in, node, name->name, id, value / 10);
}

static void read_name(struct yaml_in *in, yaml_node_t *section, const struct name *name,
		      unsigned int first)
{
	const yaml_node_t *node = yaml_find(in, section, name->name);
	enum setting_id id = (enum setting_id)(first + name->id);
	const struct core_settings *is = &in->config->settings.values;
	double value;

	if (!node || !read_value(in, node, &value))
		return;
	switch (name->kind) {
	case NUMBER:
		if (is_kept_as_default(id) && !is_near(value, value_of(&core_settings_default, id)))
			yaml_warn(in, node,
				  "%s: the Python implementation runs with %g whatever is written; "
				  "taken as it is written: %g",
				  name->name, value_of(&core_settings_default, id), value);
		set_value(in, node, name->name, id, value);
		break;
	case TENTH: read_tenths(in, section, node, name, id, value); break;
	case DERIVED:
		if (!is_near(value, value_of(is, id)))
			yaml_warn(in, node, "%s: %g is not taken: it follows from others: %g",
				  name->name, value, value_of(is, id));
		break;
	case HOSTS:
		if (!is_near(value, name->value))
			yaml_warn(in, node, "%s: %g is not taken: it is of hosts", name->name,
				  value);
		break;
	}
}

static void expect_name(struct yaml_in *in, const char *name, yaml_node_t *key, yaml_node_t *node,
			void *ctx)
{
	const struct section *section = ctx;

	(void)node;
	for (const struct name *known = section->names; known->name; known++)
		if (!strcmp(known->name, name))
			return;
	yaml_warn(in, key, "'%.60s' is not known and left out", name);
}

static void read_section(struct yaml_in *in, yaml_node_t *node, const struct section *section)
{
	unsigned int errors = in->errors;

	yaml_pairs(in, node, "settings", expect_name, (void *)section);
	if (in->errors == errors)
		for (const struct name *name = section->names; name->name; name++)
			read_name(in, node, name, section->first);
}

/* ---- reading interfaces ---- */

/* Return: NULL, and it is reported, if no interface can have that name. */
static struct config_interface *interface_of(struct yaml_in *in, const char *name,
					     const yaml_node_t *key)
{
	struct config_interface *interface = config_interface_find(in->config, name);

	if (interface)
		return interface;
	if (!*name || strlen(name) >= LINK_NAME_LEN || !config_is_name(name) ||
	    config_is_pattern(name)) {
		yaml_wrong(in, key, "found '%.80s', expected the name of an interface", name);
		return NULL;
	}
	interface = config_interface_add(in->config, name);
	memset(interface->link.wanted, 0, sizeof(interface->link.wanted));
	interface->line = (unsigned int)key->start_mark.line + 1;
	interface->column = (unsigned int)key->start_mark.column + 1;
	return interface;
}

static void read_enabled(struct yaml_in *in, yaml_node_t *node, bool *ret_is_on)
{
	yaml_node_t *enabled = yaml_find(in, node, "enabled");

	if (enabled)
		(void)yaml_switch(in, enabled, ret_is_on);
}

static void read_secret(struct yaml_in *in, const yaml_node_t *node, struct config_key *key)
{
	const char *text = yaml_text(in, node, "a secret");

	if (!text)
		return;
	if (!*text || strlen(text) > HPIM_SECRET_MAX)
		yaml_wrong(in, node, "found no secret of 1 to %u bytes, expected one",
			   HPIM_SECRET_MAX);
	else
		memcpy(key->secret, text, strlen(text) + 1);
}

/* Without a key, security is off there. */
static void read_security(struct yaml_in *in, yaml_node_t *node, enum ip_family family,
			  struct config_keys *keys)
{
	yaml_node_t *secret = yaml_find(in, node, "key"), *id = yaml_find(in, node, "identifier"),
		    *algorithm = yaml_find(in, node, "algorithm");
	struct config_key key = { .family = family, .hash = HPIM_HASH_MD5, .is_sending = true };
	const char *name = algorithm ? yaml_text(in, algorithm, "the name of an algorithm") : NULL;
	unsigned int errors = in->errors;
	double number = 0;

	if (!secret || yaml_is_null(secret))
		return;
	if (id && read_value(in, id, &number) &&
	    (number > UINT16_MAX || number != whole_of(number)))
		yaml_wrong(in, id, "found %g, expected a number from 0 to %u", number, UINT16_MAX);
	if (name && hpim_hash_by_name(name, &key.hash) < 0)
		yaml_wrong(in, algorithm, "found '%.60s', expected an algorithm, as sha256", name);
	read_secret(in, secret, &key);
	if (in->errors == errors) {
		key.id = (uint16_t)number;
		config_keys_put(keys, &key);
	}
	explicit_bzero(&key, sizeof(key));
}

static void read_hpim_interface(struct yaml_in *in, const char *name, yaml_node_t *key,
				yaml_node_t *node, void *ctx)
{
	struct config_interface *interface = interface_of(in, name, key);

	(void)ctx;
	for (enum ip_family family = IP_FAMILY_4; interface && family < IP_FAMILY_COUNT; family++) {
		yaml_node_t *part = yaml_find(in, node, family_names[family]);
		yaml_node_t *security = part ? yaml_find(in, part, "security") : NULL;

		if (part)
			read_enabled(in, part, &interface->link.wanted[family][PROTO_HPIM]);
		if (security)
			read_security(in, security, family, &interface->keys);
	}
}

static void read_gm_interface(struct yaml_in *in, const char *name, yaml_node_t *key,
			      yaml_node_t *node, void *ctx)
{
	struct config_interface *interface = interface_of(in, name, key);
	const enum ip_family *family = ctx;

	if (interface)
		read_enabled(in, node, &interface->link.wanted[*family][PROTO_GM]);
}

static void read_part(struct yaml_in *in, yaml_node_t *node, const char *name,
		      const struct section *section)
{
	yaml_node_t *part = yaml_find(in, node, name);

	if (part && !yaml_is_null(part))
		read_section(in, part, section);
}

static void read_table(struct yaml_in *in, yaml_node_t *root, const char *name,
		       enum config_table table)
{
	const yaml_node_t *node = yaml_find(in, root, name);
	double number;

	if (!node || !read_value(in, node, &number))
		return;
	if (number > CONFIG_TABLE_MAX || number != whole_of(number)) {
		yaml_wrong(in, node, "found %g, expected a number from 0 to %u", number,
			   CONFIG_TABLE_MAX);
		return;
	}
	in->config->table[table] = (uint32_t)number;
	in->config->has_table[table] = in->config->table[table] != config_table_default[table];
}

void reference_read(struct yaml_in *in, yaml_node_t *root)
{
	yaml_node_t *hpim = yaml_find(in, root, TOP_HPIM), *interfaces;

	read_table(in, root, TOP_MULTICAST, CONFIG_MULTICAST);
	read_table(in, root, TOP_UNICAST, CONFIG_UNICAST);
	if (hpim) {
		read_part(in, hpim, "DefaultTimers", &hpim_timers);
		read_part(in, hpim, "Settings", &hpim_settings);
		interfaces = yaml_find(in, hpim, INTERFACES);
		if (interfaces)
			yaml_pairs(in, interfaces, "interfaces", read_hpim_interface, NULL);
	}
	for (enum ip_family family = IP_FAMILY_4; family < IP_FAMILY_COUNT; family++) {
		yaml_node_t *gm = yaml_find(in, root, gm_names[family]);

		if (!gm)
			continue;
		read_part(in, gm, "Settings", &gm_sections[family]);
		interfaces = yaml_find(in, gm, INTERFACES);
		if (interfaces)
			yaml_pairs(in, interfaces, "interfaces", read_gm_interface, &family);
	}
}

/* ---- writing ---- */

static int compare_names(const void *a, const void *b)
{
	return strcmp((*(const struct name *const *)a)->name,
		      (*(const struct name *const *)b)->name);
}

#define NAMES_MAX 16

/* In the order in which the Python implementation writes them: sorted. */
static void write_section(struct yaml_out *out, const char *title, const struct section *section,
			  const struct core_settings *is)
{
	const struct name *sorted[NAMES_MAX];
	size_t count = 0;

	while (section->names[count].name) {
		sorted[count] = &section->names[count];
		count++;
	}
	qsort(sorted, count, sizeof(sorted[0]), compare_names);
	yaml_map(out, title, false);
	for (size_t i = 0; i < count; i++) {
		enum setting_id id = (enum setting_id)(section->first + sorted[i]->id);
		bool is_switch =
			sorted[i]->kind != HOSTS && setting_table[id].unit == SETTING_SWITCH;
		double value = sorted[i]->kind == HOSTS ? sorted[i]->value : value_of(is, id);
		char text[32];

		(void)snprintf(text, sizeof(text), "%g",
			       sorted[i]->kind == TENTH ? value * 10 : value);
		yaml_put(out, sorted[i]->name, !is_switch ? text : value > 0 ? "true" : "false");
	}
	yaml_map_end(out);
}

/* It knows one key of an interface and family. */
static void write_security(struct yaml_out *out, const struct config_keys *keys,
			   enum ip_family family)
{
	for (size_t i = 0; i < keys->count; i++) {
		const struct config_key *key = &keys->list[i];

		if (key->family != family || !key->is_sending)
			continue;
		yaml_map(out, "security", false);
		yaml_put(out, "algorithm", hpim_hash_name(key->hash));
		yaml_put_number(out, "identifier", key->id);
		if (out->with_secrets)
			yaml_put(out, "key", key->secret);
		yaml_map_end(out);
	}
}

static void write_hpim_interface(struct yaml_out *out, const struct config_interface *interface)
{
	yaml_map(out, interface->name, false);
	for (enum ip_family family = IP_FAMILY_4; family < IP_FAMILY_COUNT; family++) {
		if (!interface->link.wanted[family][PROTO_HPIM])
			continue;
		yaml_map(out, family_names[family], false);
		yaml_put(out, "enabled", "true");
		write_security(out, &interface->keys, family);
		yaml_map_end(out);
	}
	yaml_map_end(out);
}

static bool wants_hpim(const struct config_link *link)
{
	return link->wanted[IP_FAMILY_4][PROTO_HPIM] || link->wanted[IP_FAMILY_6][PROTO_HPIM];
}

static void write_hpim(struct yaml_out *out, const struct config *config,
		       const struct core_settings *is)
{
	yaml_map(out, TOP_HPIM, false);
	write_section(out, "DefaultTimers", &hpim_timers, is);
	yaml_map(out, INTERFACES, false);
	for (size_t i = 0; i < config->interface_count; i++)
		if (wants_hpim(&config->interfaces[i].link) &&
		    !config_is_pattern(config->interfaces[i].name))
			write_hpim_interface(out, &config->interfaces[i]);
	yaml_map_end(out);
	write_section(out, "Settings", &hpim_settings, is);
	yaml_map_end(out);
}

static void write_gm(struct yaml_out *out, const struct config *config, enum ip_family family,
		     const struct core_settings *is)
{
	yaml_map(out, gm_names[family], false);
	yaml_map(out, INTERFACES, false);
	for (size_t i = 0; i < config->interface_count; i++) {
		const struct config_interface *each = &config->interfaces[i];

		if (!each->link.wanted[family][PROTO_GM] || config_is_pattern(each->name))
			continue;
		yaml_map(out, each->name, false);
		yaml_put(out, "enabled", "true");
		yaml_map_end(out);
	}
	yaml_map_end(out);
	write_section(out, "Settings", &gm_sections[family], is);
	yaml_map_end(out);
}

char *config_write_reference(const struct config *config)
{
	struct core_settings is;
	struct yaml_out out;

	settings_merge(&is, &core_settings_default, &config->settings.values, config->settings.own);
	yaml_out_begin(&out, true);
	yaml_map(&out, NULL, false);
	write_hpim(&out, config, &is);
	for (enum ip_family family = IP_FAMILY_4; family < IP_FAMILY_COUNT; family++)
		write_gm(&out, config, family, &is);
	yaml_put_number(&out, TOP_MULTICAST, config->table[CONFIG_MULTICAST]);
	yaml_put_number(&out, TOP_UNICAST, config->table[CONFIG_UNICAST]);
	yaml_map_end(&out);
	return yaml_out_end(&out);
}
