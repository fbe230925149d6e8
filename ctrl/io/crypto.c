// SPDX-License-Identifier: GPL-2.0-only
/*
 * HMAC: SHA-256 and SHA-512 by libsodium, all other hashes of the reference by libcrypto. Source:
 * description of HPIM-DM, 2.8. With BLAKE2 it is HMAC over the hash, not its own keyed mode.
 */
#include <assert.h>
#include <errno.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <sodium.h>

#include "io/crypto.h"

/* Names in libcrypto; NULL for what libsodium computes. */
static const char *const evp_names[HPIM_HASH_COUNT] = {
	[HPIM_HASH_MD5] = "MD5",
	[HPIM_HASH_SHA1] = "SHA1",
	[HPIM_HASH_SHA224] = "SHA2-224",
	[HPIM_HASH_SHA384] = "SHA2-384",
	[HPIM_HASH_SHA3_224] = "SHA3-224",
	[HPIM_HASH_SHA3_256] = "SHA3-256",
	[HPIM_HASH_SHA3_384] = "SHA3-384",
	[HPIM_HASH_SHA3_512] = "SHA3-512",
	[HPIM_HASH_BLAKE2B] = "BLAKE2B-512",
	[HPIM_HASH_BLAKE2S] = "BLAKE2S-256",
};

static void hmac_sha256(const struct hpim_key *key, const struct hpim_auth_part *parts,
			size_t part_count, uint8_t *ret_digest)
{
	crypto_auth_hmacsha256_state state;

	(void)crypto_auth_hmacsha256_init(&state, key->secret, key->secret_len); /* cannot fail */
	for (size_t i = 0; i < part_count; i++)
		(void)crypto_auth_hmacsha256_update(&state, parts[i].bytes, parts[i].len);
	(void)crypto_auth_hmacsha256_final(&state, ret_digest);
	sodium_memzero(&state, sizeof(state));
}

static void hmac_sha512(const struct hpim_key *key, const struct hpim_auth_part *parts,
			size_t part_count, uint8_t *ret_digest)
{
	crypto_auth_hmacsha512_state state;

	(void)crypto_auth_hmacsha512_init(&state, key->secret, key->secret_len); /* cannot fail */
	for (size_t i = 0; i < part_count; i++)
		(void)crypto_auth_hmacsha512_update(&state, parts[i].bytes, parts[i].len);
	(void)crypto_auth_hmacsha512_final(&state, ret_digest);
	sodium_memzero(&state, sizeof(state));
}

static int hmac_evp(const struct hpim_key *key, const struct hpim_auth_part *parts,
		    size_t part_count, uint8_t *ret_digest)
{
	/* The parameter is only read, but its field is not const. */
	OSSL_PARAM params[] = { OSSL_PARAM_utf8_string(OSSL_MAC_PARAM_DIGEST,
						       (char *)evp_names[key->hash], 0),
				OSSL_PARAM_END };
	EVP_MAC *mac = EVP_MAC_fetch(NULL, OSSL_MAC_NAME_HMAC, NULL);
	EVP_MAC_CTX *ctx = mac ? EVP_MAC_CTX_new(mac) : NULL;
	bool is_ok = ctx && EVP_MAC_init(ctx, key->secret, key->secret_len, params);
	size_t len;

	for (size_t i = 0; is_ok && i < part_count; i++)
		is_ok = EVP_MAC_update(ctx, parts[i].bytes, parts[i].len);
	is_ok = is_ok && EVP_MAC_final(ctx, ret_digest, &len, HPIM_SECURITY_MAX);
	assert(!is_ok || len == hpim_hash_len(key->hash));
	EVP_MAC_CTX_free(ctx);
	EVP_MAC_free(mac);
	return is_ok ? 0 : -EOPNOTSUPP;
}

int crypto_init(void)
{
	return sodium_init() < 0 ? -EIO : 0;
}

int crypto_hmac(const struct hpim_key *key, const struct hpim_auth_part *parts, size_t part_count,
		uint8_t *ret_digest)
{
	assert(key->hash < HPIM_HASH_COUNT);
	if (key->hash == HPIM_HASH_SHA256)
		hmac_sha256(key, parts, part_count, ret_digest);
	else if (key->hash == HPIM_HASH_SHA512)
		hmac_sha512(key, parts, part_count, ret_digest);
	else
		return hmac_evp(key, parts, part_count, ret_digest);
	return 0;
}
