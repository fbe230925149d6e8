/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MGMT_KEYS_H
#define MGMT_KEYS_H

#include "io/ctlsock.h"

struct daemon;
struct json_object;

/** keys_request() - Perform "key add", "key delete" or "key send". */
void keys_request(struct daemon *daemon, struct ctl_client *client, const char *cmd,
		  struct json_object *args);

struct show;

/** keys_step(), keys_algorithms_step() - Views: at once. */
bool keys_step(struct show *show);
bool keys_algorithms_step(struct show *show);

#endif
