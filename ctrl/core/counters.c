// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names of what is counted. Where a message is counted: sent and retransmitted where it is encoded,
 * received and refused where it is decoded.
 */
#include <assert.h>

#include "core/counters.h"

static const struct {
	enum core_socket socket;
	const char *name;
} messages[MESSAGE_COUNT] = {
	[MESSAGE_HPIM_HELLO] = { SOCKET_103, "hello" },
	[MESSAGE_HPIM_SYNC] = { SOCKET_103, "sync" },
	[MESSAGE_HPIM_UPSTREAM] = { SOCKET_103, "i-am-upstream" },
	[MESSAGE_HPIM_NO_UPSTREAM] = { SOCKET_103, "i-am-no-longer-upstream" },
	[MESSAGE_HPIM_INTEREST] = { SOCKET_103, "interest" },
	[MESSAGE_HPIM_NO_INTEREST] = { SOCKET_103, "no-interest" },
	[MESSAGE_HPIM_ACK] = { SOCKET_103, "ack" },
	[MESSAGE_GM_QUERY] = { SOCKET_GM, "query" },
	[MESSAGE_GM_QUERY_GROUP] = { SOCKET_GM, "query-group" },
	[MESSAGE_GM_QUERY_SOURCES] = { SOCKET_GM, "query-sources" },
	[MESSAGE_GM_REPORT_V1] = { SOCKET_GM, "report-v1" },
	[MESSAGE_GM_REPORT_V2] = { SOCKET_GM, "report-v2" },
	[MESSAGE_GM_REPORT_V3] = { SOCKET_GM, "report-v3" },
	[MESSAGE_GM_LEAVE] = { SOCKET_GM, "leave" },
	[MESSAGE_MRD_ADVERTISEMENT] = { SOCKET_MRD, "advertisement" },
	[MESSAGE_MRD_SOLICITATION] = { SOCKET_MRD, "solicitation" },
	[MESSAGE_MRD_TERMINATION] = { SOCKET_MRD, "termination" },
	[MESSAGE_PIM_HELLO] = { SOCKET_103, "hello" },
	[MESSAGE_PIM_JOIN_PRUNE] = { SOCKET_103, "join-prune" },
	[MESSAGE_PIM_ASSERT] = { SOCKET_103, "assert" },
	[MESSAGE_PIM_GRAFT] = { SOCKET_103, "graft" },
	[MESSAGE_PIM_GRAFT_ACK] = { SOCKET_103, "graft-ack" },
	[MESSAGE_PIM_STATE_REFRESH] = { SOCKET_103, "state-refresh" },
};

_Static_assert(MESSAGE_HPIM_ACK - MESSAGE_HPIM_HELLO == HPIM_ACK - HPIM_HELLO, "types in order");
_Static_assert(MESSAGE_MRD_TERMINATION - MESSAGE_MRD_ADVERTISEMENT ==
		       MRD_TERMINATION - MRD_ADVERTISEMENT,
	       "types in order");

static enum message message_of_query(const struct gm_msg *msg)
{
	if (ip_addr_is_any(&msg->group))
		return MESSAGE_GM_QUERY;
	return msg->count ? MESSAGE_GM_QUERY_SOURCES : MESSAGE_GM_QUERY_GROUP;
}

enum message message_of_gm(const struct gm_msg *msg)
{
	switch (msg->type) {
	case GM_QUERY: return message_of_query(msg);
	case GM_REPORT: return MESSAGE_GM_REPORT_V1 + (enum message)msg->version - 1;
	case GM_LEAVE: break;
	}
	return MESSAGE_GM_LEAVE;
}

enum message message_of_pim(enum pim_type type)
{
	switch (type) {
	case PIM_HELLO: return MESSAGE_PIM_HELLO;
	case PIM_JOIN_PRUNE: return MESSAGE_PIM_JOIN_PRUNE;
	case PIM_ASSERT: return MESSAGE_PIM_ASSERT;
	case PIM_GRAFT: return MESSAGE_PIM_GRAFT;
	case PIM_GRAFT_ACK: return MESSAGE_PIM_GRAFT_ACK;
	case PIM_STATE_REFRESH: break;
	}
	return MESSAGE_PIM_STATE_REFRESH;
}

const char *message_name(enum message message)
{
	assert(message < MESSAGE_COUNT);
	return messages[message].name;
}

enum core_socket message_socket(enum message message)
{
	assert(message < MESSAGE_COUNT);
	return messages[message].socket;
}

const char *message_protocol(enum message message, enum ip_family family)
{
	bool is_pim = message >= MESSAGE_PIM_HELLO && message <= MESSAGE_PIM_STATE_REFRESH;

	return is_pim ? "pim" : socket_protocol(message_socket(message), family);
}

const char *socket_protocol(enum core_socket socket, enum ip_family family)
{
	static const char *const names[SOCKET_COUNT][IP_FAMILY_COUNT] = {
		[SOCKET_103] = { "hpim", "hpim" },
		[SOCKET_GM] = { "igmp", "mld" },
		[SOCKET_MRD] = { "mrd", "mrd" },
	};

	return names[socket][family];
}
