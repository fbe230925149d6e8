// SPDX-License-Identifier: GPL-2.0-only
/*
 * How late XDP is when another daemon changes the kernel's multicast table: bench_lag INSTANCE
 * INPUT OUTPUT OUTPUT2 COUNT. It is that daemon, in the network namespace of an hpimd that follows
 * its default IPv4 table on these interfaces, and looks into the maps of that instance until they
 * say what the table says and XDP is not suspended. For each kind of change it prints the median
 * and the 99th percentile in microseconds, from the call of setsockopt(). bench_follow.sh runs
 * it.
 */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/mroute.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "hpim/mfib_abi.h"

#define COUNT_MAX   10000u
#define DEADLINE_NS UINT64_C(5000000000)

struct lag {
	int socket, route4, settings;
	struct mfcctl entry;
	uint32_t key[2];       /* source, group, as in the map */
	struct mfib_entry was; /* before the change */
	bool was_there;
};

static void die(const char *what)
{
	(void)fprintf(stderr, "bench_lag: %s: %s\n", what, strerror(errno));
	exit(1);
}

static uint64_t now_ns(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static int map_open(const char *instance, const char *name)
{
	char path[128];
	int fd;

	(void)snprintf(path, sizeof(path), "/sys/fs/bpf/hpim/%s/%s", instance, name);
	fd = bpf_obj_get(path);
	if (fd < 0)
		die(path);
	return fd;
}

static void table_own(struct lag *lag, char *const names[3])
{
	int one = 1;

	lag->socket = socket(AF_INET, SOCK_RAW, IPPROTO_IGMP);
	if (lag->socket < 0 || setsockopt(lag->socket, IPPROTO_IP, MRT_INIT, &one, sizeof(one)) < 0)
		die("the multicast table");
	for (uint16_t i = 0; i < 3; i++) {
		const struct vifctl vif = { .vifc_vifi = i,
					    .vifc_flags = VIFF_USE_IFINDEX,
					    .vifc_threshold = 1,
					    .vifc_lcl_ifindex = (int)if_nametoindex(names[i]) };

		if (setsockopt(lag->socket, IPPROTO_IP, MRT_ADD_VIF, &vif, sizeof(vif)) < 0)
			die(names[i]);
	}
}

static bool entry_get(const struct lag *lag, struct mfib_entry *ret_entry)
{
	return bpf_map_lookup_elem(lag->route4, lag->key, ret_entry) == 0;
}

static bool is_suspended(const struct lag *lag)
{
	struct mfib_settings settings;
	uint32_t zero = 0;

	return bpf_map_lookup_elem(lag->settings, &zero, &settings) < 0 ||
	       (settings.lease_until_ns && settings.lease_until_ns < now_ns());
}

static bool has_followed(const struct lag *lag)
{
	struct mfib_entry is;
	bool is_there = entry_get(lag, &is);

	if (is_there != lag->was_there)
		return !is_there || (is.set != MFIB_SET_NONE && !is_suspended(lag));
	return is_there && is.set != lag->was.set && !is_suspended(lag);
}

/* Return: in nanoseconds. */
static uint64_t change(struct lag *lag, int option)
{
	uint64_t begin;

	lag->was_there = entry_get(lag, &lag->was);
	begin = now_ns();
	if (setsockopt(lag->socket, IPPROTO_IP, option, &lag->entry, sizeof(lag->entry)) < 0)
		die("an entry");
	while (!has_followed(lag)) {
		if (now_ns() - begin > DEADLINE_NS) {
			errno = ETIMEDOUT;
			die("XDP did not follow");
		}
	}
	return now_ns() - begin;
}

static int by_size(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void report(const char *what, uint64_t *lags, unsigned int count)
{
	const uint64_t *median = lags + count / 2, *p99 = lags + (count - 1) * 99 / 100;

	qsort(lags, count, sizeof(*lags), by_size);
	printf("%-8s %8.0f %8.0f\n", what, (double)*median / 1e3, (double)*p99 / 1e3);
}

int main(int argc, char **argv)
{
	static uint64_t added[COUNT_MAX], changed[COUNT_MAX], deleted[COUNT_MAX];
	unsigned int count = argc == 6 ? (unsigned int)strtoul(argv[5], NULL, 10) : 0;
	struct lag lag = { .entry = { .mfcc_parent = 0 } };

	if (count == 0 || count > COUNT_MAX) {
		(void)fprintf(stderr, "usage: bench_lag INSTANCE INPUT OUTPUT OUTPUT2 COUNT\n");
		return 2;
	}
	lag.route4 = map_open(argv[1], "route4");
	lag.settings = map_open(argv[1], "settings");
	table_own(&lag, argv + 2);
	lag.entry.mfcc_origin.s_addr = inet_addr("10.1.1.100");
	for (unsigned int i = 0; i < count; i++) {
		lag.entry.mfcc_mcastgrp.s_addr = htonl(0xef020000u + i);
		lag.key[0] = lag.entry.mfcc_origin.s_addr;
		lag.key[1] = lag.entry.mfcc_mcastgrp.s_addr;
		memset(lag.entry.mfcc_ttls, 0, sizeof(lag.entry.mfcc_ttls));
		lag.entry.mfcc_ttls[1] = 1;
		added[i] = change(&lag, MRT_ADD_MFC);
		lag.entry.mfcc_ttls[2] = 1;
		changed[i] = change(&lag, MRT_ADD_MFC);
		deleted[i] = change(&lag, MRT_DEL_MFC);
	}
	printf("%-8s %8s %8s\n", "us", "median", "p99");
	report("added", added, count);
	report("changed", changed, count);
	report("deleted", deleted, count);
	(void)close(lag.socket);
	return 0;
}
