/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DAEMON_LOG_H
#define DAEMON_LOG_H

/* One log for all rooms. */
#include "core/note.h"

struct daemon;
struct daemon_options;
struct core_note;

/** log_open() - To standard error, or to syslog when not in the foreground. */
void log_open(const struct daemon_options *options);
void log_line(enum note_level level, const char *line);
__attribute__((format(printf, 2, 3))) void log_format(enum note_level level, const char *format,
						      ...);

/** log_note() - Put a note of the core into words. */
void log_note(const struct daemon *daemon, const struct core_note *note);

#endif
