// SPDX-License-Identifier: GPL-2.0-only
/*
 * The daemon around the core.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <time.h>

#include "core/core.h"
#include "core/history.h"
#include "core/inspect.h"
#include "daemon/daemon.h"
#include "daemon/follow.h"
#include "daemon/log.h"
#include "daemon/policy.h"
#include "daemon/rpf_metric.h"
#include "daemon/port.h"
#include "daemon/privileges.h"
#include "daemon/record.h"
#include "daemon/running.h"
#include "daemon/saved.h"
#include "daemon/settings.h"
#include "daemon/stale.h"
#include "daemon/static.h"
#include "daemon/watch.h"
#include "dplane/dplane.h"
#include "io/crypto.h"
#include "io/ctlsock.h"
#include "io/file.h"
#include "io/loop.h"
#include "io/rawsock.h"
#include "io/rtnl.h"

/* A lease shorter than a few Hello periods is renewed so often within its time. */
#define LEASE_PARTS 4

/*
 * What is done between two looks at what else happened: so many events that were posted, but no
 * more once they had so many effects; and so many entries of the forwarding plane written, fewer
 * while neighbors wait for messages. A few milliseconds in all.
 */
#define TURN_EVENTS  256u
#define TURN_EFFECTS 128u
#define TURN_WRITES  128u
#define TURN_SHARE   16u

/* So many posted events may wait before no more packets are read from the forwarding plane. */
#define POSTED_MAX 512u

/* BootTimes must grow over restarts (description of HPIM-DM, 3.1): the greatest one used. */
#define BOOT_TIME_PATH CTL_SOCKET_DIR "/%s.boot"

static uint32_t load_boot_time(const struct daemon *daemon)
{
	uint32_t boot_time = 0;
	char path[256], *text;

	(void)snprintf(path, sizeof(path), BOOT_TIME_PATH, daemon->options->instance);
	if (file_read(path, &text) < 0)
		return 0; /* the first start of this instance */
	if (sscanf(text, "%" SCNu32, &boot_time) != 1)
		boot_time = 0;
	free(text);
	return boot_time;
}

static void save_boot_time(const struct daemon *daemon)
{
	char path[256], text[16];
	int len, err;

	(void)snprintf(path, sizeof(path), BOOT_TIME_PATH, daemon->options->instance);
	len = snprintf(text, sizeof(text), "%" PRIu32 "\n", inspect_boot_time(daemon->core));
	err = file_replace(path, text, (size_t)len);
	if (err)
		log_format(NOTE_WARN, "cannot write %s: %s", path, strerror(-err));
}

/* More than can be guessed by who does not see our messages; most numbers are left to be used. */
#define FIRST_SN_BELOW (UINT32_C(1) << 30)

/* UNIX time at hp_time 0, moved on where the clock would repeat a BootTime. */
static uint32_t unix_at_zero(const struct daemon *daemon)
{
	uint32_t unix_s = (uint32_t)time(NULL), last = load_boot_time(daemon);

	if (unix_s <= last)
		unix_s = last + 1;
	return unix_s - (uint32_t)(loop_now() / HP_SEC(1));
}

static uint32_t ifindex_of(const struct daemon *daemon, uint16_t link)
{
	return daemon->ports[link].ifindex;
}

static void do_send(struct daemon *daemon, const struct fx_send *send)
{
	int err = rawsock_send(daemon->rawsock, send);

	if (err)
		log_format(daemon->options->is_verbose ? NOTE_INFO : NOTE_DEBUG,
			   "%s: control packet not sent: %s; the protocol repeats it",
			   port_name(daemon, send->link), strerror(-err));
}

static void do_join(struct daemon *daemon, const struct fx_group *join)
{
	int err = rawsock_join(daemon->rawsock, join, ifindex_of(daemon, join->link));

	if (!err)
		return;
	daemon->ports[join->link].error = err;
	log_format(NOTE_WARN, "%s: cannot open the sockets of %s: %s",
		   port_name(daemon, join->link),
		   join->socket == SOCKET_103 ? "HPIM-DM" : "IGMP or MLD", rawsock_join_error(err));
}

