/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The daemon over the machine that does not exist: its life, its time, and requests to it.
 */
#include <criterion/criterion.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr_text.h"
#include "core/all_routers.h"
#include "daemon/port.h"
#include "daemon/refusal.h"
#include "dplane/dplane_int.h"
#include "io/loop.h"
#include "mgmt/mgmt.h"
#include "unit/common_daemon.h"
#include "unit/fake/peer.h"
#include "wire/igmp.h"
#include "wire/mld.h"
#include "wire/pim.h"

/* What a daemon that was killed leaves in the forwarding plane. */
struct leftover {
	unsigned int link_count, route_count;
	struct dplane_link links[LINKS_MAX];
	struct tier_port ports[LINKS_MAX];
	struct mfib_route routes[FAKE_TIER_ROUTES_MAX];
};

static struct daemon_options options = {
	.instance = "test",
	.unicast_table = 254,
	.is_foreground = true,
	.hello_s = 30,
	.stale_s = 45,
};

static struct daemon *the_daemon;
static struct leftover leftover;

/* ---- what the linker puts in the place of what needs privileges or luck ---- */

int __wrap_dplane_new(const struct dplane_config *config, struct dplane **ret_dp);
ssize_t __wrap_getrandom(void *bytes, size_t len, unsigned int flags);

/* As dplane_new() with what an earlier run pinned. */
static void restore(struct dplane *dp)
{
	for (unsigned int i = 0; i < leftover.link_count; i++)
		dlink_restore(dp, &leftover.links[i], &leftover.ports[i]);
	for (unsigned int i = 0; i < leftover.route_count; i++) {
		cr_assert_eq(dp->fast->ops->put(dp->fast, &leftover.routes[i]), 0);
		dtree_restore(dp, &leftover.routes[i]);
	}
	leftover.link_count = leftover.route_count = 0;
}

int __wrap_dplane_new(const struct dplane_config *config, struct dplane **ret_dp)
{
	struct dplane *dp;
	int err = dplane_new_null(config, &dp);

	if (err)
		return err;
	dp->fast->ops->free(dp->fast, false);
	dp->fast = &fake_tier_new(config)->be;
	restore(dp);
	*ret_dp = dp;
	return 0;
}

/* A test that fails fails again. */
ssize_t __wrap_getrandom(void *bytes, size_t len, unsigned int flags)
{
	(void)flags;
	memset(bytes, 7, len);
	return (ssize_t)len;
}

/* ---- life ---- */

struct daemon *world_boot(void)
{
	cr_assert_null(the_daemon);
	the_daemon = calloc(1, sizeof(*the_daemon));
	cr_assert_not_null(the_daemon);
	cr_assert_eq(daemon_start(the_daemon, &options, &mgmt_clients), 0);
	fake_on_send(peer_hear);
	return the_daemon;
}

struct daemon_options *world_options(void)
{
	return &options;
}

struct daemon *world_daemon(void)
{
	return the_daemon;
}

static void daemon_free(void)
{
	daemon_fini(the_daemon);
	free(the_daemon);
	the_daemon = NULL;
}

static void leave_route(void *ctx, const struct mfib_route *route)
{
	(void)ctx;
	leftover.routes[leftover.route_count++] = *route;
}

void world_kill(void)
{
	const struct dplane *dp = the_daemon->dplane;

	for (uint16_t link = 0; link < LINKS_MAX; link++) {
		if (!dp->links[link].is_attached)
			continue;
		leftover.links[leftover.link_count] = dp->links[link].link;
		leftover.ports[leftover.link_count++] = dp->ports[link];
	}
	dplane_routes(dp, leave_route, NULL);
	the_daemon->end = DAEMON_KEEP;
	daemon_free();
}

void world_stop(void)
{
	daemon_stop(the_daemon, DAEMON_END);
	daemon_free();
}

void world_end(void)
{
	if (the_daemon)
		world_stop();
	peers_fini();
	fake_io_fini();
	fake_rtnl_fini();
}

