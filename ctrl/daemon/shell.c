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

#include "core/history.h"
#include "core/inspect.h"
#include "io/crypto.h"
#include "io/file.h"
#include "daemon/privileges.h"
#include "daemon/shell.h"

/* Trees of each family; the forwarding plane has room for those of both. */
#define TREES_MAX 50000u

/* A lease shorter than a few Hello periods is renewed so often within its time. */
#define LEASE_PARTS 4

/* BootTimes must grow over restarts (description of HPIM-DM, 3.1): the greatest one used. */
#define BOOT_TIME_PATH CTL_SOCKET_DIR "/%s.boot"

static uint32_t load_boot_time(const struct shell *shell)
{
	uint32_t boot_time = 0;
	char path[256];
	FILE *file;

	(void)snprintf(path, sizeof(path), BOOT_TIME_PATH, shell->options->instance);
	file = fopen(path, "re");
	if (!file)
		return 0; /* the first start of this instance */
	if (fscanf(file, "%" SCNu32, &boot_time) != 1)
		boot_time = 0;
	(void)fclose(file); /* only read */
	return boot_time;
}

static void save_boot_time(const struct shell *shell)
{
	char path[256], text[16];
	int len, err;

	(void)snprintf(path, sizeof(path), BOOT_TIME_PATH, shell->options->instance);
	len = snprintf(text, sizeof(text), "%" PRIu32 "\n", inspect_boot_time(shell->core));
	err = file_replace(path, text, (size_t)len);
	if (err)
		log_format(NOTE_WARN, "cannot write %s: %s", path, strerror(-err));
}

/* More than can be guessed by who does not see our messages; most numbers are left to be used. */
#define FIRST_SN_BELOW (UINT32_C(1) << 30)

/* UNIX time at hp_time 0, moved on where the clock would repeat a BootTime. */
static uint32_t unix_at_zero(const struct shell *shell)
{
	uint32_t unix_s = (uint32_t)time(NULL), last = load_boot_time(shell);

	if (unix_s <= last)
		unix_s = last + 1;
	return unix_s - (uint32_t)(loop_now() / HP_SEC(1));
}

static uint32_t ifindex_of(const struct shell *shell, uint16_t link)
{
	return shell->ports[link].ifindex;
}

static void do_send(struct shell *shell, const struct fx_send *send)
{
	int err = rawsock_send(shell->rawsock, send);

	if (err)
		log_format(shell->options->is_verbose ? NOTE_INFO : NOTE_DEBUG,
			   "%s: control packet not sent: %s; the protocol repeats it",
			   port_name(shell, send->link), strerror(-err));
}

static void do_join(struct shell *shell, const struct fx_group *join)
{
	int err = rawsock_join(shell->rawsock, join, ifindex_of(shell, join->link));

	if (!err)
		return;
	shell->ports[join->link].error = err;
	log_format(NOTE_WARN, "%s: cannot open the sockets of %s: %s", port_name(shell, join->link),
		   join->socket == SOCKET_103 ? "HPIM-DM" : "IGMP or MLD", rawsock_join_error(err));
}

static void do_put(struct shell *shell, const struct mfib_route *route)
{
	static hp_time again_at; /* whatever refuses one refuses all of a flood */
	int err = dplane_put(shell->dplane, route);

	if (!err || loop_now() < again_at)
		return;
	log_format(NOTE_WARN,
		   "forwarding plane refuses a route: %s; its packets are not forwarded until the "
		   "next change; others may be refused without a line in this second",
		   strerror(-err));
	again_at = loop_now() + HP_SEC(1);
}

static void do_ask(struct shell *shell, const struct mfib_key *key)
{
	struct core_event event = { .kind = EV_DATA,
				    .data = { .kind = DATA_SEEN,
					      .link = LINK_NONE,
					      .source = key->source,
					      .group = key->group,
					      .seen_for = HP_TIME_NEVER } };
	struct dplane_route_state state;

	if (dplane_route_state(shell->dplane, key, &state) == 0)
		event.data.seen_for = state.seen_for;
	shell_post(shell, &event);
}

