/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DAEMON_CHANGE_H
#define DAEMON_CHANGE_H

/* From the running configuration to another one: only what differs is touched. */
#include "config/model.h"

struct daemon;
struct refusal;

/**
 * struct change - What is to become.
 * @is_lenient: what is refused is logged, and the rest is done.
 * @refusal:    filled where something is refused.
 */
struct change {
	struct daemon *daemon;
	const struct config *is;
	bool is_lenient;
	struct refusal *refusal;
};

/**
 * change_check() - Whether @config can be at all: its tables, its settings, its keys.
 * @config: secrets are added to it.
 *
 * Return: whether it can; else @ret_refusal is filled.
 */
bool change_check(const struct daemon *daemon, struct config *config, struct refusal *ret_refusal);

/**
 * change_listen() - Serve metrics where the configuration says. The option of the start counts
 * before it: then the configuration is only remembered.
 *
 * Return: whether to go on.
 */
bool change_listen(const struct change *change);

/** change_all() - All but that. Return: whether all was done; if not, a part of it may be. */
bool change_all(const struct change *change);

/** change_become() - One interface. Return: whether to go on. */
bool change_become(const struct change *change, const char *name,
		   const struct config_interface *is);

#endif