void world_run(hp_time duration)
{
	const hp_time until = loop_now() + duration;

	for (;;) {
		hp_time ours = the_daemon ? fake_deadline() : HP_TIME_NEVER;
		hp_time theirs, next;

		peers_deliver();
		theirs = peers_deadline();
		next = ours < theirs ? ours : theirs;
		if (next > until)
			break;
		if (next > loop_now())
			fake_clock_set(next);
		if (ours <= theirs)
			fake_timer();
		else
			peers_clock();
	}
	fake_clock_set(until);
}

/* ---- what happens to it ---- */

struct fake_tier *world_tier(void)
{
	return (struct fake_tier *)the_daemon->dplane->fast;
}

static struct ip_addr addr_of(const char *text)
{
	struct ip_addr addr;

	cr_assert_eq(ip_addr_parse(text, &addr), 0, "'%s'", text);
	return addr;
}

struct mfib_key world_key(const char *source, const char *group)
{
	return (struct mfib_key){ addr_of(source), addr_of(group) };
}

uint16_t world_link(const char *interface)
{
	struct refusal refusal;
	uint16_t link = port_find(the_daemon, interface, &refusal);

	cr_assert_neq(link, LINK_NONE, "%s is not attached", interface);
	return link;
}

/* As the forwarding plane reports it, and the loop goes on. */
void world_miss(const char *interface, const char *source, const char *group)
{
	const struct dplane_config *config = &the_daemon->dplane->config;
	const struct dplane_upcall upcall = { .kind = DATA_MISS,
					      .link = world_link(interface),
					      .source = addr_of(source),
					      .group = addr_of(group) };

	config->upcall(config->ctx, &upcall);
	daemon_feed(the_daemon, &(struct core_event){ .kind = EV_CLOCK });
	world_run(0);
}

void world_sampled(const char *interface, const char *source, const char *group, uint8_t ttl,
		   uint32_t len, const char *reason)
{
	const struct dplane_config *config = &the_daemon->dplane->config;
	const struct mfib_key key = world_key(source, group);
	const enum ip_family family = ip_addr_family(&key.group);
	const size_t addr_len = ip_family_addr_len(family), at = 14;
	uint8_t frame[14 + 40] = { [12] = 0x08 };
	size_t addrs_at = at + 12;

	if (family == IP_FAMILY_4) {
		frame[at] = 0x45;
		frame[at + 6] = 0x40;
		frame[at + 8] = ttl;
	} else {
		frame[12] = 0x86;
		frame[13] = 0xdd;
		frame[at] = 0x60;
		frame[at + 7] = ttl;
		addrs_at = at + 8;
	}
	memcpy(frame + addrs_at, ip_addr_bytes(&key.source), addr_len);
	memcpy(frame + addrs_at + addr_len, ip_addr_bytes(&key.group), addr_len);
	config->captured(config->ctx, &(struct dplane_captured){ .at = loop_now(),
								 .link = world_link(interface),
								 .reason = reason,
								 .len = len + 14,
								 .kept = sizeof(frame),
								 .data = frame });
}

void world_report(const char *interface, const char *host, const char *group)
{
	uint8_t bytes[64];
	struct ev_packet packet = { .link = world_link(interface),
				    .socket = SOCKET_GM,
				    .src = addr_of(host),
				    .dst = addr_of(group),
				    .station = { .len = 6, .b = { 2, [5] = 99 } },
				    .ttl = 1,
				    .has_router_alert = true,
				    .bytes = bytes };
	const bool is_v4 = ip_addr_family(&packet.dst) == IP_FAMILY_4;
	const struct gm_msg msg = { .type = GM_REPORT,
				    .version = is_v4 ? 2 : 1,
				    .group = packet.dst };

	packet.len = (is_v4 ? igmp_encode : mld_encode)(&msg, &packet.src, &packet.dst, bytes,
							sizeof(bytes));
	cr_assert_gt(packet.len, 0);
	fake_packet(&packet);
	world_run(0);
}

void world_pim(const char *interface, const char *addr, const struct pim_msg *msg)
{
	uint8_t bytes[128];
	struct ev_packet packet = { .link = world_link(interface),
				    .socket = SOCKET_103,
				    .src = addr_of(addr),
				    .station = { .len = 6, .b = { 2, [5] = 98 } },
				    .ttl = 1,
				    .bytes = bytes };

	packet.dst = *all_routers(ip_addr_family(&packet.src));
	packet.len =
		pim_encode(msg, &packet.src, &packet.dst, PIM_CHECKSUM_RFC, bytes, sizeof(bytes));
	cr_assert_gt(packet.len, 0);
	fake_packet(&packet);
	world_run(0);
}

