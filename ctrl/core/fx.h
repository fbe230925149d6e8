/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CORE_FX_H
#define CORE_FX_H

/* The queue of effects of one event. Inside the core only. */
#include "core/effect.h"

struct fx_queue {
	struct core_effect *effects;
	uint32_t count, next, room;
	uint8_t *bytes;
	size_t bytes_used, bytes_next, bytes_room; /* packets of FX_SEND, in order */
};

void fx_init(struct fx_queue *queue);
void fx_fini(struct fx_queue *queue);

/** fx_push() - Append an effect. Bytes of FX_SEND are copied. */
void fx_push(struct fx_queue *queue, const struct core_effect *effect);

/** fx_next() - Next effect, or NULL; then the queue is empty and its memory is used again. */
const struct core_effect *fx_next(struct fx_queue *queue);

#endif
