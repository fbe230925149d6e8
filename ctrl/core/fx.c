// SPDX-License-Identifier: GPL-2.0-only
/*
 * The queue of effects. It grows to what one event or one tree needs and is emptied after each.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/fx.h"

void fx_init(struct fx_queue *queue)
{
	memset(queue, 0, sizeof(*queue));
}

void fx_fini(struct fx_queue *queue)
{
	free(queue->effects);
	free(queue->bytes);
}

/* Memory for effects is small and bounded by one event; without it nothing can go on. */
static void *grow(void *memory, size_t room, size_t size)
{
	void *grown = realloc(memory, room * size);

	assert(grown);
	return grown;
}

void fx_push(struct fx_queue *queue, const struct core_effect *effect)
{
	struct core_effect *slot;

	if (queue->count == queue->room) {
		queue->room = queue->room ? 2 * queue->room : 64;
		queue->effects = grow(queue->effects, queue->room, sizeof(*queue->effects));
	}
	slot = &queue->effects[queue->count++];
	*slot = *effect;
	if (effect->kind != FX_SEND)
		return;
	while (queue->bytes_used + effect->send.len > queue->bytes_room) {
		queue->bytes_room = queue->bytes_room ? 2 * queue->bytes_room : 4096;
		queue->bytes = grow(queue->bytes, queue->bytes_room, 1);
	}
	memcpy(queue->bytes + queue->bytes_used, effect->send.bytes, effect->send.len);
	queue->bytes_used += effect->send.len;
	slot->send.bytes = NULL; /* the arena may move: fx_next() points into it */
}

const struct core_effect *fx_next(struct fx_queue *queue)
{
	struct core_effect *effect;

	if (queue->next == queue->count) {
		queue->next = queue->count = 0;
		queue->bytes_used = queue->bytes_next = 0;
		return NULL;
	}
	effect = &queue->effects[queue->next++];
	if (effect->kind == FX_SEND) {
		effect->send.bytes = queue->bytes + queue->bytes_next;
		queue->bytes_next += effect->send.len;
	}
	return effect;
}
