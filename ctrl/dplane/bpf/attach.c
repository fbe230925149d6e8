/* SPDX-License-Identifier: GPL-2.0-only */
/* Life of the programs in the kernel. What stands in their maps is maps.c. */
#include "dplane/bpf/attach.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "dplane/bpf/attach_shared.h"
#include "dplane/bpf/attach_tc.h"
#include "dplane/bpf/attach_xmit.h"
#include "dplane/bpf/before.h"
#include "dplane/bpf/lines.h"
#include "dplane/ifflags.h"
#include "dplane/bpf/skel.h"
#include "hpim/mfib_abi.h"

#define BPF_FS   "/sys/fs/bpf"
#define PIN_ROOT BPF_FS "/hpim"

/* Folder in that of the instance where maps are filled beside those of an earlier layout. */
#define BESIDE "new"

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
		dplane_log(config, NOTE_WARN,
			   "no BPF file system at " BPF_FS ", and mounting it failed: %s; run "
			   "`mount -t bpf bpf " BPF_FS "`",
			   strerror(errno));
		return errno == EPERM ? -EPERM : -ENOTSUP;
	}
	dplane_log(config, NOTE_INFO, "BPF file system mounted at " BPF_FS);
	return 0;
}

static int dir_open(struct attach *at)
{
	const char *instance = at->config->instance;
	int len = snprintf(at->dir, sizeof(at->dir), PIN_ROOT "/%s", instance);
	int err;

	if (len < 0 || (size_t)len >= sizeof(at->dir) || strpbrk(instance, "/.")) {
		dplane_log(at->config, NOTE_WARN,
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
		dplane_log(at->config, NOTE_WARN, "%s belongs to another running daemon", at->dir);
		return -EBUSY;
	}
	return 0;
fail:
	err = errno == EACCES ? EPERM : errno;
	dplane_log(at->config, NOTE_WARN, "%s cannot be used: %s", at->dir, strerror(err));
	return -err;
}

void attach_prepare(const char *instance)
{
	char path[192];

	(void)snprintf(path, sizeof(path), PIN_ROOT "/%s", instance);
	(void)before_layout_pin(path, NULL); /* if the daemon misses it, it says so */
}

static int pin_open(const struct attach *at, const char *name)
{
	char path[192];

	(void)snprintf(path, sizeof(path), "%s/%s", at->dir, name); /* both are short */
	return bpf_obj_get(path);
}

enum stale { STALE_NONE, STALE_BROKEN, STALE_UNKNOWN, STALE_OTHER, STALE_SAME };

/* What pins of an earlier run mean is known only to the version that made them. */
static enum stale stale_read(const struct attach *at, struct mfib_settings *ret_settings)
{
	union {
		struct mfib_settings settings;
		uint8_t room[256];
	} value;
	struct bpf_map_info info = { .type = 0 };
	uint32_t zero = 0, info_len = sizeof(info);
	int fd = pin_open(at, "settings");
	bool is_readable;

	if (fd < 0)
		return STALE_NONE;
	memset(&value, 0, sizeof(value));
	is_readable = bpf_obj_get_info_by_fd(fd, &info, &info_len) == 0 &&
		      info.value_size <= sizeof(value) &&
		      bpf_map_lookup_elem(fd, &zero, &value) == 0;
	(void)close(fd);
	*ret_settings = value.settings;
	/* Without the mark, with which every version begins, its making was not finished. */
	if (!is_readable || value.settings.magic != MFIB_MAGIC)
		return STALE_BROKEN;
	if (value.settings.version < MFIB_VERSION_READ || value.settings.version > MFIB_VERSION)
		return STALE_UNKNOWN;
	return value.settings.version == MFIB_VERSION && value.settings.reasons == MFIB_R_COUNT &&
			       value.settings.max_links == at->config->max_links &&
			       value.settings.max_routes == at->config->max_routes &&
			       value.settings.max_sets == at->config->max_sets
		       ? STALE_SAME
		       : STALE_OTHER;
}

static void stale_port_undo(const struct attach *at, uint32_t ifindex, uint16_t flags)
{
	if (flags & MFIB_PORT_ALLMULTI)
		(void)ifflags_allmulti_set(ifindex, false, NULL);
	if (flags & MFIB_PORT_RXVLAN)
		(void)ifflags_rxvlan_set(ifindex, true, NULL);
	if (flags & MFIB_PORT_TC)
		attach_tc_filter_del(ifindex);
	if (flags & MFIB_PORT_XDP && at->config->shares_xdp)
		attach_shared_del(ifindex);
}

/*
 * What an earlier run changed at interfaces is changed back; they may be gone. Every version's
 * values begin with link and flags.
 */
static void stale_ports_undo(const struct attach *at)
{
	union {
		struct mfib_port port;
		uint8_t room[256];
	} value;
	struct bpf_map_info info = { .type = 0 };
	uint32_t ifindex, *prev = NULL, info_len = sizeof(info);
	int fd = pin_open(at, "ports");

	if (fd < 0)
		return;
	if (bpf_obj_get_info_by_fd(fd, &info, &info_len) < 0 || info.value_size > sizeof(value)) {
		(void)close(fd);
		return;
	}
	while (bpf_map_get_next_key(fd, prev, &ifindex) == 0) {
		prev = &ifindex;
		if (bpf_map_lookup_elem(fd, &ifindex, &value) == 0)
			stale_port_undo(at, ifindex, value.port.flags);
	}
	(void)close(fd);
}

/*
 * Remove the pins of a folder. Unlinking that of a link which no process holds detaches its
 * program.
 * @only_maps: of the links none.
 */
static unsigned int pins_unlink(int folder_fd, bool only_maps)
{
	unsigned int count = 0;
	struct dirent *entry;
	int fd = dup(folder_fd);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (!dir) {
		if (fd >= 0)
			(void)close(fd);
		return 0;
	}
	rewinddir(dir);
	while ((entry = readdir(dir))) {
		const char *name = entry->d_name;

		if (name[0] == '.' || (only_maps && attach_link_is_pin(name)))
			continue;
		if (unlinkat(folder_fd, name, 0) == 0)
			count++;
	}
	(void)closedir(dir);
	return count;
}

static void stale_remove(const struct attach *at, bool is_readable)
{
	unsigned int count;

	if (is_readable)
		stale_ports_undo(at);
	count = pins_unlink(at->dir_fd, false);
	if (count)
		dplane_log(at->config, NOTE_INFO, "%u pins of an earlier run removed from %s",
			   count, at->dir);
}

static void stale_refuse(const struct attach *at, unsigned int version, const char *why)
{
	dplane_log(at->config, NOTE_WARN,
		   "%s holds maps of version %u, ours are version %u: %s; --discard-pins removes "
		   "them, "
		   "which interrupts forwarding until the trees are built again",
		   at->dir, version, MFIB_VERSION, why);
}

/* Read what an earlier run left in another layout or with other sizes. */
static int before_read(struct attach *at, const struct mfib_settings *settings)
{
	bool is_same = settings->version == MFIB_VERSION;
	char why[BEFORE_WHY_LEN] = "";
	int err = before_open(at->dir, is_same ? bpf_object__btf(at->skel->obj) : NULL, &at->before,
			      why);

	if (err) {
		stale_refuse(at, settings->version, why);
		return -ESTALE;
	}
	dplane_log(
		at->config, NOTE_INFO,
		"carrying maps of version %u (%u links, %u routes, %u sets) over into version %u "
		"(%u, %u, %u)",
		settings->version, settings->max_links, settings->max_routes, settings->max_sets,
		MFIB_VERSION, at->config->max_links, at->config->max_routes, at->config->max_sets);
	return 0;
}

/* Go on with what an earlier run left, carry it over, remove it, or refuse to start over it. */
static int stale_judge(struct attach *at)
{
	struct mfib_settings settings = { .magic = 0 };
	enum stale stale = stale_read(at, &settings);
	char path[192];

	if (stale == STALE_NONE || stale == STALE_BROKEN || at->config->discard_pins) {
		stale_remove(at, stale >= STALE_UNKNOWN);
		return 0;
	}
	at->is_stale = stale == STALE_SAME;
	if (stale == STALE_UNKNOWN)
		stale_refuse(at, settings.version,
			     settings.version > MFIB_VERSION
				     ? "a newer hpimd made them"
				     : "they are too old to be carried over");
	if (stale != STALE_OTHER)
		return at->is_stale ? 0 : -ESTALE;
	(void)snprintf(path, sizeof(path), "%s/" BESIDE, at->dir); /* short enough */
	return mkdir(path, 0700) < 0 ? -errno : before_read(at, &settings);
}

/* ---- maps that are filled beside those of an earlier run ---- */

static int beside_open(const struct attach *at)
{
	return openat(at->dir_fd, BESIDE, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static void beside_remove(const struct attach *at)
{
	int fd = beside_open(at);

	if (fd < 0)
		return;
	(void)pins_unlink(fd, false);
	(void)close(fd);
	(void)unlinkat(at->dir_fd, BESIDE, AT_REMOVEDIR);
}

/* The settings come last: while they are there it is not finished. */
static int beside_move(const struct attach *at)
{
	struct dirent *entry;
	int err = 0, fd = beside_open(at);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (!dir)
		return -errno;
	(void)pins_unlink(at->dir_fd, true);
	while ((entry = readdir(dir)) && !err)
		if (entry->d_name[0] != '.' && strcmp(entry->d_name, "settings") != 0 &&
		    renameat(fd, entry->d_name, at->dir_fd, entry->d_name) < 0)
			err = -errno;
	if (!err && renameat(fd, "settings", at->dir_fd, "settings") < 0)
		err = -errno;
	(void)closedir(dir);
	if (!err && unlinkat(at->dir_fd, BESIDE, AT_REMOVEDIR) < 0)
		err = -errno;
	return err;
}

/*
 * An earlier start may have ended within. If it had filled all maps, they count and the others go;
 * else they go.
 */
static int beside_settle(const struct attach *at)
{
	struct mfib_settings settings = { .magic = 0 };
	uint32_t zero = 0;
	int fd = pin_open(at, BESIDE "/settings");

	if (fd >= 0) {
		/* What cannot be read has no mark. */
		(void)bpf_map_lookup_elem(fd, &zero, &settings);
		(void)close(fd);
	}
	if (settings.magic == MFIB_MAGIC)
		return beside_move(at);
	beside_remove(at);
	return 0;
}

int attach_settle(struct attach *at)
{
	before_free(at->before);
	at->before = NULL;
	return beside_move(at);
}

/*
 * Pinned already, a map is used again. libbpf (seen in 1.1) does not with one of devices, since the
 * kernel adds a flag to it, so that is done here.
 */
static int map_pin_set(const struct attach *at, struct bpf_map *map)
{
	char path[192];
	int fd, err;

	(void)snprintf(path, sizeof(path), "%s/%s%s", at->dir, at->before ? BESIDE "/" : "",
		       bpf_map__name(map)); /* fits */
	fd = bpf_map__type(map) == BPF_MAP_TYPE_DEVMAP ? bpf_obj_get(path) : -1;
	if (fd < 0)
		return bpf_map__set_pin_path(map, path);
	err = bpf_map__reuse_fd(map, fd); /* makes a descriptor of its own */
	(void)close(fd);
	return err;
}

int attach_maps_prepare(const struct attach *at, struct bpf_object *obj)
{
	const struct dplane_config *config = at->config;
	const struct {
		const char *name;
		uint32_t size;
	} sizes[] = {
		{ "route4", config->max_routes },
		{ "route6", config->max_routes },
		{ "lines4", lines_size(config->max_routes) },
		{ "lines6", lines_size(config->max_routes) },
		{ "route_counts", config->max_routes },
		{ "route_ttls", config->max_routes },
		{ "ports", config->max_links * 2 }, /* each VLAN may have a carrier of its own */
		{ "port_counts", config->max_links + 1 },
		{ "vlans", config->max_links },
		{ "output_sets", config->max_sets },
		{ "direct_ports", config->max_links },
		{ "output_lists", config->max_sets + config->max_routes },
		{ "set_turns", config->max_sets * 16 },
	};
	struct bpf_map *map;
	int err = 0;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]) && !err; i++) {
		map = bpf_object__find_map_by_name(obj, sizes[i].name);
		if (map) /* each object has only the maps that its programs use */
			err = bpf_map__set_max_entries(map, sizes[i].size);
	}
	bpf_object__for_each_map(map, obj)
	{
		if (err || bpf_map__is_internal(map))
			continue;
		err = map_pin_set(at, map);
	}
	return err;
}

