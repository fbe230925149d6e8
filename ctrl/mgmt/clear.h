/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MGMT_CLEAR_H
#define MGMT_CLEAR_H

#include <json-c/json.h>

struct ctl_client;
struct daemon;

/** clear_request() - Perform "clear neighbor" or "clear tree". */
void clear_request(struct daemon *daemon, struct ctl_client *client, const char *cmd,
		   struct json_object *args);

#endif
