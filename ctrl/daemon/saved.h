/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DAEMON_SAVED_H
#define DAEMON_SAVED_H

/* What survives a run: the interfaces, their protocols and neighbors. */
#include "base/addr.h"

struct config_keys;
struct daemon;
struct json_object;
struct port;

/** saved_load() - Attach what an earlier run had attached when it ended without a plain stop. */
void saved_load(struct daemon *daemon);

/** saved_load_instance() - What concerns the instance, before what has its size from it. */
void saved_load_instance(struct daemon *daemon);

/** saved_store() - Write down what is attached, for a run after this one. */
void saved_store(struct daemon *daemon);

/** saved_store_due() - The same for neighbors that changed, at most once a second. */
void saved_store_due(struct daemon *daemon);

/** saved_exists() - Whether a run before this one ended without a plain stop. */
bool saved_exists(const struct daemon *daemon);

/** saved_keys() - Where the keys of that run stand. @ret_keys must be empty. */
void saved_keys(const struct daemon *daemon, struct config_keys *ret_keys);

/** saved_remove() - There is nothing to be remembered. */
void saved_remove(const struct daemon *daemon);

/** saved_encode() - An interface as a line of the file; @has_keys in words: they are not saved. */
struct json_object *saved_encode(const struct port *port, const bool has_keys[IP_FAMILY_COUNT]);

/** saved_decode() - Return: whether it is the line of an interface. */
bool saved_decode(struct json_object *line, struct port *ret_port);

#endif
