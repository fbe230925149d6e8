// SPDX-License-Identifier: GPL-2.0-only
/* HPIM-DM decoder. The first bit of the input chooses the family. */
#include "unit/common_property.h"
#include "wire/ip103.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static const struct ip_addr src = { .b = { 0xfe, 0x80, [15] = 1 } };
	static const struct ip_addr dst = { .b = { 0xff, 0x02, [15] = 0x0d } };

	if (len == 0)
		return 0;
	(void)property_hpim(bytes[0] & 1 ? IP_FAMILY_6 : IP_FAMILY_4, bytes + 1, len - 1);
	(void)ip103_kind(IP103_HPIM, bytes + 1, len - 1, &src, &dst); /* either answer is right */
	return 0;
}
