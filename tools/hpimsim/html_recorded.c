// SPDX-License-Identifier: GPL-2.0-only
/* Node 0 is the router; links and neighbors follow as the history names them. */
#include "hpimsim/html_recorded.h"

#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "base/addr_text.h"
#include "hpimsim/html_message.h"
#include "hpimsim/html_tables.h"

#define ROUTER 0

/* An interface of the router; @node HTML_NONE: the history has not named it yet. */
struct known_link {
	struct ev_link info;
	int node, port;
};

struct neighbor {
	struct {
		struct ip_addr addr;
		uint16_t link;
	} key;
	int node, port;
	UT_hash_handle hh;
};

struct entry {
	struct mfib_route route;
	UT_hash_handle hh;
};

struct html_recorded {
	struct html_run *run;
	enum ip_family family;
	struct known_link links[LINKS_MAX];
	struct neighbor *neighbors;
	struct entry *entries;
	hp_time started_at; /* of the first event: the page begins there */
	hp_time now;        /* since then */
	bool has_started;
	bool is_changed; /* the tables may be others */
};

/* ---- Who there is ---- */

static struct known_link *link_get(struct html_recorded *recorded, uint16_t link)
{
	struct known_link *known = &recorded->links[link];
	const char *name = known->info.name;

	if (known->node != HTML_NONE)
		return known;
	known->node = html_run_node(recorded->run, HTML_LINK, *name ? name : "?");
	known->port = html_run_port(recorded->run, ROUTER, *name ? name : "?", known->node);
	return known;
}

static struct neighbor *neighbor_get(struct html_recorded *recorded, uint16_t link,
				     const struct ip_addr *addr)
{
	struct neighbor key = { .node = 0 }, *found;

	key.key.addr = *addr;
	key.key.link = link;
	HASH_FIND(hh, recorded->neighbors, &key.key, sizeof(key.key), found);
	if (found)
		return found;
	found = calloc(1, sizeof(*found));
	assert(found);
	found->key.addr = *addr;
	found->key.link = link;
	found->node = html_run_node(recorded->run, HTML_HOST, ip_addr_text(addr).s);
	found->port = html_run_port(recorded->run, found->node, "", link_get(recorded, link)->node);
	HASH_ADD(hh, recorded->neighbors, key, sizeof(found->key), found);
	return found;
}

static const char *link_name(const void *ctx, uint16_t link)
{
	const struct html_recorded *recorded = ctx;
	const char *name = link < LINKS_MAX ? recorded->links[link].info.name : "";

	return *name ? name : "?";
}

/* ---- What happens ---- */

__attribute__((format(printf, 2, 3))) static void note(struct html_recorded *recorded,
						       const char *format, ...)
{
	char text[160];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	html_run_note(recorded->run, HTML_ACTION, text, ROUTER);
}

static void link_event(struct html_recorded *recorded, const struct ev_link *link)
{
	const struct ev_link was = recorded->links[link->link].info;

	recorded->links[link->link].info = *link;
	(void)link_get(recorded, link->link);
	if (was.is_present != link->is_present || was.is_up != link->is_up)
		note(recorded, "%s %s", link->name,
		     !link->is_present ? "is gone"
		     : link->is_up     ? "is up"
				       : "is down");
}

/* Who speaks a routing protocol is a router. */
static void packet_event(struct html_recorded *recorded, const struct ev_packet *packet)
{
	const struct fx_send sent = { .link = packet->link,
				      .socket = packet->socket,
				      .src = packet->src,
				      .dst = packet->dst,
				      .bytes = packet->bytes,
				      .len = packet->len };
	const struct neighbor *neighbor = neighbor_get(recorded, packet->link, &packet->src);
	const struct html_place place = { link_get(recorded, packet->link)->node, neighbor->node,
					  neighbor->port };
	struct html_message message;

	if (packet->socket == SOCKET_103)
		html_run_node_is(recorded->run, neighbor->node, HTML_ROUTER);
	html_message_read(recorded->run, &sent, &message);
	html_run_message(recorded->run, &place,
			 ip_addr_is_multicast(&packet->dst) ? HTML_NONE : ROUTER, &message);
}

static void data_event(struct html_recorded *recorded, const struct ev_data *data)
{
	static const char *const what[] = { [DATA_MISS] = "without an entry",
					    [DATA_WRONG_IF] = "on the wrong interface",
					    [DATA_NOTIFY] = "which was waited for" };

	if (data->kind != DATA_SEEN)
		note(recorded, "%s: data (%s, %s) %s", link_name(recorded, data->link),
		     ip_addr_text(&data->source).s, ip_addr_text(&data->group).s, what[data->kind]);
}

static void route_event(struct html_recorded *recorded, const struct ev_rpf *rpf)
{
	note(recorded, "route to %s: %s%s", ip_addr_text(&rpf->source).s,
	     rpf->is_reachable ? "by " : "none",
	     rpf->is_reachable ? link_name(recorded, rpf->link) : "");
}

static void command_event(struct html_recorded *recorded, const struct ev_command *command)
{
	static const char *const names[COMMAND_KIND_COUNT] = {
		[COMMAND_STOP] = "stop",
		[COMMAND_CLEAR_NEIGHBOR] = "clear neighbor",
		[COMMAND_CLEAR_TREE] = "clear tree",
	};

	note(recorded, "%s", names[command->kind]);
}

/* The family of what an event is about; IP_FAMILY_COUNT: of both. */
static enum ip_family family_of(const struct core_event *event)
{
	switch (event->kind) {
	case EV_PACKET: return ip_addr_family(&event->packet.src);
	case EV_RPF: return ip_addr_family(&event->rpf.source);
	case EV_DATA: return ip_addr_family(&event->data.source);
	default: return IP_FAMILY_COUNT;
	}
}

