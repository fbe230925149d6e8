// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tier over the kernel's own multicast cache: one raw socket per family, through which Linux
 * lets one daemon own its multicast interfaces (VIFs) and cache entries. It carries what the BPF
 * tiers pass on, and everything on interfaces they cannot serve.
 *
 * Facts of the kernel that shape this file (seen on Linux 6.18):
 * - The numbers of the MRT_* and MRT6_* options are equal; only the structures differ.
 * - MRT_INIT and MRT_ADD_VIF set mc_forwarding and allmulti themselves. The cache forwards whether
 *   or not net.ipv4.ip_forward and net.ipv6.conf.all.forwarding are set.
 * - A packet without an entry waits (four of each source and group, for 10 s) and causes one
 *   upcall; adding the entry sends it on its way.
 * - An entry keeps the VIF numbers it was given: before a VIF goes, entries that name it are
 *   written again, else its successor would inherit their packets.
 * - Packets on a wrong interface count as packets of the entry and refresh its age too. They are
 *   reported once in 3 s for each entry, not for each interface: with MRT_ASSERT where that
 *   interface is one of the entry's outputs, with MRT_PIM always.
 * - Closing the sockets empties the cache: this tier cannot outlive the daemon.
 */
#include <errno.h>
#include <linux/filter.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "dplane/kernel/mroute_int.h"

#define UPCALLS_PER_DISPATCH 64
#define RECEIVE_ROOM         (1 << 20) /* the kernel queues as many unresolved flows as fit here */

_Static_assert(MAXVIFS == MAXMIFS, "one slot is a VIF and a MIF");
_Static_assert(MRT_ADD_MFC == MRT6_ADD_MFC && MRT_TABLE == MRT6_TABLE && MRT_INIT == MRT6_INIT,
	       "one option number serves both families");
_Static_assert(MRT_ASSERT == MRT6_ASSERT && MRT_PIM == MRT6_PIM, "the same of these");

static const int level_of[] = { IPPROTO_IP, IPPROTO_IPV6 };
static const char *const name_of[] = { "IPv4", "IPv6" };

/* ---- sockets ---- */

/* Upcalls carry IP protocol 0; the IGMP packets that this socket also gets are left out here. */
static int filter_upcalls4(int fd)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 9),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog program = { .len = sizeof(code) / sizeof(code[0]), .filter = code };

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program));
}

/* The kernel does not show upcalls to this filter, so everything may be refused. */
static int filter_upcalls6(int fd)
{
	struct icmp6_filter none;

	ICMP6_FILTER_SETBLOCKALL(&none);
	return setsockopt(fd, IPPROTO_ICMPV6, ICMP6_FILTER, &none, sizeof(none));
}

static int option_set(const struct mroute *mr, enum ip_family family, int option, const void *value,
		      size_t len)
{
	return setsockopt(mr->fd[family], level_of[family], option, value, (socklen_t)len) ? -errno
											   : 0;
}

static int fail_init(const struct mroute *mr, enum ip_family family, int err)
{
	if (err == -EADDRINUSE)
		dplane_log(&mr->config, NOTE_WARN,
			   "another multicast routing daemon (pimd, smcroute, mrouted, ...) owns "
			   "the kernel's "
			   "multicast table %u (%s)",
			   mr->config.mroute_table, name_of[family]);
	else
		dplane_log(&mr->config, NOTE_WARN,
			   "cannot own the kernel's %s multicast table %u: %s", name_of[family],
			   mr->config.mroute_table, strerror(-err));
	return err;
}

static int family_init(struct mroute *mr, enum ip_family family)
{
	static const int on = 1, room = RECEIVE_ROOM;
	uint32_t table = mr->config.mroute_table;
	struct epoll_event event = { .events = EPOLLIN, .data.u32 = family };
	int fd = mr->fd[family], err = 0;

	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)); /* best effort */
	if (family == IP_FAMILY_4 ? filter_upcalls4(fd) : filter_upcalls6(fd))
		return -errno;
	if (table)
		err = option_set(mr, family, MRT_TABLE, &table, sizeof(table));
	err = err ? err : option_set(mr, family, MRT_INIT, &on, sizeof(on));
	err = err ? err : option_set(mr, family, MRT_ASSERT, &on, sizeof(on));
	if (err)
		return err;
	return epoll_ctl(mr->epoll_fd, EPOLL_CTL_ADD, fd, &event) ? -errno : 0;
}

