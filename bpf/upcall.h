/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BPF_UPCALL_H
#define BPF_UPCALL_H

/*
 * Reports to the daemon, never more than it can bear. All of this is off the way of what is
 * forwarded, so it is called and not inlined.
 */
#include "parse.h"
#include "stats.h"

/** struct arrival - A packet to report, and where it came in. */
struct arrival {
	__u32 key[8]; /* source and group; those of IPv4 are followed by zeros */
	__u32 ifindex, link;
	bool is_ipv6;
};

static __always_inline void arrival_set(struct arrival *ret, const struct packet *pkt,
					__u32 ifindex, __u32 link)
{
	const __u32 *from = pkt->key;

	ret->key[0] = from[0];
	ret->key[1] = from[1];
	for (__u32 i = 2; i < 8; i++)
		ret->key[i] = pkt->is_ipv6 ? from[i] : 0;
	ret->ifindex = ifindex;
	ret->link = link;
	ret->is_ipv6 = pkt->is_ipv6;
}

static __always_inline void upcall_set_addr(struct ip_addr *ret, const __u32 *from, bool is_ipv6)
{
	__u32 *word = (__u32 *)ret->b;

	word[0] = is_ipv6 ? from[0] : 0;
	word[1] = is_ipv6 ? from[1] : 0;
	word[2] = is_ipv6 ? from[2] : bpf_htonl(0xffff);
	word[3] = is_ipv6 ? from[3] : from[0];
}

static __always_inline void record_submit(struct upcall_record *record,
					  const struct arrival *arrival, __u32 kind)
{
	bool is_ipv6 = arrival->is_ipv6;

	record->kind = kind;
	record->ifindex = arrival->ifindex;
	upcall_set_addr(&record->source, arrival->key, is_ipv6);
	if (is_ipv6)
		upcall_set_addr(&record->group, arrival->key + 4, true);
	else
		upcall_set_addr(&record->group, arrival->key + 1, false);
	bpf_ringbuf_submit(record, 0);
	stats_count(arrival->link, MFIB_R_UPCALL, 0);
}

static __noinline void upcall_send(const struct arrival *arrival, __u32 kind)
{
	struct upcall_record *record = bpf_ringbuf_reserve(&upcalls, sizeof(*record), 0);

	if (record)
		record_submit(record, arrival, kind);
	else
		stats_count(arrival->link, MFIB_R_UPCALL_LOST, 0);
}

/**
 * upcall_notify() - Report that a route with MFIB_F_NOTIFY saw a packet, and clear that flag.
 * @flags: of the route, in its map.
 *
 * The CPU that clears it reports. While the ring buffer is full it stays, for the next packet.
 */
static __noinline void upcall_notify(const struct arrival *arrival, __u32 *flags)
{
	struct upcall_record *record = bpf_ringbuf_reserve(&upcalls, sizeof(*record), 0);

	if (!record)
		stats_count(arrival->link, MFIB_R_UPCALL_LOST, 0);
	else if (__sync_fetch_and_and(flags, ~MFIB_F_NOTIFY) & MFIB_F_NOTIFY)
		record_submit(record, arrival, UPCALL_NOTIFY);
	else
		bpf_ringbuf_discard(record, BPF_RB_NO_WAKEUP);
}

/* Addresses differ in their last bytes, the high ones of a word: bring them down. */
static __always_inline __u32 hash_step(__u32 hash, __u32 word)
{
	hash = (hash ^ word) * 0x9e3779b1u;
	hash = (hash ^ hash >> 15) * 0x85ebca6bu;
	return hash ^ hash >> 13;
}

static __always_inline __u32 words_hash(const __u32 *word, __u32 count)
{
	__u32 hash = 0;

	for (__u32 i = 0; i < count; i++)
		hash = hash_step(hash, word[i]);
	return hash;
}

/*
 * A token keeps who took it, so trees that share one do not wait for each other: how many reports a
 * flood of new trees brings is the windows' business. The time is never 0, which is a free token.
 */
static __always_inline bool miss_is_due(const struct arrival *arrival, __u64 now)
{
	__u32 hash = words_hash(arrival->key, 8);
	__u32 index = hash & (MISS_TOKENS - 1);
	__u32 at = (__u32)(now / 1000000) | 1;
	__u64 *token = bpf_map_lookup_elem(&miss_tokens, &index);
	__u64 last;

	if (!token)
		return false;
	last = *(volatile __u64 *)token;
	if (last && (__u32)last == hash && at - (__u32)(last >> 32) < UPCALL_MISS_NS / 1000000)
		return false;
	return __sync_val_compare_and_swap(token, last, (__u64)at << 32 | hash) == last;
}

