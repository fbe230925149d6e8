/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MGMT_CAPTURE_H
#define MGMT_CAPTURE_H

#include <stdint.h>

#include "io/ctlsock.h"

struct daemon;
struct json_object;

/** capture_request() - Perform "capture". */
void capture_request(struct daemon *daemon, struct ctl_client *client, const char *cmd,
		     struct json_object *args);

struct dplane_captured;

/** capture_packet() - Hand a sampled packet to the clients that want some. */
void capture_packet(struct daemon *daemon, const struct dplane_captured *captured);

/** capture_every() - Of so many packets one is sampled, for clients and for observers; 0: none. */
uint32_t capture_every(const struct daemon *daemon);

/** capture_sample() - Let the forwarding plane sample as capture_every() says. 0 or -errno. */
int capture_sample(struct daemon *daemon);

/** capture_fini() - End all captures. */
void capture_fini(struct daemon *daemon);

#endif
