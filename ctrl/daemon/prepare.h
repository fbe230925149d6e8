/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DAEMON_PREPARE_H
#define DAEMON_PREPARE_H

/* What root does before a start, for the user that the daemon becomes. */
struct daemon_options;

/**
 * prepare_files() - Let the user hpim read the configuration, and the files of keys that it and the
 * run before name. What cannot be is logged.
 */
void prepare_files(const struct daemon_options *options);

#endif
