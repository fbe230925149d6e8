/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CORE_EVENT_H
#define CORE_EVENT_H

/* What can happen to a router. Events go into core_handle(); pointers in them are borrowed. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/ifset.h"
#include "base/time.h"
#include "core/settings.h"

enum core_event_kind {
	EV_CLOCK,    /* time passed; nothing else */
	EV_LINK,     /* an interface appeared, changed or vanished */
	EV_PACKET,   /* a control packet arrived */
	EV_RPF,      /* the route to a watched source, as it is now */
	EV_DATA,     /* the forwarding plane saw data of a tree */
	EV_CONFIG,   /* what the operator wants */
	EV_COMMAND,  /* do something once */
	EV_STALE,    /* graceful restart: a fact of the run before this one */
	EV_FOLLOWED, /* the kernel's multicast table, as another daemon wrote it */
};

/* What the operator switches on and off on an interface, for each family. */
enum core_proto {
	PROTO_HPIM,
	PROTO_GM, /* IGMP or MLD */
	PROTO_PIMDM,
	PROTO_FOLLOW, /* no protocol: entries of another daemon, core/follow/ */
	PROTO_COUNT,
};

/* Kinds of sockets that control packets go through; the family is that of the addresses. */
enum core_socket {
	SOCKET_103, /* IP protocol 103, of several protocols: wire/ip103.h */
	SOCKET_GM,  /* IGMP or MLD */
	SOCKET_MRD, /* multicast router discovery, which goes with any routing protocol */
	SOCKET_COUNT,
};

#define LINK_NAME_LEN  16
#define LINK_ADDRS_MAX 16

/** struct ev_link - All that is known of one interface; replaces what was known before. */
struct ev_link {
	uint16_t link; /* number below LINKS_MAX, chosen by the daemon */
	bool is_present, is_up;
	uint32_t mtu; /* bytes of IP packet */
	char name[LINK_NAME_LEN];
	uint8_t addr_count;
	struct ip_prefix addrs[LINK_ADDRS_MAX]; /* kernel order: the first of a family counts */
};

/** struct ev_station - A link-layer address; len 0: unknown, or the link has none. */
struct ev_station {
	uint8_t len; /* bytes; longer addresses are cut */
	uint8_t b[8];
};

struct ev_packet {
	uint16_t link;
	enum core_socket socket;
	struct ip_addr src, dst;
	struct ev_station station; /* what sent the frame */
	uint8_t ttl;
	bool has_router_alert;
	const uint8_t *bytes; /* payload behind the IP headers */
	size_t len;
};

/** struct ev_rpf - Best route to a source. Description of HPIM-DM, section 4.1. */
struct ev_rpf {
	struct ip_addr source;
	bool is_reachable;
	bool is_connected;       /* the route has no gateway */
	bool is_local;           /* an address of this router, on no subnet of a link: no @link */
	uint16_t link;           /* output interface, LINK_NONE if it has no link number */
	struct ip_addr next_hop; /* unset if connected */
	uint8_t prefix_len;
	uint32_t preference, metric; /* all ones when unreachable */
};

enum data_kind {
	DATA_MISS,     /* no route entry; @link is the input interface */
	DATA_WRONG_IF, /* arrived on another interface than the entry's */
	DATA_SEEN,     /* answer to FX_MFIB_QUERY: last forwarded or counted @seen_for ago */
	DATA_NOTIFY,   /* the next packet of an entry with MFIB_F_NOTIFY, which is cleared there */
};

struct ev_data {
	enum data_kind kind;
	uint16_t link; /* LINK_NONE for DATA_SEEN */
	struct ip_addr source, group;
	hp_time seen_for; /* DATA_SEEN: age of the last packet; HP_TIME_NEVER: none yet */
	uint8_t ttl; /* DATA_SEEN, with MFIB_F_TRACK_TTL: the greatest that arrived; 0: unknown */
};

/**
 * struct static_route - A route by the operator: what arrives on @iif leaves on @oifs.
 * @source: unset: whatever sends to @group there.
 * @group:  a single group, unless @source is unset.
 * @iif:    also part of what identifies the route when @source is unset.
 * @oifs:   without @iif; does not matter to delete the route.
 */
struct static_route {
	struct ip_addr source;
	struct ip_prefix group;
	uint16_t iif;
	struct ifset oifs;
};

/** struct static_join - A group that an interface gets as if a host had reported it. */
struct static_join {
	struct ip_addr source; /* unset: any */
	struct ip_addr group;
};

/* What a rule of the policy says; core/policy.h. */
enum policy_kind {
	POLICY_ALLOW,     /* filter of groups, and perhaps sources */
	POLICY_DENY,      /* the same */
	POLICY_BOUNDARY,  /* administrative scope: RFC 2365, 5 */
	POLICY_SSM_RANGE, /* groups for source-specific multicast, in place of those of RFC 4607 */
	POLICY_SSM_MAP,   /* who asks for any source of these groups asks for @source */
	POLICY_KIND_COUNT,
};

/**
 * struct policy_rule - One rule. All of it but the choice between allow and deny identifies it.
 * @link:   filter: LINK_NONE: every interface; boundary: the interface.
 * @group:  groups.
 * @source: filter: sources, len 0: any; map: one.
 */
struct policy_rule {
	enum policy_kind kind;
	uint16_t link;
	struct ip_prefix group, source;
};