static void do_ask(struct daemon *daemon, const struct mfib_key *key)
{
	struct core_event event = { .kind = EV_DATA,
				    .data = { .kind = DATA_SEEN,
					      .link = LINK_NONE,
					      .source = key->source,
					      .group = key->group,
					      .seen_for = HP_TIME_NEVER } };
	struct dplane_route_state state;
	struct mfib_entry entry;
	/* What the kernel refuses counts as silent. */
	bool is_refused = mfib_find(daemon->core, key, &entry) &&
			  !follow_accepts(daemon, entry.route.iif, &key->source, &key->group);

	if (!is_refused && dplane_route_state(daemon->dplane, key, &state) == 0) {
		event.data.seen_for = state.seen_for;
		event.data.ttl = state.ttl;
	}
	daemon_post(daemon, &event);
}

static void do_note(struct daemon *daemon, const struct core_note *note)
{
	log_note(daemon, note);
	daemon->clients->noted(daemon, note);
	if (note->code == NOTE_NEIGHBOR_GONE)
		gone_note(&daemon->gone, note, loop_now(),
			  inspect_refused(daemon->core, note->link, NOTE_PACKET_UNSIGNED));
	if ((note->code == NOTE_LINK_ON && note->v[1] == PROTO_HPIM) ||
	    note->code == NOTE_SN_EXHAUSTED)
		save_boot_time(daemon);
	daemon->is_unsaved |= note->code == NOTE_NEIGHBOR_STATE || note->code == NOTE_NEIGHBOR_GONE;
}

static void perform(struct daemon *daemon, const struct core_effect *effect)
{
	switch (effect->kind) {
	case FX_SEND: do_send(daemon, &effect->send); break;
	case FX_JOIN: do_join(daemon, &effect->group); break;
	case FX_LEAVE: rawsock_leave(daemon->rawsock, &effect->group); break;
	case FX_RPF_WATCH: watch_add(daemon, &effect->rpf_source); break;
	case FX_RPF_UNWATCH: watch_del(daemon, &effect->rpf_source); break;
	case FX_MFIB_PUT: dplane_put_later(daemon->dplane, &effect->route); break;
	case FX_MFIB_DEL: dplane_del_later(daemon->dplane, &effect->key); break;
	case FX_MFIB_QUERY: do_ask(daemon, &effect->key); break;
	case FX_NOTE: do_note(daemon, &effect->note); break;
	}
}

static void keep(struct daemon *daemon, const struct history_event *happened)
{
	int err = daemon->record ? record_event(daemon->record, happened) : 0;

	if (!err)
		return;
	log_format(NOTE_WARN, "%s: %s; recording ends here", daemon->options->record_path,
		   strerror(-err));
	record_close(daemon->record);
	daemon->record = NULL;
}

static void feed_one(struct daemon *daemon, const struct core_event *event)
{
	struct history_event happened = { .now = loop_now(),
					  .event = *event,
					  .effect_hash = HISTORY_HASH };
	const struct core_effect *effect;

	core_handle(daemon->core, happened.now, event);
	while ((effect = core_effect_next(daemon->core))) {
		if (daemon->record) {
			happened.effect_count++;
			happened.effect_hash = history_effect_hash(happened.effect_hash, effect);
		}
		perform(daemon, effect);
		daemon->turn_effects++;
	}
	keep(daemon, &happened);
}

static size_t posted_left(const struct daemon *daemon)
{
	return daemon->posted_count - daemon->posted_next;
}

/* Events posted while these are fed are appended, and fed too, as far as the turn goes. */
static void feed_posted(struct daemon *daemon)
{
	for (unsigned int i = 0;
	     i < TURN_EVENTS && daemon->turn_effects < TURN_EFFECTS && posted_left(daemon); i++) {
		const struct core_event event =
			daemon->posted[daemon->posted_next++]; /* the array may move */

		feed_one(daemon, &event);
	}
	if (!posted_left(daemon))
		daemon->posted_next = daemon->posted_count = 0;
}

/* Whether something goes on at once, without an event. */
static bool is_busy(const struct daemon *daemon)
{
	return core_has_work(daemon->core) || posted_left(daemon) || watch_has_work(daemon);
}

/* Entries whose interfaces changed wait until the core has said what it wants of them. */
static void write_entries(struct daemon *daemon)
{
	if (daemon->is_serving)
		dplane_work(daemon->dplane, is_busy(daemon) ? TURN_SHARE : TURN_WRITES,
			    !is_busy(daemon));
}

/*
 * Together with the Hellos, so that the lease ends when the neighbors give this router up: earlier
 * there would be a gap, later each packet would be forwarded twice. A lease that was set too short
 * for that is renewed more often.
 */
