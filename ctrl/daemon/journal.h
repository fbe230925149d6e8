/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DAEMON_JOURNAL_H
#define DAEMON_JOURNAL_H

/* Log lines with fields, where journald reads standard error: docs/MONITORING.md, "Journal". */
#include <stdbool.h>

struct core_note;
struct daemon;

/**
 * journal_open() - Look whether standard error is a stream to journald; else journal_send() does
 * nothing.
 * @instance: kept; goes into each line.
 */
void journal_open(const char *instance);

/**
 * journal_send() - A line to journald.
 * @priority: of syslog.
 * @note: what the line is about, with its daemon; NULL: a line alone.
 *
 * Return: whether journald has it; false: it is still to be written.
 */
bool journal_send(int priority, const char *line, const struct daemon *daemon,
		  const struct core_note *note);

#endif
