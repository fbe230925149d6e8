// SPDX-License-Identifier: GPL-2.0-only
/*
 * Static routes and static joins over the control socket.
 */
#include <stdio.h>
#include <string.h>

#include "core/inspect.h"
#include "core/policy.h"
#include "core/static/static.h"
#include "daemon/daemon.h"
#include "daemon/policy.h"
#include "daemon/port.h"
#include "daemon/refusal.h"
#include "daemon/static.h"
#include "io/ctlsock.h"
#include "io/field.h"
#include "io/rtnl.h"
#include "mgmt/answer.h"
#include "mgmt/args.h"
#include "mgmt/mroutes.h"
#include "mgmt/show.h"
#include "mgmt/statics.h"

#define SCHEMA "hpim.static/1"

static bool is_present(const struct daemon *daemon, uint16_t link)
{
	return daemon->ports[link].ifindex != 0;
}

/* "eth1, eth2": outputs that do not exist, and how many there are. */
static unsigned int absent_outputs(const struct daemon *daemon, const struct static_rule *rule,
				   char *text, size_t room)
{
	unsigned int count = 0;
	size_t used = 0;

	ifset_for_each (link, &rule->route.oifs) {
		if (is_present(daemon, link))
			continue;
		count++;
		if (used < room)
			used += (size_t)snprintf(text + used, room - used, "%s%s", used ? ", " : "",
						 port_name(daemon, link));
	}
	return count;
}

/* Return: whether the policy denies what a join asks for, or what comes in for a route. */
static bool is_denied(const struct daemon *daemon, const struct static_rule *rule, char *why,
		      size_t room)
{
	const struct policy *policy = inspect_policy(daemon->core);
	const struct static_route *route = &rule->route;
	const struct policy_entry *entry =
		ip_addr_is_set(&route->source)
			? policy_decide(policy, route->iif, &route->source, &route->group.addr)
			: policy_decide_any(policy, route->iif, &route->group.addr);
	char text[POLICY_TEXT_MAX];

	if (!policy_is_denial(entry) || route->group.len < entry->rule.group.len)
		return false;
	policy_text(daemon, &entry->rule, text);
	(void)snprintf(why, room, "denied by '%s'", text); /* may be cut */
	return true;
}

/* Return: whether a route forwards, or a join counts; @why: what is missing. */
static bool is_active(const struct daemon *daemon, const struct static_rule *rule, char *why,
		      size_t room)
{
	const char *input = port_name(daemon, rule->route.iif);
	char absent[64] = "";

	*why = '\0';
	if (!is_present(daemon, rule->route.iif)) {
		(void)snprintf(why, room, "waits for %s, which does not exist yet", input);
		return false;
	}
	if (is_denied(daemon, rule, why, room))
		return false;
	if (rule->kind == STATIC_JOIN)
		return true;
	if (absent_outputs(daemon, rule, absent, sizeof(absent)))
		(void)snprintf(why, room, "without %s, which %s not exist yet", absent,
			       strchr(absent, ',') ? "do" : "does"); /* may be cut */
	return true;
}

/* A join has no input: it makes its interface an output. */
static struct json_object *record_of(const struct daemon *daemon, const struct static_rule *rule)
{
	struct json_object *record = json_object_new_object();
	struct ifset outputs = rule->route.oifs;
	bool is_join = rule->kind == STATIC_JOIN, active;
	char why[224];

	if (is_join)
		ifset_add(&outputs, rule->route.iif);
	active = is_active(daemon, rule, why, sizeof(why));
	field_put_text(record, "kind", is_join ? "join" : "route");
	static_put(record, rule);
	field_put_text(record, "input", is_join ? "-" : port_name(daemon, rule->route.iif));
	mroutes_put_outputs(daemon, record, &outputs);
	field_put_text(record, "state", active ? "active" : "waiting");
	field_put_number(record, "flows",
			 is_join ? 0 : static_flow_count(daemon->core, &rule->route));
	field_put_text(record, "why", why);
	return record;
}

/* A rule that goes while the client reads is left out, and the one after it is shown. */
bool statics_step(struct show *show)
{
	const struct static_rule *rule = show->daemon->statics;

	for (; rule; rule = rule->next)
		if (arg_family(show->args, ip_addr_family(&rule->route.group.addr)) &&
		    (!arg_interface(show->args) || show_includes(show, rule->route.iif)))
			show_record(show, record_of(show->daemon, rule));
	return true;
}

static void reply_refusal(struct ctl_client *client, const struct refusal *refusal)
{
	ctl_reply_error(client, refusal->code, refusal->exit, refusal->hint, "%s",
			refusal->message);
}

static void add_rule(struct daemon *daemon, struct ctl_client *client, struct json_object *args,
		     enum static_kind kind)
{
	const struct static_rule *rule = NULL;
	struct config_static request;
	struct refusal refusal;

	if (static_parse(args, kind, false, &request, &refusal))
		rule = static_add(daemon, &request, &refusal);
	if (!rule) {
		reply_refusal(client, &refusal);
		return;
	}
	answer_record(client, schema_find(SCHEMA), record_of(daemon, rule));
	ctl_reply_end(client, SCHEMA);
}

static void delete_rule(struct daemon *daemon, struct ctl_client *client, struct json_object *args,
			enum static_kind kind)
{
	struct config_static request;
	struct refusal refusal;

	if (static_parse(args, kind, true, &request, &refusal) &&
	    static_delete(daemon, &request, &refusal))
		ctl_reply_end(client, NULL);
	else
		reply_refusal(client, &refusal);
}

void statics_request(struct daemon *daemon, struct ctl_client *client, const char *cmd,
		     struct json_object *args)
{
	enum static_kind kind = strstr(cmd, "join") ? STATIC_JOIN : STATIC_ROUTE;

	if (strstr(cmd, "delete"))
		delete_rule(daemon, client, args, kind);
	else
		add_rule(daemon, client, args, kind);
}
