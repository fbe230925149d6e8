/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef COMMON_SEAL_H
#define COMMON_SEAL_H

#include "wire/inet.h"

/** pim_seal() - The sum over the message alone, which a receiver of IPv6 takes as well. */
static inline void pim_seal(uint8_t *bytes, size_t len)
{
	uint16_t sum;

	bytes[2] = bytes[3] = 0;
	sum = inet_checksum(bytes, len, 0);
	bytes[2] = (uint8_t)(sum >> 8);
	bytes[3] = (uint8_t)sum;
}

#endif
