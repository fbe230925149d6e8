// SPDX-License-Identifier: GPL-2.0-only
/*
 * Security values: what a receiver takes and refuses. That they are computed as the reference does
 * with every hash is proven in test_wire_hpim.c.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "unit/common_json.h"
#include "io/crypto.h"

TestSuite(hpim_auth);

struct chain {
	struct hpim_key key;
	struct ip_addr src, dst;
	struct json_object *hex;
};

static struct chain chain_of(struct json_object *vector)
{
	struct json_object *security = vector_get(vector, "security");
	struct chain chain = {
		.key.id = (uint16_t)vector_u32(security, "id"),
		.key.secret = (const uint8_t *)vector_text(security, "key"),
		.key.secret_len = strlen(vector_text(security, "key")),
		.src = vector_addr(security, "src"),
		.dst = vector_addr(security, "dst"),
		.hex = vector_get(vector, "hex"),
	};

	cr_assert_eq(hpim_hash_by_name(vector_text(security, "algorithm"), &chain.key.hash), 0);
	return chain;
}

static struct vector_bytes chain_packet(const struct chain *chain, size_t i)
{
	return vector_hex(json_object_get_string(json_object_array_get_idx(chain->hex, i)));
}

static int verify(const struct chain *chain, const struct vector_bytes *in)
{
	return hpim_auth_verify(&chain->key, crypto_hmac, &chain->src, &chain->dst, in->b, in->len);
}

static void check_chain(const struct chain *chain, const char *name)
{
	for (size_t i = 0; i < json_object_array_length(chain->hex); i++) {
		struct vector_bytes in = chain_packet(chain, i);

		cr_expect_eq(verify(chain, &in), 0, "%s: transmission %zu", name, i);
		for (size_t bit = 0; bit < 8 * in.len; bit++) {
			/* A wrong length is not always a wrong value: 7 is the Security Length. */
			int want = bit / 8 == 7 && (in.b[7] ^ 1u << bit % 8) + 8u > in.len
					   ? -EBADMSG
					   : -EACCES;

			in.b[bit / 8] ^= (uint8_t)(1u << bit % 8);
			cr_expect_eq(verify(chain, &in), want, "%s: transmission %zu, bit %zu",
				     name, i, bit);
			in.b[bit / 8] ^= (uint8_t)(1u << bit % 8);
		}
	}
}

Test(hpim_auth, retransmissions_of_the_reference_are_accepted_and_refused_after_any_bit_flip)
{
	struct json_object *vectors = vector_load("hpim-dm-retransmission-chains.json");

	cr_assert_eq(crypto_init(), 0);
	cr_assert_eq(json_object_array_length(vectors), 4);
	for (size_t i = 0; i < 4; i++) {
		struct json_object *vector = json_object_array_get_idx(vectors, i);
		struct chain chain = chain_of(vector);

		cr_assert_eq(json_object_array_length(chain.hex), 5);
		check_chain(&chain, vector_text(vector, "name"));
	}
	json_object_put(vectors);
}

Test(hpim_auth, another_address_or_key_is_refused)
{
	struct json_object *vectors = vector_load("hpim-dm-retransmission-chains.json");
	struct chain chain = chain_of(json_object_array_get_idx(vectors, 0)), other;
	struct vector_bytes in = chain_packet(&chain, 0);

	other = chain;
	other.src.b[15] ^= 1;
	cr_expect_eq(verify(&other, &in), -EACCES);
	other = chain;
	other.dst.b[15] ^= 1;
	cr_expect_eq(verify(&other, &in), -EACCES);
	other = chain;
	other.key.id++;
	cr_expect_eq(verify(&other, &in), -EACCES);
	other = chain;
	other.key.secret_len--;
	cr_expect_eq(verify(&other, &in), -EACCES);
	other = chain;
	other.key.hash = HPIM_HASH_BLAKE2S; /* as long as the right one */
	cr_expect_eq(verify(&other, &in), -EACCES);
	json_object_put(vectors);
}

static const struct hpim_key test_key = {
	.id = 3,
	.hash = HPIM_HASH_SHA1,
	.secret = (const uint8_t *)"secret",
	.secret_len = 6,
};
static const struct ip_addr src4 = { .b = { [10] = 0xff, 0xff, 10, 0, 0, 1 } };
static const struct ip_addr dst4 = { .b = { [10] = 0xff, 0xff, 224, 0, 0, 13 } };

/* A message of a type as the reference would send it after @repeats retransmissions. */
static struct vector_bytes message(enum hpim_type type, unsigned int repeats)
{
	struct hpim_msg msg;
	struct vector_bytes out;

