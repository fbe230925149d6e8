// SPDX-License-Identifier: GPL-2.0-only
/*
 * The configuration as a whole over the control socket. hpimctl reads and writes files, with the
 * rights of who runs it; here a text arrives in the parts that requests have room for. Secrets of
 * keys come with it and never go out again.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/daemon.h"
#include "daemon/refusal.h"
#include "daemon/running.h"
#include "io/ctlsock.h"
#include "io/field.h"
#include "mgmt/answer.h"
#include "mgmt/args.h"
#include "mgmt/config.h"
#include "mgmt/show.h"

#define CHANGES "hpim.config-changes/1"

/* Records of one step. */
#define STEP_LINES 200

void config_close(struct daemon *daemon)
{
	if (daemon->staged)
		explicit_bzero(daemon->staged, daemon->staged_len);
	free(daemon->staged);
	daemon->staged = NULL;
	daemon->staged_len = 0;
}

/* Not realloc(), which would leave secrets behind. */
static void stage(struct daemon *daemon, const char *text)
{
	size_t len = strlen(text);
	char *staged = malloc(daemon->staged_len + len + 1);

	assert(staged);
	if (daemon->staged_len)
		memcpy(staged, daemon->staged, daemon->staged_len);
	memcpy(staged + daemon->staged_len, text, len + 1);
	len += daemon->staged_len;
	config_close(daemon);
	daemon->staged = staged;
	daemon->staged_len = len;
}

/* Return: whether the part was taken; else the client has its answer. */
static bool take_part(struct daemon *daemon, struct ctl_client *client, const char *cmd,
		      struct json_object *args)
{
	const char *text = field_text(args, "text");
	int64_t offset;

	if (!text || !arg_number(args, cmd, "offset", &offset)) {
		ctl_reply_error(client, "usage", CTL_EXIT_USAGE, "",
				"'%s' takes a text, and where in the whole it stands", cmd);
		return false;
	}
	if (offset == 0)
		config_close(daemon);
	if ((uint64_t)offset != daemon->staged_len) {
		ctl_reply_error(client, "busy", CTL_EXIT_REFUSED, "nothing was changed; try again",
				"another configuration is being sent");
		return false;
	}
	if (daemon->staged_len + strlen(text) > CONFIG_TEXT_MAX) {
		config_close(daemon);
		ctl_reply_error(client, "limit", CTL_EXIT_REFUSED, "nothing was changed",
				"a configuration has %u bytes at most", CONFIG_TEXT_MAX);
		return false;
	}
	stage(daemon, text);
	return true;
}

static void keep_first(void *ctx, bool is_error, unsigned int line, unsigned int column,
		       const char *text)
{
	char *why = ctx;

	if (is_error && !*why)
		(void)snprintf(why, CONFIG_WHY_MAX, "%u:%u: %s", line, column,
			       text); /* may be cut */
}

/* Return: whether the text is a configuration; else the client has its answer. */
static bool read_staged(struct daemon *daemon, struct ctl_client *client, struct config *ret_config)
{
	char why[CONFIG_WHY_MAX] = "";
	const struct config_source source = { .text = daemon->staged,
					      .len = daemon->staged_len,
					      .has_secrets = true,
					      .message = keep_first,
					      .ctx = why };
	bool is_read = config_read(&source, ret_config);

	config_close(daemon);
	if (!is_read)
		ctl_reply_error(client, "config", CTL_EXIT_REFUSED, "nothing was changed", "%s",
				why);
	return is_read;
}

static char *running_text(const struct daemon *daemon)
{
	struct config running;
	char *text;

	running_config(daemon, &running);
	text = config_write(&running, false);
	config_fini(&running);
	return text;
}

static void put_change(void *ctx, char sign, const char *line)
{
	struct json_object *record = json_object_new_object();
	const char text[] = { sign, '\0' };

	field_put_text(record, "change", text);
	field_put_text(record, "line", line);
	answer_record(ctx, schema_find(CHANGES), record);
}

static char *running_lines(const struct daemon *daemon)
{
	char *text = running_text(daemon), *lines = config_lines(text);

	free(text);
	return lines;
}

static void load(struct daemon *daemon, struct ctl_client *client, struct config *config,
		 bool is_file)
{
	struct refusal refusal;
	char *was = running_lines(daemon), *is;

	if (!running_load(daemon, config, &refusal)) {
		ctl_reply_error(client, refusal.code, refusal.exit, refusal.hint, "%s",
				refusal.message);
	} else {
		if (is_file)
			running_saved(daemon, config);
		is = running_lines(daemon);
		(void)config_compare(was, is, put_change, client);
		free(is);
		ctl_reply_end(client, CHANGES);
	}
	free(was);
}

void config_request(struct daemon *daemon, struct ctl_client *client, const char *cmd,
		    struct json_object *args)
{
	const char *text = field_text(args, "text");
	bool is_taken = take_part(daemon, client, cmd, args);
	struct config config;

	if (text)
		explicit_bzero((char *)text, strlen(text)); /* it is freed without */
	if (!is_taken)
		return;
	if (field_bool(args, "more")) {
		ctl_reply_end(client, NULL);
		return;
	}
	if (!read_staged(daemon, client, &config))
		return;
	if (!strcmp(cmd, "config load")) {
		load(daemon, client, &config, field_bool(args, "is_file"));
	} else {
		running_saved(daemon, &config);
		ctl_reply_end(client, NULL);
	}
	config_fini(&config);
}

/* ---- view ---- */

bool config_begin(struct show *show)
{
	show->text = show->rest = running_text(show->daemon);
	return true;
}

bool config_step(struct show *show)
{
	for (unsigned int i = 0; i < STEP_LINES && *show->rest; i++) {
		struct json_object *record = json_object_new_object();
		char *line = strsep(&show->rest, "\n");

		field_put_text(record, "text", line);
		show_record(show, record);
		if (!show->rest)
			return true;
	}
	return !*show->rest;
}

void config_end(struct show *show)
{
	free(show->text);
}
