/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MGMT_FACTS_H
#define MGMT_FACTS_H

/* What the daemon knows of (S,G), for mgmt/verdict.h. */
#include "mgmt/verdict.h"

struct daemon;
struct mfib_key;
struct observation;
struct rtnl_link;

/**
 * facts_gather() - All of it, as it is now.
 * @seen: what became of packets; NULL: none were looked at.
 */
void facts_gather(const struct daemon *daemon, const struct mfib_key *key,
		  const struct observation *seen, struct verdict_facts *ret_facts);

/** facts_is_unattached() - Whether hosts may be behind an interface that is up but not attached. */
bool facts_is_unattached(const struct daemon *daemon, const struct rtnl_link *link,
			 enum ip_family family);

#endif
