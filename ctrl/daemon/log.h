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

/** log_note_line() - A note of the core in words. */
void log_note_line(const struct daemon *daemon, const struct core_note *note, char *line,
		   size_t room);

/** log_note_state() - What it says something became, in a word; NULL: it does not. */
const char *log_note_state(const struct core_note *note);

/** log_note() - Log a note of the core. */
void log_note(const struct daemon *daemon, const struct core_note *note);

#endif
