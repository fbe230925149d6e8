/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CTRL_DAEMON_H
#define CTRL_DAEMON_H

/*
 * The daemon around the core: feeds events, performs effects. Everything runs in one thread, but
 * for the closing of sockets (io/closer.h), which may take long; what an effect answers with is
 * posted and fed after the effects of the current event are done.
 */
#include "base/hash.h"
#include "base/time.h"
#include "daemon/gone.h"
#include "daemon/port.h"
#include "daemon/watch.h"
#include "io/ctlsock.h"

struct capture;
struct core;
struct core_event;
struct counter_base;
struct core_note;
struct ctlsock;
struct dplane_captured;
struct follow_state;
struct httpd;
struct loop;
struct loop_fd;
struct monitor;
struct policy_item;
struct observer;
struct rawsock;
struct record;
struct rtnl;
struct static_rule;
struct watch;
struct watch_walk;

struct daemon_options {
	const char *instance;
	uint32_t unicast_table;                   /* kernel table of unicast routes, 254: main */
	uint32_t mroute_table;                    /* kernel multicast table, 0: the default one */
	bool has_unicast_table, has_mroute_table; /* they count before those of the configuration */
	const char *config_path;                  /* NULL: running_path() */
	bool is_foreground, is_verbose;
	bool discards_pins;      /* start afresh, whatever an earlier run left */
	bool shares_xdp;         /* other XDP programs may be on the same interfaces */
	bool follows;            /* the kernel's multicast table, which another daemon owns */
	uint32_t keepalive_s;    /* of it; 0: that of the configuration, or CONFIG_KEEPALIVE */
	bool only_prepares;      /* what root does for the user that starts afterwards */
	uint32_t hello_s;        /* time from one Hello to the next */
	hp_time lease_for;       /* how long XDP goes on without a daemon; 0: the hold time */
	uint32_t stale_s;        /* how long what an earlier run had counts */
	const char *record_path; /* NULL: no history is recorded */
	struct config_listen
		metrics_at; /* of metrics; it counts before that of the configuration */
};

/** enum daemon_end - How the daemon ends. */
enum daemon_end {
	DAEMON_END,     /* goodbye to the neighbors, and nothing is left */
	DAEMON_KEEP,    /* forwarding goes on for a daemon that comes soon */
	DAEMON_RESTART, /* the same, and that daemon is this process */
};

/** struct daemon_clients - What serves the clients of the control socket: management. */
struct daemon_clients {
	ctl_request_fn *request; /* its ctx is the daemon */
	void (*captured)(struct daemon *daemon, const struct dplane_captured *captured);
	void (*noted)(struct daemon *daemon, const struct core_note *note);
	void (*link_changed)(struct daemon *daemon, uint16_t link); /* of the kernel's reports */
	/* Serve metrics there, and no longer elsewhere; port 0: nowhere. 0 or a negative errno. */
	int (*listen)(struct daemon *daemon, const struct config_listen *at);
	void (*close)(struct daemon *daemon);           /* before the control socket closes */
	hp_time (*due_at)(const struct daemon *daemon); /* HP_TIME_NEVER: nothing is due */
	void (*due)(struct daemon *daemon);             /* do what is due by now */
};

struct daemon {
	const struct daemon_clients *clients;
	const struct daemon_options *options;
	struct loop *loop;
	struct loop_fd *dplane_watch;
	struct ctlsock *ctl;
	struct httpd *httpd; /* NULL: metrics are not served over HTTP */
	struct dplane *dplane;
	struct rtnl *rtnl;
	struct follow_state *follow; /* NULL: the multicast table is ours */
	struct rawsock *rawsock;
	struct core *core;
	struct record *record;           /* NULL: none, or it could not be written */
	struct config_settings settings; /* of the instance */
	struct config rules;             /* of interfaces that are not attached; the tables */
	struct config boot;              /* the file, until it is applied */
	char *saved_lines;               /* config_lines() of the file; NULL: there is none */
	struct port ports[LINKS_MAX];
	struct hash_key hash_key; /* random, of the tables outside the core */
	struct watch *watches;
	struct watch_walk *watch_walks; /* that rest */
	struct watch_round watch_round;
	struct static_rule *statics;
	struct config_metric *rpf_metrics; /* sorted: daemon/rpf_metric.c */
	size_t rpf_metric_count;
	struct policy_item *policy;
	struct capture *captures;
	struct monitor *monitors;
	struct counter_base *counters_base; /* mgmt/counters.c */
	char *staged; /* a configuration that arrives in parts: mgmt/config.c */
	size_t staged_len;
	struct observer *observers;
	struct gone gone;                              /* neighbors that were removed */
	struct core_event *posted;                     /* events to feed, oldest first */
	size_t posted_next, posted_count, posted_room; /* those before posted_next were fed */
	unsigned int turn_effects;                     /* of the present turn of the loop */
	bool is_serving;                               /* the start is over */
	bool is_feeding;
	bool is_unsaved;   /* neighbors changed since saved_store() */
	bool is_restoring; /* the interfaces of an earlier run are being attached */
	enum daemon_end end;
	char refusal[256]; /* last warning of the forwarding plane, for who asked for it */
	hp_time started_at;
	hp_time renew_at; /* the lease of the forwarding plane */
	hp_time save_at;  /* not sooner, when it is_unsaved */
};

/** daemon_start() - Open everything. Return: 0 or a negative errno, after saying what failed. */
int daemon_start(struct daemon *daemon, const struct daemon_options *options,
		 const struct daemon_clients *clients);

/** daemon_stop() - End the loop. */
void daemon_stop(struct daemon *daemon, enum daemon_end end);

/** daemon_fini() - Close what daemon_start() opened, also when it failed half way. */
void daemon_fini(struct daemon *daemon);

/** daemon_feed() - Let the core handle an event, perform its effects and what follows from them. */
void daemon_feed(struct daemon *daemon, const struct core_event *event);

/** daemon_post() - Feed an event later, with daemon_flush(). It must not borrow memory. */
void daemon_post(struct daemon *daemon, const struct core_event *event);

/** daemon_takes_more() - Whether few enough posted events wait to read what brings others. */
bool daemon_takes_more(const struct daemon *daemon);

/**
 * daemon_flush() - Feed events that were posted, and write entries of the forwarding plane.
 *
 * Bounded work; the timer of the loop is armed for what is left. The effects of events come before
 * the entries: neighbors are informed first.
 */
void daemon_flush(struct daemon *daemon);

#endif
