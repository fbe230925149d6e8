// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is attached, the policy, and the static routes and joins, remembered for the next run: one
 * JSON object a line in a file beside the control socket. It is there from the first attach to a
 * plain stop, so a daemon that finds it follows one that crashed or kept its forwarding. Neighbors
 * are in it, so that they are awaited. Secrets of keys are not, but where they stand.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hpim/ctl_abi.h"
#include "core/core.h"
#include "core/inspect.h"
#include "daemon/daemon.h"
#include "daemon/keys.h"
#include "daemon/log.h"
#include "daemon/policy.h"
#include "daemon/rpf_metric.h"
#include "daemon/port.h"
#include "daemon/running.h"
#include "daemon/saved.h"
#include "daemon/stale.h"
#include "daemon/static.h"
#include "io/field.h"
#include "io/file.h"
#include "io/loop.h"

/* Member of the line of the instance; an interface has one of the same name. */
#define SETTINGS "settings"

#define SAVED_PATH CTL_SOCKET_DIR "/%s.attached"

/* Members of that line: what running_rules_text() says; of the line of an interface. */
#define RULES      "rules"
#define KEYS       "keys"
#define BY_PATTERN "by_pattern"

/* Neighbors that come and go are written so often at most. */
#define SAVE_PAUSE_S 1

static const char *const key_names[IP_FAMILY_COUNT] = { "keys4", "keys6" };

static void path_of(const struct daemon *daemon, char *path, size_t room)
{
	(void)snprintf(path, room, SAVED_PATH, daemon->options->instance); /* a name is short */
}

struct json_object *saved_encode(const struct port *port, const bool has_keys[IP_FAMILY_COUNT])
{
	struct json_object *line = config_link_encode(&port->config);

	field_put_number(line, "ifindex", port->ifindex);
	for (enum ip_family family = IP_FAMILY_4; family < IP_FAMILY_COUNT; family++)
		field_put_bool(line, key_names[family], has_keys[family]);
	json_object_object_add(line, KEYS, keys_encode(&port->keys));
	field_put_bool(line, BY_PATTERN, port->is_by_pattern);
	return line;
}

bool saved_decode(struct json_object *line, struct port *ret_port)
{
	struct port port = { .is_used = true };

	if (!config_link_decode(line, &port.config))
		return false;
	port.is_by_pattern = field_bool(line, BY_PATTERN);
	keys_decode(json_object_object_get(line, KEYS), &port.keys);
	port.ifindex = (uint32_t)json_object_get_int64(json_object_object_get(line, "ifindex"));
	for (enum ip_family family = IP_FAMILY_4; family < IP_FAMILY_COUNT; family++)
		port.waits_for_key[family] = port.config.wanted[family][PROTO_HPIM] &&
					     field_bool(line, key_names[family]);
	*ret_port = port;
	return true;
}

/* ---- the file ---- */

struct key_owners {
	bool has_keys[LINKS_MAX][IP_FAMILY_COUNT];
};

static bool note_key(void *ctx, const struct inspect_key *view)
{
	struct key_owners *owners = ctx;

	owners->has_keys[view->link][view->family] = true;
	return true;
}

static void find_keys(const struct daemon *daemon, struct key_owners *ret_owners)
{
	*ret_owners = (struct key_owners){ .has_keys = { { false } } };
	for (enum ip_family family = IP_FAMILY_4; family < IP_FAMILY_COUNT; family++)
		inspect_keys(daemon->core, family, note_key, ret_owners);
	for (uint16_t link = 0; link < LINKS_MAX; link++)
		for (enum ip_family family = IP_FAMILY_4; family < IP_FAMILY_COUNT; family++)
			ret_owners->has_keys[link][family] |=
				daemon->ports[link].waits_for_key[family];
}

static void write_line(FILE *out, struct json_object *line)
{
	(void)fprintf(out, "%s\n", json_object_to_json_string_ext(line, JSON_C_TO_STRING_PLAIN));
	json_object_put(line);
}

/* Of the instance: a line that names no interface. */
static void write_instance(const struct daemon *daemon, FILE *out)
{
	struct json_object *line = json_object_new_object();
	char *rules = running_rules_text(daemon);

	json_object_object_add(line, SETTINGS, config_settings_encode(&daemon->settings));
	field_put_text(line, RULES, rules);
	write_line(out, line);
	free(rules);
}

static void write_ports(const struct daemon *daemon, FILE *out)
{
	struct key_owners owners;

	find_keys(daemon, &owners);
	for (uint16_t link = 0; link < LINKS_MAX; link++) {
		struct json_object *line;

		if (!daemon->ports[link].is_used)
			continue;
		line = saved_encode(&daemon->ports[link], owners.has_keys[link]);
		json_object_object_add(line, "neighbors", stale_neighbors_encode(daemon, link));
		write_line(out, line);
	}
}

/* Behind the interfaces, so that those are attached as they were when a rule names them. */
static void write_statics(const struct daemon *daemon, FILE *out)
{
	const struct static_rule *rule = daemon->statics;

	for (; rule; rule = rule->next)
		write_line(out, static_encode(daemon, rule));
}

/* Before the interfaces, so that no neighbor hears of another metric first. */
static void write_metrics(const struct daemon *daemon, FILE *out)
{
	for (size_t i = 0; i < daemon->rpf_metric_count; i++)
		write_line(out, rpf_metric_encode(&daemon->rpf_metrics[i]));
}