static hp_time lease_renewal(const struct daemon *daemon, hp_time now)
{
	hp_time hello = core_hello_next(daemon->core, now);
	hp_time lease = settings_lease(daemon), part = now + lease / LEASE_PARTS;

	return lease < settings_hold(daemon) && part < hello ? part : hello;
}

static void renew_lease(struct daemon *daemon)
{
	hp_time now = loop_now(), next = lease_renewal(daemon, now);

	if (follow_is_suspended(daemon))
		return;
	if (now >= daemon->renew_at) {
		if (dplane_renew(daemon->dplane, settings_lease(daemon)) < 0)
			log_line(NOTE_WARN,
				 "the lease of the forwarding plane cannot be renewed; XDP stops "
				 "forwarding when it ends");
		daemon->renew_at = next;
	}
	if (next < daemon->renew_at)
		daemon->renew_at = next; /* the first interface began to send Hellos */
}

static void arm(struct daemon *daemon)
{
	hp_time deadline = core_deadline(daemon->core);

	if (is_busy(daemon) || (daemon->is_serving && dplane_has_work(daemon->dplane)))
		deadline = loop_now();
	if (daemon->renew_at < deadline && !follow_is_suspended(daemon))
		deadline = daemon->renew_at;
	if (follow_due_at(daemon) < deadline)
		deadline = follow_due_at(daemon);
	if (daemon->is_unsaved && daemon->save_at < deadline)
		deadline = daemon->save_at;
	if (daemon->clients->due_at(daemon) < deadline)
		deadline = daemon->clients->due_at(daemon);
	if (loop_arm(daemon->loop, deadline) < 0)
		log_line(NOTE_WARN, "the timer of the event loop cannot be set");
}

void daemon_feed(struct daemon *daemon, const struct core_event *event)
{
	assert(!daemon->is_feeding);
	daemon->is_feeding = true;
	feed_one(daemon, event);
	daemon->is_feeding = false;
	daemon_flush(daemon);
}

void daemon_flush(struct daemon *daemon)
{
	assert(!daemon->is_feeding);
	daemon->is_feeding = true;
	if (!posted_left(daemon))
		watch_work(daemon);
	feed_posted(daemon);
	daemon->is_feeding = false;
	daemon->turn_effects = 0;
	write_entries(daemon);
	follow_settle(daemon, !is_busy(daemon) && !dplane_has_work(daemon->dplane));
	renew_lease(daemon);
	saved_store_due(daemon);
	daemon->clients->due(daemon);
	arm(daemon);
}

void daemon_post(struct daemon *daemon, const struct core_event *event)
{
	if (daemon->posted_count == daemon->posted_room && daemon->posted_next) {
		daemon->posted_count -= daemon->posted_next;
		memmove(daemon->posted, daemon->posted + daemon->posted_next,
			daemon->posted_count * sizeof(*daemon->posted));
		daemon->posted_next = 0;
	}
	if (daemon->posted_count == daemon->posted_room) {
		daemon->posted_room = daemon->posted_room ? 2 * daemon->posted_room : 64;
		daemon->posted =
			realloc(daemon->posted, daemon->posted_room * sizeof(*daemon->posted));
		assert(daemon->posted);
	}
	daemon->posted[daemon->posted_count++] = *event;
}

bool daemon_takes_more(const struct daemon *daemon)
{
	return posted_left(daemon) < POSTED_MAX;
}

static void on_timer(void *ctx)
{
	daemon_feed(ctx, &(struct core_event){ .kind = EV_CLOCK });
}

static void on_packet(void *ctx, const struct ev_packet *packet)
{
	daemon_feed(ctx, &(struct core_event){ .kind = EV_PACKET, .packet = *packet });
}

static void own_tell_link(struct daemon *daemon, const struct rtnl_link *link)
{
	for (unsigned int i = 0; i < link->addr_count; i++) {
		struct ip_addr broadcast;

		dplane_own_add(daemon->dplane, &link->addrs[i].addr, DPLANE_OWN_ADDRESS);
		if (ip_prefix_broadcast(&link->addrs[i], &broadcast))
			dplane_own_add(daemon->dplane, &broadcast, DPLANE_OWN_BROADCAST);
	}
}

/* All addresses of this machine, also of interfaces that are not attached. */
static void own_tell(struct daemon *daemon)
{
	const struct rtnl_link *link = NULL;

	dplane_own_begin(daemon->dplane);
	while ((link = rtnl_link_next(daemon->rtnl, link)))
		own_tell_link(daemon, link);
	dplane_own_end(daemon->dplane);
}

