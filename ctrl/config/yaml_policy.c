// SPDX-License-Identifier: GPL-2.0-only
/* Rules of the policy as YAML. What they mean is checked by config/policy.c. */
#include <stdlib.h>
#include <string.h>

#include "base/addr_text.h"
#include "config/yaml_int.h"
#include "core/policy.h"
#include "io/field.h"

static void read_rule(struct yaml_in *in, yaml_node_t *node, void *object)
{
	yaml_take(in, node, object, "rule", "allow, deny, boundary, ssm-range or ssm-map");
}

static void write_rule(struct yaml_out *out, const char *name, const void *object)
{
	yaml_put(out, name, config_policy_name(((const struct config_policy *)object)->rule.kind));
}

static void read_group(struct yaml_in *in, yaml_node_t *node, void *object)
{
	yaml_take(in, node, object, "group", "a group or a prefix of groups");
}

static void write_group(struct yaml_out *out, const char *name, const void *object)
{
	yaml_put(out, name, ip_prefix_text(&((const struct config_policy *)object)->rule.group).s);
}

static void read_source(struct yaml_in *in, yaml_node_t *node, void *object)
{
	yaml_take(in, node, object, "source", "an address or a prefix of sources");
}

static void write_source(struct yaml_out *out, const char *name, const void *object)
{
	const struct policy_rule *rule = &((const struct config_policy *)object)->rule;

	if (rule->source.len)
		yaml_put(out, name, ip_prefix_text(&rule->source).s);
}

static void read_interface(struct yaml_in *in, yaml_node_t *node, void *object)
{
	yaml_take(in, node, object, "interface", "the name of an interface");
}

static void write_interface(struct yaml_out *out, const char *name, const void *object)
{
	const struct config_policy *policy = object;

	if (*policy->interface)
		yaml_put(out, name, policy->interface);
}

/* ---- the list ---- */

static enum policy_kind kind_of(const char *name)
{
	enum policy_kind kind = 0;

	while (kind < POLICY_KIND_COUNT && strcmp(name, config_policy_name(kind)) != 0)
		kind++;
	return kind;
}

static void add(struct yaml_in *in, yaml_node_t *node, struct json_object *args)
{
	const char *name = field_text(args, "rule");
	enum policy_kind kind = name ? kind_of(name) : POLICY_KIND_COUNT;
	struct config_policy policy;
	struct config_fault fault;

	if (kind == POLICY_KIND_COUNT)
		yaml_wrong(in, node,
			   "found the rule '%.60s', expected allow, deny, boundary, ssm-range or "
			   "ssm-map",
			   name ? name : "");
	else if (!config_policy_parse(args, kind, &policy, &fault))
		yaml_wrong(in, node, "%s%s%s", fault.message, *fault.hint ? "; " : "", fault.hint);
	else if (config_policy_find(in->config, &policy))
		yaml_wrong(in, node, "found the same twice, or its opposite, expected one");
	else if (in->config->policy_count == POLICY_RULES_MAX)
		yaml_wrong(in, node, "found one more, expected %u at most", POLICY_RULES_MAX);
	else
		config_policy_add(in->config, &policy);
}

static void read_element(struct yaml_in *in, yaml_node_t *node, void *ctx)
{
	struct json_object *args = json_object_new_object();
	unsigned int errors = in->errors;

	(void)ctx;
	yaml_read_rows(in, node, YAML_AT_POLICY, "a rule", args);
	if (in->errors == errors)
		add(in, node, args);
	json_object_put(args);
}

static void read_list(struct yaml_in *in, yaml_node_t *node, void *object)
{
	yaml_each(in, node, "rules", read_element, object);
}

static int compare_prefixes(const struct ip_prefix *a, const struct ip_prefix *b)
{
	int order = ip_addr_compare(&a->addr, &b->addr);

	return order ? order : a->len - b->len;
}

/* They are a set: in one order, so that the same configuration is the same text. */
static int compare(const void *one, const void *two)
{
	const struct config_policy *a = one, *b = two;
	int order = (int)a->rule.kind - (int)b->rule.kind;

	if (!order)
		order = compare_prefixes(&a->rule.group, &b->rule.group);
	if (!order)
		order = compare_prefixes(&a->rule.source, &b->rule.source);
	return order ? order : strcmp(a->interface, b->interface);
}

static void write_list(struct yaml_out *out, const char *name, const void *object)
{
	const struct config *config = object;
	struct config_policy sorted[POLICY_RULES_MAX];

	if (!config->policy_count)
		return;
	memcpy(sorted, config->policy, config->policy_count * sizeof(sorted[0]));
	qsort(sorted, config->policy_count, sizeof(sorted[0]), compare);
	yaml_list(out, name, false);
	for (size_t i = 0; i < config->policy_count; i++) {
		yaml_map(out, NULL, true);
		yaml_write_rows(out, YAML_AT_POLICY, &sorted[i]);
		yaml_map_end(out);
	}
	yaml_list_end(out);
}

/* clang-format off */
const struct yaml_row yaml_policy_rows[] = {
	{ YAML_AT_TOP, "policy", "list of rules", "none",
	  "boundaries, filters and SSM ranges; see MANAGEMENT.md, \"Policy\"", read_list, write_list },
	{ YAML_AT_POLICY, "rule", "`allow`, `deny`, `boundary`, `ssm-range` or `ssm-map`", "",
	  "the most specific filter that matches decides; a boundary denies in any case",
	  read_rule, write_rule },
	{ YAML_AT_POLICY, "group", "an address or a prefix", "", "the groups", read_group, write_group },
	{ YAML_AT_POLICY, "source", "an address or a prefix", "any",
	  "of a filter: only from these sources; of a map: one source", read_source, write_source },
	{ YAML_AT_POLICY, "interface", "a name", "all",
	  "of a filter: only there; of a boundary: the interface", read_interface, write_interface },
	{ .name = NULL },
};
/* clang-format on */
