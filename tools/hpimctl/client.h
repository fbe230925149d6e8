/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HPIMCTL_CLIENT_H
#define HPIMCTL_CLIENT_H

/* The daemon as seen through its control socket (hpim/ctl_abi.h). */
#include <json-c/json.h>
#include <stdbool.h>

#include "hpimctl/error.h"

struct client;

/** client_record_fn() - A record has come; borrowed. Return: whether more of them are of use. */
typedef bool client_record_fn(void *ctx, struct json_object *record);

/**
 * client_new() - Connect to the control socket at @path.
 * @may_use_ro: if refused there, try the read-only twin beside it.
 * @timeout_ms: how long to wait for each line of a reply.
 *
 * Return: 0 or an exit code, with @ret_error filled.
 */
int client_new(const char *path, bool may_use_ro, int timeout_ms, struct client **ret_client,
	       struct ctl_error *ret_error);

/* Neither an exit code nor a success: what client_until() waits for, or a record was the last. */
#define CLIENT_STOPPED (-1)

/** client_until() - Wait for replies without an end, but only until @stop_fd can be read. */
void client_until(struct client *client, int stop_fd);

/** client_free() - Disconnect. */
void client_free(struct client *client);

/**
 * client_ask() - Send a request and hand every record of the reply to @fn.
 * @args:   borrowed.
 * @schema: what the records must be, or NULL if the command has no output.
 *
 * Return: 0 or an exit code, with @ret_error filled, or CLIENT_STOPPED. After anything but success
 * and the daemon's own refusal the client is of no more use.
 */
int client_ask(struct client *client, const char *cmd, struct json_object *args, const char *schema,
	       client_record_fn *fn, void *ctx, struct ctl_error *ret_error);

/**
 * client_wait_end() - After a command that ends the daemon: until everything is released.
 *
 * Return: 0 or an exit code, with @ret_error filled.
 */
int client_wait_end(struct client *client, struct ctl_error *ret_error);

/**
 * client_await_return() - After "restart" has ended the daemon: until it answers again.
 *
 * Return: 0 or an exit code, with @ret_error filled.
 */
int client_await_return(const char *path, int timeout_ms, struct ctl_error *ret_error);

#endif
