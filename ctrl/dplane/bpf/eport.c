/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Interfaces of the tiers XDP and TC: which programs are where, what was changed for them, and what
 * the programs must know. An interface has two hooks: XDP, on itself or, for a VLAN, on its port,
 * which carries several; and TC behind it, for what XDP passes on.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "dplane/bpf/ebpf_int.h"
#include "dplane/ifflags.h"
#include "dplane/linkinfo.h"

/* ---- what the programs know ---- */

static struct port *port_of_carrier(struct ebpf *eb, uint32_t ifindex)
{
	uint16_t link = eport_by_ifindex(eb, ifindex);

	return link == LINK_NONE ? NULL : &eb->ports[link];
}

static struct carrier *carrier_find(struct ebpf *eb, uint32_t ifindex)
{
	for (unsigned int i = 0; i < LINKS_MAX; i++)
		if (eb->carriers[i].users && eb->carriers[i].ifindex == ifindex)
			return &eb->carriers[i];
	return NULL;
}

int eport_write(struct ebpf *eb, const struct port *port)
{
	const struct carrier *own = carrier_find(eb, port->link.ifindex);
	struct mfib_port value = {
		.link = port->link.link,
		.flags = (uint16_t)(port->changed | port->direct),
		.vid = port->tag.vid,
		.tpid = port->tag.tpid,
		.threshold = port->link.threshold,
		.carrier = port->tag.carrier,
	};

	if (port->carrier || own)
		value.flags |= MFIB_PORT_XDP;
	if (own)
		value.flags |= own->changed;
	if (attached_is(&port->tc))
		value.flags |= MFIB_PORT_TC;
	memcpy(value.mac, port->link.mac, sizeof(value.mac));
	return maps_port_put(&eb->maps, port->link.ifindex, &value);
}

/* A carrier that is served itself is in the map as what it is; else only as a carrier. */
static int carrier_write(struct ebpf *eb, const struct carrier *carrier)
{
	const struct port *port = port_of_carrier(eb, carrier->ifindex);
	struct mfib_port value = {
		.link = (uint16_t)eb->config.max_links,
		.flags = (uint16_t)(MFIB_PORT_CARRIER | MFIB_PORT_XDP | carrier->changed),
		.carrier = carrier->ifindex,
	};

	return port ? eport_write(eb, port) : maps_port_put(&eb->maps, carrier->ifindex, &value);
}

/* ---- interfaces that are away ---- */

static void departed_add(struct ebpf *eb, const uint8_t mac[6], uint16_t vid, uint16_t changed)
{
	struct departed *departed = &eb->departed[eb->departed_count % LINKS_MAX];

	if (!changed)
		return;
	eb->departed_count++;
	*departed = (struct departed){ .vid = vid, .changed = changed };
	memcpy(departed->mac, mac, sizeof(departed->mac));
}

static void settings_undo(uint32_t ifindex, uint16_t changed)
{
	if (changed & MFIB_PORT_ALLMULTI)
		(void)ifflags_allmulti_set(ifindex, false, NULL); /* it may be gone again */
	if (changed & MFIB_PORT_RXVLAN)
		(void)ifflags_rxvlan_set(ifindex, true, NULL);
}

/* Undo what was changed at an interface, now or when it is back. */
static void settings_restore(struct ebpf *eb, uint32_t ifindex, const uint8_t mac[6], uint16_t vid,
			     uint16_t changed)
{
	struct linkinfo info;

	if (linkinfo_read(ifindex, &info) == -ENODEV)
		departed_add(eb, mac, vid, changed);
	else
		settings_undo(ifindex, changed);
}

void eport_returned(struct ebpf *eb, uint32_t ifindex)
{
	struct linkinfo info;

	if (!eb->departed_count || linkinfo_read(ifindex, &info) < 0)
		return;
	for (unsigned int i = 0; i < LINKS_MAX; i++) {
		struct departed *departed = &eb->departed[i];

		if (!departed->changed || departed->vid != info.vid ||
		    memcmp(departed->mac, info.mac, sizeof(info.mac)) != 0)
			continue;
		settings_undo(ifindex, departed->changed);
		departed->changed = 0;
	}
}

