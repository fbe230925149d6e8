// SPDX-License-Identifier: GPL-2.0-only
/*
 * Histories: events to bytes and back, and a hash of effects. Files are the business of others.
 */
#include <assert.h>
#include <errno.h>

#include "core/history.h"

static void wr_u64(struct writer *out, uint64_t v)
{
	wr_u32(out, (uint32_t)(v >> 32));
	wr_u32(out, (uint32_t)v);
}

static uint64_t rd_u64(struct reader *in)
{
	uint64_t high = rd_u32(in);

	return high << 32 | rd_u32(in);
}

/* Any sixteen bytes: a history keeps what came, also what no decoder would take. */
static void wr_any(struct writer *out, const struct ip_addr *addr)
{
	wr_bytes(out, addr->b, sizeof(addr->b));
}

static struct ip_addr rd_any(struct reader *in)
{
	const uint8_t *bytes = rd_bytes(in, 16);
	struct ip_addr addr = { .b = { 0 } };

	if (bytes)
		memcpy(addr.b, bytes, sizeof(addr.b));
	return addr;
}

static void write_link(struct writer *out, const struct ev_link *link)
{
	wr_u16(out, link->link);
	wr_u8(out, (uint8_t)(link->is_present << 1 | link->is_up));
	wr_u32(out, link->mtu);
	wr_bytes(out, (const uint8_t *)link->name, sizeof(link->name));
	wr_u8(out, link->addr_count);
	for (unsigned int i = 0; i < link->addr_count; i++) {
		wr_any(out, &link->addrs[i].addr);
		wr_u8(out, link->addrs[i].len);
	}
}

static void read_link(struct reader *in, struct ev_link *link)
{
	const uint8_t *name;
	uint8_t flags;

	link->link = rd_u16(in);
	flags = rd_u8(in);
	link->is_present = flags & 2;
	link->is_up = flags & 1;
	link->mtu = rd_u32(in);
	name = rd_bytes(in, sizeof(link->name));
	if (name)
		memcpy(link->name, name, sizeof(link->name));
	link->addr_count = rd_u8(in);
	if (link->addr_count > LINK_ADDRS_MAX || link->link >= LINKS_MAX)
		in->bad = true;
	for (unsigned int i = 0; i < link->addr_count && !in->bad; i++) {
		link->addrs[i].addr = rd_any(in);
		link->addrs[i].len = rd_u8(in);
	}
}

static void write_packet(struct writer *out, const struct ev_packet *packet)
{
	wr_u16(out, packet->link);
	wr_u8(out, (uint8_t)packet->socket);
	wr_any(out, &packet->src);
	wr_any(out, &packet->dst);
	wr_u8(out, packet->station.len);
	wr_bytes(out, packet->station.b, packet->station.len);
	wr_u8(out, packet->ttl);
	wr_u8(out, packet->has_router_alert);
	wr_u32(out, (uint32_t)packet->len);
	wr_bytes(out, packet->bytes, packet->len);
}

static void read_station(struct reader *in, struct ev_station *station)
{
	uint8_t len = rd_u8(in);
	const uint8_t *bytes = rd_bytes(in, len);

	*station = (struct ev_station){ .len = 0 };
	if (!bytes || len > sizeof(station->b)) {
		in->bad = true;
		return;
	}
	station->len = len;
	memcpy(station->b, bytes, len);
}

static void read_packet(struct reader *in, struct ev_packet *packet)
{
	packet->link = rd_u16(in);
	packet->socket = rd_u8(in);
	packet->src = rd_any(in);
	packet->dst = rd_any(in);
	read_station(in, &packet->station);
	packet->ttl = rd_u8(in);
	packet->has_router_alert = rd_u8(in) != 0;
	packet->len = rd_u32(in);
	packet->bytes = rd_bytes(in, packet->len);
	if (packet->socket >= SOCKET_COUNT || packet->link >= LINKS_MAX)
		in->bad = true;
}

