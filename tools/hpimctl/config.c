// SPDX-License-Identifier: GPL-2.0-only
/*
 * The configuration as a whole. The daemon has no rights in /etc: files are read and written here.
 * A file is checked here, too; what goes to the daemon has the form of our own file, with the
 * secrets of the keys that can be read here.
 */
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "hpimctl/config.h"
#include "io/keyfile.h"

#define FOLDER "/etc/hpim"

/* Bytes of a part: JSON may need two for each, and a request has more than the text. */
#define PART_MAX (CTL_REQUEST_MAX / 2 - 256)

bool config_is_mine(const struct request *request)
{
	const char *name = request->command->name;

	return !strncmp(name, "config ", strlen("config ")) || !strcmp(name, "reload");
}

static int connect_to(const struct config_call *call, bool may_use_ro, struct client **ret_client,
		      struct ctl_error *ret_error)
{
	return client_new(call->socket, may_use_ro, call->timeout_ms, ret_client, ret_error);
}

/* ---- the running configuration ---- */

struct lines {
	FILE *out;
	char *text;
	size_t len;
};

static bool take_line(void *ctx, struct json_object *record)
{
	struct lines *lines = ctx;

	fprintf(lines->out, "%s\n", json_object_get_string(json_object_object_get(record, "text")));
	return true;
}

/* Return: 0 and its text, for free(). */
static int get_running(struct client *client, char **ret_text, struct ctl_error *ret_error)
{
	struct json_object *args = json_object_new_object();
	struct lines lines = { .text = NULL };
	int err;

	lines.out = open_memstream(&lines.text, &lines.len);
	if (!lines.out)
		abort(); /* no memory */
	err = client_ask(client, "config show", args, "hpim.config/1", take_line, &lines,
			 ret_error);
	json_object_put(args);
	(void)fclose(lines.out); /* in memory */
	if (err)
		free(lines.text);
	else
		*ret_text = lines.text;
	return err;
}

static bool take_path(void *ctx, struct json_object *record)
{
	(void)snprintf(ctx, PATH_MAX, "%s",
		       json_object_get_string(json_object_object_get(record, "config_file")));
	return true;
}

/* The file of the instance, as the daemon has it. */
static int get_path(struct client *client, char path[PATH_MAX], struct ctl_error *ret_error)
{
	struct json_object *args = json_object_new_object();
	int err = client_ask(client, "status", args, "hpim.status/1", take_path, path, ret_error);

	json_object_put(args);
	return err;
}

static bool is_same_file(const char *a, const char *b)
{
	struct stat of_a, of_b;

	return !strcmp(a, b) || (stat(a, &of_a) == 0 && stat(b, &of_b) == 0 &&
				 of_a.st_dev == of_b.st_dev && of_a.st_ino == of_b.st_ino);
}

/* Letters of UTF-8 stay whole. */
static size_t part_len(const char *text)
{
	size_t len = strnlen(text, PART_MAX);

	while (text[len] && ((unsigned char)text[len] & 0xc0) == 0x80)
		len--;
	return len;
}

/* Send a text in parts; the answer is that to the last. */
static int send_text(const struct config_call *call, struct client *client, const char *cmd,
		     const char *text, bool is_file, struct ctl_error *ret_error)
{
	const struct command *command = command_find(cmd);
	size_t offset = 0;
	int err = 0;

	do {
		struct json_object *args = json_object_new_object();
		size_t len = part_len(text + offset);
		bool is_last = !text[offset + len];
		struct json_object *part = json_object_new_string_len(text + offset, (int)len);

		json_object_object_add(args, "offset", json_object_new_int64((int64_t)offset));
		json_object_object_add(args, "text", json_object_get(part));
		json_object_object_add(args, "more", json_object_new_boolean(!is_last));
		json_object_object_add(args, "is_file", json_object_new_boolean(is_file));
		err = client_ask(client, cmd, args, is_last ? command->answer : NULL, call->each,
				 call->ctx, ret_error);
		explicit_bzero((char *)json_object_get_string(part), len);
		json_object_put(part);
		json_object_put(args);
		offset += len;
	} while (!err && text[offset]);
	return err;
}

/* Ours, if it is not there; when it cannot be, the next step says why. */
static void make_folder(const char *path)
{
	if (!strncmp(path, FOLDER "/", strlen(FOLDER "/")))
		(void)mkdir(FOLDER, 0755);
}

/* ---- commands ---- */

