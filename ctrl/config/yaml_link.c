// SPDX-License-Identifier: GPL-2.0-only
/* What runs on an interface, as YAML. */
#include <stdio.h>
#include <string.h>

#include "config/yaml_int.h"

static void read_link_settings(struct yaml_in *in, yaml_node_t *node, void *object)
{
	yaml_read_settings(in, node, &((struct config_interface *)object)->link.settings, true);
}

static void write_link_settings(struct yaml_out *out, const char *name, const void *object)
{
	yaml_write_settings(out, name, &((const struct config_interface *)object)->link.settings);
}

#define IPV4 (1 << IP_FAMILY_4)
#define IPV6 (1 << IP_FAMILY_6)

static const struct {
	const char *name;
	enum core_proto proto;
	int families;
} protocols[] = {
	{ "hpim", PROTO_HPIM, IPV4 | IPV6 },
	{ "hpim4", PROTO_HPIM, IPV4 },
	{ "hpim6", PROTO_HPIM, IPV6 },
	{ "pim-dm", PROTO_PIMDM, IPV4 | IPV6 },
	{ "pim-dm4", PROTO_PIMDM, IPV4 },
	{ "pim-dm6", PROTO_PIMDM, IPV6 },
	{ "igmp", PROTO_GM, IPV4 },
	{ "mld", PROTO_GM, IPV6 },
	{ "follow", PROTO_FOLLOW, IPV4 | IPV6 },
	{ "follow4", PROTO_FOLLOW, IPV4 },
	{ "follow6", PROTO_FOLLOW, IPV6 },
};

#define PROTOCOL_COUNT (sizeof(protocols) / sizeof(protocols[0]))

static void read_protocol(struct yaml_in *in, yaml_node_t *node, void *ctx)
{
	const char *text = yaml_text(in, node, "a protocol");
	struct config_link *link = ctx;
	size_t i = 0;

	if (!text)
		return;
	while (i < PROTOCOL_COUNT && strcmp(text, protocols[i].name) != 0)
		i++;
	if (i == PROTOCOL_COUNT) {
		yaml_wrong(in, node,
			   "found '%.60s', expected hpim, hpim4, hpim6, pim-dm, pim-dm4, pim-dm6, "
			   "igmp, mld, follow, follow4 or follow6",
			   text);
		return;
	}
	for (enum ip_family family = IP_FAMILY_4; family < IP_FAMILY_COUNT; family++) {
		if (!(protocols[i].families & 1 << family))
			continue;
		link->wanted[family][protocols[i].proto] = true;
		if (config_link_conflict(link->wanted[family])) {
			yaml_wrong(in, node,
				   "found HPIM-DM and PIM-DM for IPv%d, expected one of them: an "
				   "interface runs one of the two for a family",
				   family == IP_FAMILY_4 ? 4 : 6);
			return;
		}
	}
}

static void read_protocols(struct yaml_in *in, yaml_node_t *node, void *object)
{
	struct config_link *link = &((struct config_interface *)object)->link;

	memset(link->wanted, 0, sizeof(link->wanted));
	yaml_each(in, node, "protocols", read_protocol, link);
}

static int families_of(const struct config_link *link, enum core_proto proto)
{
	return (link->wanted[IP_FAMILY_4][proto] ? IPV4 : 0) |
	       (link->wanted[IP_FAMILY_6][proto] ? IPV6 : 0);
}

/* Always, so that one sees what runs. */
static void write_protocols(struct yaml_out *out, const char *name, const void *object)
{
	const struct config_link *link = &((const struct config_interface *)object)->link;

	yaml_list(out, name, true);
	for (size_t i = 0; i < PROTOCOL_COUNT; i++) {
		int families = families_of(link, protocols[i].proto);

		if (protocols[i].proto == PROTO_GM ? families & protocols[i].families
						   : families == protocols[i].families)
			yaml_put(out, NULL, protocols[i].name);
	}
	yaml_list_end(out);
}

static void read_gm_version(struct yaml_in *in, yaml_node_t *node, void *object,
			    enum ip_family family, uint32_t newest)
{
	struct config_link *link = &((struct config_interface *)object)->link;
	uint32_t version;

	if (yaml_number(in, node, newest - 1, newest, &version))
		link->gm_version[family] = (uint8_t)version;
}

static void write_gm_version(struct yaml_out *out, const char *name, const void *object,
			     enum ip_family family)
{
	const struct config_link *link = &((const struct config_interface *)object)->link;

	if (link->gm_version[family])
		yaml_put_number(out, name, link->gm_version[family]);
}

static void read_igmp_version(struct yaml_in *in, yaml_node_t *node, void *object)
{
	read_gm_version(in, node, object, IP_FAMILY_4, 3);
}

