// SPDX-License-Identifier: GPL-2.0-only
/*
 * PIM or HPIM-DM. The first byte of HPIM-DM is the most significant of a BootTime in UNIX seconds,
 * which was 0x2. from 1987 to 1995; then the checksum decides.
 */
#include "wire/inet.h"
#include "wire/ip103.h"

#define PIM_HEADER_LEN 4
#define PIM_VERSION    2

enum ip103_kind ip103_kind(enum ip103_kind expected, const uint8_t *bytes, size_t len,
			   const struct ip_addr *src, const struct ip_addr *dst)
{
	if (len < PIM_HEADER_LEN || bytes[0] >> 4 != PIM_VERSION)
		return IP103_HPIM;
	if (expected == IP103_PIM)
		return IP103_PIM;
	/* Description of PIM-DM, 2.2: some IPv6 senders leave the pseudo header out of the sum. */
	if (inet_checksum(bytes, len, 0) == 0 ||
	    inet_checksum(bytes, len, inet_pseudo_sum(src, dst, INET_PROTO_PIM, len)) == 0)
		return IP103_PIM;
	return IP103_HPIM;
}
