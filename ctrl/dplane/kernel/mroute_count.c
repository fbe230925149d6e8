// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the kernel's multicast cache carried, and when the last packet came.
 */
#include <errno.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/nlattrs.h"
#include "dplane/kernel/mroute_int.h"

static hp_time now(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts); /* cannot fail for this clock */
	return HP_SEC(ts.tv_sec) + ts.tv_nsec;
}

/** struct sg_count - What the kernel counted for an entry, wrong interfaces included. */
struct sg_count {
	uint64_t packets, bytes, wrong_if;
};

static int count4(const struct mroute *mr, const struct mfib_key *key, struct sg_count *ret_count)
{
	struct sioc_sg_req ask = { 0 };

	memcpy(&ask.src, ip_addr_bytes(&key->source), 4);
	memcpy(&ask.grp, ip_addr_bytes(&key->group), 4);
	if (ioctl(mr->fd[IP_FAMILY_4], SIOCGETSGCNT, &ask))
		return -errno;
	*ret_count = (struct sg_count){ ask.pktcnt, ask.bytecnt, ask.wrong_if };
	return 0;
}

static int count6(const struct mroute *mr, const struct mfib_key *key, struct sg_count *ret_count)
{
	struct sioc_sg_req6 ask = { .src.sin6_family = AF_INET6, .grp.sin6_family = AF_INET6 };

	memcpy(&ask.src.sin6_addr, ip_addr_bytes(&key->source), 16);
	memcpy(&ask.grp.sin6_addr, ip_addr_bytes(&key->group), 16);
	if (ioctl(mr->fd[IP_FAMILY_6], SIOCGETSGCNT_IN6, &ask))
		return -errno;
	*ret_count = (struct sg_count){ ask.pktcnt, ask.bytecnt, ask.wrong_if };
	return 0;
}

int mroute_accepted(const struct mroute *mr, const struct entry *entry, uint64_t *ret_packets,
		    uint64_t *ret_bytes)
{
	const struct mfib_key *key = &entry->route.key;
	struct sg_count count = { 0 };
	int err = 0;

	if (entry->is_installed)
		err = ip_addr_family(&key->group) == IP_FAMILY_4 ? count4(mr, key, &count)
								 : count6(mr, key, &count);
	if (err)
		return err;
	*ret_packets = count.packets - count.wrong_if;
	if (ret_bytes)
		*ret_bytes = count.bytes;
	return 0;
}

static uint64_t vif_packets4(const struct mroute *mr, unsigned int number)
{
	struct sioc_vif_req ask = { .vifi = (vifi_t)number };

	return ioctl(mr->fd[IP_FAMILY_4], SIOCGETVIFCNT, &ask) ? 0 : ask.icount;
}

static uint64_t vif_packets6(const struct mroute *mr, unsigned int number)
{
	struct sioc_mif_req6 ask = { .mifi = (mifi_t)number };

	return ioctl(mr->fd[IP_FAMILY_6], SIOCGETMIFCNT_IN6, &ask) ? 0 : ask.icount;
}

/* A VIF counts what entries that name it as input accept; far fewer to ask than entries. */
uint64_t mroute_packets(struct backend *be)
{
	const struct mroute *mr = mroute_of(be);
	uint64_t sum = 0;

	for (unsigned int number = 0; number < MAXVIFS; number++) {
		if (mr->slots[number].has[IP_FAMILY_4])
			sum += vif_packets4(mr, number);
		if (mr->slots[number].has[IP_FAMILY_6])
			sum += vif_packets6(mr, number);
	}
	return sum;
}

static int answer_read(const struct nlmsghdr *msg, void *ret_age)
{
	const struct nlattrs attrs = nlattrs_of(msg, sizeof(struct rtmsg));
	const struct nlattr *ticks = attrs.at[RTA_EXPIRES]; /* since the last packet */

	if (nlattr_holds(ticks, sizeof(uint64_t)))
		*(hp_time *)ret_age =
			(hp_time)mnl_attr_get_u64(ticks) * (HP_SEC(1) / sysconf(_SC_CLK_TCK));
	return MNL_CB_OK;
}

uint32_t mroute_table_of(uint32_t table, enum ip_family family)
{
	if (table)
		return table;
	return family == IP_FAMILY_4 ? RT_TABLE_DEFAULT : RT_TABLE_MAIN;
}

size_t mroute_entry_ask(struct nlmsghdr *msg, uint32_t table, const struct mfib_key *key)
{
	const enum ip_family family = ip_addr_family(&key->group);
	const size_t len = ip_family_addr_len(family);
	struct rtmsg *rtm = mnl_nlmsg_put_extra_header(msg, sizeof(*rtm));

	msg->nlmsg_type = RTM_GETROUTE;
	msg->nlmsg_flags = NLM_F_REQUEST;
	rtm->rtm_family = family == IP_FAMILY_4 ? RTNL_FAMILY_IPMR : RTNL_FAMILY_IP6MR;
	rtm->rtm_src_len = rtm->rtm_dst_len = (unsigned char)(len * 8);
	mnl_attr_put(msg, RTA_SRC, len, ip_addr_bytes(&key->source));
	mnl_attr_put(msg, RTA_DST, len, ip_addr_bytes(&key->group));
	mnl_attr_put_u32(msg, RTA_TABLE, mroute_table_of(table, family));
	return msg->nlmsg_len;
}

/* Age of the last packet by netlink; 0 where the kernel cannot tell (IPv6 before Linux 5.19). */
static hp_time age_ask(const struct mroute *mr, const struct mfib_key *key)
{
	char buffer[1024];
	struct nlmsghdr *msg = mnl_nlmsg_put_header(buffer);
	hp_time age = 0;
	ssize_t got;

	if (mnl_socket_sendto(mr->netlink, msg,
			      mroute_entry_ask(msg, mr->config.mroute_table, key)) < 0)
		return 0;
	got = mnl_socket_recvfrom(mr->netlink, buffer, sizeof(buffer)); /* already answered */
	if (got > 0)
		(void)mnl_cb_run(buffer, (size_t)got, 0, 0, answer_read, &age); /* else 0 stays */
	return age;
}

/*
 * The age the kernel keeps is also refreshed by packets on wrong interfaces, so it counts only if
 * the number of accepted packets moved since the last question.
 */
int mroute_route_counts(struct backend *be, const struct mfib_key *key,
			struct backend_counts *ret_counts)
{
	struct mroute *mr = mroute_of(be);
	struct entry *entry = mroute_entry_find(mr, key);
	uint64_t accepted, bytes;
	int err;

	if (!entry)
		return -ENOENT;
	err = mroute_accepted(mr, entry, &accepted, &bytes);
	if (err)
		return err;
	if (accepted && accepted != entry->asked_packets)
		entry->seen_at = now() - age_ask(mr, key);
	entry->asked_packets = accepted;
	*ret_counts = (struct backend_counts){
		.packets = accepted,
		.bytes = bytes,
		.seen_for =
			entry->seen_at == HP_TIME_NEVER ? HP_TIME_NEVER : now() - entry->seen_at,
	};
	return 0;
}
