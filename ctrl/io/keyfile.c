// SPDX-License-Identifier: GPL-2.0-only
/* Secrets in files. What passes through here is overwritten. */
#include "io/keyfile.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define GROUP_NAME "hpim"

static bool is_exposed(const struct stat *info)
{
	const struct group *group = getgrnam(GROUP_NAME);
	mode_t others = S_IWGRP | S_IROTH | S_IWOTH;

	if (!group || info->st_gid != group->gr_gid)
		others |= S_IRGRP;
	return S_ISREG(info->st_mode) && info->st_mode & others;
}

/* A newline at the end is no part of it. Return: 0 or a negative errno. */
static int read_all(int fd, struct keyfile *file)
{
	char bytes[KEYFILE_MAX + 2]; /* a newline, and one more to see that it is too long */
	size_t len = 0;
	int err = 0;

	while (len < sizeof(bytes)) {
		ssize_t got = read(fd, bytes + len, sizeof(bytes) - len);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			err = -errno;
		if (got <= 0)
			break;
		len += (size_t)got;
	}
	if (len && bytes[len - 1] == '\n')
		len--;
	if (!err && (!len || len > KEYFILE_MAX || memchr(bytes, 0, len)))
		err = -EMSGSIZE;
	if (!err) {
		memcpy(file->secret, bytes, len);
		file->len = len;
	}
	explicit_bzero(bytes, sizeof(bytes));
	return err;
}

int keyfile_read(const char *path, bool only_regular, struct keyfile *ret_file)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | (only_regular ? O_NONBLOCK : 0));
	struct keyfile file = { .len = 0 };
	struct stat info;
	int err;

	if (fd < 0)
		return -errno;
	err = fstat(fd, &info) < 0 ? -errno : 0;
	if (!err && only_regular && !S_ISREG(info.st_mode))
		err = -EINVAL;
	if (!err)
		err = read_all(fd, &file);
	(void)close(fd); /* only read */
	if (!err) {
		file.is_regular = S_ISREG(info.st_mode);
		file.is_exposed = is_exposed(&info);
		*ret_file = file;
	}
	explicit_bzero(&file, sizeof(file));
	return err;
}

const char *keyfile_error(int err)
{
	return err == -EMSGSIZE ? "it does not hold 1 to 128 bytes of text"
	       : err == -EINVAL ? "it is no regular file"
				: strerror(-err);
}
