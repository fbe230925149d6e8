// SPDX-License-Identifier: GPL-2.0-only
/* Asks each daemon of this machine which table it has. */
#include <glob.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/model.h"
#include "hpim/ctl_abi.h"
#include "hpimctl/by_table.h"
#include "hpimctl/client.h"

#define ENDING ".ctl"

/* Whom to look for, and who was found. */
struct search {
	unsigned long table;
	bool has_table; /* of the daemon that is asked */
	unsigned int count;
	char names[256];
};

static bool take_status(void *ctx, struct json_object *record)
{
	struct search *search = ctx;
	struct json_object *table = json_object_object_get(record, "unicast_table");

	search->has_table = table && json_object_get_int64(table) == (int64_t)search->table;
	return true;
}

/* A daemon that does not answer is not found: it could not serve the command either. */
static void ask(struct search *search, const char *path, int timeout_ms)
{
	const char *name = strrchr(path, '/') + 1;
	struct json_object *args = json_object_new_object();
	struct client *client = NULL;
	size_t used = strlen(search->names);
	struct ctl_error error;

	search->has_table = false;
	if (!client_new(path, true, timeout_ms, &client, &error))
		(void)client_ask(client, "status", args, "hpim.status/1", take_status, search,
				 &error);
	client_free(client);
	json_object_put(args);
	if (!search->has_table)
		return;
	search->count++;
	(void)snprintf(search->names + used, sizeof(search->names) - used, "%s%.*s",
		       used ? ", " : "", (int)(strlen(name) - strlen(ENDING)), name); /* or cut */
}

static int report(const struct search *search, struct ctl_error *ret_error)
{
	if (search->count > 1)
		return ctl_fail(ret_error, CTL_EXIT_USAGE, "usage", "choose one with -i",
				"several daemons have table %lu: %s", search->table, search->names);
	return ctl_fail(ret_error, CTL_EXIT_NOT_RUNNING, "not-running",
			"hpimd -t TABLE; 'ip vrf show' names the table of a VRF",
			"no daemon that runs has table %lu for its routes to sources",
			search->table);
}

int by_table_find(const char *text, int timeout_ms, char *ret_instance, size_t room,
		  struct ctl_error *ret_error)
{
	struct search search = { .table = strtoul(text, NULL, 10) };
	glob_t found = { .gl_pathc = 0 };

	if (!*text || strspn(text, "0123456789") != strlen(text) || strlen(text) > 9)
		return ctl_fail(ret_error, CTL_EXIT_USAGE, "usage",
				"'ip vrf show' names the table of a VRF; the main table is 254",
				"-t takes a table from 0 to %u, not '%s'", CONFIG_TABLE_MAX, text);
	(void)glob(CTL_SOCKET_DIR "/*" ENDING, 0, NULL, &found); /* a failure finds none */
	for (size_t i = 0; i < found.gl_pathc; i++)
		ask(&search, found.gl_pathv[i], timeout_ms);
	globfree(&found);
	if (search.count != 1)
		return report(&search, ret_error);
	(void)snprintf(ret_instance, room, "%s", search.names); /* names of instances fit */
	return 0;
}
