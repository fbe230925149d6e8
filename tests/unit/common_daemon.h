/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef COMMON_DAEMON_H
#define COMMON_DAEMON_H

/*
 * A daemon in a test: daemon_start() and everything above the io floor is the real one. Below it
 * are a machine that does not exist (fake/io.h) and the composite forwarding plane over
 * dplane/null.c (fake/tier.h). No privileges, no sockets, no waiting: time stands still until
 * world_run().
 */
#include "daemon/daemon.h"
#include "unit/fake/io.h"
#include "unit/fake/tier.h"
#include "wire/pim.h"

/* ---- the daemon ---- */

/**
 * world_boot() - The daemon starts; interfaces and routes may be there before. What an earlier one
 * left when it was killed is there still.
 */
struct daemon *world_boot(void);

/** world_options() - Those of the next daemon that starts. */
struct daemon_options *world_options(void);

/** world_daemon() - The one that runs. */
struct daemon *world_daemon(void);

/** world_kill() - As kill -9: the forwarding plane and the files stay, and nothing is sent. */
void world_kill(void);

/** world_end() - A plain stop; everything is freed. */
void world_end(void);

/** world_stop() - A plain stop; files and interfaces stay, and another daemon may boot. */
void world_stop(void);

/** world_run() - Let time pass: timers, and packets from and to the neighbors. */
void world_run(hp_time duration);

/** world_tier() - What the forwarding plane of the daemon stands on. */
struct fake_tier *world_tier(void);

/** world_miss() - A packet without an entry arrives on an interface. */
void world_miss(const char *interface, const char *source, const char *group);

/**
 * world_sampled() - A packet that arrived is sampled, as often as one of it is due; IPv4 has DF.
 * @len: bytes of the IP packet.
 */
void world_sampled(const char *interface, const char *source, const char *group, uint8_t ttl,
		   uint32_t len, const char *reason);

/** world_report() - A host joins (IGMPv2, MLDv1): @host is its address on the interface. */
void world_report(const char *interface, const char *host, const char *group);

/** world_pim_hello() - A router with PIM-DM says Hello, or again. */
void world_pim_hello(const char *interface, const char *addr);

/** world_pim() - Any message of one, to all routers. */
void world_pim(const char *interface, const char *addr, const struct pim_msg *msg);

struct mfib_key world_key(const char *source, const char *group);

/** world_link() - Link number of an attached interface. */
uint16_t world_link(const char *interface);

/* ---- neighbors ---- */

/**
 * world_neighbor() - A router with HPIM-DM on the subnet of an interface. Behind it is the subnet
 * 10.@net.0.0/24; to all else its route goes through the address of the daemon, with a metric.
 */
void world_neighbor(const char *interface, const char *addr, uint8_t net, uint32_t metric);

/** world_neighbor_source() - A packet of a source behind the neighbor of that net arrives there. */
void world_neighbor_source(uint8_t net, const char *source, const char *group);

/** world_neighbor_report() - A host behind the neighbor of that net joins. */
void world_neighbor_report(uint8_t net, const char *group);

/* ---- requests ---- */

/**
 * request() - Ask over the control socket of operators.
 * @args: a format of JSON, in which ' may stand for ".
 *
 * Return: the whole answer, until the next request.
 */
__attribute__((format(printf, 2, 3))) const struct reply *request(const char *cmd, const char *args,
								  ...);

/** request_text() - The same, with @args as they are. */
const struct reply *request_text(const char *cmd, const char *args);

/** request_read_only() - The same over the socket that may change nothing. */
const struct reply *request_read_only(const char *cmd, const char *args);

/** request_begin() - The same, but fake_client_part() sends step after step. */
struct ctl_client *request_begin(const char *cmd, const char *args);

/** reply_rows() - Fields of all records, "a b c\n" a record; "-" for null, "" for none there. */
const char *reply_rows(const struct reply *reply, const char *fields);

/** reply_columns() - Names of the fields of the first record, with a blank between. */
const char *reply_columns(const struct reply *reply);

/** expect_columns() - All of these are there, in this order; later ones may have been added. */
void expect_columns(const struct reply *reply, const char *columns);

/** expect_refused() - How it ended, word for word. */
void expect_refused(const struct reply *reply, enum ctl_exit exit, const char *code,
		    const char *message);

#endif
