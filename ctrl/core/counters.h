/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CORE_COUNTERS_H
#define CORE_COUNTERS_H

/*
 * What is counted of the control protocols, per interface and family: messages by type, and why
 * packets were refused. A message that is sent, sent again, received or refused counts once.
 */
#include "core/note.h"
#include "wire/gm_msg.h"
#include "wire/hpim.h"
#include "wire/mrd.h"
#include "wire/pim.h"

/* The messages of HPIM-DM and MRD in the order of their types in ctrl/wire. */
enum message {
	MESSAGE_HPIM_HELLO,
	MESSAGE_HPIM_SYNC,
	MESSAGE_HPIM_UPSTREAM,
	MESSAGE_HPIM_NO_UPSTREAM,
	MESSAGE_HPIM_INTEREST,
	MESSAGE_HPIM_NO_INTEREST,
	MESSAGE_HPIM_ACK,
	MESSAGE_GM_QUERY,         /* General Query */
	MESSAGE_GM_QUERY_GROUP,   /* Group-Specific Query */
	MESSAGE_GM_QUERY_SOURCES, /* Group-and-Source-Specific Query */
	MESSAGE_GM_REPORT_V1,
	MESSAGE_GM_REPORT_V2,
	MESSAGE_GM_REPORT_V3,
	MESSAGE_GM_LEAVE, /* IGMP Leave Group, MLD Done */
	MESSAGE_MRD_ADVERTISEMENT,
	MESSAGE_MRD_SOLICITATION,
	MESSAGE_MRD_TERMINATION,
	MESSAGE_PIM_HELLO,
	MESSAGE_PIM_JOIN_PRUNE,
	MESSAGE_PIM_ASSERT,
	MESSAGE_PIM_GRAFT,
	MESSAGE_PIM_GRAFT_ACK,
	MESSAGE_PIM_STATE_REFRESH,
	MESSAGE_COUNT,
};

enum message_way {
	MESSAGE_SENT, /* for the first time; given to the daemon to be sent */
	MESSAGE_RETRANSMITTED,
	MESSAGE_RECEIVED, /* not refused */
	MESSAGE_WAY_COUNT,
};

/**
 * struct counters - Of one interface and family, since the start.
 * @noted: notes by code, so NOTE_PACKET_*: packets of HPIM-DM by why they were refused. Notes
 *         without an address count with IPv6.
 * @malformed: of noted[NOTE_PACKET_BAD], by the socket they came from.
 */
struct counters {
	uint64_t messages[MESSAGE_COUNT][MESSAGE_WAY_COUNT];
	uint64_t noted[NOTE_CODE_COUNT];
	uint64_t malformed[SOCKET_COUNT];
	uint64_t gm_refused[GM_REFUSAL_COUNT];
	uint64_t pim_refused[PIMDM_REFUSAL_COUNT];
};

/** message_of_hpim(), message_of_gm(), message_of_mrd(), message_of_pim() - As what a message is
 * counted. */
static inline enum message message_of_hpim(enum hpim_type type)
{
	return MESSAGE_HPIM_HELLO + (enum message)type;
}

enum message message_of_gm(const struct gm_msg *msg);

static inline enum message message_of_mrd(enum mrd_type type)
{
	return MESSAGE_MRD_ADVERTISEMENT + (enum message)type;
}

enum message message_of_pim(enum pim_type type);

/** message_name() - "hello", "query", ... */
const char *message_name(enum message message);

/** message_socket() - The socket it goes through. */
enum core_socket message_socket(enum message message);

/** message_protocol() - "pim", or socket_protocol() of its socket. */
const char *message_protocol(enum message message, enum ip_family family);

/** socket_protocol() - "hpim", "igmp" or "mld", "mrd". */
const char *socket_protocol(enum core_socket socket, enum ip_family family);

#endif
