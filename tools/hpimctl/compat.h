/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HPIMCTL_COMPAT_H
#define HPIMCTL_COMPAT_H

/*
 * hpim-dm: the commands of the Python implementation of HPIM-DM, as requests to hpimd. This program
 * is hpim-dm when it is called by that name. Options are read by compat_options.c, tables are made
 * by compat_tables.c, the rest is compat.c, compat_config.c and compat_life.c.
 */
#include <json-c/json.h>

#include "hpimctl/client.h"
#include "hpimctl/compat_options.h"

/** compat_is_called() - Whether the first word of the command line is hpim-dm. */
bool compat_is_called(const char *word);

/** compat_main() - Do what the words say. Return: exit code. */
int compat_main(char **argv);

/* The longest name of an instance that hpimd takes is 32. */
#define COMPAT_PATH_MAX 108

/**
 * struct compat - One call.
 * @path:        of the control socket.
 * @is_reported: what failed was printed.
 */
struct compat {
	struct compat_options options;
	char instance[64], path[COMPAT_PATH_MAX];
	struct client *client;
	bool is_reported;
};

/**
 * compat_args() - Arguments of a request about the family asked for.
 * @interface: '*' means all; NULL: about none.
 */
struct json_object *compat_args(const struct compat *compat, const char *interface);

/**
 * compat_ask() - Send a request; its secret is erased.
 * @args:        released.
 * @ret_records: an array of the records, owned by the caller; NULL: they are of no use.
 *
 * Return: 0 or an exit code, with @ret_error filled.
 */
int compat_ask(struct compat *compat, const char *cmd, struct json_object *args,
	       struct json_object **ret_records, struct ctl_error *ret_error);

/** compat_choose_instance() - By the tables of the options. */
void compat_choose_instance(struct compat *compat);

/* compat_config.c. Return: 0 or an exit code, with @ret_error filled. */
int compat_config(struct compat *compat, struct ctl_error *ret_error);
int compat_get_config(struct compat *compat, struct ctl_error *ret_error);

/* compat_tables.c: each prints tables. Return: 0 or an exit code, with @ret_error filled. */
int compat_list_interfaces(struct compat *compat, struct ctl_error *ret_error);
int compat_list_neighbors(struct compat *compat, struct ctl_error *ret_error);
int compat_list_state(struct compat *compat, struct ctl_error *ret_error);
int compat_list_neighbors_state(struct compat *compat, struct ctl_error *ret_error);
int compat_list_sequence_numbers(struct compat *compat, struct ctl_error *ret_error);
int compat_list_algorithms(struct compat *compat, struct ctl_error *ret_error);
int compat_multicast_routes(struct compat *compat, struct ctl_error *ret_error);

/* compat_life.c: daemons as processes. As above. */
int compat_start(struct compat *compat, struct ctl_error *ret_error);
int compat_stop(struct compat *compat, struct ctl_error *ret_error);
int compat_restart(struct compat *compat, struct ctl_error *ret_error);
int compat_list_instances(struct compat *compat, struct ctl_error *ret_error);
int compat_verbose(struct compat *compat, struct ctl_error *ret_error);
int compat_traceback(struct compat *compat, struct ctl_error *ret_error);

#endif
