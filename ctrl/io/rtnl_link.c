/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Table of interfaces: the facts as they come, and beside them the snapshot reported last.
 * Reporting compares the two, so it makes no difference whether a change came as a message or was
 * found by reading everything again.
 */
#include "io/rtnl_link.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

struct entry {
	uint32_t ifindex;
	struct rtnl_link reported;  /* is_present is false before the first time */
	struct rtnl_link now;       /* without addresses */
	struct linktab_addr *addrs; /* by rank */
	size_t addr_count;
	bool was_deleted; /* since it was reported; it may be there again, as another one */
	UT_hash_handle hh;
};

struct linktab {
	struct entry *entries;
};

struct linktab *linktab_new(void)
{
	return calloc(1, sizeof(struct linktab));
}

static void entry_free(struct linktab *tab, struct entry *entry)
{
	HASH_DEL(tab->entries, entry);
	free(entry->addrs);
	free(entry);
}

void linktab_free(struct linktab *tab)
{
	struct entry *entry, *next;

	if (!tab)
		return;
	HASH_ITER (hh, tab->entries, entry, next) {
		entry_free(tab, entry);
	}
	free(tab);
}

static struct entry *entry_find(const struct linktab *tab, uint32_t ifindex)
{
	struct entry *entry;

	HASH_FIND(hh, tab->entries, &ifindex, sizeof(ifindex), entry);
	return entry;
}

int linktab_set(struct linktab *tab, const struct rtnl_link *link)
{
	struct entry *entry = entry_find(tab, link->ifindex);
	bool was_up, is_new = !entry || !entry->now.is_present;

	if (!entry) {
		entry = calloc(1, sizeof(*entry));
		if (!entry)
			return -ENOMEM;
		entry->ifindex = link->ifindex;
		HASH_ADD(hh, tab->entries, ifindex, sizeof(entry->ifindex), entry);
	}
	was_up = entry->now.is_up;
	memcpy(&entry->now, link, sizeof(*link));
	entry->now.is_present = true;
	return is_new || was_up != link->is_up;
}

static void entry_forget(struct entry *entry)
{
	memset(&entry->now, 0, sizeof(entry->now)); /* with its padding, as in entry_snapshot() */
	entry->now.ifindex = entry->ifindex;
	memcpy(entry->now.name, entry->reported.name, sizeof(entry->now.name));
	entry->addr_count = 0;
}

void linktab_del(struct linktab *tab, uint32_t ifindex)
{
	struct entry *entry = entry_find(tab, ifindex);

	if (!entry)
		return;
	entry_forget(entry);
	entry->was_deleted = true;
}

void linktab_forget(struct linktab *tab)
{
	struct entry *entry, *next;

	HASH_ITER (hh, tab->entries, entry, next) {
		entry_forget(entry);
	}
}

static size_t addr_find(const struct entry *entry, const struct ip_prefix *prefix)
{
	size_t i;

	for (i = 0; i < entry->addr_count; i++) {
		if (memcmp(&entry->addrs[i].prefix, prefix, sizeof(*prefix)) == 0)
			break;
	}
	return i;
}

static void addr_remove(struct entry *entry, size_t at)
{
	entry->addr_count--;
	memmove(&entry->addrs[at], &entry->addrs[at + 1],
		(entry->addr_count - at) * sizeof(entry->addrs[0]));
}

int linktab_addr_set(struct linktab *tab, uint32_t ifindex, const struct linktab_addr *addr,
		     bool is_front)
{
	struct entry *entry = entry_find(tab, ifindex);
	struct linktab_addr *addrs;
	size_t at;

	if (!entry)
		return 0;
	at = addr_find(entry, &addr->prefix);
	if (at < entry->addr_count && entry->addrs[at].rank == addr->rank) {
		entry->addrs[at] = *addr;
		return 0;
	}
	if (at < entry->addr_count) /* a secondary address became primary: it moves */
		addr_remove(entry, at);
	addrs = reallocarray(entry->addrs, entry->addr_count + 1, sizeof(*addrs));
	if (!addrs)
		return -ENOMEM;
	entry->addrs = addrs;
	for (at = 0; at < entry->addr_count; at++) {
		if (addrs[at].rank > addr->rank || (is_front && addrs[at].rank == addr->rank))
			break;
	}
	memmove(&addrs[at + 1], &addrs[at], (entry->addr_count - at) * sizeof(*addrs));
	addrs[at] = *addr;
	entry->addr_count++;
	return 0;
}

