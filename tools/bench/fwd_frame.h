/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BENCH_FWD_FRAME_H
#define BENCH_FWD_FRAME_H

/* The trees of the benchmarks, and the one frame that is sent again and again. */
#include "core/effect.h"

#define FRAME_MIN 64u
#define FRAME_MAX 1514u

/** tree_key() - Number @tree of the trees whose source is behind input @input. */
struct mfib_key tree_key(enum ip_family family, unsigned int input, uint32_t tree);

/** frame_make() - A UDP packet of @key's tree in an Ethernet frame of @len bytes. */
void frame_make(uint8_t *ret_frame, size_t len, const struct mfib_key *key);

#endif
