/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DPLANE_ATTACH_H
#define DPLANE_ATTACH_H

/*
 * Loading, pinning and attaching the programs. Everything is pinned under
 * /sys/fs/bpf/hpim/<instance>/, so that it outlives the daemon when asked to.
 */
#include "dplane/backend.h"

struct mcast_xdp;

/** struct attach - Loaded programs and the folder with their pins. */
struct attach {
	const struct dplane_config *config;
	struct mcast_xdp *skel;
	char dir[128];
	int dir_fd; /* locked: one daemon for each instance */
};

/**
 * attach_open() - Load the programs with maps of the configured sizes and pin the maps.
 *
 * Pins of a daemon that is gone are removed first, and with them its attachments.
 * Return: 0, or after a sentence -EPERM, -ENOTSUP (no BPF file system, kernel too old), -EBUSY (the
 * instance runs already) or another negative errno.
 */
int attach_open(struct attach *at, const struct dplane_config *config);

/** attach_close() - Unload. @keep: the pins stay, and with them everything attached. */
void attach_close(struct attach *at, bool keep);

/**
 * attach_link_add() - Attach the ingress program by a pinned link.
 * @is_generic: run it on socket buffers, which every driver can.
 * @why:        gets a sentence when it fails.
 *
 * Return: descriptor of the link, or a negative errno.
 */
int attach_link_add(const struct attach *at, const struct dplane_link *link, bool is_generic,
		    char why[BACKEND_WHY_LEN]);

/** attach_link_del() - Detach. @fd: from attach_link_add(). */
void attach_link_del(const struct attach *at, uint32_t ifindex, int fd);

#endif
