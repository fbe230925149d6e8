// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sends numbered multicast packets at a steady rate, for demonstrations and tests. mcsink counts
 * them. With --flood, sends what hostile hosts send (flood.c). At the end, or on SIGTERM or SIGINT,
 * prints what was sent as one line of JSON.
 *
 * On a veth switch checksum offload off (ethtool -K IFACE tx off), or packets forwarded in XDP
 * arrive with the unfinished checksum this kernel left for the device.
 */
#include <signal.h>
#include <sys/prctl.h>
#include <sys/random.h>

#include "mcgen/flood.h"
#include "mcgen/mcpacket.h"

struct options {
	struct mcpacket_group group;
	unsigned int ifindex;
	const char *ifname;
	size_t size;      /* bytes of UDP payload */
	uint64_t rate;    /* packets per second; 0: 100, and of a flood as many as it can */
	uint64_t count;   /* 0: until a signal */
	uint64_t start;   /* first sequence number */
	uint32_t stream;  /* 0: choose one */
	hp_time time_for; /* of a flood; 0: until a signal */
	uint64_t seed;    /* of a flood; 0: choose one */
	struct flood_pair pairs[IP_FAMILY_COUNT];
	unsigned int pair_count; /* 0: numbered packets, no flood */
	int ttl;
};

struct result {
	uint64_t sent, failed;
	hp_time took_for;
};

static volatile sig_atomic_t is_stopped;

static void stop(int signal_number)
{
	(void)signal_number;
	is_stopped = 1;
}

static const char usage[] =
	"usage: mcgen -i IFACE -g GROUP[:PORT] [-s SIZE] [-r PACKETS_PER_S] [-n COUNT] [-T TTL]\n"
	"             [--start N] [--stream ID]\n"
	"       mcgen -i IFACE --flood SOURCES,GROUPS [--flood SOURCES,GROUPS] [-s SIZE]\n"
	"             [-r PACKETS_PER_S] [-n COUNT] [-t SECONDS] [-T TTL] [--seed N]\n"
	"Sends numbered UDP packets; IPv6 with a port is [GROUP]:PORT. Default: 64 bytes of\n"
	"payload, 100 packets per second, TTL 16, from number 1, until SIGTERM.\n"
	"A flood has random sources and groups, each of a prefix such as 10.1.1.0/24,239.0.0.0/8;\n"
	"two of them, of one family each or both of one, take turns. Default: as fast as it can.\n"
	"The same seed sends the same packets. Needs CAP_NET_RAW.\n";

static _Noreturn void fail(const char *what)
{
	(void)fprintf(stderr, "mcgen: %s: %s\n", what, strerror(errno));
	exit(2);
}

static bool option_set(struct options *opt, int option, const char *arg)
{
	switch (option) {
	case 'i': opt->ifname = arg; return (opt->ifindex = if_nametoindex(arg)) != 0;
	case 'g': return mcpacket_group_parse(arg, &opt->group) == 0;
	case 's':
		opt->size = mcpacket_number(arg, sizeof(struct mcpacket), MCPACKET_SIZE_MAX);
		return true;
	case 'r': opt->rate = mcpacket_number(arg, 1, 1000000000); return true;
	case 'n': opt->count = mcpacket_number(arg, 1, UINT64_MAX); return true;
	case 'T': opt->ttl = (int)mcpacket_number(arg, 0, 255); return true;
	case 'N': opt->start = mcpacket_number(arg, 0, UINT64_MAX / 2); return true;
	case 'I': opt->stream = (uint32_t)mcpacket_number(arg, 1, UINT32_MAX); return true;
	case 't': opt->time_for = HP_SEC(mcpacket_number(arg, 1, 1000000)); return true;
	case 'S': opt->seed = mcpacket_number(arg, 1, UINT64_MAX); return true;
	case 'F':
		return opt->pair_count < IP_FAMILY_COUNT &&
		       flood_pair_parse(arg, &opt->pairs[opt->pair_count++]);
	default: return false;
	}
}

/* Either kind has its options. */
static bool is_complete(const struct options *opt)
{
	if (opt->pair_count)
		return opt->ifindex && !opt->group.len && !opt->stream && opt->start == 1 &&
		       opt->size <= FLOOD_SIZE_MAX;
	return opt->ifindex && opt->group.len && !opt->time_for && !opt->seed;
}

static void options_read(int argc, char **argv, struct options *ret_opt)
{
	static const struct option longs[] = {
		{ "start", required_argument, NULL, 'N' },
		{ "stream", required_argument, NULL, 'I' },
		{ "flood", required_argument, NULL, 'F' },
		{ "seed", required_argument, NULL, 'S' },
		{ 0 },
	};
	struct options opt = { .size = 64, .start = 1, .ttl = 16 };
	int option;

	while ((option = getopt_long(argc, argv, "i:g:s:r:n:t:T:", longs, NULL)) != -1) {
		if (!option_set(&opt, option, optarg)) {
			(void)fprintf(stderr, "mcgen: bad option or value: %s\n%s",
				      optarg ? optarg : "", usage);
			exit(2);
		}
	}
	if (!is_complete(&opt) || optind != argc) {
		(void)fputs(usage, stderr);
		exit(2);
	}
	if (!opt.rate && !opt.pair_count)
		opt.rate = 100;
	*ret_opt = opt;
}

