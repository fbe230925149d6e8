// SPDX-License-Identifier: GPL-2.0-only
/*
 * The running configuration. Interfaces that are attached, their keys and the static rules are
 * where they are used; here is what concerns interfaces that are not attached: patterns, and names
 * that no pattern means. Applying a configuration goes through the functions of single commands, so
 * that nothing is touched that does not differ.
 */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr_text.h"
#include "daemon/daemon.h"
#include "daemon/keys.h"
#include "daemon/log.h"
#include "daemon/policy.h"
#include "daemon/port.h"
#include "daemon/refusal.h"
#include "daemon/rpf_metric.h"
#include "daemon/running.h"
#include "daemon/saved.h"
#include "daemon/settings.h"
#include "daemon/static.h"
#include "io/file.h"
#include "io/rtnl.h"

void running_path(const struct daemon *daemon, char path[CONFIG_PATH_MAX])
{
	if (daemon->options->config_path)
		(void)snprintf(path, CONFIG_PATH_MAX, "%s", daemon->options->config_path);
	else
		(void)snprintf(path, CONFIG_PATH_MAX, CONFIG_FILE_PATH, daemon->options->instance);
}

/* ---- what it is ---- */

static void add_interface(struct config *config, const struct config_interface *from)
{
	struct config_interface *added = config_interface_add(config, from->name);

	added->link = from->link;
	config_keys_copy(&added->keys, &from->keys);
}

static bool keys_equal(const struct config_keys *a, const struct config_keys *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		const struct config_key *key = &a->list[i],
					*twin = config_keys_find(b, key->family, key->id);

		if (!twin || twin->hash != key->hash || twin->from != key->from ||
		    twin->is_sending != key->is_sending || strcmp(twin->where, key->where) != 0)
			return false;
	}
	return true;
}

/* Attached for static rules alone, with nothing of its own. */
static bool is_plain(const struct port *port)
{
	static const struct config_link plain = { .mode = DPLANE_MODE_AUTO };

	return config_link_equal(&port->config, &plain) && !port->keys.count;
}

/* Return: whether a pattern says all there is to say about an interface. */
static bool is_of_pattern(const struct daemon *daemon, const struct port *port)
{
	const struct config_interface *rule =
		config_interface_for(&daemon->rules, port->config.name);

	return port->is_by_pattern && rule && config_link_equal(&rule->link, &port->config) &&
	       keys_equal(&rule->keys, &port->keys);
}

static bool is_attached(const struct daemon *daemon, const char *name)
{
	for (uint16_t link = 0; link < LINKS_MAX; link++)
		if (daemon->ports[link].is_used && !strcmp(daemon->ports[link].config.name, name))
			return true;
	return false;
}

static void add_ports(const struct daemon *daemon, struct config *config)
{
	for (uint16_t link = 0; link < LINKS_MAX; link++) {
		const struct port *port = &daemon->ports[link];
		struct config_interface is = { .link = port->config, .keys = port->keys };

		if (!port->is_used || is_of_pattern(daemon, port) ||
		    (is_plain(port) && !config_interface_find(&daemon->rules, port->config.name)))
			continue;
		memcpy(is.name, port->config.name, sizeof(port->config.name));
		add_interface(config, &is);
	}
}

static void add_statics(const struct daemon *daemon, struct config *config)
{
	const struct static_rule *rule = daemon->statics;

	for (; rule; rule = rule->next) {
		struct config_static route;

		static_words(daemon, rule, &route);
		(void)config_static_add(config, &route);
	}
}

static void add_metrics(const struct daemon *daemon, struct config *config)
{
	for (size_t i = 0; i < daemon->rpf_metric_count; i++)
		config_rpf_metric_add(config, &daemon->rpf_metrics[i]);
}

void running_config(const struct daemon *daemon, struct config *ret_config)
{
	config_init(ret_config);
	for (enum config_table table = 0; table < CONFIG_TABLE_COUNT; table++) {
		ret_config->table[table] = daemon->rules.table[table];
		ret_config->has_table[table] =
			daemon->rules.has_table[table] ||
			ret_config->table[table] != config_table_default[table];
	}
	ret_config->settings = daemon->settings;
	for (size_t i = 0; i < daemon->rules.interface_count; i++)
		if (!is_attached(daemon, daemon->rules.interfaces[i].name))
			add_interface(ret_config, &daemon->rules.interfaces[i]);
	add_ports(daemon, ret_config);
	add_statics(daemon, ret_config);
	add_metrics(daemon, ret_config);
	policy_collect(daemon, ret_config);
}

/* ---- whether it is saved ---- */

static char *lines_of(const struct config *config)
{
	char *text = config_write(config, false), *lines = config_lines(text);

	free(text);
	return lines;
}