/* One more in the window, unless it is full; the CPU that finds an old window opens the new one. */
static __always_inline bool window_take(__u64 *cell, __u32 window, __u32 limit)
{
	__u64 last = *(volatile __u64 *)cell;

	if ((__u32)(last >> 32) != window) {
		if (__sync_val_compare_and_swap(cell, last, (__u64)window << 32 | 1) == last)
			return true;
	} else if ((__u32)last >= limit) {
		return false; /* without a write, which would make the CPUs of a flood wait */
	}
	return (__u32)__sync_fetch_and_add(cell, 1) < limit;
}

/* Whether the daemon reads what comes: seen by what waits to be read, of all interfaces. */
static __always_inline bool daemon_keeps_up(void)
{
	__u64 record = sizeof(struct upcall_record) + BPF_RINGBUF_HDR_SZ;

	return bpf_ringbuf_query(&upcalls, BPF_RB_AVAIL_DATA) < UPCALL_WAITING * record;
}

static __always_inline bool link_takes(struct miss_windows *windows, __u64 now)
{
	return window_take(&windows->link, now / UPCALL_WINDOW_NS, UPCALL_LINK_MAX) ||
	       (daemon_keeps_up() &&
		window_take(&windows->burst, now / UPCALL_BURST_NS, UPCALL_BURST_MAX));
}

/* The source first: its excess must not use up what its interface may send. */
static __always_inline bool miss_fits_windows(const struct arrival *arrival, __u64 now)
{
	__u32 window = now / UPCALL_WINDOW_NS, link = arrival->link;
	__u32 source = words_hash(arrival->key, arrival->is_ipv6 ? 4 : 1) & (WINDOW_SOURCES - 1);
	struct miss_windows *windows = bpf_map_lookup_elem(&miss_windows, &link);

	return !windows || (window_take(&windows->source[source], window, UPCALL_SOURCE_MAX) &&
			    link_takes(windows, now));
}

/** upcall_miss() - Report a packet without route. Return: MFIB_R_MISS or MFIB_R_FLOOD. */
static __noinline int upcall_miss(const struct arrival *arrival)
{
	__u64 now = bpf_ktime_get_coarse_ns();

	if (!miss_fits_windows(arrival, now))
		return MFIB_R_FLOOD;
	if (miss_is_due(arrival, now))
		upcall_send(arrival, UPCALL_MISS);
	else
		stats_count(arrival->link, MFIB_R_UPCALL_LIMIT, 0);
	return MFIB_R_MISS;
}

static __always_inline bool wrong_if_fits_window(const struct arrival *arrival, __u64 now)
{
	__u32 window = now / UPCALL_WINDOW_NS, link = arrival->link;
	struct miss_windows *windows = bpf_map_lookup_elem(&miss_windows, &link);

	return !windows || window_take(&windows->wrong_if, window, UPCALL_WRONG_IF_MAX);
}

/* Of several CPUs one wins a token whose time has come. */
static __always_inline bool wrong_if_is_due(const struct arrival *arrival, __u64 now)
{
	struct wrong_if_key key = { .ifindex = arrival->ifindex };
	__u64 *token, last;

	__builtin_memcpy(&key.key, arrival->key, sizeof(key.key));
	token = bpf_map_lookup_elem(&wrong_if_tokens, &key);
	if (!token)
		return wrong_if_fits_window(arrival, now) &&
		       bpf_map_update_elem(&wrong_if_tokens, &key, &now, BPF_NOEXIST) == 0;
	last = *(volatile __u64 *)token;
	return now - last >= UPCALL_WRONG_IF_NS && wrong_if_fits_window(arrival, now) &&
	       __sync_val_compare_and_swap(token, last, now) == last;
}

/**
 * upcall_wrong_if() - Report a packet that did not arrive on its route's input.
 *
 * One token for each route and interface, so that the first packet is reported at once. There may
 * be more routes than tokens: the window bounds what a flood over all of them brings.
 */
static __noinline void upcall_wrong_if(const struct arrival *arrival)
{
	if (wrong_if_is_due(arrival, bpf_ktime_get_coarse_ns()))
		upcall_send(arrival, UPCALL_WRONG_IF);
	else
		stats_count(arrival->link, MFIB_R_UPCALL_LIMIT, 0);
}

#endif
