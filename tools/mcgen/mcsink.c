// SPDX-License-Identifier: GPL-2.0-only
/*
 * Joins a group and judges what arrives from mcgen: what was lost, what came twice or late, how
 * long the first packet took, how long the stream was interrupted. Prints one line of JSON when it
 * ends: after a time, after a number of packets, or on SIGTERM or SIGINT; and on SIGUSR1, what it
 * has seen so far.
 *
 * Only the first stream received is judged; packets of other senders are counted apart.
 */
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>

#include "mcgen/mcpacket.h"
#include "mcgen/report.h"

/* Sequence numbers which are remembered one by one, behind the highest seen. A power of two. */
#define WINDOW 65536u

#define GAP_EVENT HP_MS(200) /* --events reports interruptions longer than this */

struct options {
	struct mcpacket_group group, source;
	unsigned int ifindex;
	hp_time run_for; /* HP_TIME_NEVER: until a signal */
	uint64_t count;  /* 0: no limit */
	bool has_events, has_expect, has_report;
	uint64_t expect_first, expect_last;
};

/** struct gap - An interruption: nothing arrived between these two packets. */
struct gap {
	hp_time lasted_for;
	uint64_t before, after; /* sequence numbers */
};

/**
 * struct sink - What was seen.
 * @watch:     looks for the report of this host; only with has_report, until the first packet.
 * @report_at: when it left; HP_TIME_NEVER if that was not seen.
 * @seen:      bit seq % WINDOW is set if seq arrived, for the WINDOW numbers up to @high.
 */
struct sink {
	struct report_watch watch;
	hp_time join_at, report_at, first_at, last_at;
	uint64_t received, unique, duplicated, reordered, out_of_range, other_stream, foreign;
	uint64_t low, high, previous;
	uint32_t stream;
	int ttl_min, ttl_max;
	struct gap longest;
	struct gap outage; /* the one in which most packets were lost */
	hp_time delay_sum, delay_max;
	uint64_t seen[WINDOW / 64];
};

static const char usage[] =
	"usage: mcsink -i IFACE -g GROUP[:PORT] [-S SOURCE] [-t SECONDS] [-n COUNT] [--events]\n"
	"              [--expect FIRST-LAST] [--report]\n"
	"Receives what mcgen sends until -t, -n or SIGTERM; SIGUSR1 prints what was seen so far.\n"
	"--events prints a line when joined, at\n"
	"the first packet, after each gap over 200 ms, and when all that is expected has arrived.\n"
	"With --expect the exit code is 1 unless exactly these numbers arrived, once each.\n"
	"--report also measures from the report of membership on the wire to the first packet\n"
	"(report_to_first_ms, left out if no report was seen).\n";

static _Noreturn void fail(const char *what)
{
	(void)fprintf(stderr, "mcsink: %s: %s\n", what, strerror(errno));
	exit(2);
}

static bool expect_parse(const char *text, struct options *opt)
{
	char first[24];
	const char *dash = strchr(text, '-');

	if (!dash || (size_t)(dash - text) >= sizeof(first))
		return false;
	memcpy(first, text, (size_t)(dash - text));
	first[dash - text] = '\0';
	opt->expect_first = mcpacket_number(first, 0, UINT64_MAX - 1);
	opt->expect_last = mcpacket_number(dash + 1, opt->expect_first, UINT64_MAX - 1);
	opt->has_expect = true;
	return true;
}

static bool source_parse(const char *text, struct options *opt)
{
	struct ip_addr addr;

	if (ip_addr_parse(text, &addr))
		return false;
	mcpacket_sockaddr(&addr, 0, &opt->source);
	return true;
}

static bool option_set(struct options *opt, int option, const char *arg)
{
	switch (option) {
	case 'i': return (opt->ifindex = if_nametoindex(arg)) != 0;
	case 'g': return mcpacket_group_parse(arg, &opt->group) == 0;
	case 'S': return source_parse(arg, opt);
	case 't': opt->run_for = HP_SEC(mcpacket_number(arg, 1, 1000000)); return true;
	case 'n': opt->count = mcpacket_number(arg, 1, UINT64_MAX); return true;
	case 'E': opt->has_events = true; return true;
	case 'X': return expect_parse(arg, opt);
	case 'R': opt->has_report = true; return true;
	default: return false;
	}
}

