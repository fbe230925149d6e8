/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Programs on interfaces. Each is held by a bpf_link which is pinned, so it outlives the daemon and
 * the next one can replace its program in place; only TC on kernels without tcx has a filter
 * instead.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/if_link.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "dplane/bpf/attach.h"
#include "dplane/bpf/attach_shared.h"
#include "dplane/bpf/attach_tc.h"
#include "dplane/bpf/skel.h"

/* The header is younger than the kernels we build on: linux/bpf.h, enum bpf_attach_type, 6.6. */
#define TCX_INGRESS ((enum bpf_attach_type)46)

static const char *pin_prefix(enum attach_hook hook)
{
	return hook == ATTACH_TC ? "tc_" : "link_";
}

bool attach_link_is_pin(const char *name)
{
	return strncmp(name, pin_prefix(ATTACH_TC), strlen(pin_prefix(ATTACH_TC))) == 0 ||
	       strncmp(name, pin_prefix(ATTACH_NATIVE), strlen(pin_prefix(ATTACH_NATIVE))) == 0;
}

static void pin_path(const struct attach *at, enum attach_hook hook, uint32_t ifindex, char *path,
		     size_t size)
{
	/* The folder is short enough. */
	(void)snprintf(path, size, "%s/%s%u", at->dir, pin_prefix(hook), ifindex);
}

static int program_fd(const struct attach *at, enum attach_hook hook)
{
	return bpf_program__fd(hook == ATTACH_TC ? at->tc->progs.hpim_tc
						 : at->skel->progs.hpim_ingress);
}

bool attach_xdp_is_generic(uint32_t ifindex)
{
	LIBBPF_OPTS(bpf_xdp_query_opts, query);

	return bpf_xdp_query((int)ifindex, 0, &query) == 0 && query.attach_mode == XDP_ATTACHED_SKB;
}

/* ---- the driver's own words ---- */

#define WORDS_MARK "Kernel error message: "

static char words[BACKEND_WHY_LEN]; /* a callback of libbpf has no argument of ours */

static int words_catch(enum libbpf_print_level level, const char *format, va_list args)
{
	char line[256];
	const char *mark;

	(void)level;
	(void)vsnprintf(line, sizeof(line), format, args);
	mark = strstr(line, WORDS_MARK);
	if (mark) {
		(void)snprintf(words, sizeof(words), "%s", mark + strlen(WORDS_MARK));
		words[strcspn(words, "\n")] = '\0';
	}
	return 0;
}

/*
 * Why a driver refuses: its MTU, LRO, queues. Netlink hands its sentence on, a bpf_link does not,
 * so the same is tried there. Return: "" if it says nothing, or only that it has no native XDP.
 */
static const char *words_of_driver(const struct attach *at, uint32_t ifindex)
{
	int program = program_fd(at, ATTACH_NATIVE);
	libbpf_print_fn_t print = libbpf_set_print(words_catch);
	LIBBPF_OPTS(bpf_xdp_attach_opts, ours, .old_prog_fd = program);

	*words = '\0';
	if (bpf_xdp_attach((int)ifindex, program, XDP_FLAGS_DRV_MODE | XDP_FLAGS_UPDATE_IF_NOEXIST,
			   NULL) == 0) /* now it takes it; the next attempt will find that */
		(void)bpf_xdp_detach((int)ifindex, XDP_FLAGS_DRV_MODE | XDP_FLAGS_REPLACE, &ours);
	(void)libbpf_set_print(print);
	return strstr(words, "does not support XDP in native mode") ? "" : words;
}

static void why_set(const struct attach *at, char why[BACKEND_WHY_LEN], uint32_t ifindex,
		    enum attach_hook hook, int err)
{
	static const char *const names[] = {
		[ATTACH_NATIVE] = "native XDP",
		[ATTACH_GENERIC] = "generic XDP",
		[ATTACH_TC] = "TC",
	};
	const char *reason = strerror(-err);

