/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MGMT_ARGS_H
#define MGMT_ARGS_H

/* Arguments that several commands have. */
#include <json-c/json.h>
#include <stdbool.h>

#include "base/addr.h"

struct command;
struct ctl_client;
struct daemon;

/** arg_interface() - The interface asked for, or NULL: all. */
const char *arg_interface(struct json_object *args);

/**
 * arg_check() - Whether what is there of a command's arguments has its type and its range; else the
 * client has its answer. Null is absent.
 */
bool arg_check(struct ctl_client *client, const struct command *command, struct json_object *args);

/** arg_addr() - Read an address that may be absent. Return: whether it is none, or an address. */
bool arg_addr(struct json_object *args, const char *name, struct ip_addr *ret_addr);

/** arg_interface_check() - Whether it is attached, or absent; else the client has its answer. */
bool arg_interface_check(const struct daemon *daemon, struct ctl_client *client,
			 struct json_object *args);

/**
 * arg_number() - Read a number; @cmd says what it may be (mgmt/command.c).
 *
 * Return: whether it is there and in its range.
 */
bool arg_number(struct json_object *args, const char *cmd, const char *name, int64_t *ret_number);

/** arg_family() - Whether "family" (4 or 6; absent: both) includes this one. */
bool arg_family(struct json_object *args, enum ip_family family);

#endif
