/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DPLANE_LINKINFO_H
#define DPLANE_LINKINFO_H

/* What the kernel tells about one interface when asked. */
#include <libmnl/libmnl.h>

#include "dplane/dplane.h"

/** struct linkinfo - An interface as it is now. */
struct linkinfo {
	char name[LINK_NAME_LEN];
	uint8_t mac[6];
	uint32_t mtu;
	bool is_up;          /* administratively, and with carrier */
	bool is_ethernet;    /* frames have an Ethernet header */
	bool is_bond;        /* several ports that act as one */
	uint32_t carrier;    /* of a VLAN: ifindex of its port; else its own */
	uint16_t vid, tpid;  /* of a VLAN: identifier, EtherType in network byte order; else 0 */
	uint64_t tx_packets; /* sent so far */
};

/** linkinfo_read() - Ask. Return: 0, -ENODEV when there is no such interface, or another errno. */
int linkinfo_read(uint32_t ifindex, struct linkinfo *ret_info);

/** linkinfo_parse() - The answer, RTM_NEWLINK. @info is left alone if the message is another. */
void linkinfo_parse(const struct nlmsghdr *nlh, struct linkinfo *info);

#endif
