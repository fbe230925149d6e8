// SPDX-License-Identifier: GPL-2.0-only
/* A binary heap. */
#include "simnet/grow.h"
#include "simnet/queue.h"

void sim_queue_fini(struct sim_queue *queue)
{
	free(queue->items);
	*queue = (struct sim_queue){ 0 };
}

static bool is_before(const struct sim_item *a, const struct sim_item *b)
{
	return a->at != b->at ? a->at < b->at : a->seq < b->seq;
}

static void swap(struct sim_item *a, struct sim_item *b)
{
	const struct sim_item kept = *a;

	*a = *b;
	*b = kept;
}

void sim_queue_push(struct sim_queue *queue, const struct sim_item *item)
{
	size_t at = queue->count;

	queue->items = sim_grow(queue->items, queue->count, &queue->room, sizeof(*queue->items));
	queue->items[at] = *item;
	queue->items[at].seq = queue->seq++;
	queue->count++;
	for (; at && is_before(&queue->items[at], &queue->items[(at - 1) / 2]); at = (at - 1) / 2)
		swap(&queue->items[at], &queue->items[(at - 1) / 2]);
}

bool sim_queue_pop(struct sim_queue *queue, hp_time until, struct sim_item *ret_item)
{
	size_t at = 0;

	if (!queue->count || queue->items[0].at > until)
		return false;
	*ret_item = queue->items[0];
	queue->items[0] = queue->items[--queue->count];
	for (;;) {
		size_t child = 2 * at + 1;

		if (child >= queue->count)
			break;
		if (child + 1 < queue->count &&
		    is_before(&queue->items[child + 1], &queue->items[child]))
			child++;
		if (!is_before(&queue->items[child], &queue->items[at]))
			break;
		swap(&queue->items[child], &queue->items[at]);
		at = child;
	}
	return true;
}
