// SPDX-License-Identifier: GPL-2.0-only
/*
 * From the running configuration to another one. It goes through the functions of single commands,
 * so that nothing is touched that does not differ.
 */
#include <string.h>

#include "daemon/change.h"
#include "daemon/daemon.h"
#include "daemon/keys.h"
#include "daemon/log.h"
#include "daemon/policy.h"
#include "daemon/port.h"
#include "daemon/refusal.h"
#include "daemon/rpf_metric.h"
#include "daemon/settings.h"
#include "daemon/static.h"
#include "io/rtnl.h"

/* ---- whether another one can be ---- */

/* A secret that cannot be read now may be known from before. */
static void recall_secret(const struct daemon *daemon, const char *name, struct config_key *key)
{
	for (uint16_t link = 0; link < LINKS_MAX; link++) {
		const struct port *port = &daemon->ports[link];
		const struct config_key *known =
			config_keys_find(&port->keys, key->family, key->id);

		if (port->is_used && known && !strcmp(port->config.name, name) &&
		    known->from == key->from && !strcmp(known->where, key->where))
			memcpy(key->secret, known->secret, sizeof(key->secret));
	}
}

/* Return: whether the secrets of an interface, or of all that fit a pattern, are known. */
static bool read_keys(const struct daemon *daemon, struct config_interface *interface,
		      struct refusal *refusal)
{
	char why[CONFIG_WHY_MAX];

	for (size_t i = 0; i < interface->keys.count; i++) {
		struct config_key *key = &interface->keys.list[i];

		if (keys_read(key, why))
			continue;
		recall_secret(daemon, interface->name, key);
		if (*key->secret && keys_read(key, why))
			continue;
		(void)refuse(refusal, CTL_EXIT_REFUSED, "key", "nothing was changed", "%s: %s",
			     interface->name, why);
		return false;
	}
	return true;
}

/* The kernel sockets and tables are bound to them. */
static bool has_tables(const struct daemon *daemon, const struct config *config,
		       struct refusal *refusal)
{
	for (enum config_table table = 0; table < CONFIG_TABLE_COUNT; table++) {
		if (!config->has_table[table] || config->table[table] == daemon->rules.table[table])
			continue;
		(void)refuse(refusal, CTL_EXIT_REFUSED, "table",
			     "nothing was changed; another table counts from the next start: "
			     "'hpimctl stop', then start it",
			     "%s table %u: the daemon runs with %u", config_table_names[table],
			     config->table[table], daemon->rules.table[table]);
		return false;
	}
	return true;
}

/* Whose the multicast table is cannot change under way, nor a constant of the programs. */
static bool has_mode(const struct daemon *daemon, const struct config *config,
		     struct refusal *refusal)
{
	uint32_t runs = daemon->rules.keepalive_s;

	if (!config->keepalive_s || config->keepalive_s == runs)
		return true;
	if (runs)
		(void)refuse(refusal, CTL_EXIT_REFUSED, "follows",
			     "nothing was changed; another one counts from the next start: "
			     "'hpimctl stop', then start it",
			     "follow: keepalive %u: the daemon runs with %u", config->keepalive_s,
			     runs);
	else
		(void)refuse(refusal, CTL_EXIT_REFUSED, "follows",
			     "nothing was changed; follow mode counts from the next start: "
			     "'hpimctl stop', then start it",
			     "follow: the daemon owns its multicast table itself");
	return false;
}

bool change_check(const struct daemon *daemon, struct config *config, struct refusal *refusal)
{
	if (!has_tables(daemon, config, refusal) || !has_mode(daemon, config, refusal) ||
	    !settings_check_config(daemon, config, refusal))
		return false;
	for (size_t i = 0; i < config->interface_count; i++)
		if (!read_keys(daemon, &config->interfaces[i], refusal))
			return false;
	return true;
}

/* ---- from one to another ---- */

/* Return: whether to go on. */
static bool goes_on(const struct change *change, bool is_done)
{
	if (!is_done && change->is_lenient)
		log_format(NOTE_WARN, "%s; the rest of the configuration counts",
			   change->refusal->message);
	return is_done || change->is_lenient;
}

static void change_settings(const struct change *change)
{
	struct daemon *daemon = change->daemon;

	if (config_settings_equal(&daemon->settings, &change->is->settings))
		return;
	daemon->settings = change->is->settings;
	settings_feed(daemon);
}

bool change_listen(const struct change *change)
{
	struct daemon *daemon = change->daemon;
	const struct config_listen *is = &change->is->metrics_at;
	struct config_listen *runs = &daemon->rules.metrics_at;
	const struct config_listen none = { .port = 0 };
	char text[CONFIG_LISTEN_MAX];
	int err;

	if (config_listen_equal(is, runs) && (daemon->httpd || !is->port))
		return true;
	if (daemon->options->metrics_at.port) {
		*runs = *is;
		log_format(NOTE_WARN,
			   "metrics: the option --metrics counts before the configuration");
		return true;
	}
	err = daemon->clients->listen(daemon, is);
	*runs = err ? none : *is;
	config_listen_text(is, text);
	if (err)
		(void)refuse(change->refusal, CTL_EXIT_REFUSED, "listen",
			     "nothing was changed; 'ss -ltnp' lists who listens",
			     "metrics: cannot listen on %s: %s", text, strerror(-err));
	return goes_on(change, !err);
}

static void change_rules(const struct change *change)
{
	struct config *rules = &change->daemon->rules;
	struct config old = *rules;

	config_init(rules);
	memcpy(rules->table, old.table, sizeof(rules->table));
	rules->metrics_at = old.metrics_at;
	rules->keepalive_s = old.keepalive_s;
	memcpy(rules->has_table, change->is->has_table, sizeof(rules->has_table));
	for (size_t i = 0; i < change->is->interface_count; i++) {
		const struct config_interface *each = &change->is->interfaces[i];

		if (config_is_pattern(each->name) || !config_link_wants_any(&each->link))
			config_interface_copy(rules, each);
	}
	config_fini(&old);
}

