// SPDX-License-Identifier: GPL-2.0-only
/* HPIM-DM, PIM-DM, IGMP and MLD; the names of the fields are those of their documents. */
#include "hpimsim/html_message.h"

#include <stdarg.h>
#include <string.h>

#include "base/addr_text.h"
#include "wire/gm_record.h"
#include "wire/hpim.h"
#include "wire/igmp.h"
#include "wire/ip103.h"
#include "wire/mld.h"
#include "wire/pim.h"

#define SOURCES_SHOWN 8u

__attribute__((format(printf, 3, 4))) static void field(struct html_message *message,
							const char *name, const char *format, ...)
{
	va_list args;

	if (message->field_count == HTML_FIELDS_MAX)
		return; /* a page is to be read */
	message->fields[message->field_count].name = name;
	va_start(args, format);
	(void)vsnprintf(message->fields[message->field_count].value,
			sizeof(message->fields[0].value), format, args);
	va_end(args);
	message->field_count++;
}

__attribute__((format(printf, 2, 3))) static void summary(struct html_message *message,
							  const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(message->summary, sizeof(message->summary), format, args);
	va_end(args);
}

static void kind(struct html_message *message, const char *name)
{
	(void)snprintf(message->kind, sizeof(message->kind), "%s", name);
}

/* ---- HPIM-DM ---- */

static void hello(struct html_message *message, const struct hpim_hello *options)
{
	if (options->has_hold)
		field(message, "HoldTime", "%u s", options->hold_s);
	if (options->has_checkpoint)
		field(message, "CheckpointSN", "%u", options->checkpoint_sn);
}

static void sync(struct html_message *message, enum ip_family family, const struct hpim_sync *sync)
{
	field(message, "SyncSN", "%u", sync->sync_sn);
	field(message, "Master", "%s", sync->is_master ? "yes" : "no");
	field(message, "More", "%s", sync->has_more ? "yes" : "no");
	field(message, "MySnapshotSN", "%u", sync->my_snapshot_sn);
	field(message, "NeighborSnapshotSN", "%u", sync->neighbor_snapshot_sn);
	field(message, "NeighborBootTime", "%u", sync->neighbor_boot_time);
	if (!sync->has_more)
		hello(message, &sync->options);
	for (size_t i = 0; sync->has_more && i < sync->entry_count; i++) {
		struct hpim_entry entry;

		if (hpim_entry_decode(family, sync, i, &entry))
			return; /* hpim_decode() has refused it */
		field(message, "Tree", "%s, %s cost %u/%u", ip_addr_text(&entry.source).s,
		      ip_addr_text(&entry.group).s, entry.rpc.preference, entry.rpc.metric);
	}
	summary(message, "SN %u%s, snapshots %u/%u%s", sync->sync_sn,
		sync->is_master ? " master" : "", sync->my_snapshot_sn, sync->neighbor_snapshot_sn,
		sync->has_more ? ", with trees" : "");
}

static void tree(struct html_run *run, struct html_message *message, const struct hpim_msg *msg)
{
	const struct addr_text source = ip_addr_text(&msg->tree.source);
	const struct addr_text group = ip_addr_text(&msg->tree.group);

	message->tree = html_run_tree(run, source.s, group.s);
	field(message, "Source", "%s", source.s);
	field(message, "Group", "%s", group.s);
	field(message, "SN", "%u", msg->tree.sn);
	summary(message, "(%s, %s) SN %u", source.s, group.s, msg->tree.sn);
	if (msg->type == HPIM_UPSTREAM) {
		field(message, "MetricPreference", "%u", msg->tree.rpc.preference);
		field(message, "Metric", "%u", msg->tree.rpc.metric);
		summary(message, "(%s, %s) cost %u/%u", source.s, group.s, msg->tree.rpc.preference,
			msg->tree.rpc.metric);
	} else if (msg->type == HPIM_ACK) {
		field(message, "NeighborBootTime", "%u", msg->tree.neighbor_boot_time);
		field(message, "NeighborSnapshotSN", "%u", msg->tree.neighbor_snapshot_sn);
		field(message, "MySnapshotSN", "%u", msg->tree.my_snapshot_sn);
	} else {
		summary(message, "(%s, %s)", source.s, group.s);
	}
}

static void read_hpim(struct html_run *run, enum ip_family family, const struct fx_send *sent,
		      struct html_message *message)
{
	static const char *const names[HPIM_TYPE_COUNT] = {
		[HPIM_HELLO] = "Hello",
		[HPIM_SYNC] = "Sync",
		[HPIM_UPSTREAM] = "IamUpstream",
		[HPIM_NO_UPSTREAM] = "IamNoLongerUpstream",
		[HPIM_INTEREST] = "Interest",
		[HPIM_NO_INTEREST] = "NoInterest",
		[HPIM_ACK] = "Ack",
	};
	struct hpim_msg msg;

