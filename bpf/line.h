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

/** struct line_rule - What was read of a line at one time. */
struct line_rule {
	__u32 iif, set, oif, flags, slot;
	__u32 mtu, link;
};

/* As hash_keyed() of ctrl/base/hash.h. */
static __always_inline __u32 line_hash(const __u64 *secret, const __u32 *key, const __u32 words)
{
	__u64 sum = secret[0];

#pragma unroll
	for (__u32 i = 0; i < words; i++)
		sum += secret[1 + i] * key[i];
	return (sum ^ sum >> 32) * 0xbf58476d1ce4e5b9ull >> 32;
}

static __always_inline bool line_has_key(const __u32 *own, const __u32 *key, const __u32 words)
{
	__u32 differ = 0;

#pragma unroll
	for (__u32 i = 0; i < words; i++)
		differ |= LINE_ONCE(own[i]) ^ key[i];
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

/* False: another tree's, or the daemon writes it. */
static __always_inline bool line_read(const void *element, const __u32 *key, const __u32 words,
				      struct line_rule *ret)
{
	const struct mfib_line *line = element + words * sizeof(*key);
	__u32 seq = LINE_ONCE(line->seq);

	element = line_after(element, seq);
	line = element + words * sizeof(*key);
	if (!line_has_key(element, key, words))
		return false;
	ret->iif = LINE_ONCE(line->iif);
	ret->set = LINE_ONCE(line->set);
	ret->oif = LINE_ONCE(line->oif);
	ret->flags = LINE_ONCE(line->flags);
	ret->slot = LINE_ONCE(line->slot);
	ret->mtu = LINE_ONCE(line->mtu);
	ret->link = LINE_ONCE(line->link);
	line = line_after(line, ret->iif | ret->set | ret->oif | ret->flags | ret->slot | ret->mtu |
					ret->link);
	return !(seq & 1) && LINE_ONCE(line->seq) == seq;
}

/* Most trees are at the first of their lines. */
static __always_inline struct mfib_line *line_probe(void *lines, const __u64 *secret,
						    const __u32 *key, const __u32 words,
						    struct line_rule *ret)
{
	__u32 home = line_hash(secret, key, words), reach = 0;

	for (__u32 i = 0; i < MFIB_LINE_PROBES; i++) {
		__u32 at = (home + i) & hpim_line_mask;
		void *element = bpf_map_lookup_elem(lines, &at);
		struct mfib_line *line;

		if (!element)
			return NULL; /* not reached: there are so many */
		line = element + words * sizeof(*key);
		if (i == 0)
			reach = LINE_ONCE(line->reach);
		if (line_read(element, key, words, ret))
			return line;
		if (i >= reach)
			return NULL;
	}
	return NULL;
}

/* The key was parsed, which verifiers have forgotten that keep no numbers on the stack (6.1). */
static __always_inline struct mfib_line *line_find(const __u64 *secret, const struct packet *pkt,
						   const void *end, struct line_rule *ret)
{
	const __u32 *key = pkt->key;

	if (pkt->is_ipv6)
		return (const void *)(key + 8) > end ? NULL
						     : line_probe(&lines6, secret, key, 8, ret);
	return (const void *)(key + 2) > end ? NULL : line_probe(&lines4, secret, key, 2, ret);
}

/**
 * line_forwards() - Whether a packet is to be forwarded by its tree's line, and by which.
 * @fwd: ifindex is set; gets what the route says.
 * @end: of the frame.
 *
 * Nothing is counted. Return: NULL: the long way decides.
 */
static __always_inline struct mfib_line *line_forwards(struct forward *fwd,
						       const struct packet *pkt, const void *end,
						       struct line_rule *rule)
{
	__u32 zero = 0;
	const struct mfib_settings *set = bpf_map_lookup_elem(&settings, &zero);
	struct mfib_line *line = NULL;

	if (set)
		line = line_find(set->line_key, pkt, end, rule);
	if (!line || rule->iif != fwd->ifindex || pkt->ttl <= 1 || pkt->fit > rule->mtu ||
	    set->capture_every)
		return NULL;
	if (hpim_follows && (flags_keep_ttl(rule->flags, pkt->ttl) || keepalive_is_due(rule->slot)))
		return NULL; /* the kernel forwards it */
	fwd->now = clock_now();
	if (set->lease_until_ns && fwd->now > set->lease_until_ns)
		return NULL;
	fwd->link = rule->link;
	fwd->set = rule->set;
	fwd->oif = rule->oif;
	fwd->flags = rule->flags;
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
static __always_inline void line_count(struct mfib_line *line, const struct line_rule *rule,
				       const struct forward *fwd, const struct packet *pkt)
{
	__u32 self = bpf_get_smp_processor_id() + 1, owner = LINE_ONCE(line->owner);

	if (unlikely(rule->flags & MFIB_F_TRACK_TTL))
		ttl_track(rule->slot, pkt->ttl);
	if (unlikely(!owner))
		owner = __sync_val_compare_and_swap(&line->owner, 0, self) ?: self;
	if (owner != self) {
		line_count_beside(rule->slot, pkt->len, fwd->now);
		return;
	}
	line->packets++;
	line->bytes += pkt->len;
	line->seen_ns = fwd->now;
}

#endif
