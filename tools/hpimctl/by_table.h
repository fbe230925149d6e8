/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HPIMCTL_BY_TABLE_H
#define HPIMCTL_BY_TABLE_H

/* The daemon of a kernel table: who works with VRFs knows these, and not the names of instances. */
#include <stddef.h>

#include "hpimctl/error.h"

/**
 * by_table_find() - The instance whose routes to sources are of a table (hpimd -t).
 * @text:         number of the table, as it was typed.
 * @ret_instance: its name, with room for @room bytes.
 *
 * Return: 0 or an exit code, with @ret_error filled: it is no number; no daemon that runs has that
 * table; several have it.
 */
int by_table_find(const char *text, int timeout_ms, char *ret_instance, size_t room,
		  struct ctl_error *ret_error);

#endif
