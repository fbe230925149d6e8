// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which packets of HPIM-DM are taken from the link, before any state is looked at: nothing that
 * came from off the link, and nothing sent to another destination than its type has. Signatures are
 * in hpim/keys.c, numbers in hpim/neigh.c and hpim/sync.c. Source: description of HPIM-DM, 2.1.
 *
 * Differs: the reference checks none of this; no router of it sends anything else. A TTL of 1 alone
 * proves little, a sender some hops away can choose its TTL so that 1 is left. But no router
 * forwards the group of all routers, and what was forwarded by a router carries the link-layer
 * address of that router.
 */
#include <string.h>

#include "core/hpim/claim.h"
#include "core/hpim/if.h"
#include "core/hpim/neigh.h"

static bool is_on_link(const struct link *link, enum ip_family family, const struct ip_addr *addr)
{
	if (ip_addr_family(addr) != family || ip_addr_is_any(addr) || ip_addr_is_multicast(addr) ||
	    link_has_addr(link, addr))
		return false;
	return family == IP_FAMILY_4 ? link_is_on_link(link, addr) : ip_addr_is_link_local(addr);
}

enum note_code hpim_accept_header(const struct hpim_if *hif, const struct ev_packet *packet)
{
	const struct link *link = &hif->hpim->mrp.core->links[hif->link];

	if (!is_on_link(link, hif->hpim->mrp.family, &packet->src))
		return NOTE_PACKET_SOURCE;
	return packet->ttl == 1 ? NOTE_NONE : NOTE_PACKET_TTL;
}

static bool is_same(const struct ev_station *a, const struct ev_station *b)
{
	return a->len == b->len && memcmp(a->b, b->b, a->len) == 0;
}

static bool has_station(const struct hpim_neigh *neigh, const struct ev_station *station)
{
	return is_same(&neigh->stations[0].addr, station) ||
	       is_same(&neigh->stations[1].addr, station);
}

bool hpim_accept_is_same_router(const struct hpim_neigh *a, const struct hpim_neigh *b)
{
	const struct ev_station *station = &a->stations[0].addr;

	return station->len && has_station(b, station);
}

/* A packet forwarded by a neighbor carries the link-layer address of that neighbor. */
static bool is_station_of_another(const struct hpim_if *hif, const struct ev_station *station)
{
	const struct hpim_neigh *neigh;

	TAILQ_FOREACH (neigh, &hif->neighbors, node)
		if (station->len && has_station(neigh, station))
			return true;
	return false;
}

/*
 * A Sync may be the first message of a neighbor (3.2): it has received our Hello. Anything else
 * that is sent to us alone comes from a router that we know.
 */
static enum note_code check_unicast(const struct hpim_if *hif, const struct ev_packet *packet,
				    enum hpim_type type)
{
	const struct hpim_neigh *neigh = hpim_neigh_find(hif, &packet->src);

	if (!neigh && type != HPIM_SYNC)
		return NOTE_PACKET_STRANGER;
	if (!neigh)
		return is_station_of_another(hif, &packet->station) ? NOTE_PACKET_STATION
								    : NOTE_NONE;
	if (!packet->station.len || !neigh->stations[0].addr.len)
		return NOTE_NONE; /* a link without link-layer addresses */
	return has_station(neigh, &packet->station) ? NOTE_NONE : NOTE_PACKET_STATION;
}

enum note_code hpim_accept_sender(const struct hpim_if *hif, const struct ev_packet *packet,
				  enum hpim_type type)
{
	bool is_to_all = type == HPIM_HELLO || type == HPIM_UPSTREAM || type == HPIM_NO_UPSTREAM;
	const struct ip_addr *dst = is_to_all ? hpim_if_group(hif) : &hif->addr;

	if (!ip_addr_equal(&packet->dst, dst))
		return NOTE_PACKET_DESTINATION;
	return is_to_all ? NOTE_NONE : check_unicast(hif, packet, type);
}

/*
 * The first one stays while it speaks, so that who forges one Hello does not shut out the neighbor;
 * the second one is the latest: a neighbor whose address moves (a bond, VRRP) is known again with
 * its next Hello.
 */
void hpim_accept_learn(const struct hpim_if *hif, const struct ev_packet *packet)
{
	struct hpim_neigh *neigh = hpim_neigh_find(hif, &packet->src);
	hp_time now = hif->hpim->mrp.core->now;
	struct hpim_station *station;

	if (!neigh || !packet->station.len)
		return;
	station = &neigh->stations[0];
	if (station->addr.len && !is_same(&station->addr, &packet->station) &&
	    now - station->received_at < HP_SEC(neigh->hold_s))
		station = &neigh->stations[1];
	*station = (struct hpim_station){ .addr = packet->station, .received_at = now };
}