static void do_note(struct shell *shell, const struct core_note *note)
{
	log_note(shell, note);
	if ((note->code == NOTE_LINK_ON && note->v[1] == PROTO_HPIM) ||
	    note->code == NOTE_SN_EXHAUSTED)
		save_boot_time(shell);
	shell->is_unsaved |= note->code == NOTE_NEIGHBOR_STATE || note->code == NOTE_NEIGHBOR_GONE;
}

static void perform(struct shell *shell, const struct core_effect *effect)
{
	switch (effect->kind) {
	case FX_SEND: do_send(shell, &effect->send); break;
	case FX_JOIN: do_join(shell, &effect->group); break;
	case FX_LEAVE: rawsock_leave(shell->rawsock, &effect->group); break;
	case FX_RPF_WATCH: watch_add(shell, &effect->rpf_source); break;
	case FX_RPF_UNWATCH: watch_del(shell, &effect->rpf_source); break;
	case FX_MFIB_PUT: do_put(shell, &effect->route); break;
	case FX_MFIB_DEL: dplane_del(shell->dplane, &effect->key); break;
	case FX_MFIB_ASK: do_ask(shell, &effect->key); break;
	case FX_NOTE: do_note(shell, &effect->note); break;
	}
}

static void keep(struct shell *shell, const struct history_event *happened)
{
	int err = shell->record ? record_event(shell->record, happened) : 0;

	if (!err)
		return;
	log_format(NOTE_WARN, "%s: %s; recording ends here", shell->options->record_path,
		   strerror(-err));
	record_close(shell->record);
	shell->record = NULL;
}

static void feed_one(struct shell *shell, const struct core_event *event)
{
	struct history_event happened = { .now = loop_now(),
					  .event = *event,
					  .effect_hash = HISTORY_HASH };
	const struct core_effect *effect;

	core_handle(shell->core, happened.now, event);
	while ((effect = core_effect_next(shell->core))) {
		if (shell->record) {
			happened.effect_count++;
			happened.effect_hash = history_effect_hash(happened.effect_hash, effect);
		}
		perform(shell, effect);
	}
	keep(shell, &happened);
}

/* Events posted while these are fed are appended, and fed too. */
static void feed_posted(struct shell *shell)
{
	for (size_t i = 0; i < shell->posted_count; i++) {
		const struct core_event event = shell->posted[i]; /* the array may move */

		feed_one(shell, &event);
	}
	shell->posted_count = 0;
}

/*
 * Together with the Hellos, so that the lease ends when the neighbors give this router up: earlier
 * there would be a gap, later each packet would be forwarded twice. A lease that was set too short
 * for that is renewed more often.
 */
static hp_time lease_renewal(const struct shell *shell, hp_time now)
{
	hp_time hello = core_hello_next(shell->core, now);
	hp_time part = now + shell->options->lease_for / LEASE_PARTS;

	return shell->options->lease_for < HP_SEC(HOLD_FACTOR * shell->options->hello_s) &&
			       part < hello
		       ? part
		       : hello;
}

static void renew_lease(struct shell *shell)
{
	hp_time now = loop_now(), next = lease_renewal(shell, now);

	if (now >= shell->renew_at) {
		if (dplane_renew(shell->dplane, shell->options->lease_for) < 0)
			log_line(NOTE_WARN,
				 "the lease of the forwarding plane cannot be renewed; XDP stops "
				 "forwarding when it ends");
		shell->renew_at = next;
	}
	if (next < shell->renew_at)
		shell->renew_at = next; /* the first interface began to send Hellos */
}

static void arm(struct shell *shell)
{
	hp_time deadline = core_deadline(shell->core);

	if (shell->renew_at < deadline)
		deadline = shell->renew_at;
	if (shell->is_unsaved && shell->save_at < deadline)
		deadline = shell->save_at;
	if (loop_arm(shell->loop, deadline) < 0)
		log_line(NOTE_WARN, "the timer of the event loop cannot be set");
}

void shell_feed(struct shell *shell, const struct core_event *event)
{
	assert(!shell->is_feeding);
	shell->is_feeding = true;
	feed_one(shell, event);
	feed_posted(shell);
	shell->is_feeding = false;
	renew_lease(shell);
	saved_store_due(shell);
	arm(shell);
}