static void options_read(int argc, char **argv, struct options *ret_opt)
{
	static const struct option longs[] = {
		{ "events", no_argument, NULL, 'E' },
		{ "expect", required_argument, NULL, 'X' },
		{ "report", no_argument, NULL, 'R' },
		{ 0 },
	};
	struct options opt = { .run_for = HP_TIME_NEVER };
	int option;

	while ((option = getopt_long(argc, argv, "i:g:S:t:n:", longs, NULL)) != -1) {
		if (!option_set(&opt, option, optarg)) {
			(void)fprintf(stderr, "mcsink: bad option or value: %s\n%s",
				      optarg ? optarg : "", usage);
			exit(2);
		}
	}
	if (optind != argc || !opt.ifindex || !opt.group.len ||
	    (opt.source.len && opt.source.sa.sa_family != opt.group.sa.sa_family)) {
		(void)fputs(usage, stderr);
		exit(2);
	}
	*ret_opt = opt;
}

/* A socket that receives this group only, with room for bursts; not joined yet. */
static int socket_open(const struct options *opt)
{
	static const int on = 1, off = 0, room = 32 << 20;
	bool is_4 = opt->group.sa.sa_family == AF_INET;
	int level = is_4 ? IPPROTO_IP : IPPROTO_IPV6;
	int ttl = is_4 ? IP_RECVTTL : IPV6_RECVHOPLIMIT;
	int all = is_4 ? IP_MULTICAST_ALL : IPV6_MULTICAST_ALL;
	int fd = socket(opt->group.sa.sa_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		fail("socket");
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) ||
	    setsockopt(fd, level, all, &off, sizeof(off)) ||
	    setsockopt(fd, level, ttl, &on, sizeof(on)))
		fail("socket options");
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)))
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room)); /* best effort */
	if (bind(fd, &opt->group.sa, opt->group.len))
		fail("bind");
	return fd;
}

static void group_join(const struct options *opt, int fd)
{
	int level = opt->group.sa.sa_family == AF_INET ? IPPROTO_IP : IPPROTO_IPV6;
	struct group_req any = { .gr_interface = opt->ifindex };
	struct group_source_req one = { .gsr_interface = opt->ifindex };
	int err;

	any.gr_group = opt->group.storage;
	one.gsr_group = opt->group.storage;
	one.gsr_source = opt->source.storage;
	if (opt->source.len)
		err = setsockopt(fd, level, MCAST_JOIN_SOURCE_GROUP, &one, sizeof(one));
	else
		err = setsockopt(fd, level, MCAST_JOIN_GROUP, &any, sizeof(any));
	if (err)
		fail("join");
}

static double ms(hp_time t)
{
	return (double)t / 1e6;
}

static bool seen_test_and_set(struct sink *sink, uint64_t seq)
{
	uint64_t *word = &sink->seen[seq % WINDOW / 64], bit = UINT64_C(1) << (seq % 64);
	bool was = *word & bit;

	*word |= bit;
	return was;
}

/* Moves the window up to @seq and forgets the numbers which fall out of it. */
static void window_move(struct sink *sink, uint64_t seq)
{
	uint64_t from = sink->high + 1;

	if (seq - from >= WINDOW)
		from = seq - WINDOW + 1;
	for (uint64_t n = from; n <= seq; n++)
		sink->seen[n % WINDOW / 64] &= ~(UINT64_C(1) << (n % 64));
	sink->high = seq;
}

static void number_count(const struct options *opt, struct sink *sink, uint64_t seq)
{
	if (opt->has_expect && (seq < opt->expect_first || seq > opt->expect_last)) {
		sink->out_of_range++;
		return;
	}
	if (!sink->unique) {
		sink->low = sink->high = seq;
	} else if (seq > sink->high) {
		window_move(sink, seq);
	} else if (sink->high - seq >= WINDOW) {
		sink->out_of_range++; /* too old to tell a late packet from a second one */
		return;
	} else if (seq < sink->low) {
		sink->low = seq;
	}
	if (seen_test_and_set(sink, seq)) {
		sink->duplicated++;
		return;
	}
	sink->unique++;
	sink->reordered += seq < sink->high;
	if (opt->has_events && opt->has_expect &&
	    sink->unique == opt->expect_last - opt->expect_first + 1)
		(void)printf("{\"event\":\"complete\"}\n");
}

static uint64_t missing(const struct gap *gap)
{
	return gap->after > gap->before ? gap->after - gap->before - 1 : 0;
}

static void gap_count(const struct options *opt, struct sink *sink, uint64_t seq, hp_time now)
{
	struct gap gap = { .lasted_for = now - sink->last_at,
			   .before = sink->previous,
			   .after = seq };

	if (gap.lasted_for > sink->longest.lasted_for)
		sink->longest = gap;
	if (seq > sink->high + 1 && missing(&gap) > missing(&sink->outage))
		sink->outage = gap;
	if (opt->has_events && gap.lasted_for > GAP_EVENT)
		(void)printf("{\"event\":\"gap\",\"ms\":%.3f,\"before\":%ju,\"after\":%ju}\n",
			     ms(gap.lasted_for), (uintmax_t)gap.before, (uintmax_t)gap.after);
}

