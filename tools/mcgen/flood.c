// SPDX-License-Identifier: GPL-2.0-only
/*
 * mcgen --flood: multicast packets from random sources to random groups, well formed in all else,
 * as a hostile host sends them. They leave by a packet socket, so that any source can be claimed,
 * in batches, past the queueing discipline.
 */
#include <assert.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netinet/if_ether.h>
#include <netpacket/packet.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/random.h"
#include "mcgen/flood.h"
#include "mcgen/mcpacket.h"

#define BATCH        64u
#define FRAME_MAX    2048u
#define DISCARD_PORT 9u /* whoever joins such a group shall not take this for a stream */
#define IPV4_LEN     20u
#define IPV6_LEN     40u
#define UDP_LEN      8u

/*
 * A frame without its addresses. One checksum depends on them: that of the header in IPv4, where
 * UDP goes without, and that of UDP in IPv6.
 */
struct form {
	const struct flood_pair *pair;
	uint8_t bytes[FRAME_MAX];
	size_t len, addr_len, source_at, group_at, checksum_at;
	uint32_t sum; /* of all other words that the checksum covers */
};

struct flood {
	const struct flood_options *opt;
	int fd;
	uint64_t random;
	struct form forms[IP_FAMILY_COUNT];
	uint8_t frames[BATCH][FRAME_MAX];
	struct iovec iovs[BATCH];
	struct mmsghdr messages[BATCH];
};

/* ---- options ---- */

static bool prefix_parse(char *text, struct ip_prefix *ret_prefix)
{
	char *slash = strchr(text, '/');
	uint8_t bits;

	if (!slash)
		return false;
	*slash = '\0';
	if (ip_addr_parse(text, &ret_prefix->addr) < 0)
		return false;
	bits = (uint8_t)(8 * ip_family_addr_len(ip_addr_family(&ret_prefix->addr)));
	ret_prefix->len = (uint8_t)mcpacket_number(slash + 1, 0, bits);
	ret_prefix->addr = ip_addr_mask(&ret_prefix->addr, ret_prefix->len);
	return true;
}

bool flood_pair_parse(const char *text, struct flood_pair *ret_pair)
{
	char copy[2 * ADDR_TEXT_LEN + 8];
	struct flood_pair pair;
	char *comma;

	if (strlen(text) >= sizeof(copy))
		return false;
	memcpy(copy, text, strlen(text) + 1);
	comma = strchr(copy, ',');
	if (!comma)
		return false;
	*comma = '\0';
	if (!prefix_parse(copy, &pair.source) || !prefix_parse(comma + 1, &pair.group))
		return false;
	if (ip_addr_family(&pair.source.addr) != ip_addr_family(&pair.group.addr) ||
	    !ip_addr_is_multicast(&pair.group.addr))
		return false;
	*ret_pair = pair;
	return true;
}

/* ---- frames ---- */

/* Any address of the prefix, as it stands in a packet. */
static void random_addr(uint64_t *state, const struct ip_prefix *prefix, uint8_t *ret_bytes)
{
	const uint8_t *fixed = ip_addr_bytes(&prefix->addr);
	size_t len = ip_family_addr_len(ip_addr_family(&prefix->addr));
	uint64_t random[2] = { random_next(state), 0 };
	uint8_t drawn[16];

	if (len == 16)
		random[1] = random_next(state);
	memcpy(drawn, random, sizeof(drawn));
	for (size_t i = 0; i < len; i++) {
		unsigned int known = prefix->len > 8 * i ? prefix->len - (unsigned int)(8 * i) : 0;
		uint8_t mask = (uint8_t)(known >= 8 ? 0 : 0xff >> known);

		ret_bytes[i] = (uint8_t)(fixed[i] | (drawn[i] & mask));
	}
}

