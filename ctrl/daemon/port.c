// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attached interfaces: what the operator wants, what the kernel has, and the link numbers that the
 * core knows them by. The request is kept while an interface is absent.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/core.h"
#include "daemon/daemon.h"
#include "daemon/follow.h"
#include "daemon/keys.h"
#include "daemon/log.h"
#include "daemon/policy.h"
#include "daemon/port.h"
#include "daemon/refusal.h"
#include "daemon/running.h"
#include "daemon/saved.h"
#include "daemon/static.h"
#include "daemon/watch.h"
#include "dplane/dplane.h"
#include "io/ctlsock.h"
#include "io/rawsock.h"
#include "io/rtnl.h"

bool port_wants_any(const struct daemon *daemon, uint16_t link)
{
	return config_link_wants_any(&daemon->ports[link].config);
}

/* A protocol runs on it, or is to, or a static route or a rule of the policy names it. */
static bool is_needed(const struct daemon *daemon, uint16_t number)
{
	return config_link_wants_any(&daemon->ports[number].config) ||
	       static_uses(daemon, number) || policy_uses(daemon, number);
}

static void feed_link(struct daemon *daemon, uint16_t number, const struct rtnl_link *link)
{
	struct core_event event = { .kind = EV_LINK, .link = { .link = number } };
	struct ev_link *info = &event.link;

	memcpy(info->name, daemon->ports[number].config.name, sizeof(info->name));
	if (link && link->is_present) {
		info->is_present = true;
		info->is_up = link->is_up;
		info->mtu = link->mtu;
		info->addr_count = link->addr_count;
		memcpy(info->addrs, link->addrs, sizeof(info->addrs));
	}
	daemon_feed(daemon, &event);
}

static void feed_config(void *ctx, const struct ev_config *config)
{
	daemon_feed(ctx, &(struct core_event){ .kind = EV_CONFIG, .config = *config });
}

/* What runs on a port: all that is wanted, but for HPIM-DM that waits for a key. */
static struct config_link running(const struct port *port)
{
	struct config_link link = port->config;

	for (enum ip_family family = IP_FAMILY_4; family < IP_FAMILY_COUNT; family++)
		link.wanted[family][PROTO_HPIM] &= !port->waits_for_key[family];
	return link;
}

/* Families, as bits. */
static unsigned int follows(const struct config_link *link)
{
	return (unsigned int)link->wanted[IP_FAMILY_4][PROTO_FOLLOW] |
	       (unsigned int)link->wanted[IP_FAMILY_6][PROTO_FOLLOW] << 1;
}

static void feed_changes(struct daemon *daemon, uint16_t number, const struct config_link *was)
{
	const struct config_link is = running(&daemon->ports[number]);

	if (follows(was) != follows(&is))
		follow_link_changed(daemon);
	config_link_diff(was, &is, number, feed_config, daemon);
}

static void feed_request(struct daemon *daemon, uint16_t number, enum ip_family family,
			 enum core_proto proto, bool is_on)
{
	struct port *port = &daemon->ports[number];
	const struct config_link was = running(port);

	port->config.wanted[family][proto] = is_on;
	if (proto == PROTO_HPIM && is_on && port->waits_for_key[family])
		keys_forget(daemon, number, family);
	if (proto == PROTO_HPIM)
		port->waits_for_key[family] = false;
	feed_changes(daemon, number, &was);
}

void port_configure(struct daemon *daemon, uint16_t number, const struct config_settings *settings)
{
	const struct config_link was = running(&daemon->ports[number]);

	daemon->ports[number].config.settings = *settings;
	feed_changes(daemon, number, &was);
}

/* What is requested of IGMP and MLD; the rest stays as it is. */
static void want_membership(struct daemon *daemon, uint16_t number,
			    const struct port_request *request)
{
	struct port *port = &daemon->ports[number];
	const struct config_link was = running(port);

	if (request->fast_leave || request->no_fast_leave)
		port->config.has_fast_leave = request->fast_leave;
	if (request->passive || request->no_passive)
		port->config.is_gm_passive = request->passive;
	if (request->ssm_any_source || request->no_ssm_any_source)
		port->config.has_ssm_any_source = request->ssm_any_source;
	for (enum ip_family family = IP_FAMILY_4; family < IP_FAMILY_COUNT; family++)
		if (request->gm_version[family])
			port->config.gm_version[family] = request->gm_version[family];
	feed_changes(daemon, number, &was);
}