bool running_is_unsaved(const struct daemon *daemon)
{
	struct config config, none;
	char *is, *was = NULL;
	bool is_unsaved;

	running_config(daemon, &config);
	is = lines_of(&config);
	config_fini(&config);
	if (!daemon->saved_lines) {
		config_init(&none);
		was = lines_of(&none);
	}
	is_unsaved = config_compare(was ? was : daemon->saved_lines, is, NULL, NULL) > 0;
	free(was);
	free(is);
	return is_unsaved;
}

void running_saved(struct daemon *daemon, const struct config *config)
{
	free(daemon->saved_lines);
	daemon->saved_lines = config ? lines_of(config) : NULL;
}

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

static bool is_possible(const struct daemon *daemon, struct config *config, struct refusal *refusal)
{
	if (!has_tables(daemon, config, refusal) || !settings_check_config(daemon, config, refusal))
		return false;
	for (size_t i = 0; i < config->interface_count; i++)
		if (!read_keys(daemon, &config->interfaces[i], refusal))
			return false;
	return true;
}

/* ---- from one to another ---- */

struct change {
	struct daemon *daemon;
	const struct config *is;
	bool is_lenient; /* what is refused is logged, and the rest is done */
	struct refusal *refusal;
};

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

static void change_rules(const struct change *change)
{
	struct config *rules = &change->daemon->rules;
	struct config old = *rules;

	config_init(rules);
	memcpy(rules->table, old.table, sizeof(rules->table));
	memcpy(rules->has_table, change->is->has_table, sizeof(rules->has_table));
	for (size_t i = 0; i < change->is->interface_count; i++) {
		const struct config_interface *each = &change->is->interfaces[i];

		if (config_is_pattern(each->name) || !config_link_wants_any(&each->link))
			add_interface(rules, each);
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
	add_statics(change->daemon, &was);
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
	add_metrics(change->daemon, &was);
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
	struct port_request all = { .protos = { { true, true, true }, { true, true, true } } };

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

static bool become(const struct change *change, const char *name, const struct config_interface *is)
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
		     is_attached(change->daemon, each->name)) &&
		    !become(change, each->name, each))
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
		    !become(change, port->config.name, is))
			return false;
	}
	while ((link = rtnl_link_next(daemon->rtnl, link))) {
		const struct config_interface *is = config_interface_for(change->is, link->name);

		if (is && config_is_pattern(is->name) && config_link_wants_any(&is->link) &&
		    !is_attached(daemon, link->name) && !become(change, link->name, is))
			return false;
	}
	return true;
}

/* An interface that goes makes room for one that comes. Return: whether all was done. */
static bool change_all(const struct change *change)
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

bool running_load(struct daemon *daemon, struct config *config, struct refusal *ret_refusal)
{
	struct refusal ignored;
	struct config was;
	bool is_done;

	if (!is_possible(daemon, config, ret_refusal))
		return false;
	running_config(daemon, &was);
	is_done = change_all(&(struct change){ daemon, config, false, ret_refusal });
	if (!is_done)
		(void)change_all(&(struct change){ daemon, &was, true, &ignored });
	config_fini(&was);
	saved_store(daemon);
	return is_done;
}

/* ---- the start ---- */

static void log_message(void *ctx, bool is_error, unsigned int line, unsigned int column,
			const char *text)
{
	(void)is_error; /* a warning is worth as much attention at the start */
	log_format(NOTE_WARN, "%s:%u:%u: %s", (const char *)ctx, line, column, text);
}

/* No file is no error, unless an option names it. Return: 0 or a negative errno, which was logged.
 */
static int read_file(struct daemon *daemon)
{
	char path[CONFIG_PATH_MAX], *text;
	struct config_source source = { .message = log_message, .ctx = path };
	int err;

	running_path(daemon, path);
	err = file_read(path, &text);
	if (err == -ENOENT && !daemon->options->config_path)
		return 0;
	if (err) {
		log_format(NOTE_WARN, "cannot read %s: %s", path, strerror(-err));
		return err;
	}
	source.text = text;
	source.len = strlen(text);
	err = config_read(&source, &daemon->boot) ? 0 : -EBADMSG;
	if (!err)
		running_saved(daemon, &daemon->boot);
	free(text);
	return err;
}

static void choose_tables(struct daemon *daemon)
{
	const struct daemon_options *options = daemon->options;
	const bool has[CONFIG_TABLE_COUNT] = { options->has_unicast_table,
					       options->has_mroute_table };
	const uint32_t table[CONFIG_TABLE_COUNT] = { options->unicast_table,
						     options->mroute_table };

	for (enum config_table i = 0; i < CONFIG_TABLE_COUNT; i++) {
		if (has[i] || !daemon->boot.has_table[i])
			daemon->rules.table[i] = table[i];
		else
			daemon->rules.table[i] = daemon->boot.table[i];
		daemon->rules.has_table[i] = daemon->boot.has_table[i];
	}
}

