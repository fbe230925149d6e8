/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DPLANE_IFFLAGS_H
#define DPLANE_IFFLAGS_H

/* Settings of an interface which the ingress program depends on. */
#include <stdbool.h>
#include <stdint.h>

/**
 * ifflags_allmulti_set() - Let the interface receive every multicast frame, or end that.
 * @ret_changed: whether it was otherwise before; may be NULL.
 *
 * Outlives the process, other than what a packet socket asks for.
 */
int ifflags_allmulti_set(uint32_t ifindex, bool on, bool *ret_changed);

/**
 * ifflags_rxvlan_set() - Let the card take VLAN tags off what it receives, or end that.
 * @ret_changed: whether it was otherwise before; may be NULL.
 *
 * A tag that was taken off is invisible to XDP: the frame would be forwarded as untagged.
 */
int ifflags_rxvlan_set(uint32_t ifindex, bool on, bool *ret_changed);

#endif