void shell_post(struct shell *shell, const struct core_event *event)
{
	if (shell->posted_count == shell->posted_room) {
		shell->posted_room = shell->posted_room ? 2 * shell->posted_room : 64;
		shell->posted = realloc(shell->posted, shell->posted_room * sizeof(*shell->posted));
		assert(shell->posted);
	}
	shell->posted[shell->posted_count++] = *event;
}

static void on_timer(void *ctx)
{
	shell_feed(ctx, &(struct core_event){ .kind = EV_CLOCK });
}

static void on_packet(void *ctx, const struct ev_packet *packet)
{
	shell_feed(ctx, &(struct core_event){ .kind = EV_PACKET, .packet = *packet });
}

static void own_tell_link(struct shell *shell, const struct rtnl_link *link)
{
	for (unsigned int i = 0; i < link->addr_count; i++) {
		struct ip_addr broadcast;

		dplane_own_add(shell->dplane, &link->addrs[i].addr, DPLANE_OWN_ADDRESS);
		if (ip_prefix_broadcast(&link->addrs[i], &broadcast))
			dplane_own_add(shell->dplane, &broadcast, DPLANE_OWN_BROADCAST);
	}
}

/* All addresses of this machine, also of interfaces that are not attached. */
static void own_tell(struct shell *shell)
{
	const struct rtnl_link *link = NULL;

	dplane_own_begin(shell->dplane);
	while ((link = rtnl_link_next(shell->rtnl, link)))
		own_tell_link(shell, link);
	dplane_own_end(shell->dplane);
}

static void on_link(void *ctx, const struct rtnl_link *link)
{
	struct shell *shell = ctx;

	if (!shell->core)
		return;
	own_tell(shell);
	port_link_changed(shell, link);
}

static void on_route(void *ctx, const struct ip_prefix *prefix)
{
	struct shell *shell = ctx;

	if (shell->core)
		watch_answer(shell, prefix);
}

static void on_say(void *ctx, enum note_level level, const char *line)
{
	struct shell *shell = ctx;

	if (level == NOTE_WARN)
		(void)snprintf(shell->refusal, sizeof(shell->refusal), "%s", line); /* may be cut */
	log_line(level, line);
}

static void on_upcall(void *ctx, const struct dplane_upcall *upcall)
{
	struct core_event event = { .kind = EV_DATA,
				    .data = { .kind = upcall->kind,
					      .link = upcall->link,
					      .source = upcall->source,
					      .group = upcall->group } };

	shell_post(ctx, &event); /* not fed here: the answer may change what is being read */
}

static void on_captured(void *ctx, const struct dplane_captured *captured)
{
	capture_packet(ctx, captured);
}

static void on_dplane(void *ctx, uint32_t revents)
{
	struct shell *shell = ctx;

	(void)revents; /* only readable is asked for */
	dplane_dispatch(shell->dplane);
	on_timer(shell);
}

static void on_stop(void *ctx)
{
	shell_stop(ctx, SHELL_END);
}

static void on_keep(void *ctx)
{
	shell_stop(ctx, SHELL_KEEP);
}

static int fail(int err, const char *what)
{
	log_format(NOTE_WARN, "cannot %s: %s", what, strerror(-err));
	return err;
}

static int start_loop(struct shell *shell)
{
	int err = loop_new(&shell->loop);

	if (!err)
		err = loop_on_timer(shell->loop, on_timer, shell);
	if (!err)
		err = loop_on_stop(shell->loop, on_stop, on_keep, shell);
	return err ? fail(err, "start the event loop") : 0;
}

static int start_ctl(struct shell *shell)
{
	int err =
		ctlsock_new(shell->loop, shell->options->instance, ctl_request, shell, &shell->ctl);

	if (err == -EADDRINUSE) {
		log_format(NOTE_WARN, "instance %s is running already", shell->options->instance);
		return err;
	}
	return err ? fail(err, "open the control socket under " CTL_SOCKET_DIR) : 0;
}