/* ---- the XDP hook ---- */

/* A tag that the card takes off is invisible to XDP. */
static void carrier_rxvlan_off(struct ebpf *eb, struct carrier *carrier, const char *name)
{
	bool changed = false;
	int err = ifflags_rxvlan_set(carrier->ifindex, false, &changed);

	if (err)
		dplane_log(&eb->config, NOTE_WARN,
			   "%s: VLAN offload stays on (%s): tagged multicast is taken for untagged",
			   name, strerror(-err));
	else if (changed)
		carrier->changed |= MFIB_PORT_RXVLAN;
}

static struct carrier *carrier_new(struct ebpf *eb, uint32_t ifindex)
{
	for (unsigned int i = 0; i < LINKS_MAX; i++)
		if (!eb->carriers[i].users) {
			eb->carriers[i] =
				(struct carrier){ .ifindex = ifindex, .xdp = ATTACHED_NONE };
			return &eb->carriers[i];
		}
	return NULL; /* not reached: each port has one at most */
}

static void carrier_put(struct ebpf *eb, struct carrier *carrier)
{
	const struct port *port;

	if (--carrier->users > 0)
		return;
	attach_del(&eb->attach, &carrier->xdp);
	settings_restore(eb, carrier->ifindex, carrier->mac, 0, carrier->changed);
	port = port_of_carrier(eb, carrier->ifindex);
	if (port)
		(void)eport_write(eb, port); /* it was written before, so there is room */
	else
		maps_port_del(&eb->maps, carrier->ifindex);
}

/*
 * A bond runs native XDP on its ports, also on an idle one, whose copies of a flood it would not
 * take itself, and the program sees the port as the input.
 */
static bool is_bond(uint32_t ifindex)
{
	struct linkinfo info = { .is_bond = false };

	(void)linkinfo_read(ifindex, &info); /* of what is gone, attaching tells */
	return info.is_bond;
}

/* Our program on a port. What an earlier run has changed there is in the map, and to be undone. */
static int carrier_get(struct ebpf *eb, uint32_t ifindex, enum attach_hook hook,
		       const struct port *port, char why[BACKEND_WHY_LEN])
{
	struct carrier *carrier = carrier_find(eb, ifindex);
	int err;

	if (carrier && carrier->xdp.hook != hook) {
		(void)snprintf(why, BACKEND_WHY_LEN, "XDP of its port is in the other mode");
		return -EBUSY;
	}
	if (carrier) {
		carrier->users++;
		return 0;
	}
	if (hook == ATTACH_NATIVE && is_bond(ifindex)) {
		(void)snprintf(why, BACKEND_WHY_LEN, "native XDP sees the ports of a bond");
		return -EOPNOTSUPP;
	}
	carrier = carrier_new(eb, ifindex);
	if (!carrier)
		return -ENOSPC;
	err = attach_add(&eb->attach, ifindex, hook, &carrier->xdp, why);
	if (err)
		return err;
	carrier->users = 1;
	memcpy(carrier->mac, port->link.mac, sizeof(carrier->mac));
	carrier->changed = maps_port_flags(&eb->maps, ifindex) & MFIB_PORT_RXVLAN;
	carrier_rxvlan_off(eb, carrier, port->link.name);
	err = carrier_write(eb, carrier);
	if (err) {
		(void)snprintf(why, BACKEND_WHY_LEN, "map of interfaces not written: %s",
			       strerror(-err));
		carrier_put(eb, carrier);
	}
	return err;
}

static void port_xdp_off(struct ebpf *eb, struct port *port)
{
	struct carrier *carrier = port->carrier;

	if (!carrier)
		return;
	if (port->tag.vid)
		maps_vlan_del(&eb->maps, &port->tag);
	port->carrier = NULL;
	carrier_put(eb, carrier);
}

