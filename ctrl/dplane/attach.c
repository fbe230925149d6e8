/* SPDX-License-Identifier: GPL-2.0-only */
/* Life of the programs in the kernel. What stands in their maps is maps.c. */
#include "dplane/attach.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "dplane/ifflags.h"
#include "dplane/skel.h"
#include "hpim/mfib_abi.h"

#define BPF_FS   "/sys/fs/bpf"
#define PIN_ROOT BPF_FS "/hpim"

/* Descriptors beside those of the output sets. */
#define FILES_RESERVE 1024

/* Old kernels charge maps to locked memory; every output set keeps a descriptor. */
static void limits_raise(const struct dplane_config *config)
{
	struct rlimit memory = { RLIM_INFINITY, RLIM_INFINITY };
	struct rlimit files;
	rlim_t need = config->max_sets + FILES_RESERVE;

	/* If a limit matters and cannot be raised, making the maps fails and says so. */
	(void)setrlimit(RLIMIT_MEMLOCK, &memory);
	if (getrlimit(RLIMIT_NOFILE, &files) < 0 || files.rlim_cur >= need)
		return;
	files.rlim_cur = need;
	if (files.rlim_max < need)
		files.rlim_max = need;
	(void)setrlimit(RLIMIT_NOFILE, &files);
}

static bool bpf_fs_is_mounted(void)
{
	struct statfs fs;

	return statfs(BPF_FS, &fs) == 0 && (unsigned long)fs.f_type == BPF_FS_MAGIC;
}

static int bpf_fs_ensure(const struct dplane_config *config)
{
	if (bpf_fs_is_mounted())
		return 0;
	if (mount("bpf", BPF_FS, "bpf", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=0700") < 0) {
		dplane_say(config, NOTE_WARN,
			   "no BPF file system at " BPF_FS ", and mounting it failed: %s; run "
			   "`mount -t bpf bpf " BPF_FS "`",
			   strerror(errno));
		return errno == EPERM ? -EPERM : -ENOTSUP;
	}
	dplane_say(config, NOTE_INFO, "BPF file system mounted at " BPF_FS);
	return 0;
}

static int dir_open(struct attach *at)
{
	const char *instance = at->config->instance;
	int len = snprintf(at->dir, sizeof(at->dir), PIN_ROOT "/%s", instance);
	int err;

	if (len < 0 || (size_t)len >= sizeof(at->dir) || strpbrk(instance, "/.")) {
		dplane_say(at->config, NOTE_WARN,
			   "instance name %s cannot name a folder of " BPF_FS, instance);
		return -EINVAL;
	}
	if ((mkdir(PIN_ROOT, 0700) < 0 && errno != EEXIST) ||
	    (mkdir(at->dir, 0700) < 0 && errno != EEXIST))
		goto fail;
	at->dir_fd = open(at->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (at->dir_fd < 0)
		goto fail;
	if (flock(at->dir_fd, LOCK_EX | LOCK_NB) < 0) {
		dplane_say(at->config, NOTE_WARN, "%s belongs to another running daemon", at->dir);
		return -EBUSY;
	}
	return 0;
fail:
	err = errno == EACCES ? EPERM : errno;
	dplane_say(at->config, NOTE_WARN, "%s cannot be used: %s", at->dir, strerror(err));
	return -err;
}

static int pin_open(const struct attach *at, const char *name)
{
	char path[192];

	(void)snprintf(path, sizeof(path), "%s/%s", at->dir, name); /* both are short */
	return bpf_obj_get(path);
}

/* What pins of an earlier run mean can only be told by the version that made them. */
static bool stale_is_readable(const struct attach *at, uint16_t *ret_version)
{
	struct mfib_settings settings = { .magic = 0 };
	struct bpf_map_info info = { .type = 0 };
	uint32_t zero = 0, info_len = sizeof(info);
	int fd = pin_open(at, "settings");
	bool is_ours;

	if (fd < 0)
		return false;
	is_ours = bpf_obj_get_info_by_fd(fd, &info, &info_len) == 0 &&
		  info.value_size == sizeof(settings) &&
		  bpf_map_lookup_elem(fd, &zero, &settings) == 0 && settings.magic == MFIB_MAGIC;
	(void)close(fd);
	*ret_version = settings.version;
	return is_ours;
}

/* What an earlier run changed at interfaces is changed back; they may be gone. */
static void stale_flags_undo(const struct attach *at)
{
	struct mfib_port port;
	uint32_t ifindex, *prev = NULL;
	int fd = pin_open(at, "ports");

	while (fd >= 0 && bpf_map_get_next_key(fd, prev, &ifindex) == 0) {
		prev = &ifindex;
		if (bpf_map_lookup_elem(fd, &ifindex, &port) < 0)
			continue;
		if (port.flags & MFIB_PORT_ALLMULTI)
			(void)ifflags_allmulti_set(ifindex, false, NULL);
		if (port.flags & MFIB_PORT_RXVLAN)
			(void)ifflags_rxvlan_set(ifindex, true, NULL);
	}
	if (fd >= 0)
		(void)close(fd);
}

/* Unlinking the pin of a link which nobody holds detaches its program. */
static unsigned int pins_unlink(const struct attach *at)
{
	unsigned int count = 0;
	struct dirent *entry;
	int fd = dup(at->dir_fd);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (!dir) {
		if (fd >= 0)
			(void)close(fd);
		return 0;
	}
	rewinddir(dir);
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.' && unlinkat(at->dir_fd, entry->d_name, 0) == 0)
			count++;
	(void)closedir(dir);
	return count;
}

static void stale_remove(const struct attach *at)
{
	uint16_t version = 0;
	bool is_readable = stale_is_readable(at, &version);
	unsigned int count;

	if (is_readable && version == MFIB_VERSION)
		stale_flags_undo(at);
	count = pins_unlink(at);
	if (count)
		dplane_say(at->config, NOTE_INFO,
			   "%u pins of an earlier run removed from %s (map version %u, ours %u)",
			   count, at->dir, version, MFIB_VERSION);
}

static int sizes_set(struct mcast_xdp *skel, const struct dplane_config *config)
{
	const struct {
		struct bpf_map *map;
		uint32_t size;
	} sizes[] = {
		{ skel->maps.route4, config->max_routes },
		{ skel->maps.route6, config->max_routes },
		{ skel->maps.route_counts, config->max_routes },
		{ skel->maps.ports, config->max_links },
		{ skel->maps.port_counts, config->max_links + 1 },
		{ skel->maps.output_sets, config->max_sets },
		{ skel->maps.set_ports, config->max_sets * 16 },
	};
	int err = 0;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]) && !err; i++)
		err = bpf_map__set_max_entries(sizes[i].map, sizes[i].size);
	return err;
}

