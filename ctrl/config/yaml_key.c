// SPDX-License-Identifier: GPL-2.0-only
/* Keys of HPIM-DM as YAML: by reference to what holds the secret. */
#include <stdio.h>
#include <string.h>

#include "config/yaml_int.h"

/* An element of the list; without a family it is a key of both. */
struct yaml_key {
	struct config_key key;
	bool families[IP_FAMILY_COUNT];
	bool has_id, has_algorithm;
};

static void read_family(struct yaml_in *in, yaml_node_t *node, void *object)
{
	const char *text = yaml_text(in, node, "4 or 6");
	struct yaml_key *entry = object;

	if (!text)
		return;
	entry->families[IP_FAMILY_4] = !strcmp(text, "4");
	entry->families[IP_FAMILY_6] = !strcmp(text, "6");
	if (!entry->families[IP_FAMILY_4] && !entry->families[IP_FAMILY_6])
		yaml_wrong(in, node, "found '%.60s', expected 4 or 6", text);
}

static void write_family(struct yaml_out *out, const char *name, const void *object)
{
	const struct yaml_key *entry = object;

	if (entry->families[IP_FAMILY_4] != entry->families[IP_FAMILY_6])
		yaml_put(out, name, entry->families[IP_FAMILY_4] ? "4" : "6");
}

static void read_id(struct yaml_in *in, yaml_node_t *node, void *object)
{
	struct yaml_key *entry = object;
	uint32_t id;

	entry->has_id = true; /* a wrong one is reported once */
	if (yaml_number(in, node, 0, UINT16_MAX, &id))
		entry->key.id = (uint16_t)id;
}

static void write_id(struct yaml_out *out, const char *name, const void *object)
{
	yaml_put_number(out, name, ((const struct yaml_key *)object)->key.id);
}

static void read_algorithm(struct yaml_in *in, yaml_node_t *node, void *object)
{
	const char *text = yaml_text(in, node, "the name of an algorithm");
	struct yaml_key *entry = object;

	entry->has_algorithm = true;
	if (text && hpim_hash_by_name(text, &entry->key.hash) < 0)
		yaml_wrong(in, node,
			   "found '%.60s', expected an algorithm of 'hpimctl show algorithms', as "
			   "sha256",
			   text);
}

static void write_algorithm(struct yaml_out *out, const char *name, const void *object)
{
	yaml_put(out, name, hpim_hash_name(((const struct yaml_key *)object)->key.hash));
}

static void set_where(struct yaml_in *in, const yaml_node_t *node, struct yaml_key *entry,
		      enum config_key_from from)
{
	const char *what =
		from == CONFIG_KEY_FILE ? "an absolute path" : "the name of a credential";
	const char *text = yaml_text(in, node, what);

	if (!text)
		return;
	if (entry->key.from != CONFIG_KEY_NOWHERE)
		yaml_wrong(in, node,
			   "found a second place of the secret, expected file or credential");
	else if (strlen(text) >= sizeof(entry->key.where) ||
		 (from == CONFIG_KEY_FILE ? *text != '/' : !*text || strchr(text, '/')))
		yaml_wrong(in, node, "found '%.60s', expected %s of up to %d bytes", text, what,
			   CONFIG_PATH_MAX - 1);
	else
		memcpy(entry->key.where, text, strlen(text) + 1);
	entry->key.from = from;
}

static void read_file(struct yaml_in *in, yaml_node_t *node, void *object)
{
	set_where(in, node, object, CONFIG_KEY_FILE);
}

static void write_file(struct yaml_out *out, const char *name, const void *object)
{
	const struct yaml_key *entry = object;

	if (entry->key.from == CONFIG_KEY_FILE)
		yaml_put(out, name, entry->key.where);
}

static void read_credential(struct yaml_in *in, yaml_node_t *node, void *object)
{
	set_where(in, node, object, CONFIG_KEY_CREDENTIAL);
}

static void write_credential(struct yaml_out *out, const char *name, const void *object)
{
	const struct yaml_key *entry = object;

	if (entry->key.from == CONFIG_KEY_CREDENTIAL)
		yaml_put(out, name, entry->key.where);
}

static void read_send(struct yaml_in *in, yaml_node_t *node, void *object)
{
	(void)yaml_switch(in, node, &((struct yaml_key *)object)->key.is_sending);
}

static void write_send(struct yaml_out *out, const char *name, const void *object)
{
	if (((const struct yaml_key *)object)->key.is_sending)
		yaml_put(out, name, "on");
}

/* Between our own programs alone: a secret in a file would be seen by who reads the file. */
static void read_secret(struct yaml_in *in, yaml_node_t *node, void *object)
{
	struct yaml_key *entry = object;
	const char *text;

	if (!in->source->has_secrets) {
		yaml_wrong(in, node,
			   "found a secret, expected 'file: PATH' or 'credential: NAME': secrets "
			   "stand in files of their own");
		return;
	}
	text = yaml_text(in, node, "a secret");
	if (text && *text && strlen(text) <= HPIM_SECRET_MAX)
		memcpy(entry->key.secret, text, strlen(text) + 1);
	else if (text)
		yaml_wrong(in, node, "found no secret of 1 to %u bytes, expected one",
			   HPIM_SECRET_MAX);
}

