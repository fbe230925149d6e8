// SPDX-License-Identifier: GPL-2.0-only
/*
 * PIM decoder. The first bit of the input chooses the family, the second whether the checksum is
 * made right (else few inputs would come further than that), the third in which form.
 */
#include <stdlib.h>
#include <string.h>

#include "unit/common_property.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static const struct ip_addr src[] = {
	[IP_FAMILY_4] = { .b = { [10] = 0xff, 0xff, 10, 2, 2, 2 } },
	[IP_FAMILY_6] = { .b = { 0xfe, 0x80, [15] = 2 } },
};
static const struct ip_addr dst[] = {
	[IP_FAMILY_4] = { .b = { [10] = 0xff, 0xff, 224, 0, 0, 13 } },
	[IP_FAMILY_6] = { .b = { 0xff, 0x02, [15] = 0x0d } },
};

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	uint8_t choice = len ? bytes[0] : 0, *msg;
	enum ip_family family = choice & 1 ? IP_FAMILY_6 : IP_FAMILY_4;
	uint32_t start = 0;
	uint16_t sum;

	if (len == 0)
		return 0;
	bytes++;
	len--;
	msg = malloc(len + 1);
	if (!msg)
		return 0;
	memcpy(msg, bytes, len);
	if (choice & 2 && len >= 4) {
		if (choice & 4)
			start = inet_pseudo_sum(&src[family], &dst[family], INET_PROTO_PIM, len);
		memset(msg + 2, 0, 2);
		sum = inet_checksum(msg, len, start);
		msg[2] = (uint8_t)(sum >> 8);
		msg[3] = (uint8_t)sum;
	}
	(void)property_pim(&src[family], &dst[family], msg, len); /* either answer is right */
	free(msg);
	return 0;
}