void world_pim_hello(const char *interface, const char *addr)
{
	world_pim(interface, addr,
		  &(struct pim_msg){ .type = PIM_HELLO,
				     .hello = { .has_hold = true, .hold_s = 105 } });
}

/* ---- requests ---- */

static struct ctl_client *ask(const char *cmd, const char *args, bool may_change, bool is_slow)
{
	struct ctl_client *client = fake_client(is_slow);
	struct json_object *object = json_tokener_parse(args);

	cr_assert_not_null(object, "%s", args);
	mgmt_request(the_daemon, client, cmd, object, may_change);
	json_object_put(object);
	return client;
}

static const struct reply *ask_all(const char *cmd, const char *args, bool may_change)
{
	struct ctl_client *client = ask(cmd, args, may_change, false);

	cr_assert(fake_client_part(client), "'%s' is not answered", cmd);
	return fake_reply(client);
}

const struct reply *request(const char *cmd, const char *args, ...)
{
	char object[1024];
	va_list list;

	va_start(list, args);
	cr_assert_lt(vsnprintf(object, sizeof(object), args, list), (int)sizeof(object));
	va_end(list);
	return ask_all(cmd, object, true);
}

const struct reply *request_text(const char *cmd, const char *args)
{
	return ask_all(cmd, args, true);
}

const struct reply *request_read_only(const char *cmd, const char *args)
{
	return ask_all(cmd, args, false);
}

struct ctl_client *request_begin(const char *cmd, const char *args)
{
	return ask(cmd, args, true, true);
}

/* ---- answers ---- */

static char text[16384];

static void text_add(const char *more, char end)
{
	size_t used = strlen(text);
	int len = snprintf(text + used, sizeof(text) - used, "%s%c", more, end);

	cr_assert_lt((size_t)len, sizeof(text) - used, "a longer answer than there is room for");
}

static void row_add(struct json_object *record, const char *fields)
{
	char names[512], *save = NULL, *name;

	(void)snprintf(names, sizeof(names), "%s", fields);
	name = strtok_r(names, " ", &save);
	while (name) {
		struct json_object *value = NULL;
		bool is_there = json_object_object_get_ex(record, name, &value);

		name = strtok_r(NULL, " ", &save);
		text_add(value      ? json_object_get_string(value)
			 : is_there ? "-"
				    : "",
			 name ? ' ' : '\n');
	}
}

const char *reply_rows(const struct reply *reply, const char *fields)
{
	text[0] = '\0';
	for (size_t i = 0; i < json_object_array_length(reply->records); i++)
		row_add(json_object_array_get_idx(reply->records, i), fields);
	return text;
}

const char *reply_columns(const struct reply *reply)
{
	struct json_object *first = json_object_array_get_idx(reply->records, 0);

	cr_assert_not_null(first, "no record");
	text[0] = '\0';
	json_object_object_foreach(first, name, value)
	{
		(void)value;
		text_add(name, ' ');
	}
	text[strlen(text) - 1] = '\0';
	return text;
}

void expect_columns(const struct reply *reply, const char *columns)
{
	const char *at = reply_columns(reply);
	char names[1024], *save = NULL;

	(void)snprintf(names, sizeof(names), "%s", columns);
	for (char *name = strtok_r(names, " ", &save); name; name = strtok_r(NULL, " ", &save)) {
		size_t len = strlen(name);

		while (*at && (strncmp(at, name, len) != 0 || (at[len] && at[len] != ' '))) {
			at += strcspn(at, " ");
			at += *at == ' ';
		}
		cr_expect(*at, "column %s is missing or stands elsewhere", name);
		if (!*at)
			return;
	}
}

void expect_refused(const struct reply *reply, enum ctl_exit exit, const char *code,
		    const char *message)
{
	cr_expect_eq(reply->exit, exit, "exit %d", (int)reply->exit);
	cr_expect_str_eq(reply->code, code);
	cr_expect_str_eq(reply->message, message);
}