static void write_rpf(struct writer *out, const struct ev_rpf *rpf)
{
	wr_any(out, &rpf->source);
	wr_u8(out, (uint8_t)(rpf->is_local << 2 | rpf->is_reachable << 1 | rpf->is_connected));
	wr_u16(out, rpf->link);
	wr_any(out, &rpf->next_hop);
	wr_u8(out, rpf->prefix_len);
	wr_u32(out, rpf->preference);
	wr_u32(out, rpf->metric);
}

static void read_rpf(struct reader *in, struct ev_rpf *rpf)
{
	uint8_t flags;

	rpf->source = rd_any(in);
	flags = rd_u8(in);
	rpf->is_local = flags & 4;
	rpf->is_reachable = flags & 2;
	rpf->is_connected = flags & 1;
	rpf->link = rd_u16(in);
	rpf->next_hop = rd_any(in);
	rpf->prefix_len = rd_u8(in);
	rpf->preference = rd_u32(in);
	rpf->metric = rd_u32(in);
}

static void write_data(struct writer *out, const struct ev_data *data)
{
	wr_u8(out, (uint8_t)data->kind);
	wr_u16(out, data->link);
	wr_any(out, &data->source);
	wr_any(out, &data->group);
	wr_u64(out, (uint64_t)data->seen_for);
	wr_u8(out, data->ttl);
}

static void read_data(struct reader *in, struct ev_data *data)
{
	data->kind = rd_u8(in);
	data->link = rd_u16(in);
	data->source = rd_any(in);
	data->group = rd_any(in);
	data->seen_for = (hp_time)rd_u64(in);
	data->ttl = rd_u8(in);
	if (data->kind > DATA_NOTIFY)
		in->bad = true;
}

static void write_oifs(struct writer *out, const struct ifset *oifs)
{
	for (unsigned int i = 0; i < LINKS_MAX / 64; i++)
		wr_u64(out, oifs->word[i]);
}

static void read_oifs(struct reader *in, struct ifset *oifs)
{
	for (unsigned int i = 0; i < LINKS_MAX / 64; i++)
		oifs->word[i] = rd_u64(in);
}

/* One row for what is set of static routes and joins: what a kind does not use is zero. */
static void write_static(struct writer *out, const struct ev_config *config)
{
	wr_any(out, &config->route.source);
	wr_any(out, &config->route.group.addr);
	wr_u8(out, config->route.group.len);
	wr_u16(out, config->route.iif);
	write_oifs(out, &config->route.oifs);
	wr_any(out, &config->join.source);
	wr_any(out, &config->join.group);
}

static bool prefix_is_sane(const struct ip_prefix *prefix)
{
	return prefix->len <= 8 * ip_family_addr_len(ip_addr_family(&prefix->addr));
}

static void read_static(struct reader *in, struct ev_config *config)
{
	const struct static_route *route = &config->route;

	config->route.source = rd_any(in);
	config->route.group.addr = rd_any(in);
	config->route.group.len = rd_u8(in);
	config->route.iif = rd_u16(in);
	read_oifs(in, &config->route.oifs);
	config->join.source = rd_any(in);
	config->join.group = rd_any(in);
	if (!prefix_is_sane(&route->group) || route->iif >= LINKS_MAX ||
	    ifset_has(&route->oifs, route->iif))
		in->bad = true;
}

static void write_policy(struct writer *out, const struct policy_rule *rule)
{
	wr_u8(out, (uint8_t)rule->kind);
	wr_u16(out, rule->link);
	wr_any(out, &rule->group.addr);
	wr_u8(out, rule->group.len);
	wr_any(out, &rule->source.addr);
	wr_u8(out, rule->source.len);
}

