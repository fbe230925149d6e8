/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef IO_CRYPTO_H
#define IO_CRYPTO_H

/* HMAC for the security values of HPIM-DM. */
#include "core/hpim/auth.h"

/** crypto_init() - To be called once, before crypto_hmac(). Return: 0 or -EIO. */
int crypto_init(void);

/** crypto_hmac() - See hpim_hmac_fn(). -EOPNOTSUPP: the system's libcrypto lacks the hash. */
int crypto_hmac(const struct hpim_key *key, const struct hpim_auth_part *parts, size_t part_count,
		uint8_t *ret_digest);

#endif
