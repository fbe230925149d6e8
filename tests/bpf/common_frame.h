/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef COMMON_FRAME_H
#define COMMON_FRAME_H

/* Frames of the tests of bpf/, and what the programs should make of them. */
#include <stdbool.h>
#include <stdint.h>

#define FRAME_MAX 512

struct frame {
	uint8_t bytes[FRAME_MAX];
	uint32_t len;
};

/* 10.0.0.1 > 239.1.1.1, UDP, TTL 8, 12 bytes of payload; the header checksum is not set. */
extern const struct frame frame_base4;

/* 2001:db8::1 > ff1e::1, UDP, hop limit 8, 12 bytes of payload. */
extern const struct frame frame_base6;

/* Where things stand in a frame. */
enum {
	ETH_DST = 0,
	ETH_SRC = 6,
	ETH_TYPE = 12,
	IP4 = 14,
	IP4_TOS = IP4 + 1,
	IP4_LEN = IP4 + 2,
	IP4_ID = IP4 + 4,
	IP4_FRAG = IP4 + 6,
	IP4_TTL = IP4 + 8,
	IP4_PROTO = IP4 + 9,
	IP4_SUM = IP4 + 10,
	IP4_SRC = IP4 + 12,
	IP4_DST = IP4 + 16,
	IP6 = 14,
	IP6_LEN = IP6 + 4,
	IP6_NEXT = IP6 + 6,
	IP6_HOPS = IP6 + 7,
	IP6_SRC = IP6 + 8,
	IP6_DST = IP6 + 24,
	IP6_PAYLOAD = IP6 + 40,
};

bool frame_is_ipv6(const struct frame *frame);

/** frame_sum_set() - The IPv4 header checksum by its plain definition. */
void frame_sum_set(struct frame *frame);

/** frame_ipv4() - frame_base4 with its checksum. */
struct frame frame_ipv4(void);

/**
 * frame_forwarded() - An untagged frame with its TTL decremented, sent to its group's address, and
 * with a source address unless NULL.
 */
struct frame frame_forwarded(const struct frame *in, const uint8_t mac[6]);

/** frame_tagged() - A frame with a tag before its EtherType; @tpid in host byte order. */
struct frame frame_tagged(const struct frame *in, uint16_t tpid, uint16_t tci);

#endif
