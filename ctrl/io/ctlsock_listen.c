/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Make the files of the control socket with the rights of hpim/ctl_abi.h. Two daemons that start at
 * the same time take turns by a lock on the folder, so neither removes the other's socket.
 */
#include "io/ctlsock_listen.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hpim/ctl_abi.h"

#define GROUP_NAME "hpim"
#define GROUP_NONE ((gid_t)-1)
#define BACKLOG    64

static gid_t group_id(void)
{
	const struct group *group = getgrnam(GROUP_NAME);

	return group ? group->gr_gid : GROUP_NONE;
}

static int path_make(const char *format, const char *instance, struct sockaddr_un *ret_at)
{
	int len;

	memset(ret_at, 0, sizeof(*ret_at));
	ret_at->sun_family = AF_UNIX;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral" /* one of the two formats of ctl_abi.h */
	len = snprintf(ret_at->sun_path, sizeof(ret_at->sun_path), format, instance);
#pragma GCC diagnostic pop
	return len < 0 || (size_t)len >= sizeof(ret_at->sun_path) ? -EINVAL : 0;
}

int ctl_paths_make(const char *instance, struct ctl_paths *ret_paths)
{
	if (!instance[0] || instance[0] == '.' || strchr(instance, '/'))
		return -EINVAL;
	if (path_make(CTL_SOCKET_PATH, instance, &ret_paths->main))
		return -EINVAL;
	return path_make(CTL_SOCKET_PATH_RO, instance, &ret_paths->read_only);
}

static int unix_socket(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	return fd < 0 ? -errno : fd;
}

/* Remove the socket of a daemon that died. Return: 0, or -EADDRINUSE when something else is there.
 */
static int stale_remove(const struct sockaddr_un *at)
{
	struct stat file;
	int fd, err;

	if (lstat(at->sun_path, &file))
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(file.st_mode))
		return -EADDRINUSE;
	fd = unix_socket();
	if (fd < 0)
		return fd;
	/* Refused: no daemon listens. Anything else, even "try again", comes from a living
	 * listener.
	 */
	err = connect(fd, (const struct sockaddr *)at, sizeof(*at)) ? errno : 0;
	close(fd);
	if (err != ECONNREFUSED)
		return -EADDRINUSE;
	return unlink(at->sun_path) ? -errno : 0;
}

static int socket_listen(const struct sockaddr_un *at, gid_t group, mode_t mode)
{
	int fd, err = stale_remove(at);
	mode_t mask;

	if (err)
		return err;
	fd = unix_socket();
	if (fd < 0)
		return fd;
	/*
	 * No client can connect before listen(), so the rights are in force from the first client
	 * on. No link is followed, should one be put there meanwhile.
	 */
	mask = umask(~mode & 0777);
	err = bind(fd, (const struct sockaddr *)at, sizeof(*at)) ? -errno : 0;
	(void)umask(mask);
	if (err) {
		close(fd);
		return err;
	}
	if ((group != GROUP_NONE && group != getegid() && lchown(at->sun_path, (uid_t)-1, group)) ||
	    listen(fd, BACKLOG)) {
		err = -errno;
		(void)unlink(at->sun_path); /* the error before is the one to tell */
		close(fd);
		return err;
	}
	return fd;
}

/* The folder, made if it is missing, for one process at a time. Return: a descriptor or -errno. */
static int folder_lock(void)
{
	int folder, err;

	/* Everybody may look, whatever the umask of who starts the daemon. */
	if (mkdir(CTL_SOCKET_DIR, 0755) == 0 ? chmod(CTL_SOCKET_DIR, 0755) : errno != EEXIST)
		return -errno;
	folder = open(CTL_SOCKET_DIR, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0)
		return -errno;
	if (flock(folder, LOCK_EX)) {
		err = -errno;
		close(folder);
		return err;
	}
	return folder;
}

int ctl_clear(const char *instance)
{
	struct ctl_paths paths;
	int folder, err = ctl_paths_make(instance, &paths);

	if (err)
		return err;
	folder = folder_lock();
	if (folder < 0)
		return folder;
	err = stale_remove(&paths.main);
	if (!err)
		err = stale_remove(&paths.read_only);
	close(folder);
	return err;
}

int ctl_listen(const struct ctl_paths *paths, int *ret_main, int *ret_read_only)
{
	int main_fd, ro_fd, folder = folder_lock();

	if (folder < 0)
		return folder;
	main_fd = socket_listen(&paths->main, group_id(), 0660);
	ro_fd = main_fd < 0 ? main_fd : socket_listen(&paths->read_only, GROUP_NONE, 0666);
	if (main_fd >= 0 && ro_fd < 0) {
		close(main_fd);
		(void)unlink(paths->main.sun_path); /* the error before is the one to tell */
	}
	close(folder);
	if (ro_fd < 0)
		return ro_fd;
	*ret_main = main_fd;
	*ret_read_only = ro_fd;
	return 0;
}

/* Whether the peer's process has @group among its additional ones. */
static bool peer_has_group(int fd, gid_t group)
{
	gid_t groups[256];
	socklen_t len = sizeof(groups);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &len))
		return false;
	for (size_t i = 0; i < len / sizeof(groups[0]); i++) {
		if (groups[i] == group)
			return true;
	}
	return false;
}

bool ctl_peer_may_change(int fd, uid_t *ret_uid)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);
	gid_t group = group_id();

	*ret_uid = (uid_t)-1;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len))
		return false;
	*ret_uid = peer.uid;
	if (peer.uid == 0 || peer.uid == geteuid())
		return true;
	return group != GROUP_NONE && (peer.gid == group || peer_has_group(fd, group));
}
