// SPDX-License-Identifier: GPL-2.0-only
/* Keys: what is signed and what is accepted. Description of HPIM-DM, 2.8 and 2.9. */
#include "core/hpim/keys.h"
#include "core/hpim/snapshot.h"
#include "unit/common_bench.h"
#include "core/inspect.h"
#include "io/crypto.h"

static const uint8_t secret_a[] = "a secret", secret_b[] = "another secret", short_secret[] = "b";

static struct hpim_key key_of(uint16_t id, enum hpim_hash hash, const uint8_t *secret)
{
	return (struct hpim_key){ .id = id,
				  .hash = hash,
				  .secret = secret,
				  .secret_len = secret ? strlen((const char *)secret) : 0 };
}

static void config(struct net *net, unsigned int router, struct hpim_key key, bool is_on,
		   bool is_sending)
{
	net_core(net, router)->limits.hmac = crypto_hmac;
	net_handle(net, router,
		   &(struct core_event){ .kind = EV_CONFIG,
					 .config = { .kind = CONFIG_KEY,
						     .link = 0,
						     .family = net_family(net),
						     .is_on = is_on,
						     .key = &key,
						     .is_sending = is_sending } });
}

/* Two routers on one link that have said nothing yet. */
static struct net *pair(enum ip_family family)
{
	struct net *net = net_new(family, 2);

	cr_assert_eq(crypto_init(), 0);
	net_port(net, 0, 0, 2, 1);
	net_port(net, 1, 0, 2, 2);
	net_on(net, 0);
	net_on(net, 1);
	return net;
}

static const struct hpim_neigh *neighbor(struct net *net, unsigned int router)
{
	return TAILQ_FIRST(&net_hpim(net, router)->ifs[0]->neighbors);
}

static bool are_synced(struct net *net)
{
	return neighbor(net, 0) && neighbor(net, 0)->state == SYNC_SYNCED && neighbor(net, 1) &&
	       neighbor(net, 1)->state == SYNC_SYNCED;
}

BENCH_TEST(hpim_keys, same_key_of_every_algorithm_lets_routers_meet)
{
	for (enum hpim_hash hash = HPIM_HASH_MD5; hash < HPIM_HASH_COUNT; hash++) {
		struct net *net = pair(family);

		for (unsigned int router = 0; router < 2; router++)
			config(net, router, key_of(7, hash, secret_a), true, true);
		net_run_s(net, 20);
		cr_expect(are_synced(net), "%s", hpim_hash_name(hash));
		net_free(net);
	}
}

BENCH_TEST(hpim_keys, other_secret_identifier_or_algorithm_is_a_stranger)
{
	const struct hpim_key others[] = {
		key_of(7, HPIM_HASH_SHA256, secret_b), key_of(8, HPIM_HASH_SHA256, secret_a),
		key_of(7, HPIM_HASH_SHA512, secret_a),
		key_of(7, HPIM_HASH_BLAKE2S, secret_a), /* same length as SHA-256 */
	};

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		struct net *net = pair(family);

		config(net, 0, key_of(7, HPIM_HASH_SHA256, secret_a), true, true);
		config(net, 1, others[i], true, true);
		net_run_s(net, 20);
		cr_expect_null(neighbor(net, 0), "row %zu", i);
		cr_expect_null(neighbor(net, 1), "row %zu", i);
		cr_expect_gt(inspect_refused(net_core(net, 0), 0, NOTE_PACKET_UNSIGNED), 0);
		net_free(net);
	}
}

/* As the reference: without a key a value is skipped, with one it must be there. */
BENCH_TEST(hpim_keys, router_without_keys_hears_signed_messages_and_is_not_heard)
{
	struct net *net = pair(family);

	config(net, 0, key_of(7, HPIM_HASH_SHA1, secret_a), true, true);
	net_run_s(net, 20);
	cr_expect_null(neighbor(net, 0));
	cr_expect_gt(net_core(net, 1)->links[0].counters[family].noted[NOTE_NEIGHBOR_NEW], 0);
	cr_expect_eq(inspect_refused(net_core(net, 1), 0, NOTE_PACKET_UNSIGNED), 0);
	net_free(net);
}

