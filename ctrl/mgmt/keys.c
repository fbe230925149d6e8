// SPDX-License-Identifier: GPL-2.0-only
/*
 * Keys of HPIM-DM over the control socket. Secrets come in and never go out again.
 */
#include <string.h>

#include "core/inspect.h"
#include "daemon/daemon.h"
#include "daemon/keys.h"
#include "daemon/port.h"
#include "daemon/refusal.h"
#include "daemon/saved.h"
#include "io/ctlsock.h"
#include "io/field.h"
#include "mgmt/args.h"
#include "mgmt/show.h"
#include "mgmt/keys.h"

/* A request about one key on one interface. */
struct request {
	uint16_t link;
	struct config_key key; /* of each family asked for */
};

static const char *secret_error(struct json_object *args, struct config_key *key)
{
	const char *algorithm = field_text(args, "algorithm");
	const char *secret = field_text(args, "secret"), *file = field_text(args, "file");
	char why[CONFIG_WHY_MAX];

	if (!algorithm || hpim_hash_by_name(algorithm, &key->hash) < 0)
		return "there is no such algorithm; 'hpimctl show algorithms' lists them";
	if (!secret || !secret[0] || strlen(secret) > HPIM_SECRET_MAX)
		return "a key has 1 to 128 bytes";
	if (file && (file[0] != '/' || strlen(file) >= sizeof(key->where)))
		return "the file of a key has an absolute path of up to 255 bytes";
	if (file) {
		key->from = CONFIG_KEY_FILE;
		memcpy(key->where, file, strlen(file) + 1);
	}
	memcpy(key->secret, secret, strlen(secret) + 1);
	return keys_read(key, why) ? NULL : "this system cannot compute that algorithm";
}

/* Refused as a whole before anything is changed. */
static bool is_possible(struct daemon *daemon, const struct request *request, const char *cmd,
			struct json_object *args, struct refusal *refusal)
{
	const struct config_keys *keys = &daemon->ports[request->link].keys;
	bool is_there = false, is_full = false;

	for (enum ip_family family = IP_FAMILY_4; family < IP_FAMILY_COUNT; family++) {
		bool is_known = config_keys_find(keys, family, request->key.id) != NULL;

		if (!arg_family(args, family))
			continue;
		is_there |= is_known;
		is_full |= !is_known && config_keys_count(keys, family) >= HPIM_KEYS_MAX;
	}
	if (!strcmp(cmd, "key add")) {
		if (is_full)
			refuse(refusal, CTL_EXIT_REFUSED, "limit", "delete one first",
			       "an interface has at most %u keys", HPIM_KEYS_MAX);
		return !is_full;
	}
	if (!is_there)
		refuse(refusal, CTL_EXIT_NOT_FOUND, "no-key", "'hpimctl show keys' lists them",
		       "%s has no key %u", port_name(daemon, request->link), request->key.id);
	return is_there;
}

static bool read_request(struct daemon *daemon, const char *cmd, struct json_object *args,
			 struct request *request, struct refusal *refusal)
{
	const char *name = arg_interface(args);
	const char *error;
	int64_t id;

	*request = (struct request){ .key.is_sending = field_bool(args, "sending") };
	request->link = port_find(daemon, name ? name : "-", refusal);
	if (request->link == LINK_NONE)
		return false;
	if (!arg_number(args, cmd, "id", &id)) {
		refuse(refusal, CTL_EXIT_USAGE, "usage", "", "a key's id is 0 to 65535");
		return false;
	}
	request->key.id = (uint16_t)id;
	error = !strcmp(cmd, "key add") ? secret_error(args, &request->key) : NULL;
	if (error)
		refuse(refusal, CTL_EXIT_REFUSED, "key", "", "%s", error);
	return !error && is_possible(daemon, request, cmd, args, refusal);
}

static void perform(struct daemon *daemon, struct request *request, const char *cmd)
{
	const struct config_key *key = &request->key;

	if (!strcmp(cmd, "key delete")) {
		keys_delete(daemon, request->link, key->family, key->id);
	} else if (!strcmp(cmd, "key send")) {
		keys_send(daemon, request->link, key->family, key->id);
		port_key_added(daemon, request->link, key->family);
	} else {
		keys_put(daemon, request->link, key);
		port_key_added(daemon, request->link, key->family);
	}
}

static void key_answer(struct daemon *daemon, struct ctl_client *client, const char *cmd,
		       struct json_object *args)
{
	struct refusal refusal;
	struct request request;

	if (!read_request(daemon, cmd, args, &request, &refusal)) {
		ctl_reply_error(client, refusal.code, refusal.exit, refusal.hint, "%s",
				refusal.message);
		return;
	}
	for (enum ip_family family = IP_FAMILY_4; family < IP_FAMILY_COUNT; family++) {
		request.key.family = family;
		if (arg_family(args, family))
			perform(daemon, &request, cmd);
	}
	explicit_bzero(&request, sizeof(request));
	saved_store(daemon);
	ctl_reply_end(client, NULL);
}

/* The request is freed without being overwritten. */
static void secret_erase(struct json_object *args)
{
	const char *secret = field_text(args, "secret");

	if (secret)
		explicit_bzero((char *)secret, strlen(secret));
}

void keys_request(struct daemon *daemon, struct ctl_client *client, const char *cmd,
		  struct json_object *args)
{
	key_answer(daemon, client, cmd, args);
	secret_erase(args);
}

/* ---- views ---- */

static bool show_key(void *ctx, const struct inspect_key *view)
{
	const struct show *show = ctx;
	struct json_object *record;

	if (!show_includes(show, view->link))
		return true;
	record = json_object_new_object();
	field_put_text(record, "interface", port_name(show->daemon, view->link));
	field_put_number(record, "family", view->family == IP_FAMILY_4 ? 4 : 6);
	field_put_number(record, "id", view->id);
	field_put_text(record, "algorithm", hpim_hash_name(view->hash));
	field_put_bool(record, "sending", view->is_sending);
	show_record(show, record);
	return true;
}

bool keys_step(struct show *show)
{
	for (enum ip_family family = IP_FAMILY_4; family < IP_FAMILY_COUNT; family++)
		if (arg_family(show->args, family))
			inspect_keys(show->daemon->core, family, show_key, show);
	return true;
}

bool keys_algorithms_step(struct show *show)
{
	for (enum hpim_hash hash = HPIM_HASH_MD5; hash < HPIM_HASH_COUNT; hash++) {
		struct json_object *record = json_object_new_object();

		field_put_text(record, "algorithm", hpim_hash_name(hash));
		field_put_number(record, "bytes", hpim_hash_len(hash));
		show_record(show, record);
	}
	return true;
}
