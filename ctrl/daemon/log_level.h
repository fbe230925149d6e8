/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DAEMON_LOG_LEVEL_H
#define DAEMON_LOG_LEVEL_H

/* What of the log is written: the least level, for each module of its own. */
#include <stdbool.h>

#include "core/note.h"

/** log_level_name() - "debug", "info", "warning". */
const char *log_level_name(enum note_level level);

/**
 * log_level_set() - Log nothing below a level.
 * @module: "daemon", "packets", "neighbors", "trees" or "groups"; NULL: all of them.
 *
 * Return: whether both words are known; else nothing has changed.
 */
bool log_level_set(const char *level, const char *module);

/** log_level_is_logged() - Whether a line is; @note: what it is about, NULL: the daemon itself. */
bool log_level_is_logged(enum note_level level, const struct core_note *note);

#endif
