// SPDX-License-Identifier: GPL-2.0-only
/* Hosts: members that speak IGMPv2 and MLDv1, or IGMPv3 and MLDv2; and sources. */
#include <assert.h>
#include <stdlib.h>

#include "simnet/net.h"
#include "wire/gm_record.h"
#include "wire/igmp.h"
#include "wire/mld.h"

#define UNSOLICITED_REPORT_MS 10000u

#define MESSAGE_MAX 64u

/* 224.0.0.x or ff02::x */
static struct ip_addr link_group(enum ip_family family, uint8_t number)
{
	const uint8_t bytes4[4] = { 224, 0, 0, number };
	const uint8_t bytes6[16] = { 0xff, 0x02, [15] = number };

	return ip_addr_from_bytes(family, family == IP_FAMILY_4 ? bytes4 : bytes6);
}

static void send_msg(struct sim_net *net, uint16_t index, const struct gm_msg *msg,
		     const struct ip_addr *dst)
{
	const struct sim_host *host = &net->topo.hosts[index];
	uint8_t bytes[MESSAGE_MAX];
	struct fx_send send = {
		.socket = SOCKET_GM,
		.src = sim_topo_addr(&net->topo, net->family, host->lan, host->host),
		.dst = *dst,
		.bytes = bytes,
	};

	if (net->family == IP_FAMILY_4)
		send.len = igmp_encode(msg, &send.src, &send.dst, bytes, sizeof(bytes));
	else
		send.len = mld_encode(msg, &send.src, &send.dst, bytes, sizeof(bytes));
	assert(send.len);
	sim_lan_send(net, index, SIM_NONE, &send);
}

/* What a host says of a group. */
enum said { SAID_JOIN, SAID_STILL, SAID_LEAVE };

/* RFC 2236, RFC 2710. */
static void say_old(struct sim_net *net, uint16_t index, uint16_t group, enum said said)
{
	const struct ip_addr routers = link_group(net->family, 2);
	const struct gm_msg msg = { .type = said == SAID_LEAVE ? GM_LEAVE : GM_REPORT,
				    .version = net->family == IP_FAMILY_4 ? 2 : 1,
				    .group = sim_topo_group(net->family, group) };

	send_msg(net, index, &msg, said == SAID_LEAVE ? &routers : &msg.group);
}

/* RFC 9776, RFC 3810: one record. A host that wants all sources excludes none. */
static void say_newest(struct sim_net *net, uint16_t index, uint16_t group, enum said said)
{
	static const uint8_t of_all[] = { GM_RECORD_TO_EX, GM_RECORD_IS_EX, GM_RECORD_TO_IN };
	static const uint8_t of_one[] = { GM_RECORD_ALLOW, GM_RECORD_IS_IN, GM_RECORD_BLOCK };
	const struct sim_topo *topo = &net->topo;
	uint16_t only = topo->hosts[index].only;
	const struct ip_addr addr = sim_topo_group(net->family, group);
	const struct ip_addr routers =
		link_group(net->family, net->family == IP_FAMILY_4 ? 22 : 0x16);
	struct gm_msg msg = { .type = GM_REPORT,
			      .version = net->family == IP_FAMILY_4 ? 3 : 2,
			      .group = link_group(net->family, 0),
			      .count = 1 };
	uint8_t body[MESSAGE_MAX];
	struct writer w = writer_over(body, sizeof(body));

	wr_u8(&w, only == SIM_NONE ? of_all[said] : of_one[said]);
	wr_u8(&w, 0);
	wr_u16(&w, only != SIM_NONE);
	wr_addr(&w, &addr);
	if (only != SIM_NONE) {
		const struct ip_prefix source = sim_topo_subnet(
			topo, net->family, topo->hosts[only].lan, topo->hosts[only].host);

		wr_addr(&w, &source.addr);
	}
	msg.body = body;
	msg.body_len = wr_len(&w);
	send_msg(net, index, &msg, &routers);
}

static void say(struct sim_net *net, uint16_t index, uint16_t group, enum said said)
{
	if (net->topo.hosts[index].is_newest)
		say_newest(net, index, group, said);
	else
		say_old(net, index, group, said);
}

static void report_in(struct sim_net *net, uint16_t index, uint16_t group, hp_time delay)
{
	hp_time *report_at = &net->hosts[index].report_at[group];

	if (*report_at <= net->now + delay)
		return; /* it is due before */
	*report_at = net->now + delay;
	sim_queue_push(&net->queue, &(struct sim_item){ .at = *report_at,
							.kind = ITEM_REPORT,
							.node = index,
							.port = group });
}

