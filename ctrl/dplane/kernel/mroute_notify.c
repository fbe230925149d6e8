// SPDX-License-Identifier: GPL-2.0-only
/*
 * Entries whose next packet is to be reported: MFIB_F_NOTIFY. The kernel reports no packet of an
 * entry that it has, so its counters are read now and then. To take the entry away instead would
 * make packets wait, and one on a wrong interface would make the kernel deaf to the right one for
 * ten seconds. Where a program sees the packets, it is faster, and this finds only what programs
 * pass on, such as packets with options.
 */
#include <utlist.h>

#include "dplane/kernel/mroute_int.h"

/* Entries looked at in one second: about half a millisecond. With more, each waits its turn. */
#define POLL_MAX 1024u

void mroute_notify_set(struct mroute *mr, struct entry *entry, bool is_on)
{
	if (entry->is_notifying && !is_on)
		DL_DELETE(mr->notifying, entry);
	if (!entry->is_notifying && is_on)
		DL_APPEND(mr->notifying, entry);
	entry->is_notifying = is_on;
	if (is_on && mroute_accepted(mr, entry, &entry->notify_packets, NULL))
		entry->notify_packets = 0; /* not reached: it was written a moment ago */
}

/* An entry that was made again counts from 0. */
static bool has_new_packet(const struct mroute *mr, struct entry *entry)
{
	uint64_t before = entry->notify_packets;

	return mroute_accepted(mr, entry, &entry->notify_packets, NULL) == 0 &&
	       entry->notify_packets > before;
}

void mroute_poll(struct backend *be)
{
	struct mroute *mr = mroute_of(be);
	const struct entry *last = mr->notifying ? mr->notifying->prev : NULL;
	struct entry *entry = NULL;

	mroute_waiting_poll(mr);
	for (unsigned int i = 0; i < POLL_MAX && entry != last; i++) {
		entry = mr->notifying;
		DL_DELETE(mr->notifying, entry);
		DL_APPEND(mr->notifying, entry);
		if (!has_new_packet(mr, entry))
			continue;
		mroute_notify_set(mr, entry, false);
		mr->config.upcall(mr->config.ctx,
				  &(struct dplane_upcall){ .kind = DATA_NOTIFY,
							   .link = entry->route.iif,
							   .source = entry->route.key.source,
							   .group = entry->route.key.group });
	}
}