static void read_policy(struct reader *in, struct policy_rule *rule)
{
	rule->kind = rd_u8(in);
	rule->link = rd_u16(in);
	rule->group.addr = rd_any(in);
	rule->group.len = rd_u8(in);
	rule->source.addr = rd_any(in);
	rule->source.len = rd_u8(in);
	if (rule->kind >= POLICY_KIND_COUNT ||
	    (rule->link >= LINKS_MAX && rule->link != LINK_NONE) || !prefix_is_sane(&rule->group) ||
	    !prefix_is_sane(&rule->source))
		in->bad = true;
}

static void write_settings(struct writer *out, const struct ev_config *config)
{
	wr_u64(out, config->own);
	for (enum setting_id id = 0; id < SETTING_COUNT; id++)
		wr_u32(out, setting_get(&config->settings, id));
}

static void read_settings(struct reader *in, struct ev_config *config)
{
	config->own = rd_u64(in);
	for (enum setting_id id = 0; id < SETTING_COUNT; id++) {
		uint32_t value = rd_u32(in);

		if (setting_can_change(id))
			setting_set(&config->settings, id, value);
		else if (value != SETTING_DERIVED || setting_is_own(config->own, id))
			in->bad = true;
	}
	if (config->own >> SETTING_COUNT || !settings_are_in_range(&config->settings))
		in->bad = true;
}

static void write_config(struct writer *out, const struct ev_config *config)
{
	assert(config->kind != CONFIG_KEY);
	wr_u8(out, (uint8_t)config->kind);
	wr_u16(out, config->link);
	if (config->kind == CONFIG_SETTINGS || config->kind == CONFIG_LINK_SETTINGS) {
		write_settings(out, config);
	} else {
		wr_u8(out, (uint8_t)config->family);
		wr_u8(out, (uint8_t)config->proto);
		wr_u8(out, config->is_on);
		wr_u8(out, config->version);
		if (config->kind == CONFIG_STATIC_ROUTE || config->kind == CONFIG_STATIC_JOIN)
			write_static(out, config);
		if (config->kind == CONFIG_POLICY)
			write_policy(out, &config->policy);
	}
}

static void read_config(struct reader *in, struct ev_config *config)
{
	config->kind = rd_u8(in);
	config->link = rd_u16(in);
	if (config->kind == CONFIG_SETTINGS || config->kind == CONFIG_LINK_SETTINGS) {
		read_settings(in, config);
	} else if (config->kind == CONFIG_LINK || config->kind == CONFIG_GM ||
		   config->kind == CONFIG_FAST_LEAVE || config->kind == CONFIG_SSM_ANY_SOURCE ||
		   config->kind == CONFIG_MRD || config->kind == CONFIG_STATIC_ROUTE ||
		   config->kind == CONFIG_STATIC_JOIN || config->kind == CONFIG_POLICY ||
		   config->kind == CONFIG_GM_PASSIVE) {
		config->family = rd_u8(in);
		config->proto = rd_u8(in);
		config->is_on = rd_u8(in) != 0;
		config->version = rd_u8(in);
		if (config->family >= IP_FAMILY_COUNT || config->proto >= PROTO_COUNT)
			in->bad = true;
		if (config->kind == CONFIG_STATIC_ROUTE || config->kind == CONFIG_STATIC_JOIN)
			read_static(in, config);
		if (config->kind == CONFIG_POLICY)
			read_policy(in, &config->policy);
	} else {
		in->bad = true;
	}
	if (config->link >= LINKS_MAX)
		in->bad = true;
}

static void write_command(struct writer *out, const struct ev_command *command)
{
	wr_u8(out, (uint8_t)command->kind);
	if (command->kind == COMMAND_STOP)
		return;
	wr_u16(out, command->link);
	wr_any(out, &command->source);
	wr_any(out, &command->addr);
}

static void read_command(struct reader *in, struct ev_command *command)
{
	command->kind = rd_u8(in);
	if (command->kind == COMMAND_STOP)
		return;
	command->link = rd_u16(in);
	command->source = rd_any(in);
	command->addr = rd_any(in);
	if (command->kind >= COMMAND_KIND_COUNT || command->link >= LINKS_MAX)
		in->bad = true;
}

