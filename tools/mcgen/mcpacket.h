/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MCGEN_MCPACKET_H
#define MCGEN_MCPACKET_H

/*
 * What mcgen and mcsink share: the numbered packet, and the way a group is named on the command
 * line. Header only, both programs are one file each.
 */
#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <getopt.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "base/addr.h"
#include "base/addr_text.h"
#include "base/time.h"

#define MCPACKET_MAGIC    0x6870696du /* "hpim" */
#define MCPACKET_PORT     5010        /* when the command line names none */
#define MCPACKET_SIZE_MAX 65507       /* largest UDP payload over IPv4 */

/**
 * struct mcpacket - Head of the UDP payload, all fields in network order; zeros may follow.
 * @stream:  one run of a sender; two senders never share it.
 * @seq:     grows by one with each packet sent.
 * @sent_at: CLOCK_MONOTONIC nanoseconds, which all namespaces of a machine share.
 */
struct mcpacket {
	uint32_t magic;
	uint32_t stream;
	uint64_t seq;
	uint64_t sent_at;
};

_Static_assert(sizeof(struct mcpacket) == 24, "struct mcpacket is a wire format");

/** struct mcpacket_group - Where the packets go, as an address of the socket calls. */
struct mcpacket_group {
	union {
		struct sockaddr sa;
		struct sockaddr_in in4;
		struct sockaddr_in6 in6;
		struct sockaddr_storage storage;
	};
	socklen_t len;
};

static inline hp_time mcpacket_now(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now); /* cannot fail for this clock */
	return HP_SEC(now.tv_sec) + now.tv_nsec;
}

/** mcpacket_sleep_until() - A signal ends the sleep early; the caller looks whether it is to stop.
 */
static inline void mcpacket_sleep_until(hp_time at)
{
	struct timespec until = { .tv_sec = at / HP_SEC(1), .tv_nsec = at % HP_SEC(1) };

	(void)clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
}

/** mcpacket_number() - A decimal number from @min to @max, or end the program with a message. */
static inline uint64_t mcpacket_number(const char *text, uint64_t min, uint64_t max)
{
	char *end;
	uint64_t number;

	errno = 0;
	number = strtoull(text, &end, 10);
	if (errno || end == text || *end || *text == '-' || number < min || number > max) {
		(void)fprintf(stderr, "not a number from %ju to %ju: %s\n", (uintmax_t)min,
			      (uintmax_t)max, text);
		exit(2);
	}
	return number;
}

/** mcpacket_sockaddr() - An address and a port as the socket calls want them. */
static inline void mcpacket_sockaddr(const struct ip_addr *addr, uint16_t port,
				     struct mcpacket_group *ret_group)
{
	struct mcpacket_group group = { .len = sizeof(group.in4) };

	if (ip_addr_family(addr) == IP_FAMILY_4) {
		group.in4.sin_family = AF_INET;
		group.in4.sin_port = htons(port);
		memcpy(&group.in4.sin_addr, ip_addr_bytes(addr), 4);
	} else {
		group.len = sizeof(group.in6);
		group.in6.sin6_family = AF_INET6;
		group.in6.sin6_port = htons(port);
		memcpy(&group.in6.sin6_addr, ip_addr_bytes(addr), 16);
	}
	*ret_group = group;
}

/**
 * mcpacket_group_parse() - Read 239.1.1.1, 239.1.1.1:5010, ff3e::1 or [ff3e::1]:5010.
 *
 * Return: 0, or -EINVAL.
 */
static inline int mcpacket_group_parse(const char *text, struct mcpacket_group *ret_group)
{
	const char *port_text = NULL, *colon = strrchr(text, ':');
	uint16_t port = MCPACKET_PORT;
	char host[ADDR_TEXT_LEN];
	struct ip_addr addr;
	size_t len = strlen(text);

	if (text[0] == '[') {
		const char *bracket = strchr(++text, ']');

		if (!bracket || (bracket[1] && bracket[1] != ':'))
			return -EINVAL;
		len = (size_t)(bracket - text);
		port_text = bracket[1] ? bracket + 2 : NULL;
	} else if (colon && strchr(text, ':') == colon) { /* one colon only: not IPv6 */
		len = (size_t)(colon - text);
		port_text = colon + 1;
	}
	if (len >= sizeof(host))
		return -EINVAL;
	memcpy(host, text, len);
	host[len] = '\0';
	if (ip_addr_parse(host, &addr) || !ip_addr_is_multicast(&addr))
		return -EINVAL;
	if (port_text)
		port = (uint16_t)mcpacket_number(port_text, 1, UINT16_MAX);
	mcpacket_sockaddr(&addr, port, ret_group);
	return 0;
}

#endif