/* Bring the forwarding plane up to date with an interface. Return: 0 or a negative errno. */
static int attach_dplane(struct daemon *daemon, uint16_t number, const struct rtnl_link *link)
{
	const struct port *port = &daemon->ports[number];
	struct dplane_link attach = {
		.link = number,
		.ifindex = link->ifindex,
		.mtu = link->mtu,
		.is_up = link->is_up,
		.threshold = port->config.threshold,
		.mode = port->config.mode,
	};

	memcpy(attach.name, link->name, sizeof(attach.name));
	memcpy(attach.mac, link->mac, sizeof(attach.mac));
	for (unsigned int i = 0; i < link->addr_count && !ip_addr_is_set(&attach.addr4); i++)
		if (ip_addr_family(&link->addrs[i].addr) == IP_FAMILY_4)
			attach.addr4 = link->addrs[i].addr;
	return dplane_attach(daemon->dplane, &attach);
}

static void port_release(struct daemon *daemon, uint16_t number)
{
	struct port *port = &daemon->ports[number];
	const struct config_link was = running(port);

	feed_link(daemon, number, NULL);
	if (port->ifindex)
		dplane_detach(daemon->dplane, number);
	keys_trim(daemon, number, &(struct config_keys){ .list = NULL });
	config_keys_fini(&port->keys);
	memset(port, 0, sizeof(*port));
	feed_changes(daemon, number, &was); /* the next one of this number begins without */
	watch_answer(daemon, NULL);
}

/* A family of which no protocol is wanted needs no address. */
static bool has_address_for(const struct rtnl_link *link,
			    const bool protos[IP_FAMILY_COUNT][PROTO_COUNT])
{
	if (protos[IP_FAMILY_4][PROTO_FOLLOW] || protos[IP_FAMILY_6][PROTO_FOLLOW])
		return true; /* nothing is sent there by us */
	for (unsigned int i = 0; i < link->addr_count; i++) {
		const struct ip_addr *addr = &link->addrs[i].addr;
		enum ip_family family = ip_addr_family(addr);

		if ((protos[family][PROTO_HPIM] || protos[family][PROTO_PIMDM] ||
		     protos[family][PROTO_GM]) &&
		    (family == IP_FAMILY_4 || ip_addr_is_link_local(addr)))
			return true;
	}
	return false;
}

/*
 * The programs of an earlier run know an interface by its number, which is therefore its own, and
 * no other's until it is attached again.
 */
static uint16_t free_number(const struct daemon *daemon, uint32_t ifindex)
{
	uint16_t number = dplane_stale_link(daemon->dplane, ifindex);

	if (number < LINKS_MAX && !daemon->ports[number].is_used)
		return number;
	for (number = 0; number < LINKS_MAX; number++)
		if (!daemon->ports[number].is_used && !dplane_link_is_stale(daemon->dplane, number))
			return number;
	return LINK_NONE;
}

static uint16_t new_port(struct daemon *daemon, const struct port_request *request,
			 const struct rtnl_link *link, struct refusal *refusal)
{
	uint16_t number = free_number(daemon, link ? link->ifindex : 0);
	struct port *port;
	int err;

	if (number == LINK_NONE)
		return refuse(refusal, CTL_EXIT_REFUSED, "limit", "detach another one first",
			      "cannot attach %s: %u interfaces are attached already", request->name,
			      LINKS_MAX);
	port = &daemon->ports[number];
	port->is_used = true;
	port->config.mode = request->mode;
	port->config.threshold = request->threshold;
	(void)snprintf(port->config.name, sizeof(port->config.name), "%s",
		       request->name); /* it names a link */
	if (!link)
		return number;
	port->ifindex = link->ifindex;
	daemon->refusal[0] = '\0';
	dplane_returned(daemon->dplane, link->ifindex);
	err = attach_dplane(daemon, number, link);
	if (!err)
		return number;
	memset(port, 0, sizeof(*port));
	return refuse(refusal, err == -EPERM ? CTL_EXIT_PERMISSION : CTL_EXIT_REFUSED, "dplane",
		      "'mode auto' falls back to what works",
		      "cannot attach %s to the forwarding plane: %s", request->name,
		      daemon->refusal[0] ? daemon->refusal : strerror(-err));
}

/* With the former settings, which worked, after the forwarding plane refused others. */
static void reattach_dplane(struct daemon *daemon, uint16_t number, const struct rtnl_link *link)
{
	int err = attach_dplane(daemon, number, link);

	if (err)
		log_format(NOTE_WARN,
			   "%s: the forwarding plane refuses the former settings too: %s; nothing "
			   "is forwarded there until the interface changes",
			   daemon->ports[number].config.name, strerror(-err));
}

