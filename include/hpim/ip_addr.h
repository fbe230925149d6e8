/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef HPIM_IP_ADDR_H
#define HPIM_IP_ADDR_H

/**
 * struct ip_addr - An IPv6 address, or an IPv4 address a.b.c.d kept as ::ffff:a.b.c.d.
 * @b: the 16 bytes in network order.
 *
 * The only address type above the sockets. All zero means "unset"; it is not the IPv4 wildcard,
 * which is ::ffff:0.0.0.0.
 */
struct ip_addr {
	unsigned char b[16];
};

#endif
