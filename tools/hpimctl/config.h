/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HPIMCTL_CONFIG_H
#define HPIMCTL_CONFIG_H

/* Configurations in files, with the rights of who runs hpimctl: check, load, save, compare. */
#include "config/model.h"
#include "hpimctl/client.h"
#include "hpimctl/grammar.h"

/* How the first line of a saved configuration begins. */
#define CONFIG_HEAD "# Multicast router hpim"

/**
 * struct config_call - Who is asked, and where records go.
 * @socket:   path of the control socket; @timeout_ms: of each line.
 * @is_json:  also "config show" gives records.
 * @each, @ctx: takes the records of a command that has some.
 */
struct config_call {
	const char *socket, *instance;
	int timeout_ms;
	bool is_json;
	client_record_fn *each;
	void *ctx;
};

/** config_is_mine() - Whether a command is one of these: "config ..." and "reload". */
bool config_is_mine(const struct request *request);

/**
 * config_run() - Perform it. Faults in a file go to standard error, each as FILE:LINE:COLUMN: text.
 *
 * Return: 0 or an exit code, with @ret_error filled.
 */
int config_run(const struct config_call *call, const struct request *request,
	       struct ctl_error *ret_error);

/**
 * config_file_read() - Read a file of either form; what is wrong goes to standard error.
 * @warns:      also what is only odd; false: where it is read again.
 * @ret_config: for config_fini().
 */
int config_file_read(const char *path, bool warns, struct config *ret_config,
		     struct ctl_error *ret_error);

/**
 * config_file_keep() - Before a file is replaced: keep it as PATH.old if it has comments that are
 * not ours, and say so on standard error.
 */
int config_file_keep(const char *path, struct ctl_error *ret_error);

/** config_file_write() - Replace a file at once, with its mode and owner; links are followed. */
int config_file_write(const char *path, const char *text, struct ctl_error *ret_error);

/**
 * config_secrets_import() - Put secrets that stand inline into files of mode 600 in a folder, and
 * name these in their place.
 */
int config_secrets_import(struct config *config, const char *folder, const char *instance,
			  struct ctl_error *ret_error);

/**
 * config_reference_get() - The running configuration as the Python implementation reads it, with
 * the secrets that can be read here.
 * @ret_text: to be overwritten, then for free().
 */
int config_reference_get(struct client *client, char **ret_text, struct ctl_error *ret_error);

/** config_file_load() - Make the running configuration that of a file, of either form. */
int config_file_load(const struct config_call *call, struct client *client, const char *path,
		     struct ctl_error *ret_error);

#endif
