// SPDX-License-Identifier: GPL-2.0-only
/*
 * Giving up privileges. Maps and sockets made at start are used through their descriptors, so what
 * stays is for interfaces that are attached later, and for a restart in this process:
 *
 *   CAP_NET_ADMIN          multicast routing, attaching programs, interface flags
 *   CAP_NET_RAW            sockets of the protocols
 *   CAP_BPF, CAP_PERFMON   loading programs: a restart
 *   CAP_SYS_ADMIN          only where the dispatcher of libxdp is used, which asks for it
 *
 * Source: capabilities(7), prctl(2).
 */

#include <cap-ng.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/securebits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/log.h"
#include "daemon/privileges.h"
#include "dplane/dplane.h"
#include "io/ctlsock.h"
#include "io/ctlsock_listen.h"

#define USER_NAME "hpim"
#define BPF_FS    "/sys/fs/bpf"
#define PIN_ROOT  BPF_FS "/hpim"

/* No exec and no change of user gives capabilities, except those that are ambient. */
#define SECURE_BITS                                                      \
	(SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP | \
	 SECBIT_NO_SETUID_FIXUP_LOCKED)

static const unsigned int kept[] = { CAP_NET_ADMIN, CAP_NET_RAW, CAP_BPF, CAP_PERFMON };

/* Who the daemon becomes. */
struct user {
	bool is_there;
	uid_t uid;
	gid_t gid;
};

static int fail(int err, const char *what)
{
	log_format(NOTE_WARN, "cannot give up privileges: %s: %s", what, strerror(-err));
	return err;
}

static struct user find_user(void)
{
	const struct passwd *entry = getpwnam(USER_NAME);
	struct user user = { .is_there = entry && entry->pw_uid != 0 };

	if (user.is_there) {
		user.uid = entry->pw_uid;
		user.gid = entry->pw_gid;
	}
	return user;
}

/* ---- files ---- */

/* Let the members of a group do something in a folder of root. */
static int open_folder(const char *path, const struct user *user, mode_t bits)
{
	struct stat at;

	if (stat(path, &at) < 0)
		return -errno;
	if (at.st_uid == user->uid || (at.st_mode & (bits >> 3)) == bits >> 3)
		return 0;
	if (at.st_gid != user->gid && (at.st_gid != 0 || at.st_mode & S_IRWXG & ~bits))
		return -EACCES; /* it is shared with others already */
	if (chown(path, (uid_t)-1, user->gid) < 0 || chmod(path, (at.st_mode & 07777) | bits) < 0)
		return -errno;
	return 0;
}

/*
 * The folder and what is in it, by its descriptor: the user could put a link where the path was.
 * What is gone meanwhile needs no owner.
 */
static int give_pins(const char *instance, uid_t uid)
{
	const struct dirent *pin;
	int fd, err = 0;
	char path[256];
	DIR *folder;

	(void)snprintf(path, sizeof(path), PIN_ROOT "/%s", instance); /* a name is short */
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	folder = fdopendir(fd);
	if (!folder) {
		err = -errno;
		(void)close(fd); /* only read */
		return err;
	}
	while (!err && (pin = readdir(folder)))
		if (strcmp(pin->d_name, "..") != 0 &&
		    fchownat(fd, pin->d_name, uid, (gid_t)-1, AT_SYMLINK_NOFOLLOW) < 0 &&
		    errno != ENOENT)
			err = -errno;
	(void)closedir(folder); /* only read */
	return err;
}

/* Become the user, in a child, and try a folder. Return: the status to exit with. */
static int try_folder(const char *path, const struct user *user, int mode)
{
	if (setgroups(0, NULL) < 0 || setresgid(user->gid, user->gid, user->gid) < 0 ||
	    setresuid(user->uid, user->uid, user->uid) < 0)
		return 1;
	return access(path, mode) < 0;
}

/* Whether the user gets at a folder by its path: a folder above it may be closed to all but root.
 */
