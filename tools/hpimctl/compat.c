// SPDX-License-Identifier: GPL-2.0-only
/*
 * hpim-dm: from its command to requests. Source: description of HPIM-DM, 7.1.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hpimctl/compat.h"
#include "hpimctl/complete.h"
#include "mgmt/schema.h"

#define TIMEOUT_MS 5000

bool compat_is_called(const char *word)
{
	const char *slash = strrchr(word, '/');

	return !strcmp(slash ? slash + 1 : word, "hpim-dm");
}

struct json_object *compat_args(const struct compat *compat, const char *interface)
{
	struct json_object *args = json_object_new_object();

	json_object_object_add(args, "family", json_object_new_int(compat->options.family));
	if (interface)
		json_object_object_add(
			args, "interface",
			json_object_new_string(!strcmp(interface, "*") ? "all" : interface));
	return args;
}

static bool collect(void *ctx, struct json_object *record)
{
	json_object_array_add(ctx, json_object_get(record));
	return true;
}

/* Release arguments; a secret is overwritten before. */
static void release_args(struct json_object *args)
{
	const char *secret = json_object_get_string(json_object_object_get(args, "secret"));

	if (secret)
		explicit_bzero((char *)secret, strlen(secret));
	json_object_put(args);
}

int compat_ask(struct compat *compat, const char *cmd, struct json_object *args,
	       struct json_object **ret_records, struct ctl_error *ret_error)
{
	const struct schema *schema =
		command_answer(command_find(cmd), json_object_object_get_ex(args, "detail", NULL));
	struct json_object *records = json_object_new_array();
	int err = client_ask(compat->client, cmd, args, schema ? schema->id : NULL, collect,
			     records, ret_error);

	release_args(args);
	if (!err && ret_records)
		*ret_records = records;
	else
		json_object_put(records);
	return err;
}

/* ---- interfaces ---- */

/* Switch one protocol on or off; IGMP and MLD have their own family. */
static int change_interface(struct compat *compat, const char *cmd, const char *protocol,
			    struct ctl_error *ret_error)
{
	struct json_object *args = compat_args(compat, compat->options.args[0]);

	if (strcmp(protocol, "hpim") != 0)
		json_object_object_del(args, "family");
	json_object_object_add(args, protocol, json_object_new_boolean(true));
	return compat_ask(compat, cmd, args, NULL, ret_error);
}

/* ---- toggles ---- */

static const char *value_of(struct json_object *records, const char *setting)
{
	for (size_t i = 0; i < json_object_array_length(records); i++) {
		struct json_object *record = json_object_array_get_idx(records, i);
		const char *name =
			json_object_get_string(json_object_object_get(record, "setting"));

		if (name && !strcmp(name, setting) &&
		    !json_object_object_get_ex(record, "interface", NULL))
			return json_object_get_string(json_object_object_get(record, "value"));
	}
	return NULL;
}

/* The new value is the instance's; an interface with a value of its own keeps it. */
static int toggle(struct compat *compat, const char *setting, const char *shown,
		  struct ctl_error *ret_error)
{
	struct json_object *args, *records;
	const char *value;
	bool is_on;
	int err = compat_ask(compat, "show config", json_object_new_object(), &records, ret_error);

	if (err)
		return err;
	value = value_of(records, setting);
	is_on = !value || strcmp(value, "on") != 0;
	json_object_put(records);
	args = json_object_new_object();
	json_object_object_add(args, "setting", json_object_new_string(setting));
	json_object_object_add(args, "value", json_object_new_string(is_on ? "on" : "off"));
	err = compat_ask(compat, "set", args, NULL, ret_error);
	if (!err)
		printf("%s: %s\n", shown, is_on ? "True" : "False");
	return err;
}

/* ---- security ---- */

static int read_id(const char *word, int *ret_id, struct ctl_error *ret_error)
{
	char *end;
	long id = strtol(word, &end, 10);

	if (*word < '0' || *word > '9' || *end || id > UINT16_MAX)
		return ctl_fail(ret_error, CTL_EXIT_USAGE, "usage",
				"hpim-dm -lsec lists algorithms",
				"'%s' is no identifier of a key, 0 to 65535", word);
	*ret_id = (int)id;
	return 0;
}

