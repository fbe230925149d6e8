// SPDX-License-Identifier: GPL-2.0-only
/*
 * The running configuration. Interfaces that are attached, their keys and the static rules are
 * where they are used; here is what concerns interfaces that are not attached: patterns, and names
 * that no pattern means. Another one is applied by daemon/change.c.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/change.h"
#include "daemon/daemon.h"
#include "daemon/keys.h"
#include "daemon/log.h"
#include "daemon/policy.h"
#include "daemon/port.h"
#include "daemon/refusal.h"
#include "daemon/rpf_metric.h"
#include "daemon/running.h"
#include "daemon/saved.h"
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

static void add_ports(const struct daemon *daemon, struct config *config)
{
	for (uint16_t link = 0; link < LINKS_MAX; link++) {
		const struct port *port = &daemon->ports[link];
		struct config_interface is = { .link = port->config, .keys = port->keys };

		if (!port->is_used || is_of_pattern(daemon, port) ||
		    (is_plain(port) && !config_interface_find(&daemon->rules, port->config.name)))
			continue;
		memcpy(is.name, port->config.name, sizeof(port->config.name));
		config_interface_copy(config, &is);
	}
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
	ret_config->metrics_at = daemon->rules.metrics_at;
	ret_config->keepalive_s = daemon->rules.keepalive_s;
	for (size_t i = 0; i < daemon->rules.interface_count; i++)
		if (port_by_name(daemon, daemon->rules.interfaces[i].name) == LINK_NONE)
			config_interface_copy(ret_config, &daemon->rules.interfaces[i]);
	add_ports(daemon, ret_config);
	static_collect(daemon, ret_config);
	rpf_metric_collect(daemon, ret_config);
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

/* ---- another one ---- */

/* What may be refused without a trace is tried first. */
static bool become(const struct change *change)
{
	return change_listen(change) && change_all(change);
}

bool running_load(struct daemon *daemon, struct config *config, struct refusal *ret_refusal)
{
	struct refusal ignored;
	struct config was;
	bool is_done;

	if (!change_check(daemon, config, ret_refusal))
		return false;
	running_config(daemon, &was);
	is_done = become(&(struct change){ daemon, config, false, ret_refusal });
	if (!is_done)
		(void)become(&(struct change){ daemon, &was, true, &ignored });
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

/* @said: by the file, or by the run before; 0: nothing. */
static void choose_follow(struct daemon *daemon, uint32_t said)
{
	const struct daemon_options *options = daemon->options;

	if (!said && options->follows)
		said = CONFIG_KEEPALIVE;
	daemon->rules.keepalive_s = said && options->keepalive_s ? options->keepalive_s : said;
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
	choose_follow(daemon, daemon->boot.keepalive_s);
	if (is_first) {
		daemon->settings = daemon->boot.settings;
		daemon->rules.metrics_at = daemon->boot.metrics_at;
	}
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

const struct config_listen *running_metrics_at(const struct daemon *daemon)
{
	const struct config_listen *option = &daemon->options->metrics_at;

	return option->port ? option : &daemon->rules.metrics_at;
}

void running_listen(struct daemon *daemon)
{
	const struct config_listen *at = running_metrics_at(daemon);
	char text[CONFIG_LISTEN_MAX];
	int err = daemon->clients->listen(daemon, at);

	config_listen_text(at, text);
	if (err)
		log_format(NOTE_WARN, "metrics: cannot listen on %s: %s; there are none over HTTP",
			   text, strerror(-err));
}

/* ---- patterns ---- */

void running_link_appeared(struct daemon *daemon, const char *name)
{
	struct refusal refusal;
	const struct change change = { daemon, &daemon->rules, true, &refusal };
	const struct config_interface *rule = config_interface_for(&daemon->rules, name);

	if (!rule || !config_is_pattern(rule->name) || !config_link_wants_any(&rule->link) ||
	    port_by_name(daemon, name) != LINK_NONE || !change_become(&change, name, rule))
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

	if (!rule || !config_is_pattern(rule->name) || port_by_name(daemon, name) != LINK_NONE)
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
	choose_follow(daemon, rules.keepalive_s);
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
