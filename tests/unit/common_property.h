/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef COMMON_PROPERTY_H
#define COMMON_PROPERTY_H

/*
 * What must hold for any bytes given to the decoders; a violation aborts. The fuzz targets try them
 * with random bytes, the unit tests with damaged real packets. Each returns whether it decoded.
 */
#include "wire/gm_msg.h"
#include "wire/hpim.h"
#include "wire/inet.h"
#include "wire/pim.h"

/** property_hpim() - What decodes encodes to no more bytes, which decode to the same. */
bool property_hpim(enum ip_family family, const uint8_t *bytes, size_t len);

/**
 * property_pim() - What decodes encodes to no more bytes, entry by entry and as it was received,
 * and either decodes to the same. Return: the refusal.
 */
enum pim_refusal property_pim(const struct ip_addr *src, const struct ip_addr *dst,
			      const uint8_t *bytes, size_t len);

/** property_gm() - The same for IGMP and MLD. */
bool property_gm(enum ip_family family, const uint8_t *bytes, size_t len, const struct ip_addr *src,
		 const struct ip_addr *dst);

/** property_inet() - The payload lies inside; the packet cut behind it decodes to the same. */
bool property_inet(const uint8_t *bytes, size_t len);

/** property_msg_equal() - Two decoded messages are equal, their entries too. */
bool property_msg_equal(enum ip_family family, const struct hpim_msg *a, const struct hpim_msg *b);

/** property_pim_equal() - The same for PIM; both are decoded. */
bool property_pim_equal(const struct pim_msg *a, const struct pim_msg *b);

#endif
