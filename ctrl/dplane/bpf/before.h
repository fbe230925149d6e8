/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DPLANE_BEFORE_H
#define DPLANE_BEFORE_H

/*
 * The pinned maps of an earlier run whose layout or sizes are not ours. They are only read, by the
 * names of their fields: every map's values are described by its BTF. What is read is given as our
 * own structs; a field that was not there yet is 0.
 *
 * The kernel hands the BTF of a map out to CAP_SYS_ADMIN alone, which the daemon does not have as a
 * service. So each run pins its BTF beside its maps, as the one value of the map `layout`; for
 * those before layout 6, which did not, `hpimd --prepare` does it, or the kernel is asked.
 */
#include "core/effect.h"
#include "hpim/mfib_abi.h"

#define BEFORE_WHY_LEN 128

struct before;
struct btf;

/** struct before_route - A route that forwards. */
struct before_route {
	struct mfib_key key;
	uint32_t iif, flags; /* ifindex; MFIB_F_WRONG_IF and MFIB_F_TC, whose bits never changed */
	struct mfib_list outputs;
	/* For before_route_count(): */
	uint32_t slot, line;
	uint8_t bytes[sizeof(struct mfib_key6)]; /* the key as it stands there */
};

/**
 * before_open() - Open the maps pinned in a folder, and find the fields in them.
 * @same: the BTF of our own maps where only the sizes differ; else NULL.
 * @why: gets a sentence's end when it fails.
 *
 * Return: 0 or a negative errno: -ENOENT no layout can be read, -EPROTO one that we do not
 * understand.
 */
int before_open(const char *dir, const struct btf *same, struct before **ret_before,
		char why[BEFORE_WHY_LEN]);
void before_free(struct before *before);

/** before_lease_ns() - As mfib_settings.lease_until_ns. */
uint64_t before_lease_ns(const struct before *before);

/** before_max_links() - As mfib_settings.max_links. */
uint32_t before_max_links(const struct before *before);

/** before_port_each() - Call @each for every interface. */
void before_port_each(const struct before *before,
		      void (*each)(void *ctx, uint32_t ifindex, const struct mfib_port *port),
		      void *ctx);

/** before_route_each() - Call @each for every route with outputs that XDP or TC carries. */
void before_route_each(const struct before *before,
		       void (*each)(void *ctx, const struct before_route *route), void *ctx);

/**
 * before_route_count(), before_port_count() - Sums over all CPUs, and of a route's line; seen_ns is
 * the latest.
 */
struct mfib_route_count before_route_count(const struct before *before,
					   const struct before_route *route);
struct mfib_port_count before_port_count(const struct before *before, uint32_t link);

/**
 * before_layout_pin() - Pin a BTF beside the maps in a folder, as the map `layout`.
 * @btf: NULL: that of the maps, of which the kernel is asked (CAP_SYS_ADMIN).
 *
 * Return: 0, also where there is one, or a negative errno.
 */
int before_layout_pin(const char *dir, const struct btf *btf);

#endif
