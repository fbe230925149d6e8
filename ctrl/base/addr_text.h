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

#endif
