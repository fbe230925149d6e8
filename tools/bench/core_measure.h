/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BENCH_CORE_MEASURE_H
#define BENCH_CORE_MEASURE_H

/* What the benchmarks of the core measure with, and the addresses of their trees. */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/addr.h"

/* Trees that share a source: an encoder, or a portal with its channels. */
#define GROUPS_PER_SOURCE 4u

static inline double cpu_now_s(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now); /* cannot fail on Linux */
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static inline double bytes_now(void)
{
	struct mallinfo2 info = mallinfo2();

	return (double)info.uordblks + (double)info.hblkhd;
}

/* Room for one more; an array that doubles. */
static inline void *array_grow(void *array, size_t count, size_t *room, size_t size)
{
	if (count < *room)
		return array;
	*room = *room ? 2 * *room : 1024;
	array = realloc(array, *room * size);
	if (array)
		return array;
	(void)fputs("bench_core: out of memory\n", stderr);
	exit(1);
}

static inline struct ip_addr addr4(uint32_t value)
{
	const uint8_t bytes[4] = { (uint8_t)(value >> 24), (uint8_t)(value >> 16),
				   (uint8_t)(value >> 8), (uint8_t)value };

	return ip_addr_from_bytes(IP_FAMILY_4, bytes);
}

/*
 * Sources are inside 20.0.0.0/8, groups inside 239.0.0.0/8: an IGMPv2 report of an SSM group is
 * refused. RFC 4604, 2.2.1
 */
static inline struct ip_addr tree_source(uint32_t tree)
{
	return addr4((20u << 24) + 1 + tree / GROUPS_PER_SOURCE);
}

static inline struct ip_addr tree_group(uint32_t tree)
{
	return addr4((239u << 24) + 256 + tree);
}

#endif
