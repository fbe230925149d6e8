/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SIMNET_EVENT_H
#define SIMNET_EVENT_H

/* The events that happen to every router, each in one line. */
#include "core/effect.h"

#define SIM_MTU 1500u

static inline struct core_event sim_event_clock(void)
{
	return (struct core_event){ .kind = EV_CLOCK };
}

static inline struct core_event sim_event_stop(void)
{
	return (struct core_event){ .kind = EV_COMMAND, .command = { .kind = COMMAND_STOP } };
}

/** sim_event_link() - An interface with one address, and the MTU of Ethernet. */
static inline struct core_event sim_event_link(uint16_t link, bool is_up,
					       const struct ip_prefix *addr)
{
	return (struct core_event){ .kind = EV_LINK,
				    .link = { .link = link,
					      .is_present = true,
					      .is_up = is_up,
					      .mtu = SIM_MTU,
					      .addr_count = 1,
					      .addrs = { *addr } } };
}

/** sim_event_switch() - A protocol is switched on or off on an interface. */
static inline struct core_event sim_event_switch(uint16_t link, enum ip_family family,
						 enum core_proto proto, bool is_on)
{
	return (struct core_event){ .kind = EV_CONFIG,
				    .config = { .kind = CONFIG_LINK,
						.link = link,
						.family = family,
						.proto = proto,
						.is_on = is_on } };
}

static inline struct core_event sim_event_settings(const struct core_settings *settings)
{
	return (struct core_event){ .kind = EV_CONFIG,
				    .config = { .kind = CONFIG_SETTINGS, .settings = *settings } };
}

static inline struct core_event sim_event_data(enum data_kind kind, uint16_t link,
					       const struct mfib_key *key)
{
	return (struct core_event){
		.kind = EV_DATA,
		.data = { .kind = kind, .link = link, .source = key->source, .group = key->group }
	};
}

/** sim_event_packet() - What was sent arrives on @link; its bytes are borrowed. */
static inline struct core_event sim_event_packet(uint16_t link, const struct fx_send *sent)
{
	return (struct core_event){ .kind = EV_PACKET,
				    .packet = { .link = link,
						.socket = sent->socket,
						.src = sent->src,
						.dst = sent->dst,
						.ttl = 1,
						.has_router_alert = sent->socket == SOCKET_GM,
						.bytes = sent->bytes,
						.len = sent->len } };
}

static inline struct core_event sim_event_stale(const struct ev_stale *stale)
{
	return (struct core_event){ .kind = EV_STALE, .stale = *stale };
}

#endif
