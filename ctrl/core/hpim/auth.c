// SPDX-License-Identifier: GPL-2.0-only
/*
 * Security values: what they are computed over, and which ones a receiver takes. Where the keys
 * come from and the HMAC are left to others. Source: description of HPIM-DM, 2.8.
 */
#include <assert.h>
#include <errno.h>
#include <string.h>

#include "core/hpim/auth.h"

#define TYPE_AT  4u /* offsets in the common header: 2.2 */
#define ID_AT    5u
#define LEN_AT   7u
#define VALUE_AT 8u

#define CHAIN_MAX 8u /* D0 to D8 */

static const struct {
	const char *name;
	uint8_t len;
} hashes[HPIM_HASH_COUNT] = {
	[HPIM_HASH_MD5] = { "md5", 16 },           [HPIM_HASH_SHA1] = { "sha1", 20 },
	[HPIM_HASH_SHA224] = { "sha224", 28 },     [HPIM_HASH_SHA256] = { "sha256", 32 },
	[HPIM_HASH_SHA384] = { "sha384", 48 },     [HPIM_HASH_SHA512] = { "sha512", 64 },
	[HPIM_HASH_SHA3_224] = { "sha3_224", 28 }, [HPIM_HASH_SHA3_256] = { "sha3_256", 32 },
	[HPIM_HASH_SHA3_384] = { "sha3_384", 48 }, [HPIM_HASH_SHA3_512] = { "sha3_512", 64 },
	[HPIM_HASH_BLAKE2B] = { "blake2b", 64 },   [HPIM_HASH_BLAKE2S] = { "blake2s", 32 },
};

const char *hpim_hash_name(enum hpim_hash hash)
{
	return hashes[hash].name;
}

uint8_t hpim_hash_len(enum hpim_hash hash)
{
	return hashes[hash].len;
}

int hpim_hash_by_name(const char *name, enum hpim_hash *ret_hash)
{
	size_t len = strlen(name);

	for (enum hpim_hash i = 0; i < HPIM_HASH_COUNT; i++) {
		if (strlen(hashes[i].name) == len && memcmp(hashes[i].name, name, len) == 0) {
			*ret_hash = i;
			return 0;
		}
	}
	return -EINVAL;
}

struct hpim_security hpim_auth_prepare(const struct hpim_key *key)
{
	return (struct hpim_security){ .id = key->id, .len = hpim_hash_len(key->hash) };
}

/* The digest of a message which has @value in its security value. */
static int digest(const struct hpim_key *key, hpim_hmac_fn *hmac, const struct ip_addr *src,
		  const struct ip_addr *dst, const struct hpim_auth_part *message,
		  const uint8_t *value, uint8_t *ret_digest)
{
	size_t len = hpim_hash_len(key->hash);
	const struct hpim_auth_part parts[] = {
		{ ip_addr_bytes(src), ip_family_addr_len(ip_addr_family(src)) },
		{ ip_addr_bytes(dst), ip_family_addr_len(ip_addr_family(dst)) },
		{ message->bytes, VALUE_AT },
		{ value, len },
		{ message->bytes + VALUE_AT + len, message->len - VALUE_AT - len },
	};

	return hmac(key, parts, sizeof(parts) / sizeof(parts[0]), ret_digest);
}

int hpim_auth_sign(const struct hpim_key *key, hpim_hmac_fn *hmac, const struct ip_addr *src,
		   const struct ip_addr *dst, uint8_t *bytes, size_t len)
{
	static const uint8_t zeros[HPIM_SECURITY_MAX];
	const struct hpim_auth_part message = { bytes, len };
	uint8_t value[HPIM_SECURITY_MAX];
	int err;

	assert(len >= VALUE_AT + hpim_hash_len(key->hash));
	assert(bytes[LEN_AT] == hpim_hash_len(key->hash));
	err = digest(key, hmac, src, dst, &message, zeros, value);
	if (!err)
		memcpy(bytes + VALUE_AT, value, hpim_hash_len(key->hash));
	return err;
}

/* Takes the same time wherever the first difference is. */
static bool is_same_value(const uint8_t *a, const uint8_t *b, size_t len)
{
	volatile uint8_t difference = 0;

	for (size_t i = 0; i < len; i++)
		difference = (uint8_t)(difference | (a[i] ^ b[i]));
	return difference == 0;
}

/*
 * The reference computes the value of a retransmission over the previous value instead of zeros. A
 * receiver without this tolerance would lose the neighbor whenever one of its packets is lost.
 */
static unsigned int chain_max(uint8_t type)
{
	return type >= HPIM_UPSTREAM && type <= HPIM_NO_INTEREST ? CHAIN_MAX : 0;
}

int hpim_auth_verify(const struct hpim_key *key, hpim_hmac_fn *hmac, const struct ip_addr *src,
		     const struct ip_addr *dst, const uint8_t *bytes, size_t len)
{
	uint8_t value[HPIM_SECURITY_MAX] = { 0 }, next[HPIM_SECURITY_MAX];
	const struct hpim_auth_part message = { bytes, len };
	size_t value_len = hpim_hash_len(key->hash);

	if (len < VALUE_AT || len - VALUE_AT < bytes[LEN_AT])
		return -EBADMSG;
	if ((bytes[ID_AT] << 8 | bytes[ID_AT + 1]) != key->id || bytes[LEN_AT] != value_len)
		return -EACCES;
	for (unsigned int i = 0; i <= chain_max(bytes[TYPE_AT]); i++) {
		int err = digest(key, hmac, src, dst, &message, value, next);

		if (err)
			return err;
		if (is_same_value(next, bytes + VALUE_AT, value_len))
			return 0;
		memcpy(value, next, value_len);
	}
	return -EACCES;
}
