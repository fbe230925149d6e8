// SPDX-License-Identifier: GPL-2.0-only
/*
 * hpim-dm: daemons as processes: start, end, list, follow the log.
 */
#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hpimctl/compat.h"
#include "hpimctl/pretty.h"

#define TIMEOUT_MS 5000

#define JOURNAL "/run/systemd/journal/socket"

/* ---- start ---- */

/* hpimd beside this program, or in the sbin beside its bin; else where PATH says. */
static void find_daemon(char path[PATH_MAX])
{
	static const char *const places[] = { "hpimd", "../sbin/hpimd" };
	char own[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", own, sizeof(own) - 1);

	own[len > 0 ? len : 0] = '\0';
	own[strrchr(own, '/') ? strrchr(own, '/') - own + 1 : 0] = '\0';
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (snprintf(path, PATH_MAX, "%s%s", own, places[i]) < PATH_MAX &&
		    access(path, X_OK) == 0)
			return;
	(void)snprintf(path, PATH_MAX, "hpimd");
}

/* It goes to the background; the process started here ends when that serves or was refused. */
int compat_start(struct compat *compat, struct ctl_error *ret_error)
{
	char path[PATH_MAX], multicast[16], unicast[16];
	char *argv[] = { path,      (char *)"-i", compat->instance, (char *)"-m",
			 multicast, (char *)"-t", unicast,          NULL };
	int status = 0, err;
	pid_t pid;

	find_daemon(path);
	(void)snprintf(multicast, sizeof(multicast), "%u", compat->options.mroute_table);
	(void)snprintf(unicast, sizeof(unicast), "%u", compat->options.unicast_table);
	if (!compat->options.has_unicast)
		argv[5] = NULL; /* hpimd knows the default */
	err = posix_spawnp(&pid, path, NULL, NULL, argv, environ);
	if (err)
		return ctl_fail(ret_error, CTL_EXIT_REFUSED, "program", "", "cannot run %s: %s",
				path, strerror(err));
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return ctl_fail(ret_error, CTL_EXIT_REFUSED, "program", "see its log",
				"%s ended by a signal", path);
	compat->is_reported = true; /* hpimd did */
	return WEXITSTATUS(status);
}

/* ---- end ---- */

int compat_stop(struct compat *compat, struct ctl_error *ret_error)
{
	int err = compat_ask(compat, "stop", json_object_new_object(), NULL, ret_error);

	return err ? err : client_wait_end(compat->client, ret_error);
}

int compat_restart(struct compat *compat, struct ctl_error *ret_error)
{
	int err = compat_ask(compat, "restart", json_object_new_object(), NULL, ret_error);

	if (!err)
		err = client_wait_end(compat->client, ret_error);
	return err ? err : client_await_return(compat->path, TIMEOUT_MS, ret_error);
}

/* ---- look ---- */

/* The record of status, or NULL with @ret_error filled. */
static struct json_object *ask_status(struct compat *compat, struct ctl_error *ret_error)
{
	struct json_object *records, *record;

	if (compat_ask(compat, "status", json_object_new_object(), &records, ret_error))
		return NULL;
	record = json_object_get(json_object_array_get_idx(records, 0));
	json_object_put(records);
	return record;
}

static const char *text_of(struct json_object *record, const char *name)
{
	const char *text = json_object_get_string(json_object_object_get(record, name));

	return text ? text : "-";
}

static void add_instance(struct pretty *table, const char *path)
{
	struct compat other = { .client = NULL };
	struct json_object *status = NULL;
	struct ctl_error error; /* a daemon that ends just now is not listed */

	if (!client_new(path, false, TIMEOUT_MS, &other.client, &error))
		status = ask_status(&other, &error);
	if (status)
		pretty_row(table, (const char *[]){ text_of(status, "pid"),
						    text_of(status, "multicast_table"),
						    text_of(status, "unicast_table") });
	json_object_put(status);
	client_free(other.client);
}

int compat_list_instances(struct compat *compat, struct ctl_error *ret_error)
{
	struct pretty table = { .titles = { "Instance PID", "Multicast VRF", "Unicast VRF" } };
	glob_t found = { .gl_pathc = 0 };

	(void)compat;                                         /* it is about all */
	(void)ret_error;                                      /* none is not wrong */
	(void)glob(CTL_SOCKET_DIR "/*.ctl", 0, NULL, &found); /* a failure finds none */
	for (size_t i = 0; i < found.gl_pathc; i++)
		add_instance(&table, found.gl_pathv[i]);
	globfree(&found);
	pretty_print(&table, stdout);
	pretty_fini(&table);
	return 0;
}

int compat_verbose(struct compat *compat, struct ctl_error *ret_error)
{
	struct json_object *status = ask_status(compat, ret_error);
	char match[32];

	if (!status)
		return (int)ret_error->exit;
	(void)snprintf(match, sizeof(match), "_PID=%s", text_of(status, "pid"));
	json_object_put(status);
	if (access(JOURNAL, F_OK) != 0)
		return ctl_fail(ret_error, CTL_EXIT_REFUSED, "unsupported",
				"look where syslog writes what the facility daemon logs, as "
				"/var/log/daemon.log",
				"hpimd logs to syslog, and no journal runs here to be followed");
	(void)execlp("journalctl", "journalctl", "--follow", "--lines=20", match, (char *)NULL);
	return ctl_fail(ret_error, CTL_EXIT_REFUSED, "program", "", "cannot run journalctl: %s",
			strerror(errno));
}

int compat_traceback(struct compat *compat, struct ctl_error *ret_error)
{
	struct json_object *status = ask_status(compat, ret_error);
	char hint[128];

	if (!status)
		return (int)ret_error->exit;
	(void)snprintf(hint, sizeof(hint), "gdb -p %s -batch -ex 'thread apply all bt'",
		       text_of(status, "pid"));
	json_object_put(status);
	return ctl_fail(ret_error, CTL_EXIT_REFUSED, "unsupported", hint,
			"hpimd does not dump its stacks to a log; a debugger shows them");
}
