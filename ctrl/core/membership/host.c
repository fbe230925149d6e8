// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which host is charged for a group and for a source of it, so that one host does not use up the
 * table of an interface. A host may have all places while no other asks for one; in a full table
 * the host that holds most gives way to one that holds less. A charge goes over to a host that asks
 * for the same and holds less: who floods cannot take the charge of a group that others listen to,
 * and have it evicted with the rest.
 * Differs: RFC 9776 and RFC 3810 know no limits.
 */
#include <assert.h>
#include <stdlib.h>

#include "core/membership/gm_int.h"

static struct gm_host *host_find(const struct gm_if *gm, const struct ip_addr *addr)
{
	struct gm_host *host;

	hash_find(gm->hash_key, gm->hosts, addr, host);
	return host;
}

static struct gm_host *host_get(struct gm_if *gm, const struct ip_addr *addr)
{
	struct gm_host *host = host_find(gm, addr);

	if (host)
		return host;
	host = calloc(1, sizeof(*host));
	if (!host)
		return NULL;
	host->addr = *addr;
	TAILQ_INIT(&host->groups);
	hash_add(gm->hash_key, gm->hosts, addr, host);
	return host;
}

static void host_put(struct gm_if *gm, struct gm_host *host)
{
	if (host->group_count || host->source_count)
		return;
	HASH_DEL(gm->hosts, host);
	free(host);
}

/* ---- Groups ---- */

static void group_hold(struct gm_host *host, struct gm_group *group)
{
	struct gm_if *gm = group->gm;

	group->host = host;
	TAILQ_INSERT_TAIL(&host->groups, group, by_host);
	host->group_count++;
	if (host->group_count > gm->most_groups)
		gm->most_groups = host->group_count;
}

bool gm_host_charge_group(struct gm_group *group, const struct ip_addr *addr)
{
	struct gm_host *host = host_get(group->gm, addr);

	if (host)
		group_hold(host, group);
	return host != NULL;
}

void gm_host_discharge_group(struct gm_group *group)
{
	struct gm_host *host = group->host;

	TAILQ_REMOVE(&host->groups, group, by_host);
	host->group_count--;
	group->host = NULL;
	host_put(group->gm, host);
}

void gm_host_reports_group(struct gm_group *group, const struct ip_addr *addr)
{
	struct gm_host *held_by = group->host, *host = host_find(group->gm, addr);

	if (host == held_by || (host ? host->group_count : 0) + 1 >= held_by->group_count)
		return;
	host = host_get(group->gm, addr);
	if (!host)
		return; /* it stays where it is */
	gm_host_discharge_group(group);
	group_hold(host, group);
}

/* The host that holds most; looked for only when it may hold more than @count. */
static struct gm_host *most_groups(struct gm_if *gm, uint32_t count)
{
	struct gm_host *most = NULL;

	if (gm->most_groups <= count)
		return NULL;
	for (struct gm_host *host = gm->hosts; host; host = host->hh.next)
		if (!most || host->group_count > most->group_count)
			most = host;
	gm->most_groups = most ? most->group_count : 0;
	return most && most->group_count > count ? most : NULL;
}

struct gm_group *gm_host_surplus_group(struct gm_if *gm, const struct ip_addr *addr)
{
	const struct gm_host *host = host_find(gm, addr), *most;

	most = most_groups(gm, (host ? host->group_count : 0) + 1);
	return most ? TAILQ_LAST(&most->groups, gm_group_list) : NULL;
}

/* ---- Sources ---- */

static void source_hold(struct gm_host *host, struct gm_source *source)
{
	source->host = host;
	host->source_count++;
	source->group->gm->source_count++;
}

bool gm_host_charge_source(struct gm_source *source, const struct ip_addr *addr)
{
	struct gm_host *host = host_get(source->group->gm, addr);

	if (host)
		source_hold(host, source);
	return host != NULL;
}

void gm_host_discharge_source(struct gm_source *source)
{
	struct gm_if *gm = source->group->gm;
	struct gm_host *host = source->host;

	host->source_count--;
	gm->source_count--;
	source->host = NULL;
	host_put(gm, host);
}

void gm_host_names_source(struct gm_source *source, const struct ip_addr *addr)
{
	struct gm_if *gm = source->group->gm;
	struct gm_host *held_by = source->host, *host = host_find(gm, addr);

	if (host == held_by || (host ? host->source_count : 0) + 1 >= held_by->source_count)
		return;
	host = host_get(gm, addr);
	if (!host)
		return; /* it stays where it is */
	gm_host_discharge_source(source);
	source_hold(host, source);
}

bool gm_host_has_room(const struct gm_if *gm, const struct ip_addr *addr, uint32_t limit)
{
	const struct gm_host *host = host_find(gm, addr);

	return gm->source_count < limit && (!host || host->source_count < limit / GM_HOST_PART);
}

/* How many sources of @group each host holds, in ->here. */
static void sources_count(struct gm_group *group)
{
	for (struct gm_source *source = group->sources; source; source = source->hh.next)
		source->host->here = 0;
	for (struct gm_source *source = group->sources; source; source = source->hh.next)
		source->host->here++;
}

struct gm_source *gm_host_surplus_source(struct gm_group *group, const struct ip_addr *addr)
{
	struct gm_source *surplus = NULL;
	uint32_t most = 1;

	sources_count(group);
	for (struct gm_source *source = group->sources; source; source = source->hh.next)
		if (ip_addr_equal(&source->host->addr, addr))
			most = source->host->here + 1;
	for (struct gm_source *source = group->sources; source; source = source->hh.next) {
		bool is_more = source->host->here > most;

		if (is_more || (surplus && source->host == surplus->host))
			surplus = source; /* at last the newest of its host */
		if (is_more)
			most = source->host->here;
	}
	return surplus;
}