	if (hpim_decode(family, sent->bytes, sent->len, &msg)) {
		kind(message, "malformed");
		summary(message, "%zu bytes that are not HPIM-DM", sent->len);
		return;
	}
	kind(message, names[msg.type]);
	field(message, "Type", "%u %s", msg.type, names[msg.type]);
	field(message, "BootTime", "%u", msg.boot_time);
	if (msg.security.len)
		field(message, "Security identifier", "%u", msg.security.id);
	if (msg.type == HPIM_HELLO) {
		hello(message, &msg.hello);
		summary(message, msg.hello.hold_s ? "hold time %u s" : "goodbye", msg.hello.hold_s);
	} else if (msg.type == HPIM_SYNC) {
		sync(message, family, &msg.sync);
	} else {
		tree(run, message, &msg);
	}
}

/* ---- PIM-DM ---- */

static void pim_tree(struct html_run *run, struct html_message *message,
		     const struct ip_addr *source, const struct ip_addr *group)
{
	const struct addr_text s = ip_addr_text(source), g = ip_addr_text(group);

	message->tree = html_run_tree(run, s.s, g.s);
	field(message, "Source", "%s", s.s);
	field(message, "Group", "%s", g.s);
	summary(message, "(%s, %s)", s.s, g.s);
}

static void pim_metric(struct html_message *message, const struct pim_metric *metric)
{
	field(message, "Metric preference", "%u", metric->preference);
	field(message, "Metric", "%u", metric->metric);
}

static void pim_hello(struct html_message *message, const struct pim_hello *hello)
{
	if (hello->has_hold)
		field(message, "Holdtime", "%u s", hello->hold_s);
	if (hello->has_delay) {
		field(message, "Propagation delay", "%u ms", hello->delay_ms);
		field(message, "Override interval", "%u ms", hello->override_ms);
	}
	if (hello->has_gen_id)
		field(message, "Generation ID", "%08x", hello->gen_id);
	if (hello->has_refresh)
		field(message, "State Refresh interval", "%u s", hello->refresh_s);
	summary(message, hello->has_hold && !hello->hold_s ? "goodbye" : "holdtime %u s",
		hello->hold_s);
}

/* Of several trees the message belongs to the first, and names all. */
static void pim_list(struct html_run *run, struct html_message *message, const struct pim_msg *msg)
{
	struct pim_walk walk = { .jp = &msg->jp };
	unsigned int joins = 0, prunes = 0;
	struct pim_entry entry;

	field(message, "Upstream neighbor", "%s", ip_addr_text(&msg->jp.upstream).s);
	field(message, "Holdtime", "%u s", msg->jp.hold_s);
	while (pim_entry_next(&walk, &entry)) {
		if (!joins++ && !prunes)
			pim_tree(run, message, &entry.source, &entry.group);
		prunes += entry.is_prune;
		joins -= entry.is_prune;
		field(message, entry.is_prune ? "Prune" : "Join", "%s, %s",
		      ip_addr_text(&entry.source).s, ip_addr_text(&entry.group).s);
	}
	if (msg->type == PIM_JOIN_PRUNE)
		kind(message, !prunes ? "Join" : !joins ? "Prune" : "Join/Prune");
}

static void pim_refresh(struct html_run *run, struct html_message *message,
			const struct pim_refresh *refresh)
{
	pim_tree(run, message, &refresh->source, &refresh->group);
	field(message, "Originator", "%s", ip_addr_text(&refresh->originator).s);
	pim_metric(message, &refresh->metric);
	field(message, "TTL", "%u", refresh->ttl);
	field(message, "Interval", "%u s", refresh->interval_s);
	field(message, "P, N, O", "%d, %d, %d", refresh->is_prune, refresh->is_prune_now,
	      refresh->is_override);
}

static const char *pim_name(enum pim_type type)
{
	switch (type) {
	case PIM_HELLO: return "Hello";
	case PIM_JOIN_PRUNE: return "Join/Prune";
	case PIM_ASSERT: return "Assert";
	case PIM_GRAFT: return "Graft";
	case PIM_GRAFT_ACK: return "GraftAck";
	case PIM_STATE_REFRESH: return "StateRefresh";
	}
	return "unknown";
}

