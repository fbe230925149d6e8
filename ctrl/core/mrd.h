/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CORE_MRD_H
#define CORE_MRD_H

/*
 * Multicast router discovery (RFC 4286), the router's side: on interfaces with HPIM-DM this router
 * advertises itself, so that switches which snoop IGMP and MLD hand it multicast that no host
 * behind it joined. The querier is known to them by its queries; of the other routers of a link
 * they know nothing without it.
 */
#include "core/event.h"

struct core;
struct mrd_if; /* one interface and family */

/** mrd_start() - Begin on an interface that has an address. Return: NULL: there is no memory. */
struct mrd_if *mrd_start(struct core *core, uint16_t link, enum ip_family family);

/**
 * mrd_stop() - End and free.
 * @terminate: with a termination (5), so that switches forget the port at once.
 */
void mrd_stop(struct core *core, struct mrd_if *mrd, bool terminate);

/** mrd_receive() - A packet of SOCKET_MRD. Malformed ones are noted (NOTE_PACKET_BAD). */
void mrd_receive(struct core *core, struct mrd_if *mrd, const struct ev_packet *packet);

#endif
