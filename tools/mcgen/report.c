// SPDX-License-Identifier: GPL-2.0-only
/*
 * Membership reports as they leave: a packet socket whose ring the kernel fills and stamps. The
 * stamp is made while the packet is sent, however late this program is scheduled.
 */
#include "mcgen/report.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "wire/gm_record.h"
#include "wire/igmp.h"
#include "wire/inet.h"
#include "wire/mld.h"

/*
 * A host sends few packets between a join and its report; what has no room is not kept. The whole
 * has to be a multiple of the page size, which may be 64 KiB.
 */
#define FRAMES     32u
#define FRAME_SIZE 2048u
#define RING_SIZE  (FRAMES * FRAME_SIZE)

/* Readings of the two clocks: the one that was interrupted least counts. */
#define CLOCK_READINGS 8

/* The ring holds what leaves, not what arrives. */
static int filter_set(int fd)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, (uint32_t)SKF_AD_OFF + SKF_AD_PKTTYPE),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PACKET_OUTGOING, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog program = { .len = sizeof(code) / sizeof(code[0]), .filter = code };

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program));
}

/* The socket receives nothing before it is bound, so the ring begins with what the filter lets in.
 */
static int ring_open(int fd, unsigned int ifindex, uint8_t **ret_ring)
{
	static const int version = TPACKET_V2;
	struct tpacket_req request = { .tp_block_size = RING_SIZE,
				       .tp_block_nr = 1,
				       .tp_frame_size = FRAME_SIZE,
				       .tp_frame_nr = FRAMES };
	struct sockaddr_ll where = { .sll_family = AF_PACKET,
				     .sll_protocol = htons(ETH_P_ALL), /* others see no sending */
				     .sll_ifindex = (int)ifindex };
	uint8_t *ring;

	if (filter_set(fd) ||
	    setsockopt(fd, SOL_PACKET, PACKET_VERSION, &version, sizeof(version)) ||
	    setsockopt(fd, SOL_PACKET, PACKET_RX_RING, &request, sizeof(request)))
		return -errno;
	ring = mmap(NULL, RING_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (ring == MAP_FAILED)
		return -errno;
	if (bind(fd, (const struct sockaddr *)&where, sizeof(where))) {
		int err = -errno;

		(void)munmap(ring, RING_SIZE); /* our own mapping */
		return err;
	}
	*ret_ring = ring;
	return 0;
}

int report_watch_open(unsigned int ifindex, struct report_watch *ret_watch)
{
	struct report_watch watch = { .fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0) };
	int err;

	if (watch.fd < 0)
		return -errno;
	err = ring_open(watch.fd, ifindex, &watch.ring);
	if (err) {
		(void)close(watch.fd); /* nothing was written */
		return err;
	}
	*ret_watch = watch;
	return 0;
}

void report_watch_close(struct report_watch *watch)
{
	(void)munmap(watch->ring, RING_SIZE); /* our own mapping */
	(void)close(watch->fd);               /* nothing was written */
}

/* A record that begins or confirms membership. RFC 9776, 4.2.12; RFC 3810, 5.2.12. */
static bool record_joins(const struct gm_record *record)
{
	switch (record->type) {
	case GM_RECORD_IS_EX:
	case GM_RECORD_TO_EX: return true;
	case GM_RECORD_IS_IN:
	case GM_RECORD_TO_IN:
	case GM_RECORD_ALLOW: return record->source_count > 0;
	default: return false;
	}
}

static bool message_decode(const struct inet_packet *packet, struct gm_msg *ret_msg)
{
	switch (packet->proto) {
	case INET_PROTO_IGMP:
		return !igmp_decode(packet->bytes, packet->len, &packet->src, &packet->dst,
				    ret_msg);
	case INET_PROTO_ICMPV6:
		return !mld_decode(packet->bytes, packet->len, &packet->src, &packet->dst, ret_msg);
	default: return false;
	}
}

static bool packet_joins(const uint8_t *bytes, size_t len, const struct ip_addr *group)
{
	struct inet_packet packet;
	struct gm_msg msg;
	struct gm_records records;
	struct gm_record record;

	if (inet_decode(bytes, len, &packet) || !message_decode(&packet, &msg) ||
	    msg.type != GM_REPORT)
		return false;
	records = gm_records_of(&msg);
	while (gm_record_next(&records, &record))
		if (ip_addr_equal(&record.group, group) && record_joins(&record))
			return true;
	return false;
}

static hp_time clock_read(clockid_t clock)
{
	struct timespec now;

	(void)clock_gettime(clock, &now); /* cannot fail for the clocks used here */
	return HP_SEC(now.tv_sec) + now.tv_nsec;
}

/* What CLOCK_REALTIME, which stamps packets, is ahead of CLOCK_MONOTONIC. */
static hp_time clock_ahead(void)
{
	hp_time ahead = 0, narrowest = HP_TIME_NEVER;

	for (int i = 0; i < CLOCK_READINGS; i++) {
		hp_time before = clock_read(CLOCK_MONOTONIC), real = clock_read(CLOCK_REALTIME);
		hp_time width = clock_read(CLOCK_MONOTONIC) - before;

		if (width < narrowest) {
			narrowest = width;
			ahead = real - before - width / 2;
		}
	}
	return ahead;
}

bool report_watch_find(const struct report_watch *watch, const struct ip_addr *group,
		       hp_time *ret_at)
{
	for (size_t i = 0; i < FRAMES; i++) {
		const uint8_t *frame = watch->ring + i * FRAME_SIZE;
		const struct tpacket2_hdr *head = (const void *)frame;

		/* The kernel writes the status last. */
		if (!(__atomic_load_n(&head->tp_status, __ATOMIC_ACQUIRE) & TP_STATUS_USER))
			return false;
		if (!packet_joins(frame + head->tp_net, head->tp_snaplen, group))
			continue;
		*ret_at = HP_SEC(head->tp_sec) + head->tp_nsec - clock_ahead();
		return true;
	}
	return false;
}
