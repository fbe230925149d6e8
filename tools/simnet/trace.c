// SPDX-License-Identifier: GPL-2.0-only
/*
 * FNV-1a over all events and effects, field by field: the same run has the same hash on every
 * compiler, whatever lies in the gaps of a struct.
 */
#include "simnet/net.h"

static void add_bytes(struct sim_net *net, const uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		net->hash = (net->hash ^ bytes[i]) * UINT64_C(0x100000001b3);
}

static void add(struct sim_net *net, uint64_t value)
{
	uint8_t bytes[8];

	for (unsigned int i = 0; i < 8; i++)
		bytes[i] = (uint8_t)(value >> 8 * i);
	add_bytes(net, bytes, sizeof(bytes));
}

static void add_addr(struct sim_net *net, const struct ip_addr *addr)
{
	add_bytes(net, addr->b, sizeof(addr->b));
}

static void add_head(struct sim_net *net, uint16_t router, bool is_effect, unsigned int kind)
{
	add(net, (uint64_t)net->now);
	add(net, (uint64_t)router << 32 | (uint64_t)is_effect << 16 | kind);
}

static void add_rpf(struct sim_net *net, const struct ev_rpf *rpf)
{
	add_addr(net, &rpf->source);
	add_addr(net, &rpf->next_hop);
	add(net, (uint64_t)rpf->is_reachable << 1 | rpf->is_connected);
	add(net, (uint64_t)rpf->preference << 32 | rpf->metric);
	add(net, rpf->link);
}

void sim_trace_event(struct sim_net *net, uint16_t router, const struct core_event *event)
{
	net->count.events++;
	add_head(net, router, false, event->kind);
	switch (event->kind) {
	case EV_LINK: add(net, (uint64_t)event->link.link << 1 | event->link.is_up); break;
	case EV_PACKET:
		add(net, (uint64_t)event->packet.link << 8 | event->packet.socket);
		add_addr(net, &event->packet.src);
		add_addr(net, &event->packet.dst);
		add_bytes(net, event->packet.bytes, event->packet.len);
		break;
	case EV_RPF: add_rpf(net, &event->rpf); break;
	case EV_DATA:
		add(net, (uint64_t)event->data.link << 8 | event->data.kind);
		add_addr(net, &event->data.source);
		add_addr(net, &event->data.group);
		add(net, (uint64_t)event->data.seen_for);
		break;
	case EV_CONFIG:
		add(net, (uint64_t)event->config.link << 16 | (uint64_t)event->config.kind << 8 |
				 (uint64_t)event->config.proto << 1 | event->config.is_on);
		break;
	case EV_STALE:
		add(net, (uint64_t)event->stale.link << 8 | event->stale.kind);
		add_addr(net, &event->stale.source);
		add_addr(net, &event->stale.addr);
		break;
	case EV_FOLLOWED:
		add(net, (uint64_t)event->followed.link << 8 | event->followed.kind);
		add_addr(net, &event->followed.source);
		add_addr(net, &event->followed.group);
		break;
	case EV_CLOCK:
	case EV_COMMAND: break;
	}
}

static void add_route(struct sim_net *net, const struct mfib_route *route)
{
	add_addr(net, &route->key.source);
	add_addr(net, &route->key.group);
	add(net, (uint64_t)route->iif << 32 | route->flags);
	ifset_for_each (out, &route->oifs)
		add(net, out);
}

void sim_trace_effect(struct sim_net *net, uint16_t router, const struct core_effect *effect)
{
	net->count.effects++;
	add_head(net, router, true, effect->kind);
	switch (effect->kind) {
	case FX_SEND:
		add(net, (uint64_t)effect->send.link << 8 | effect->send.socket);
		add_addr(net, &effect->send.src);
		add_addr(net, &effect->send.dst);
		add_bytes(net, effect->send.bytes, effect->send.len);
		break;
	case FX_JOIN:
	case FX_LEAVE:
		add(net, (uint64_t)effect->group.link << 8 | effect->group.socket);
		add_addr(net, &effect->group.group);
		break;
	case FX_RPF_WATCH:
	case FX_RPF_UNWATCH: add_addr(net, &effect->rpf_source); break;
	case FX_MFIB_PUT: add_route(net, &effect->route); break;
	case FX_MFIB_DEL:
	case FX_MFIB_QUERY:
		add_addr(net, &effect->key.source);
		add_addr(net, &effect->key.group);
		break;
	case FX_NOTE:
		add(net, (uint64_t)effect->note.code << 16 | effect->note.link);
		add_addr(net, &effect->note.a);
		add_addr(net, &effect->note.b);
		add(net, (uint64_t)effect->note.v[0] << 32 | effect->note.v[1]);
		break;
	}
}
