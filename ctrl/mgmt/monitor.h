/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MGMT_MONITOR_H
#define MGMT_MONITOR_H

/* "monitor": what there is, then what happens, to clients that listen. */
#include "io/ctlsock.h"

struct core_note;
struct daemon;
struct json_object;

/** monitor_request() - Perform "monitor". */
void monitor_request(struct daemon *daemon, struct ctl_client *client, const char *cmd,
		     struct json_object *args);

/** monitor_note() - The core has noted something. */
void monitor_note(struct daemon *daemon, const struct core_note *note);

/** monitor_link() - The state of an attached interface may be another one. */
void monitor_link(struct daemon *daemon, uint16_t link);

/** monitor_command() - A client has changed something; @args without what is secret. */
void monitor_command(struct daemon *daemon, const char *cmd, struct json_object *args);

/** monitor_fini() - End all streams. */
void monitor_fini(struct daemon *daemon);

#endif
