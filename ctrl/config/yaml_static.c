// SPDX-License-Identifier: GPL-2.0-only
/* Static routes and joins as YAML. What they mean is checked by config/static.c. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr_text.h"
#include "config/yaml_int.h"
#include "io/field.h"

static void read_source(struct yaml_in *in, yaml_node_t *node, void *object)
{
	yaml_take(in, node, object, "source", "an address or '*'");
}

static void write_source(struct yaml_out *out, const char *name, const void *object)
{
	const struct config_static *route = object;

	if (ip_addr_is_set(&route->source))
		yaml_put(out, name, ip_addr_text(&route->source).s);
	else if (route->kind == STATIC_ROUTE)
		yaml_put(out, name, "*");
}

static void read_group(struct yaml_in *in, yaml_node_t *node, void *object)
{
	yaml_take(in, node, object, "group", "the address of a group");
}

static void write_group(struct yaml_out *out, const char *name, const void *object)
{
	yaml_put(out, name, ip_prefix_text(&((const struct config_static *)object)->group).s);
}

static void read_from(struct yaml_in *in, yaml_node_t *node, void *object)
{
	yaml_take(in, node, object, "from", "the name of an interface");
}

static void read_interface(struct yaml_in *in, yaml_node_t *node, void *object)
{
	yaml_take(in, node, object, "interface", "the name of an interface");
}

static void write_input(struct yaml_out *out, const char *name, const void *object)
{
	yaml_put(out, name, ((const struct config_static *)object)->iif);
}

struct outputs {
	char text[LINKS_MAX * LINK_NAME_LEN];
	size_t used;
};

static void read_output(struct yaml_in *in, yaml_node_t *node, void *ctx)
{
	const char *text = yaml_text(in, node, "the name of an interface");
	struct outputs *outputs = ctx;

	if (text && outputs->used < sizeof(outputs->text))
		outputs->used += (size_t)snprintf(outputs->text + outputs->used,
						  sizeof(outputs->text) - outputs->used, "%s%s",
						  outputs->used ? "," : "", text);
	if (outputs->used >= sizeof(outputs->text))
		yaml_wrong(in, node, "found too many outputs, expected %u at most", LINKS_MAX);
}

static void read_to(struct yaml_in *in, yaml_node_t *node, void *object)
{
	struct outputs outputs = { .used = 0 };

	yaml_each(in, node, "interfaces", read_output, &outputs);
	if (outputs.used)
		json_object_object_add(object, "to", json_object_new_string(outputs.text));
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* They are a set: in one order, so that the same configuration is the same text. */
static void write_to(struct yaml_out *out, const char *name, const void *object)
{
	struct config_static route = *(const struct config_static *)object;

	qsort(route.oifs, route.oif_count, sizeof(route.oifs[0]), compare_names);
	yaml_list(out, name, true);
	for (unsigned int i = 0; i < route.oif_count; i++)
		yaml_put(out, NULL, route.oifs[i]);
	yaml_list_end(out);
}

/* ---- the lists ---- */

static void read_entry(struct yaml_in *in, yaml_node_t *node, enum static_kind kind)
{
	struct json_object *args = json_object_new_object();
	unsigned int errors = in->errors;
	struct config_static route;
	struct config_fault fault;

	yaml_read_rows(in, node, kind == STATIC_ROUTE ? YAML_AT_ROUTE : YAML_AT_JOIN,
		       kind == STATIC_ROUTE ? "a route" : "a join", args);
	if (in->errors != errors) {
		/* reported */
	} else if (!config_static_parse(args, kind, false, &route, &fault)) {
		yaml_wrong(in, node, "%s%s%s", fault.message, *fault.hint ? "; " : "", fault.hint);
	} else {
		for (size_t i = 0; i < in->config->static_count; i++)
			if (config_static_is_same(&in->config->statics[i], &route)) {
				yaml_wrong(in, node, "found the same twice, expected each once");
				break;
			}
		if (in->config->static_count == CONFIG_STATICS_MAX)
			yaml_wrong(in, node, "found one more, expected %u routes and joins at most",
				   CONFIG_STATICS_MAX);
		else
			(void)config_static_add(in->config, &route);
	}
	json_object_put(args);
}

static void read_route(struct yaml_in *in, yaml_node_t *node, void *ctx)
{
	(void)ctx;
	read_entry(in, node, STATIC_ROUTE);
}

static void read_join(struct yaml_in *in, yaml_node_t *node, void *ctx)
{
	(void)ctx;
	read_entry(in, node, STATIC_JOIN);
}

static void read_routes(struct yaml_in *in, yaml_node_t *node, void *object)
{
	yaml_each(in, node, "routes", read_route, object);
}

static void read_joins(struct yaml_in *in, yaml_node_t *node, void *object)
{
	yaml_each(in, node, "joins", read_join, object);
}

static void write_list(struct yaml_out *out, const char *name, const struct config *config,
		       enum static_kind kind)
{
	bool is_open = false;

	for (size_t i = 0; i < config->static_count; i++) {
		if (config->statics[i].kind != kind)
			continue;
		if (!is_open)
			yaml_list(out, name, false);
		is_open = true;
		yaml_map(out, NULL, true);
		yaml_write_rows(out, kind == STATIC_ROUTE ? YAML_AT_ROUTE : YAML_AT_JOIN,
				&config->statics[i]);
		yaml_map_end(out);
	}
	if (is_open)
		yaml_list_end(out);
}

static void write_routes(struct yaml_out *out, const char *name, const void *object)
{
	write_list(out, name, object, STATIC_ROUTE);
}

static void write_joins(struct yaml_out *out, const char *name, const void *object)
{
	write_list(out, name, object, STATIC_JOIN);
}

void yaml_read_static(struct yaml_in *in, yaml_node_t *node, void *object)
{
	yaml_read_rows(in, node, YAML_AT_STATIC, "routes and joins", object);
}

void yaml_write_static(struct yaml_out *out, const char *name, const void *object)
{
	if (!((const struct config *)object)->static_count)
		return;
	yaml_map(out, name, false);
	yaml_write_rows(out, YAML_AT_STATIC, object);
	yaml_map_end(out);
}

/* clang-format off */
const struct yaml_row yaml_static_rows[] = {
	{ YAML_AT_STATIC, "routes", "list of routes", "none", "forward without a protocol",
	  read_routes, write_routes },
	{ YAML_AT_STATIC, "joins", "list of joins", "none", "as if a host had reported a group",
	  read_joins, write_joins },
	{ YAML_AT_ROUTE, "source", "an address, or `'*'`", "", "`'*'`: each source that sends to the group",
	  read_source, write_source },
	{ YAML_AT_ROUTE, "group", "an address; with `'*'` also a prefix", "", "the group",
	  read_group, write_group },
	{ YAML_AT_ROUTE, "from", "an interface", "", "where packets arrive", read_from, write_input },
	{ YAML_AT_ROUTE, "to", "list of interfaces", "", "where they leave", read_to, write_to },
	{ YAML_AT_JOIN, "group", "an address", "", "the group", read_group, write_group },
	{ YAML_AT_JOIN, "source", "an address", "any", "only from this source", read_source, write_source },
	{ YAML_AT_JOIN, "interface", "a name", "", "the interface",
	  read_interface, write_input },
	{ .name = NULL },
};
/* clang-format on */
