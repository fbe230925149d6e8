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

/**
 * member_ask() - Another router has come to an interface: its hosts are asked what they want.
 *
 * Two parts of a link that were apart for longer than a membership lasts know of different members.
 * Then the router that wins the assert may know of none, while the one that served them loses it.
 * Asked at most once while the startup queries last, whatever strangers pretend.
 */
void member_ask(struct core *core, uint16_t link, enum ip_family family);

#endif
