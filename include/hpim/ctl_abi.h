/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef HPIM_CTL_ABI_H
#define HPIM_CTL_ABI_H

/*
 * The control socket: AF_UNIX stream, one JSON object a line.
 *
 * Request:  {"id":1,"cmd":"show trees","args":{"family":4}}
 * Replies:  {"id":1,"record":{...}}            any number of them
 *           {"id":1,"end":true,"schema":"hpim.trees/1","count":2}
 *       or  {"id":1,"end":true,"error":{"code":"not-found","exit":4,"message":"...","hint":"..."}}
 */
#define CTL_SOCKET_DIR "/run/hpimd"
#define CTL_SOCKET_PATH \
	CTL_SOCKET_DIR "/%s.ctl" /* instance; mode 0660 root:hpim if that group is */
#define CTL_SOCKET_PATH_RO CTL_SOCKET_DIR "/%s.ro" /* same, refuses what changes something */

/* Longest request line and longest reply line, with its newline. */
#define CTL_REQUEST_MAX 4096
#define CTL_REPLY_MAX   65536

/* Exit codes of hpimctl; "exit" of an error object. */
enum ctl_exit {
	CTL_EXIT_OK = 0,
	CTL_EXIT_USAGE = 1,
	CTL_EXIT_REFUSED = 2,
	CTL_EXIT_NOT_RUNNING = 3,
	CTL_EXIT_NOT_FOUND = 4,
	CTL_EXIT_PERMISSION = 5,
	CTL_EXIT_PARTLY = 6,
	CTL_EXIT_TIMEOUT = 7,
	CTL_EXIT_FINDINGS = 8, /* of "doctor" alone: it found warnings or errors */
};

#endif
