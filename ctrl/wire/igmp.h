/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WIRE_IGMP_H
#define WIRE_IGMP_H

/* IGMP messages of versions 1 to 3. */
#include "wire/gm_msg.h"

/**
 * igmp_decode() - Read one message and check it against the addresses of its packet.
 *
 * Sources and records are checked here, and borrowed from @bytes.
 *
 * Return: 0; -EBADMSG: short, bad checksum, or addresses that do not fit the message (description
 * of HPIM-DM, 6.1, "Acceptance"); -EPROTONOSUPPORT: a type or version not understood here, to be
 * ignored. Nothing is written then.
 * Source: RFC 2236; RFC 9776.
 */
int igmp_decode(const uint8_t *bytes, size_t len, const struct ip_addr *src,
		const struct ip_addr *dst, struct gm_msg *ret_msg);

/** igmp_encode() - Write a message with its checksum; bytes written, 0 when @room is too small. */
size_t igmp_encode(const struct gm_msg *msg, const struct ip_addr *src, const struct ip_addr *dst,
		   uint8_t *bytes, size_t room);

#endif
