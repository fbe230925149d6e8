/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CTRL_DAEMON_H
#define CTRL_DAEMON_H

/*
 * The daemon around the core: feeds events, performs effects. Everything runs in one thread, but
 * for the closing of sockets (io/closer.h), which may take long; what an effect answers with is
 * posted and fed after the effects of the current event are done.
 */
#include "base/hash.h"
#include "core/core.h"
#include "dplane/dplane.h"
#include "io/ctlsock.h"
#include "io/loop.h"
#include "io/rawsock.h"
#include "io/rtnl.h"

/* Neighbors give a router up after so many Hello periods. Description of HPIM-DM, section 5. */
#define HOLD_FACTOR 4u

struct daemon_options {
	const char *instance;
	uint32_t unicast_table; /* kernel table of unicast routes, 254: main */
	uint32_t mroute_table;  /* kernel multicast table, 0: the default one */
	bool is_foreground, is_verbose;
	bool discards_pins;      /* start afresh, whatever an earlier run left */
	bool shares_xdp;         /* other XDP programs may be on the same interfaces */
	bool only_prepares;      /* what root does for the user that starts afterwards */
	uint32_t hello_s;        /* time from one Hello to the next */
	hp_time lease_for;       /* how long XDP goes on without a daemon */
	hp_time stale_for;       /* how long what an earlier run had counts */
	const char *record_path; /* NULL: no history is recorded */
};

/* An interface the operator attached; its number in daemon->ports is its link number. */
struct port {
	bool is_used;
	char name[LINK_NAME_LEN];
	uint32_t ifindex; /* 0 while the interface is absent */
	enum dplane_mode mode;
	uint8_t threshold;
	bool wanted[IP_FAMILY_COUNT][PROTO_COUNT];
	/* Its keys were lost with an earlier run: HPIM-DM, though wanted, begins with the next key.
	 */
	bool waits_for_key[IP_FAMILY_COUNT];
	uint8_t gm_version[IP_FAMILY_COUNT]; /* 0: the newest */
	bool has_fast_leave, has_ssm_any_source;
	int error; /* of the last FX_JOIN that failed, negative errno */
};

/* A source whose route the core wants to know. */
struct watch {
	UT_hash_handle hh;
	struct ip_addr source;
};

/** enum daemon_end - How the daemon ends. */
enum daemon_end {
	DAEMON_END,     /* goodbye to the neighbors, and nothing is left */
	DAEMON_KEEP,    /* forwarding goes on for a daemon that comes soon */
	DAEMON_RESTART, /* the same, and that daemon is this process */
};

struct record;
struct capture;

struct daemon {
	const struct daemon_options *options;
	struct loop *loop;
	struct loop_fd *dplane_watch;
	struct ctlsock *ctl;
	struct dplane *dplane;
	struct rtnl *rtnl;
	struct rawsock *rawsock;
	struct core *core;
	struct record *record; /* NULL: none, or it could not be written */
	struct port ports[LINKS_MAX];
	struct watch *watches;
	struct capture *captures;
	struct core_event *posted; /* events to feed, oldest first */
	size_t posted_count, posted_room;
	bool is_feeding;
	bool is_unsaved;   /* neighbors changed since saved_store() */
	bool is_restoring; /* the interfaces of an earlier run are being attached */
	enum daemon_end end;
	char refusal[256]; /* last warning of the forwarding plane, for who asked for it */
	hp_time started_at;
	hp_time renew_at; /* the lease of the forwarding plane */
	hp_time save_at;  /* not sooner, when it is_unsaved */
};

/* daemon/daemon.c */

/** daemon_start() - Open everything. Return: 0 or a negative errno, after saying what failed. */
int daemon_start(struct daemon *daemon, const struct daemon_options *options);

/** daemon_stop() - End the loop. */
void daemon_stop(struct daemon *daemon, enum daemon_end end);

/** daemon_fini() - Close what daemon_start() opened, also when it failed half way. */
void daemon_fini(struct daemon *daemon);

/** daemon_feed() - Let the core handle an event, perform its effects and what follows from them. */
void daemon_feed(struct daemon *daemon, const struct core_event *event);

