// SPDX-License-Identifier: GPL-2.0-only
/*
 * Packets forwarded and dropped, by interface and reason: those of the forwarding plane, and what
 * the protocols refused.
 */
#include "core/inspect.h"
#include "daemon/daemon.h"
#include "daemon/port.h"
#include "dplane/dplane.h"
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

void counters_each(const struct show *show, counters_fn *each, void *ctx)
{
	const struct counting counting = { show, each, ctx };

	for (uint16_t link = 0; link < LINKS_MAX; link++)
		if (show->daemon->ports[link].is_used)
			count_refused(&counting, link);
	dplane_counters(show->daemon->dplane, each, ctx);
}

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