int running_boot_read(struct daemon *daemon)
{
	bool is_first = !saved_exists(daemon);
	int err;

	config_init(&daemon->boot);
	config_init(&daemon->rules);
	err = read_file(daemon);
	if (err && is_first)
		return err;
	choose_tables(daemon);
	if (is_first)
		daemon->settings = daemon->boot.settings;
	return 0;
}

void running_boot_end(struct daemon *daemon)
{
	config_fini(&daemon->boot);
}

void running_boot(struct daemon *daemon)
{
	struct refusal refusal;
	char why[CONFIG_WHY_MAX];

	for (size_t i = 0; i < daemon->boot.interface_count; i++) {
		struct config_interface *each = &daemon->boot.interfaces[i];

		for (size_t k = 0; k < each->keys.count; k++)
			if (!keys_read(&each->keys.list[k], why))
				log_format(NOTE_WARN, "%s: %s", each->name, why);
	}
	(void)change_all(&(struct change){ daemon, &daemon->boot, true, &refusal });
	if (daemon->saved_lines)
		saved_store(daemon); /* from now on the file may change without effect */
}

/* ---- patterns ---- */

void running_link_appeared(struct daemon *daemon, const char *name)
{
	struct refusal refusal;
	const struct change change = { daemon, &daemon->rules, true, &refusal };
	const struct config_interface *rule = config_interface_for(&daemon->rules, name);

	if (!rule || !config_is_pattern(rule->name) || !config_link_wants_any(&rule->link) ||
	    is_attached(daemon, name) || !become(&change, name, rule))
		return;
	log_format(NOTE_INFO, "%s: attached, since it fits %s", name, rule->name);
	saved_store(daemon);
}

void running_follow(struct daemon *daemon)
{
	const struct rtnl_link *link = NULL;

	while ((link = rtnl_link_next(daemon->rtnl, link)))
		running_link_appeared(daemon, link->name);
}

static void delete_rule(struct daemon *daemon, const char *name)
{
	struct config *rules = &daemon->rules;
	struct config_interface *rule = config_interface_find(rules, name);
	size_t at;

	if (!rule)
		return;
	at = (size_t)(rule - rules->interfaces);
	config_keys_fini(&rule->keys);
	memmove(rule, rule + 1, (rules->interface_count - at - 1) * sizeof(*rule));
	rules->interface_count--;
}

void running_attached(struct daemon *daemon, uint16_t link)
{
	daemon->ports[link].is_by_pattern = false;
	delete_rule(daemon, daemon->ports[link].config.name);
}

/* An interface that a pattern means stays away: a name of its own says so. */
void running_detached(struct daemon *daemon, const char *name)
{
	const struct config_interface *rule = config_interface_for(&daemon->rules, name);
	struct config_interface *exception;

	if (!rule || !config_is_pattern(rule->name) || is_attached(daemon, name))
		return;
	exception = config_interface_add(&daemon->rules, name);
	memset(exception->link.wanted, 0, sizeof(exception->link.wanted));
}

/* ---- for the run after this one ---- */

char *running_rules_text(const struct daemon *daemon)
{
	struct config rules = daemon->rules;

	memset(rules.has_table, true, sizeof(rules.has_table));
	return config_write(&rules, false);
}

static void ignore_message(void *ctx, bool is_error, unsigned int line, unsigned int column,
			   const char *text)
{
	(void)ctx;
	(void)is_error;
	(void)line;
	(void)column;
	(void)text;
}

void running_rules_restore(struct daemon *daemon, const char *text)
{
	const struct config_source source = { .text = text,
					      .len = strlen(text),
					      .message = ignore_message };
	char why[CONFIG_WHY_MAX];
	struct config rules;

	if (!config_read(&source, &rules)) {
		log_line(NOTE_WARN, "patterns of the run before are not understood and left out");
		return;
	}
	if (!daemon->options->has_unicast_table)
		daemon->rules.table[CONFIG_UNICAST] = rules.table[CONFIG_UNICAST];
	if (!daemon->options->has_mroute_table)
		daemon->rules.table[CONFIG_MULTICAST] = rules.table[CONFIG_MULTICAST];
	memcpy(rules.table, daemon->rules.table, sizeof(rules.table));
	memcpy(rules.has_table, daemon->rules.has_table, sizeof(rules.has_table));
	config_fini(&daemon->rules);
	daemon->rules = rules;
	for (size_t i = 0; i < rules.interface_count; i++)
		for (size_t k = 0; k < rules.interfaces[i].keys.count; k++)
			(void)keys_read(&rules.interfaces[i].keys.list[k],
					why); /* it is missed, and logged, where it is needed */
}

void running_fini(struct daemon *daemon)
{
	config_fini(&daemon->rules);
	config_fini(&daemon->boot);
	free(daemon->saved_lines);
	daemon->saved_lines = NULL;
}