/* What can be read here; the daemon reads the others, or says why it cannot. */
static void read_secrets(struct config *config, bool warns)
{
	for (size_t i = 0; i < config->interface_count; i++)
		for (size_t k = 0; k < config->interfaces[i].keys.count; k++) {
			struct config_key *key = &config->interfaces[i].keys.list[k];
			struct keyfile file;
			int err;

			if (key->from != CONFIG_KEY_FILE || *key->secret)
				continue;
			err = keyfile_read(key->where, true, &file);
			if (!err)
				memcpy(key->secret, file.secret, sizeof(key->secret));
			if (err && warns)
				fprintf(stderr, "%s: warning: key %u: cannot read %s: %s\n",
					config->interfaces[i].name, key->id, key->where,
					keyfile_error(err));
			else if (!err && file.is_exposed && warns)
				fprintf(stderr,
					"%s: warning: other users can read or write %s; chmod "
					"600\n",
					config->interfaces[i].name, key->where);
			explicit_bzero(&file, sizeof(file));
		}
}

static int check(const char *path, struct ctl_error *ret_error)
{
	struct config config;
	int err = config_file_read(path, true, &config, ret_error);

	if (!err)
		read_secrets(&config, true);
	if (!err)
		config_fini(&config);
	return err;
}

int config_file_load(const struct config_call *call, struct client *client, const char *path,
		     struct ctl_error *ret_error)
{
	char own[PATH_MAX], folder[PATH_MAX], *text;
	struct config config;
	int err = get_path(client, own, ret_error);

	if (!err)
		err = config_file_read(*path ? path : own, true, &config, ret_error);
	if (err)
		return err;
	read_secrets(&config, true);
	(void)snprintf(folder, sizeof(folder), "%s", own);
	make_folder(own);
	err = config_secrets_import(&config, dirname(folder), call->instance, ret_error);
	text = config_write(&config, true);
	config_fini(&config);
	if (!err)
		err = send_text(call, client, "config load", text,
				!*path || is_same_file(path, own), ret_error);
	explicit_bzero(text, strlen(text));
	free(text);
	return err;
}

static void emit_change(void *ctx, char sign, const char *line)
{
	const struct config_call *call = ctx;
	struct json_object *record = json_object_new_object();
	const char text[] = { sign, '\0' };

	json_object_object_add(record, "change", json_object_new_string(text));
	json_object_object_add(record, "line", json_object_new_string(line));
	(void)call->each(call->ctx, record); /* all are of use */
	json_object_put(record);
}

/* What would change if the file were loaded. */
static int diff(const struct config_call *call, struct client *client, const char *path,
		struct ctl_error *ret_error)
{
	char own[PATH_MAX], *text, *running, *was, *is;
	struct config config;
	size_t count;
	int err = get_path(client, own, ret_error);

	if (!err)
		err = config_file_read(*path ? path : own, true, &config, ret_error);
	if (err)
		return err;
	text = config_write(&config, false);
	config_fini(&config);
	is = config_lines(text);
	free(text);
	err = get_running(client, &running, ret_error);
	if (!err) {
		was = config_lines(running);
		count = config_compare(was, is, emit_change, (void *)call);
		err = count ? CTL_EXIT_FINDINGS : 0;
		free(was);
		free(running);
	}
	free(is);
	return err;
}

static void note_fault(void *ctx, bool is_error, unsigned int line, unsigned int column,
		       const char *text)
{
	(void)line;
	(void)column;
	if (is_error)
		(void)snprintf(ctx, CONFIG_WHY_MAX, "%s", text); /* may be cut */
}

/* A key whose secret stands in no file would be lost, and its link open to all. */
static int check_saveable(const char *text, struct ctl_error *ret_error)
{
	char why[CONFIG_WHY_MAX] = "";
	const struct config_source source = {
		.text = text, .len = strlen(text), .message = note_fault, .ctx = why
	};
	struct config config;

	if (config_read(&source, &config)) {
		config_fini(&config);
		return 0;
	}
	return ctl_fail(ret_error, CTL_EXIT_REFUSED, "config",
			"a key needs a file: hpimctl key add IFACE id N algo NAME file PATH",
			"the running configuration cannot be saved: %s", why);
}

static int save(const struct config_call *call, struct client *client, const char *path,
		struct ctl_error *ret_error)
{
	char own[PATH_MAX], *running, *text = NULL;
	int err = get_path(client, own, ret_error);

