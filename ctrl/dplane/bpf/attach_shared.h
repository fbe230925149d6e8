/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DPLANE_ATTACH_SHARED_H
#define DPLANE_ATTACH_SHARED_H

/*
 * The ingress program behind the dispatcher of libxdp, beside programs of others. The dispatcher
 * calls ours first (priority 50 as everyone's, unless theirs is lower) and goes on with the next
 * one for what we pass. Where the kernel refuses the dispatcher, libxdp attaches ours alone.
 */
#include "dplane/bpf/attach.h"

/**
 * attach_shared_add() - Put the program on an interface, in place of one that an earlier run left.
 *
 * Needs CAP_SYS_ADMIN, also after the start: libxdp looks programs up by their identifiers.
 * Return: 0 or a negative errno.
 */
int attach_shared_add(const struct attach *at, uint32_t ifindex, bool is_generic);

/** attach_shared_del() - Take our programs off, whoever put them there. */
void attach_shared_del(uint32_t ifindex);

#endif