	if (err == -EBUSY || err == -EEXIST)
		reason = "another XDP program is attached";
	else if (err == -EOPNOTSUPP)
		reason = "the driver has no native XDP";
	else if (err == -ERANGE || err == -EINVAL)
		reason = "the driver refuses, mostly since the MTU is too large for XDP";
	if (hook == ATTACH_NATIVE && err != -EBUSY && err != -EEXIST && err != -EPERM &&
	    *words_of_driver(at, ifindex))
		reason = words;
	(void)snprintf(why, BACKEND_WHY_LEN, "%s refused: %s", names[hook], reason);
}

/* A pin of an earlier run, if its link still is on that interface: 0, or a negative errno. */
static int link_restore(const struct attach *at, const char *path, struct attached *attached)
{
	struct bpf_link_info info = { .type = 0 };
	uint32_t len = sizeof(info);
	int fd = bpf_obj_get(path);
	int err;

	if (fd < 0)
		return fd;
	err = bpf_obj_get_info_by_fd(fd, &info, &len);
	/* Links of TC are known by their pin: libbpf's header does not know how to tell theirs. */
	if (!err && attached->hook != ATTACH_TC &&
	    (info.xdp.ifindex != attached->ifindex ||
	     attach_xdp_is_generic(attached->ifindex) != (attached->hook == ATTACH_GENERIC)))
		err = -ENODEV;
	if (!err)
		err = bpf_link_update(fd, program_fd(at, attached->hook), NULL);
	if (err) {
		(void)unlink(path); /* left by an interface that is gone, or of another mode */
		(void)close(fd);
		return err;
	}
	attached->fd = fd;
	return 0;
}

static int link_create(const struct attach *at, const char *path, struct attached *attached)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts,
		    .flags = attached->hook == ATTACH_GENERIC ? XDP_FLAGS_SKB_MODE
							      : XDP_FLAGS_DRV_MODE);
	bool is_tc = attached->hook == ATTACH_TC;
	int fd = bpf_link_create(program_fd(at, attached->hook), (int)attached->ifindex,
				 is_tc ? TCX_INGRESS : BPF_XDP, is_tc ? NULL : &opts);
	int err;

	if (fd < 0)
		return fd;
	err = bpf_obj_pin(fd, path);
	if (err) {
		(void)close(fd);
		return err;
	}
	attached->fd = fd;
	return 0;
}

static int shared_add(const struct attach *at, const char *path, struct attached *attached)
{
	int err;

	(void)unlink(path); /* of an earlier run that did not share */
	err = attach_shared_add(at, attached->ifindex, attached->hook == ATTACH_GENERIC);
	attached->is_shared = !err;
	return err;
}

static int own_add(const struct attach *at, const char *path, struct attached *attached)
{
	int err = link_restore(at, path, attached);

	if (err)
		err = link_create(at, path, attached);
	if (err == -EINVAL && attached->hook == ATTACH_TC) { /* no tcx: before 6.6 */
		err = attach_tc_filter_add(attached->ifindex, program_fd(at, ATTACH_TC));
		attached->is_filter = !err;
	}
	return err;
}

int attach_add(const struct attach *at, uint32_t ifindex, enum attach_hook hook,
	       struct attached *ret_attached, char why[BACKEND_WHY_LEN])
{
	struct attached attached = { .hook = hook, .ifindex = ifindex, .fd = -1 };
	char path[192];
	int err;

	pin_path(at, hook, ifindex, path, sizeof(path));
	err = at->config->shares_xdp && hook != ATTACH_TC ? shared_add(at, path, &attached)
							  : own_add(at, path, &attached);
	if (err) {
		why_set(at, why, ifindex, hook, err);
		return err;
	}
	*ret_attached = attached;
	return 0;
}

void attach_del(const struct attach *at, struct attached *attached)
{
	char path[192];

	if (attached->is_filter)
		attach_tc_filter_del(attached->ifindex);
	if (attached->is_shared)
		attach_shared_del(attached->ifindex);
	if (attached->fd >= 0) {
		pin_path(at, attached->hook, attached->ifindex, path, sizeof(path));
		(void)unlink(path);
	}
	attach_let(attached);
}

void attach_let(struct attached *attached)
{
	if (attached->fd >= 0)
		(void)close(attached->fd);
	*attached = ATTACHED_NONE;
}

bool attached_is(const struct attached *attached)
{
	return attached->fd >= 0 || attached->is_filter || attached->is_shared;
}
