// SPDX-License-Identifier: GPL-2.0-only
/*
 * Follow the kernel's multicast table. A socket for each family receives both the notifications and
 * the table when it is read as a whole. The kernel writes entries and reads them out under one
 * lock, so both come in the order in which they were true, and what came last counts.
 */
#include "io/mfctab.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netconf.h>
#include <linux/rtnetlink.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/nlattrs.h"

#define READ_BATCH     32u
#define RECEIVE_BUFFER (8 << 20)

/*
 * The kernel goes on at a position: where entries go meanwhile, it leaves out others. They are in
 * the next reading. The kernel forwards what is not known here, and whoever derives something from
 * what is not in the table is notified of the gap.
 */
#define READ_AGAIN_FOR HP_SEC(2)

#define LOG_EVERY HP_SEC(60)

static const char *const family_names[] = { "IPv4", "IPv6" };

struct source {
	struct mfctab *tab;
	enum ip_family family;
	struct mnl_socket *socket;
	struct loop_fd *watch;
	bool is_wanted;  /* read the whole table, as soon as possible */
	bool is_reading; /* it is coming */
	bool is_outdated;
	bool is_overrun;  /* and the kernel discards more until all that waits was received */
	bool has_deleted; /* since the reading began */
	hp_time again_at; /* read again then; HP_TIME_NEVER: no need */
	bool is_absent;   /* the kernel has no such table, and that was logged */
	uint32_t seq;
	uint32_t any, unresolved; /* since the reading began */
};

struct mfctab {
	struct loop *loop;
	uint32_t table;
	struct mfctab_handlers handlers;
	struct source sources[IP_FAMILY_COUNT];
	struct mfctab_counts counts;
	hp_time overrun_at; /* when one was logged last; 0: never */
	alignas(struct nlmsghdr) char buffer[1 << 16];
};

__attribute__((format(printf, 3, 4))) static void
log_line(const struct mfctab *tab, enum note_level level, const char *format, ...)
{
	char line[200];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(line, sizeof(line), format, args); /* a line cut short still helps */
	va_end(args);
	tab->handlers.log(tab->handlers.ctx, level, line);
}

/* ---- reading the whole table ---- */

static void want_reading(struct source *source)
{
	source->is_wanted = true;
	if (!source->is_outdated)
		source->tab->handlers.outdated(source->tab->handlers.ctx);
	source->is_outdated = true;
}

/* With strict checking the kernel sends the entries of that table alone, and refuses others. */
static int reading_ask(struct source *source)
{
	alignas(struct nlmsghdr) char buffer[256];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buffer);
	struct rtmsg *rtm = mnl_nlmsg_put_extra_header(nlh, sizeof(*rtm));

	nlh->nlmsg_type = RTM_GETROUTE;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	nlh->nlmsg_seq = ++source->seq;
	rtm->rtm_family = source->family == IP_FAMILY_4 ? RTNL_FAMILY_IPMR : RTNL_FAMILY_IP6MR;
	mnl_attr_put_u32(nlh, RTA_TABLE, mfc_table_id(source->family, source->tab->table));
	return mnl_socket_sendto(source->socket, nlh, nlh->nlmsg_len) < 0 ? -errno : 0;
}

static void reading_begin(struct source *source)
{
	struct mfctab *tab = source->tab;
	int err = reading_ask(source);

	if (err) {
		log_line(tab, NOTE_WARN,
			 "cannot read the kernel's %s multicast table: %s; tried again at the next "
			 "change",
			 family_names[source->family], strerror(-err));
		return;
	}
	source->is_wanted = false;
	source->is_reading = true;
	source->has_deleted = false;
	source->any = source->unresolved = 0;
	tab->counts.readings++;
	tab->handlers.begin(tab->handlers.ctx, source->family);
}

static void reading_end(struct source *source)
{
	struct mfctab *tab = source->tab;

	source->is_reading = false;
	source->again_at = source->has_deleted ? loop_now() + READ_AGAIN_FOR : HP_TIME_NEVER;
	tab->handlers.end(tab->handlers.ctx, source->family, source->has_deleted);
	if (!source->is_wanted)
		source->is_outdated = false;
}

static void reading_failed(struct source *source, int err)
{
	struct mfctab *tab = source->tab;
	bool is_absent = err == -ENOENT;

	if (is_absent && !source->is_absent)
		log_line(tab, NOTE_WARN,
			 "the kernel has no %s multicast table %u yet: it is followed as soon as a "
			 "daemon makes it",
			 family_names[source->family], mfc_table_id(source->family, tab->table));
	else if (!is_absent)
		log_line(tab, NOTE_WARN, "cannot read the kernel's %s multicast table: %s",
			 family_names[source->family], strerror(-err));
	source->is_absent = is_absent;
	if (is_absent)
		reading_end(source); /* what it had is gone with it */
	else
		source->is_reading = false;
}

