// SPDX-License-Identifier: GPL-2.0-only
/*
 * Keys of HPIM-DM on attached interfaces. A key whose secret could not be read is kept, so that it
 * is configured still, but the core does not know it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/core.h"
#include "daemon/daemon.h"
#include "daemon/keys.h"
#include "daemon/log.h"
#include "io/crypto.h"
#include "io/field.h"
#include "io/keyfile.h"

static struct hpim_key core_key(const struct config_key *key)
{
	return (struct hpim_key){ .id = key->id,
				  .hash = key->hash,
				  .secret = *key->secret ? (const uint8_t *)key->secret : NULL,
				  .secret_len = strlen(key->secret) };
}

/* A hash that this system cannot compute would silence the interface. */
static bool hash_works(const struct config_key *key)
{
	static const uint8_t byte;
	const struct hpim_auth_part part = { .bytes = &byte, .len = 1 };
	const struct hpim_key with = core_key(key);
	uint8_t digest[HPIM_SECURITY_MAX];

	return crypto_hmac(&with, &part, 1, digest) == 0;
}

/* Return: whether there is a path. */
static bool path_of(const struct config_key *key, char *path, size_t room)
{
	const char *folder = getenv("CREDENTIALS_DIRECTORY"); /* systemd.exec(5) */

	if (key->from == CONFIG_KEY_FILE)
		(void)snprintf(path, room, "%s", key->where);
	else if (key->from == CONFIG_KEY_CREDENTIAL && folder)
		(void)snprintf(path, room, "%s/%s", folder, key->where);
	else
		return false;
	return true;
}

bool keys_read(struct config_key *key, char why[CONFIG_WHY_MAX])
{
	char path[2 * CONFIG_PATH_MAX];
	struct keyfile file;
	int err;

	if (!*key->secret) {
		if (!path_of(key, path, sizeof(path))) {
			(void)snprintf(why, CONFIG_WHY_MAX, "key %u: %s", key->id,
				       key->from == CONFIG_KEY_NOWHERE
					       ? "its secret was given by hand"
					       : "the service has no credentials");
			return false;
		}
		err = keyfile_read(path, true, &file);
		if (err) {
			(void)snprintf(why, CONFIG_WHY_MAX, "key %u: cannot read %.100s: %s",
				       key->id, path, keyfile_error(err));
			return false;
		}
		memcpy(key->secret, file.secret, sizeof(key->secret));
		explicit_bzero(&file, sizeof(file));
	}
	if (hash_works(key))
		return true;
	(void)snprintf(why, CONFIG_WHY_MAX, "key %u: this system cannot compute %s", key->id,
		       hpim_hash_name(key->hash));
	return false;
}

static void feed(struct daemon *daemon, uint16_t link, const struct config_key *key, bool is_on,
		 bool is_sending)
{
	const struct hpim_key with = core_key(key);

	daemon_feed(daemon, &(struct core_event){ .kind = EV_CONFIG,
						  .config = { .kind = CONFIG_KEY,
							      .link = link,
							      .family = key->family,
							      .is_on = is_on,
							      .key = &with,
							      .is_sending = is_sending } });
}

void keys_put(struct daemon *daemon, uint16_t link, const struct config_key *key)
{
	struct config_keys *keys = &daemon->ports[link].keys;
	const struct config_key *old = config_keys_find(keys, key->family, key->id);
	bool is_known = old && old->hash == key->hash && !strcmp(old->secret, key->secret);

	if (*key->secret && !is_known)
		feed(daemon, link, key, true, key->is_sending);
	else if (*key->secret && key->is_sending && !old->is_sending)
		feed(daemon, link, key, true, true);
	config_keys_put(keys, key);
}

void keys_send(struct daemon *daemon, uint16_t link, enum ip_family family, uint16_t id)
{
	struct config_key *key = config_keys_find(&daemon->ports[link].keys, family, id);
	struct config_key copy;

	if (!key)
		return;
	copy = *key;
	copy.is_sending = true;
	keys_put(daemon, link, &copy);
	explicit_bzero(&copy, sizeof(copy));
}

void keys_delete(struct daemon *daemon, uint16_t link, enum ip_family family, uint16_t id)
{
	const struct config_key key = { .family = family, .id = id };

	feed(daemon, link, &key, false, false);
	config_keys_delete(&daemon->ports[link].keys, family, id);
}

/* The core has room for so many; one that goes anyway goes now, if possible not the sending one. */
static void make_room(struct daemon *daemon, uint16_t link, const struct config_keys *is,
		      const struct config_key *key)
{
	const struct config_keys *keys = &daemon->ports[link].keys;
	const struct config_key *last = NULL;

	if (config_keys_find(keys, key->family, key->id) ||
	    config_keys_count(keys, key->family) < HPIM_KEYS_MAX)
		return;
	for (size_t i = 0; i < keys->count; i++)
		if (keys->list[i].family == key->family &&
		    !config_keys_find(is, key->family, keys->list[i].id) &&
		    (!last || last->is_sending))
			last = &keys->list[i];
	if (last)
		keys_delete(daemon, link, key->family, last->id);
}

