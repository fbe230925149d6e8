/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CORE_RPF_H
#define CORE_RPF_H

/* Best path to each source, as last told by EV_RPF, and who wants to know. */
#include <bsd/sys/queue.h>

#include "core/event.h"

struct core;
struct rpf;
struct rpf_source;

/** struct rpf_user - Somebody interested in a source; embedded in a tree. */
struct rpf_user {
	LIST_ENTRY(rpf_user) node;
	struct rpf_source *source; /* NULL while not subscribed */
};

struct rpf *rpf_new(void);
void rpf_free(struct rpf *rpf);

/** rpf_subscribe() - Watch a source; does nothing when already watching. false: no memory. */
bool rpf_subscribe(struct core *core, struct rpf_user *user, const struct ip_addr *source);
void rpf_unsubscribe(struct core *core, struct rpf_user *user);

/** rpf_path() - The path last told, or NULL while it is not known. */
const struct ev_rpf *rpf_path(const struct rpf_user *user);

/** rpf_update() - Take in EV_RPF; calls @changed for each user when something differs. */
void rpf_update(struct core *core, const struct ev_rpf *path,
		void (*changed)(struct core *core, struct rpf_user *user));

#endif
