/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef IO_MFC_PARSE_H
#define IO_MFC_PARSE_H

/* From messages of rtnetlink(7) to entries of the kernel's multicast table; pure functions. */
#include <libmnl/libmnl.h>

#include "base/addr.h"

/* The kernel has at most 32 interfaces in a table: MAXVIFS, MAXMIFS. */
#define MFC_OUTPUTS_MAX 32

/** struct mfc_output - An interface that packets of an entry leave by. */
struct mfc_output {
	uint32_t ifindex;
	uint8_t ttl; /* threshold: only packets that arrive with a greater one leave, 1 to 254 */
};

/** struct mfc - An entry of the kernel's multicast forwarding cache. */
struct mfc {
	enum ip_family family;
	uint32_t table;               /* as the kernel numbers them: mfc_table_id() */
	struct ip_addr source, group; /* all zeros: any */
	bool is_deleted;              /* RTM_DELROUTE: it is no longer there */
	bool is_resolved;             /* false: packets wait for the daemon to decide */
	uint32_t iif;                 /* ifindex; 0: unresolved, or its input is gone */
	unsigned int output_count;
	struct mfc_output outputs[MFC_OUTPUTS_MAX];
};

/** mfc_is_any() - Whether an entry is for any source, or for any group: (*,G), (*,*). */
bool mfc_is_any(const struct mfc *mfc);

/** mfc_table_id() - The number in messages of a table; 0: the default one of the family. */
uint32_t mfc_table_id(enum ip_family family, uint32_t table);

/**
 * mfc_parse() - RTM_NEWROUTE, RTM_DELROUTE of RTNL_FAMILY_IPMR and RTNL_FAMILY_IP6MR.
 *
 * Return: 0; -ENOMSG: not about the multicast tables; -EBADMSG: malformed. @ret_mfc is written only
 * with 0.
 */
int mfc_parse(const struct nlmsghdr *nlh, struct mfc *ret_mfc);

#endif
