/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef IO_FILE_H
#define IO_FILE_H

/* Small files that outlive the process. */
#include <stdbool.h>
#include <stddef.h>

/**
 * file_replace() - Put @len bytes where @path is; a reader and a crash find the old or the new
 * ones.
 *
 * A link at @path is replaced, not followed. Return: 0 or a negative errno, the old file untouched.
 */
int file_replace(const char *path, const char *bytes, size_t len);

/**
 * file_read() - The text of a file, up to its first zero byte.
 * @ret_text: ends with a zero byte; to be given to free().
 *
 * Return: 0 or a negative errno, -ENOENT when there is no such file.
 */
int file_read(const char *path, char **ret_text);

bool file_exists(const char *path);

/** file_remove() - Nothing is there afterwards; that there was nothing before is no error. */
void file_remove(const char *path);

#endif
