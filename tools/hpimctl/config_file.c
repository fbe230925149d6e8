// SPDX-License-Identifier: GPL-2.0-only
/* Files that hold a configuration. */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hpimctl/config.h"

static int fail_file(struct ctl_error *error, int err, const char *what, const char *path)
{
	enum ctl_exit exit = err == ENOENT                   ? CTL_EXIT_NOT_FOUND
			     : err == EACCES || err == EPERM ? CTL_EXIT_PERMISSION
							     : CTL_EXIT_REFUSED;

	return ctl_fail(error, exit, "file", exit == CTL_EXIT_PERMISSION ? "run it as root" : "",
			"cannot %s %s: %s", what, path, strerror(err));
}

/* Of at most one byte more than a configuration may have. */
static int read_text(const char *path, char **ret_text, size_t *ret_len,
		     struct ctl_error *ret_error)
{
	char *text = malloc(CONFIG_TEXT_MAX + 1);
	FILE *file = fopen(path, "re");
	struct stat info;
	int err = 0;

	if (!text)
		err = ENOMEM;
	else if (!file)
		err = errno;
	else if (fstat(fileno(file), &info) == 0 && S_ISDIR(info.st_mode))
		err = EISDIR;
	else
		*ret_len = fread(text, 1, CONFIG_TEXT_MAX + 1, file);
	if (file && !err && ferror(file))
		err = EIO;
	if (file)
		(void)fclose(file); /* only read */
	if (err) {
		free(text);
		return fail_file(ret_error, err, "read", path);
	}
	*ret_text = text;
	return 0;
}

struct reading {
	const char *path;
	bool warns;
	unsigned int errors;
};

static void print_message(void *ctx, bool is_error, unsigned int line, unsigned int column,
			  const char *text)
{
	struct reading *reading = ctx;

	reading->errors += is_error;
	if (!is_error && !reading->warns)
		return;
	fprintf(stderr, "%s:%u:%u: %s%s\n", reading->path, line, column,
		is_error ? "" : "warning: ", text);
}

int config_file_read(const char *path, bool warns, struct config *ret_config,
		     struct ctl_error *ret_error)
{
	struct reading reading = { .path = path, .warns = warns };
	struct config_source source = { .message = print_message, .ctx = &reading };
	char *text = NULL;
	int err = read_text(path, &text, &source.len, ret_error);

	if (!text)
		return err;
	source.text = text;
	if (!config_read(&source, ret_config))
		err = ctl_fail(ret_error, CTL_EXIT_REFUSED, "config",
			       "'FILE:LINE:COLUMN' above says where; nothing was changed",
			       "%s has %u error%s", path, reading.errors,
			       reading.errors == 1 ? "" : "s");
	explicit_bzero(text, source.len); /* an imported one may hold secrets */
	free(text);
	return err;
}

/* @mode: of a new file. Return: 0 or an errno. */
static int write_beside(const char *path, const char *beside, const char *text, mode_t mode)
{
	struct stat before = { .st_mode = mode };
	bool is_there = stat(path, &before) == 0;
	size_t len = strlen(text);
	int fd, err = 0;

	(void)unlink(beside); /* of a run that was interrupted; O_EXCL sees everything else */
	fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return errno;
	if ((is_there && fchown(fd, before.st_uid, before.st_gid) < 0 && geteuid() == 0) ||
	    fchmod(fd, before.st_mode & 07777) < 0)
		err = errno;
	while (!err && len) {
		ssize_t done = write(fd, text, len);

		if (done < 0 && errno != EINTR)
			err = errno;
		text += done > 0 ? done : 0;
		len -= done > 0 ? (size_t)done : 0;
	}
	if (!err && fsync(fd) < 0)
		err = errno;
	if (close(fd) < 0 && !err)
		err = errno;
	if (!err && rename(beside, path) < 0)
		err = errno;
	if (err)
		(void)unlink(beside); /* the error before is the one to report */
	return err;
}