/* For an attached interface; the former mode and threshold are put back when it cannot be. */
static int change_plane(struct daemon *daemon, uint16_t number, enum dplane_mode mode,
			uint8_t threshold)
{
	struct port *port = &daemon->ports[number];
	const struct rtnl_link *link = rtnl_link_by_index(daemon->rtnl, port->ifindex);
	const struct config_link old = port->config;
	int err;

	if (mode == old.mode && threshold == old.threshold)
		return 0;
	port->config.mode = mode;
	port->config.threshold = threshold;
	err = link ? attach_dplane(daemon, number, link) : 0; /* or when the interface returns */
	if (!err)
		return 0;
	port->config.mode = old.mode;
	port->config.threshold = old.threshold;
	reattach_dplane(daemon, number, link);
	return err;
}

static bool runs(const struct port *port, enum ip_family family, enum core_proto proto)
{
	return port->config.wanted[family][proto] &&
	       !(proto == PROTO_HPIM && port->waits_for_key[family]);
}

/* Switch on what is requested and not on yet. Return: 0, or the error of a socket, all undone. */
static int switch_on(struct daemon *daemon, uint16_t number, const struct port_request *request)
{
	bool is_mine[IP_FAMILY_COUNT][PROTO_COUNT] = { { false } };
	struct port *port = &daemon->ports[number];

	port->error = 0;
	for (enum ip_family family = IP_FAMILY_4; family < IP_FAMILY_COUNT; family++)
		for (enum core_proto proto = PROTO_HPIM; proto < PROTO_COUNT; proto++) {
			if (!request->protos[family][proto] || runs(port, family, proto))
				continue;
			is_mine[family][proto] = true;
			feed_request(daemon, number, family, proto, true);
		}
	if (!port->error)
		return 0;
	for (enum ip_family family = IP_FAMILY_4; family < IP_FAMILY_COUNT; family++)
		for (enum core_proto proto = PROTO_HPIM; proto < PROTO_COUNT; proto++)
			if (is_mine[family][proto])
				feed_request(daemon, number, family, proto, false);
	return port->error;
}

/* Put back what a request changed on an attached interface before it was refused. */
static void restore_settings(struct daemon *daemon, uint16_t number, const struct port *before)
{
	struct port *port = &daemon->ports[number];
	const struct config_link was = running(port);
	enum dplane_mode mode;

	(void)change_plane(daemon, number, before->config.mode,
			   port->config.threshold); /* it logs what fails */
	mode = port->config.mode;
	port->config = before->config;
	port->config.mode = mode;
	memcpy(port->waits_for_key, before->waits_for_key, sizeof(port->waits_for_key));
	feed_changes(daemon, number, &was);
}

bool port_waits(const struct daemon *daemon, uint16_t link, char *why, size_t room)
{
	const struct port *port = &daemon->ports[link];
	const struct rtnl_link *info = rtnl_link_by_index(daemon->rtnl, port->ifindex);

	if (info &&
	    (!config_link_wants_any(&port->config) || has_address_for(info, port->config.wanted)))
		return false;
	(void)snprintf(why, room,
		       info ? "%s has no address of a family asked for; waiting for one"
			    : "%s does not exist yet; waiting for it",
		       port->config.name); /* a name is short */
	return true;
}

/* Return: whether the interface can be served now, or waited for. */
static bool may_attach(const struct port_request *request, const struct rtnl_link *link,
		       struct refusal *refusal)
{
	if (!config_is_name(request->name))
		refuse(refusal, CTL_EXIT_USAGE, "usage", "'ip link' lists the interfaces",
		       "'%s' is no name of an interface", request->name);
	else if (request->waits)
		return true;
	else if (!link)
		refuse(refusal, CTL_EXIT_NOT_FOUND, "no-interface",
		       "'ip link' lists the interfaces", "there is no interface %s", request->name);
	else if (!has_address_for(link, request->protos))
		refuse(refusal, CTL_EXIT_REFUSED, "no-address",
		       "give it one with 'ip address add'; IPv6 needs a link-local one; or "
		       "name it, and it is waited for",
		       "%s has no address of a family asked for", request->name);
	else
		return true;
	return false;
}