static void read_pim(struct html_run *run, const struct fx_send *sent, struct html_message *message)
{
	enum pim_checksum checksum;
	struct pim_msg msg;
	enum pim_refusal refusal =
		pim_decode(&sent->src, &sent->dst, sent->bytes, sent->len, &msg, &checksum);

	if (refusal != PIM_ACCEPTED) {
		kind(message, "malformed");
		summary(message, "PIM: %s", pim_refusal_name(refusal));
		return;
	}
	kind(message, pim_name(msg.type));
	field(message, "Type", "%u %s", msg.type, pim_name(msg.type));
	switch (msg.type) {
	case PIM_HELLO: pim_hello(message, &msg.hello); break;
	case PIM_JOIN_PRUNE:
	case PIM_GRAFT:
	case PIM_GRAFT_ACK: pim_list(run, message, &msg); break;
	case PIM_ASSERT:
		pim_tree(run, message, &msg.assert.source, &msg.assert.group);
		pim_metric(message, &msg.assert.metric);
		break;
	case PIM_STATE_REFRESH: pim_refresh(run, message, &msg.refresh); break;
	}
}

/* ---- IGMP and MLD ---- */

static void record(struct html_message *message, const struct gm_record *record)
{
	static const char *const names[GM_RECORD_END] = {
		[GM_RECORD_IS_IN] = "MODE_IS_INCLUDE",
		[GM_RECORD_IS_EX] = "MODE_IS_EXCLUDE",
		[GM_RECORD_TO_IN] = "CHANGE_TO_INCLUDE_MODE",
		[GM_RECORD_TO_EX] = "CHANGE_TO_EXCLUDE_MODE",
		[GM_RECORD_ALLOW] = "ALLOW_NEW_SOURCES",
		[GM_RECORD_BLOCK] = "BLOCK_OLD_SOURCES",
	};
	const char *name = record->type < GM_RECORD_END ? names[record->type] : NULL;

	field(message, "Record", "%s %s", name ? name : "unknown", ip_addr_text(&record->group).s);
	for (uint16_t i = 0; i < record->source_count && i < SOURCES_SHOWN; i++) {
		const struct ip_addr source = gm_source_at(&record->group, record->sources, i);

		field(message, "Source", "%s", ip_addr_text(&source).s);
	}
}

static void read_query(struct html_message *message, const struct gm_msg *msg)
{
	const bool is_general = ip_addr_is_any(&msg->group);

	kind(message, is_general ? "Query" : "GroupQuery");
	summary(message, is_general ? "general" : "%s", ip_addr_text(&msg->group).s);
	field(message, "Maximum response time", "%.1f s", (double)msg->max_response / 1e9);
	if (msg->robustness)
		field(message, "Robustness", "%u", msg->robustness);
	if (msg->query_interval)
		field(message, "Query interval", "%.0f s", (double)msg->query_interval / 1e9);
}

static void read_gm(enum ip_family family, const struct fx_send *sent, struct html_message *message)
{
	struct gm_records records;
	struct gm_record next;
	struct gm_msg msg;
	int err;

	if (family == IP_FAMILY_4)
		err = igmp_decode(sent->bytes, sent->len, &sent->src, &sent->dst, &msg);
	else
		err = mld_decode(sent->bytes, sent->len, &sent->src, &sent->dst, &msg);
	if (err) {
		kind(message, "malformed");
		summary(message, "%zu bytes that are neither IGMP nor MLD", sent->len);
		return;
	}
	field(message, "Protocol", "%sv%u", family == IP_FAMILY_4 ? "IGMP" : "MLD", msg.version);
	if (!ip_addr_is_any(&msg.group))
		field(message, "Group", "%s", ip_addr_text(&msg.group).s);
	if (msg.type == GM_QUERY) {
		read_query(message, &msg);
		return;
	}
	kind(message, msg.type == GM_REPORT ? "Report" : "Leave");
	records = gm_records_of(&msg);
	while (gm_record_next(&records, &next)) {
		summary(message, "%s", ip_addr_text(&next.group).s);
		record(message, &next);
	}
}

void html_message_read(struct html_run *run, const struct fx_send *sent,
		       struct html_message *ret_message)
{
	const enum ip_family family = ip_addr_family(&sent->src);

	*ret_message = (struct html_message){ .tree = HTML_NONE };
	field(ret_message, "From", "%s", ip_addr_text(&sent->src).s);
	field(ret_message, "To", "%s", ip_addr_text(&sent->dst).s);
	field(ret_message, "Length", "%zu bytes", sent->len);
	if (sent->socket == SOCKET_103 &&
	    ip103_kind(IP103_HPIM, sent->bytes, sent->len, &sent->src, &sent->dst) == IP103_PIM) {
		read_pim(run, sent, ret_message);
	} else if (sent->socket == SOCKET_103) {
		read_hpim(run, family, sent, ret_message);
	} else if (sent->socket == SOCKET_GM) {
		read_gm(family, sent, ret_message);
	} else {
		kind(ret_message, "MRD");
		summary(ret_message, "multicast router discovery");
	}
}