void keys_become(struct daemon *daemon, uint16_t link, const struct config_keys *is)
{
	for (size_t i = 0; i < is->count; i++) {
		make_room(daemon, link, is, &is->list[i]);
		keys_put(daemon, link, &is->list[i]);
	}
}

void keys_trim(struct daemon *daemon, uint16_t link, const struct config_keys *is)
{
	struct config_keys *keys = &daemon->ports[link].keys;

	for (size_t i = keys->count; i-- > 0;) {
		const struct config_key key = { .family = keys->list[i].family,
						.id = keys->list[i].id };

		if (!config_keys_find(is, key.family, key.id))
			keys_delete(daemon, link, key.family, key.id);
	}
}

void keys_forget(struct daemon *daemon, uint16_t link, enum ip_family family)
{
	const struct config_keys *keys = &daemon->ports[link].keys;

	for (size_t i = keys->count; i-- > 0;)
		if (keys->list[i].family == family && !*keys->list[i].secret)
			keys_delete(daemon, link, family, keys->list[i].id);
}

bool keys_are_known(const struct port *port, enum ip_family family)
{
	for (size_t i = 0; i < port->keys.count; i++)
		if (port->keys.list[i].family == family && *port->keys.list[i].secret)
			return true;
	return false;
}

/* ---- the file of what is attached ---- */

static const char *const place_names[] = {
	[CONFIG_KEY_FILE] = "file", [CONFIG_KEY_CREDENTIAL] = "credential"
};

struct json_object *keys_encode(const struct config_keys *keys)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < keys->count; i++) {
		const struct config_key *key = &keys->list[i];
		struct json_object *entry = json_object_new_object();

		field_put_number(entry, "family", key->family == IP_FAMILY_4 ? 4 : 6);
		field_put_number(entry, "id", key->id);
		field_put_text(entry, "algorithm", hpim_hash_name(key->hash));
		field_put_bool(entry, "sending", key->is_sending);
		if (key->from != CONFIG_KEY_NOWHERE)
			field_put_text(entry, place_names[key->from], key->where);
		json_object_array_add(list, entry);
	}
	return list;
}

static bool key_decode(struct json_object *entry, struct config_key *ret_key)
{
	struct config_key key = { .is_sending = field_bool(entry, "sending") };
	const char *algorithm = field_text(entry, "algorithm");
	int64_t family, id;

	if (!field_number(entry, "family", 4, 6, &family) ||
	    !field_number(entry, "id", 0, UINT16_MAX, &id) || !algorithm ||
	    hpim_hash_by_name(algorithm, &key.hash) < 0)
		return false;
	key.family = family == 4 ? IP_FAMILY_4 : IP_FAMILY_6;
	key.id = (uint16_t)id;
	for (enum config_key_from from = CONFIG_KEY_FILE; from <= CONFIG_KEY_CREDENTIAL; from++) {
		const char *where = field_text(entry, place_names[from]);

		if (!where || strlen(where) >= sizeof(key.where))
			continue;
		key.from = from;
		memcpy(key.where, where, strlen(where));
	}
	*ret_key = key;
	return true;
}

void keys_decode(struct json_object *list, struct config_keys *ret_keys)
{
	size_t count =
		json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;

	for (size_t i = 0; i < count; i++) {
		struct config_key key;

		if (key_decode(json_object_array_get_idx(list, i), &key) &&
		    config_keys_count(ret_keys, key.family) < HPIM_KEYS_MAX)
			config_keys_put(ret_keys, &key);
	}
}

/* A configuration of the Python implementation has its secrets inline. */
static void recall_inline(const struct daemon *daemon, const char *name, struct config_key *key)
{
	const struct config_interface *from = config_interface_find(&daemon->boot, name);
	const struct config_key *is =
		from ? config_keys_find(&from->keys, key->family, key->id) : NULL;

	if (key->from == CONFIG_KEY_NOWHERE && is && is->from == key->from && is->hash == key->hash)
		memcpy(key->secret, is->secret, sizeof(key->secret));
}

void keys_restore(struct daemon *daemon, uint16_t link)
{
	struct port *port = &daemon->ports[link];
	struct config_keys keys = port->keys;
	char why[CONFIG_WHY_MAX];

	port->keys = (struct config_keys){ .list = NULL };
	for (size_t i = 0; i < keys.count; i++) {
		recall_inline(daemon, port->config.name, &keys.list[i]);
		if (!keys_read(&keys.list[i], why))
			log_format(NOTE_WARN, "%s: %s", port->config.name, why);
		keys_put(daemon, link, &keys.list[i]);
	}
	config_keys_fini(&keys);
}
