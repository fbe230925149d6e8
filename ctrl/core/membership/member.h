/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CORE_MEMBER_H
#define CORE_MEMBER_H

/* What routing protocols ask about members: hosts and static joins together. */
#include "core/event.h"

struct core;

/**
 * member_wants() - Whether a host or a static join of an interface wants @group from @source. What
 * the policy denies there is not wanted.
 */
bool member_wants(const struct core *core, uint16_t link, const struct ip_addr *source,
		  const struct ip_addr *group);

#endif
