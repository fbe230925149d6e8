/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WIRE_MLD_H
#define WIRE_MLD_H

/* MLD messages of versions 1 and 2. */
#include "wire/gm_msg.h"

/**
 * mld_decode() - Read one message. Who may send it where to is for the caller to check.
 * @src: @dst: of its packet; the checksum of MLD covers them.
 *
 * Sources and records are borrowed from @bytes. What a record says may be odd: gm_record.h.
 *
 * Return: 0; -EBADMSG: short, bad checksum, or a group or source that cannot be one;
 * -EPROTONOSUPPORT: a type or version not understood here, to be ignored. Nothing is written then.
 * Source: RFC 2710; RFC 3810.
 */
int mld_decode(const uint8_t *bytes, size_t len, const struct ip_addr *src,
	       const struct ip_addr *dst, struct gm_msg *ret_msg);

/** mld_encode() - Write a message with its checksum; bytes written, 0 when @room is too small. */
size_t mld_encode(const struct gm_msg *msg, const struct ip_addr *src, const struct ip_addr *dst,
		  uint8_t *bytes, size_t room);

#endif