/** daemon_post() - Feed an event later, before the loop waits again. It must not borrow memory. */
void daemon_post(struct daemon *daemon, const struct core_event *event);

/* daemon/saved.c */

/** saved_load() - Attach what an earlier run had attached when it ended without a plain stop. */
void saved_load(struct daemon *daemon);

/** saved_store() - Write down what is attached, for a run after this one. */
void saved_store(struct daemon *daemon);

/** saved_store_due() - The same for neighbors that changed, at most once a second. */
void saved_store_due(struct daemon *daemon);

/** saved_exists() - Whether a run before this one ended without a plain stop. */
bool saved_exists(const struct daemon *daemon);

/** saved_remove() - There is nothing to be remembered. */
void saved_remove(const struct daemon *daemon);

/** saved_encode() - An interface as a line of the file; @has_keys in words: they are not saved. */
struct json_object *saved_encode(const struct port *port, const bool has_keys[IP_FAMILY_COUNT]);

/** saved_decode() - Return: whether it is the line of an interface. */
bool saved_decode(struct json_object *line, struct port *ret_port);

/* daemon/stale.c */

/** stale_routes_feed() - What an earlier run forwards still: facts of the protocols for now. */
void stale_routes_feed(struct daemon *daemon);

/** stale_neighbors_encode() - The neighbors of an interface, for the run after this one. */
struct json_object *stale_neighbors_encode(const struct daemon *daemon, uint16_t link);

/** stale_neighbors_feed() - The same of the run before, before HPIM-DM begins there. */
void stale_neighbors_feed(struct daemon *daemon, uint16_t link, struct json_object *list);

/* daemon/restart.c */

struct port_refusal;

/** restart_init() - Remember how the program was started; false: it was by restart_exec(). */
bool restart_init(char **argv);

/** restart_check() - Whether the program that stands there now can take over. */
bool restart_check(struct port_refusal *ret_refusal);

/** restart_exec() - Become that program. Returns, a negative errno, only when it cannot be. */
int restart_exec(void);

/* daemon/record.c */

struct history_event;

/** record_open() - Begin a history. Return: 0 or a negative errno. */
int record_open(const char *path, const struct core_limits *limits, struct record **ret_record);
void record_close(struct record *record);

/** record_event() - Append an event; keys are left out. Return: 0 or a negative errno. */
int record_event(struct record *record, const struct history_event *event);

/* mgmt/capture.c */

/** capture_packet() - Hand a sampled packet to the clients that want some. */
void capture_packet(struct daemon *daemon, const struct dplane_captured *captured);

/** capture_fini() - End all captures. */
void capture_fini(struct daemon *daemon);

/* daemon/watch.c */

/**
 * watch_path() - The route to a source.
 *
 * Return: true for an address of this router that is on no subnet of an attached interface: a
 * program here sends from it, and which interface it leaves by is seen from its packets only.
 */
bool watch_path(const struct daemon *daemon, const struct ip_addr *source,
		struct rtnl_path *ret_path);

void watch_add(struct daemon *daemon, const struct ip_addr *source);
void watch_del(struct daemon *daemon, const struct ip_addr *source);

/** watch_answer() - Feed the route to every watched source inside @prefix; NULL: to all. */
void watch_answer(struct daemon *daemon, const struct ip_prefix *prefix);
void watch_fini(struct daemon *daemon);

/* daemon/port.c */

/** struct port_request - What attach and detach ask for. */
struct port_request {
	const char *name;
	enum dplane_mode mode;
	bool protos[IP_FAMILY_COUNT][PROTO_COUNT];
	uint8_t gm_version[IP_FAMILY_COUNT]; /* of IGMP and MLD; 0: as it is */
	bool fast_leave, no_fast_leave;      /* of both; neither: as it is */
	bool ssm_any_source, no_ssm_any_source;
	bool waits; /* also for an interface that does not exist yet, or has no address */
};

/* A refusal: the exit code for hpimctl, a word for programs, a sentence and a hint. */
struct port_refusal {
	enum ctl_exit exit;
	const char *code;
	char message[256];
	const char *hint;
};