void html_recorded_event(struct html_recorded *recorded, const struct history_event *kept)
{
	const struct core_event *event = &kept->event;
	const enum ip_family family = family_of(event);

	if (!recorded->has_started)
		recorded->started_at = kept->now;
	recorded->has_started = true;
	recorded->now = kept->now - recorded->started_at;
	html_run_at(recorded->run, recorded->now);
	if (family != IP_FAMILY_COUNT && family != recorded->family)
		return;
	recorded->is_changed = true;
	switch (event->kind) {
	case EV_LINK: link_event(recorded, &event->link); break;
	case EV_PACKET: packet_event(recorded, &event->packet); break;
	case EV_RPF: route_event(recorded, &event->rpf); break;
	case EV_DATA: data_event(recorded, &event->data); break;
	case EV_COMMAND: command_event(recorded, &event->command); break;
	case EV_CLOCK:
	case EV_CONFIG:
	case EV_STALE:
	case EV_FOLLOWED: break; /* seen in the tables */
	}
}

/* ---- What follows ---- */

static struct entry *entry_find(const struct html_recorded *recorded, const struct mfib_key *key)
{
	struct entry *entry;

	HASH_FIND(hh, recorded->entries, key, sizeof(*key), entry);
	return entry;
}

static void entry_put(struct html_recorded *recorded, const struct mfib_route *route)
{
	struct entry *entry = entry_find(recorded, &route->key);

	if (!entry) {
		entry = calloc(1, sizeof(*entry));
		assert(entry);
		entry->route = *route;
		HASH_ADD(hh, recorded->entries, route.key, sizeof(entry->route.key), entry);
	}
	entry->route = *route;
}

static void entry_delete(struct html_recorded *recorded, struct entry *entry)
{
	if (!entry)
		return;
	HASH_DEL(recorded->entries, entry);
	free(entry);
}

static void send_effect(struct html_recorded *recorded, const struct fx_send *sent)
{
	const struct known_link *link = link_get(recorded, sent->link);
	const struct html_place place = { link->node, ROUTER, link->port };
	struct html_message message;
	int to = HTML_NONE;

	if (ip_addr_family(&sent->src) != recorded->family)
		return;
	if (!ip_addr_is_multicast(&sent->dst))
		to = neighbor_get(recorded, sent->link, &sent->dst)->node;
	html_message_read(recorded->run, sent, &message);
	html_run_message(recorded->run, &place, to, &message);
}

void html_recorded_effect(struct html_recorded *recorded, const struct core_effect *effect)
{
	if (effect->kind == FX_SEND)
		send_effect(recorded, &effect->send);
	else if (effect->kind == FX_MFIB_PUT &&
		 ip_addr_family(&effect->route.key.group) == recorded->family)
		entry_put(recorded, &effect->route);
	else if (effect->kind == FX_MFIB_DEL)
		entry_delete(recorded, entry_find(recorded, &effect->key));
}

static void put_interfaces(struct html_recorded *recorded, const struct html_view *view)
{
	for (uint16_t link = 0; link < LINKS_MAX; link++) {
		const struct known_link *known = &recorded->links[link];
		struct html_interface interface = { .link = link,
						    .name = known->info.name,
						    .link_name = known->info.name,
						    .state = known->info.is_up ? "up" : "down" };

		if (known->node == HTML_NONE || !known->info.is_present)
			continue;
		for (unsigned int i = known->info.addr_count; i-- > 0;)
			if (ip_addr_family(&known->info.addrs[i].addr) == recorded->family)
				interface.addr = known->info.addrs[i].addr;
		html_tables_interface(view, &interface);
	}
}

void html_recorded_done(struct html_recorded *recorded, const struct core *core, bool is_same)
{
	const struct html_view view = { .run = recorded->run,
					.core = core,
					.family = recorded->family,
					.now = recorded->now,
					.ctx = recorded,
					.link_name = link_name };

	if (!is_same)
		html_run_note(recorded->run, HTML_VIOLATION,
			      "the effects of this event are not those that the daemon had",
			      ROUTER);
	if (!recorded->is_changed)
		return;
	recorded->is_changed = false;
	html_run_tables(recorded->run, ROUTER);
	put_interfaces(recorded, &view);
	html_tables_core(&view, LINKS_MAX);
	for (const struct entry *entry = recorded->entries; entry; entry = entry->hh.next)
		html_tables_mroute(&view, &entry->route);
	html_run_tables_end(recorded->run);
}

struct html_recorded *html_recorded_begin(const char *name, enum ip_family family)
{
	struct html_recorded *recorded = calloc(1, sizeof(*recorded));

	assert(recorded);
	recorded->family = family;
	recorded->run = html_run_new(name, html_tables, HTML_TABLE_COUNT);
	html_run_fact(recorded->run, "protocol", "as recorded");
	html_run_fact(recorded->run, "family", family == IP_FAMILY_4 ? "IPv4" : "IPv6");
	(void)html_run_node(recorded->run, HTML_ROUTER, "router");
	for (uint16_t link = 0; link < LINKS_MAX; link++)
		recorded->links[link].node = HTML_NONE;
	return recorded;
}

struct html_run *html_recorded_end(struct html_recorded *recorded)
{
	struct html_run *run = recorded->run;
	struct neighbor *neighbor, *next;

	HASH_ITER (hh, recorded->neighbors, neighbor, next) {
		HASH_DEL(recorded->neighbors, neighbor);
		free(neighbor);
	}
	while (recorded->entries)
		entry_delete(recorded, recorded->entries);
	free(recorded);
	return run;
}
