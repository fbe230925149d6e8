// SPDX-License-Identifier: GPL-2.0-only
/* Ten thousand trees: a neighbor that comes later learns them by Sync fragments (2.9, 3.3). */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "core/hpim/hpim_int.h"

#define TREES      10000u
#define MTU        1500u
#define SOURCE_LAN 0u
#define LINK_AB    1u /* number of the common link in A; 0 in B */

/* A is next to the source, B behind A. Packets are delivered as they are sent, in order. */
struct lab {
	enum ip_family family;
	struct core *core[2];
	hp_time now;
	struct packet {
		unsigned int to;
		struct ip_addr src, dst;
		size_t len;
		uint8_t *bytes;
	} * packets;
	size_t head, count, room;
	unsigned int syncs_with_trees, entries;
};

static struct ip_addr address(enum ip_family family, uint8_t net, uint8_t host)
{
	const uint8_t v4[4] = { 10, 0, net, host };
	const uint8_t v6[16] = { 0xfe, 0x80, [14] = net, [15] = host };

	return ip_addr_from_bytes(family, family == IP_FAMILY_4 ? v4 : v6);
}

static struct ip_addr source_of(enum ip_family family)
{
	const uint8_t v6[16] = { 0x20, 0x01, 0x0d, 0xb8, [15] = 9 };

	return family == IP_FAMILY_4 ? address(family, 0, 9) : ip_addr_from_bytes(family, v6);
}

static struct ip_addr group_of(enum ip_family family, uint32_t i)
{
	const uint8_t v4[4] = { 239, 1, (uint8_t)(i >> 8), (uint8_t)i };
	const uint8_t v6[16] = { 0xff, 0x3e, [14] = (uint8_t)(i >> 8), [15] = (uint8_t)i };

	return ip_addr_from_bytes(family, family == IP_FAMILY_4 ? v4 : v6);
}

static void count_sync(struct lab *lab, const struct fx_send *send)
{
	struct hpim_msg msg;

	cr_assert_leq(send->len + (lab->family == IP_FAMILY_4 ? 20 : 40), MTU);
	cr_assert_eq(hpim_decode(lab->family, send->bytes, send->len, &msg), 0);
	if (msg.type != HPIM_SYNC || !msg.sync.has_more)
		return;
	lab->syncs_with_trees++;
	lab->entries += (unsigned int)msg.sync.entry_count;
}

static void take_send(struct lab *lab, unsigned int from, const struct fx_send *send)
{
	struct packet *packet;

	if (send->socket != SOCKET_103 || send->link != (from == 0 ? LINK_AB : 0))
		return;
	count_sync(lab, send);
	if (lab->count == lab->room) {
		lab->room = lab->room ? 2 * lab->room : 64;
		lab->packets = realloc(lab->packets, lab->room * sizeof(*lab->packets));
		cr_assert_not_null(lab->packets);
	}
	packet = &lab->packets[lab->count++];
	*packet = (struct packet){ .to = 1 - from,
				   .src = send->src,
				   .dst = send->dst,
				   .len = send->len,
				   .bytes = malloc(send->len) };
	memcpy(packet->bytes, send->bytes, send->len);
}

static void handle(struct lab *lab, unsigned int router, const struct core_event *event)
{
	const struct core_effect *effect;
	bool is_asked = false;

	core_handle(lab->core[router], lab->now, event);
	while ((effect = core_effect_next(lab->core[router]))) {
		is_asked |= effect->kind == FX_RPF_WATCH;
		if (effect->kind == FX_SEND)
			take_send(lab, router, &effect->send);
	}
	if (is_asked)
		handle(lab, router,
		       &(struct core_event){ .kind = EV_RPF,
					     .rpf = { .source = source_of(lab->family),
						      .is_reachable = true,
						      .is_connected = router == 0,
						      .link = 0,
						      .prefix_len = 24,
						      .preference = router ? 11 : 2,
						      .metric = router ? 20 : 0 } });
}

static void deliver(struct lab *lab)
{
	for (; lab->head < lab->count; lab->head++) {
		struct packet packet = lab->packets[lab->head];

		handle(lab, packet.to,
		       &(struct core_event){ .kind = EV_PACKET,
					     .packet = { .link = packet.to == 0 ? LINK_AB : 0,
							 .socket = SOCKET_103,
							 .src = packet.src,
							 .dst = packet.dst,
							 .ttl = 1,
							 .bytes = packet.bytes,
							 .len = packet.len } });
		free(packet.bytes);
	}
	lab->head = lab->count = 0;
}

static void run(struct lab *lab, hp_time duration)
{
	hp_time end = lab->now + duration;

	for (;;) {
		hp_time a = core_deadline(lab->core[0]), b = core_deadline(lab->core[1]);

		deliver(lab);
		if ((a < b ? a : b) > end)
			break;
		if (lab->now < (a < b ? a : b))
			lab->now = a < b ? a : b;
		handle(lab, a < b ? 0 : 1, &(struct core_event){ .kind = EV_CLOCK });
	}
	lab->now = end;
	deliver(lab);
}

static void link_on(struct lab *lab, unsigned int router, uint16_t link, uint8_t net, uint8_t host)
{
	struct core_event event = {
		.kind = EV_LINK,
		.link = { .link = link,
			  .is_present = true,
			  .is_up = true,
			  .mtu = MTU,
			  .addr_count = 1,
			  .addrs = { { address(lab->family, net, host),
				       lab->family == IP_FAMILY_4 ? 24 : 64 } } },
	};

	handle(lab, router, &event);
	handle(lab, router,
	       &(struct core_event){ .kind = EV_CONFIG,
				     .config = { .kind = CONFIG_LINK,
						 .link = link,
						 .family = lab->family,
						 .proto = PROTO_HPIM,
						 .is_on = true } });
}

static void synchronize(enum ip_family family)
{
	struct lab lab = { .family = family };
	uint32_t fragment = family == IP_FAMILY_4 ? 91 : 35; /* 2.9 */
	struct core_limits limits = core_limits_default;
	unsigned int active = 0;

	lab.core[0] = core_new(&limits);
	limits.seed++; /* or both say Hello at once, and both begin to synchronize */
	lab.core[1] = core_new(&limits);
	link_on(&lab, 0, SOURCE_LAN, 0, 1);
	link_on(&lab, 0, LINK_AB, 1, 1);
	for (uint32_t i = 0; i < TREES; i++)
		handle(&lab, 0,
		       &(struct core_event){ .kind = EV_DATA,
					     .data = { .kind = DATA_MISS,
						       .link = SOURCE_LAN,
						       .source = source_of(family),
						       .group = group_of(family, i) } });
	run(&lab, HP_SEC(20));
	cr_assert_eq(hpim_of(lab.core[0], family)->tree_count, TREES);
	link_on(&lab, 1, 0, 1, 2);
	run(&lab, HP_SEC(30));
	cr_expect_eq(lab.syncs_with_trees, (TREES + fragment - 1) / fragment);
	cr_expect_eq(lab.entries, TREES);
	for (const struct hpim_tree *tree = hpim_of(lab.core[1], family)->trees; tree;
	     tree = tree->hh.next)
		active += tree->view.state == TREE_ACTIVE;
	cr_expect_eq(active, TREES);
	core_free(lab.core[0]);
	core_free(lab.core[1]);
	free(lab.packets);
}

Test(core_many, late_neighbor_learns_ten_thousand_trees_in_fragments_of_the_mtu)
{
	synchronize(IP_FAMILY_4);
	synchronize(IP_FAMILY_6);
}
