/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FAKE_IO_H
#define FAKE_IO_H

/*
 * The io floor of a machine that does not exist: interfaces, addresses and routes as the test says,
 * control packets that are handed to the test, clients of the control socket in memory, files in
 * memory, and a clock that stands still until it is moved. Same headers as ctrl/io; linked before
 * libhpim-io.a, of which the tables of links and routes and the codecs of fields stay the real
 * ones.
 *
 * There is one such machine for each test program, and criterion runs each test in a process of its
 * own.
 */
#include <json-c/json.h>
#include <stdbool.h>

#include "core/effect.h"
#include "hpim/ctl_abi.h"

/* ---- the clock ---- */

/** fake_clock_set() - @now is not before the time it is. */
void fake_clock_set(hp_time now);

hp_time fake_now(void);

/** fake_deadline() - What loop_arm() asked for last. */
hp_time fake_deadline(void);

/** fake_timer() - What the loop calls at that time. */
void fake_timer(void);

/* ---- interfaces and routes ---- */

/**
 * fake_link() - An interface is there, or is another now.
 * @addrs: "10.0.1.1/24 fe80::1/64"; with each come the routes that the kernel makes for it.
 */
void fake_link(uint32_t ifindex, const char *name, bool is_up, const char *addrs);
void fake_link_gone(uint32_t ifindex);

/** fake_route() - A static route of the kernel's main table. */
void fake_route(const char *prefix, const char *gateway, uint32_t ifindex, uint32_t metric);
void fake_route_gone(const char *prefix, const char *gateway, uint32_t ifindex, uint32_t metric);

/* ---- sockets ---- */

/** fake_join_fails() - From now on sockets cannot be opened; 0: they can. */
void fake_join_fails(int err);

/** fake_joined() - How many memberships of an interface are open now. */
unsigned int fake_joined(uint16_t link);

/** fake_on_send() - Who sees what is sent; NULL: nothing does. @send is borrowed. */
typedef void fake_send_fn(uint16_t link, const struct fx_send *send);
void fake_on_send(fake_send_fn *fn);

/** fake_packet() - A control packet arrives. */
void fake_packet(const struct ev_packet *packet);

/** fake_malformed_set() - So many packets of IGMP on a link had broken IP headers. */
void fake_malformed_set(uint16_t link, uint64_t packets);

/* ---- HTTP ---- */

/** fake_http_port() - Where it is served; 0: nowhere. */
uint16_t fake_http_port(void);

/** fake_http_starts() - How often a server was started. */
unsigned int fake_http_starts(void);

/** fake_http_port_taken() - Another program listens there; 0: none does. */
void fake_http_port_taken(uint16_t port);

/* ---- files ---- */

/** fake_file() - Its text, NULL when there is none. Borrowed until it is written again. */
const char *fake_file(const char *path);

/** fake_file_fails() - From now on nothing can be written; 0: it can. */
void fake_file_fails(int err);

/* ---- clients of the control socket ---- */

/** struct reply - What a client was answered. */
struct reply {
	bool is_ended;
	struct json_object *records; /* an array */
	char schema[64];
	enum ctl_exit exit; /* CTL_EXIT_OK: no error, and the texts below are empty */
	char code[32], message[1024], hint[256];
};

/**
 * fake_client() - A client that has not asked anything yet. There is one at a time, and one more
 * while the first listens to a stream.
 * @is_slow: each part of an answer has room for one step.
 */
struct ctl_client *fake_client(bool is_slow);

/** fake_client_part() - Let the daemon send another part. Return: whether the answer has ended. */
bool fake_client_part(struct ctl_client *client);

/** fake_client_lags() - From now on it has no room for records of a stream, or has again. */
void fake_client_lags(struct ctl_client *client, bool is_on);

/** fake_client_leaves() - In the middle of an answer. */
void fake_client_leaves(struct ctl_client *client);

/** fake_reply() - All that was answered so far. Borrowed until fake_client() is called. */
const struct reply *fake_reply(const struct ctl_client *client);

/** fake_io_fini(), fake_rtnl_fini() - Free what is left in memory. */
void fake_io_fini(void);
void fake_rtnl_fini(void);

#endif