static int family_open(struct mroute *mr, enum ip_family family)
{
	int af = family == IP_FAMILY_4 ? AF_INET : AF_INET6;
	int proto = family == IP_FAMILY_4 ? IPPROTO_IGMP : IPPROTO_ICMPV6;
	int err;

	mr->fd[family] = socket(af, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, proto);
	if (mr->fd[family] < 0 && errno == EAFNOSUPPORT) {
		dplane_log(&mr->config, NOTE_INFO,
			   "the kernel has no %s: no multicast cache for it", name_of[family]);
		return 0;
	}
	err = mr->fd[family] < 0 ? -errno : family_init(mr, family);
	return err ? fail_init(mr, family, err) : 0;
}

/* ---- VIFs ---- */

static unsigned int slot_find(const struct mroute *mr, uint16_t link)
{
	unsigned int i = 0;

	while (i < MAXVIFS && mr->slots[i].link != link)
		i++;
	return i;
}

/* The VIF of a link in one family, or -1. */
static int vif_of(const struct mroute *mr, enum ip_family family, uint16_t link)
{
	unsigned int i = slot_find(mr, link);

	return i < MAXVIFS && mr->slots[i].has[family] ? (int)i : -1;
}

static int vif_add(const struct mroute *mr, enum ip_family family, unsigned int number,
		   uint32_t ifindex)
{
	struct vifctl vif = {
		.vifc_vifi = (vifi_t)number,
		.vifc_flags = VIFF_USE_IFINDEX,
		.vifc_threshold = 1,
		.vifc_lcl_ifindex = (int)ifindex,
	};
	struct mif6ctl mif = {
		.mif6c_mifi = (mifi_t)number,
		.vifc_threshold = 1,
		.mif6c_pifi = (uint16_t)ifindex,
	};

	if (family == IP_FAMILY_4)
		return option_set(mr, family, MRT_ADD_VIF, &vif, sizeof(vif));
	if (ifindex > UINT16_MAX) /* struct mif6ctl has no more room */
		return -ERANGE;
	return option_set(mr, family, MRT6_ADD_MIF, &mif, sizeof(mif));
}

/* An error means that the kernel removed it already, together with its device. */
static void vif_del(const struct mroute *mr, enum ip_family family, unsigned int number)
{
	struct vifctl vif = { .vifc_vifi = (vifi_t)number };
	mifi_t mif = (mifi_t)number;

	if (family == IP_FAMILY_4)
		(void)option_set(mr, family, MRT_DEL_VIF, &vif, sizeof(vif));
	else
		(void)option_set(mr, family, MRT6_DEL_MIF, &mif, sizeof(mif));
}

/* ---- cache entries ---- */

static int mfc4(const struct mroute *mr, int option, const struct mfib_route *route, int parent)
{
	struct mfcctl mfc = { .mfcc_parent = (vifi_t)parent };

	memcpy(&mfc.mfcc_origin, ip_addr_bytes(&route->key.source), 4);
	memcpy(&mfc.mfcc_mcastgrp, ip_addr_bytes(&route->key.group), 4);
	for (unsigned int i = 0; i < MAXVIFS; i++)
		if (mr->slots[i].has[IP_FAMILY_4] && ifset_has(&route->oifs, mr->slots[i].link))
			mfc.mfcc_ttls[i] = mr->slots[i].threshold ? mr->slots[i].threshold : 1;
	return option_set(mr, IP_FAMILY_4, option, &mfc, sizeof(mfc));
}

static int mfc6(const struct mroute *mr, int option, const struct mfib_route *route, int parent)
{
	struct mf6cctl mfc = { .mf6cc_parent = (mifi_t)parent };

	mfc.mf6cc_origin.sin6_family = mfc.mf6cc_mcastgrp.sin6_family = AF_INET6;
	memcpy(&mfc.mf6cc_origin.sin6_addr, ip_addr_bytes(&route->key.source), 16);
	memcpy(&mfc.mf6cc_mcastgrp.sin6_addr, ip_addr_bytes(&route->key.group), 16);
	for (unsigned int i = 0; i < MAXMIFS; i++)
		if (mr->slots[i].has[IP_FAMILY_6] && ifset_has(&route->oifs, mr->slots[i].link))
			mfc.mf6cc_ifset.ifs_bits[0] |= UINT32_C(1) << i;
	return option_set(mr, IP_FAMILY_6, option, &mfc, sizeof(mfc));
}

int mroute_mfc_set(const struct mroute *mr, int option, const struct mfib_route *route, int parent)
{
	return ip_addr_family(&route->key.group) == IP_FAMILY_4 ? mfc4(mr, option, route, parent)
								: mfc6(mr, option, route, parent);
}

