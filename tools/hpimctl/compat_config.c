// SPDX-License-Identifier: GPL-2.0-only
/*
 * hpim-dm: the configuration as a whole, in the form of the Python implementation. Source:
 * description of HPIM-DM, 7.1 and 7.3.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hpimctl/compat.h"
#include "hpimctl/config.h"
#include "mgmt/schema.h"

#define TIMEOUT_MS 5000

static bool ignore_record(void *ctx, struct json_object *record)
{
	(void)ctx;
	(void)record;
	return true;
}

/* The daemon is that of the tables in the file; where it names none, of the options. */
static int choose_daemon(struct compat *compat, struct ctl_error *ret_error)
{
	struct compat_options *options = &compat->options;
	struct config config;
	int err = config_file_read(options->args[0], false, &config, ret_error);

	if (err)
		return err;
	if (config.has_table[CONFIG_MULTICAST])
		options->mroute_table = config.table[CONFIG_MULTICAST];
	if (config.has_table[CONFIG_UNICAST]) {
		options->unicast_table = config.table[CONFIG_UNICAST];
		options->has_unicast = true;
	}
	config_fini(&config);
	compat_choose_instance(compat);
	return 0;
}

/* To the daemon, which is started if it does not run. */
static int connect_or_start(struct compat *compat, struct ctl_error *ret_error)
{
	int err = client_new(compat->path, false, TIMEOUT_MS, &compat->client, ret_error);

	if (err != CTL_EXIT_NOT_RUNNING)
		return err;
	err = compat_start(compat, ret_error);
	if (err)
		return err;
	compat->is_reported = false;
	return client_new(compat->path, false, TIMEOUT_MS, &compat->client, ret_error);
}

int compat_config(struct compat *compat, struct ctl_error *ret_error)
{
	struct config_call call = { .timeout_ms = TIMEOUT_MS, .each = ignore_record };
	int err = choose_daemon(compat, ret_error);

	if (!err)
		err = connect_or_start(compat, ret_error);
	if (err)
		return err;
	call.socket = compat->path;
	call.instance = compat->instance;
	err = config_file_load(&call, compat->client, compat->options.args[0], ret_error);
	client_free(compat->client);
	compat->client = NULL;
	return err;
}

int compat_get_config(struct compat *compat, struct ctl_error *ret_error)
{
	char *text;
	int err = config_reference_get(compat->client, &text, ret_error);

	if (err)
		return err;
	if (strstr(text, "key: "))
		fputs("hpim-dm: warning: keys are printed in clear\n", stderr);
	(void)fputs(text, stdout);
	explicit_bzero(text, strlen(text));
	free(text);
	return 0;
}