/* RFC 2236, section 3: said at once, and again, should the first one get lost. */
void sim_host_join(struct sim_net *net, uint16_t index, uint16_t group)
{
	net->topo.hosts[index].joined |= UINT32_C(1) << group;
	say(net, index, group, SAID_JOIN);
	report_in(net, index, group, HP_MS(sim_rand_between(&net->rand, 1, UNSOLICITED_REPORT_MS)));
}

void sim_host_leave(struct sim_net *net, uint16_t index, uint16_t group)
{
	if (!(net->topo.hosts[index].joined >> group & 1))
		return;
	net->topo.hosts[index].joined &= ~(UINT32_C(1) << group);
	net->hosts[index].report_at[group] = HP_TIME_NEVER;
	say(net, index, group, SAID_LEAVE);
}

void sim_host_report_due(struct sim_net *net, const struct sim_item *item)
{
	hp_time *report_at = &net->hosts[item->node].report_at[item->port];

	if (*report_at != item->at)
		return; /* left, or another host has reported */
	*report_at = HP_TIME_NEVER;
	say(net, item->node, item->port, SAID_STILL);
}

static void hear_query(struct sim_net *net, uint16_t index, const struct gm_msg *msg)
{
	uint16_t asked = sim_topo_group_index(&msg->group);

	if (net->topo.hosts[index].is_mute)
		return;
	for (uint16_t group = 0; group < SIM_GROUPS_MAX; group++)
		if ((net->topo.hosts[index].joined >> group & 1) &&
		    (asked == group || ip_addr_is_any(&msg->group)))
			report_in(net, index, group,
				  (hp_time)sim_rand_below(&net->rand, (uint64_t)msg->max_response));
}

void sim_host_receive(struct sim_net *net, uint16_t index, const struct sim_frame *frame)
{
	struct gm_msg msg;
	uint16_t group;
	int err;

	if (net->topo.hosts[index].is_unplugged || frame->sent.socket != SOCKET_GM)
		return;
	if (net->family == IP_FAMILY_4)
		err = igmp_decode(frame->sent.bytes, frame->sent.len, &frame->sent.src,
				  &frame->sent.dst, &msg);
	else
		err = mld_decode(frame->sent.bytes, frame->sent.len, &frame->sent.src,
				 &frame->sent.dst, &msg);
	if (err) {
		sim_net_break(net, "%s hears a bad query", net->topo.hosts[index].name);
		return;
	}
	group = sim_topo_group_index(&msg.group);
	if (msg.type == GM_QUERY)
		hear_query(net, index, &msg);
	else if (msg.type == GM_REPORT && group != SIM_NONE && !net->topo.hosts[index].is_newest)
		net->hosts[index].report_at[group] = HP_TIME_NEVER;
}

void sim_host_send(struct sim_net *net, uint16_t index, uint32_t groups)
{
	hp_time *source_at = &net->hosts[index].source_at;

	net->topo.hosts[index].sending = groups;
	if (!groups || *source_at != HP_TIME_NEVER)
		return; /* stops, or is at it already */
	*source_at = net->now;
	sim_queue_push(&net->queue,
		       &(struct sim_item){ .at = net->now, .kind = ITEM_SOURCE, .node = index });
}

void sim_host_packet(struct sim_net *net, uint16_t index, uint16_t group)
{
	struct sim_packet *packet = calloc(1, sizeof(*packet));

	assert(packet);
	*packet = (struct sim_packet){
		.refs = 1, .host = index, .group = group, .sent_at = net->now
	};
	net->count.packets++;
	if (!net->topo.hosts[index].is_unplugged)
		sim_lan_data(net, net->topo.hosts[index].lan, SIM_NONE, SIM_NONE, packet,
			     net->topo.data_ttl);
	sim_packet_put(net, packet);
}

void sim_host_send_due(struct sim_net *net, const struct sim_item *item)
{
	const struct sim_host *host = &net->topo.hosts[item->node];

	if (!host->sending) {
		net->hosts[item->node].source_at = HP_TIME_NEVER;
		return;
	}
	for (uint16_t group = 0; group < SIM_GROUPS_MAX; group++)
		if (host->sending >> group & 1)
			sim_host_packet(net, item->node, group);
	net->hosts[item->node].source_at = net->now + HP_MS(net->topo.data_period_ms);
	sim_queue_push(&net->queue, &(struct sim_item){ .at = net->hosts[item->node].source_at,
							.kind = ITEM_SOURCE,
							.node = item->node });
}