static int socket_open(const struct options *opt)
{
	int level = opt->group.sa.sa_family == AF_INET ? IPPROTO_IP : IPPROTO_IPV6;
	struct ip_mreqn via4 = { .imr_ifindex = (int)opt->ifindex };
	int via6 = (int)opt->ifindex;
	int fd = socket(opt->group.sa.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int err;

	if (fd < 0)
		fail("socket");
	if (level == IPPROTO_IP) {
		err = setsockopt(fd, level, IP_MULTICAST_IF, &via4, sizeof(via4));
		err = err ? err : setsockopt(fd, level, IP_MULTICAST_TTL, &opt->ttl, sizeof(int));
	} else {
		err = setsockopt(fd, level, IPV6_MULTICAST_IF, &via6, sizeof(via6));
		err = err ? err
			  : setsockopt(fd, level, IPV6_MULTICAST_HOPS, &opt->ttl, sizeof(int));
	}
	if (err)
		fail("choose interface and TTL");
	return fd;
}

/* A packet the kernel refuses uses up no number: the receiver shall not call it lost. */
static void packet_send(const struct options *opt, int fd, uint8_t *payload, struct result *result)
{
	struct mcpacket packet = {
		.magic = htonl(MCPACKET_MAGIC),
		.stream = htonl(opt->stream),
		.seq = htobe64(opt->start + result->sent),
		.sent_at = htobe64((uint64_t)mcpacket_now()),
	};
	ssize_t len;

	memcpy(payload, &packet, sizeof(packet));
	len = sendto(fd, payload, opt->size, 0, &opt->group.sa, opt->group.len);
	if (len == (ssize_t)opt->size)
		result->sent++;
	else if (errno != EINTR && result->failed++ == 0)
		(void)fprintf(stderr, "mcgen: send: %s; going on\n", strerror(errno));
}

static struct result send_all(const struct options *opt, int fd)
{
	static uint8_t payload[MCPACKET_SIZE_MAX];
	struct result result = { 0 };
	hp_time begin = mcpacket_now();

	for (uint64_t turn = 0; !is_stopped && (!opt->count || result.sent < opt->count); turn++) {
		hp_time at = begin + HP_SEC(turn / opt->rate) +
			     (hp_time)(turn % opt->rate * (uint64_t)HP_SEC(1) / opt->rate);

		if (at > mcpacket_now()) /* late: catch up without sleeping */
			mcpacket_sleep_until(at);
		if (!is_stopped)
			packet_send(opt, fd, payload, &result);
	}
	result.took_for = mcpacket_now() - begin;
	return result;
}

static void result_print(const struct options *opt, const struct result *result)
{
	(void)printf("{\"event\":\"end\",\"stream\":%u,\"sent\":%ju,\"failed\":%ju,", opt->stream,
		     (uintmax_t)result->sent, (uintmax_t)result->failed);
	if (result->sent)
		(void)printf("\"first\":%ju,\"last\":%ju,", (uintmax_t)opt->start,
			     (uintmax_t)(opt->start + result->sent - 1));
	else
		(void)printf("\"first\":null,\"last\":null,");
	(void)printf("\"seconds\":%.6f}\n", (double)result->took_for / 1e9);
}

static int flood(const struct options *opt)
{
	const struct flood_options flood_opt = {
		.pairs = { opt->pairs[0], opt->pairs[1] },
		.pair_count = opt->pair_count,
		.ifindex = opt->ifindex,
		.ifname = opt->ifname,
		.size = opt->size,
		.rate = opt->rate,
		.count = opt->count,
		.time_for = opt->time_for,
		.seed = opt->seed,
		.ttl = (uint8_t)opt->ttl,
	};
	struct flood_result result;
	int err = flood_run(&flood_opt, &is_stopped, &result);

	if (err) {
		errno = -err;
		fail("flood");
	}
	(void)printf("{\"event\":\"end\",\"seed\":%ju,\"sent\":%ju,\"failed\":%ju,"
		     "\"seconds\":%.6f}\n",
		     (uintmax_t)opt->seed, (uintmax_t)result.sent, (uintmax_t)result.failed,
		     (double)result.took_for / 1e9);
	return result.sent || !result.failed ? 0 : 1;
}

static void draw(void *number, size_t len)
{
	if (getrandom(number, len, 0) != (ssize_t)len)
		fail("getrandom");
}

int main(int argc, char **argv)
{
	struct sigaction on_stop = { .sa_handler = stop };
	struct options opt;
	struct result result;

	options_read(argc, argv, &opt);
	while (!opt.stream)
		draw(&opt.stream, sizeof(opt.stream));
	while (!opt.seed)
		draw(&opt.seed, sizeof(opt.seed));
	(void)sigaction(SIGTERM, &on_stop, NULL); /* both signals exist: cannot fail */
	(void)sigaction(SIGINT, &on_stop, NULL);
	(void)prctl(PR_SET_TIMERSLACK, 1); /* only makes the pace finer */
	if (opt.pair_count)
		return flood(&opt);
	result = send_all(&opt, socket_open(&opt));
	result_print(&opt, &result);
	return result.sent || !result.failed ? 0 : 1;
}
