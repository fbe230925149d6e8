/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memberships from /proc/net/igmp and /proc/net/igmp6. There is no notification that all supported
 * kernels send (RTM_GETMULTICAST knows only IPv6 before 6.15), so the files are read again and
 * again.
 *
 * A daemon may join a group only to have the packets sent here (igmpproxy, SMCRoute's "mgroup"):
 * then no socket receives them. Where that matters, a member counts only while some UDP socket
 * could.
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
	bool is_received;   /* by some socket, perhaps */
	UT_hash_handle hh;
};

/** struct receivers - UDP sockets that can receive multicast. */
struct receivers {
	bool has_any;          /* one is bound to a port of all addresses */
	struct ip_addr *bound; /* the others, by the group they are bound to */
	size_t count;
};

struct listeners {
	const struct hash_key *hash_key;
	struct listener *all;
	unsigned int round;
	bool needs_receivers;
	struct receivers receivers;
};

struct reading {
	struct listeners *listeners;
	void (*changed)(void *ctx, const struct ip_addr *group);
	void *ctx;
};

struct listeners *listeners_new(const struct hash_key *hash_key, bool needs_receivers)
{
	struct listeners *listeners = calloc(1, sizeof(*listeners));

	if (!listeners)
		return NULL;
	listeners->hash_key = hash_key;
	listeners->needs_receivers = needs_receivers;
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
	free(listeners->receivers.bound);
	free(listeners);
}

static void tell(const struct reading *reading, const struct ip_addr *group)
{
	if (reading->changed)
		reading->changed(reading->ctx, group);
}

static bool is_received(const struct listeners *listeners, const struct ip_addr *group)
{
	if (!listeners->needs_receivers || listeners->receivers.has_any)
		return true;
	for (size_t i = 0; i < listeners->receivers.count; i++)
		if (ip_addr_equal(&listeners->receivers.bound[i], group))
			return true;
	return false;
}

/* Groups that never leave their link have no trees. Without memory a listener is not seen. */
static void place_seen(const struct reading *reading, const struct place *place)
{
	struct listener *listener;

	if (ip_addr_is_link_scope_group(&place->group))
		return;
	hash_find(reading->listeners->hash_key, reading->listeners->all, place, listener);
	if (listener) {
		bool was_received = listener->is_received;

		listener->round = reading->listeners->round;
		listener->is_received = is_received(reading->listeners, &place->group);
		if (listener->is_received != was_received)
			tell(reading, &place->group);
		return;
	}
	listener = calloc(1, sizeof(*listener));
	if (!listener)
		return;
	listener->place = *place;
	listener->round = reading->listeners->round;
	listener->is_received = is_received(reading->listeners, &place->group);
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

/* Without memory any group may be received. */
static void receiver_add(struct receivers *receivers, const struct ip_addr *group)
{
	struct ip_addr *bound =
		realloc(receivers->bound, (receivers->count + 1) * sizeof(*receivers->bound));

	if (!bound) {
		receivers->has_any = true;
		return;
	}
	receivers->bound = bound;
	bound[receivers->count++] = *group;
}

/* An address as the kernel prints it: words of 32 bits, as they stand in memory. */
static bool parse_words(const char *hex, struct ip_addr *ret_addr, bool *ret_is_any)
{
	size_t words = strlen(hex) / 8;
	uint32_t word[4] = { 0 };

	if (words != 1 && words != 4)
		return false;
	for (size_t i = 0; i < words; i++)
		if (sscanf(hex + 8 * i, "%8" SCNx32, &word[i]) != 1)
			return false;
	*ret_is_any = !(word[0] | word[1] | word[2] | word[3]);
	*ret_addr =
		ip_addr_from_bytes(words == 1 ? IP_FAMILY_4 : IP_FAMILY_6, (const uint8_t *)word);
	return true;
}

/* "  12: 0302EFEF:1388 00000000:0000 07 ...": the address and port that a socket is bound to. */
static void read_sockets(const struct reading *reading, FILE *file)
{
	struct receivers *receivers = &reading->listeners->receivers;
	char line[256], hex[33];

	while (fgets(line, sizeof(line), file)) {
		struct ip_addr addr;
		bool is_any;

		if (sscanf(line, " %*u: %32[0-9A-F]:", hex) != 1 ||
		    !parse_words(hex, &addr, &is_any))
			continue;
		if (is_any)
			receivers->has_any = true;
		else if (ip_addr_is_multicast(&addr))
			receiver_add(receivers, &addr);
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
	if (listeners->needs_receivers) {
		listeners->receivers.has_any = false;
		listeners->receivers.count = 0;
		read_file(&reading, "/proc/net/udp", read_sockets);
		read_file(&reading, "/proc/net/udp6", read_sockets);
	}
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
	return listener && listener->is_received;
}
