/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CORE_FOREIGN_H
#define CORE_FOREIGN_H

/*
 * Packets of HPIM-DM on an interface of PIM-DM, and the reverse. Each is counted; each sender is
 * worth one warning. Description of PIM-DM, 8.5.
 */
#include "core/event.h"
#include "wire/ip103.h"

struct core;

/** foreign_packet() - Count it, and note it. @kind: whose packet it is. */
void foreign_packet(struct core *core, const struct ev_packet *packet, enum ip103_kind kind);

/** foreign_forget() - Another protocol runs there now. */
void foreign_forget(struct core *core, uint16_t link, enum ip_family family);

/**
 * foreign_sender() - Sender number @i of those that were noted on an interface.
 *
 * Return: NULL: there are no more.
 */
const struct ip_addr *foreign_sender(const struct core *core, uint16_t link, enum ip_family family,
				     unsigned int i);

#endif
