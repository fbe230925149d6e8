/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BPF_LINE_H
#define BPF_LINE_H

/*
 * The short way of a packet that is forwarded: its tree's line has all that is needed, and the
 * counters. Whatever is not plain here goes the long way, by `route4` and `route6` (forward.h),
 * which decides: no line is ever needed.
 */
#include "clock.h"
#include "forward.h"

/* The number of lines, a power of two, less one; set before loading. */
const volatile __u32 hpim_line_mask = 0;

#define LINE_ONCE(x) (*(const volatile typeof(x) *)&(x))

/** union line_rule - What was read of a line at one time: all before the counters. */
union line_rule {
	__u64 word[4];
	struct mfib_line line;
};

_Static_assert(offsetof(struct mfib_line, packets) == sizeof(__u64[4]), "union line_rule");

/* @is_ipv6 is a constant here and below: the compiler makes a way for each family of it. */

static __always_inline __u64 hash_pair(const __u64 *secret, const __u32 *key)
{
	return secret[0] * key[0] + secret[1] * key[1];
}

/* As hash_keyed() of ctrl/base/hash.h. */
static __always_inline __u32 line_hash(const __u64 *secret, const __u32 *key, const bool is_ipv6)
{
	__u64 sum = secret[0] + hash_pair(secret + 1, key);

	if (is_ipv6)
		sum += hash_pair(secret + 3, key + 2) + hash_pair(secret + 5, key + 4) +
		       hash_pair(secret + 7, key + 6);
	return (sum ^ sum >> 32) * 0xbf58476d1ce4e5b9ull >> 32;
}

static __always_inline __u32 pair_differs(const __u32 *own, const __u32 *key)
{
	return (LINE_ONCE(own[0]) ^ key[0]) | (LINE_ONCE(own[1]) ^ key[1]);
}

static __always_inline bool line_has_key(const __u32 *own, const __u32 *key, const bool is_ipv6)
{
	__u32 differ = pair_differs(own, key);

	if (is_ipv6)
		differ |= pair_differs(own + 2, key + 2) | pair_differs(own + 4, key + 4) |
			  pair_differs(own + 6, key + 6);
	return !differ;
}

/*
 * The same line, whose address is not known before @read was: neither the compiler nor a CPU that
 * reads ahead, as those of arm64 do, can read of it earlier.
 */
static __always_inline const void *line_after(const void *line, __u64 read)
{
	asm volatile("%[read] &= 0\n\t"
		     "%[line] += %[read]"
		     : [line] "+r"(line), [read] "+r"(read));
	return line;
}

static __always_inline struct mfib_line *line_of(void *element, const bool is_ipv6)
{
	return element + (is_ipv6 ? sizeof(struct mfib_key6) : sizeof(struct mfib_key4));
}

/*
 * False: another tree's, or the daemon writes it. A word is read at once, so the first one has what
 * was true of the input under its sequence.
 */
static __always_inline bool line_read(void *element, const __u32 *key, const bool is_ipv6,
				      union line_rule *ret)
{
	const __u64 *word = (const void *)line_of(element, is_ipv6);
	const struct mfib_line *line;

	ret->word[0] = LINE_ONCE(word[0]);
	element = (void *)line_after(element, ret->word[0]);
	if (!line_has_key(element, key, is_ipv6))
		return false;
	word = (const void *)line_of(element, is_ipv6);
	ret->word[1] = LINE_ONCE(word[1]);
	ret->word[2] = LINE_ONCE(word[2]);
	ret->word[3] = LINE_ONCE(word[3]);
	line = line_after(word, ret->word[1] | ret->word[2] | ret->word[3]);
	return !(ret->line.seq & 1) && LINE_ONCE(line->seq) == ret->line.seq;
}

/* Most trees are at the first of their lines. */
static __always_inline struct mfib_line *line_find(const __u64 *secret, const __u32 *key,
						   const bool is_ipv6, union line_rule *ret)
{
	__u32 home = line_hash(secret, key, is_ipv6), reach = 0;

	for (__u32 i = 0; i < MFIB_LINE_PROBES; i++) {
		__u32 at = (home + i) & hpim_line_mask;
		void *element = is_ipv6 ? bpf_map_lookup_elem(&lines6, &at)
					: bpf_map_lookup_elem(&lines4, &at);

		if (!element)
			return NULL; /* not reached: there are so many */
		if (i == 0)
			reach = LINE_ONCE(line_of(element, is_ipv6)->reach);
		if (line_read(element, key, is_ipv6, ret))
			return line_of(element, is_ipv6);
		if (i >= reach)
			return NULL;
	}
	return NULL;
}

/**
 * line_forwards() - Whether a packet is to be forwarded by its tree's line, and by which.
 * @ifindex:  where it came in.
 * @rule:     gets what the line says.
 * @ret_now:  gets the time of its arrival.
 *
 * Nothing is counted. Return: NULL: the long way decides.
 */
static __always_inline struct mfib_line *line_forwards(__u32 ifindex, const struct packet *pkt,
						       const bool is_ipv6, union line_rule *rule,
						       __u64 *ret_now)
{
	__u32 zero = 0;
	const struct mfib_settings *set = bpf_map_lookup_elem(&settings, &zero);
	struct mfib_line *line;

	if (!set || set->capture_every)
		return NULL;
	*ret_now = clock_now();
	if (set->lease_until_ns && *ret_now > set->lease_until_ns)
		return NULL;
	line = line_find(set->line_key, pkt->key, is_ipv6, rule);
	if (!line || rule->line.iif != ifindex || pkt->ttl <= 1 || pkt->fit > rule->line.mtu)
		return NULL;
	if (hpim_follows &&
	    (flags_keep_ttl(rule->line.flags, pkt->ttl) || keepalive_is_due(rule->line.slot)))
		return NULL; /* the kernel forwards it */
	return line;
}

/* Where a line is another CPU's. */
static __always_inline void line_count_beside(__u32 slot, __u32 len, __u64 now)
{
	struct mfib_route_count *count = bpf_map_lookup_elem(&route_counts, &slot);

	if (!count)
		return; /* not reached: every slot exists */
	count->packets++;
	count->bytes += len;
	count->seen_ns = now;
}

/**
 * line_count() - Count a packet that line_forwards() has a line for.
 *
 * The first CPU that forwards by a line owns its counters, so that no other changes them.
 */
static __always_inline void line_count(struct mfib_line *line, const union line_rule *rule,
				       const struct packet *pkt, __u64 now)
{
	__u32 self = bpf_get_smp_processor_id() + 1, owner = rule->line.owner;

	if (unlikely(rule->line.flags & MFIB_F_TRACK_TTL))
		ttl_track(rule->line.slot, pkt->ttl);
	if (unlikely(!owner))
		owner = __sync_val_compare_and_swap(&line->owner, 0, self) ?: self;
	if (owner != self) {
		line_count_beside(rule->line.slot, pkt->len, now);
		return;
	}
	line->packets++;
	line->bytes += pkt->len;
	line->seen_ns = now;
}

#endif
