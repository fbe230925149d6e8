/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DAEMON_STALE_H
#define DAEMON_STALE_H

/* Graceful restart: facts of the run before this one. */
#include <stdint.h>

struct daemon;
struct json_object;

/** stale_routes_feed() - What an earlier run forwards still: facts of the protocols for now. */
void stale_routes_feed(struct daemon *daemon);

/** stale_routes_drop() - What an earlier run forwards and this one does not ends. */
void stale_routes_drop(struct daemon *daemon);

/** stale_neighbors_encode() - The neighbors of an interface, for the run after this one. */
struct json_object *stale_neighbors_encode(const struct daemon *daemon, uint16_t link);

/** stale_neighbors_feed() - The same of the run before, before HPIM-DM begins there. */
void stale_neighbors_feed(struct daemon *daemon, uint16_t link, struct json_object *list);

#endif
