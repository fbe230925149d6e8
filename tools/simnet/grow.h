/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SIMNET_GROW_H
#define SIMNET_GROW_H

#include <assert.h>
#include <stdlib.h>

/** sim_grow() - Room for one more element: an array that doubles. */
static inline void *sim_grow(void *array, size_t count, size_t *room, size_t size)
{
	if (count < *room)
		return array;
	*room = *room ? 2 * *room : 8;
	array = realloc(array, *room * size);
	assert(array);
	return array;
}

#endif
