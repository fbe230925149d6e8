/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CORE_NOTE_H
#define CORE_NOTE_H

/*
 * Notes: log lines as codes with arguments. The core fills in what happened; the daemon puts it
 * into words (ctrl/daemon/log.c). Append-only: a recorded history must keep its meaning.
 */
#include "core/event.h"

/*
 * The state is named after the neighbor's role: MASTER means it is master and we are slave.
 * Description of HPIM-DM, 3.3.
 */
enum hpim_sync_state {
	SYNC_UNKNOWN,
	SYNC_MASTER,
	SYNC_SLAVE,
	SYNC_SYNCED,
	SYNC_STATE_COUNT,
};

/* Why a neighbor was removed; v[0] of NOTE_NEIGHBOR_GONE. */
enum hpim_gone_reason {
	GONE_SILENT,    /* its liveness timer expired */
	GONE_GOODBYE,   /* Hello with hold time 0 */
	GONE_NO_ACK,    /* more than ACK_FAILURE_THRESHOLD acknowledgements missed */
	GONE_INTERFACE, /* our interface was switched off */
	GONE_EVICTED,   /* it never answered, and another one needed its place */
	GONE_CLEARED,   /* the operator cleared it */
};

/* Why a message of IGMP or MLD, or a part of it, did not count; v[0] of NOTE_GM_REFUSED. */
enum gm_refusal {
	GM_REFUSED_DESTINATION, /* neither a group of routers, nor its own group, nor our address */
	GM_REFUSED_SOURCE,      /* outside the subnets of the interface, or this router's own */
	GM_REFUSED_NO_ADDRESS,  /* a query from 0.0.0.0 or ::, a report from :: */
	GM_REFUSED_HOP_LIMIT,   /* MLD: it was sent through a router */
	GM_REFUSED_ROUTER_ALERT, /* MLD: without the option */
	GM_REFUSED_RECORD,       /* a record with an odd group or source; the others count */
	GM_REFUSED_SSM,          /* a group for source-specific multicast, without a source */
	GM_REFUSED_NUMBERS,      /* a querier's numbers, taken to the nearest ones in bounds */
	GM_REFUSED_CHECK,        /* a leave beyond the limit of queries: general queries check it */
	GM_REFUSED_POLICY, /* a record, or a source of one, that a filter or boundary denies */
	GM_REFUSAL_COUNT,
};

/* Why a message of PIM-DM did not count; v[0] of NOTE_PIM_REFUSED. Description of PIM-DM, 2.8. */
enum pimdm_refusal {
	PIMDM_ACCEPTED,
	PIMDM_REFUSED_TYPE, /* not one of dense mode */
	PIMDM_REFUSED_CHECKSUM,
	PIMDM_REFUSED_SOURCE,      /* this router's own, or IPv6 and not link-local */
	PIMDM_REFUSED_DESTINATION, /* messages of its type have another one */
	PIMDM_REFUSED_STRANGER,    /* no Hello of its sender was heard */
	PIMDM_REFUSED_SHORT,       /* a field is cut */
	PIMDM_REFUSED_OPTION,      /* an option of a Hello has another length */
	PIMDM_REFUSED_ADDRESS,     /* family, encoding, mask or kind of an address */
	PIMDM_REFUSED_REFRESH,     /* State Refresh is off on the interface */
	PIMDM_REFUSAL_COUNT,
};

/* v[0] of NOTE_PIM_CHECKSUM. Description of PIM-DM, 2.2. */
enum pimdm_checksum_state {
	PIMDM_CHECKSUM_RFC,    /* messages go in this form again */
	PIMDM_CHECKSUM_LEGACY, /* they go in the form of a neighbor */
	PIMDM_CHECKSUM_MIXED,  /* another neighbor keeps to the form of the RFC */
	PIMDM_CHECKSUM_STATE_COUNT,
};

enum note_level { NOTE_DEBUG, NOTE_INFO, NOTE_WARN };

