/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CORE_HPIM_AUTH_H
#define CORE_HPIM_AUTH_H

/*
 * Security values of HPIM-DM messages. The HMAC itself is a function handed in (io/crypto.h in the
 * daemon), so that nothing here calls the system. Source: description of HPIM-DM, 2.8.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "wire/hpim.h"

enum hpim_hash {
	HPIM_HASH_MD5,
	HPIM_HASH_SHA1,
	HPIM_HASH_SHA224,
	HPIM_HASH_SHA256,
	HPIM_HASH_SHA384,
	HPIM_HASH_SHA512,
	HPIM_HASH_SHA3_224,
	HPIM_HASH_SHA3_256,
	HPIM_HASH_SHA3_384,
	HPIM_HASH_SHA3_512,
	HPIM_HASH_BLAKE2B,
	HPIM_HASH_BLAKE2S,
	HPIM_HASH_COUNT,
};

#define HPIM_KEYS_MAX   8u   /* per interface and family */
#define HPIM_SECRET_MAX 128u /* bytes */

/** struct hpim_key - A key as configured; the secret is borrowed and never empty. */
struct hpim_key {
	uint16_t id;
	enum hpim_hash hash;
	const uint8_t *secret;
	size_t secret_len;
};

/** struct hpim_auth_part - A piece of what the HMAC is computed over. */
struct hpim_auth_part {
	const uint8_t *bytes;
	size_t len;
};

/**
 * hpim_hmac_fn() - HMAC (RFC 2104) over the parts, one behind the other.
 * @ret_digest: room for HPIM_SECURITY_MAX bytes; hpim_hash_len() of them are written.
 *
 * Return: 0, or a negative errno when the hash cannot be computed on this system.
 */
typedef int hpim_hmac_fn(const struct hpim_key *key, const struct hpim_auth_part *parts,
			 size_t part_count, uint8_t *ret_digest);

/** hpim_hash_name() - As in the configuration: "sha256", "sha3_256", "blake2b", ... */
const char *hpim_hash_name(enum hpim_hash hash);

/** hpim_hash_len() - Bytes of a digest, which is the Security Length. */
uint8_t hpim_hash_len(enum hpim_hash hash);

/** hpim_hash_by_name() - Return: 0, or -EINVAL: no such hash. */
int hpim_hash_by_name(const char *name, enum hpim_hash *ret_hash);

/** hpim_auth_prepare() - Security fields to encode a message with before hpim_auth_sign(). */
struct hpim_security hpim_auth_prepare(const struct hpim_key *key);

/**
 * hpim_auth_sign() - Write the security value into an encoded message.
 * @bytes: message encoded with the fields of hpim_auth_prepare() for the same key.
 *
 * Return: 0, or what @hmac returned; the message must not be sent then.
 */
int hpim_auth_sign(const struct hpim_key *key, hpim_hmac_fn *hmac, const struct ip_addr *src,
		   const struct ip_addr *dst, uint8_t *bytes, size_t len);

/**
 * hpim_auth_verify() - Check identifier, length and value of a received message.
 *
 * Types 2 to 5 may also carry the value of one of the reference's first eight retransmissions.
 * Return: 0; -EBADMSG: shorter than its header; -EACCES: does not fit the key; what @hmac returned.
 */
int hpim_auth_verify(const struct hpim_key *key, hpim_hmac_fn *hmac, const struct ip_addr *src,
		     const struct ip_addr *dst, const uint8_t *bytes, size_t len);

#endif
