// SPDX-License-Identifier: GPL-2.0-only
/* The queue of effects: order, growth, and the bytes of packets. */
#include <criterion/criterion.h>

#include <string.h>

#include "core/fx.h"

static void packet_push(struct fx_queue *queue, uint8_t value, size_t len)
{
	uint8_t bytes[2048];

	cr_assert_leq(len, sizeof(bytes));
	memset(bytes, value, len);
	fx_push(queue,
		&(struct core_effect){ .kind = FX_SEND,
				       .send = { .link = value, .bytes = bytes, .len = len } });
	memset(bytes, 0xee, sizeof(bytes)); /* the queue has its own copy */
}

static void packet_check(const struct core_effect *effect, uint8_t value, size_t len)
{
	cr_assert_not_null(effect);
	cr_assert_eq(effect->kind, FX_SEND);
	cr_assert_eq(effect->send.link, value);
	cr_assert_eq(effect->send.len, len);
	for (size_t i = 0; i < len; i++)
		cr_assert_eq(effect->send.bytes[i], value);
}

static void watch_push(struct fx_queue *queue, uint8_t value)
{
	fx_push(queue, &(struct core_effect){ .kind = FX_RPF_WATCH,
					      .rpf_source = { .b = { [15] = value } } });
}

Test(fx, an_empty_queue_has_no_next_effect)
{
	struct fx_queue queue;

	fx_init(&queue);
	cr_assert_null(fx_next(&queue));
	fx_fini(&queue);
}

Test(fx, effects_leave_in_the_order_in_which_they_came)
{
	struct fx_queue queue;

	fx_init(&queue);
	for (unsigned int i = 0; i < 200; i++)
		watch_push(&queue, (uint8_t)i);
	for (unsigned int i = 0; i < 200; i++) {
		const struct core_effect *effect = fx_next(&queue);

		cr_assert_eq(effect->kind, FX_RPF_WATCH);
		cr_assert_eq(effect->rpf_source.b[15], i);
	}
	cr_assert_null(fx_next(&queue));
	fx_fini(&queue);
}

Test(fx, bytes_of_packets_survive_the_growth_of_their_memory)
{
	struct fx_queue queue;

	fx_init(&queue);
	for (unsigned int i = 0; i < 100; i++)
		packet_push(&queue, (uint8_t)i, 8 + 13 * i);
	for (unsigned int i = 0; i < 100; i++)
		packet_check(fx_next(&queue), (uint8_t)i, 8 + 13 * i);
	cr_assert_null(fx_next(&queue));
	fx_fini(&queue);
}

Test(fx, packets_keep_their_bytes_between_other_effects)
{
	struct fx_queue queue;

	fx_init(&queue);
	for (unsigned int i = 0; i < 50; i++) {
		watch_push(&queue, (uint8_t)i);
		packet_push(&queue, (uint8_t)i, 100 + i);
	}
	for (unsigned int i = 0; i < 50; i++) {
		cr_assert_eq(fx_next(&queue)->rpf_source.b[15], i);
		packet_check(fx_next(&queue), (uint8_t)i, 100 + i);
	}
	cr_assert_null(fx_next(&queue));
	fx_fini(&queue);
}

Test(fx, effects_pushed_while_draining_come_last)
{
	struct fx_queue queue;

	fx_init(&queue);
	packet_push(&queue, 1, 1500);
	packet_push(&queue, 2, 1500);
	packet_check(fx_next(&queue), 1, 1500);
	for (uint8_t i = 3; i < 100; i++)
		packet_push(&queue, i, 1500);
	for (uint8_t i = 2; i < 100; i++)
		packet_check(fx_next(&queue), i, 1500);
	cr_assert_null(fx_next(&queue));
	fx_fini(&queue);
}

Test(fx, a_drained_queue_starts_again_in_the_same_memory)
{
	struct fx_queue queue;
	const struct core_effect *effects;
	const uint8_t *bytes;

	fx_init(&queue);
	packet_push(&queue, 1, 1500);
	cr_assert_not_null(fx_next(&queue));
	cr_assert_null(fx_next(&queue));
	effects = queue.effects;
	bytes = queue.bytes;
	for (uint8_t i = 2; i < 100; i++) {
		packet_push(&queue, i, 1500);
		packet_check(fx_next(&queue), i, 1500);
		cr_assert_null(fx_next(&queue));
	}
	cr_assert_eq(queue.effects, effects);
	cr_assert_eq(queue.bytes, bytes);
	fx_fini(&queue);
}