/* An interface runs one of HPIM-DM and PIM-DM for a family. */
static bool has_conflict(const struct daemon *daemon, const struct port_request *request,
			 struct refusal *refusal)
{
	uint16_t number = port_by_name(daemon, request->name);

	for (enum ip_family family = IP_FAMILY_4; family < IP_FAMILY_COUNT; family++) {
		const bool *asked = request->protos[family];
		enum core_proto other = asked[PROTO_HPIM] ? PROTO_PIMDM : PROTO_HPIM;

		if (!asked[PROTO_HPIM] && !asked[PROTO_PIMDM])
			continue;
		if (!asked[other] &&
		    (number == LINK_NONE || !daemon->ports[number].config.wanted[family][other]))
			continue;
		refuse(refusal, CTL_EXIT_REFUSED, "conflict",
		       other == PROTO_HPIM ? "'hpimctl detach IFACE hpim' ends HPIM-DM there"
					   : "'hpimctl detach IFACE pim-dm' ends PIM-DM there",
		       "%s: HPIM-DM and PIM-DM cannot both run for IPv%d on an interface",
		       request->name, family == IP_FAMILY_4 ? 4 : 6);
		return true;
	}
	return false;
}

static void log_waiting(const struct daemon *daemon, uint16_t number)
{
	char why[128];

	if (port_waits(daemon, number, why, sizeof(why)))
		log_format(NOTE_WARN, "%s", why);
}

uint16_t port_attach(struct daemon *daemon, const struct port_request *request,
		     struct refusal *ret_refusal)
{
	const struct rtnl_link *link = rtnl_link_by_name(daemon->rtnl, request->name);
	uint16_t number = port_by_name(daemon, request->name);
	bool is_new = number == LINK_NONE;
	struct port before = { .is_used = false };
	int err;

	if (!may_attach(request, link, ret_refusal) || has_conflict(daemon, request, ret_refusal) ||
	    !follow_allows(daemon, request->protos, request->name, ret_refusal))
		return LINK_NONE;
	if (!is_new)
		before = daemon->ports[number];
	if (is_new) {
		number = new_port(daemon, request, link, ret_refusal);
		if (number == LINK_NONE)
			return LINK_NONE;
		feed_link(daemon, number, link);
	} else {
		err = change_plane(daemon, number, request->mode, before.config.threshold);
		if (err)
			return refuse(ret_refusal, CTL_EXIT_REFUSED, "mode",
				      "the former mode stays in force",
				      "%s cannot run in that mode: %s", request->name,
				      strerror(-err));
	}
	want_membership(daemon, number, request);
	err = switch_on(daemon, number, request);
	if (err && !is_new)
		restore_settings(daemon, number, &before);
	else if (err && !is_needed(daemon, number))
		port_release(daemon, number);
	if (err)
		return refuse(ret_refusal, err == -EPERM ? CTL_EXIT_PERMISSION : CTL_EXIT_REFUSED,
			      "socket", "see the daemon's log", "cannot open the sockets on %s: %s",
			      request->name, rawsock_join_error(err));
	log_waiting(daemon, number);
	watch_answer(daemon, NULL);
	running_attached(daemon, number);
	saved_store(daemon);
	return number;
}

uint16_t port_hold(struct daemon *daemon, const char *name, struct refusal *ret_refusal)
{
	const struct port_request request = { .name = name, .waits = true };
	const struct rtnl_link *link = rtnl_link_by_name(daemon->rtnl, name);
	uint16_t number = port_by_name(daemon, name);

	if (number != LINK_NONE || !may_attach(&request, link, ret_refusal))
		return number;
	number = new_port(daemon, &request, link, ret_refusal);
	if (number == LINK_NONE)
		return LINK_NONE;
	feed_link(daemon, number, link);
	watch_answer(daemon, NULL);
	return number;
}

void port_drop(struct daemon *daemon, uint16_t link)
{
	if (daemon->ports[link].is_used && !is_needed(daemon, link))
		port_release(daemon, link);
}

uint16_t port_detach(struct daemon *daemon, const struct port_request *request,
		     struct refusal *ret_refusal)
{
	uint16_t number = port_find(daemon, request->name, ret_refusal);

	if (number == LINK_NONE)
		return LINK_NONE;
	for (enum ip_family family = IP_FAMILY_4; family < IP_FAMILY_COUNT; family++)
		for (enum core_proto proto = PROTO_HPIM; proto < PROTO_COUNT; proto++)
			if (request->protos[family][proto] &&
			    daemon->ports[number].config.wanted[family][proto])
				feed_request(daemon, number, family, proto, false);
	if (!is_needed(daemon, number))
		port_release(daemon, number);
	running_detached(daemon, request->name);
	saved_store(daemon);
	return number;
}

