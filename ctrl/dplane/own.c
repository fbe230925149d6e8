/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Addresses of this router, and broadcast addresses of its subnets: no packet that arrives by a
 * link can have one as its source (RFC 1812, 5.3.7). The programs drop those. A tree of such a
 * source is one of a program on this router, which the kernel alone sees: so it is the kernel's.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dplane/dplane_int.h"

static struct own *own_find(const struct dplane *dp, const struct ip_addr *addr)
{
	struct own *own;

	HASH_FIND(hh, dp->own, addr, sizeof(*addr), own);
	return own;
}

enum dplane_own dplane_own(const struct dplane *dp, const struct ip_addr *addr)
{
	const struct own *own = own_find(dp, addr);

	return own ? own->what : DPLANE_OWN_NONE;
}

void dplane_own_begin(struct dplane *dp)
{
	for (struct own *own = dp->own; own; own = own->hh.next)
		own->is_old = true;
}

static int program_own(struct dplane *dp, const struct own *own)
{
	if (!dp->fast->ops->own)
		return 0;
	return dp->fast->ops->own(dp->fast, &own->addr, own->what == DPLANE_OWN_BROADCAST);
}

static void refusal_log(const struct dplane *dp, int err)
{
	dplane_log(&dp->config, NOTE_WARN,
		   "not all addresses of this router are known to the programs: %s; packets that "
		   "arrive from the others are not refused",
		   strerror(-err));
}

void dplane_own_add(struct dplane *dp, const struct ip_addr *addr, enum dplane_own what)
{
	struct own *own = own_find(dp, addr);
	bool is_same = own && own->what == what;
	int err;

	if (!own) {
		own = calloc(1, sizeof(*own));
		if (!own)
			return;
		own->addr = *addr;
		HASH_ADD(hh, dp->own, addr, sizeof(own->addr), own);
	}
	own->what = what;
	own->is_old = false;
	if (is_same)
		return;
	err = program_own(dp, own);
	if (err && !dp->has_said_own)
		refusal_log(dp, err);
	dp->has_said_own |= err != 0;
	dp->has_own_changed = true;
}

void dplane_own_end(struct dplane *dp)
{
	struct own *own, *next;

	HASH_ITER (hh, dp->own, own, next) {
		if (!own->is_old)
			continue;
		if (dp->fast->ops->disown)
			dp->fast->ops->disown(dp->fast, &own->addr);
		HASH_DEL(dp->own, own);
		free(own);
		dp->has_own_changed = true;
	}
	if (dp->has_own_changed)
		dtree_own_changed(dp);
	dp->has_own_changed = false;
}

void own_fini(struct dplane *dp)
{
	struct own *own, *next;

	HASH_ITER (hh, dp->own, own, next) {
		HASH_DEL(dp->own, own);
		free(own);
	}
}