/* A wrong interface need not be an output: a pruned one is none. Too old a kernel reports less. */
static void reports_extend(struct mroute *mr, enum ip_family family)
{
	static const int on = 1;

	if (!mr->reports_all[family])
		(void)option_set(mr, family, MRT_PIM, &on, sizeof(on));
	mr->reports_all[family] = true;
}

/* Makes the kernel's entry what the route and the VIFs of the moment say; without input: none. */
static int entry_install(struct mroute *mr, struct entry *entry)
{
	enum ip_family family = ip_addr_family(&entry->route.key.group);
	int parent = vif_of(mr, family, entry->route.iif);
	int err = 0;

	if (entry->route.flags & MFIB_F_WRONG_IF)
		reports_extend(mr, family);
	if (parent >= 0)
		err = mroute_mfc_set(mr, MRT_ADD_MFC, &entry->route, parent);
	else if (entry->is_installed)
		(void)mroute_mfc_set(mr, MRT_DEL_MFC, &entry->route, 0); /* gone is what we want */
	entry->is_installed = parent >= 0 && !err;
	return err;
}

static void entries_install_of(struct mroute *mr, uint16_t link)
{
	struct entry *entry = NULL, *tmp = NULL;

	HASH_ITER (hh, mr->entries, entry, tmp) {
		int err = 0;

		if (entry->route.iif == link || ifset_has(&entry->route.oifs, link))
			err = entry_install(mr, entry);
		if (err)
			dplane_log(&mr->config, NOTE_WARN,
				   "kernel refuses a multicast cache entry: %s", strerror(-err));
	}
}

/* ---- what the composite calls ---- */

static unsigned int rp_filter_read(const char *name)
{
	char path[64 + LINK_NAME_LEN];
	unsigned int mode = 0;
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/sys/net/ipv4/conf/%s/rp_filter", name);
	file = fopen(path, "re");
	if (!file)
		return 0;
	if (fscanf(file, "%u", &mode) != 1)
		mode = 0;
	(void)fclose(file); /* only read */
	return mode;
}

/* The kernel uses the larger of both settings; 1 is strict. */
static void rp_filter_check(const struct mroute *mr, const char *name)
{
	unsigned int all = rp_filter_read("all"), own = rp_filter_read(name);

	if ((all > own ? all : own) == 1)
		dplane_log(&mr->config, NOTE_WARN,
			   "%s: rp_filter is strict: the kernel drops multicast here unless its "
			   "unicast route to the source leaves by %s; 2 or 0 avoids this",
			   name, name);
}

static int slot_fill(struct mroute *mr, unsigned int number, const struct dplane_link *link,
		     char why[BACKEND_WHY_LEN])
{
	struct slot slot = { .link = link->link,
			     .ifindex = link->ifindex,
			     .threshold = link->threshold };
	bool has_any = false;

	*why = '\0';
	for (enum ip_family family = 0; family < IP_FAMILY_COUNT; family++) {
		int err = mr->fd[family] < 0 ? -EAFNOSUPPORT
					     : vif_add(mr, family, number, link->ifindex);

		slot.has[family] = !err;
		has_any = has_any || !err;
		if (err)
			(void)snprintf(why, BACKEND_WHY_LEN,
				       "no place in the kernel's %s multicast cache: %s",
				       name_of[family], strerror(-err));
	}
	if (!has_any)
		return -EOPNOTSUPP;
	if (*why)
		dplane_log(&mr->config, NOTE_WARN, "%s: %s", link->name, why);
	(void)snprintf(slot.name, sizeof(slot.name), "%s", link->name);
	mroute_rules_set(mr, slot.name);
	mr->slots[number] = slot;
	return 0;
}

static void slot_clear(struct mroute *mr, unsigned int number)
{
	struct slot old = mr->slots[number];

	mr->slots[number] = (struct slot){ .link = LINK_NONE };
	entries_install_of(mr, old.link); /* before the number means another */
	for (enum ip_family family = 0; family < IP_FAMILY_COUNT; family++)
		if (old.has[family])
			vif_del(mr, family, number);
	mroute_rules_clear(mr, old.name);
}

/* IPv6 has no thresholds in the kernel's cache: docs/ABI.md. */
static void slot_threshold_set(struct mroute *mr, unsigned int number, uint8_t threshold)
{
	if (mr->slots[number].threshold == threshold)
		return;
	mr->slots[number].threshold = threshold;
	entries_install_of(mr, mr->slots[number].link);
}

