// SPDX-License-Identifier: GPL-2.0-only
/*
 * Best path to each source. Comparing root path costs is in hpim/derive.c; routes are looked up by
 * the daemon.
 */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "core/core_int.h"
#include "core/rpf.h"

struct rpf_source {
	UT_hash_handle hh;
	struct ip_addr addr;
	bool is_known;
	struct ev_rpf path;
	LIST_HEAD(, rpf_user) users;
};

struct rpf {
	struct rpf_source *sources;
};

struct rpf *rpf_new(void)
{
	return calloc(1, sizeof(struct rpf));
}

void rpf_free(struct rpf *rpf)
{
	struct rpf_source *source, *next;

	if (!rpf)
		return;
	HASH_ITER (hh, rpf->sources, source, next) {
		HASH_DEL(rpf->sources, source);
		free(source);
	}
	free(rpf);
}

bool rpf_subscribe(struct core *core, struct rpf_user *user, const struct ip_addr *addr)
{
	struct rpf_source *source;

	if (user->source)
		return true;
	hash_find(&core->hash_key, core->rpf->sources, addr, source);
	if (!source) {
		source = calloc(1, sizeof(*source));
		if (!source)
			return false;
		source->addr = *addr;
		hash_add(&core->hash_key, core->rpf->sources, addr, source);
		core_fx(core, &(struct core_effect){ .kind = FX_RPF_WATCH, .rpf_source = *addr });
	}
	LIST_INSERT_HEAD(&source->users, user, node);
	user->source = source;
	return true;
}

void rpf_unsubscribe(struct core *core, struct rpf_user *user)
{
	struct rpf_source *source = user->source;

	if (!source)
		return;
	LIST_REMOVE(user, node);
	user->source = NULL;
	if (!LIST_EMPTY(&source->users))
		return;
	core_fx(core, &(struct core_effect){ .kind = FX_RPF_UNWATCH, .rpf_source = source->addr });
	HASH_DEL(core->rpf->sources, source);
	free(source);
}

const struct ev_rpf *rpf_path(const struct rpf_user *user)
{
	return user->source && user->source->is_known ? &user->source->path : NULL;
}

static bool path_equal(const struct ev_rpf *a, const struct ev_rpf *b)
{
	return a->is_reachable == b->is_reachable && a->is_connected == b->is_connected &&
	       a->is_local == b->is_local && a->link == b->link && a->prefix_len == b->prefix_len &&
	       a->preference == b->preference && a->metric == b->metric &&
	       ip_addr_equal(&a->next_hop, &b->next_hop);
}

void rpf_update(struct core *core, const struct ev_rpf *path)
{
	struct rpf_source *source;
	struct rpf_user *user;

	hash_find(&core->hash_key, core->rpf->sources, &path->source, source);
	if (!source || (source->is_known && path_equal(&source->path, path)))
		return;
	source->is_known = true;
	source->path = *path;
	LIST_FOREACH (user, &source->users, node)
		user->changed(user);
}
