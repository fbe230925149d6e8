// SPDX-License-Identifier: GPL-2.0-only
/*
 * Packets forwarded and dropped, by interface and reason: those of the forwarding plane, and what
 * the protocols refused.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "core/inspect.h"
#include "daemon/daemon.h"
#include "daemon/port.h"
#include "dplane/dplane.h"
#include "io/ctlsock.h"
#include "io/field.h"
#include "io/rawsock.h"
#include "mgmt/counters.h"
#include "mgmt/reason.h"

/* Who counts what of all that is counted. */
struct counting {
	const struct show *show;
	counters_fn *each;
	void *ctx;
};

static void show_counter(void *ctx, const struct dplane_counter *counter)
{
	const struct show *show = ctx;
	struct json_object *record;

	if (!show_includes(show, counter->link))
		return;
	record = json_object_new_object();
	field_put_text(record, "interface", port_name(show->daemon, counter->link));
	field_put_text(record, "reason", counter->reason);
	field_put_number(record, "packets", counter->packets);
	field_put_number(record, "bytes", counter->bytes);
	field_put_text(record, "meaning", reason_sentence(counter->reason));
	show_record(show, record);
}

static void count_refusal(const struct counting *counting, uint16_t link, const char *reason,
			  uint64_t packets)
{
	const struct dplane_counter counter = { .link = link,
						.reason = reason,
						.packets = packets };

	if (packets)
		counting->each(counting->ctx, &counter);
}

static uint64_t malformed_headers(const struct rawsock *rawsock, uint16_t link)
{
	uint64_t sum = 0;

	for (enum ip_family family = IP_FAMILY_4; family < IP_FAMILY_COUNT; family++)
		for (enum core_socket socket = 0; socket < SOCKET_COUNT; socket++)
			sum += rawsock_malformed(rawsock, link, family, socket);
	return sum;
}

/* What the protocols refused: control packets, trees beyond a limit. */
static void count_refused(const struct counting *counting, uint16_t link)
{
	const struct daemon *daemon = counting->show->daemon;
	const struct core *core = daemon->core;

	count_refusal(counting, link, REASON_HEADER, malformed_headers(daemon->rawsock, link));
	for (enum note_code code = 0; code < NOTE_CODE_COUNT; code++)
		if (reason_of_note(code))
			count_refusal(counting, link, reason_of_note(code),
				      inspect_refused(core, link, code));
	for (enum pimdm_refusal refusal = PIMDM_ACCEPTED + 1; refusal < PIMDM_REFUSAL_COUNT;
	     refusal++)
		count_refusal(counting, link, reason_of_pim(refusal),
			      inspect_pim_refused(core, link, refusal));
	for (enum gm_refusal refusal = 0; refusal < GM_REFUSAL_COUNT; refusal++)
		count_refusal(counting, link, reason_of_gm(refusal),
			      inspect_gm_refused(core, link, refusal));
}

bool counters_begin(struct show *show)
{
	show->unsettled = dplane_unsettled(show->daemon->dplane);
	return true;
}

bool counters_are_settled(struct show *show)
{
	if (!show->unsettled)
		return true;
	dplane_settle_next(show->daemon->dplane);
	show->unsettled--;
	return false;
}

/* ---- since "clear counters" ---- */

/* What a counter was then. The forwarding plane, metrics and explain go on from it. */
struct counter_base {
	UT_hash_handle hh;
	struct counter_key {
		uint16_t link;
		char reason[30];
	} key;
	uint64_t packets, bytes;
};

static struct counter_base *base_find(const struct daemon *daemon,
				      const struct dplane_counter *counter)
{
	struct counter_key key = { .link = counter->link };
	struct counter_base *base;

	(void)snprintf(key.reason, sizeof(key.reason), "%s", counter->reason); /* it fits */
	HASH_FIND(hh, daemon->counters_base, &key, sizeof(key), base);
	return base;
}

static void base_set(void *ctx, const struct dplane_counter *counter)
{
	struct daemon *daemon = ctx;
	struct counter_base *base = base_find(daemon, counter);

	if (!base) {
		base = calloc(1, sizeof(*base));
		assert(base);
		base->key.link = counter->link;
		(void)snprintf(base->key.reason, sizeof(base->key.reason), "%s", counter->reason);
		HASH_ADD(hh, daemon->counters_base, key, sizeof(base->key), base);
	}
	base->packets = counter->packets;
	base->bytes = counter->bytes;
}

/* One that began again, of another interface with the number, has no base. */
static void count_since(void *ctx, const struct dplane_counter *counter)
{
	const struct counting *counting = ctx;
	const struct counter_base *base = base_find(counting->show->daemon, counter);
	struct dplane_counter since = *counter;

	if (base && base->packets <= counter->packets && base->bytes <= counter->bytes) {
		since.packets -= base->packets;
		since.bytes -= base->bytes;
	}
	if (since.packets)
		counting->each(counting->ctx, &since);
}

static void count_all(const struct show *show, counters_fn *each, void *ctx)
{
	const struct counting counting = { show, each, ctx };

	for (uint16_t link = 0; link < LINKS_MAX; link++)
		if (show->daemon->ports[link].is_used)
			count_refused(&counting, link);
	dplane_counters(show->daemon->dplane, each, ctx);
}

void counters_each(const struct show *show, counters_fn *each, void *ctx)
{
	struct counting counting = { show, each, ctx };

	if (show->client) /* else it is for metrics, which never go back */
		count_all(show, count_since, &counting);
	else
		count_all(show, each, ctx);
}

void counters_clear(struct daemon *daemon, struct ctl_client *client, const char *cmd,
		    struct json_object *args)
{
	struct show show = { .daemon = daemon, .client = client };

	(void)cmd;  /* it has one name */
	(void)args; /* it has none */
	(void)counters_begin(&show);
	while (!counters_are_settled(&show))
		;
	count_all(&show, base_set, daemon);
	ctl_reply_end(client, NULL);
}

void counters_fini(struct daemon *daemon)
{
	struct counter_base *base, *next;

	HASH_ITER (hh, daemon->counters_base, base, next) {
		HASH_DEL(daemon->counters_base, base);
		free(base);
	}
}

/* ---- views ---- */

bool counters_step(struct show *show)
{
	if (!counters_are_settled(show))
		return false;
	counters_each(show, show_counter, show);
	return true;
}

bool counters_are_drops(const char *reason)
{
	return reason_is_trouble(reason);
}

static void show_drop(void *ctx, const struct dplane_counter *counter)
{
	if (counters_are_drops(counter->reason))
		show_counter(ctx, counter);
}

bool counters_drops_step(struct show *show)
{
	if (!counters_are_settled(show))
		return false;
	counters_each(show, show_drop, show);
	return true;
}
