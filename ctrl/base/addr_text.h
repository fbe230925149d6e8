/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BASE_ADDR_TEXT_H
#define BASE_ADDR_TEXT_H

#include "base/addr.h"

/* Room for the longest address text and the terminating zero. */
#define ADDR_TEXT_LEN 48

/** struct addr_text - A text buffer that can be returned by value. */
struct addr_text {
	char s[ADDR_TEXT_LEN];
};

/** ip_addr_text() - "10.0.0.1", "fe80::1", or "-" for the unset address. */
struct addr_text ip_addr_text(const struct ip_addr *addr);

/**
 * ip_addr_parse() - Read an IPv4 or IPv6 address, without prefix length and without zone.
 *
 * Return: 0, or -EINVAL.
 */
int ip_addr_parse(const char *text, struct ip_addr *ret_addr);

/**
 * ip_prefix_parse() - Read "10.1.0.0/16", or an address, which is a prefix of full length.
 *
 * Return: 0, or -EINVAL. Bits behind the prefix may be set.
 */
int ip_prefix_parse(const char *text, struct ip_prefix *ret_prefix);

/** struct prefix_text - Like struct addr_text. */
struct prefix_text {
	char s[ADDR_TEXT_LEN + 4];
};

/** ip_prefix_text() - "10.1.0.0/16"; a prefix of full length as an address. */
struct prefix_text ip_prefix_text(const struct ip_prefix *prefix);

#endif