static int delete_key(struct compat *compat, int id, struct ctl_error *ret_error)
{
	struct json_object *args = compat_args(compat, compat->options.args[0]);

	json_object_object_add(args, "id", json_object_new_int(id));
	return compat_ask(compat, "key delete", args, NULL, ret_error);
}

/* An interface has one key there: with a new one the former ones end. */
static int delete_other_keys(struct compat *compat, int id, struct ctl_error *ret_error)
{
	struct json_object *records = NULL;
	int err = compat_ask(compat, "show keys", compat_args(compat, compat->options.args[0]),
			     &records, ret_error);

	for (size_t i = 0; !err && i < json_object_array_length(records); i++) {
		int other = json_object_get_int(
			json_object_object_get(json_object_array_get_idx(records, i), "id"));

		if (other != id)
			err = delete_key(compat, other, ret_error);
	}
	json_object_put(records);
	return err;
}

/* The key goes over the socket, and is erased from the list of processes. */
static int add_security(struct compat *compat, struct ctl_error *ret_error)
{
	char *const *words = compat->options.args;
	struct json_object *args;
	int id, err;

	fputs("hpim-dm: warning: a key on the command line can be read by other users in the list\n"
	      "of processes, and stays in the history of the shell; 'hpimctl key add' reads it\n"
	      "from a file\n",
	      stderr);
	args = compat_args(compat, words[0]);
	json_object_object_add(args, "secret", json_object_new_string(words[3]));
	explicit_bzero(words[3], strlen(words[3]));
	err = read_id(words[1], &id, ret_error);
	if (err) {
		release_args(args);
		return err;
	}
	json_object_object_add(args, "id", json_object_new_int(id));
	json_object_object_add(args, "algorithm", json_object_new_string(words[2]));
	json_object_object_add(args, "sending", json_object_new_boolean(true));
	err = compat_ask(compat, "key add", args, NULL, ret_error);
	return err ? err : delete_other_keys(compat, id, ret_error);
}

static int remove_security(struct compat *compat, struct ctl_error *ret_error)
{
	int id, err = read_id(compat->options.args[1], &id, ret_error);

	return err ? err : delete_key(compat, id, ret_error);
}

/* ---- which ---- */

static int run(struct compat *compat, struct ctl_error *ret_error)
{
	switch (compat->options.what) {
	case COMPAT_STOP: return compat_stop(compat, ret_error);
	case COMPAT_RESTART: return compat_restart(compat, ret_error);
	case COMPAT_LIST_INTERFACES: return compat_list_interfaces(compat, ret_error);
	case COMPAT_LIST_NEIGHBORS: return compat_list_neighbors(compat, ret_error);
	case COMPAT_LIST_STATE: return compat_list_state(compat, ret_error);
	case COMPAT_LIST_NEIGHBORS_STATE: return compat_list_neighbors_state(compat, ret_error);
	case COMPAT_LIST_SEQUENCE_NUMBERS: return compat_list_sequence_numbers(compat, ret_error);
	case COMPAT_MULTICAST_ROUTES: return compat_multicast_routes(compat, ret_error);
	case COMPAT_FLOOD_INITIAL_DATA:
		return toggle(compat, "initial-flood", "Flood Initial Data", ret_error);
	case COMPAT_HOLD_FORWARDING_STATE:
		return toggle(compat, "hold-forwarding", "Hold Forwarding State", ret_error);
	case COMPAT_ADD_INTERFACE: return change_interface(compat, "attach", "hpim", ret_error);
	case COMPAT_ADD_INTERFACE_IGMP:
		return change_interface(compat, "attach", "igmp", ret_error);
	case COMPAT_ADD_INTERFACE_MLD: return change_interface(compat, "attach", "mld", ret_error);
	case COMPAT_REMOVE_INTERFACE: return change_interface(compat, "detach", "hpim", ret_error);
	case COMPAT_REMOVE_INTERFACE_IGMP:
		return change_interface(compat, "detach", "igmp", ret_error);
	case COMPAT_REMOVE_INTERFACE_MLD:
		return change_interface(compat, "detach", "mld", ret_error);
	case COMPAT_LIST_ALGORITHMS: return compat_list_algorithms(compat, ret_error);
	case COMPAT_ADD_SECURITY: return add_security(compat, ret_error);
	case COMPAT_REMOVE_SECURITY: return remove_security(compat, ret_error);
	case COMPAT_GET_CONFIG: return compat_get_config(compat, ret_error);
	case COMPAT_VERBOSE: return compat_verbose(compat, ret_error);
	case COMPAT_TRACEBACK: return compat_traceback(compat, ret_error);
	default: return 0; /* needs no daemon */
	}
}

