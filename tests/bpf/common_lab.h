/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef COMMON_LAB_H
#define COMMON_LAB_H

/*
 * The programs of bpf/ with maps of their own, filled by hand, without pins and without the daemon:
 * what is tested here is the kernel's half of docs/ABI.md. All of it asserts, or skips the test
 * where BPF is refused.
 */
#include <stdbool.h>
#include <stdint.h>

#include "common_frame.h"
#include "hpim/mfib_abi.h"
#include "dplane/bpf/lines.h"
#include "hpim/upcall_abi.h"

#define LAB_LINKS 16
#define LAB_SETS  4
#define LAB_SLOTS 16 /* of route_counts */

/* In follow mode the kernel gets a packet of each route in so many ticks of 2^20 ns. */
#define LAB_KEEPALIVE 5000u

struct mcast_xdp;
struct mcast_tc;

struct lab {
	struct mcast_xdp *xdp;
	struct mcast_tc *tc; /* with the maps of the other */
	struct lines lines;
	bool goes_long; /* lab_route() writes no line */
	bool follows;   /* set before lab_open(): follow mode */
};

/* A hook, and what its programs return. */
enum lab_hook { LAB_XDP, LAB_TC, LAB_HOOKS };
enum lab_verdict { LAB_SEND, LAB_PASS, LAB_DROP, LAB_OTHER };

void lab_open(struct lab *lab);
void lab_close(struct lab *lab);

/** lab_prog() - Descriptor of a hook's program. */
int lab_prog(const struct lab *lab, enum lab_hook hook);

/** lab_map() - Descriptor of a map by its name in bpf/maps.h. */
int lab_map(const struct lab *lab, const char *name);

void lab_put(const struct lab *lab, const char *map, const void *key, const void *value);
void lab_del(const struct lab *lab, const char *map, const void *key);

/** lab_settings() - Write `settings`; both may be 0. */
void lab_settings(const struct lab *lab, uint64_t lease_until_ns, uint32_t capture_every);

/** lab_port() - Write an interface to `ports` and its slot of `egress`. */
void lab_port(const struct lab *lab, uint32_t ifindex, const struct mfib_port *port);

/** lab_set() - Make an output set of interfaces that lab_port() knows, in both forms. */
void lab_set(const struct lab *lab, uint32_t set, const uint32_t *outputs, uint32_t count);

/** lab_route() - Write a route of an address family, or delete it: @entry NULL. */
void lab_route(const struct lab *lab, bool is_ipv6, const struct mfib_entry *entry);

/** lab_line() - The line that the route of a family has, unless the lab goes the long way. */
struct mfib_line *lab_line(const struct lab *lab, bool is_ipv6);

/** lab_route_entry() - The route of a family as it stands in its map. */
struct mfib_entry lab_route_entry(const struct lab *lab, bool is_ipv6);

/** lab_run() - Test-run on one frame, which arrives on the loopback interface. */
enum lab_verdict lab_run(const struct lab *lab, enum lab_hook hook, const struct frame *in,
			 struct frame *ret_out);

/** lab_run_often() - Test-run @repeat times on a frame which is not changed thereby. */
void lab_run_often(const struct lab *lab, enum lab_hook hook, const struct frame *in,
		   uint32_t repeat);

/** lab_run_no_room() - In XDP with so much metadata before the frame that nothing can be added. */
enum lab_verdict lab_run_no_room(const struct lab *lab, const struct frame *in,
				 struct frame *ret_out);

/** lab_run_gso() - The same in TC with the frame marked as joined of segments. */
enum lab_verdict lab_run_gso(const struct lab *lab, const struct frame *in, uint32_t gso_size,
			     uint32_t segments);

struct mfib_packets lab_count(const struct lab *lab, uint32_t link, int reason);
struct mfib_route_count lab_route_count(const struct lab *lab, uint32_t slot);

uint32_t lab_route_ttl(const struct lab *lab, uint32_t slot);

/** lab_counts_clear() - All counters of interfaces and routes become 0. */
void lab_counts_clear(const struct lab *lab);

/** lab_limits_clear() - As if nothing had been reported yet, and no miss seen. */
void lab_limits_clear(const struct lab *lab);

/** lab_windows_clear() - Only that no miss was seen. */
void lab_windows_clear(const struct lab *lab);

/** lab_wrong_if_taken() - As if so many packets on a wrong interface had been reported. */
void lab_wrong_if_taken(const struct lab *lab, uint32_t link, uint64_t window, uint32_t count);

/** lab_missed() - As if an interface had so many misses in a window, and so many beyond in its
 * minute. */
void lab_missed(const struct lab *lab, uint32_t link, uint64_t window, uint32_t count,
		uint32_t burst);

/** lab_window() - Number of the present window of misses. */
uint64_t lab_window(void);

/** lab_upcalls() - Read what was reported. Return: how many; the last one in @ret_last. */
unsigned int lab_upcalls(const struct lab *lab, struct upcall_record *ret_last);

/** lab_captures() - The same for samples. */
unsigned int lab_captures(const struct lab *lab, struct capture_record *ret_last);

/** lab_now_ns() - CLOCK_MONOTONIC. */
uint64_t lab_now_ns(void);

#endif