/* The name is on the disk, too. That it is cannot always be had. */
static void sync_folder(const char *path)
{
	char copy[PATH_MAX];
	int fd;

	(void)snprintf(copy, sizeof(copy), "%s", path);
	fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	(void)fsync(fd);
	(void)close(fd);
}

static int write_file(const char *path, const char *text, mode_t mode, struct ctl_error *ret_error)
{
	char real[PATH_MAX], beside[PATH_MAX];
	int err = 0;

	if (!realpath(path, real))
		(void)snprintf(real, sizeof(real), "%s", path); /* a new file */
	if (snprintf(beside, sizeof(beside), "%s.new", real) >= (int)sizeof(beside))
		err = ENAMETOOLONG;
	if (!err)
		err = write_beside(real, beside, text, mode);
	if (err)
		return fail_file(ret_error, err, "write", path);
	sync_folder(real);
	return 0;
}

int config_file_write(const char *path, const char *text, struct ctl_error *ret_error)
{
	return write_file(path, text, 0644, ret_error);
}

/* A comment of YAML: '#' at the beginning, or behind a blank; in a quoted text it only looks so. */
static bool has_comments(const char *text)
{
	if (!strncmp(text, CONFIG_HEAD, strlen(CONFIG_HEAD)))
		text += strcspn(text, "\n");
	for (const char *at = text; (at = strchr(at, '#')); at++)
		if (at == text || strchr(" \t\n", at[-1]))
			return true;
	return false;
}

/* As a second name of the file that is about to be replaced: mode, owner and bytes are its own. */
static int keep_as(const char *path, const char *old)
{
	if (unlink(old) < 0 && errno != ENOENT)
		return errno;
	return link(path, old) < 0 ? errno : 0;
}

int config_file_keep(const char *path, struct ctl_error *ret_error)
{
	char real[PATH_MAX], old[PATH_MAX], *text;
	bool is_ours;
	size_t len = 0;
	int err;

	if (!realpath(path, real) || snprintf(old, sizeof(old), "%s.old", real) >= PATH_MAX)
		return 0; /* nothing to keep; writing it fails */
	err = read_text(real, &text, &len, ret_error);
	if (err)
		return err;
	text[len < CONFIG_TEXT_MAX ? len : CONFIG_TEXT_MAX] = '\0';
	is_ours = !has_comments(text);
	explicit_bzero(text, len);
	free(text);
	if (is_ours)
		return 0;
	err = keep_as(real, old);
	if (err)
		return fail_file(ret_error, err, "keep", path);
	fprintf(stderr, "%s has comments, which are not saved; it is kept as %s\n", path, old);
	return 0;
}

/* "/etc/hpim/default-eth0-ipv4-1.key": a name has no slash. */
static int import_secret(struct config_key *key, const char *interface, const char *folder,
			 const char *instance, struct ctl_error *ret_error)
{
	int len = snprintf(key->where, sizeof(key->where), "%s/%s-%s-ipv%d-%u.key", folder,
			   instance, interface, key->family == IP_FAMILY_4 ? 4 : 6, key->id);
	char text[sizeof(key->secret) + 1];
	int err;

	if (len < 0 || (size_t)len >= sizeof(key->where))
		return fail_file(ret_error, ENAMETOOLONG, "write the key in", folder);
	(void)snprintf(text, sizeof(text), "%s\n", key->secret);
	err = write_file(key->where, text, 0600, ret_error);
	explicit_bzero(text, sizeof(text));
	if (err)
		return err;
	key->from = CONFIG_KEY_FILE;
	fprintf(stderr, "%s: the secret of key %u is in %s now\n", interface, key->id, key->where);
	return 0;
}

int config_secrets_import(struct config *config, const char *folder, const char *instance,
			  struct ctl_error *ret_error)
{
	int err = 0;

	for (size_t i = 0; i < config->interface_count && !err; i++)
		for (size_t k = 0; k < config->interfaces[i].keys.count && !err; k++) {
			struct config_key *key = &config->interfaces[i].keys.list[k];

			if (key->from == CONFIG_KEY_NOWHERE && *key->secret)
				err = import_secret(key, config->interfaces[i].name, folder,
						    instance, ret_error);
		}
	return err;
}