static bool has_static(const struct config *config, const struct config_static *route)
{
	for (size_t i = 0; i < config->static_count; i++)
		if (config_static_is_same(&config->statics[i], route))
			return true;
	return false;
}

static void delete_statics(const struct change *change)
{
	struct config was;

	config_init(&was);
	static_collect(change->daemon, &was);
	for (size_t i = 0; i < was.static_count; i++)
		if (!has_static(change->is, &was.statics[i]))
			(void)static_delete(change->daemon, &was.statics[i],
					    change->refusal); /* it is there */
	config_fini(&was);
}

static bool add_all_statics(const struct change *change)
{
	for (size_t i = 0; i < change->is->static_count; i++)
		if (!goes_on(change,
			     static_add(change->daemon, &change->is->statics[i], change->refusal)))
			return false;
	return true;
}

static bool metric_equal(const struct config_metric *a, const struct config_metric *b)
{
	return a && b && a->metric == b->metric && a->has_preference == b->has_preference &&
	       (!a->has_preference || a->preference == b->preference);
}

static bool change_metrics(const struct change *change)
{
	const struct config *is = change->is;
	struct config was;
	bool is_done = true;

	config_init(&was);
	rpf_metric_collect(change->daemon, &was);
	for (size_t i = 0; i < was.rpf_metric_count; i++)
		if (!config_rpf_metric_find(is, &was.rpf_metrics[i].source))
			(void)rpf_metric_delete(change->daemon,
						&was.rpf_metrics[i].source); /* it is there */
	for (size_t i = 0; i < is->rpf_metric_count && is_done; i++)
		if (!metric_equal(&is->rpf_metrics[i],
				  config_rpf_metric_find(&was, &is->rpf_metrics[i].source)))
			is_done =
				goes_on(change, rpf_metric_set(change->daemon, &is->rpf_metrics[i],
							       change->refusal));
	config_fini(&was);
	return is_done;
}

/* Before the interfaces, so that nothing begins there that is to be denied. */
static bool change_policy(const struct change *change)
{
	for (size_t i = 0; i < change->is->policy_count; i++)
		if (!goes_on(change,
			     policy_add(change->daemon, &change->is->policy[i], change->refusal)))
			return false;
	return true;
}

/* Switch off what no longer runs; an interface that nothing needs is detached. */
static void leave_ports(const struct change *change)
{
	struct port_request all = { .name = NULL };

	memset(all.protos, true, sizeof(all.protos));
	for (uint16_t link = 0; link < LINKS_MAX; link++) {
		const struct port *port = &change->daemon->ports[link];
		const struct config_interface *is =
			port->is_used ? config_interface_for(change->is, port->config.name) : NULL;
		char name[LINK_NAME_LEN];

		if (!port->is_used || (is && config_link_wants_any(&is->link)))
			continue;
		memcpy(name, port->config.name, sizeof(name));
		all.name = name;
		(void)port_detach(change->daemon, &all, change->refusal); /* it is there */
	}
}

bool change_become(const struct change *change, const char *name, const struct config_interface *is)
{
	uint16_t link = port_become(change->daemon, name, is, change->is_lenient, change->refusal);

	if (link == LINK_NONE)
		return change->is_lenient; /* port_become() logged it */
	change->daemon->ports[link].is_by_pattern = config_is_pattern(is->name);
	return true;
}

/* Attached interfaces that have another name of their own in the rules are no longer by a pattern.
 */
static bool become_named(const struct change *change)
{
	for (size_t i = 0; i < change->is->interface_count; i++) {
		const struct config_interface *each = &change->is->interfaces[i];

		if (!config_is_pattern(each->name) &&
		    (config_link_wants_any(&each->link) ||
		     port_by_name(change->daemon, each->name) != LINK_NONE) &&
		    !change_become(change, each->name, each))
			return false;
	}
	return true;
}

/* What a pattern means: interfaces that exist, and attached ones that do not. */
static bool become_fitting(const struct change *change)
{
	struct daemon *daemon = change->daemon;
	const struct rtnl_link *link = NULL;

	for (uint16_t number = 0; number < LINKS_MAX; number++) {
		const struct port *port = &daemon->ports[number];
		const struct config_interface *is =
			port->is_used ? config_interface_for(change->is, port->config.name) : NULL;

		if (is && config_is_pattern(is->name) && config_link_wants_any(&is->link) &&
		    !change_become(change, port->config.name, is))
			return false;
	}
	while ((link = rtnl_link_next(daemon->rtnl, link))) {
		const struct config_interface *is = config_interface_for(change->is, link->name);

		if (is && config_is_pattern(is->name) && config_link_wants_any(&is->link) &&
		    port_by_name(daemon, link->name) == LINK_NONE &&
		    !change_become(change, link->name, is))
			return false;
	}
	return true;
}

/* An interface that goes makes room for one that comes. */
bool change_all(const struct change *change)
{
	bool is_restoring = change->daemon->is_restoring;
	bool is_done;

	change->daemon->is_restoring = true; /* one file at the end, not one a step */
	change_settings(change);
	change_rules(change);
	delete_statics(change);
	policy_delete_others(change->daemon, change->is);
	leave_ports(change);
	change_rules(change); /* detaching made exceptions */
	is_done = change_metrics(change) && change_policy(change) && become_named(change) &&
		  become_fitting(change) && add_all_statics(change) &&
		  become_named(change); /* those that static rules alone hold */
	change->daemon->is_restoring = is_restoring;
	return is_done;
}