enum config_kind {
	CONFIG_LINK,       /* switch a protocol on or off on an interface and family */
	CONFIG_SETTINGS,   /* replace the settings of the instance */
	CONFIG_KEY,        /* add, replace or delete a key of HPIM-DM on an interface and family */
	CONFIG_GM,         /* version of IGMP or MLD on an interface; kept while it does not run */
	CONFIG_FAST_LEAVE, /* believe a leave at once where one host listens; kept as above */
	CONFIG_SSM_ANY_SOURCE, /* count who asks for any source of an SSM group; kept as above */
	CONFIG_MRD,            /* switch multicast router discovery on or off, as CONFIG_LINK */
	CONFIG_STATIC_ROUTE,   /* add, replace or delete a static route of a family */
	CONFIG_STATIC_JOIN,    /* add or delete a static join; kept as CONFIG_GM */
	CONFIG_LINK_SETTINGS,  /* replace the settings of an interface, of both families */
	CONFIG_POLICY,         /* add, replace or delete a rule of the policy */
	CONFIG_GM_PASSIVE,     /* send no query: another router is querier; kept as CONFIG_GM */
};

struct hpim_key;

struct ev_config {
	enum config_kind kind;
	uint16_t link;         /* all but CONFIG_SETTINGS, CONFIG_STATIC_ROUTE, CONFIG_POLICY */
	enum ip_family family; /* all but CONFIG_SETTINGS and CONFIG_LINK_SETTINGS */
	enum core_proto proto; /* CONFIG_LINK */
	bool is_on; /* CONFIG_LINK, CONFIG_MRD; keys, static ones, policy: false deletes it */
	const struct hpim_key *key;    /* CONFIG_KEY; its secret is copied, NULL: as it was */
	uint8_t version;               /* CONFIG_GM: IGMP 2 or 3, MLD 1 or 2; 0: the newest */
	bool is_sending;               /* CONFIG_KEY: messages are signed with it from now on */
	struct core_settings settings; /* CONFIG_SETTINGS, CONFIG_LINK_SETTINGS */
	uint64_t own;                  /* CONFIG_LINK_SETTINGS: which count, setting_is_own() */
	struct static_route route;     /* CONFIG_STATIC_ROUTE */
	struct static_join join;       /* CONFIG_STATIC_JOIN */
	struct policy_rule policy;     /* CONFIG_POLICY */
};

enum command_kind {
	COMMAND_STOP, /* say goodbye everywhere and leave all socket groups; routes stay */
	COMMAND_CLEAR_NEIGHBOR, /* forget a neighbor as if it was silent, and meet it again */
	COMMAND_CLEAR_TREE,     /* forget what this router itself knows of a tree */
	COMMAND_KIND_COUNT,
};

struct ev_command {
	enum command_kind kind;
	uint16_t link;         /* COMMAND_CLEAR_NEIGHBOR */
	struct ip_addr source; /* COMMAND_CLEAR_TREE */
	struct ip_addr addr;   /* the neighbor; the group */
};

enum stale_kind {
	STALE_ROUTE,    /* the forwarding plane still has this entry, and forwards by it */
	STALE_NEIGHBOR, /* was synchronized; comes before HPIM-DM begins on the interface */
};

/** struct ev_stale - What the run before this one had; counts for @stale_for at most. */
struct ev_stale {
	enum stale_kind kind;
	uint16_t link;         /* of the neighbor; the input of the route */
	struct ip_addr source; /* STALE_ROUTE */
	struct ip_addr addr;   /* group, or address of the neighbor */
	struct ifset oifs;     /* STALE_ROUTE */
	hp_time seen_for;      /* STALE_ROUTE: age of the last packet; HP_TIME_NEVER: none yet */
	uint32_t boot_time;    /* STALE_NEIGHBOR */
	hp_time stale_for;
};

enum followed_kind {
	FOLLOWED_SET,         /* the kernel's table has this entry */
	FOLLOWED_CLEAR,       /* no longer, or without a decision */
	FOLLOWED_BEGIN,       /* all entries of the family come now */
	FOLLOWED_END,         /* those which have not come since are gone */
	FOLLOWED_END_PARTIAL, /* or were left out, since others were deleted meanwhile */
};

/* Why the kernel is to forward the packets of an entry itself. */
enum followed_left {
	FOLLOWED_LEFT_NOT,
	FOLLOWED_LEFT_OUTPUT,   /* an output is not followed */
	FOLLOWED_LEFT_REGISTER, /* an output is the register interface of PIM-SM */
	FOLLOWED_LEFT_INPUT,    /* the input is an output, too */
	FOLLOWED_LEFT_COUNT,
};

/** struct ev_followed - A change of the kernel's multicast table. */
struct ev_followed {
	enum followed_kind kind;
	enum ip_family family;
	struct ip_addr source, group; /* FOLLOWED_SET, FOLLOWED_CLEAR; the rest FOLLOWED_SET */
	uint16_t link;                /* input; LINK_NONE: it is not followed */
	struct ifset oifs;            /* that are followed; of an (S,G) without the input */
	uint8_t ttl;                  /* the kernel forwards what has no greater TTL itself */
	enum followed_left left;
};

struct core_event {
	enum core_event_kind kind;
	union {
		struct ev_link link;
		struct ev_packet packet;
		struct ev_rpf rpf;
		struct ev_data data;
		struct ev_config config;
		struct ev_command command;
		struct ev_stale stale;
		struct ev_followed followed;
	};
};

#endif