static void put16(uint8_t *at, size_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static uint32_t sum_of(const uint8_t *bytes, size_t len)
{
	uint32_t sum = 0;

	for (size_t i = 0; i + 1 < len; i += 2)
		sum += (uint32_t)bytes[i] << 8 | bytes[i + 1];
	return sum;
}

static void udp_init(uint8_t *udp, size_t size)
{
	put16(udp, DISCARD_PORT);
	put16(udp + 2, DISCARD_PORT);
	put16(udp + 4, UDP_LEN + size);
}

static void form_ipv4(struct form *form, const struct flood_options *opt)
{
	uint8_t *ip = form->bytes + ETH_HLEN;

	put16(form->bytes + 12, ETH_P_IP);
	ip[0] = 0x45;
	put16(ip + 2, IPV4_LEN + UDP_LEN + opt->size);
	ip[8] = opt->ttl;
	ip[9] = IPPROTO_UDP;
	udp_init(ip + IPV4_LEN, opt->size);
	form->len = ETH_HLEN + IPV4_LEN + UDP_LEN + opt->size;
	form->source_at = ETH_HLEN + 12;
	form->checksum_at = ETH_HLEN + 10;
	form->sum = sum_of(ip, IPV4_LEN);
}

static void form_ipv6(struct form *form, const struct flood_options *opt)
{
	uint8_t *ip = form->bytes + ETH_HLEN;

	put16(form->bytes + 12, ETH_P_IPV6);
	ip[0] = 0x60;
	put16(ip + 4, UDP_LEN + opt->size);
	ip[6] = IPPROTO_UDP;
	ip[7] = opt->ttl;
	udp_init(ip + IPV6_LEN, opt->size);
	form->len = ETH_HLEN + IPV6_LEN + UDP_LEN + opt->size;
	form->source_at = ETH_HLEN + 8;
	form->checksum_at = ETH_HLEN + IPV6_LEN + 6;
	/* The payload is zeros; the pseudo header has the length and the protocol. */
	form->sum = sum_of(ip + IPV6_LEN, UDP_LEN) + (uint32_t)(UDP_LEN + opt->size) + IPPROTO_UDP;
}

static void form_init(struct form *form, const struct flood_pair *pair, const uint8_t *mac,
		      const struct flood_options *opt)
{
	enum ip_family family = ip_addr_family(&pair->group.addr);

	form->pair = pair;
	memcpy(form->bytes + 6, mac, 6);
	if (family == IP_FAMILY_4)
		form_ipv4(form, opt);
	else
		form_ipv6(form, opt);
	form->addr_len = ip_family_addr_len(family);
	form->group_at = form->source_at + form->addr_len;
}

/* RFC 1112, 6.4; RFC 2464, section 7 */
static void put_mac(uint8_t *mac, const uint8_t *group, size_t addr_len)
{
	static const uint8_t ipv4[] = { 0x01, 0x00, 0x5e }, ipv6[] = { 0x33, 0x33 };

	if (addr_len == 4) {
		memcpy(mac, ipv4, sizeof(ipv4));
		memcpy(mac + 3, group + 1, 3);
		mac[3] &= 0x7f;
	} else {
		memcpy(mac, ipv6, sizeof(ipv6));
		memcpy(mac + 2, group + 12, 4);
	}
}

/* A frame that was of this form before, or is all copied now. */
static void frame_fill(const struct form *form, uint64_t *random, uint8_t *frame)
{
	uint8_t *group = frame + form->group_at;
	uint32_t sum = form->sum;

	random_addr(random, &form->pair->source, frame + form->source_at);
	random_addr(random, &form->pair->group, group);
	put_mac(frame, group, form->addr_len);
	sum += sum_of(frame + form->source_at, 2 * form->addr_len);
	sum = (sum >> 16) + (sum & 0xffff);
	sum += sum >> 16;
	sum = ~sum & 0xffff;
	put16(frame + form->checksum_at, sum ? sum : 0xffff); /* RFC 768: 0 would mean none */
}

/* ---- sending ---- */

static int socket_open(const struct flood_options *opt, uint8_t ret_mac[6])
{
	struct sockaddr_ll via = { .sll_family = AF_PACKET, .sll_ifindex = (int)opt->ifindex };
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0); /* 0: it receives nothing */
	struct ifreq request = { 0 };
	static const int on = 1;
	int err = 0;

	if (fd < 0)
		return -errno;
	(void)snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", opt->ifname);
	if (bind(fd, (struct sockaddr *)&via, sizeof(via)) ||
	    setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof(on)) ||
	    ioctl(fd, SIOCGIFHWADDR, &request))
		err = -errno;
	else if (request.ifr_hwaddr.sa_family != ARPHRD_ETHER)
		err = -EPROTONOSUPPORT;
	if (err) {
		(void)close(fd); /* nothing was sent */
		return err;
	}
	memcpy(ret_mac, request.ifr_hwaddr.sa_data, 6);
	return fd;
}

