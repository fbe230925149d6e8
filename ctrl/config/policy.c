// SPDX-License-Identifier: GPL-2.0-only
/* Rules of the policy in words: what they say, and whether it makes sense. */
#include <string.h>

#include "config/model.h"
#include "core/policy.h"
#include "io/field.h"

static const char *const kind_names[POLICY_KIND_COUNT] = {
	[POLICY_ALLOW] = "allow",       [POLICY_DENY] = "deny",
	[POLICY_BOUNDARY] = "boundary", [POLICY_SSM_RANGE] = "ssm-range",
	[POLICY_SSM_MAP] = "ssm-map",
};

const char *config_policy_name(enum policy_kind kind)
{
	return kind_names[kind];
}

bool config_policy_is_filter(enum policy_kind kind)
{
	return kind == POLICY_ALLOW || kind == POLICY_DENY;
}

bool config_policy_replaces(const struct config_policy *a, const struct config_policy *b)
{
	return policy_rule_replaces(&a->rule, &b->rule) && !strcmp(a->interface, b->interface);
}

/* A map is to sources that trees can have, one in each rule. */
static bool source_fits(const struct policy_rule *rule, const char *text,
			struct config_fault *fault)
{
	if (rule->kind != POLICY_SSM_MAP ||
	    (config_is_one(&rule->source) && ip_addr_is_source(&rule->source.addr)))
		return true;
	return config_wrong(fault, "a unicast address that is valid beyond its link",
			    "%s is no single source that a group can be mapped to", text);
}

static bool read_source(struct json_object *args, struct policy_rule *rule,
			struct config_fault *fault)
{
	const char *text = field_text(args, "source");
	enum ip_family family = ip_addr_family(&rule->group.addr);

	if (!text && rule->kind == POLICY_SSM_MAP)
		return config_wrong(fault, "", "the source is missing");
	if (!text || !strcmp(text, "*"))
		return true;
	if (!config_policy_is_filter(rule->kind) && rule->kind != POLICY_SSM_MAP)
		return config_wrong(fault, "'policy deny' can name sources",
				    "%s is about groups, without a source", kind_names[rule->kind]);
	if (!config_sources_parse(text, &rule->source, fault))
		return false;
	if (ip_addr_family(&rule->source.addr) != family)
		return config_wrong(fault, "two addresses of one family",
				    "source %s is of another family than the group", text);
	if (!rule->source.len)
		return config_wrong(fault, "leave it out to mean any source",
				    "source %s is all of them", text);
	return source_fits(rule, text, fault);
}

static bool read_interface(struct json_object *args, struct config_policy *policy,
			   struct config_fault *fault)
{
	const char *text = field_text(args, "interface");
	enum policy_kind kind = policy->rule.kind;

	if (!text || !strcmp(text, "*")) {
		if (kind != POLICY_BOUNDARY)
			return true;
		return config_wrong(fault, "'ip link' lists the interfaces",
				    "the name of the interface is missing");
	}
	if (kind != POLICY_BOUNDARY && !config_policy_is_filter(kind))
		return config_wrong(fault, "leave out the interface", "%s holds for all interfaces",
				    kind_names[kind]);
	return config_name_parse(text, strlen(text), policy->interface, fault);
}

bool config_policy_parse(struct json_object *args, enum policy_kind kind,
			 struct config_policy *ret_policy, struct config_fault *ret_fault)
{
	struct config_policy policy = { .rule = { .kind = kind, .link = LINK_NONE } };

	if (!config_group_parse(field_text(args, "group"), &policy.rule.group, ret_fault) ||
	    !read_source(args, &policy.rule, ret_fault) ||
	    !read_interface(args, &policy, ret_fault))
		return false;
	*ret_policy = policy;
	return true;
}
