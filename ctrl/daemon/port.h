/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DAEMON_PORT_H
#define DAEMON_PORT_H

/* Interfaces that the operator attached. */
#include "config/model.h"
#include "core/event.h"
#include "dplane/dplane.h"

struct daemon;

struct refusal;
struct rtnl_link;

/* An interface the operator attached; its number in daemon->ports is its link number. */
struct port {
	bool is_used;
	uint32_t ifindex; /* 0 while the interface is absent */
	struct config_link config;
	/* Its keys were lost with an earlier run: HPIM-DM, though wanted, begins with the next key.
	 */
	bool waits_for_key[IP_FAMILY_COUNT];
	struct config_keys keys; /* of HPIM-DM */
	bool is_by_pattern;      /* attached since its name fits a pattern of the configuration */
	int error;               /* of the last FX_JOIN that failed, negative errno */
};

/** struct port_request - What attach and detach ask for. */
struct port_request {
	const char *name;
	enum dplane_mode mode;
	bool protos[IP_FAMILY_COUNT][PROTO_COUNT];
	uint8_t gm_version[IP_FAMILY_COUNT]; /* of IGMP and MLD; 0: as it is */
	bool fast_leave, no_fast_leave;      /* of both; neither: as it is */
	bool ssm_any_source, no_ssm_any_source;
	bool passive, no_passive;
	uint8_t threshold;
	bool waits; /* also for an interface that does not exist yet, or has no address */
};

/**
 * port_attach() - Switch protocols on; nothing is changed when it is refused.
 *
 * Return: the link number, or LINK_NONE with @ret_refusal filled.
 */
uint16_t port_attach(struct daemon *daemon, const struct port_request *request,
		     struct refusal *ret_refusal);

/**
 * port_waits() - Whether an attached interface serves nothing since it does not exist, or has no
 * address of a family that is wanted there; it is served as soon as that changes.
 * @why: what it waits for, as a sentence.
 */
bool port_waits(const struct daemon *daemon, uint16_t link, char *why, size_t room);

/** port_detach() - Switch protocols off; the interface is released with its last one. As above. */
uint16_t port_detach(struct daemon *daemon, const struct port_request *request,
		     struct refusal *ret_refusal);

/** port_threshold() - Only packets with a greater TTL leave by the interface. As above. */
uint16_t port_threshold(struct daemon *daemon, const char *name, uint8_t threshold,
			struct refusal *ret_refusal);

/** port_configure() - Other settings of an attached interface, which were checked. */
void port_configure(struct daemon *daemon, uint16_t link, const struct config_settings *settings);

/**
 * port_become() - Run an interface as it is configured: attach it, or change what differs.
 * @is_lenient: what the forwarding plane and the sockets refuse is logged, and waits for a change.
 *
 * Return: the link number, or LINK_NONE with @ret_refusal filled; some of it may be done then.
 */
uint16_t port_become(struct daemon *daemon, const char *name, const struct config_interface *is,
		     bool is_lenient, struct refusal *ret_refusal);

/** port_find() - Link number of an attached interface, or LINK_NONE with @ret_refusal filled. */
uint16_t port_find(const struct daemon *daemon, const char *name, struct refusal *ret_refusal);

/**
 * port_restore() - Attach as an earlier run had it, though it may be absent now; its protocols
 * begin with port_restore_protocols().
 *
 * Return: its link number, or LINK_NONE: refused, and the log says why.
 */
uint16_t port_restore(struct daemon *daemon, const struct port *saved);
void port_restore_protocols(struct daemon *daemon, uint16_t link);

/** port_key_added() - A key of an interface is there: HPIM-DM that waits for one begins. */
void port_key_added(struct daemon *daemon, uint16_t link, enum ip_family family);

/** port_link_changed() - The kernel tells about an interface. */
void port_link_changed(struct daemon *daemon, const struct rtnl_link *link);

/**
 * port_hold() - Attach an interface for static routes or the policy alone, though it may not exist
 * yet; one that is attached stays as it is.
 *
 * Return: its link number, or LINK_NONE with @ret_refusal filled.
 */
uint16_t port_hold(struct daemon *daemon, const char *name, struct refusal *ret_refusal);

/** port_drop() - Detach an interface unless a protocol, a static route or the policy needs it. */
void port_drop(struct daemon *daemon, uint16_t link);

/** port_wants_any() - Whether a protocol runs on an interface, or is to. */
bool port_wants_any(const struct daemon *daemon, uint16_t link);

/** port_by_name() - Link number, or LINK_NONE when no interface of that name is attached. */
uint16_t port_by_name(const struct daemon *daemon, const char *name);

/** port_by_ifindex() - Link number, or LINK_NONE when that interface is not attached. */
uint16_t port_by_ifindex(const struct daemon *daemon, uint32_t ifindex);

/** port_name() - Name of a link for people; "-" for LINK_NONE. */
const char *port_name(const struct daemon *daemon, uint16_t link);

#endif