/* Looks once, and believes only what lies between the join and the first packet. */
static void report_look(const struct options *opt, struct sink *sink)
{
	bool is_4 = opt->group.sa.sa_family == AF_INET;
	struct ip_addr group =
		is_4 ? ip_addr_from_bytes(IP_FAMILY_4, (const void *)&opt->group.in4.sin_addr)
		     : ip_addr_from_bytes(IP_FAMILY_6, opt->group.in6.sin6_addr.s6_addr);
	hp_time at;

	if (report_watch_find(&sink->watch, &group, &at) && at >= sink->join_at &&
	    at < sink->first_at)
		sink->report_at = at;
	report_watch_close(&sink->watch);
}

static void first_packet(const struct options *opt, struct sink *sink, uint32_t stream,
			 uint64_t seq, hp_time now)
{
	sink->stream = stream;
	sink->first_at = now;
	if (opt->has_report)
		report_look(opt, sink);
	if (opt->has_events)
		(void)printf("{\"event\":\"first\",\"seq\":%ju,\"join_to_first_ms\":%.3f}\n",
			     (uintmax_t)seq, ms(now - sink->join_at));
}

static void packet_count(const struct options *opt, struct sink *sink,
			 const struct mcpacket *packet, int ttl)
{
	hp_time now = mcpacket_now(), delay = now - (hp_time)be64toh(packet->sent_at);
	uint32_t stream = ntohl(packet->stream);
	uint64_t seq = be64toh(packet->seq);

	if (!sink->received) {
		first_packet(opt, sink, stream, seq, now);
		sink->ttl_min = sink->ttl_max = ttl;
	} else if (stream != sink->stream) {
		sink->other_stream++;
		return;
	} else {
		gap_count(opt, sink, seq, now);
	}
	sink->received++;
	sink->last_at = now;
	sink->previous = seq;
	sink->ttl_min = ttl < sink->ttl_min ? ttl : sink->ttl_min;
	sink->ttl_max = ttl > sink->ttl_max ? ttl : sink->ttl_max;
	sink->delay_sum += delay;
	sink->delay_max = delay > sink->delay_max ? delay : sink->delay_max;
	number_count(opt, sink, seq);
}

/* TTL or hop limit of a received packet: the only ancillary data asked for, an int in both. */
static int message_ttl(struct msghdr *msg)
{
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(msg);
	int ttl = -1;

	if (cmsg && cmsg->cmsg_len >= CMSG_LEN(sizeof(ttl)))
		memcpy(&ttl, CMSG_DATA(cmsg), sizeof(ttl));
	return ttl;
}

static bool is_full(const struct options *opt, const struct sink *sink)
{
	return opt->count && sink->received >= opt->count;
}

static void socket_drain(const struct options *opt, struct sink *sink, int fd)
{
	struct mcpacket packet;
	char control[CMSG_SPACE(sizeof(int))];
	struct iovec iov = { .iov_base = &packet, .iov_len = sizeof(packet) };

	while (!is_full(opt, sink)) {
		struct msghdr msg = {
			.msg_iov = &iov,
			.msg_iovlen = 1,
			.msg_control = control,
			.msg_controllen = sizeof(control),
		};
		ssize_t len = recvmsg(fd, &msg, 0);

		if (len < 0 && errno == EAGAIN)
			return;
		if (len < 0)
			fail("receive");
		if (len < (ssize_t)sizeof(packet) || packet.magic != htonl(MCPACKET_MAGIC))
			sink->foreign++;
		else
			packet_count(opt, sink, &packet, message_ttl(&msg));
	}
}

static uint64_t lost(const struct options *opt, const struct sink *sink)
{
	if (opt->has_expect)
		return opt->expect_last - opt->expect_first + 1 - sink->unique;
	return sink->unique ? sink->high - sink->low + 1 - sink->unique : 0;
}

static bool is_as_expected(const struct options *opt, const struct sink *sink)
{
	return !opt->has_expect || (!lost(opt, sink) && !sink->duplicated && !sink->out_of_range);
}