static int mroute_link_add(struct backend *be, const struct dplane_link *link,
			   struct tier_port *port, char why[BACKEND_WHY_LEN])
{
	struct mroute *mr = mroute_of(be);
	unsigned int number = slot_find(mr, link->link);
	int err;

	(void)port; /* the composite knows: it asked */
	if (number < MAXVIFS && mr->slots[number].ifindex == link->ifindex) {
		slot_threshold_set(mr, number, link->threshold);
		return 0;
	}
	if (number < MAXVIFS)
		slot_clear(mr, number);
	number = slot_find(mr, LINK_NONE);
	if (number == MAXVIFS) {
		(void)snprintf(why, BACKEND_WHY_LEN,
			       "the kernel's multicast cache serves %d interfaces at most",
			       MAXVIFS);
		return -ENOSPC;
	}
	err = slot_fill(mr, number, link, why);
	if (err)
		return err;
	rp_filter_check(mr, link->name);
	entries_install_of(mr, link->link);
	return 0;
}

static void mroute_link_del(struct backend *be, uint16_t link)
{
	unsigned int number = slot_find(mroute_of(be), link);

	if (number < MAXVIFS)
		slot_clear(mroute_of(be), number);
}

struct entry *mroute_entry_find(const struct mroute *mr, const struct mfib_key *key)
{
	struct entry *entry;

	hash_find(mr->config.hash_key, mr->entries, key, entry);
	return entry;
}

static int entry_put(struct mroute *mr, struct entry *entry, const struct mfib_route *route)
{
	entry->route = *route;
	mroute_waiting_take(mr, &route->key);
	return entry_install(mr, entry);
}

static int mroute_put(struct backend *be, const struct mfib_route *route)
{
	struct mroute *mr = mroute_of(be);
	struct entry *entry = mroute_entry_find(mr, &route->key), before;
	int err;

	if (mr->fd[ip_addr_family(&route->key.group)] < 0)
		return 0; /* like a route none of whose links is served */
	if (entry) {
		before = *entry;
		err = entry_put(mr, entry, route);
		if (err)
			*entry = before;
		else
			mroute_notify_set(mr, entry, route->flags & MFIB_F_NOTIFY);
		return err;
	}
	entry = calloc(1, sizeof(*entry));
	if (!entry)
		return -ENOMEM;
	entry->seen_at = HP_TIME_NEVER;
	err = entry_put(mr, entry, route);
	if (err) {
		free(entry);
		return err;
	}
	hash_add(mr->config.hash_key, mr->entries, route.key, entry);
	mroute_notify_set(mr, entry, route->flags & MFIB_F_NOTIFY);
	return 0;
}

static void mroute_del(struct backend *be, const struct mfib_key *key)
{
	struct mroute *mr = mroute_of(be);
	struct entry *entry = mroute_entry_find(mr, key);

	if (!entry)
		return;
	if (entry->is_installed)
		(void)mroute_mfc_set(mr, MRT_DEL_MFC, &entry->route, 0); /* gone is what we want */
	mroute_notify_set(mr, entry, false);
	HASH_DEL(mr->entries, entry);
	free(entry);
}

/* ---- upcalls ---- */

static void upcall_report(struct mroute *mr, enum data_kind kind, unsigned int vif,
			  const struct mfib_key *key)
{
	struct dplane_upcall upcall = { .kind = kind, .source = key->source, .group = key->group };
	const struct entry *entry = mroute_entry_find(mr, key);

	if (vif >= MAXVIFS || mr->slots[vif].link == LINK_NONE)
		return; /* queued before the interface went */
	if (kind == DATA_MISS && !entry)
		mroute_waiting_add(mr, key, vif);
	if (kind == DATA_WRONG_IF && !(entry && entry->route.flags & MFIB_F_WRONG_IF))
		return;
	upcall.link = mr->slots[vif].link;
	mr->config.upcall(mr->config.ctx, &upcall);
}

static void upcall4(struct mroute *mr, const void *bytes, size_t len)
{
	const struct igmpmsg *msg = bytes;
	struct mfib_key key;

	if (len < sizeof(*msg) || msg->im_mbz)
		return;
	key.source = ip_addr_from_bytes(IP_FAMILY_4, (const uint8_t *)&msg->im_src);
	key.group = ip_addr_from_bytes(IP_FAMILY_4, (const uint8_t *)&msg->im_dst);
	if (msg->im_msgtype == IGMPMSG_NOCACHE || msg->im_msgtype == IGMPMSG_WRONGVIF)
		upcall_report(mr, msg->im_msgtype == IGMPMSG_NOCACHE ? DATA_MISS : DATA_WRONG_IF,
			      msg->im_vif | (unsigned int)msg->im_vif_hi << 8, &key);
}