static int port_xdp_on(struct ebpf *eb, struct port *port, char why[BACKEND_WHY_LEN])
{
	bool is_generic = port->link.mode == DPLANE_MODE_GENERIC;
	/* Generic XDP works on the VLAN itself, so its port is left alone. */
	uint32_t ifindex = is_generic ? port->link.ifindex : port->tag.carrier;
	int err;

	if (eb->config.shares_xdp && ifindex != port->link.ifindex) {
		maps_vlan_del(&eb->maps, &port->tag); /* of an earlier run that did not share */
		(void)snprintf(why, BACKEND_WHY_LEN,
			       "XDP behind libxdp's dispatcher serves no VLANs");
		return -EOPNOTSUPP;
	}
	err = carrier_get(eb, ifindex, is_generic ? ATTACH_GENERIC : ATTACH_NATIVE, port, why);
	if (err)
		return err;
	port->carrier = carrier_find(eb, ifindex);
	if (ifindex == port->link.ifindex)
		return 0;
	err = maps_vlan_put(&eb->maps, &port->tag, port->link.ifindex);
	if (err) {
		(void)snprintf(why, BACKEND_WHY_LEN, "map of VLANs not written: %s",
			       strerror(-err));
		port_xdp_off(eb, port);
	}
	return err;
}

/* ---- both hooks ---- */

/* A VLAN asks its port for the same. */
static int allmulti_on(struct port *port, char why[BACKEND_WHY_LEN])
{
	bool changed = false;
	int err = ifflags_allmulti_set(port->link.ifindex, true, &changed);

	if (changed)
		port->changed |= MFIB_PORT_ALLMULTI;
	if (err)
		(void)snprintf(why, BACKEND_WHY_LEN, "receiving all multicast frames refused: %s",
			       strerror(-err));
	return err;
}

static void allmulti_off(struct ebpf *eb, struct port *port)
{
	settings_restore(eb, port->link.ifindex, port->link.mac, port->tag.vid,
			 port->changed & MFIB_PORT_ALLMULTI);
	port->changed &= (uint16_t)~MFIB_PORT_ALLMULTI;
}

static bool port_is_ethernet(const struct port *port)
{
	return memcmp(port->link.mac, (uint8_t[6]){ 0 }, sizeof(port->link.mac)) != 0;
}

static bool mode_wants_xdp(enum dplane_mode mode)
{
	return mode == DPLANE_MODE_AUTO || mode == DPLANE_MODE_NATIVE ||
	       mode == DPLANE_MODE_GENERIC;
}

static bool xdp_is_of_mode(const struct port *port, enum dplane_mode mode)
{
	return port->carrier && mode_wants_xdp(mode) &&
	       (port->carrier->xdp.hook == ATTACH_GENERIC) == (mode == DPLANE_MODE_GENERIC);
}

static const char *const off[] = {
	[DPLANE_MODE_TC] = "mode is tc",
	[DPLANE_MODE_KERNEL] = "mode is kernel",
};

/* The XDP hook as the mode says; what is right already is not touched. */
static int xdp_set(struct ebpf *eb, struct port *port, char why[BACKEND_WHY_LEN])
{
	enum dplane_mode mode = port->link.mode;

	if (!xdp_is_of_mode(port, mode))
		port_xdp_off(eb, port);
	if (port->carrier)
		return 0;
	if (mode_wants_xdp(mode) && port_is_ethernet(port))
		return port_xdp_on(eb, port, why);
	(void)snprintf(why, BACKEND_WHY_LEN, "%s",
		       mode_wants_xdp(mode) ? "not an Ethernet interface" : off[mode]);
	return -EOPNOTSUPP;
}

static int tc_set(struct ebpf *eb, struct port *port, char why[BACKEND_WHY_LEN])
{
	enum dplane_mode mode = port->link.mode;

	if (mode == DPLANE_MODE_KERNEL)
		attach_del(&eb->attach, &port->tc);
	if (attached_is(&port->tc))
		return 0;
	if (mode != DPLANE_MODE_KERNEL && port_is_ethernet(port))
		return attach_add(&eb->attach, port->link.ifindex, ATTACH_TC, &port->tc, why);
	(void)snprintf(why, BACKEND_WHY_LEN, "%s",
		       mode != DPLANE_MODE_KERNEL ? "not an Ethernet interface" : off[mode]);
	return -EOPNOTSUPP;
}