/* Before the static ones, which forward at once. */
static void write_policy(const struct daemon *daemon, FILE *out)
{
	const struct policy_item *item = daemon->policy;

	for (; item; item = item->next)
		write_line(out, policy_encode(daemon, &item->rule));
}

void saved_store(struct daemon *daemon)
{
	char path[256], *text = NULL;
	size_t len = 0;
	FILE *out;
	int err;

	if (daemon->is_restoring)
		return; /* half of it would be lost by a crash now */
	path_of(daemon, path, sizeof(path));
	out = open_memstream(&text, &len);
	if (out) {
		write_metrics(daemon, out);
		write_instance(daemon, out);
		write_ports(daemon, out);
		write_policy(daemon, out);
		write_statics(daemon, out);
	}
	err = out && fclose(out) == 0 ? file_replace(path, text, len) : -ENOMEM;
	free(text);
	daemon->is_unsaved = false;
	daemon->save_at = loop_now() + HP_SEC(SAVE_PAUSE_S);
	if (err)
		log_format(NOTE_WARN,
			   "cannot write %s: %s; after a restart interfaces have to be attached "
			   "by hand",
			   path, strerror(-err));
}

void saved_store_due(struct daemon *daemon)
{
	if (daemon->is_unsaved && loop_now() >= daemon->save_at)
		saved_store(daemon);
}

bool saved_exists(const struct daemon *daemon)
{
	char path[256];

	path_of(daemon, path, sizeof(path));
	return file_exists(path);
}

void saved_remove(const struct daemon *daemon)
{
	char path[256];

	path_of(daemon, path, sizeof(path));
	file_remove(path);
}

static void restore_port(struct daemon *daemon, struct port *port, struct json_object *neighbors)
{
	uint16_t link = port_restore(daemon, port);

	if (link == LINK_NONE) {
		config_keys_fini(&port->keys);
		return;
	}
	stale_neighbors_feed(daemon, link, neighbors);
	keys_restore(daemon, link);
	for (enum ip_family family = IP_FAMILY_4; family < IP_FAMILY_COUNT; family++)
		if (keys_are_known(&daemon->ports[link], family))
			daemon->ports[link].waits_for_key[family] = false;
	port_restore_protocols(daemon, link);
}

static bool is_of_instance(struct json_object *line)
{
	return !json_object_object_get(line, "interface") && json_object_object_get(line, SETTINGS);
}

static void load_instance(struct daemon *daemon, struct json_object *line, const char *path)
{
	const char *rules = field_text(line, RULES);
	unsigned int skipped =
		config_settings_decode(json_object_object_get(line, SETTINGS), &daemon->settings);

	if (rules)
		running_rules_restore(daemon, rules);
	if (skipped)
		log_format(NOTE_WARN, "%u settings in %s are not understood and left out", skipped,
			   path);
}

void saved_load_instance(struct daemon *daemon)
{
	char path[256], *text, *rest;

	path_of(daemon, path, sizeof(path));
	if (file_read(path, &text) < 0)
		return; /* saved_load() says why */
	rest = text;
	while (rest && *rest) {
		struct json_object *line = json_tokener_parse(strsep(&rest, "\n"));

		if (is_of_instance(line))
			load_instance(daemon, line, path);
		json_object_put(line);
	}
	free(text);
}

/* @text is cut into lines. */
static unsigned int restore_ports(struct daemon *daemon, char *text, const char *path)
{
	unsigned int count = 0;

	while (text && *text) {
		struct json_object *line = json_tokener_parse(strsep(&text, "\n"));
		struct port port;

		if (is_of_instance(line)) {
			/* saved_load_instance() */
		} else if (saved_decode(line, &port)) {
			restore_port(daemon, &port, json_object_object_get(line, "neighbors"));
			count++;
		} else if (!static_restore(daemon, line) && !rpf_metric_restore(daemon, line) &&
			   !policy_restore(daemon, line)) {
			log_format(NOTE_WARN, "a line of %s is not understood and left out", path);
		}
		json_object_put(line);
	}
	return count;
}

void saved_load(struct daemon *daemon)
{
	unsigned int count;
	char path[256], *text;
	int err;

	path_of(daemon, path, sizeof(path));
	err = file_read(path, &text);
	if (err) {
		if (err != -ENOENT)
			log_format(NOTE_WARN, "cannot read %s: %s", path, strerror(-err));
		return;
	}
	daemon->is_restoring = true;
	count = restore_ports(daemon, text, path);
	daemon->is_restoring = false;
	free(text);
	log_format(NOTE_INFO, "%u interfaces of the run before are attached again", count);
	saved_store(daemon);
}

void saved_keys(const struct daemon *daemon, struct config_keys *ret_keys)
{
	char path[256], *text, *rest;

	path_of(daemon, path, sizeof(path));
	if (file_read(path, &text) < 0)
		return;
	rest = text;
	while (rest && *rest) {
		struct json_object *line = json_tokener_parse(strsep(&rest, "\n"));
		struct config_keys keys = { .list = NULL };

		keys_decode(json_object_object_get(line, KEYS), &keys);
		for (size_t i = 0; i < keys.count; i++)
			config_keys_add(ret_keys, &keys.list[i]);
		config_keys_fini(&keys);
		json_object_put(line);
	}
	free(text);
}
