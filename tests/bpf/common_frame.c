/* SPDX-License-Identifier: GPL-2.0-only */
#include "common_frame.h"

#include <string.h>

/* clang-format off */
const struct frame frame_base4 = {
	.bytes = { 0x01, 0x00, 0x5e, 0x01, 0x01, 0x01, 2, 0, 0, 0, 0, 1, 0x08, 0x00,
		   0x45, 0, 0, 40, 0x12, 0x34, 0, 0, 8, 17, 0, 0, 10, 0, 0, 1, 239, 1, 1, 1,
		   0x13, 0x88, 0x13, 0x88, 0, 20, 0, 0, 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h',
		   'i', 'j', 'k', 'l' },
	.len = 54,
};

const struct frame frame_base6 = {
	.bytes = { 0x33, 0x33, 0, 0, 0, 1, 2, 0, 0, 0, 0, 1, 0x86, 0xdd,
		   0x60, 0, 0, 0, 0, 20, 17, 8,
		   0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1,
		   0xff, 0x1e, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1,
		   0x13, 0x88, 0x13, 0x88, 0, 20, 0x12, 0x34, 'a', 'b', 'c', 'd', 'e', 'f', 'g',
		   'h', 'i', 'j', 'k', 'l' },
	.len = 74,
};
/* clang-format on */

bool frame_is_ipv6(const struct frame *frame)
{
	return frame->bytes[ETH_TYPE] == 0x86 && frame->bytes[ETH_TYPE + 1] == 0xdd;
}

void frame_sum_set(struct frame *frame)
{
	uint32_t sum = 0;

	frame->bytes[IP4_SUM] = frame->bytes[IP4_SUM + 1] = 0;
	for (int i = 0; i < (frame->bytes[IP4] & 15) * 4; i += 2)
		sum += (uint32_t)(frame->bytes[IP4 + i] << 8 | frame->bytes[IP4 + i + 1]);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	frame->bytes[IP4_SUM] = (uint8_t)(~sum >> 8);
	frame->bytes[IP4_SUM + 1] = (uint8_t)~sum;
}

struct frame frame_ipv4(void)
{
	struct frame frame = frame_base4;

	frame_sum_set(&frame);
	return frame;
}

/* RFC 1112, 6.4; RFC 2464, 7 */
static void group_mac_set(struct frame *frame)
{
	uint8_t *to = frame->bytes + ETH_DST;

	if (frame_is_ipv6(frame)) {
		to[0] = to[1] = 0x33;
		memcpy(to + 2, frame->bytes + IP6_DST + 12, 4);
		return;
	}
	memcpy(to, (const uint8_t[]){ 0x01, 0x00, 0x5e }, 3);
	memcpy(to + 3, frame->bytes + IP4_DST + 1, 3);
	to[3] &= 0x7f;
}

struct frame frame_forwarded(const struct frame *in, const uint8_t mac[6])
{
	struct frame out = *in;

	out.bytes[frame_is_ipv6(in) ? IP6_HOPS : IP4_TTL]--;
	if (!frame_is_ipv6(in))
		frame_sum_set(&out);
	group_mac_set(&out);
	if (mac)
		memcpy(out.bytes + ETH_SRC, mac, 6);
	return out;
}

struct frame frame_tagged(const struct frame *in, uint16_t tpid, uint16_t tci)
{
	const uint8_t tag[4] = { (uint8_t)(tpid >> 8), (uint8_t)tpid, (uint8_t)(tci >> 8),
				 (uint8_t)tci };
	struct frame out = { .len = in->len + 4 };

	memcpy(out.bytes, in->bytes, ETH_TYPE);
	memcpy(out.bytes + ETH_TYPE, tag, sizeof(tag));
	memcpy(out.bytes + ETH_TYPE + 4, in->bytes + ETH_TYPE, in->len - ETH_TYPE);
	return out;
}
