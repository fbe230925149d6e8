/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MGMT_POLICIES_H
#define MGMT_POLICIES_H

#include "io/ctlsock.h"

struct daemon;
struct json_object;
struct show;

/** policies_request() - Add or delete a rule of the policy: "policy ...", "boundary ...",
 * "ssm-...". */
void policies_request(struct daemon *daemon, struct ctl_client *client, const char *cmd,
		      struct json_object *args);

/** policies_step() - "show policy". */
bool policies_step(struct show *show);

#endif
