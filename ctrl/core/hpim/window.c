// SPDX-License-Identifier: GPL-2.0-only
/*
 * How many reliable messages a neighbor is sent before it acknowledges. Differs: the description of
 * HPIM-DM (3.5) sends everything at once. The reference acknowledges 17 to 30 messages a second,
 * and what its socket cannot hold is lost; a thousand at once cost it the adjacency.
 *
 * The window follows the delay of the acknowledgements, not the loss: it grows while they come soon
 * and shrinks while they come late, so that a slow neighbor has about as much to do as it does in
 * that time, and its answers come long before the retransmission.
 */
#include "core/hpim/window.h"

#define WINDOW_FIRST 16u  /* what any socket can hold */
#define WINDOW_MIN   4u   /* keeps a neighbor busy from one acknowledgement to the next */
#define WINDOW_MAX   256u /* small packets in a receive buffer of Linux's default size */

#define SOON_MS 250 /* acknowledged within it: the neighbor can do more */
#define LATE_MS 500 /* later: it has too much to do */

/* A neighbor that acknowledged something so short a time ago is busy, not done. */
#define BUSY_MS 1000

void hpim_window_init(struct hpim_window *window)
{
	window->size = WINDOW_FIRST;
	window->acked_at = 0;
	window->acked_order = 0;
	window->is_stalled = false;
}

/*
 * The slowest neighbor decides, but not one that has stopped to answer while others go on: until it
 * is removed it would keep from them what they need.
 */
bool hpim_window_has_room_all(const struct hpim_if *hif)
{
	bool has_stalled_room = true, has_live = false;
	const struct hpim_neigh *neigh;

	TAILQ_FOREACH (neigh, &hif->neighbors, node) {
		bool has_room = hpim_window_has_room(&neigh->window);

		if (neigh->window.is_stalled)
			has_stalled_room &= has_room;
		else if (!has_room)
			return false;
		else
			has_live = true;
	}
	return has_live || has_stalled_room;
}

/* Of what was sent twice it is not known which one was acknowledged. RFC 6298, section 3 */
void hpim_window_acked(struct hpim_window *window, const struct hpim_pending *pending, hp_time now)
{
	hp_time delay = now - pending->sent_at;
	bool is_used = 2 * window->in_flight >= window->size;

	if (pending->is_repeated)
		return;
	if (window->acked_order < pending->order)
		window->acked_order = pending->order;
	if (delay <= HP_MS(SOON_MS) && is_used && window->size < WINDOW_MAX)
		window->size++;
	else if (delay > HP_MS(LATE_MS) && window->size > WINDOW_MIN)
		window->size--;
}

/* Neighbors answer in the order in which they receive; a later message overtakes only a lost one.
 */
enum hpim_late hpim_window_late(const struct hpim_window *window,
				const struct hpim_pending *pending, hp_time armed_at, hp_time now)
{
	if (window->acked_at <= armed_at)
		return LATE_SILENT;
	if (window->acked_order > pending->order || now - window->acked_at >= HP_MS(BUSY_MS))
		return LATE_LOST;
	return LATE_QUEUED;
}

void hpim_window_silent(struct hpim_window *window)
{
	window->is_stalled = true;
	if (window->size > WINDOW_FIRST)
		window->size = WINDOW_FIRST;
}
