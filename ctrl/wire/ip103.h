/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WIRE_IP103_H
#define WIRE_IP103_H

/* IP protocol 103 belongs to PIM; HPIM-DM uses it too. Description of PIM-DM, 8.5. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"

enum ip103_kind { IP103_HPIM, IP103_PIM };

/**
 * ip103_kind() - Whose packet this is, on an interface that runs @expected.
 *
 * HPIM-DM expected: PIM is what has a version of 2 in its first nibble and a right checksum, in
 * either form of IPv6. PIM expected: HPIM-DM is what has no version of 2. Nothing else is checked.
 */
enum ip103_kind ip103_kind(enum ip103_kind expected, const uint8_t *bytes, size_t len,
			   const struct ip_addr *src, const struct ip_addr *dst);

#endif
