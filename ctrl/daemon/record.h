/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DAEMON_RECORD_H
#define DAEMON_RECORD_H

/* The recorder: a history of all events. */

struct core_limits;
struct history_event;
struct record;

/** record_open() - Begin a history. Return: 0 or a negative errno. */
int record_open(const char *path, const struct core_limits *limits, struct record **ret_record);
void record_close(struct record *record);

/** record_event() - Append an event; keys are left out. Return: 0 or a negative errno. */
int record_event(struct record *record, const struct history_event *event);

#endif
