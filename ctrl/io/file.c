// SPDX-License-Identifier: GPL-2.0-only
/*
 * Small files that outlive the process: written beside, then renamed.
 */
#include "io/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int write_all(int fd, const char *bytes, size_t len)
{
	while (len) {
		ssize_t done = write(fd, bytes, len);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -errno;
		bytes += done;
		len -= (size_t)done;
	}
	return 0;
}

int file_replace(const char *path, const char *bytes, size_t len)
{
	char beside[512];
	int fd, err;

	err = snprintf(beside, sizeof(beside), "%s.new", path);
	if (err < 0 || (size_t)err >= sizeof(beside))
		return -ENAMETOOLONG;
	(void)unlink(beside); /* of a writer that died; O_EXCL sees everything else */
	fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0)
		return -errno;
	/* The next daemon may be another user: readable, whatever the umask of this one. */
	err = fchmod(fd, 0644) < 0 ? -errno : write_all(fd, bytes, len);
	if (close(fd) < 0 && !err)
		err = -errno;
	if (!err && rename(beside, path) < 0)
		err = -errno;
	if (err)
		(void)unlink(beside); /* the error before is the one to tell */
	return err;
}

int file_read(const char *path, char **ret_text)
{
	FILE *file = fopen(path, "re");
	char *text = NULL;
	size_t room = 0;
	ssize_t len;
	int err = 0;

	if (!file)
		return -errno;
	len = getdelim(&text, &room, '\0', file);
	if (len < 0 && ferror(file))
		err = -EIO;
	(void)fclose(file);    /* only read */
	if (!err && len < 0) { /* empty */
		free(text);
		text = strdup("");
	}
	if (!err && !text)
		err = -ENOMEM;
	if (err)
		free(text);
	else
		*ret_text = text;
	return err;
}

bool file_exists(const char *path)
{
	return access(path, F_OK) == 0;
}

void file_remove(const char *path)
{
	(void)unlink(path); /* most often there is none */
}
