// SPDX-License-Identifier: GPL-2.0-only
/*
 * IGMP and MLD decoders. The first byte of the input chooses the family, the destination and
 * whether the checksum is made right, without which random bytes would rarely come further.
 */
#include <stdlib.h>
#include <string.h>

#include "unit/common_property.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

enum { PICK_FAMILY = 1, PICK_RAW = 2, PICK_TO_GROUP = 4, PICK_TO_ROUTERS = 8, PICK_REPORTS = 16 };

/* The group of a message, or the group of all hosts, of all routers, or of version 3 reports. */
static struct ip_addr destination(enum ip_family family, uint8_t pick, const uint8_t *bytes,
				  size_t len)
{
	size_t group_at = family == IP_FAMILY_4 ? 4 : 8;
	uint8_t last = pick & PICK_REPORTS ? 22 : pick & PICK_TO_ROUTERS ? 2 : 1;
	uint8_t fixed[16] = { 0xff, 0x02, [15] = last };

	if (family == IP_FAMILY_4)
		memcpy(fixed, (uint8_t[]){ 224, 0, 0, last }, 4);
	if ((pick & PICK_TO_GROUP) && len >= group_at + ip_family_addr_len(family))
		return ip_addr_from_bytes(family, bytes + group_at);
	return ip_addr_from_bytes(family, fixed);
}

static void seal(uint8_t *bytes, size_t len, uint32_t sum)
{
	uint16_t checksum;

	if (len < 4)
		return;
	bytes[2] = bytes[3] = 0;
	checksum = inet_checksum(bytes, len, sum);
	bytes[2] = (uint8_t)(checksum >> 8);
	bytes[3] = (uint8_t)checksum;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static const struct ip_addr src4 = { .b = { [10] = 0xff, 0xff, 10, 0, 0, 1 } };
	static const struct ip_addr src6 = { .b = { 0xfe, 0x80, [15] = 1 } };
	enum ip_family family;
	struct ip_addr src, dst;
	uint8_t *copy, pick;

	if (len == 0)
		return 0;
	pick = bytes[0];
	bytes++;
	len--;
	family = pick & PICK_FAMILY ? IP_FAMILY_6 : IP_FAMILY_4;
	src = family == IP_FAMILY_4 ? src4 : src6;
	dst = destination(family, pick, bytes, len);
	copy = malloc(len + 1);
	if (!copy)
		abort();
	memcpy(copy, bytes, len);
	if (!(pick & PICK_RAW))
		seal(copy, len, inet_pseudo_sum(&src, &dst, INET_PROTO_ICMPV6, len));
	(void)property_gm(family, copy, len, &src, &dst);
	free(copy);
	return 0;
}