BENCH_TEST(hpim_keys, roll_over_keeps_the_neighbor)
{
	struct net *net = pair(family);
	uint32_t snapshot_sn;

	for (unsigned int router = 0; router < 2; router++)
		config(net, router, key_of(1, HPIM_HASH_SHA256, secret_a), true, true);
	net_run_s(net, 20);
	cr_assert(are_synced(net));
	snapshot_sn = neighbor(net, 0)->my_snapshot_sn;
	for (unsigned int router = 0; router < 2; router++) {
		config(net, router, key_of(2, HPIM_HASH_SHA3_512, secret_b), true, false);
		net_run_s(net, 60);
	}
	for (unsigned int router = 0; router < 2; router++) {
		config(net, router, key_of(2, 0, NULL), true, true);
		net_run_s(net, 60);
	}
	for (unsigned int router = 0; router < 2; router++) {
		config(net, router, key_of(1, 0, NULL), false, false);
		net_run_s(net, 60);
	}
	cr_expect(are_synced(net));
	cr_expect_eq(neighbor(net, 0)->my_snapshot_sn, snapshot_sn, "it synchronized again");
	cr_expect_eq(inspect_refused(net_core(net, 0), 0, NOTE_PACKET_UNSIGNED), 0);
	net_free(net);
}

BENCH_TEST(hpim_keys, deleting_the_sending_key_leaves_the_one_added_last_and_then_none)
{
	struct net *net = pair(family);
	struct hpim *hpim = net_hpim(net, 0);

	for (uint16_t id = 1; id <= 3; id++)
		config(net, 0, key_of(id, HPIM_HASH_SHA1, secret_a), true, false);
	cr_expect_eq(hpim_keys_sending(hpim, 0)->id, 1, "the first one sends");
	config(net, 0, key_of(1, 0, NULL), false, false);
	cr_expect_eq(hpim_keys_sending(hpim, 0)->id, 2, "the last of the others took its place");
	cr_expect_arr_eq(hpim_keys_sending(hpim, 0)->secret, secret_a, sizeof(secret_a) - 1);
	config(net, 0, key_of(2, 0, NULL), false, false);
	config(net, 0, key_of(3, 0, NULL), false, false);
	cr_expect_null(hpim_keys_sending(hpim, 0));
	cr_expect_null(hpim->keys[0]);
	net_free(net);
}

/* The table of 2.9. */
Test(hpim_keys, fragment_leaves_room_for_the_security_value)
{
	static const struct {
		enum ip_family family;
		enum hpim_hash hash;
		uint32_t trees;
	} rows[] = {
		{ IP_FAMILY_4, HPIM_HASH_COUNT, 91 },  { IP_FAMILY_4, HPIM_HASH_SHA1, 89 },
		{ IP_FAMILY_4, HPIM_HASH_SHA256, 89 }, { IP_FAMILY_4, HPIM_HASH_SHA512, 87 },
		{ IP_FAMILY_6, HPIM_HASH_COUNT, 35 },  { IP_FAMILY_6, HPIM_HASH_SHA1, 35 },
		{ IP_FAMILY_6, HPIM_HASH_SHA256, 35 }, { IP_FAMILY_6, HPIM_HASH_SHA512, 34 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct net *net = pair(rows[i].family);

		net_core(net, 0)->links[0].info.mtu = 1500;
		if (rows[i].hash != HPIM_HASH_COUNT)
			config(net, 0, key_of(7, rows[i].hash, secret_a), true, true);
		cr_expect_eq(hpim_snapshot_fragment(net_hpim(net, 0)->ifs[0]), rows[i].trees,
			     "row %zu", i);
		net_free(net);
	}
}

static bool is_zero(const uint8_t *bytes, size_t len)
{
	while (len > 0 && bytes[len - 1] == 0)
		len--;
	return len == 0;
}

BENCH_TEST(hpim_keys, secrets_are_overwritten_when_replaced_or_deleted)
{
	struct net *net = pair(family);
	const struct hpim_keyset *set;
	const struct hpim_stored_key *first;

	config(net, 0, key_of(1, HPIM_HASH_SHA256, secret_a), true, true);
	config(net, 0, key_of(2, HPIM_HASH_SHA256, secret_b), true, false);
	config(net, 0, key_of(1, HPIM_HASH_SHA256, short_secret), true, true);
	set = net_hpim(net, 0)->keys[0];
	first = &set->keys[0];
	cr_assert_eq(first->secret[0], 'b');
	cr_assert(is_zero(first->secret + 1, sizeof(first->secret) - 1));
	config(net, 0, key_of(1, HPIM_HASH_SHA256, short_secret), false, false);
	cr_assert_eq(set->count, 1);
	cr_assert(is_zero(set->keys[1].secret, sizeof(set->keys[1].secret)));
	cr_assert_eq(memcmp(first->secret, "another secret", 14), 0);
	net_free(net);
}
