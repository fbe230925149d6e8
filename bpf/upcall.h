/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BPF_UPCALL_H
#define BPF_UPCALL_H

/* Reports to the daemon, never more than it can bear. */
#include "parse.h"
#include "stats.h"

static __always_inline void upcall_set_addr(struct ip_addr *ret, const __u8 *addr, bool is_ipv6)
{
	__u32 *word = (__u32 *)ret->b;
	const __u32 *from = (const __u32 *)addr;

	if (is_ipv6) {
		__builtin_memcpy(word, from, 16);
		return;
	}
	word[0] = 0;
	word[1] = 0;
	word[2] = bpf_htonl(0xffff);
	word[3] = from[0];
}

static __always_inline void upcall_send(const struct packet *pkt, __u32 ifindex, __u32 link,
					__u32 kind)
{
	struct upcall_record *record = bpf_ringbuf_reserve(&upcalls, sizeof(*record), 0);

	if (!record) {
		stats_count(link, MFIB_R_UPCALL_LOST, 0);
		return;
	}
	record->kind = kind;
	record->ifindex = ifindex;
	if (pkt->is_ipv6) {
		upcall_set_addr(&record->source, pkt->key, true);
		upcall_set_addr(&record->group, pkt->key + 16, true);
	} else {
		upcall_set_addr(&record->source, pkt->key, false);
		upcall_set_addr(&record->group, pkt->key + 4, false);
	}
	bpf_ringbuf_submit(record, 0);
	stats_count(link, MFIB_R_UPCALL, 0);
}

/* Only one CPU wins a token whose time has come. A token never used is 0 and free. */
static __always_inline bool token_take(__u64 *token, __u64 now, __u64 interval)
{
	__u64 last = *(volatile __u64 *)token;

	if (last && now - last < interval)
		return false;
	return __sync_val_compare_and_swap(token, last, now) == last;
}

/* The key of either family; that of IPv4 is followed by zeros. */
static __always_inline struct mfib_key6 key_copy(const struct packet *pkt)
{
	struct mfib_key6 key = { .source = { 0 } };

	if (pkt->is_ipv6)
		__builtin_memcpy(&key, pkt->key, sizeof(struct mfib_key6));
	else
		__builtin_memcpy(&key, pkt->key, sizeof(struct mfib_key4));
	return key;
}

static __always_inline __u32 key_hash(const struct mfib_key6 *key)
{
	const __u32 *word = (const __u32 *)key;
	__u32 hash = 0;

	/* Addresses differ in their last bytes, the high ones of a word: bring them down. */
	for (__u32 i = 0; i < 8; i++) {
		hash = (hash ^ word[i]) * 0x9e3779b1u;
		hash = (hash ^ hash >> 15) * 0x85ebca6bu;
		hash ^= hash >> 13;
	}
	return hash;
}

/*
 * Trees that share a token wait for each other, which bounds the reports of a flood of new trees to
 * 4096 in 200 ms; the packets after the first bring the report that had to wait.
 */
static __always_inline void upcall_miss(const struct packet *pkt, __u32 ifindex, __u32 link)
{
	struct mfib_key6 key = key_copy(pkt);
	__u32 index = key_hash(&key) & (MISS_TOKENS - 1);
	__u64 *token = bpf_map_lookup_elem(&miss_tokens, &index);

	if (token && token_take(token, bpf_ktime_get_coarse_ns(), UPCALL_MISS_NS))
		upcall_send(pkt, ifindex, link, UPCALL_MISS);
	else
		stats_count(link, MFIB_R_UPCALL_LIMIT, 0);
}

/* One token for each route and interface, so that the first packet is reported at once. */
static __always_inline void upcall_wrong_if(const struct packet *pkt, __u32 ifindex, __u32 link)
{
	struct wrong_if_key key = { .key = key_copy(pkt), .ifindex = ifindex };
	__u64 now = bpf_ktime_get_coarse_ns();
	__u64 *token;
	bool is_due;

	token = bpf_map_lookup_elem(&wrong_if_tokens, &key);
	if (token)
		is_due = token_take(token, now, UPCALL_WRONG_IF_NS);
	else
		is_due = bpf_map_update_elem(&wrong_if_tokens, &key, &now, BPF_NOEXIST) == 0;
	if (is_due)
		upcall_send(pkt, ifindex, link, UPCALL_WRONG_IF);
	else
		stats_count(link, MFIB_R_UPCALL_LIMIT, 0);
}

#endif
