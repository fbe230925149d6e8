/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memberships from /proc/net/igmp and /proc/net/igmp6. There is no notification that all supported
 * kernels send (RTM_GETMULTICAST knows only IPv6 before 6.15), so the files are read again and
 * again.
 */
#include "dplane/listeners.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

/* One group on one interface; padded with zeros, since it is hashed as bytes. */
struct place {
	struct ip_addr group;
	uint32_t ifindex;
};

struct listener {
	struct place place;
	unsigned int round; /* in which it was read last */
	UT_hash_handle hh;
};

struct listeners {
	const struct hash_key *hash_key;
	struct listener *all;
	unsigned int round;
};

struct reading {
	struct listeners *listeners;
	void (*changed)(void *ctx, const struct ip_addr *group);
	void *ctx;
};

struct listeners *listeners_new(const struct hash_key *hash_key)
{
	struct listeners *listeners = calloc(1, sizeof(*listeners));

	if (listeners)
		listeners->hash_key = hash_key;
	return listeners;
}

static void listener_free(struct listeners *listeners, struct listener *listener)
{
	HASH_DEL(listeners->all, listener);
	free(listener);
}

void listeners_free(struct listeners *listeners)
{
	struct listener *listener, *next;

	if (!listeners)
		return;
	HASH_ITER (hh, listeners->all, listener, next)
		listener_free(listeners, listener);
	free(listeners);
}

static void tell(const struct reading *reading, const struct ip_addr *group)
{
	if (reading->changed)
		reading->changed(reading->ctx, group);
}

/* Groups that never leave their link have no trees. Without memory a listener is not seen. */
static void place_seen(const struct reading *reading, const struct place *place)
{
	struct listener *listener;

	if (ip_addr_is_link_scope_group(&place->group))
		return;
	hash_find(reading->listeners->hash_key, reading->listeners->all, place, listener);
	if (listener) {
		listener->round = reading->listeners->round;
		return;
	}
	listener = calloc(1, sizeof(*listener));
	if (!listener)
		return;
	listener->place = *place;
	listener->round = reading->listeners->round;
	hash_add(reading->listeners->hash_key, reading->listeners->all, place, listener);
	tell(reading, &place->group);
}

/* "4	eth1      :     2      V3", then for each group a line that begins with tabs and its bytes.
 */
static void read4(const struct reading *reading, FILE *file)
{
	struct place place = { .ifindex = 0 };
	char line[128];

	while (fgets(line, sizeof(line), file)) {
		uint32_t group;

		if (line[0] != '\t')
			(void)sscanf(line, "%" SCNu32, &place.ifindex); /* the header has none */
		else if (sscanf(line, " %8" SCNx32, &group) == 1) {
			place.group = ip_addr_from_bytes(IP_FAMILY_4, (const uint8_t *)&group);
			place_seen(reading, &place);
		}
	}
}

static bool parse_hex(const char *text, uint8_t ret_bytes[16])
{
	for (int i = 0; i < 16; i++)
		if (sscanf(text + 2 * i, "%2" SCNx8, &ret_bytes[i]) != 1)
			return false;
	return true;
}

/* "4    eth1            ff3e0000000000000000000000000001     1 00000004 0" */
static void read6(const struct reading *reading, FILE *file)
{
	char line[128], hex[33];

	while (fgets(line, sizeof(line), file)) {
		struct place place = { .ifindex = 0 };
		uint8_t bytes[16];

		if (sscanf(line, "%" SCNu32 " %*s %32[0-9a-f]", &place.ifindex, hex) != 2 ||
		    strlen(hex) != 32 || !parse_hex(hex, bytes))
			continue;
		place.group = ip_addr_from_bytes(IP_FAMILY_6, bytes);
		place_seen(reading, &place);
	}
}

static void read_file(const struct reading *reading, const char *path,
		      void (*lines)(const struct reading *reading, FILE *file))
{
	FILE *file = fopen(path, "re");

	if (!file)
		return; /* the kernel lacks the family */
	lines(reading, file);
	(void)fclose(file); /* only read */
}

void listeners_read(struct listeners *listeners,
		    void (*changed)(void *ctx, const struct ip_addr *group), void *ctx)
{
	const struct reading reading = { listeners, changed, ctx };
	struct listener *listener, *next;

	listeners->round++;
	read_file(&reading, "/proc/net/igmp", read4);
	read_file(&reading, "/proc/net/igmp6", read6);
	HASH_ITER (hh, listeners->all, listener, next) {
		struct ip_addr group = listener->place.group;

		if (listener->round == listeners->round)
			continue;
		listener_free(listeners, listener);
		tell(&reading, &group);
	}
}

bool listeners_any(const struct listeners *listeners)
{
	return listeners->all;
}

bool listeners_has(const struct listeners *listeners, const struct ip_addr *group, uint32_t ifindex)
{
	const struct place place = { .group = *group, .ifindex = ifindex };
	struct listener *listener;

	hash_find(listeners->hash_key, listeners->all, &place, listener);
	return listener;
}