enum note_code {
	NOTE_NONE,
	NOTE_LINK_ON,          /* link, v[0] family, v[1] core_proto */
	NOTE_LINK_OFF,         /* same */
	NOTE_LINK_NO_ADDR,     /* same: enabled but without a usable address */
	NOTE_PACKET_BAD,       /* link, a = source, v[0] core_socket, v[1] length */
	NOTE_PACKET_FOREIGN,   /* link, a = source: PIM version 2 on an HPIM-DM interface */
	NOTE_NEIGHBOR_NEW,     /* link, a = neighbor */
	NOTE_NEIGHBOR_STATE,   /* link, a = neighbor, v[0] hpim_sync_state */
	NOTE_NEIGHBOR_GONE,    /* link, a = neighbor, v[0] hpim_gone_reason */
	NOTE_NEIGHBOR_LIMIT,   /* link, a = refused neighbor, v[0] limit */
	NOTE_TREE_STATE,       /* a = source, b = group, v[0] new hpim_tree_state */
	NOTE_TREE_LIMIT,       /* link, a = source, b = group, v[0] limit */
	NOTE_ASSERT,           /* link, a = source, b = group, v[0] 1: won, 0: lost */
	NOTE_QUERIER,          /* link, a = querier, v[0] 1: this router is it */
	NOTE_GROUP_JOINED,     /* link, a = host, b = group */
	NOTE_GROUP_LEFT,       /* link, b = group */
	NOTE_GROUP_LIMIT,      /* link, b = refused group, v[0] limit */
	NOTE_RPF_LIMIT,        /* a = source, v[0] limit */
	NOTE_SN_EXHAUSTED,     /* link, v[0] new BootTime */
	NOTE_PACKET_UNSIGNED,  /* link, a = source: no key fits the security value */
	NOTE_SOURCE_LIMIT,     /* link, a = refused source, b = group, v[0] limit */
	NOTE_QUERIER_VERSION,  /* link, a = querier, v[0] its version, v[1] ours */
	NOTE_UNWANTED_EVICTED, /* link by which the data came, a = source, b = group */
	NOTE_UNWANTED_REFUSED, /* same */
	NOTE_GM_REFUSED,       /* link, a = sender, v[0] gm_refusal */
	NOTE_NO_MEMORY,        /* link, a = source or host, b = group: refused */
	NOTE_TREE_EVICTED,     /* link of the neighbor, a = source, b = group */
	/* Refused packets of HPIM-DM, hpim/accept.c: link, a = source, b = destination */
	NOTE_PACKET_SOURCE,       /* the source is not on the link, or our own address */
	NOTE_PACKET_TTL,          /* the TTL is not 1 */
	NOTE_PACKET_DESTINATION,  /* messages of this type have another destination */
	NOTE_PACKET_STRANGER,     /* sent to us alone by a router that is no neighbor */
	NOTE_PACKET_STATION,      /* from another link-layer address than the neighbor's Hellos */
	NOTE_NEIGHBOR_UNANSWERED, /* as NOTE_NEIGHBOR_GONE, but it never was SYNCED */
	NOTE_NEIGHBOR_CLAIM, /* link, a = neighbor, v[0] its BootTime, v[1] the one not believed */
	NOTE_NEIGHBOR_RATE,  /* link: counted only: too many begin, or begin again, at once */
	NOTE_HELLO_REPLAYED, /* link: counted only: CheckpointSN went back */
	NOTE_POLICY_FLOW,    /* link: counted only: data of an (S,G) that the policy denies there */
	NOTE_POLICY_TREE,    /* link: counted only: a message about such a tree, not counted as
				interest */
	NOTE_GRAFT_UNANSWERED, /* link, a = source, b = group, v[0] Grafts of PIM-DM sent so far */
	NOTE_PACKET_HPIM,      /* link, a = source: HPIM-DM on an interface of PIM-DM */
	NOTE_PIM_REFUSED,      /* link, a = source, b = destination, v[0] pimdm_refusal */
	NOTE_PIM_CHECKSUM,     /* link, a = neighbor, v[0] pimdm_checksum_state */
	NOTE_NEIGHBOR_RESTARTED, /* link, a = neighbor: it has another Generation ID */
	NOTE_LINK_TREE_LIMIT,    /* link, a = source, b = group, v[0] limit of that link */
	NOTE_CODE_COUNT,
};

struct core_note {
	enum note_level level;
	enum note_code code;
	uint16_t link; /* LINK_NONE when it is about no interface */
	struct ip_addr a, b;
	uint32_t v[2];
};

#endif