static int programs_load(struct attach *at)
{
	int err;

	at->skel = mcast_xdp__open();
	if (!at->skel)
		return -errno;
	at->skel->rodata->hpim_unknown_link = at->config->max_links;
	err = sizes_set(at->skel, at->config);
	if (!err)
		err = mcast_xdp__load(at->skel);
	if (err) {
		dplane_say(at->config, NOTE_WARN, "the kernel refused the XDP programs: %s",
			   err == -EPERM ? "no permission; CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON "
					   "are needed"
					 : strerror(-err));
		return err == -EINVAL ? -ENOTSUP : err;
	}
	err = bpf_object__pin_maps(at->skel->obj, at->dir);
	if (err)
		dplane_say(at->config, NOTE_WARN, "maps not pinned in %s: %s", at->dir,
			   strerror(-err));
	return err;
}

int attach_open(struct attach *at, const struct dplane_config *config)
{
	bool is_ours;
	int err;

	*at = (struct attach){ .config = config, .dir_fd = -1 };
	limits_raise(config);
	err = bpf_fs_ensure(config);
	if (!err)
		err = dir_open(at);
	is_ours = !err; /* else the folder may be another daemon's */
	if (is_ours) {
		stale_remove(at);
		err = programs_load(at);
	}
	if (err)
		attach_close(at, !is_ours);
	return err;
}

void attach_close(struct attach *at, bool keep)
{
	if (!keep) {
		(void)pins_unlink(at);
		(void)rmdir(at->dir); /* fails when someone else put something there */
	}
	mcast_xdp__destroy(at->skel);
	if (at->dir_fd >= 0)
		(void)close(at->dir_fd);
	*at = (struct attach){ .dir_fd = -1 };
}

static int link_pin_path(const struct attach *at, uint32_t ifindex, char *path, size_t size)
{
	return snprintf(path, size, "%s/link_%u", at->dir, ifindex);
}

static void why_set(char why[BACKEND_WHY_LEN], int err, bool is_generic)
{
	const char *reason = strerror(err);

	if (err == EBUSY || err == EEXIST)
		reason = "another XDP program is attached";
	else if (err == EOPNOTSUPP)
		reason = "the driver has no native XDP";
	(void)snprintf(why, BACKEND_WHY_LEN, "%s XDP refused: %s",
		       is_generic ? "generic" : "native", reason);
}

int attach_link_add(const struct attach *at, const struct dplane_link *link, bool is_generic,
		    char why[BACKEND_WHY_LEN])
{
	LIBBPF_OPTS(bpf_link_create_opts, opts,
		    .flags = is_generic ? XDP_FLAGS_SKB_MODE : XDP_FLAGS_DRV_MODE);
	int prog = bpf_program__fd(at->skel->progs.hpim_ingress);
	char path[192];
	int fd = bpf_link_create(prog, (int)link->ifindex, BPF_XDP, &opts);
	int err;

	if (fd < 0) {
		why_set(why, -fd, is_generic);
		return fd;
	}
	(void)link_pin_path(at, link->ifindex, path, sizeof(path));
	err = bpf_obj_pin(fd, path);
	if (err) {
		(void)snprintf(why, BACKEND_WHY_LEN, "link not pinned: %s", strerror(-err));
		(void)close(fd);
		return err;
	}
	return fd;
}

void attach_link_del(const struct attach *at, uint32_t ifindex, int fd)
{
	char path[192];

	(void)link_pin_path(at, ifindex, path, sizeof(path));
	(void)unlink(path);
	(void)close(fd);
}