	if (!err)
		err = get_running(client, &running, ret_error);
	if (err)
		return err;
	err = check_saveable(running, ret_error);
	if (!err &&
	    asprintf(&text, CONFIG_HEAD ", instance %s. 'hpimctl config save' writes it.\n%s",
		     call->instance, running) < 0)
		abort(); /* no memory */
	if (!err && !*path)
		make_folder(own);
	if (!err)
		err = config_file_keep(*path ? path : own, ret_error);
	if (!err)
		err = config_file_write(*path ? path : own, text, ret_error);
	if (!err && (!*path || is_same_file(path, own)))
		err = send_text(call, client, "config save", running, true, ret_error);
	free(text);
	free(running);
	return err;
}

/* ---- as the Python implementation has it ---- */

static bool add_attached(void *ctx, struct json_object *record)
{
	const char *name = json_object_get_string(json_object_object_get(record, "interface"));
	struct config *config = ctx;
	const struct config_interface *rule = config_interface_for(config, name);
	struct config_interface *added;
	struct config_interface from;

	if (!rule || !config_is_pattern(rule->name))
		return true;
	from = *rule; /* adding one moves them */
	added = config_interface_add(config, name);
	added->link = from.link;
	config_keys_copy(&added->keys, &from.keys);
	return true;
}

/* Whoever loads the text again has a link without a key: no message there is signed. */
static void warn_unknown_secrets(const struct config *config)
{
	for (size_t i = 0; i < config->interface_count; i++)
		for (size_t k = 0; k < config->interfaces[i].keys.count; k++) {
			const struct config_key *key = &config->interfaces[i].keys.list[k];

			if (!*key->secret)
				fprintf(stderr,
					"%s: warning: key %u: its secret stands in no file that "
					"can "
					"be read, and is left out: without it the link has no "
					"security\n",
					config->interfaces[i].name, key->id);
		}
}

int config_reference_get(struct client *client, char **ret_text, struct ctl_error *ret_error)
{
	struct json_object *args = json_object_new_object();
	char why[CONFIG_WHY_MAX] = "", *text = NULL;
	struct config_source source = { .message = note_fault, .ctx = why, .has_secrets = true };
	struct config config;
	int err = get_running(client, &text, ret_error);

	if (!err) {
		source.text = text;
		source.len = strlen(text);
		if (!config_read(&source, &config))
			err = ctl_fail(ret_error, CTL_EXIT_REFUSED, "config", "",
				       "the running configuration has no such form: %s", why);
	}
	free(text);
	if (!err)
		err = client_ask(client, "show interfaces", args, "hpim.interfaces/1", add_attached,
				 &config, ret_error);
	json_object_put(args);
	if (err)
		return err;
	read_secrets(&config, true);
	warn_unknown_secrets(&config);
	*ret_text = config_write_reference(&config);
	config_fini(&config);
	return 0;
}

static int show_reference(struct client *client, struct ctl_error *ret_error)
{
	char *text;
	int err = config_reference_get(client, &text, ret_error);

	if (err)
		return err;
	(void)fputs(text, stdout);
	if (strstr(text, "key: "))
		fprintf(stderr, "hpimctl: warning: this output holds the secrets of keys\n");
	explicit_bzero(text, strlen(text));
	free(text);
	return 0;
}

static int show(const struct config_call *call, struct client *client, struct ctl_error *ret_error)
{
	struct json_object *args;
	char *text;
	int err;

	if (call->is_json) {
		args = json_object_new_object();
		err = client_ask(client, "config show", args, "hpim.config/1", call->each,
				 call->ctx, ret_error);
		json_object_put(args);
		return err;
	}
	err = get_running(client, &text, ret_error);
	if (err)
		return err;
	(void)fputs(text, stdout);
	free(text);
	return 0;
}

int config_run(const struct config_call *call, const struct request *request,
	       struct ctl_error *ret_error)
{
	const char *name = request->command->name;
	const char *path = json_object_get_string(json_object_object_get(request->args, "file"));
	bool may_use_ro = !strcmp(name, "config show") || !strcmp(name, "config diff");
	struct client *client = NULL;
	char own[PATH_MAX];
	int err;

	if (!strcmp(name, "config check")) {
		(void)snprintf(own, sizeof(own), FOLDER "/%s.yaml", call->instance);
		return check(path ? path : own, ret_error);
	}
	err = connect_to(call, may_use_ro, &client, ret_error);
	if (err)
		return err;
	path = path ? path : "";
	if (json_object_object_get_ex(request->args, "reference", NULL))
		err = show_reference(client, ret_error);
	else if (!strcmp(name, "config show"))
		err = show(call, client, ret_error);
	else if (!strcmp(name, "config diff"))
		err = diff(call, client, path, ret_error);
	else if (!strcmp(name, "config save"))
		err = save(call, client, path, ret_error);
	else
		err = config_file_load(call, client, path, ret_error);
	client_free(client);
	return err;
}
