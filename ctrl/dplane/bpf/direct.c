/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Interfaces whose copies need no egress program, since every tree that leaves there has this one
 * output: the packet is the copy, and the ingress program finishes it.
 *
 * A device keeps the egress program of the first frame that it is given in a flush, or that there
 * was none. So this is decided for a device, by the output sets in use, and never changes under
 * frames that may be in the same flush: when another kind of set comes, copies are still finished
 * by the ingress program while they go through the egress program again, an RCU grace period ends
 * every flush that began before, and only then the set is used. That wait is why an interface
 * must have been without such sets for some time, a grace period among it, and is left alone for
 * longer after.
 */
#include <errno.h>

#include "dplane/bpf/ebpf_int.h"

#define DIRECT_ALL (MFIB_PORT_FINISH | MFIB_PORT_DIRECT | MFIB_PORT_FINISHED)

/* Polls, of which there is one in a second. */
#define CALM_BEFORE 2   /* until an interface does without the egress program */
#define CALM_AFTER  -10 /* from when it needed it */

static void direct_write(struct ebpf *eb, struct port *port, uint16_t direct)
{
	port->direct = direct;
	(void)eport_write(eb, port); /* it was written before, so there is room */
	if (direct & MFIB_PORT_DIRECT)
		ifset_add(&eb->direct_links, port->link.link);
	else
		ifset_del(&eb->direct_links, port->link.link);
}

/* Copies that were finished before are under way until a grace period is over. */
static void finished_begin(struct ebpf *eb, struct port *port)
{
	direct_write(eb, port, MFIB_PORT_FINISHED);
	port->grace = grace_begin(eb->grace);
	port->calm = CALM_AFTER;
}

/* The interfaces that own the devices by which @links leave: a VLAN leaves by its port. */
static struct ifset owners_of(const struct ebpf *eb, const struct ifset *links)
{
	struct ifset owners = { .word = { 0 } };

	ifset_for_each (link, links) {
		const struct mfib_tag *tag = &eb->ports[link].tag;
		uint16_t owner = tag->vid ? eport_by_ifindex(eb, tag->carrier) : link;

		if (owner != LINK_NONE)
			ifset_add(&owners, owner);
	}
	return owners;
}

void direct_end(struct ebpf *eb, const struct ifset *links)
{
	struct ifset ending = owners_of(eb, links);

	ifset_for_each (link, &ending) {
		if (eb->ports[link].calm > 0)
			eb->ports[link].calm =
				0; /* even if it needs them no longer at the next poll */
		if (!ifset_has(&eb->direct_links, link))
			ifset_del(&ending, link);
	}
	if (ifset_is_empty(&ending))
		return;
	ifset_for_each (link, &ending)
		direct_write(eb, &eb->ports[link], MFIB_PORT_FINISH | MFIB_PORT_FINISHED);
	ebpf_waits(eb);
	grace_wait(eb->grace);
	ifset_for_each (link, &ending) {
		maps_direct_del(&eb->maps, link);
		finished_begin(eb, &eb->ports[link]);
	}
}

static void direct_begin(struct ebpf *eb, struct port *port)
{
	/* Without it a frame would find no way out. */
	if (maps_direct_put(&eb->maps, port->link.link, port->link.ifindex) == 0)
		direct_write(eb, port, DIRECT_ALL);
}

static bool can_be_direct(const struct ebpf *eb, const struct port *port)
{
	return !port->tag.vid && !port->link.threshold &&
	       maps_port_is_at_hand(&eb->maps, port->link.ifindex);
}

void direct_poll(struct ebpf *eb)
{
	struct ifset only, other;

	setpool_used(eb, &only, &other);
	other = owners_of(eb, &other);
	for (uint16_t i = 0; i < LINKS_MAX; i++) {
		struct port *port = &eb->ports[i];
		bool is_calm = ifset_has(&only, i) && !ifset_has(&other, i);

		if (!port->is_known || port->direct & MFIB_PORT_DIRECT)
			continue;
		if (port->direct && grace_is_over(eb->grace, port->grace))
			direct_write(eb, port, 0);
		if (port->calm < 0)
			port->calm++;
		else
			port->calm = is_calm ? port->calm + 1 : 0;
		if (port->calm == 1)
			port->grace = grace_begin(eb->grace);
		if (port->calm >= CALM_BEFORE && grace_is_over(eb->grace, port->grace) &&
		    can_be_direct(eb, port))
			direct_begin(eb, port);
	}
}

void direct_restore(struct port *port, uint16_t flags)
{
	port->direct = flags & DIRECT_ALL;
}

uint16_t direct_carried(uint16_t flags)
{
	return flags & DIRECT_ALL
		       ? (uint16_t)((flags & ~DIRECT_ALL) | MFIB_PORT_FINISH | MFIB_PORT_FINISHED)
		       : flags;
}

/* A run that ended while it waited has used no other set yet. */
void direct_restore_end(struct ebpf *eb)
{
	grace_wait(eb->grace);
	for (uint16_t i = 0; i < LINKS_MAX; i++) {
		struct port *port = &eb->ports[i];

		if (!port->is_known || !port->direct)
			continue;
		if (port->direct & MFIB_PORT_DIRECT) {
			ifset_add(&eb->direct_links, i);
			continue;
		}
		finished_begin(eb, port);
	}
}