/*
 * Bring both hooks to what the mode says. The reasons why one of them is missing go to @state.
 * Return: 0, or the error of a hook that the mode insists on, or without which it is useless.
 */
static int hooks_set(struct ebpf *eb, struct port *port, struct tier_port *state,
		     char why[BACKEND_WHY_LEN])
{
	enum dplane_mode mode = port->link.mode;
	int err = xdp_set(eb, port, why);

	if (err)
		memcpy(state->why_no_hook, why, sizeof(state->why_no_hook));
	if (err && (mode == DPLANE_MODE_NATIVE || mode == DPLANE_MODE_GENERIC))
		return err;
	err = tc_set(eb, port, why);
	if (err)
		memcpy(state->why_no_tc, why, sizeof(state->why_no_tc));
	if (err && mode == DPLANE_MODE_TC)
		return err;
	if (port->carrier || attached_is(&port->tc))
		return allmulti_on(port, why);
	allmulti_off(eb, port);
	return 0;
}

void eport_state(const struct port *port, struct tier_port *ret_port)
{
	ret_port->hook = !port->carrier                              ? TIER_HOOK_NONE
			 : port->carrier->xdp.hook == ATTACH_GENERIC ? TIER_HOOK_GENERIC
								     : TIER_HOOK_NATIVE;
	ret_port->has_tc = attached_is(&port->tc);
	ret_port->is_tagged = port->tag.vid != 0;
	ret_port->is_shared = port->carrier && port->carrier->xdp.is_shared;
	ret_port->is_ethernet = port_is_ethernet(port);
	ret_port->carrier = port->tag.carrier;
}

/* ---- what the backend calls ---- */

static void only_end(struct ebpf *eb, uint16_t link)
{
	struct ifset links = { .word = { 0 } };

	ifset_add(&links, link);
	direct_end(eb, &links);
}

void eport_link_del(struct ebpf *eb, uint16_t link)
{
	struct port *port = &eb->ports[link];

	if (!port->is_known)
		return;
	only_end(eb, link);
	port_xdp_off(eb, port);
	attach_del(&eb->attach, &port->tc);
	allmulti_off(eb, port);
	port->is_known = false;
	if (carrier_find(eb, port->link.ifindex))
		(void)carrier_write(eb, carrier_find(eb, port->link.ifindex)); /* has its room */
	else
		maps_port_del(&eb->maps, port->link.ifindex);
}

/* What is not a VLAN, or of which the kernel does not tell, carries itself. */
static struct mfib_tag tag_read(uint32_t ifindex)
{
	struct linkinfo info = { .carrier = ifindex };

	(void)linkinfo_read(ifindex, &info); /* an interface that is gone again carries itself */
	return (struct mfib_tag){ .carrier = info.carrier, .vid = info.vid, .tpid = info.tpid };
}

/* The map knows the interface before the first packet can ask for it. */
static int port_new(struct ebpf *eb, struct port *port, char why[BACKEND_WHY_LEN])
{
	int err;

	port->tc = ATTACHED_NONE;
	port->carrier = NULL;
	port->changed = 0;
	port->direct = 0;
	port->calm = 0;
	port->tag = tag_read(port->link.ifindex);
	err = maps_port_count_clear(&eb->maps, port->link.link);
	if (!err)
		err = eport_write(eb, port);
	if (err)
		(void)snprintf(why, BACKEND_WHY_LEN, "map of interfaces not written: %s",
			       strerror(-err));
	port->is_known = !err;
	return err;
}

