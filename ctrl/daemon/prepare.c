// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files that the daemon reads as the user hpim: after a restart, and from the start under a service
 * manager. Often they are root's alone; then the group hpim may read them, too.
 */
#include <stdlib.h>
#include <string.h>

#include "daemon/daemon.h"
#include "daemon/keys.h"
#include "daemon/prepare.h"
#include "daemon/privileges.h"
#include "daemon/running.h"
#include "daemon/saved.h"
#include "io/file.h"

static void give_keys(const struct config_keys *keys)
{
	for (size_t i = 0; i < keys->count; i++)
		if (keys->list[i].from == CONFIG_KEY_FILE)
			privileges_give_file(keys->list[i].where);
}

static void ignore(void *ctx, bool is_error, unsigned int line, unsigned int column,
		   const char *text)
{
	(void)ctx;
	(void)is_error;
	(void)line;
	(void)column;
	(void)text; /* the start reports it */
}

static void give_keys_of_text(const char *text)
{
	const struct config_source source = { .text = text,
					      .len = strlen(text),
					      .message = ignore };
	struct config config;

	if (!config_read(&source, &config))
		return;
	for (size_t i = 0; i < config.interface_count; i++)
		give_keys(&config.interfaces[i].keys);
	config_fini(&config);
}

static void give_keys_of_run(const struct daemon_options *options)
{
	const struct daemon daemon = { .options = options };
	struct config_keys keys = { .list = NULL };

	saved_keys(&daemon, &keys);
	give_keys(&keys);
	config_keys_fini(&keys);
}

void prepare_files(const struct daemon_options *options)
{
	const struct daemon daemon = { .options = options };
	char path[CONFIG_PATH_MAX], *text;

	running_path(&daemon, path);
	if (file_read(path, &text) == 0) {
		privileges_give_file(path);
		give_keys_of_text(text);
		free(text);
	}
	give_keys_of_run(options);
}
