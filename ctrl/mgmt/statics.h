/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MGMT_STATICS_H
#define MGMT_STATICS_H

#include "io/ctlsock.h"

struct daemon;
struct json_object;
struct show;

/** statics_request() - Perform "static route", "static join" or "static delete ...". */
void statics_request(struct daemon *daemon, struct ctl_client *client, const char *cmd,
		     struct json_object *args);

/** statics_step() - "show static". */
bool statics_step(struct show *show);

#endif