static void result_print(const struct options *opt, const struct sink *sink, const char *event)
{
	double seconds = ms(sink->last_at - sink->first_at) / 1e3;

	(void)printf("{\"event\":\"%s\",\"received\":%ju,\"lost\":%ju,\"duplicated\":%ju,"
		     "\"reordered\":%ju,\"out_of_range\":%ju,\"other_stream\":%ju,\"foreign\":%ju",
		     event, (uintmax_t)sink->received, (uintmax_t)lost(opt, sink),
		     (uintmax_t)sink->duplicated, (uintmax_t)sink->reordered,
		     (uintmax_t)sink->out_of_range, (uintmax_t)sink->other_stream,
		     (uintmax_t)sink->foreign);
	if (sink->received)
		(void)printf(",\"stream\":%u,\"first\":%ju,\"last\":%ju,\"ttl_min\":%d,"
			     "\"ttl_max\":%d,\"seconds\":%.6f,\"join_to_first_ms\":%.3f,"
			     "\"delay_mean_ms\":%.3f,\"delay_max_ms\":%.3f",
			     sink->stream, (uintmax_t)sink->low, (uintmax_t)sink->high,
			     sink->ttl_min, sink->ttl_max, seconds,
			     ms(sink->first_at - sink->join_at),
			     ms(sink->delay_sum / (hp_time)sink->received), ms(sink->delay_max));
	if (sink->report_at != HP_TIME_NEVER)
		(void)printf(",\"report_to_first_ms\":%.3f", ms(sink->first_at - sink->report_at));
	if (sink->received > 1)
		(void)printf(",\"longest_gap_ms\":%.3f,\"longest_gap_before\":%ju,"
			     "\"longest_gap_after\":%ju,\"outage_ms\":%.3f,\"outage_lost\":%ju",
			     ms(sink->longest.lasted_for), (uintmax_t)sink->longest.before,
			     (uintmax_t)sink->longest.after, ms(sink->outage.lasted_for),
			     (uintmax_t)missing(&sink->outage));
	if (opt->has_expect)
		(void)printf(",\"is_as_expected\":%s",
			     is_as_expected(opt, sink) ? "true" : "false");
	(void)printf("}\n");
}

/* Whether the signal that waits ends the run; SIGUSR1 asks for a line. */
static bool signal_take(const struct options *opt, const struct sink *sink, int signal_fd)
{
	struct signalfd_siginfo info;

	if (read(signal_fd, &info, sizeof(info)) != (ssize_t)sizeof(info))
		fail("read a signal");
	if (info.ssi_signo != SIGUSR1)
		return true;
	result_print(opt, sink, "so-far");
	return false;
}

/* On a signal what is already in the socket still counts. */
static void receive_all(const struct options *opt, struct sink *sink, int fd, int signal_fd)
{
	struct pollfd fds[] = { { .fd = fd, .events = POLLIN },
				{ .fd = signal_fd, .events = POLLIN } };
	hp_time end_at = HP_TIME_NEVER;

	if (opt->run_for != HP_TIME_NEVER)
		end_at = sink->join_at + opt->run_for;
	while (!is_full(opt, sink)) {
		hp_time left = end_at - mcpacket_now();
		struct timespec wait = { .tv_sec = left / HP_SEC(1), .tv_nsec = left % HP_SEC(1) };

		if (left <= 0)
			break;
		if (ppoll(fds, 2, end_at == HP_TIME_NEVER ? NULL : &wait, NULL) < 0)
			fail("poll");
		socket_drain(opt, sink, fd);
		if (fds[1].revents && signal_take(opt, sink, signal_fd))
			break;
	}
}

/* The signals that end the run, and the one that asks, as a readable file: none is lost between
 * look and wait. */
static int signals_open(void)
{
	sigset_t set;
	int fd;

	(void)sigemptyset(&set); /* these four cannot fail: the signals exist */
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGUSR1);
	if (sigprocmask(SIG_BLOCK, &set, NULL))
		fail("sigprocmask");
	fd = signalfd(-1, &set, SFD_CLOEXEC);
	if (fd < 0)
		fail("signalfd");
	return fd;
}

int main(int argc, char **argv)
{
	static struct sink sink = { .report_at = HP_TIME_NEVER };
	struct options opt;
	int fd, signal_fd;

	options_read(argc, argv, &opt);
	(void)setvbuf(stdout, NULL, _IOLBF, 0); /* a line is readable at once; else only slower */
	signal_fd = signals_open();
	fd = socket_open(&opt);
	if (opt.has_report && (errno = -report_watch_open(opt.ifindex, &sink.watch)) != 0)
		fail("watching for the report");
	sink.join_at = mcpacket_now();
	group_join(&opt, fd);
	if (opt.has_events)
		(void)printf("{\"event\":\"joined\"}\n");
	receive_all(&opt, &sink, fd, signal_fd);
	result_print(&opt, &sink, "end");
	return is_as_expected(&opt, &sink) ? 0 : 1;
}