static void write_stale(struct writer *out, const struct ev_stale *stale)
{
	wr_u8(out, (uint8_t)stale->kind);
	wr_u16(out, stale->link);
	wr_any(out, &stale->source);
	wr_any(out, &stale->addr);
	write_oifs(out, &stale->oifs);
	wr_u64(out, (uint64_t)stale->seen_for);
	wr_u32(out, stale->boot_time);
	wr_u64(out, (uint64_t)stale->stale_for);
}

static void read_stale(struct reader *in, struct ev_stale *stale)
{
	stale->kind = rd_u8(in);
	stale->link = rd_u16(in);
	stale->source = rd_any(in);
	stale->addr = rd_any(in);
	read_oifs(in, &stale->oifs);
	stale->seen_for = (hp_time)rd_u64(in);
	stale->boot_time = rd_u32(in);
	stale->stale_for = (hp_time)rd_u64(in);
	if (stale->kind > STALE_NEIGHBOR || stale->link >= LINKS_MAX || stale->seen_for < 0 ||
	    stale->stale_for < 0 || stale->stale_for > HP_SEC(86400) ||
	    ifset_has(&stale->oifs, stale->link))
		in->bad = true;
}

static void write_followed(struct writer *out, const struct ev_followed *followed)
{
	wr_u8(out, (uint8_t)followed->kind);
	wr_u8(out, (uint8_t)followed->family);
	if (followed->kind >= FOLLOWED_BEGIN)
		return;
	wr_any(out, &followed->source);
	wr_any(out, &followed->group);
	wr_u16(out, followed->link);
	write_oifs(out, &followed->oifs);
	wr_u8(out, followed->ttl);
	wr_u8(out, (uint8_t)followed->left);
}

static void read_followed(struct reader *in, struct ev_followed *followed)
{
	followed->kind = rd_u8(in);
	followed->family = rd_u8(in);
	if (followed->kind > FOLLOWED_END_PARTIAL || followed->family >= IP_FAMILY_COUNT)
		in->bad = true;
	if (followed->kind >= FOLLOWED_BEGIN)
		return;
	followed->source = rd_any(in);
	followed->group = rd_any(in);
	followed->link = rd_u16(in);
	read_oifs(in, &followed->oifs);
	followed->ttl = rd_u8(in);
	followed->left = rd_u8(in);
	if ((followed->link >= LINKS_MAX && followed->link != LINK_NONE) ||
	    followed->left >= FOLLOWED_LEFT_COUNT ||
	    ip_addr_family(&followed->source) != followed->family ||
	    ip_addr_family(&followed->group) != followed->family ||
	    (followed->link < LINKS_MAX && !ip_addr_is_any(&followed->source) &&
	     ifset_has(&followed->oifs, followed->link)))
		in->bad = true;
}

static uint64_t hash_bytes(uint64_t hash, const uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		hash = (hash ^ bytes[i]) * UINT64_C(0x100000001b3); /* FNV-1a */
	return hash;
}

/* Field by field: the padding of a struct is not hashed. */
uint64_t history_effect_hash(uint64_t hash, const struct core_effect *effect)
{
	uint8_t bytes[128];
	struct writer out = writer_over(bytes, sizeof(bytes));

	wr_u8(&out, (uint8_t)effect->kind);
	switch (effect->kind) {
	case FX_SEND:
		wr_u16(&out, effect->send.link);
		wr_u8(&out, (uint8_t)effect->send.socket);
		wr_any(&out, &effect->send.src);
		wr_any(&out, &effect->send.dst);
		hash = hash_bytes(hash, effect->send.bytes, effect->send.len);
		break;
	case FX_JOIN:
	case FX_LEAVE:
		wr_u16(&out, effect->group.link);
		wr_u8(&out, (uint8_t)effect->group.socket);
		wr_any(&out, &effect->group.group);
		break;
	case FX_RPF_WATCH:
	case FX_RPF_UNWATCH: wr_any(&out, &effect->rpf_source); break;
	case FX_MFIB_PUT:
		wr_any(&out, &effect->route.key.source);
		wr_any(&out, &effect->route.key.group);
		wr_u16(&out, effect->route.iif);
		wr_u32(&out, effect->route.flags);
		write_oifs(&out, &effect->route.oifs);
		break;
	case FX_MFIB_DEL:
	case FX_MFIB_QUERY:
		wr_any(&out, &effect->key.source);
		wr_any(&out, &effect->key.group);
		break;
	case FX_NOTE:
		wr_u16(&out, (uint16_t)effect->note.code);
		wr_u16(&out, effect->note.link);
		break;
	}
	assert(!out.bad);
	return hash_bytes(hash, bytes, wr_len(&out));
}

