/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DPLANE_ATTACH_XMIT_H
#define DPLANE_ATTACH_XMIT_H

/*
 * The program that counts what drivers drop of the frames that XDP redirects (`driver-drop`). It is
 * at a tracepoint of the kernel, not on an interface.
 */
#include "dplane/bpf/attach.h"

/**
 * attach_xmit_new() - Load the program with the maps that are pinned, and begin to count.
 *
 * Its link is pinned beside the others, so counting goes on while there is no daemon; that of an
 * earlier run ends first. Return: NULL, after a message, where the kernel refuses: then such drops
 * are not counted, and all else works.
 */
struct xmit *attach_xmit_new(const struct attach *at);

/**
 * attach_xmit_probe_drops() - How many frames of self-tests drivers did not take, as it is now.
 *
 * Return: NULL: it is not counted.
 */
const uint64_t *attach_xmit_probe_drops(const struct xmit *xmit);

/** attach_xmit_free() - Forget it here; it ends with its pin. NULL is allowed. */
void attach_xmit_free(struct xmit *xmit);

#endif
