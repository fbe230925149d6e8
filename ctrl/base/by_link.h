/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BASE_BY_LINK_H
#define BASE_BY_LINK_H

/* Arrays of pointers to things that each belong to an interface, in the order of their `link`. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/**
 * by_link_place() - Index of the first of @count @items whose link is at least @wanted.
 * @ret_at: set; @count when there is none.
 */
#define by_link_place(items, count, wanted, ret_at)                         \
	do {                                                                \
		uint16_t low_ = 0, high_ = (count);                         \
                                                                            \
		while (low_ < high_) {                                      \
			uint16_t middle_ = (uint16_t)((low_ + high_) / 2u); \
                                                                            \
			if ((items)[middle_]->link < (wanted))              \
				low_ = (uint16_t)(middle_ + 1u);            \
			else                                                \
				high_ = middle_;                            \
		}                                                           \
		*(ret_at) = low_;                                           \
	} while (0)

/**
 * by_link_open() - Make room for one more pointer at index @at.
 *
 * Return: the array, in place of @items; NULL: no memory, and @items is as it was.
 */
static inline void *by_link_open(void *items, uint16_t count, uint16_t at)
{
	void *grown = realloc(items, (count + 1u) * sizeof(void *));

	if (grown) {
		char *gap = (char *)grown + at * sizeof(void *);

		memmove(gap + sizeof(void *), gap, (size_t)(count - at) * sizeof(void *));
	}
	return grown;
}

#endif
