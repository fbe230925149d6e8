/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CORE_RPF_H
#define CORE_RPF_H

/* Best path to each source, as in the last EV_RPF, and who wants to know. */
#include <bsd/sys/queue.h>

#include "core/event.h"

struct core;
struct rpf;
struct rpf_source;

/** struct rpf_user - A subscriber to the path to a source; embedded in its tree. */
struct rpf_user {
	LIST_ENTRY(rpf_user) node;
	void (*changed)(struct rpf_user *user); /* set by the subscriber; the path differs */
	struct rpf_source *source;              /* NULL while not subscribed */
};

struct rpf *rpf_new(void);
void rpf_free(struct rpf *rpf);

/** rpf_subscribe() - Watch a source; does nothing when already watching. false: no memory. */
bool rpf_subscribe(struct core *core, struct rpf_user *user, const struct ip_addr *source);
void rpf_unsubscribe(struct core *core, struct rpf_user *user);

/** rpf_path() - The path last reported, or NULL while it is not known. */
const struct ev_rpf *rpf_path(const struct rpf_user *user);

/** rpf_update() - Take in EV_RPF; calls each subscriber when something differs. */
void rpf_update(struct core *core, const struct ev_rpf *path);

#endif
