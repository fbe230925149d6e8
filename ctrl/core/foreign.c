// SPDX-License-Identifier: GPL-2.0-only
/*
 * Packets of the other protocol with IP protocol 103. Senders are remembered up to a limit, so that
 * who makes them up fills no log: those beyond it are only counted.
 */
#include "core/core_int.h"
#include "core/foreign.h"

const struct ip_addr *foreign_sender(const struct core *core, uint16_t link, enum ip_family family,
				     unsigned int i)
{
	const struct link *of = &core->links[link];

	return i < of->foreign_count[family] ? &of->foreign[family][i] : NULL;
}

/* Return: whether the sender is new. */
static bool remember(struct link *link, const struct ip_addr *src)
{
	enum ip_family family = ip_addr_family(src);
	uint8_t *count = &link->foreign_count[family];

	for (unsigned int i = 0; i < *count; i++)
		if (ip_addr_equal(&link->foreign[family][i], src))
			return false;
	if (*count == LINK_FOREIGN_MAX)
		return false;
	link->foreign[family][(*count)++] = *src;
	return true;
}

void foreign_packet(struct core *core, const struct ev_packet *packet, enum ip103_kind kind)
{
	bool is_new = remember(&core->links[packet->link], &packet->src);

	core_note(core, &(struct core_note){ .level = is_new ? NOTE_WARN : NOTE_DEBUG,
					     .code = kind == IP103_PIM ? NOTE_PACKET_FOREIGN
								       : NOTE_PACKET_HPIM,
					     .link = packet->link,
					     .a = packet->src,
					     .b = packet->dst,
					     .v = { SOCKET_103, (uint32_t)packet->len } });
}

void foreign_forget(struct core *core, uint16_t link, enum ip_family family)
{
	core->links[link].foreign_count[family] = 0;
}
