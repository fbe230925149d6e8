// SPDX-License-Identifier: GPL-2.0-only
/*
 * Messages of the control protocols by type, and packets that were refused by reason, per interface
 * and family (core/counters.h). Totals of the refusals are in "show counters", too.
 */
#include "core/counters.h"
#include "core/inspect.h"
#include "daemon/daemon.h"
#include "io/ctlsock.h"
#include "io/field.h"
#include "io/rawsock.h"
#include "mgmt/protocol_counters.h"
#include "mgmt/reason.h"

static struct json_object *record_new(const struct show *show, const char *protocol)
{
	struct json_object *record = json_object_new_object();

	field_put_text(record, "interface", port_name(show->daemon, show->link));
	field_put_number(record, "family", show->family == IP_FAMILY_4 ? 4 : 6);
	field_put_text(record, "protocol", protocol);
	return record;
}

static void show_message(const struct show *show, enum message message,
			 const uint64_t ways[MESSAGE_WAY_COUNT])
{
	struct json_object *record;

	if (!ways[MESSAGE_SENT] && !ways[MESSAGE_RETRANSMITTED] && !ways[MESSAGE_RECEIVED])
		return;
	record = record_new(show, message_protocol(message, show->family));
	field_put_text(record, "message", message_name(message));
	field_put_number(record, "sent", ways[MESSAGE_SENT]);
	field_put_number(record, "received", ways[MESSAGE_RECEIVED]);
	field_put_number(record, "retransmitted", ways[MESSAGE_RETRANSMITTED]);
	show_record(show, record);
}

static void show_refused(const struct show *show, const char *protocol, const char *reason,
			 uint64_t packets)
{
	struct json_object *record;

	if (!packets)
		return;
	record = record_new(show, protocol);
	field_put_number(record, "refused", packets);
	field_put_text(record, "reason", reason);
	show_record(show, record);
}

static void show_malformed(const struct show *show, const struct counters *counters)
{
	for (enum core_socket socket = 0; socket < SOCKET_COUNT; socket++) {
		const char *protocol = socket_protocol(socket, show->family);

		show_refused(
			show, protocol, REASON_HEADER,
			rawsock_malformed(show->daemon->rawsock, show->link, show->family, socket));
		show_refused(show, protocol, reason_of_note(NOTE_PACKET_BAD),
			     counters->malformed[socket]);
	}
}

static void protocol_counters_link(const struct show *show)
{
	static const enum note_code codes[] = {
		NOTE_PACKET_FOREIGN,     NOTE_PACKET_UNSIGNED, NOTE_PACKET_SOURCE,  NOTE_PACKET_TTL,
		NOTE_PACKET_DESTINATION, NOTE_PACKET_STRANGER, NOTE_PACKET_STATION,
	};
	const char *hpim = socket_protocol(SOCKET_103, show->family);
	const char *gm = socket_protocol(SOCKET_GM, show->family);
	const struct counters *counters =
		inspect_counters(show->daemon->core, show->link, show->family);

	for (enum message message = 0; message < MESSAGE_COUNT; message++)
		show_message(show, message, counters->messages[message]);
	show_malformed(show, counters);
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		show_refused(show, hpim, reason_of_note(codes[i]), counters->noted[codes[i]]);
	show_refused(show, "pim", reason_of_note(NOTE_PACKET_HPIM),
		     counters->noted[NOTE_PACKET_HPIM]);
	for (enum pimdm_refusal reason = PIMDM_ACCEPTED + 1; reason < PIMDM_REFUSAL_COUNT; reason++)
		show_refused(show, "pim", reason_of_pim(reason), counters->pim_refused[reason]);
	for (enum gm_refusal reason = 0; reason < GM_REFUSAL_COUNT; reason++)
		show_refused(show, gm, reason_of_gm(reason), counters->gm_refused[reason]);
}

bool protocol_counters_step(struct show *show)
{
	return show_next_link(show, protocol_counters_link);
}