uint16_t port_threshold(struct daemon *daemon, const char *name, uint8_t threshold,
			struct refusal *ret_refusal)
{
	uint16_t number = port_find(daemon, name, ret_refusal);
	int err;

	if (number == LINK_NONE)
		return LINK_NONE;
	if (follow_is_on(daemon))
		return refuse(ret_refusal, CTL_EXIT_REFUSED, "follows",
			      "set it in the daemon that owns the multicast table",
			      "%s: thresholds are those of the followed entries", name);
	err = change_plane(daemon, number, daemon->ports[number].config.mode, threshold);
	if (err)
		return refuse(ret_refusal, CTL_EXIT_REFUSED, "dplane", "see the daemon's log",
			      "the forwarding plane refuses the threshold of %s: %s", name,
			      strerror(-err));
	saved_store(daemon);
	return number;
}

/* The attached port that a link of the kernel is: by index, or by name when it comes back. */
static uint16_t port_of(const struct daemon *daemon, const struct rtnl_link *link)
{
	uint16_t number = port_by_ifindex(daemon, link->ifindex);

	if (number == LINK_NONE && link->is_present) {
		number = port_by_name(daemon, link->name);
		if (number != LINK_NONE && daemon->ports[number].ifindex)
			return LINK_NONE; /* that name is in use by another index still */
	}
	return number;
}

static void link_gone(struct daemon *daemon, uint16_t number)
{
	struct port *port = &daemon->ports[number];

	feed_link(daemon, number, NULL);
	dplane_detach(daemon->dplane, number);
	port->ifindex = 0;
	follow_link_changed(daemon);
	log_format(NOTE_WARN, "%s: interface is gone; it is attached again when it returns",
		   port->config.name);
}

static void link_present(struct daemon *daemon, uint16_t number, const struct rtnl_link *link)
{
	struct port *port = &daemon->ports[number];
	int err;

	if (!port->ifindex)
		dplane_returned(daemon->dplane, link->ifindex);
	if (port->ifindex != link->ifindex)
		follow_link_changed(daemon);
	port->ifindex = link->ifindex;
	memcpy(port->config.name, link->name, sizeof(port->config.name));
	err = attach_dplane(daemon, number, link);
	if (err)
		log_format(NOTE_WARN, "%s: forwarding plane refuses the interface: %s",
			   port->config.name, strerror(-err));
	feed_link(daemon, number, link);
}

void port_link_changed(struct daemon *daemon, const struct rtnl_link *link)
{
	uint16_t number = port_of(daemon, link);

	if (number == LINK_NONE && link->is_present) {
		dplane_returned(daemon->dplane, link->ifindex);
		running_link_appeared(daemon, link->name);
	}
	if (number != LINK_NONE && link->is_present)
		link_present(daemon, number, link);
	else if (number != LINK_NONE)
		link_gone(daemon, number);
	watch_answer(daemon, NULL); /* routes through an interface count only while it is up */
	if (number == LINK_NONE)
		return;
	saved_store(daemon); /* its name, or its index */
	daemon->clients->link_changed(daemon, number);
}

/* The link that a saved interface is now: by name, or renamed while no daemon ran. */
static const struct rtnl_link *link_of_saved(const struct daemon *daemon, const struct port *saved)
{
	const struct rtnl_link *link = rtnl_link_by_name(daemon->rtnl, saved->config.name);

	if (!link && dplane_stale_link(daemon->dplane, saved->ifindex) != LINK_NONE)
		link = rtnl_link_by_index(daemon->rtnl, saved->ifindex);
	return link && port_by_ifindex(daemon, link->ifindex) == LINK_NONE ? link : NULL;
}

void port_restore_protocols(struct daemon *daemon, uint16_t number)
{
	static const struct config_link nothing;
	const struct port *port = &daemon->ports[number];

	feed_changes(daemon, number, &nothing);
	for (enum ip_family family = IP_FAMILY_4; family < IP_FAMILY_COUNT; family++)
		if (port->waits_for_key[family])
			log_format(NOTE_WARN,
				   "%s: its keys cannot be read; HPIM-DM for IPv%d waits until "
				   "'hpimctl key add' gives it one",
				   port->config.name, family == IP_FAMILY_4 ? 4 : 6);
	watch_answer(daemon, NULL);
}

