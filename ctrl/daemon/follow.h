/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DAEMON_FOLLOW_H
#define DAEMON_FOLLOW_H

/*
 * Follow mode: what another daemon wrote into the kernel's multicast table is forwarded by XDP and
 * TC. Without it none of these does anything.
 */
#include "config/config.h"
#include "io/mfctab.h"

struct daemon;
struct follow_state;
struct refusal;

/* How long XDP goes on without us: the table may change, and XDP not with it. */
#define FOLLOW_LEASE HP_SEC(3)

/** follow_is_on() - Whether another daemon owns the multicast table: it does not change. */
bool follow_is_on(const struct daemon *daemon);

/** follow_start() - Open netlink; the loop does the rest. 0 or a negative errno, after a line. */
int follow_start(struct daemon *daemon);
void follow_free(struct daemon *daemon);

/** follow_link_changed() - An interface is followed, or no longer, or is another one now. */
void follow_link_changed(struct daemon *daemon);

/** follow_waits() - What changed in the table will not be in XDP for some time. */
void follow_waits(struct daemon *daemon);

/** follow_is_suspended() - Whether what XDP has may be outdated, so that it forwards nothing. */
bool follow_is_suspended(const struct daemon *daemon);

/**
 * follow_accepts() - Whether the kernel would take packets of a source that arrive on an interface,
 * where the table is another daemon's. XDP forwards before the kernel can refuse them.
 */
bool follow_accepts(const struct daemon *daemon, uint16_t link, const struct ip_addr *source,
		    const struct ip_addr *group);

/**
 * follow_settle() - Once in a turn.
 * @is_idle: all events have been handled, and all entries are written.
 */
void follow_settle(struct daemon *daemon, bool is_idle);

/** follow_due_at() - When follow_settle() has something to do; HP_TIME_NEVER: nothing. */
hp_time follow_due_at(const struct daemon *daemon);

/**
 * follow_allows() - Whether these protocols can run: all but following where the table is ours, and
 * nothing else where it is not. @name: of the interface, for the refusal.
 */
bool follow_allows(const struct daemon *daemon, const bool protos[IP_FAMILY_COUNT][PROTO_COUNT],
		   const char *name, struct refusal *ret_refusal);

/** follow_strip() - Leave out of what an earlier run had what cannot run in this one. */
void follow_strip(const struct daemon *daemon, bool protos[IP_FAMILY_COUNT][PROTO_COUNT]);

/** follow_table_counts() - Return: whether the table is followed at all. */
bool follow_table_counts(const struct daemon *daemon, struct mfctab_counts *ret_counts);

#endif