/* ---- messages ---- */

static void route_message(struct source *source, const struct nlmsghdr *nlh)
{
	bool is_read = nlh->nlmsg_seq == source->seq && nlh->nlmsg_flags & NLM_F_MULTI;
	struct mfctab *tab = source->tab;
	struct mfc mfc;
	int err = mfc_parse(nlh, &mfc);

	if (err == -EBADMSG)
		tab->counts.malformed++;
	if (err || mfc.family != source->family ||
	    mfc.table != mfc_table_id(mfc.family, tab->table))
		return;
	source->is_absent = false;
	source->has_deleted |= mfc.is_deleted;
	source->any += is_read && mfc_is_any(&mfc);
	source->unresolved += is_read && !mfc.is_resolved;
	tab->counts.changes += !is_read;
	tab->handlers.entry(tab->handlers.ctx, &mfc);
}

/* An interface came into a table, or left one: entries that name its number mean another now. */
static void netconf_message(struct source *source, const struct nlmsghdr *nlh)
{
	const struct nlattrs attrs = nlattrs_of(nlh, sizeof(struct netconfmsg));

	if (attrs.at[NETCONFA_MC_FORWARDING])
		want_reading(source);
}

static int message_error(const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *error = mnl_nlmsg_get_payload(nlh);

	return mnl_nlmsg_get_payload_len(nlh) < sizeof(*error) ? -EBADMSG : error->error;
}

/* The kernel says with the last message of a reading if it refuses the table. */
static int done_error(const struct nlmsghdr *nlh)
{
	int err = 0;

	if (mnl_nlmsg_get_payload_len(nlh) >= sizeof(err))
		memcpy(&err, mnl_nlmsg_get_payload(nlh), sizeof(err));
	return err < 0 ? err : 0;
}

static void message(struct source *source, const struct nlmsghdr *nlh)
{
	bool is_answer = source->is_reading && nlh->nlmsg_seq == source->seq;
	int err = 0;

	switch (nlh->nlmsg_type) {
	case RTM_NEWROUTE:
	case RTM_DELROUTE: route_message(source, nlh); return;
	case RTM_NEWNETCONF:
	case RTM_DELNETCONF: netconf_message(source, nlh); return;
	case NLMSG_ERROR: err = message_error(nlh); break;
	case NLMSG_DONE: err = done_error(nlh); break;
	default: return;
	}
	if (is_answer && err)
		reading_failed(source, err);
	else if (is_answer && nlh->nlmsg_type == NLMSG_DONE)
		reading_end(source);
}

static void messages(struct source *source, size_t size)
{
	const struct nlmsghdr *nlh = (const void *)source->tab->buffer;
	int left = (int)size;

	for (; mnl_nlmsg_ok(nlh, left); nlh = mnl_nlmsg_next(nlh, &left))
		message(source, nlh);
}

/* ---- the sockets ---- */

static void overrun(struct source *source)
{
	struct mfctab *tab = source->tab;

	tab->counts.overruns++;
	source->is_overrun = true;
	if (!tab->overrun_at || loop_now() - tab->overrun_at >= LOG_EVERY) {
		log_line(tab, NOTE_INFO,
			 "changes of the kernel's %s multicast table were lost: it is read again, "
			 "and the kernel forwards all meanwhile",
			 family_names[source->family]);
		tab->overrun_at = loop_now();
	}
	want_reading(source);
}

/* Return: whether there may be more to read. */
static bool source_read(struct source *source)
{
	struct mfctab *tab = source->tab;
	ssize_t size = mnl_socket_recvfrom(source->socket, tab->buffer, sizeof(tab->buffer));

	if (size > 0) {
		messages(source, (size_t)size);
		return true;
	}
	if (size < 0 && (errno == ENOBUFS || errno == ENOSPC)) {
		overrun(source);
		return true;
	}
	return false;
}

static void source_readable(void *ctx, uint32_t revents)
{
	struct source *source = ctx;
	const struct mfctab_handlers *handlers = &source->tab->handlers;

	(void)revents;
	for (unsigned int i = 0; i < READ_BATCH && handlers->may_read(handlers->ctx); i++) {
		if (source_read(source))
			continue;
		source->is_overrun = false;
		if (source->is_wanted && !source->is_reading)
			reading_begin(source);
		break;
	}
	handlers->read(handlers->ctx);
}

static int join(const struct source *source, int group)
{
	return mnl_socket_setsockopt(source->socket, NETLINK_ADD_MEMBERSHIP, &group,
				     sizeof(group)) < 0
		       ? -errno
		       : 0;
}