static int load_fail(const struct attach *at, const char *what, int err)
{
	dplane_log(at->config, NOTE_WARN, "the kernel refused the %s programs: %s", what,
		   err == -EPERM ? "no permission; CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON "
				   "are needed"
				 : strerror(-err));
	return err == -EINVAL ? -ENOTSUP : err;
}

static int programs_open(struct attach *at)
{
	at->skel = mcast_xdp__open();
	at->tc = mcast_tc__open();
	return at->skel && at->tc ? 0 : -errno;
}

static int programs_load(struct attach *at)
{
	char path[192];
	int err;

	at->skel->rodata->hpim_unknown_link = at->config->max_links;
	at->skel->rodata->hpim_follows = at->config->follows;
	at->skel->rodata->hpim_keepalive = at->config->keepalive_ms;
	at->skel->rodata->hpim_line_mask = lines_size(at->config->max_routes) - 1;
	at->tc->rodata->hpim_unknown_link = at->config->max_links;
	at->tc->rodata->hpim_follows = at->config->follows;
	at->tc->rodata->hpim_keepalive = at->config->keepalive_ms;
	err = attach_maps_prepare(at, at->skel->obj);
	if (!err)
		err = mcast_xdp__load(at->skel);
	if (err)
		return load_fail(at, "XDP", err);
	err = attach_maps_prepare(at, at->tc->obj);
	if (!err)
		err = mcast_tc__load(at->tc);
	if (err)
		return load_fail(at, "TC", err);
	at->xmit = attach_xmit_new(at);
	(void)snprintf(path, sizeof(path), "%s%s", at->dir, at->before ? "/" BESIDE : "");
	return before_layout_pin(path, bpf_object__btf(at->skel->obj));
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
	if (!err)
		err = programs_open(at);
	if (!err)
		err = beside_settle(at);
	if (!err)
		err = stale_judge(at);
	is_ours = !err; /* else the folder may be another daemon's, or another version's */
	if (is_ours)
		err = programs_load(at);
	if (err)
		attach_close(at, !is_ours || at->is_stale || at->before);
	return err;
}

void attach_close(struct attach *at, bool keep)
{
	if (at->before) /* not settled */
		beside_remove(at);
	before_free(at->before);
	if (!keep) {
		(void)pins_unlink(at->dir_fd, false);
		(void)rmdir(at->dir); /* fails when someone else put something there */
	}
	attach_xmit_free(at->xmit);
	mcast_xdp__destroy(at->skel);
	mcast_tc__destroy(at->tc);
	if (at->dir_fd >= 0)
		(void)close(at->dir_fd);
	*at = (struct attach){ .dir_fd = -1 };
}
