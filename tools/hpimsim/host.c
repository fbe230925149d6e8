// SPDX-License-Identifier: GPL-2.0-only
/* Hosts: members that speak IGMPv2 or MLDv1, and sources. RFC 2236, RFC 2710. */
#include <assert.h>
#include <stdlib.h>

#include "hpimsim/net.h"
#include "wire/igmp.h"
#include "wire/mld.h"

#define UNSOLICITED_REPORT_MS 10000u

static struct ip_addr all_routers(enum ip_family family)
{
	static const uint8_t bytes4[4] = { 224, 0, 0, 2 };
	static const uint8_t bytes6[16] = { 0xff, 0x02, [15] = 2 };

	return ip_addr_from_bytes(family, family == IP_FAMILY_4 ? bytes4 : bytes6);
}

static void say(struct net *net, uint16_t index, uint16_t group, enum gm_msg_type type)
{
	const struct host *host = &net->topo.hosts[index];
	struct gm_msg msg = { .type = type, .group = topo_group(net->family, group) };
	uint8_t bytes[GM_MSG_LEN_MAX];
	struct fx_send send = {
		.proto = PROTO_GM,
		.src = topo_addr(&net->topo, net->family, host->lan, host->host),
		.dst = type == GM_LEAVE ? all_routers(net->family) : msg.group,
		.bytes = bytes,
	};

	msg.version = net->family == IP_FAMILY_4 ? 2 : 1;
	if (net->family == IP_FAMILY_4)
		send.len = igmp_encode(&msg, &send.src, &send.dst, bytes, sizeof(bytes));
	else
		send.len = mld_encode(&msg, &send.src, &send.dst, bytes, sizeof(bytes));
	assert(send.len);
	lan_send(net, index, SIM_NONE, &send);
}

static void report_in(struct net *net, uint16_t index, uint16_t group, hp_time delay)
{
	hp_time *report_at = &net->hosts[index].report_at[group];

	if (*report_at <= net->now + delay)
		return; /* it is due before */
	*report_at = net->now + delay;
	queue_push(&net->queue,
		   &(struct queue_item){
			   .at = *report_at, .kind = ITEM_REPORT, .node = index, .port = group });
}

/* RFC 2236, section 3: said at once, and again, should the first one get lost. */
void host_join(struct net *net, uint16_t index, uint16_t group)
{
	net->topo.hosts[index].joined |= UINT32_C(1) << group;
	say(net, index, group, GM_REPORT);
	report_in(net, index, group, HP_MS(rand_between(&net->rand, 1, UNSOLICITED_REPORT_MS)));
}

void host_leave(struct net *net, uint16_t index, uint16_t group)
{
	net->topo.hosts[index].joined &= ~(UINT32_C(1) << group);
	net->hosts[index].report_at[group] = HP_TIME_NEVER;
	say(net, index, group, GM_LEAVE);
}

void host_report_due(struct net *net, const struct queue_item *item)
{
	hp_time *report_at = &net->hosts[item->node].report_at[item->port];

	if (*report_at != item->at)
		return; /* left, or somebody else has said it */
	*report_at = HP_TIME_NEVER;
	say(net, item->node, item->port, GM_REPORT);
}

static void hear_query(struct net *net, uint16_t index, const struct gm_msg *msg)
{
	uint16_t asked = topo_group_index(&msg->group);

	for (uint16_t group = 0; group < SIM_GROUPS_MAX; group++)
		if ((net->topo.hosts[index].joined >> group & 1) &&
		    (asked == group || ip_addr_is_any(&msg->group)))
			report_in(net, index, group,
				  (hp_time)rand_below(&net->rand, (uint64_t)msg->max_response));
}

void host_receive(struct net *net, uint16_t index, const struct frame *frame)
{
	struct gm_msg msg;
	uint16_t group;
	int err;

	if (net->topo.hosts[index].is_unplugged || frame->proto != PROTO_GM)
		return;
	if (net->family == IP_FAMILY_4)
		err = igmp_decode(frame->bytes, frame->len, &frame->src, &frame->dst, &msg);
	else
		err = mld_decode(frame->bytes, frame->len, &frame->src, &frame->dst, &msg);
	if (err) {
		net_break(net, "%s hears a bad query", net->topo.hosts[index].name);
		return;
	}
	group = topo_group_index(&msg.group);
	if (msg.type == GM_QUERY)
		hear_query(net, index, &msg);
	else if (msg.type == GM_REPORT && group != SIM_NONE)
		net->hosts[index].report_at[group] = HP_TIME_NEVER;
}

void host_send(struct net *net, uint16_t index, uint32_t groups)
{
	hp_time *source_at = &net->hosts[index].source_at;

	net->topo.hosts[index].sending = groups;
	if (!groups || *source_at != HP_TIME_NEVER)
		return; /* stops, or is at it already */
	*source_at = net->now;
	queue_push(&net->queue,
		   &(struct queue_item){ .at = net->now, .kind = ITEM_SOURCE, .node = index });
}

static void send_packet(struct net *net, uint16_t index, uint16_t group)
{
	struct packet *packet = calloc(1, sizeof(*packet));

	assert(packet);
	*packet = (struct packet){ .refs = 1, .host = index, .group = group, .sent_at = net->now };
	net->count.packets++;
	if (!net->topo.hosts[index].is_unplugged)
		lan_data(net, net->topo.hosts[index].lan, SIM_NONE, SIM_NONE, packet,
			 net->topo.data_ttl);
	packet_put(net, packet);
}

void host_send_due(struct net *net, const struct queue_item *item)
{
	const struct host *host = &net->topo.hosts[item->node];

	if (!host->sending) {
		net->hosts[item->node].source_at = HP_TIME_NEVER;
		return;
	}
	for (uint16_t group = 0; group < SIM_GROUPS_MAX; group++)
		if (host->sending >> group & 1)
			send_packet(net, item->node, group);
	net->hosts[item->node].source_at = net->now + HP_MS(net->topo.data_period_ms);
	queue_push(&net->queue, &(struct queue_item){ .at = net->hosts[item->node].source_at,
						      .kind = ITEM_SOURCE,
						      .node = item->node });
}
