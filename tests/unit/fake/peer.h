/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FAKE_PEER_H
#define FAKE_PEER_H

/*
 * Neighbors of the daemon in a test: cores without anything below them. Link 0 is the subnet of the
 * daemon, link 1 the one behind. How they are made and what happens to them: common_daemon.h.
 */
#include "core/core.h"

/** peer_hear() - What the daemon sends; it arrives with peers_deliver(). */
void peer_hear(uint16_t link, const struct fx_send *send);

/** peers_deliver() - Let all that is under way arrive, and the answers to it. */
void peers_deliver(void);

/** peers_deadline() - When the next of them wants to be called. */
hp_time peers_deadline(void);

/** peers_clock() - Call it. */
void peers_clock(void);

void peers_fini(void);

#endif
