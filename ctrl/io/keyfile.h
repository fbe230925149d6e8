/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef IO_KEYFILE_H
#define IO_KEYFILE_H

/* Files that hold the secret of a key, and nothing else. */
#include <stdbool.h>
#include <stddef.h>

#define KEYFILE_MAX      128 /* bytes; hpim/auth.h */
#define KEYFILE_PATH_MAX 256 /* that the daemon keeps */

/**
 * struct keyfile - What was read; to be overwritten by who read it.
 * @is_regular: it can be read again.
 * @is_exposed: others than its owner and the group hpim may read or write it.
 */
struct keyfile {
	char secret[KEYFILE_MAX + 1];
	size_t len;
	bool is_regular, is_exposed;
};

/**
 * keyfile_read() - The text of a file, without a newline at its end.
 * @only_regular: neither wait for a pipe nor touch a device.
 *
 * Return: 0, a negative errno, -EINVAL when it is no regular file, or -EMSGSIZE when there are not
 * 1 to KEYFILE_MAX bytes of text.
 */
int keyfile_read(const char *path, bool only_regular, struct keyfile *ret_file);

/** keyfile_error() - What is wrong, for people. */
const char *keyfile_error(int err);

#endif
