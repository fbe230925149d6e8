/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DPLANE_ATTACH_H
#define DPLANE_ATTACH_H

/*
 * Loading, pinning and attaching the programs. Everything is pinned under
 * /sys/fs/bpf/hpim/<instance>/, so that it outlives the daemon when asked to, and is found again by
 * the next one.
 */
#include "dplane/backend.h"

struct before;
struct mcast_xdp;
struct mcast_tc;
struct xmit;

/** struct attach - Loaded programs and the folder with their pins. */
struct attach {
	const struct dplane_config *config;
	struct mcast_xdp *skel;
	struct mcast_tc *tc;
	struct xmit *xmit; /* NULL: drops of drivers are not counted */
	char dir[128];
	int dir_fd;            /* locked: one daemon for each instance */
	bool is_stale;         /* the maps are those of an earlier run, with what stands in them */
	struct before *before; /* those of an earlier run, to be carried over; NULL: none */
};

struct bpf_object;

/**
 * attach_maps_prepare() - Sizes and pins for the maps of an object that is not loaded yet.
 *
 * All objects share the maps by their pins: what is pinned already libbpf uses again.
 */
int attach_maps_prepare(const struct attach *at, struct bpf_object *obj);

enum attach_hook { ATTACH_NATIVE, ATTACH_GENERIC, ATTACH_TC };

/** struct attached - A program on an interface; all zero but fd -1: none. */
struct attached {
	enum attach_hook hook;
	uint32_t ifindex;
	int fd;         /* of its link, pinned; -1: it has none */
	bool is_filter; /* TC on kernels without tcx: a filter of the clsact qdisc */
	bool is_shared; /* XDP: behind the dispatcher of libxdp */
};

#define ATTACHED_NONE ((struct attached){ .fd = -1 })

/**
 * attach_open() - Load the programs, with maps of the configured sizes, and pin the maps.
 *
 * Pins of an earlier run are taken over if they are of this version and these sizes. Of other
 * sizes, or of an earlier version that can be read, they are in @at->before, and ours, empty,
 * beside them, until attach_settle(). Others are refused. With config->discard_pins, or if they are
 * not whole, they are removed. Return: 0, or after a sentence -EPERM, -ENOTSUP (no BPF file system,
 * kernel too old), -EBUSY (the instance runs already), -ESTALE (pins that cannot be read) or
 * another negative errno.
 */
int attach_open(struct attach *at, const struct dplane_config *config);

/** attach_prepare() - dplane_prepare(). */
void attach_prepare(const char *instance);

/**
 * attach_settle() - Our maps take the place of those in @at->before, which are forgotten.
 *
 * What is left when the daemon ends within, the next start brings to an end.
 * Return: 0 or a negative errno.
 */
int attach_settle(struct attach *at);

/** attach_close() - Unload. @keep: the pins stay, and with them everything attached. */
void attach_close(struct attach *at, bool keep);

/**
 * attach_add() - Put a program on an interface.
 * @why: gets a sentence when it fails.
 *
 * Where an earlier run has pinned the same, its program is replaced by ours without a gap.
 * Return: 0 or a negative errno.
 */
int attach_add(const struct attach *at, uint32_t ifindex, enum attach_hook hook,
	       struct attached *ret_attached, char why[BACKEND_WHY_LEN]);

/** attach_del() - Take it off. */
void attach_del(const struct attach *at, struct attached *attached);

/** attach_let() - Forget it here; it stays where it is. */
void attach_let(struct attached *attached);

/** attach_link_is_pin() - Whether this is the name of the pin of a program on an interface. */
bool attach_link_is_pin(const char *name);

/** attached_is() - Whether there is a program. */
bool attached_is(const struct attached *attached);

/** attach_xdp_is_generic() - Whether the XDP program of an interface, if any, is a generic one. */
bool attach_xdp_is_generic(uint32_t ifindex);

#endif
