// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lines on the control socket of a daemon over a machine that does not exist: each is answered, or
 * goes on being answered, once. An empty line lets a second pass; one with "-" in front comes from
 * the socket that may change nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "daemon/log_level.h"
#include "io/ctlsock_line.h"
#include "mgmt/mgmt.h"
#include "unit/common_daemon.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

#define LINES_MAX 32u
#define PARTS_MAX 64u

/* As ctlsock.c: what is no request never comes so far. */
static void ask(struct json_object *request, bool may_change)
{
	struct json_object *cmd, *args, *empty = NULL;
	struct ctl_client *client;

	if (!json_object_object_get_ex(request, "cmd", &cmd) ||
	    !json_object_is_type(cmd, json_type_string))
		return;
	if (!json_object_object_get_ex(request, "args", &args))
		args = empty = json_object_new_object();
	if (json_object_is_type(args, json_type_object)) {
		client = fake_client(true);
		mgmt_request(world_daemon(), client, json_object_get_string(cmd), args, may_change);
		for (unsigned int i = 0; i < PARTS_MAX && !fake_client_part(client); i++)
			;
		fake_client_leaves(client);
	}
	json_object_put(empty);
}

static void take(const char *line, size_t len)
{
	bool may_change = len == 0 || line[0] != '-';
	struct json_object *request;

	if (len == 0) {
		world_run(HP_SEC(1));
		return;
	}
	request = ctl_line_parse(line + !may_change, len - !may_change);
	if (request)
		ask(request, may_change);
	json_object_put(request);
}

static void boot(void)
{
	fake_link(1, "eth1", true, "10.1.0.1/24 2001:db8:1::1/64 fe80::1/64");
	fake_link(2, "eth2", true, "10.2.0.1/24 fe80::2/64");
	world_boot();
	(void)log_level_set("warning", NULL);
	take("{\"cmd\":\"attach\",\"args\":{\"interface\":\"eth1\"}}", 44);
	world_report("eth1", "10.1.0.9", "239.1.1.1");
	world_miss("eth1", "10.1.0.9", "239.1.1.1");
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	const char *line = (const char *)bytes, *end = line + len;

	boot();
	for (unsigned int i = 0; i < LINES_MAX && line < end; i++) {
		const char *newline = memchr(line, '\n', (size_t)(end - line));
		const char *stop = newline ? newline : end;

		take(line, (size_t)(stop - line));
		line = stop + 1;
	}
	world_end();
	return 0;
}