uint16_t port_restore(struct daemon *daemon, const struct port *saved)
{
	const struct rtnl_link *link = link_of_saved(daemon, saved);
	uint16_t number = free_number(daemon, link ? link->ifindex : saved->ifindex);

	if (number == LINK_NONE || port_by_name(daemon, saved->config.name) != LINK_NONE) {
		log_format(NOTE_WARN, "%s: not attached again: there is %s", saved->config.name,
			   number == LINK_NONE ? "no room" : "another of that name");
		return LINK_NONE;
	}
	daemon->ports[number] = *saved;
	follow_strip(daemon, daemon->ports[number].config.wanted);
	daemon->ports[number].ifindex = 0;
	if (link)
		link_present(daemon, number, link);
	else
		log_format(NOTE_WARN, "%s: interface is gone; it is attached when it returns",
			   saved->config.name);
	return number;
}

void port_key_added(struct daemon *daemon, uint16_t link, enum ip_family family)
{
	const struct port *port = &daemon->ports[link];

	if (port->waits_for_key[family] && keys_are_known(port, family))
		feed_request(daemon, link, family, PROTO_HPIM, true);
}

/* ---- as configured ---- */

/* One that is not attached, without protocols yet. */
static uint16_t open_port(struct daemon *daemon, const char *name, const struct config_link *config,
			  bool is_lenient, struct refusal *refusal)
{
	const struct port_request request = {
		.name = name, .mode = config->mode, .threshold = config->threshold, .waits = true
	};
	const struct rtnl_link *link = rtnl_link_by_name(daemon->rtnl, name);
	struct port port = { .is_used = true,
			     .config = { .mode = config->mode, .threshold = config->threshold } };
	uint16_t number;

	(void)snprintf(port.config.name, sizeof(port.config.name), "%s",
		       name); /* it names a link */
	if (is_lenient)
		return port_restore(daemon, &port);
	number = new_port(daemon, &request, link, refusal);
	if (number != LINK_NONE)
		feed_link(daemon, number, link);
	return number;
}

/* Protocols and settings; the keys are there. */
static void become_running(struct daemon *daemon, uint16_t number, const struct config_link *is)
{
	struct port *port = &daemon->ports[number];
	const struct config_link was = running(port);
	struct config_link config = *is;

	memcpy(config.name, was.name, sizeof(config.name));
	config.mode = was.mode; /* change_plane() */
	config.threshold = was.threshold;
	port->config = config;
	for (enum ip_family family = IP_FAMILY_4; family < IP_FAMILY_COUNT; family++)
		port->waits_for_key[family] = is->wanted[family][PROTO_HPIM] &&
					      config_keys_count(&port->keys, family) &&
					      !keys_are_known(port, family);
	port->error = 0;
	feed_changes(daemon, number, &was);
}

uint16_t port_become(struct daemon *daemon, const char *name, const struct config_interface *is,
		     bool is_lenient, struct refusal *ret_refusal)
{
	uint16_t number = port_by_name(daemon, name);
	bool is_new = number == LINK_NONE;
	struct port *port;
	int err = 0;

	if (!follow_allows(daemon, is->link.wanted, name, ret_refusal)) {
		if (is_lenient)
			log_format(NOTE_WARN, "%s", ret_refusal->message);
		return LINK_NONE;
	}
	if (is_new)
		number = open_port(daemon, name, &is->link, is_lenient, ret_refusal);
	if (number == LINK_NONE)
		return LINK_NONE;
	port = &daemon->ports[number];
	if (!is_new)
		err = change_plane(daemon, number, is->link.mode, is->link.threshold);
	if (err && !is_lenient)
		return refuse(ret_refusal, CTL_EXIT_REFUSED, "dplane",
			      "nothing was changed; see the daemon's log",
			      "the forwarding plane refuses the mode or threshold of %s: %s", name,
			      strerror(-err));
	keys_become(daemon, number, &is->keys);
	become_running(daemon, number, &is->link);
	keys_trim(daemon, number, &is->keys);
	if (port->error && !is_lenient)
		return refuse(
			ret_refusal, port->error == -EPERM ? CTL_EXIT_PERMISSION : CTL_EXIT_REFUSED,
			"socket", "nothing was changed; see the daemon's log",
			"cannot open the sockets on %s: %s", name, rawsock_join_error(port->error));
	if (is_new) {
		log_waiting(daemon, number);
		watch_answer(daemon, NULL);
	}
	return number;
}