static bool can_reach(const char *path, const struct user *user, int mode)
{
	int status = 1;
	pid_t pid = fork();

	if (pid == 0)
		_exit(try_folder(path, user, mode));
	return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

/*
 * Pins belong to the user. Folders stay root's, since other instances may run as root; what lies
 * beside the control socket is made again or removed, which is a right of the folder.
 */
static int give_files(const char *instance, const struct user *user, const char **ret_folder)
{
	int err = open_folder(CTL_SOCKET_DIR, user, S_IRWXG);

	*ret_folder = CTL_SOCKET_DIR;

	if (!err && !can_reach(CTL_SOCKET_DIR, user, W_OK | X_OK))
		err = -EACCES;
	if (err)
		return err;
	*ret_folder = PIN_ROOT;
	err = open_folder(BPF_FS, user, S_IXGRP); /* often root's alone */
	if (!err)
		err = open_folder(PIN_ROOT, user, S_IRWXG);
	if (!err && !can_reach(PIN_ROOT, user, W_OK | X_OK))
		err = -EACCES;
	return err ? err : give_pins(instance, user->uid);
}

int privileges_prepare(const char *instance)
{
	const struct user user = find_user();
	const char *folder = CTL_SOCKET_DIR;
	int err;

	if (!user.is_there) {
		log_line(NOTE_WARN, "there is no user " USER_NAME
				    "; make it: systemd-sysusers " USER_NAME ".conf");
		return -ENOENT;
	}
	err = ctl_clear(instance);
	if (err == -EADDRINUSE) {
		log_format(NOTE_WARN,
			   "instance %s runs already, or other files are where its sockets belong",
			   instance);
		return err;
	}
	if (!err && mkdir(PIN_ROOT, 0700) < 0 && errno != EEXIST) {
		err = -errno;
		folder = PIN_ROOT;
	}
	if (!err) {
		dplane_prepare(instance);
		err = give_files(instance, &user, &folder);
	}
	if (err)
		log_format(NOTE_WARN,
			   "user " USER_NAME " cannot work in %s: %s; folders above it may be "
			   "closed to others, or no BPF file system mounted at " BPF_FS,
			   folder, strerror(-err));
	return err;
}

/* Only a file of root that no group has; by its descriptor, as in give_pins(). */
static int open_file(const char *path, const struct user *user)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat at;
	int err = 0;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &at) < 0)
		err = -errno;
	else if (!S_ISREG(at.st_mode) || at.st_uid != 0 || at.st_gid != 0 || at.st_mode & S_IRWXG)
		err = -EACCES;
	else if (fchown(fd, (uid_t)-1, user->gid) < 0 ||
		 fchmod(fd, (at.st_mode & 07777) | S_IRGRP) < 0)
		err = -errno;
	(void)close(fd); /* only read */
	return err;
}

void privileges_give_file(const char *path)
{
	const struct user user = find_user();
	int err = 0;

	if (!user.is_there || can_reach(path, &user, R_OK))
		return;
	err = open_file(path, &user);
	if (!err && !can_reach(path, &user, R_OK))
		err = -EACCES;
	if (err)
		log_format(NOTE_WARN,
			   "user " USER_NAME " cannot read %s: %s; 'chgrp " USER_NAME
			   "' and 'chmod 640' it, and open the folders above it",
			   path, strerror(-err));
	else
		log_format(NOTE_INFO, "%s: the group " USER_NAME " may read it now", path);
}

/* ---- capabilities ---- */

static bool is_kept(unsigned int capability, bool shares_xdp)
{
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		if (kept[i] == capability)
			return true;
	return shares_xdp && capability == CAP_SYS_ADMIN;
}

/* The bounding set and the secure bits, which only grow stricter, and need CAP_SETPCAP. */
static int lock(bool shares_xdp)
{
	bool is_able, has_rest = false;

	if (capng_get_caps_process() < 0)
		return fail(-EIO, "capabilities cannot be read");
	is_able = capng_have_capability(CAPNG_EFFECTIVE, CAP_SETPCAP);
	for (unsigned int capability = 0; capability <= CAP_LAST_CAP; capability++) {
		if (is_kept(capability, shares_xdp))
			continue;
		has_rest |= capng_have_capability(CAPNG_BOUNDING_SET, capability) == 1;
		(void)capng_update(CAPNG_DROP, CAPNG_BOUNDING_SET, capability); /* it is valid */
	}
	if (is_able && capng_apply(CAPNG_SELECT_BOUNDS) < 0)
		return fail(-EPERM, "bounding set");
	if (is_able && prctl(PR_SET_SECUREBITS, SECURE_BITS) < 0)
		return fail(-errno, "secure bits");
	if (!is_able && has_rest)
		log_line(NOTE_INFO, "the bounding set stays as it is: CAP_SETPCAP is missing");
	return 0;
}

