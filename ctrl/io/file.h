/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef IO_FILE_H
#define IO_FILE_H

/* Small files that outlive the process. */
#include <stddef.h>

/**
 * file_replace() - Put @len bytes where @path is; a reader and a crash find the old or the new
 * ones.
 *
 * A link at @path is replaced, not followed. Return: 0 or a negative errno, the old file untouched.
 */
int file_replace(const char *path, const char *bytes, size_t len);

#endif