static void on_link(void *ctx, const struct rtnl_link *link)
{
	struct daemon *daemon = ctx;

	if (!daemon->core)
		return;
	own_tell(daemon);
	port_link_changed(daemon, link);
}

static void on_route(void *ctx, const struct ip_prefix *prefix)
{
	struct daemon *daemon = ctx;

	if (daemon->core)
		watch_answer(daemon, prefix);
}

static void on_log(void *ctx, enum note_level level, const char *line)
{
	struct daemon *daemon = ctx;

	if (level == NOTE_WARN)
		(void)snprintf(daemon->refusal, sizeof(daemon->refusal), "%s",
			       line); /* may be cut */
	log_line(level, line);
}

static void on_upcall(void *ctx, const struct dplane_upcall *upcall)
{
	struct core_event event = { .kind = EV_DATA,
				    .data = { .kind = upcall->kind,
					      .link = upcall->link,
					      .source = upcall->source,
					      .group = upcall->group } };

	if (!follow_accepts(ctx, upcall->link, &upcall->source, &upcall->group))
		return;
	daemon_post(ctx, &event); /* not fed here: the answer may change what is being read */
}

static void on_captured(void *ctx, const struct dplane_captured *captured)
{
	struct daemon *daemon = ctx;

	daemon->clients->captured(daemon, captured);
}

static void on_waits(void *ctx)
{
	follow_waits(ctx);
}

static void on_dplane(void *ctx, uint32_t revents)
{
	struct daemon *daemon = ctx;

	(void)revents; /* only readable is asked for */
	if (daemon_takes_more(daemon))
		dplane_dispatch(daemon->dplane);
	daemon_flush(daemon);
}

static void on_stop(void *ctx)
{
	daemon_stop(ctx, DAEMON_END);
}

static void on_keep(void *ctx)
{
	daemon_stop(ctx, DAEMON_KEEP);
}

static int fail(int err, const char *what)
{
	log_format(NOTE_WARN, "cannot %s: %s", what, strerror(-err));
	return err;
}

static int start_loop(struct daemon *daemon)
{
	int err = loop_new(&daemon->loop);

	if (!err)
		err = loop_on_timer(daemon->loop, on_timer, daemon);
	if (!err)
		err = loop_on_stop(daemon->loop, on_stop, on_keep, daemon);
	return err ? fail(err, "start the event loop") : 0;
}

static int start_ctl(struct daemon *daemon)
{
	int err = ctlsock_new(daemon->loop, daemon->options->instance, daemon->clients->request,
			      daemon, &daemon->ctl);

	if (err == -EADDRINUSE) {
		log_format(NOTE_WARN, "instance %s is running already", daemon->options->instance);
		return err;
	}
	return err ? fail(err, "open the control socket under " CTL_SOCKET_DIR) : 0;
}

static int start_dplane(struct daemon *daemon)
{
	const struct core_settings settings = settings_of_instance(daemon);
	const struct dplane_config config = {
		.instance = daemon->options->instance,
		.mroute_table = daemon->rules.table[CONFIG_MULTICAST],
		.max_links = LINKS_MAX,
		.max_routes = IP_FAMILY_COUNT * settings.trees,
		.max_sets = settings.output_sets,
		.discard_pins = daemon->options->discards_pins,
		.shares_xdp = daemon->options->shares_xdp,
		.follows = follow_is_on(daemon),
		.keepalive_ms = 1000 * daemon->rules.keepalive_s,
		.hash_key = &daemon->hash_key,
		.stale_for = HP_SEC(settings.stale_s),
		.ctx = daemon,
		.upcall = on_upcall,
		.captured = on_captured,
		.waits = on_waits,
		.log = on_log,
	};
	int err;

	if (getrandom(&daemon->hash_key, sizeof(daemon->hash_key), 0) != sizeof(daemon->hash_key))
		return fail(-EIO, "draw random numbers");
	err = dplane_new(&config, &daemon->dplane);
	if (err)
		return err; /* it said why */
	err = loop_add(daemon->loop, dplane_fd(daemon->dplane), EPOLLIN, on_dplane, daemon,
		       &daemon->dplane_watch);
	return err ? fail(err, "watch the forwarding plane") : 0;
}