	memset(&msg, 0, sizeof(msg));
	msg.type = type;
	if (type == HPIM_HELLO) {
		msg.hello.has_hold = true;
	} else if (type != HPIM_SYNC) {
		msg.tree.source = src4;
		msg.tree.group = dst4;
	}
	msg.security = hpim_auth_prepare(&test_key);
	out.len = hpim_encode(&msg, NULL, out.b, sizeof(out.b));
	cr_assert_eq(hpim_auth_sign(&test_key, crypto_hmac, &src4, &dst4, out.b, out.len), 0);
	for (unsigned int i = 0; i < repeats; i++) {
		const struct hpim_auth_part parts[] = { { src4.b + 12, 4 },
							{ dst4.b + 12, 4 },
							{ out.b, out.len } };
		uint8_t digest[HPIM_SECURITY_MAX];

		cr_assert_eq(crypto_hmac(&test_key, parts, 3, digest), 0);
		memcpy(out.b + 8, digest, hpim_hash_len(test_key.hash));
	}
	return out;
}

Test(hpim_auth, only_reliable_types_may_carry_a_value_of_up_to_eight_retransmissions)
{
	for (enum hpim_type type = 0; type < HPIM_TYPE_COUNT; type++) {
		bool is_reliable = type >= HPIM_UPSTREAM && type <= HPIM_NO_INTEREST;

		for (unsigned int repeats = 0; repeats <= 10; repeats++) {
			struct vector_bytes in = message(type, repeats);
			int want = repeats == 0 || (is_reliable && repeats <= 8) ? 0 : -EACCES;

			cr_expect_eq(hpim_auth_verify(&test_key, crypto_hmac, &src4, &dst4, in.b,
						      in.len),
				     want, "type %d, retransmission %u", (int)type, repeats);
		}
	}
}

Test(hpim_auth, unsigned_message_is_refused)
{
	static const uint8_t hello[] = { 0x5b, 0x7d, 0xe5, 0x65, 0, 0, 3, 0, 0, 1, 0, 2, 0, 40 };

	cr_expect_eq(hpim_auth_verify(&test_key, crypto_hmac, &src4, &dst4, hello, sizeof(hello)),
		     -EACCES);
}

Test(hpim_auth, every_length_too_short_for_the_value_is_refused)
{
	struct vector_bytes in = message(HPIM_INTEREST, 0);

	for (size_t len = 0; len < 8u + hpim_hash_len(test_key.hash); len++)
		cr_expect_eq(hpim_auth_verify(&test_key, crypto_hmac, &src4, &dst4, in.b, len),
			     -EBADMSG);
}

static int broken_hmac(const struct hpim_key *key, const struct hpim_auth_part *parts,
		       size_t part_count, uint8_t *ret_digest)
{
	(void)key;
	(void)parts;
	(void)part_count;
	(void)ret_digest;
	return -EOPNOTSUPP;
}

Test(hpim_auth, failing_hmac_signs_and_accepts_nothing)
{
	struct vector_bytes in = message(HPIM_HELLO, 0), before = in;

	cr_expect_eq(hpim_auth_sign(&test_key, broken_hmac, &src4, &dst4, in.b, in.len),
		     -EOPNOTSUPP);
	cr_expect_arr_eq(in.b, before.b, in.len);
	cr_expect_eq(hpim_auth_verify(&test_key, broken_hmac, &src4, &dst4, in.b, in.len),
		     -EOPNOTSUPP);
}

Test(hpim_auth, every_hash_is_found_by_its_name_and_others_are_not)
{
	enum hpim_hash hash = HPIM_HASH_COUNT;

	for (enum hpim_hash i = 0; i < HPIM_HASH_COUNT; i++) {
		cr_expect_eq(hpim_hash_by_name(hpim_hash_name(i), &hash), 0);
		cr_expect_eq(hash, i);
		cr_expect(hpim_hash_len(i) > 0 && hpim_hash_len(i) <= HPIM_SECURITY_MAX);
	}
	hash = HPIM_HASH_COUNT;
	cr_expect_eq(hpim_hash_by_name("shake_128", &hash), -EINVAL);
	cr_expect_eq(hpim_hash_by_name("sha", &hash), -EINVAL);
	cr_expect_eq(hpim_hash_by_name("sha2567", &hash), -EINVAL);
	cr_expect_eq(hpim_hash_by_name("", &hash), -EINVAL);
	cr_expect_eq(hash, HPIM_HASH_COUNT);
}
