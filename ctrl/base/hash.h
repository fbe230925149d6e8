/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BASE_HASH_H
#define BASE_HASH_H

/*
 * uthash, which iterates in insertion order, set up for the core: running out of memory for the
 * table of buckets is a failed assertion, as for every other allocation that has no way back.
 */
#include <assert.h>

#define uthash_fatal(message) assert(0 && message)
#include <uthash.h>

#endif
