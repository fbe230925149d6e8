/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HPIMCTL_COMPAT_OPTIONS_H
#define HPIMCTL_COMPAT_OPTIONS_H

/* The command line of hpim-dm: one command as an option, and what it is about. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "hpimctl/error.h"

enum compat_what {
	COMPAT_NONE,
	COMPAT_HELP,
	COMPAT_VERSION,
	COMPAT_START,
	COMPAT_STOP,
	COMPAT_RESTART,
	COMPAT_LIST_INTERFACES,
	COMPAT_LIST_NEIGHBORS,
	COMPAT_LIST_STATE,
	COMPAT_LIST_NEIGHBORS_STATE,
	COMPAT_LIST_SEQUENCE_NUMBERS,
	COMPAT_LIST_INSTANCES,
	COMPAT_MULTICAST_ROUTES,
	COMPAT_FLOOD_INITIAL_DATA,
	COMPAT_HOLD_FORWARDING_STATE,
	COMPAT_ADD_INTERFACE,
	COMPAT_ADD_INTERFACE_IGMP,
	COMPAT_ADD_INTERFACE_MLD,
	COMPAT_REMOVE_INTERFACE,
	COMPAT_REMOVE_INTERFACE_IGMP,
	COMPAT_REMOVE_INTERFACE_MLD,
	COMPAT_LIST_ALGORITHMS,
	COMPAT_ADD_SECURITY,
	COMPAT_REMOVE_SECURITY,
	COMPAT_CONFIG,
	COMPAT_GET_CONFIG,
	COMPAT_VERBOSE,
	COMPAT_TEST,
	COMPAT_TRACEBACK,
	COMPAT_WHAT_COUNT,
};

#define COMPAT_ARGS_MAX 4

/**
 * struct compat_options - What the user asks for.
 * @args:         of the command; borrowed.
 * @family:       4 or 6.
 * @unicast_table: only with has_unicast.
 */
struct compat_options {
	enum compat_what what;
	char *args[COMPAT_ARGS_MAX];
	int family;
	bool has_family, has_unicast;
	uint32_t mroute_table, unicast_table;
};

/**
 * compat_options_read() - Read the words behind the program's name; each option by its short or
 * long name, a long one also by a beginning that no other has, or with "=VALUE".
 *
 * Return: 0 or CTL_EXIT_USAGE, with @ret_error filled.
 */
int compat_options_read(char *const words[], struct compat_options *ret_options,
			struct ctl_error *ret_error);

/**
 * compat_complete() - Call @offer for each option that can stand in the place of the last word.
 *
 * Return: whether the name of an interface stands there instead.
 */
bool compat_complete(char *const words[],
		     void (*offer)(const char *word, const char *help, const char *prefix));

/** compat_usage() - The first lines of the help. */
void compat_usage(FILE *file);

/** compat_help() - All of it. */
void compat_help(FILE *file);

#endif
