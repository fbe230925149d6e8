/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef IO_KERNEL_H
#define IO_KERNEL_H

/*
 * What this kernel can do, found by trying, in ways that change nothing. A module that is not
 * loaded is loaded by the attempt, as by real use. Where the attempt itself is forbidden the answer
 * is yes.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"

/** kernel_has_attach_type() - Whether programs can be attached there: enum bpf_attach_type. */
bool kernel_has_attach_type(uint32_t type);

/** kernel_has_qdisc() - Whether interfaces can have a queueing discipline of a kind. */
bool kernel_has_qdisc(const char *kind);

/** kernel_has_genl() - Whether there is a family of generic netlink. */
bool kernel_has_genl(const char *family);

/** kernel_has_ipv6() - Whether there are sockets of IPv6. */
bool kernel_has_ipv6(void);

/** kernel_has_mroute() - Whether it routes multicast of a family, if it has that family. */
bool kernel_has_mroute(enum ip_family family);

/**
 * kernel_accepts() - Whether its routing takes a multicast packet of a source on an interface; it
 * refuses some with rp_filter. IPv6 has no such check: true.
 */
bool kernel_accepts(uint32_t ifindex, const struct ip_addr *source, const struct ip_addr *group);

/** kernel_has_tables() - Whether multicast routing has more than one table, and rules. */
bool kernel_has_tables(void);

#endif
