/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CORE_HPIM_WINDOW_H
#define CORE_HPIM_WINDOW_H

#include "core/hpim/hpim_int.h"

/* Why a message was not acknowledged in time. */
enum hpim_late {
	LATE_SILENT, /* the neighbor acknowledged nothing since the timer was armed */
	LATE_LOST,   /* it acknowledged what was sent later, or others and then paused */
	LATE_QUEUED, /* it is busy with what was sent before */
};

void hpim_window_init(struct hpim_window *window);

static inline bool hpim_window_has_room(const struct hpim_window *window)
{
	return window->in_flight < window->size;
}

/** hpim_window_has_room_all() - Whether a message to all neighbors of @hif may be sent now. */
bool hpim_window_has_room_all(const struct hpim_if *hif);

/** hpim_window_acked() - The neighbor acknowledged @pending, which is still counted in flight. */
void hpim_window_acked(struct hpim_window *window, const struct hpim_pending *pending, hp_time now);

/** hpim_window_late() - Judge @pending, late for the neighbor; the timer was armed at @armed_at. */
enum hpim_late hpim_window_late(const struct hpim_window *window,
				const struct hpim_pending *pending, hp_time armed_at, hp_time now);

/** hpim_window_silent() - The neighbor acknowledged nothing for a retransmission time. */
void hpim_window_silent(struct hpim_window *window);

#endif