void linktab_addr_del(struct linktab *tab, uint32_t ifindex, const struct ip_prefix *prefix)
{
	struct entry *entry = entry_find(tab, ifindex);
	size_t at = entry ? addr_find(entry, prefix) : 0;

	if (entry && at < entry->addr_count)
		addr_remove(entry, at);
}

/*
 * The snapshot of an interface to tell. When it has more addresses than fit, IPv4 gets half of the
 * room, so that the IPv6 link-local address still finds a place.
 */
static void entry_snapshot(const struct entry *entry, struct rtnl_link *ret_link)
{
	unsigned int count = 0;

	memcpy(ret_link, &entry->now, sizeof(*ret_link)); /* with its padding: it is compared so */
	for (size_t i = 0; i < entry->addr_count && count < LINK_ADDRS_MAX; i++) {
		const struct linktab_addr *addr = &entry->addrs[i];

		if (!addr->is_usable)
			continue;
		if (ip_addr_family(&addr->prefix.addr) == IP_FAMILY_4 &&
		    count >= LINK_ADDRS_MAX / 2)
			continue;
		ret_link->addrs[count++] = addr->prefix;
	}
	ret_link->addr_count = (uint8_t)count;
}

static void entry_report(struct entry *entry, const struct rtnl_link *snapshot, linktab_fn *fn,
			 void *ctx)
{
	bool was_reported = entry->reported.is_present;

	memcpy(&entry->reported, snapshot, sizeof(*snapshot)); /* with its padding */
	if (was_reported || snapshot->is_present)
		fn(ctx, &entry->reported);
}

/* One that went and came back was reported as present all the time, yet what was attached to it is
 * gone: the kernel moved it to another namespace and back, or gave its index to another one. */
static void entry_report_gone(struct entry *entry, linktab_fn *fn, void *ctx)
{
	struct rtnl_link gone;

	memset(&gone, 0, sizeof(gone));
	gone.ifindex = entry->ifindex;
	memcpy(gone.name, entry->reported.name, sizeof(gone.name));
	entry_report(entry, &gone, fn, ctx);
}

void linktab_report(struct linktab *tab, linktab_fn *fn, void *ctx)
{
	struct entry *entry, *next;

	HASH_ITER (hh, tab->entries, entry, next) {
		struct rtnl_link snapshot;

		entry_snapshot(entry, &snapshot);
		if (entry->was_deleted && entry->reported.is_present && snapshot.is_present)
			entry_report_gone(entry, fn, ctx);
		entry->was_deleted = false;
		if (memcmp(&snapshot, &entry->reported, sizeof(snapshot)) != 0)
			entry_report(entry, &snapshot, fn, ctx);
		if (!entry->now.is_present)
			entry_free(tab, entry);
	}
}

const struct rtnl_link *linktab_by_name(const struct linktab *tab, const char *name)
{
	struct entry *entry, *next;

	HASH_ITER (hh, tab->entries, entry, next) {
		if (entry->reported.is_present && strcmp(entry->reported.name, name) == 0)
			return &entry->reported;
	}
	return NULL;
}

const struct rtnl_link *linktab_by_index(const struct linktab *tab, uint32_t ifindex)
{
	const struct entry *entry = entry_find(tab, ifindex);

	return entry && entry->reported.is_present ? &entry->reported : NULL;
}

const struct rtnl_link *linktab_next(const struct linktab *tab, const struct rtnl_link *link)
{
	struct entry *entry = tab->entries;

	if (link)
		entry = entry_find(tab, link->ifindex)->hh.next;
	while (entry && !entry->reported.is_present)
		entry = entry->hh.next;
	return entry ? &entry->reported : NULL;
}