static void write_igmp_version(struct yaml_out *out, const char *name, const void *object)
{
	write_gm_version(out, name, object, IP_FAMILY_4);
}

static void read_mld_version(struct yaml_in *in, yaml_node_t *node, void *object)
{
	read_gm_version(in, node, object, IP_FAMILY_6, 2);
}

static void write_mld_version(struct yaml_out *out, const char *name, const void *object)
{
	write_gm_version(out, name, object, IP_FAMILY_6);
}

static void read_fast_leave(struct yaml_in *in, yaml_node_t *node, void *object)
{
	(void)yaml_switch(in, node, &((struct config_interface *)object)->link.has_fast_leave);
}

static void write_fast_leave(struct yaml_out *out, const char *name, const void *object)
{
	if (((const struct config_interface *)object)->link.has_fast_leave)
		yaml_put(out, name, "on");
}

static void read_any_source(struct yaml_in *in, yaml_node_t *node, void *object)
{
	(void)yaml_switch(in, node, &((struct config_interface *)object)->link.has_ssm_any_source);
}

static void write_any_source(struct yaml_out *out, const char *name, const void *object)
{
	if (((const struct config_interface *)object)->link.has_ssm_any_source)
		yaml_put(out, name, "on");
}

static void read_passive(struct yaml_in *in, yaml_node_t *node, void *object)
{
	(void)yaml_switch(in, node, &((struct config_interface *)object)->link.is_gm_passive);
}

static void write_passive(struct yaml_out *out, const char *name, const void *object)
{
	if (((const struct config_interface *)object)->link.is_gm_passive)
		yaml_put(out, name, "on");
}

static void read_mode(struct yaml_in *in, yaml_node_t *node, void *object)
{
	static const char modes[] = "auto, native, generic, tc or kernel";
	const char *text = yaml_text(in, node, modes);

	if (text && !config_mode_by_name(text, &((struct config_interface *)object)->link.mode))
		yaml_wrong(in, node, "found '%.60s', expected %s", text, modes);
}

static void write_mode(struct yaml_out *out, const char *name, const void *object)
{
	enum dplane_mode mode = ((const struct config_interface *)object)->link.mode;

	if (mode != DPLANE_MODE_AUTO)
		yaml_put(out, name, config_mode_name(mode));
}

static void read_threshold(struct yaml_in *in, yaml_node_t *node, void *object)
{
	uint32_t ttl;

	if (yaml_number(in, node, 0, UINT8_MAX, &ttl))
		((struct config_interface *)object)->link.threshold = (uint8_t)ttl;
}

static void write_threshold(struct yaml_out *out, const char *name, const void *object)
{
	uint8_t ttl = ((const struct config_interface *)object)->link.threshold;

	if (ttl)
		yaml_put_number(out, name, ttl);
}

/* clang-format off */
const struct yaml_row yaml_link_rows[] = {
	{ YAML_AT_INTERFACE, "protocols", "list of `hpim`, `hpim4`, `hpim6`, `pim-dm`, `pim-dm4`, `pim-dm6`, `igmp`, `mld`",
	  "`[hpim, igmp, mld]`", "what runs, of HPIM-DM and PIM-DM one for a family; `[]`: nothing, also where a pattern fits",
	  read_protocols, write_protocols },
	{ YAML_AT_INTERFACE, "igmp-version", "2 or 3", "3", "of the queries sent",
	  read_igmp_version, write_igmp_version },
	{ YAML_AT_INTERFACE, "mld-version", "1 or 2", "2", "of the queries sent",
	  read_mld_version, write_mld_version },
	{ YAML_AT_INTERFACE, "fast-leave", "on or off", "off",
	  "believe a leave at once where only one host ever reported the group",
	  read_fast_leave, write_fast_leave },
	{ YAML_AT_INTERFACE, "ssm-any-source", "on or off", "off",
	  "in the SSM range, too, count who names no source", read_any_source, write_any_source },
	{ YAML_AT_INTERFACE, "passive", "on or off", "off",
	  "IGMP and MLD send no query: another router is querier", read_passive, write_passive },
	{ YAML_AT_INTERFACE, "mode", "auto, native, generic, tc or kernel", "auto",
	  "how packets are forwarded", read_mode, write_mode },
	{ YAML_AT_INTERFACE, "threshold", "0 to 255", "0",
	  "only packets with a greater TTL leave there", read_threshold, write_threshold },
	{ YAML_AT_INTERFACE, "settings", "settings, see below", "those of the instance",
	  "timers and limits of the interface", read_link_settings, write_link_settings },
	{ YAML_AT_INTERFACE, "keys", "list of keys", "none",
	  "keys that sign HPIM-DM messages; up to 8 of each family", yaml_read_keys, yaml_write_keys },
	{ .name = NULL },
};
/* clang-format on */
