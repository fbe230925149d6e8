/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DPLANE_MROUTE_INT_H
#define DPLANE_MROUTE_INT_H

/*
 * The tier over the kernel's multicast cache from inside: mroute.c has its sockets, interfaces and
 * entries, mroute_count.c what it carried, mroute_notify.c who waits for the next packet,
 * mroute_waiting.c which packets wait for an entry.
 */
#include <netinet/in.h>
#include <sys/queue.h>

#include <libmnl/libmnl.h>
#include <linux/mroute.h>
#include <linux/mroute6.h>
#include <linux/rtnetlink.h>

#include "base/hash.h"
#include "dplane/backend.h"

/** struct slot - VIF and MIF of one number. */
struct slot {
	uint16_t link; /* LINK_NONE: free */
	uint32_t ifindex;
	char name[LINK_NAME_LEN];
	uint8_t threshold;
	bool has[IP_FAMILY_COUNT];
};

struct entry {
	struct mfib_route route;
	bool is_installed;
	uint64_t asked_packets;    /* accepted packets at the last question */
	hp_time seen_at;           /* HP_TIME_NEVER: not yet */
	bool is_notifying;         /* with MFIB_F_NOTIFY, and no packet yet */
	struct entry *prev, *next; /* of these */
	uint64_t notify_packets;   /* accepted packets when they were last looked at */
	UT_hash_handle hh;
};

struct mroute {
	struct backend be;
	struct dplane_config config;
	int fd[IP_FAMILY_COUNT]; /* -1: the kernel lacks the family */
	int epoll_fd;
	struct mnl_socket *netlink;
	struct slot slots[MAXVIFS];
	struct entry *entries;
	struct entry *notifying;           /* the next to look at first */
	bool reports_all[IP_FAMILY_COUNT]; /* wrong interfaces that are no outputs, too */
	struct waiting *waiting;           /* by key */
	TAILQ_HEAD(, waiting) waiting_by_age;
};

static inline struct mroute *mroute_of(struct backend *be)
{
	return (struct mroute *)be;
}

/* mroute.c */

/** mroute_entry_find() - NULL: the cache has no such route. */
struct entry *mroute_entry_find(const struct mroute *mr, const struct mfib_key *key);

/**
 * mroute_mfc_set() - Write or delete an entry of the kernel.
 * @option: MRT_ADD_MFC or MRT_DEL_MFC.
 * @parent: VIF of the input; deleting does not look at it.
 *
 * Return: 0 or a negative errno.
 */
int mroute_mfc_set(const struct mroute *mr, int option, const struct mfib_route *route, int parent);

/* mroute_rules.c */

/** mroute_rules_set() - Lead an interface's packets to this table, and no longer to another. */
void mroute_rules_set(const struct mroute *mr, const char *name);

/** mroute_rules_clear() - No longer lead them to any but the default table. */
void mroute_rules_clear(const struct mroute *mr, const char *name);

/* mroute_foreign.c */

/**
 * mroute_foreign() - As dplane_rules(), of an interface that need not be attached.
 * @table: ours; 0: the default one.
 */
void mroute_foreign(uint32_t table, enum ip_family family, const char *name,
		    void (*each)(void *ctx, const struct dplane_rule *rule), void *ctx);

/* mroute_notify.c */

/** mroute_notify_set() - The entry was put: wait for its next packet, or no longer. */
void mroute_notify_set(struct mroute *mr, struct entry *entry, bool is_on);

/** mroute_poll() - backend_ops.poll. */
void mroute_poll(struct backend *be);

/* mroute_waiting.c */

/** mroute_waiting_add() - The kernel reported a flow without an entry; too old ones end. */
void mroute_waiting_add(struct mroute *mr, const struct mfib_key *key, unsigned int vif);

/** mroute_waiting_take() - The packets that wait for this entry go: it is written now. */
void mroute_waiting_take(struct mroute *mr, const struct mfib_key *key);

/** mroute_waiting_poll() - Forget what the kernel has forgotten; once a second. */
void mroute_waiting_poll(struct mroute *mr);

/** mroute_waiting_fini() - Forget all. */
void mroute_waiting_fini(struct mroute *mr);

/* mroute_count.c */

/**
 * mroute_table_of() - Number of a table; @table 0: the default one. Without a number the kernel
 * looks for IPv6 in one that is not its default (Linux 6.18).
 */
uint32_t mroute_table_of(uint32_t table, enum ip_family family);

/** mroute_entry_ask() - Ask for one entry of that table. Return: length of the message, bytes. */
size_t mroute_entry_ask(struct nlmsghdr *msg, uint32_t table, const struct mfib_key *key);

/**
 * mroute_accepted() - Packets of an entry that came in by its input.
 * @ret_bytes: may be NULL; wrong interfaces included.
 *
 * Return: 0, also for an entry that is not installed, or a negative errno.
 */
int mroute_accepted(const struct mroute *mr, const struct entry *entry, uint64_t *ret_packets,
		    uint64_t *ret_bytes);

/** mroute_packets() - backend_ops.packets. */
uint64_t mroute_packets(struct backend *be);

/** mroute_route_counts() - backend_ops.route_counts. */
int mroute_route_counts(struct backend *be, const struct mfib_key *key,
			struct backend_counts *ret_counts);

#endif