static int keep_only(bool shares_xdp)
{
	bool has[CAP_LAST_CAP + 1];

	if (capng_get_caps_process() < 0)
		return fail(-EIO, "capabilities cannot be read");
	for (unsigned int i = 0; i <= CAP_LAST_CAP; i++)
		has[i] = is_kept(i, shares_xdp) && capng_have_capability(CAPNG_PERMITTED, i) == 1;
	capng_clear(CAPNG_SELECT_CAPS);
	capng_clear(CAPNG_SELECT_AMBIENT);
	for (unsigned int i = 0; i <= CAP_LAST_CAP; i++)
		if (has[i])
			(void)capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED, i);
	if (capng_apply(CAPNG_SELECT_CAPS) < 0 || capng_apply(CAPNG_SELECT_AMBIENT) < 0)
		return fail(-EPERM, "capabilities");
	return 0;
}

/* Capabilities stay what they are: the secure bits say so. */
static int become(const struct user *user)
{
	if (setgroups(0, NULL) < 0 || setresgid(user->gid, user->gid, user->gid) < 0 ||
	    setresuid(user->uid, user->uid, user->uid) < 0)
		return fail(-errno, "user " USER_NAME);
	return 0;
}

/* Return: whether there is a user to become, who has all that is needed. */
static bool prepare_user(const char *instance, bool shares_xdp, struct user *ret_user)
{
	struct user user = find_user();
	const char *folder = "";
	int err;

	if (geteuid() != 0)
		return false; /* as it was started, or after a restart */
	err = user.is_there && !shares_xdp ? give_files(instance, &user, &folder) : -ENOENT;
	if (!err) {
		*ret_user = user;
		return true;
	}
	(void)give_pins(instance, 0); /* of an earlier run that was the user */
	if (user.is_there && !shares_xdp)
		log_format(NOTE_WARN,
			   "the daemon stays user root, without its capabilities: user " USER_NAME
			   " cannot work in %s: %s; folders above it may be closed to others",
			   folder, strerror(-err));
	else
		log_format(NOTE_INFO, "the daemon stays user root, without its capabilities: %s",
			   !user.is_there ? "there is no user " USER_NAME
					  : "libxdp's files are root's");
	return false;
}

int privileges_drop(const char *instance, bool shares_xdp)
{
	struct user user = { .is_there = false };
	bool has_user = prepare_user(instance, shares_xdp, &user);
	int err = lock(shares_xdp);

	if (!err && has_user)
		err = become(&user);
	if (!err)
		err = keep_only(shares_xdp);
	if (!err && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		err = fail(-errno, "no new privileges");
	return err;
}

int privileges_pass(void)
{
	if (capng_get_caps_process() < 0)
		return -EIO;
	for (unsigned int i = 0; i <= CAP_LAST_CAP; i++)
		if (capng_have_capability(CAPNG_PERMITTED, i) == 1)
			(void)capng_update(CAPNG_ADD, CAPNG_INHERITABLE | CAPNG_AMBIENT, i);
	if (capng_apply(CAPNG_SELECT_CAPS) < 0 || capng_apply(CAPNG_SELECT_AMBIENT) < 0)
		return -EPERM;
	return 0;
}

void privileges_user(char *name, size_t room)
{
	const struct passwd *entry = getpwuid(geteuid());

	if (entry)
		(void)snprintf(name, room, "%s", entry->pw_name); /* may be cut */
	else
		(void)snprintf(name, room, "%u", geteuid());
}

void privileges_text(char *text, size_t room)
{
	char *words, *rest, *word;
	size_t used = 0;

	(void)snprintf(text, room, "none");
	if (capng_get_caps_process() < 0)
		return;
	words = rest = capng_print_caps_text(CAPNG_PRINT_BUFFER, CAPNG_EFFECTIVE);
	while (rest && (word = strsep(&rest, ", ")))
		if (*word && used < room)
			used += (size_t)snprintf(text + used, room - used, "%s%s", used ? "," : "",
						 word);
	free(words);
}
