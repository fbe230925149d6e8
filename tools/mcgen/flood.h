/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MCGEN_FLOOD_H
#define MCGEN_FLOOD_H

/* mcgen --flood: what a hostile host sends. See flood.c. */
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/time.h"

/* Payload that fits the MTU of every Ethernet. */
#define FLOOD_SIZE_MAX 1400u

/** struct flood_pair - Where the random sources and groups of one family are drawn from. */
struct flood_pair {
	struct ip_prefix source, group;
};

struct flood_options {
	struct flood_pair pairs[IP_FAMILY_COUNT];
	unsigned int pair_count; /* more than one take turns */
	unsigned int ifindex;
	const char *ifname;
	size_t size;      /* bytes of UDP payload */
	uint64_t rate;    /* packets per second; 0: as fast as it goes */
	uint64_t count;   /* 0: until a signal or the end of time_for */
	hp_time time_for; /* 0: until a signal or the end of count */
	uint64_t seed;    /* same seed, same packets */
	uint8_t ttl;
};

struct flood_result {
	uint64_t sent, failed;
	hp_time took_for;
};

/** flood_pair_parse() - Read "10.1.1.0/24,239.0.0.0/8" or the same in IPv6. */
bool flood_pair_parse(const char *text, struct flood_pair *ret_pair);

/** flood_run() - Send until all is done or *@is_stopped. Return: 0, or a negative errno. */
int flood_run(const struct flood_options *opt, const volatile sig_atomic_t *is_stopped,
	      struct flood_result *ret_result);

#endif
