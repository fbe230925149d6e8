/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef IO_LINKDATA_H
#define IO_LINKDATA_H

/* What the kernel has about one interface, of any kind: RTM_GETLINK. */
#include "base/nlattrs.h"
#include "core/event.h"

/** struct linkdata - Attributes of a message; they borrow from @bytes. */
struct linkdata {
	struct nlattrs attrs, info; /* IFLA_*, IFLA_INFO_* */
	uint32_t ifindex;
	char name[LINK_NAME_LEN];
	_Alignas(8) char bytes[8192];
};

/**
 * linkdata_read() - Ask.
 * @nsid: of another namespace, as ours knows it; -1: in ours.
 *
 * Return: 0 or a negative errno.
 */
int linkdata_read(uint32_t ifindex, int32_t nsid, struct linkdata *ret_data);

/** linkdata_is() - Whether the text of an attribute is that: of IFLA_INFO_KIND, ... */
bool linkdata_is(const struct nlattr *attr, const char *text);

/**
 * linkdata_peer() - The other end of a veth, the port of a VLAN.
 * @ret_nsid: the namespace it is in, -1: in ours; -1 as well where there is none.
 *
 * Return: its ifindex there, 0: none is known.
 */
uint32_t linkdata_peer(const struct linkdata *data, int32_t *ret_nsid);

#endif
