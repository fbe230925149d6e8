/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HPIMEXPLORE_SHOW_H
#define HPIMEXPLORE_SHOW_H

/* What a router does, for who replays a path. */
#include "core/effect.h"

/** show_effect() - A line on standard output; nothing for effects that do not matter here. */
void show_effect(unsigned int router, hp_time now, const struct core_effect *fx);

#endif
