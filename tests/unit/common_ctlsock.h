/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef COMMON_CTLSOCK_H
#define COMMON_CTLSOCK_H

/*
 * A control socket and real clients of it in one process. /run is a fresh tmpfs in a mount
 * namespace of each test, so nothing of the machine is touched.
 */
#include <criterion/criterion.h>

#include "io/ctlsock.h"

#define MAIN      "/run/hpimd/t.ctl"
#define READ_ONLY "/run/hpimd/t.ro"

extern struct loop *ctl_loop;
extern struct ctlsock *ctl_server;

struct client {
	int fd;
	struct loop_fd *watch; /* NULL: it does not read */
	char *got;
	size_t len, room;
	size_t searched; /* of these bytes, for end records */
	unsigned int ends;
	bool is_closed;
};

/** ctl_setup() - A server with these commands; skips the test where it may have no /run. */
void ctl_setup(ctl_request_fn *on_request);
void ctl_teardown(void);

/** ctl_run() - Run the loop until something quits it, such as bytes for a client. */
void ctl_run(void);

struct client client_at(const char *path);
void client_end(struct client *client);
void client_say(const struct client *client, const char *text);

/** client_listen() - From now on it reads what comes. */
void client_listen(struct client *client);

/** client_forget() - What it has got so far counts no more. */
void client_forget(struct client *client);

/** client_count() - How often it has got this text. */
unsigned int client_count(const struct client *client, const char *text);

/** client_run_until_ends() - Run until it has that many end records. */
void client_run_until_ends(struct client *client, unsigned int ends);
void client_run_until_closed(const struct client *client);

/** client_expect() - Send @text and expect exactly @answer, which holds @ends end records. */
void client_expect(struct client *client, const char *text, unsigned int ends, const char *answer);

/** own_run_folder() - An empty /run of this process; skips the test where that cannot be. */
void own_run_folder(void);

#endif