/* Each place of the batch keeps its form, so that only addresses are written later. */
static void batch_init(struct flood *flood)
{
	assert(flood->opt->pair_count > 0); /* it would not be a flood */
	for (unsigned int i = 0; i < BATCH; i++) {
		const struct form *form = &flood->forms[i % flood->opt->pair_count];

		memcpy(flood->frames[i], form->bytes, form->len);
		flood->iovs[i] = (struct iovec){ flood->frames[i], form->len };
		flood->messages[i].msg_hdr =
			(struct msghdr){ .msg_iov = &flood->iovs[i], .msg_iovlen = 1 };
	}
}

/*
 * From the place on whose turn it is. What the interface has no room for is lost, as everything
 * that comes too fast.
 */
static void batch_send(struct flood *flood, unsigned int count, struct flood_result *result)
{
	unsigned int first =
		(unsigned int)((result->sent + result->failed) % flood->opt->pair_count);
	unsigned int end = first + count < BATCH ? first + count : BATCH, done = first;

	for (unsigned int i = first; i < end; i++)
		frame_fill(&flood->forms[i % flood->opt->pair_count], &flood->random,
			   flood->frames[i]);
	while (done < end) {
		int sent = sendmmsg(flood->fd, flood->messages + done, end - done, 0);

		if (sent <= 0) {
			result->failed++;
			done++;
			continue;
		}
		result->sent += (uint64_t)sent;
		done += (unsigned int)sent;
	}
}

/* As many packets as are due, BATCH at most; waits until one is. */
static unsigned int batch_size(const struct flood_options *opt, hp_time begin, uint64_t done)
{
	hp_time at;

	if (!opt->rate)
		return BATCH;
	at = begin + HP_SEC(done / opt->rate) +
	     (hp_time)(done % opt->rate * (uint64_t)HP_SEC(1) / opt->rate);
	if (at > mcpacket_now())
		mcpacket_sleep_until(at);
	return opt->rate / 1000 >= BATCH ? BATCH : (unsigned int)(opt->rate / 1000) + 1;
}

int flood_run(const struct flood_options *opt, const volatile sig_atomic_t *is_stopped,
	      struct flood_result *ret_result)
{
	static struct flood flood;
	struct flood_result result = { 0 };
	hp_time begin;
	uint8_t mac[6];

	flood.opt = opt;
	flood.random = opt->seed;
	flood.fd = socket_open(opt, mac);
	if (flood.fd < 0)
		return flood.fd;
	for (unsigned int i = 0; i < opt->pair_count; i++)
		form_init(&flood.forms[i], &opt->pairs[i], mac, opt);
	batch_init(&flood);
	begin = mcpacket_now();
	while (!*is_stopped && (!opt->time_for || mcpacket_now() - begin < opt->time_for)) {
		uint64_t done = result.sent + result.failed;
		unsigned int count = batch_size(opt, begin, done);

		if (opt->count && done >= opt->count)
			break;
		if (opt->count && opt->count - done < count)
			count = (unsigned int)(opt->count - done);
		batch_send(&flood, count, &result);
	}
	result.took_for = mcpacket_now() - begin;
	(void)close(flood.fd); /* everything was handed over */
	*ret_result = result;
	return 0;
}