static void write_secret(struct yaml_out *out, const char *name, const void *object)
{
	const struct yaml_key *entry = object;

	if (out->with_secrets && *entry->key.secret)
		yaml_put(out, name, entry->key.secret);
}

/* ---- the list ---- */

struct key_list {
	struct config_keys *keys;
	bool has_sender[IP_FAMILY_COUNT];
};

/* Return: whether there may be one more key of a family. */
static bool may_add(struct yaml_in *in, const yaml_node_t *node, struct key_list *list,
		    const struct config_key *key)
{
	const struct config_keys *keys = list->keys;

	if (config_keys_find(keys, key->family, key->id))
		return yaml_wrong(in, node, "found key %u twice, expected each id once", key->id);
	if (config_keys_count(keys, key->family) == HPIM_KEYS_MAX)
		return yaml_wrong(in, node, "found more keys, expected %u at most", HPIM_KEYS_MAX);
	if (key->is_sending && list->has_sender[key->family])
		return yaml_wrong(in, node, "found a second key that sends, expected one");
	list->has_sender[key->family] |= key->is_sending;
	return true;
}

static bool is_complete(struct yaml_in *in, const yaml_node_t *node, const struct yaml_key *entry)
{
	const char *missing = !entry->has_id          ? "id"
			      : !entry->has_algorithm ? "algorithm"
			      : !in->source->has_secrets && entry->key.from == CONFIG_KEY_NOWHERE &&
					      !*entry->key.secret
				      ? "file or credential"
				      : NULL;

	return !missing || yaml_wrong(in, node, "found a key without %s, expected it", missing);
}

static void read_key(struct yaml_in *in, yaml_node_t *node, void *ctx)
{
	struct yaml_key entry = { .families = { true, true } };
	struct key_list *list = ctx;
	unsigned int errors = in->errors;

	yaml_read_rows(in, node, YAML_AT_KEY, "what a key is", &entry);
	if (in->errors == errors && is_complete(in, node, &entry))
		for (enum ip_family family = IP_FAMILY_4; family < IP_FAMILY_COUNT; family++) {
			entry.key.family = family;
			if (entry.families[family] && may_add(in, node, list, &entry.key))
				config_keys_put(list->keys, &entry.key);
		}
	explicit_bzero(&entry, sizeof(entry));
}

void yaml_read_keys(struct yaml_in *in, yaml_node_t *node, void *object)
{
	struct key_list list = { .keys = &((struct config_interface *)object)->keys };

	yaml_each(in, node, "keys", read_key, &list);
}

static bool is_same_of_both(const struct config_key *a, const struct config_key *b)
{
	return a && b && a->hash == b->hash && a->is_sending == b->is_sending &&
	       a->from == b->from && !strcmp(a->where, b->where) && !strcmp(a->secret, b->secret);
}

/* A key of both families is one element, where its IPv4 part stands. */
static void write_key(struct yaml_out *out, const struct config_keys *keys,
		      const struct config_key *key)
{
	const struct config_key *twin = config_keys_find(
		keys, key->family == IP_FAMILY_4 ? IP_FAMILY_6 : IP_FAMILY_4, key->id);
	struct yaml_key entry = { .key = *key };
	bool is_both = is_same_of_both(key, twin);

	if (is_both && key->family == IP_FAMILY_6)
		return;
	entry.families[IP_FAMILY_4] = is_both || key->family == IP_FAMILY_4;
	entry.families[IP_FAMILY_6] = is_both || key->family == IP_FAMILY_6;
	yaml_map(out, NULL, true);
	yaml_write_rows(out, YAML_AT_KEY, &entry);
	yaml_map_end(out);
	explicit_bzero(&entry, sizeof(entry));
}

void yaml_write_keys(struct yaml_out *out, const char *name, const void *object)
{
	const struct config_keys *keys = &((const struct config_interface *)object)->keys;

	if (!keys->count)
		return;
	yaml_list(out, name, false);
	for (size_t i = 0; i < keys->count; i++)
		write_key(out, keys, &keys->list[i]);
	yaml_list_end(out);
}

/* clang-format off */
const struct yaml_row yaml_key_rows[] = {
	{ YAML_AT_KEY, "id", "0 to 65535", "", "number of the key, the same on all routers of the link",
	  read_id, write_id },
	{ YAML_AT_KEY, "algorithm", "one of `hpimctl show algorithms`", "", "hash of the HMAC",
	  read_algorithm, write_algorithm },
	{ YAML_AT_KEY, "file", "an absolute path", "or `credential`",
	  "file whose text is the secret, 1 to 128 bytes; a newline at its end does not count",
	  read_file, write_file },
	{ YAML_AT_KEY, "credential", "a name", "or `file`",
	  "credential of systemd: a file of $CREDENTIALS_DIRECTORY", read_credential, write_credential },
	{ YAML_AT_KEY, "send", "on or off", "on for the first key, else off",
	  "sign with it; one key of each family does", read_send, write_send },
	{ YAML_AT_KEY, "family", "4 or 6", "both", "sign and accept only IPv4, only IPv6",
	  read_family, write_family },
	{ YAML_AT_KEY, "secret", NULL, NULL, NULL, read_secret, write_secret },
	{ .name = NULL },
};
/* clang-format on */