static void upcall6(struct mroute *mr, const void *bytes, size_t len)
{
	const struct mrt6msg *msg = bytes;
	struct mfib_key key;

	if (len < sizeof(*msg) || msg->im6_mbz)
		return;
	key.source = ip_addr_from_bytes(IP_FAMILY_6, msg->im6_src.s6_addr);
	key.group = ip_addr_from_bytes(IP_FAMILY_6, msg->im6_dst.s6_addr);
	if (msg->im6_msgtype == MRT6MSG_NOCACHE || msg->im6_msgtype == MRT6MSG_WRONGMIF)
		upcall_report(mr, msg->im6_msgtype == MRT6MSG_NOCACHE ? DATA_MISS : DATA_WRONG_IF,
			      msg->im6_mif, &key);
}

static void mroute_dispatch(struct backend *be)
{
	struct mroute *mr = mroute_of(be);
	/* Aligned for both message structures; what is longer is cut, only its head counts. */
	uint64_t bytes[16];

	for (enum ip_family family = 0; family < IP_FAMILY_COUNT; family++) {
		for (int i = 0; mr->fd[family] >= 0 && i < UPCALLS_PER_DISPATCH; i++) {
			ssize_t len = recv(mr->fd[family], bytes, sizeof(bytes), 0);

			if (len < 0)
				break; /* nothing more; any other fault shows at the next option */
			if (family == IP_FAMILY_4)
				upcall4(mr, bytes, (size_t)len);
			else
				upcall6(mr, bytes, (size_t)len);
		}
	}
}

static int mroute_fd(const struct backend *be)
{
	return ((const struct mroute *)be)->epoll_fd;
}

static void mroute_rules(const struct backend *be, uint16_t link, enum ip_family family,
			 void (*each)(void *ctx, const struct dplane_rule *rule), void *ctx)
{
	const struct mroute *mr = (const struct mroute *)be;
	unsigned int i = slot_find(mr, link);

	if (i < MAXVIFS && mr->slots[i].has[family])
		mroute_foreign(mr->config.mroute_table, family, mr->slots[i].name, each, ctx);
}

static void mroute_free(struct backend *be, bool keep)
{
	struct mroute *mr = mroute_of(be);
	struct entry *entry = NULL, *tmp = NULL;

	(void)keep; /* the kernel empties its cache when the socket closes */
	mroute_waiting_fini(mr);
	HASH_ITER (hh, mr->entries, entry, tmp) {
		HASH_DEL(mr->entries, entry);
		free(entry);
	}
	for (unsigned int i = 0; mr->netlink && i < MAXVIFS; i++)
		if (mr->slots[i].link != LINK_NONE)
			mroute_rules_clear(mr, mr->slots[i].name);
	for (enum ip_family family = 0; family < IP_FAMILY_COUNT; family++)
		if (mr->fd[family] >= 0)
			(void)close(mr->fd[family]);
	if (mr->epoll_fd >= 0)
		(void)close(mr->epoll_fd);
	if (mr->netlink)
		(void)mnl_socket_close(mr->netlink);
	free(mr);
}

static const struct backend_ops mroute_ops = {
	.name = "kernel",
	.link_add = mroute_link_add,
	.link_del = mroute_link_del,
	.put = mroute_put,
	.del = mroute_del,
	.route_counts = mroute_route_counts,
	.packets = mroute_packets,
	.fd = mroute_fd,
	.dispatch = mroute_dispatch,
	.poll = mroute_poll,
	.rules = mroute_rules,
	.free = mroute_free,
};

int mroute_new(const struct dplane_config *config, struct backend **ret_be)
{
	struct mroute *mr = calloc(1, sizeof(*mr));
	int err;

	if (!mr)
		return -ENOMEM;
	mr->be.ops = &mroute_ops;
	mr->config = *config;
	TAILQ_INIT(&mr->waiting_by_age);
	mr->fd[IP_FAMILY_4] = mr->fd[IP_FAMILY_6] = -1;
	for (unsigned int i = 0; i < MAXVIFS; i++)
		mr->slots[i].link = LINK_NONE;
	mr->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	mr->netlink = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	err = mr->epoll_fd < 0 || !mr->netlink ? -errno : 0;
	for (enum ip_family family = 0; !err && family < IP_FAMILY_COUNT; family++)
		err = family_open(mr, family);
	if (err) {
		mroute_free(&mr->be, false);
		return err;
	}
	*ret_be = &mr->be;
	return 0;
}