void history_write_start(struct writer *out, const struct core_limits *limits)
{
	wr_bytes(out, (const uint8_t *)HISTORY_MAGIC, strlen(HISTORY_MAGIC));
	wr_u32(out, limits->trees);
	wr_u32(out, limits->unix_s);
	wr_u32(out, limits->first_sn);
	wr_u64(out, limits->seed);
}

int history_read_start(struct reader *in, struct core_limits *ret_limits)
{
	const uint8_t *magic = rd_bytes(in, strlen(HISTORY_MAGIC));
	struct core_limits limits = core_limits_default;

	if (!magic || memcmp(magic, HISTORY_MAGIC, strlen(HISTORY_MAGIC)) != 0)
		return -EBADMSG;
	limits.trees = rd_u32(in);
	limits.unix_s = rd_u32(in);
	limits.first_sn = rd_u32(in);
	limits.seed = rd_u64(in);
	if (in->bad)
		return -EBADMSG;
	*ret_limits = limits;
	return 0;
}

bool history_can_keep(const struct core_event *event)
{
	return event->kind != EV_CONFIG || event->config.kind != CONFIG_KEY;
}

void history_write(struct writer *out, const struct history_event *event)
{
	wr_u64(out, (uint64_t)event->now);
	wr_u8(out, (uint8_t)event->event.kind);
	switch (event->event.kind) {
	case EV_CLOCK: break;
	case EV_LINK: write_link(out, &event->event.link); break;
	case EV_PACKET: write_packet(out, &event->event.packet); break;
	case EV_RPF: write_rpf(out, &event->event.rpf); break;
	case EV_DATA: write_data(out, &event->event.data); break;
	case EV_CONFIG: write_config(out, &event->event.config); break;
	case EV_COMMAND: write_command(out, &event->event.command); break;
	case EV_STALE: write_stale(out, &event->event.stale); break;
	case EV_FOLLOWED: write_followed(out, &event->event.followed); break;
	}
	wr_u32(out, event->effect_count);
	wr_u64(out, event->effect_hash);
}

static void read_event(struct reader *in, struct core_event *event)
{
	event->kind = rd_u8(in);
	switch (event->kind) {
	case EV_CLOCK: break;
	case EV_LINK: read_link(in, &event->link); break;
	case EV_PACKET: read_packet(in, &event->packet); break;
	case EV_RPF: read_rpf(in, &event->rpf); break;
	case EV_DATA: read_data(in, &event->data); break;
	case EV_CONFIG: read_config(in, &event->config); break;
	case EV_COMMAND: read_command(in, &event->command); break;
	case EV_STALE: read_stale(in, &event->stale); break;
	case EV_FOLLOWED: read_followed(in, &event->followed); break;
	default: in->bad = true;
	}
}

int history_read(struct reader *in, struct history_event *ret_event)
{
	struct history_event event = { .now = 0 };

	if (!in->bad && rd_left(in) == 0)
		return -ENODATA;
	event.now = (hp_time)rd_u64(in);
	read_event(in, &event.event);
	event.effect_count = rd_u32(in);
	event.effect_hash = rd_u64(in);
	if (in->bad)
		return -EBADMSG;
	*ret_event = event;
	return 0;
}