/**
 * port_attach() - Switch protocols on; nothing is changed when it is refused.
 *
 * Return: the link number, or LINK_NONE with @ret_refusal filled.
 */
uint16_t port_attach(struct daemon *daemon, const struct port_request *request,
		     struct port_refusal *ret_refusal);

/**
 * port_waits() - Whether an attached interface serves nothing since it does not exist, or has no
 * address of a family that is wanted there; it is served as soon as that changes.
 * @why: what it waits for, as a sentence.
 */
bool port_waits(const struct daemon *daemon, uint16_t link, char *why, size_t room);

/** port_detach() - Switch protocols off; the interface is let go with its last one. As above. */
uint16_t port_detach(struct daemon *daemon, const struct port_request *request,
		     struct port_refusal *ret_refusal);

/** port_threshold() - Only packets with a greater TTL leave by the interface. As above. */
uint16_t port_threshold(struct daemon *daemon, const char *name, uint8_t threshold,
			struct port_refusal *ret_refusal);

/** port_find() - Link number of an attached interface, or LINK_NONE with @ret_refusal filled. */
uint16_t port_find(const struct daemon *daemon, const char *name, struct port_refusal *ret_refusal);

/** port_refuse() - Fill a refusal. Return: LINK_NONE. */
__attribute__((format(printf, 5, 6))) uint16_t port_refuse(struct port_refusal *refusal,
							   enum ctl_exit exit, const char *code,
							   const char *hint, const char *format,
							   ...);

/**
 * port_restore() - Attach as an earlier run had it, though it may be absent now; its protocols
 * begin with port_restore_protocols().
 *
 * Return: its link number, or LINK_NONE: refused, and the log says why.
 */
uint16_t port_restore(struct daemon *daemon, const struct port *saved);
void port_restore_protocols(struct daemon *daemon, uint16_t link);

/** port_key_added() - A key of an interface is there: HPIM-DM that waits for one begins. */
void port_key_added(struct daemon *daemon, uint16_t link, enum ip_family family);

/** port_link_changed() - The kernel tells about an interface. */
void port_link_changed(struct daemon *daemon, const struct rtnl_link *link);

/** port_by_ifindex() - Link number, or LINK_NONE when that interface is not attached. */
uint16_t port_by_ifindex(const struct daemon *daemon, uint32_t ifindex);

/** port_name() - Name of a link for people; "-" for LINK_NONE. */
const char *port_name(const struct daemon *daemon, uint16_t link);

/* mgmt/ctl.c, ctl_*.c */

ctl_request_fn ctl_request;

/** ctl_show() - Answer "status", "explain" and "show ..."; false: no such command. */
bool ctl_show(struct daemon *daemon, struct ctl_client *client, const char *cmd,
	      struct json_object *args);

/** ctl_status_record() - The record about the daemon as a whole. */
struct json_object *ctl_status_record(const struct daemon *daemon,
				      const struct dplane_totals *totals);

/** ctl_capture() - Perform "capture". */
void ctl_capture(struct daemon *daemon, struct ctl_client *client, const char *cmd,
		 struct json_object *args);

/** ctl_port() - Perform "attach", "detach" or "threshold". */
void ctl_port(struct daemon *daemon, struct ctl_client *client, const char *cmd,
	      struct json_object *args);

/** ctl_key() - Perform "key add", "key delete" or "key send". */
void ctl_key(struct daemon *daemon, struct ctl_client *client, const char *cmd,
	     struct json_object *args);

/** ctl_attach_record() - The record that answers attach and detach. */
struct json_object *ctl_attach_record(const struct daemon *daemon, uint16_t link);

/* daemon/log.c */

/** log_open() - To standard error, or to syslog when not in the foreground. */
void log_open(const struct daemon_options *options);
void log_line(enum note_level level, const char *line);
__attribute__((format(printf, 2, 3))) void log_format(enum note_level level, const char *format,
						      ...);

/** log_note() - Put a note of the core into words. */
void log_note(const struct daemon *daemon, const struct core_note *note);

#endif