int eport_link_add(struct ebpf *eb, const struct dplane_link *link, struct tier_port *ret_port,
		   char why[BACKEND_WHY_LEN])
{
	struct port *port;
	bool is_new;
	int err = 0;

	if (link->link >= eb->config.max_links) {
		(void)snprintf(why, BACKEND_WHY_LEN, "more than %u interfaces",
			       eb->config.max_links);
		return -ENOSPC;
	}
	port = &eb->ports[link->link];
	if (port->is_known && port->link.ifindex != link->ifindex)
		eport_link_del(eb, link->link);
	is_new = !port->is_known;
	if (!is_new && link->threshold)
		only_end(eb, link->link); /* the egress program looks at it */
	port->link = *link;
	if (is_new)
		err = port_new(eb, port, why);
	if (!err)
		err = hooks_set(eb, port, ret_port, why);
	if (!err) {
		err = eport_write(eb, port);
		if (err)
			(void)snprintf(why, BACKEND_WHY_LEN, "map of interfaces not written: %s",
				       strerror(-err));
	}
	if (err) {
		eport_link_del(eb, link->link);
		return err;
	}
	if (is_new && setpool_renew(eb, link->link) != 0)
		dplane_log(&eb->config, NOTE_WARN, "%s: some output sets lack it", link->name);
	eport_state(port, ret_port);
	return 0;
}

/* The mode that keeps the hooks which the earlier run had. */
static enum dplane_mode mode_of(uint32_t carrier, uint16_t flags)
{
	if (flags & MFIB_PORT_XDP)
		return attach_xdp_is_generic(carrier) ? DPLANE_MODE_GENERIC : DPLANE_MODE_AUTO;
	return flags & MFIB_PORT_TC ? DPLANE_MODE_TC : DPLANE_MODE_KERNEL;
}

void eport_restore(struct ebpf *eb, uint32_t ifindex, const struct mfib_port *was)
{
	struct port *port = &eb->ports[was->link % LINKS_MAX];
	struct linkinfo info;

	if (was->flags & MFIB_PORT_CARRIER)
		return; /* comes with the VLANs on it */
	if (was->link >= eb->config.max_links || port->is_known ||
	    linkinfo_read(ifindex, &info) < 0 || info.carrier != was->carrier) {
		departed_add(eb, was->mac, was->vid,
			     was->flags & (MFIB_PORT_ALLMULTI | MFIB_PORT_RXVLAN));
		maps_port_del(&eb->maps, ifindex);
		return;
	}
	*port = (struct port){
		.is_known = true,
		/* What is on already was switched on by the earlier run, and is to be undone by us.
		 */
		.changed = was->flags & MFIB_PORT_ALLMULTI,
		.link = { .link = was->link,
			  .ifindex = ifindex,
			  .mtu = info.mtu,
			  .is_up = info.is_up,
			  .threshold = was->threshold,
			  .mode = mode_of(info.carrier, was->flags) },
		.tag = { .carrier = info.carrier, .vid = info.vid, .tpid = info.tpid },
		.tc = ATTACHED_NONE,
	};
	memcpy(port->link.name, info.name, sizeof(port->link.name));
	memcpy(port->link.mac, was->mac, sizeof(port->link.mac));
	direct_restore(port, was->flags);
}

void eport_restore_hooks(struct ebpf *eb)
{
	struct tier_port state = { .is_served = true };
	char why[BACKEND_WHY_LEN];

	for (unsigned int i = 0; i < LINKS_MAX; i++) {
		struct port *port = &eb->ports[i];

		if (!port->is_known)
			continue;
		if (hooks_set(eb, port, &state, why) < 0)
			dplane_log(&eb->config, NOTE_WARN, "%s: not taken over: %s",
				   port->link.name, why);
		(void)eport_write(eb, port); /* it was there before, so there is room */
	}
}

void eport_let_all(struct ebpf *eb)
{
	for (unsigned int i = 0; i < LINKS_MAX; i++) {
		if (eb->ports[i].is_known)
			attach_let(&eb->ports[i].tc);
		if (eb->carriers[i].users)
			attach_let(&eb->carriers[i].xdp);
	}
}

uint16_t eport_by_ifindex(const struct ebpf *eb, uint32_t ifindex)
{
	for (uint16_t i = 0; i < LINKS_MAX; i++)
		if (eb->ports[i].is_known && eb->ports[i].link.ifindex == ifindex)
			return i;
	return LINK_NONE;
}