static int start_system(struct daemon *daemon)
{
	const struct rtnl_handlers handlers = {
		.ctx = daemon, .link = on_link, .route = on_route, .log = on_log
	};
	int err = rtnl_new(daemon->loop, daemon->rules.table[CONFIG_UNICAST], &handlers,
			   &daemon->rtnl);

	if (err)
		return fail(err, "read links and routes from the kernel");
	err = rawsock_new(daemon->loop, on_packet, daemon, &daemon->rawsock);
	return err ? fail(err, "prepare the protocol sockets") : 0;
}

static int start_core(struct daemon *daemon)
{
	struct core_limits limits = core_limits_default;
	int err = 0;

	limits.trees = settings_of_instance(daemon).trees;
	limits.unix_s = unix_at_zero(daemon);
	limits.first_sn = FIRST_SN_BELOW;
	if (getrandom(&limits.seed, sizeof(limits.seed), 0) != sizeof(limits.seed))
		return fail(-EIO, "draw a random number"); /* the hash tables depend on it */
	limits.hmac = crypto_hmac;
	if (crypto_init() < 0)
		return fail(-EIO, "set up the cryptography library");
	daemon->core = core_new(&limits);
	if (!daemon->core)
		return fail(-ENOMEM, "set up the protocols");
	if (daemon->options->record_path)
		err = record_open(daemon->options->record_path, &limits, &daemon->record);
	return err ? fail(err, "write the history") : 0;
}

int daemon_start(struct daemon *daemon, const struct daemon_options *options,
		 const struct daemon_clients *clients)
{
	int err;

	daemon->options = options;
	daemon->clients = clients;
	daemon->started_at = loop_now();
	err = start_loop(daemon);
	if (!err)
		err = start_ctl(daemon);
	if (!err && options->discards_pins)
		saved_remove(daemon);
	if (!err)
		err = running_boot_read(daemon);
	if (!err)
		saved_load_instance(daemon);
	if (!err)
		err = start_dplane(daemon);
	if (!err)
		err = start_system(daemon);
	if (!err)
		err = start_core(daemon);
	if (!err)
		err = follow_start(daemon);
	if (err) {
		/* What an earlier run left goes on; it is not ours to end. */
		daemon->end = saved_exists(daemon) ? DAEMON_KEEP : DAEMON_END;
		return err;
	}
	settings_feed(daemon);
	own_tell(daemon);
	daemon_flush(daemon); /* the first lease */
	if (saved_exists(daemon))
		saved_load(daemon);
	else
		running_boot(daemon);
	running_boot_end(daemon);
	running_follow(daemon);
	if (!follow_is_on(daemon))
		stale_routes_feed(daemon); /* else the table says what is left */
	running_listen(daemon);
	daemon->is_serving = true;
	daemon_flush(daemon);
	return privileges_drop(options->instance, options->shares_xdp);
}

/*
 * A daemon that is followed by another one says no goodbye: the neighbors keep what they know of
 * this router until the next one speaks, or their hold time ends, and the lease with it.
 */
void daemon_stop(struct daemon *daemon, enum daemon_end end)
{
	const struct core_event goodbye = { .kind = EV_COMMAND,
					    .command = { .kind = COMMAND_STOP } };

	daemon->end = end;
	if (end == DAEMON_END) {
		daemon_feed(daemon, &goodbye);
		daemon->is_unsaved = false;
		saved_remove(daemon);
	} else if (daemon->is_unsaved) {
		saved_store(daemon);
	}
	if (end == DAEMON_RESTART)
		loop_leave(daemon->loop);
	else
		loop_quit(daemon->loop);
}

void daemon_fini(struct daemon *daemon)
{
	if (daemon->clients)
		daemon->clients->close(daemon);
	loop_del(daemon->dplane_watch);
	dplane_free(daemon->dplane, daemon->end != DAEMON_END);
	rawsock_free(daemon->rawsock);
	follow_free(daemon);
	rtnl_free(daemon->rtnl);
	ctlsock_free(daemon->ctl);
	watch_fini(daemon);
	static_fini(daemon);
	rpf_metric_fini(daemon);
	policy_items_free(daemon);
	for (uint16_t link = 0; link < LINKS_MAX; link++)
		config_keys_fini(&daemon->ports[link].keys);
	running_fini(daemon);
	core_free(daemon->core);
	record_close(daemon->record);
	free(daemon->posted);
	loop_free(daemon->loop);
}
