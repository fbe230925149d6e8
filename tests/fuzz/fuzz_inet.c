// SPDX-License-Identifier: GPL-2.0-only
/*
 * IP header decoder. Each input is tried as it is and, for IPv4, with the header checksum made
 * right, without which random bytes would rarely come further.
 */
#include <stdlib.h>
#include <string.h>

#include "unit/common_property.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void seal4(uint8_t *bytes, size_t len)
{
	size_t header_len = (bytes[0] & 0x0fu) * 4u;
	uint16_t checksum;

	bytes[10] = bytes[11] = 0;
	checksum = inet_checksum(bytes, header_len < len ? header_len : len, 0);
	bytes[10] = (uint8_t)(checksum >> 8);
	bytes[11] = (uint8_t)checksum;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	uint8_t *copy;

	(void)property_inet(bytes, len);
	if (len < 20 || bytes[0] >> 4 != 4)
		return 0;
	copy = malloc(len);
	if (!copy)
		abort();
	memcpy(copy, bytes, len);
	seal4(copy, len);
	(void)property_inet(copy, len);
	free(copy);
	return 0;
}
