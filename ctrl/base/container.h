/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BASE_CONTAINER_H
#define BASE_CONTAINER_H

#include <stddef.h>

/** container_of() - The struct that a pointer to its member belongs to. */
#define container_of(pointer, type, member) \
	((type *)(void *)((char *)(pointer)-offsetof(type, member)))

#endif
