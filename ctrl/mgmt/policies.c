// SPDX-License-Identifier: GPL-2.0-only
/*
 * The policy over the control socket.
 */
#include <string.h>

#include "core/inspect.h"
#include "core/policy.h"
#include "daemon/daemon.h"
#include "daemon/policy.h"
#include "daemon/port.h"
#include "daemon/refusal.h"
#include "io/ctlsock.h"
#include "io/field.h"
#include "mgmt/answer.h"
#include "mgmt/args.h"
#include "mgmt/policies.h"
#include "mgmt/show.h"

#define SCHEMA "hpim.policy/1"

static struct json_object *record_of(const struct daemon *daemon, const struct policy_rule *rule)
{
	const struct policy_entry *entry = policy_find(inspect_policy(daemon->core), rule);
	struct json_object *record = json_object_new_object();

	field_put_text(record, "rule", config_policy_name(rule->kind));
	policy_put(daemon, record, rule);
	field_put_number(record, "memberships", entry ? entry->hits[POLICY_MEMBERSHIP] : 0);
	field_put_number(record, "flows", entry ? entry->hits[POLICY_FLOW] : 0);
	field_put_number(record, "trees", entry ? entry->hits[POLICY_TREE] : 0);
	return record;
}

bool policies_step(struct show *show)
{
	const struct policy_item *item = show->daemon->policy;

	for (; item; item = item->next)
		if (arg_family(show->args, ip_addr_family(&item->rule.group.addr)) &&
		    (!arg_interface(show->args) || item->rule.link == LINK_NONE ||
		     show_includes(show, item->rule.link)))
			show_record(show, record_of(show->daemon, &item->rule));
	return true;
}

static enum policy_kind kind_of(const char *cmd)
{
	if (!strncmp(cmd, "boundary", 8))
		return POLICY_BOUNDARY;
	if (!strncmp(cmd, "ssm-range", 9))
		return POLICY_SSM_RANGE;
	if (!strncmp(cmd, "ssm-map", 7))
		return POLICY_SSM_MAP;
	return strstr(cmd, "allow") ? POLICY_ALLOW : POLICY_DENY;
}

void policies_request(struct daemon *daemon, struct ctl_client *client, const char *cmd,
		      struct json_object *args)
{
	bool deletes = strstr(cmd, "delete") != NULL, is_done = false;
	const struct policy_rule *rule = NULL;
	struct config_policy request;
	struct refusal refusal;

	if (policy_parse(args, kind_of(cmd), &request, &refusal)) {
		if (deletes)
			is_done = policy_delete(daemon, &request, &refusal);
		else
			rule = policy_add(daemon, &request, &refusal);
	}
	if (!rule && !is_done) {
		ctl_reply_error(client, refusal.code, refusal.exit, refusal.hint, "%s",
				refusal.message);
		return;
	}
	if (rule)
		answer_record(client, schema_find(SCHEMA), record_of(daemon, rule));
	ctl_reply_end(client, deletes ? NULL : SCHEMA);
}
