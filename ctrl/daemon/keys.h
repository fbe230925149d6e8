/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DAEMON_KEYS_H
#define DAEMON_KEYS_H

/* Keys of the attached interfaces: where their secrets stand, and what the core knows of them. */
#include "config/model.h"

struct daemon;
struct json_object;
struct port;
struct refusal;

/**
 * keys_read() - Read the secret of a key from its file or credential, unless it has one.
 *
 * Return: whether it has one now, and this system can compute its hash; else @why says what is
 * wrong, as a sentence.
 */
bool keys_read(struct config_key *key, char why[CONFIG_WHY_MAX]);

/** keys_put() - Add a key to an interface, or replace it; without a secret it only stands there. */
void keys_put(struct daemon *daemon, uint16_t link, const struct config_key *key);

/** keys_send() - Sign with a key that is there. */
void keys_send(struct daemon *daemon, uint16_t link, enum ip_family family, uint16_t id);
void keys_delete(struct daemon *daemon, uint16_t link, enum ip_family family, uint16_t id);

/** keys_become() - Add and change keys, so that all of @is are there; the others go with
 * keys_trim().
 */
void keys_become(struct daemon *daemon, uint16_t link, const struct config_keys *is);
void keys_trim(struct daemon *daemon, uint16_t link, const struct config_keys *is);

/** keys_forget() - Delete keys of a family whose secrets are not known. */
void keys_forget(struct daemon *daemon, uint16_t link, enum ip_family family);

/** keys_are_known() - Whether the secret of a key of a family is known. */
bool keys_are_known(const struct port *port, enum ip_family family);

/** keys_encode() - For the file of what is attached: no secrets. */
struct json_object *keys_encode(const struct config_keys *keys);

/** keys_decode() - @ret_keys must be empty. Entries that are not understood are left out. */
void keys_decode(struct json_object *list, struct config_keys *ret_keys);

/** keys_restore() - Read the secrets of keys that keys_decode() made; the log says what fails. */
void keys_restore(struct daemon *daemon, uint16_t link);

#endif
