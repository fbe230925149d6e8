/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DAEMON_RUNNING_H
#define DAEMON_RUNNING_H

/* The running configuration as a whole: what it is, another one in its place, the one of the start.
 */
#include "config/model.h"

struct daemon;
struct refusal;

#define CONFIG_FILE_PATH "/etc/hpim/%s.yaml" /* instance */

/** running_path() - The file of the instance. */
void running_path(const struct daemon *daemon, char path[CONFIG_PATH_MAX]);

/** running_config() - What is configured now, with secrets. For config_fini(). */
void running_config(const struct daemon *daemon, struct config *ret_config);

/** running_is_unsaved() - Whether it is another than the file had when it was read or written. */
bool running_is_unsaved(const struct daemon *daemon);

/** running_saved() - The file of the instance holds @config now; NULL: there is none. */
void running_saved(struct daemon *daemon, const struct config *config);

/**
 * running_load() - Make the running configuration that of @config; only what differs is touched.
 * @config: secrets are added to it.
 *
 * Return: whether it was done; else @ret_refusal is filled and all is as it was.
 */
bool running_load(struct daemon *daemon, struct config *config, struct refusal *ret_refusal);

/**
 * running_boot_read() - Before anything is opened: read the file of the instance, and choose the
 * tables. After a run that ended without a plain stop, what that run had counts.
 *
 * Return: 0 or a negative errno; the log says what is wrong.
 */
int running_boot_read(struct daemon *daemon);

/** running_boot() - Attach and set what the file says. What is refused is logged. */
void running_boot(struct daemon *daemon);

/** running_metrics_at() - Where metrics are to be served: the option counts before the file. */
const struct config_listen *running_metrics_at(const struct daemon *daemon);

/** running_listen() - Serve them there, at the end of the start. What is refused is logged. */
void running_listen(struct daemon *daemon);

/** running_boot_end() - The file is not needed any longer. */
void running_boot_end(struct daemon *daemon);

/** running_link_appeared() - Attach an interface that a pattern means. */
void running_link_appeared(struct daemon *daemon, const char *name);

/** running_follow() - The same for all interfaces there are. */
void running_follow(struct daemon *daemon);

/** running_attached(), running_detached() - By hand: patterns no longer count for it. */
void running_attached(struct daemon *daemon, uint16_t link);
void running_detached(struct daemon *daemon, const char *name);

/** running_rules_text() - Patterns, exceptions and tables for the run after this one; for free().
 */
char *running_rules_text(const struct daemon *daemon);

/** running_rules_restore() - Of the run before. */
void running_rules_restore(struct daemon *daemon, const char *text);

void running_fini(struct daemon *daemon);

#endif