/* Table 0 is the usual instance, the one of 'systemctl start hpimd@default'. */
void compat_choose_instance(struct compat *compat)
{
	const char *env = getenv("HPIM_INSTANCE");
	const char *base = env && *env && strlen(env) <= 32 ? env : "default";

	if (compat->options.mroute_table)
		(void)snprintf(compat->instance, sizeof(compat->instance), "%s-%u", base,
			       compat->options.mroute_table);
	else
		(void)snprintf(compat->instance, sizeof(compat->instance), "%s", base);
	(void)snprintf(compat->path, sizeof(compat->path), CTL_SOCKET_PATH, compat->instance);
}

static int log_server(struct ctl_error *ret_error)
{
	return ctl_fail(
		ret_error, CTL_EXIT_REFUSED, "unsupported",
		"let syslog or the journal forward it; 'hpimd --record FILE' writes all events",
		"hpimd sends no log to a log server: it logs to syslog");
}

/* Commands that need no daemon, or make one. Return: whether it was one. */
static bool run_alone(struct compat *compat, int *ret_exit, struct ctl_error *ret_error)
{
	switch (compat->options.what) {
	case COMPAT_HELP:
		compat_help(stdout);
		*ret_exit = 0;
		return true;
	case COMPAT_VERSION: *ret_exit = printf("hpim-dm %s\n", HPIM_VERSION) < 0; return true;
	case COMPAT_START: *ret_exit = compat_start(compat, ret_error); return true;
	case COMPAT_LIST_INSTANCES:
		*ret_exit = compat_list_instances(compat, ret_error);
		return true;
	case COMPAT_CONFIG: *ret_exit = compat_config(compat, ret_error); return true;
	case COMPAT_TEST: *ret_exit = log_server(ret_error); return true;
	default: return false;
	}
}

static bool needs_root(enum compat_what what)
{
	return what != COMPAT_HELP && what != COMPAT_VERSION;
}

/* As there: to standard output, with the usage. */
static void report_not_running(struct compat *compat)
{
	printf("HPIM-DM is not running\n");
	compat_usage(stdout);
	compat->is_reported = true;
}

static int run_with_daemon(struct compat *compat, struct ctl_error *ret_error)
{
	int err = client_new(compat->path, false, TIMEOUT_MS, &compat->client, ret_error);

	if (err == CTL_EXIT_NOT_RUNNING && compat->options.what == COMPAT_RESTART)
		return compat_start(compat, ret_error);
	if (err == CTL_EXIT_NOT_RUNNING)
		report_not_running(compat);
	if (!err)
		err = run(compat, ret_error);
	client_free(compat->client);
	return err;
}

/* "hpim-dm completion words -- WORD...", of the scripts that 'hpimctl completion' prints. */
#define COMPLETION_WORDS 4

static bool is_completion(char *const argv[])
{
	return argv[1] && !strcmp(argv[1], "completion") && argv[2] && !strcmp(argv[2], "words") &&
	       argv[3] && !strcmp(argv[3], "--");
}

static void complete(char *const words[])
{
	if (!compat_complete(words, complete_offer))
		return;
	while (words[1])
		words++;
	complete_offer_interfaces(words[0], "an interface");
}

int compat_main(char **argv)
{
	struct compat compat = { .client = NULL };
	struct ctl_error error;
	int err;

	if (is_completion(argv)) {
		complete(argv + COMPLETION_WORDS);
		return 0;
	}
	err = compat_options_read(argv + 1, &compat.options, &error);
	if (err) {
		compat_usage(stderr);
	} else if (needs_root(compat.options.what) && geteuid() != 0) {
		err = ctl_fail(&error, CTL_EXIT_PERMISSION, "permission",
			       "members of the group hpim can use hpimctl",
			       "hpim-dm must be run as root");
	} else {
		compat_choose_instance(&compat);
		if (!run_alone(&compat, &err, &error))
			err = run_with_daemon(&compat, &error);
	}
	if (err && !compat.is_reported)
		ctl_error_print(&error, false);
	return err;
}
