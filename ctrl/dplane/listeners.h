/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DPLANE_LISTENERS_H
#define DPLANE_LISTENERS_H

/*
 * Programs of this machine that joined groups. What the BPF tiers forward never reaches a socket,
 * so a tree with a listener on one of its interfaces is carried by the kernel, which serves both.
 */
#include "dplane/dplane.h"

struct listeners;

/**
 * listeners_new() - NULL: no memory.
 * @hash_key:        borrowed.
 * @needs_receivers: who joined counts only while a UDP socket of this machine is bound to the group
 *                   or to all addresses.
 */
struct listeners *listeners_new(const struct hash_key *hash_key, bool needs_receivers);
void listeners_free(struct listeners *listeners);

/**
 * listeners_read() - Look again who joined what in this network namespace.
 * @changed: called for each group that a program joined or left since the last time; NULL: none.
 */
void listeners_read(struct listeners *listeners,
		    void (*changed)(void *ctx, const struct ip_addr *group), void *ctx);

/** listeners_any() - Whether there is a listener at all. */
bool listeners_any(const struct listeners *listeners);

/** listeners_has() - Whether a socket of this machine listens to @group on an interface. */
bool listeners_has(const struct listeners *listeners, const struct ip_addr *group,
		   uint32_t ifindex);

#endif