static int source_open(struct source *source)
{
	static const int groups[IP_FAMILY_COUNT][2] = {
		{ RTNLGRP_IPV4_MROUTE, RTNLGRP_IPV4_NETCONF },
		{ RTNLGRP_IPV6_MROUTE, RTNLGRP_IPV6_NETCONF },
	};
	int size = RECEIVE_BUFFER, on = 1, fd, err;

	source->socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (!source->socket || mnl_socket_bind(source->socket, 0, MNL_SOCKET_AUTOPID) < 0)
		return -errno;
	fd = mnl_socket_get_fd(source->socket);
	/* A smaller buffer only means to read everything again a little sooner. */
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	/* Without it the entries of all tables come, and those of others are left out here. */
	(void)mnl_socket_setsockopt(source->socket, NETLINK_GET_STRICT_CHK, &on, sizeof(on));
	err = join(source, groups[source->family][0]);
	if (!err)
		err = join(source, groups[source->family][1]);
	if (!err)
		err = loop_add(source->tab->loop, fd, EPOLLIN, source_readable, source,
			       &source->watch);
	if (!err)
		want_reading(source);
	return err;
}

/* Without it a request for its entries brings those of other families. */
static bool kernel_has(enum ip_family family)
{
	return access(family == IP_FAMILY_4 ? "/proc/net/ip_mr_cache" : "/proc/net/ip6_mr_cache",
		      F_OK) == 0;
}

static int sources_open(struct mfctab *tab)
{
	int err = 0, count = 0;

	for (enum ip_family family = 0; family < IP_FAMILY_COUNT && !err; family++) {
		struct source *source = &tab->sources[family];

		source->tab = tab;
		source->family = family;
		source->again_at = HP_TIME_NEVER;
		if (!kernel_has(family)) {
			log_line(tab, NOTE_WARN,
				 "the kernel has no %s multicast routing (CONFIG_IP%s_MROUTE)",
				 family_names[family], family == IP_FAMILY_6 ? "V6" : "");
			continue;
		}
		err = source_open(source);
		count++;
	}
	return err || count ? err : -EPROTONOSUPPORT;
}

int mfctab_new(struct loop *loop, uint32_t table, const struct mfctab_handlers *handlers,
	       struct mfctab **ret_tab)
{
	struct mfctab *tab = calloc(1, sizeof(*tab));
	int err;

	if (!tab)
		return -ENOMEM;
	tab->loop = loop;
	tab->table = table;
	tab->handlers = *handlers;
	err = sources_open(tab);
	if (err) {
		mfctab_free(tab);
		return err;
	}
	mfctab_read_again(tab);
	*ret_tab = tab;
	return 0;
}

void mfctab_free(struct mfctab *tab)
{
	if (!tab)
		return;
	for (enum ip_family family = 0; family < IP_FAMILY_COUNT; family++) {
		loop_del(tab->sources[family].watch);
		if (tab->sources[family].socket)
			mnl_socket_close(tab->sources[family].socket);
	}
	free(tab);
}

void mfctab_read_again(struct mfctab *tab)
{
	for (enum ip_family family = 0; family < IP_FAMILY_COUNT; family++) {
		struct source *source = &tab->sources[family];

		if (!source->socket)
			continue;
		want_reading(source);
		if (!source->is_reading && !source->is_overrun)
			reading_begin(source);
	}
}

void mfctab_read_later(struct mfctab *tab, enum ip_family family)
{
	struct source *source = &tab->sources[family];

	if (!source->is_reading && source->again_at == HP_TIME_NEVER)
		source->again_at = loop_now() + READ_AGAIN_FOR;
}

hp_time mfctab_due_at(const struct mfctab *tab)
{
	hp_time due_at = HP_TIME_NEVER;

	for (enum ip_family family = 0; family < IP_FAMILY_COUNT; family++)
		if (tab->sources[family].socket && tab->sources[family].again_at < due_at)
			due_at = tab->sources[family].again_at;
	return due_at;
}

void mfctab_due(struct mfctab *tab)
{
	for (enum ip_family family = 0; family < IP_FAMILY_COUNT; family++) {
		struct source *source = &tab->sources[family];

		if (!source->socket || loop_now() < source->again_at)
			continue;
		source->again_at = HP_TIME_NEVER;
		if (!source->is_reading && !source->is_overrun)
			reading_begin(source);
	}
}

bool mfctab_is_current(const struct mfctab *tab)
{
	for (enum ip_family family = 0; family < IP_FAMILY_COUNT; family++)
		if (tab->sources[family].is_outdated)
			return false;
	return true;
}

struct mfctab_counts mfctab_counts(const struct mfctab *tab)
{
	struct mfctab_counts counts = tab->counts;

	for (enum ip_family family = 0; family < IP_FAMILY_COUNT; family++) {
		counts.any += tab->sources[family].any;
		counts.unresolved += tab->sources[family].unresolved;
	}
	return counts;
}