static int start_dplane(struct shell *shell)
{
	const struct dplane_config config = {
		.instance = shell->options->instance,
		.mroute_table = shell->options->mroute_table,
		.max_links = LINKS_MAX,
		.max_routes = IP_FAMILY_COUNT * TREES_MAX,
		.max_sets = 4096,
		.discard_pins = shell->options->discards_pins,
		.shares_xdp = shell->options->shares_xdp,
		.stale_for = shell->options->stale_for,
		.ctx = shell,
		.upcall = on_upcall,
		.captured = on_captured,
		.say = on_say,
	};
	int err = dplane_new(&config, &shell->dplane);

	if (err)
		return err; /* it said why */
	err = loop_add(shell->loop, dplane_fd(shell->dplane), EPOLLIN, on_dplane, shell,
		       &shell->dplane_watch);
	return err ? fail(err, "watch the forwarding plane") : 0;
}

static int start_system(struct shell *shell)
{
	const struct rtnl_handlers handlers = {
		.ctx = shell, .link = on_link, .route = on_route, .say = on_say
	};
	int err = rtnl_new(shell->loop, shell->options->unicast_table, &handlers, &shell->rtnl);

	if (err)
		return fail(err, "read links and routes from the kernel");
	err = rawsock_new(shell->loop, on_packet, shell, &shell->rawsock);
	return err ? fail(err, "prepare the protocol sockets") : 0;
}

static int start_core(struct shell *shell)
{
	struct core_limits limits = core_limits_default;
	int err = 0;

	limits.trees = TREES_MAX;
	limits.unix_s = unix_at_zero(shell);
	limits.first_sn = FIRST_SN_BELOW;
	if (getrandom(&limits.seed, sizeof(limits.seed), 0) != sizeof(limits.seed))
		return fail(-EIO, "draw a random number"); /* the hash tables depend on it */
	limits.hmac = crypto_hmac;
	if (crypto_init() < 0)
		return fail(-EIO, "set up the cryptography library");
	shell->core = core_new(&limits);
	if (!shell->core)
		return fail(-ENOMEM, "set up the protocols");
	if (shell->options->record_path)
		err = record_open(shell->options->record_path, &limits, &shell->record);
	return err ? fail(err, "write the history") : 0;
}

static void configure(struct shell *shell)
{
	struct core_event event = { .kind = EV_CONFIG,
				    .config = { .kind = CONFIG_SETTINGS,
						.settings = core_settings_default } };

	event.config.settings.hello_period_s = shell->options->hello_s;
	if (shell->options->hello_s != core_settings_default.hello_period_s)
		shell_feed(shell, &event);
}

int shell_start(struct shell *shell, const struct shell_options *options)
{
	int err;

	shell->options = options;
	shell->started_at = loop_now();
	err = start_loop(shell);
	if (!err)
		err = start_ctl(shell);
	if (!err && options->discards_pins)
		saved_remove(shell);
	if (!err)
		err = start_dplane(shell);
	if (!err)
		err = start_system(shell);
	if (!err)
		err = start_core(shell);
	if (err) {
		/* What an earlier run left goes on; it is not ours to end. */
		shell->end = saved_exists(shell) ? SHELL_KEEP : SHELL_END;
		return err;
	}
	configure(shell);
	own_tell(shell);
	on_timer(shell); /* the first lease */
	saved_load(shell);
	stale_routes_feed(shell);
	return privileges_drop(options->instance, options->shares_xdp);
}

/*
 * A daemon that is followed by another one says no goodbye: the neighbors keep what they know of
 * this router until the next one speaks, or their hold time ends, and the lease with it.
 */
void shell_stop(struct shell *shell, enum shell_end end)
{
	const struct core_event goodbye = { .kind = EV_COMMAND,
					    .command = { .kind = COMMAND_STOP } };

	shell->end = end;
	if (end == SHELL_END) {
		shell_feed(shell, &goodbye);
		shell->is_unsaved = false;
		saved_remove(shell);
	} else if (shell->is_unsaved) {
		saved_store(shell);
	}
	if (end == SHELL_RESTART)
		loop_leave(shell->loop);
	else
		loop_quit(shell->loop);
}

void shell_fini(struct shell *shell)
{
	capture_fini(shell);
	loop_del(shell->dplane_watch);
	dplane_free(shell->dplane, shell->end != SHELL_END);
	rawsock_free(shell->rawsock);
	rtnl_free(shell->rtnl);
	ctlsock_free(shell->ctl);
	watch_fini(shell);
	core_free(shell->core);
	record_close(shell->record);
	free(shell->posted);
	loop_free(shell->loop);
}
