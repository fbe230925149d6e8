/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MGMT_PORTS_H
#define MGMT_PORTS_H

#include "io/ctlsock.h"

struct daemon;
struct json_object;

/** ports_request() - Perform "attach", "detach" or "threshold". */
void ports_request(struct daemon *daemon, struct ctl_client *client, const char *cmd,
		   struct json_object *args);

/** ports_record() - The record that answers attach and detach. */
struct json_object *ports_record(const struct daemon *daemon, uint16_t link);

#endif
