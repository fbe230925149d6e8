/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BENCH_FWD_SHARED_H
#define BENCH_FWD_SHARED_H

/* What the benchmark's programs in the kernel and its programs in user space agree on. */
#define FWD_TTL 64 /* or hop limit, of every frame that a contender gets */

/* Group of tree 0; the others count up, within the last three bytes. */
#define FWD_GROUP4      0xef080000u /* 239.8.0.0 */
#define FWD_GROUP6_LAST 0x00080000u /* ff3e::8:0 */
#define FWD_TREES_MAX   0x80000u

/* A flood of unknown trees has random addresses behind these bits, far from the above. */
#define FWD_FLOOD_SOURCE4 0x10000000u /* 16.0.0.0/4 */
#define FWD_FLOOD_GROUP4  0xef800000u /* 239.128.0.0/9 */
#define FWD_FLOOD_GROUP   0x80000000u /* last four bytes of IPv6 */

/* Numbered frames have their number there, in host byte order, and are at least so long. */
#define FWD_NUMBER_AT  64
#define FWD_NUMBER_LEN 128

/*
 * What an output has got of the numbers of a family; at 2 * (ifindex modulo FWD_NUMBERED), and
 * for IPv6 one more.
 */
#define FWD_NUMBERED 64u

struct fwd_numbers {
	unsigned long long good, missing, repeated; /* late ones are missing and repeated */
	unsigned int last, zero;
};

#endif
