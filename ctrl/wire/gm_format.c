// SPDX-License-Identifier: GPL-2.0-only
/*
 * What IGMP and MLD share: type, length and checksum, and which addresses fit which message. The
 * layouts are in igmp.c and mld.c. Source: description of HPIM-DM, 6.1.
 */
#include <assert.h>
#include <errno.h>

#include "wire/gm_format.h"
#include "wire/inet.h"

#define CHECKSUM_AT  2u /* both protocols: type, code, checksum */
#define CHECKSUM_END 4u

int gm_format_decode(const struct gm_format *format, const uint8_t *bytes, size_t len, uint32_t sum,
		     struct gm_msg *ret_msg)
{
	const struct gm_kind *kind = format->kinds, *end = kind + format->kind_count;

	if (len < CHECKSUM_END || inet_checksum(bytes, len, sum) != 0)
		return -EBADMSG;
	while (kind < end && kind->number != bytes[0])
		kind++;
	if (kind == end)
		return -EPROTONOSUPPORT;
	if (kind->type == GM_QUERY && len >= format->next_query_len)
		return -EPROTONOSUPPORT;
	/* A query between the two lengths is of no version: RFC 3376, 7.1; RFC 3810, 8.1. */
	if (kind->type == GM_QUERY && len > format->len)
		return -EBADMSG;
	*ret_msg = (struct gm_msg){ .type = kind->type, .version = kind->version };
	return 0;
}

uint8_t gm_format_number(const struct gm_format *format, const struct gm_msg *msg)
{
	size_t i = 0;

	while (i < format->kind_count &&
	       (format->kinds[i].type != msg->type || format->kinds[i].version != msg->version))
		i++;
	assert(i < format->kind_count);
	return format->kinds[i].number;
}

bool gm_format_accepts(const struct gm_format *format, const struct gm_msg *msg,
		       const struct ip_addr *src, const struct ip_addr *dst)
{
	bool is_to_group = ip_addr_is_multicast(&msg->group) && ip_addr_equal(dst, &msg->group);

	if (ip_addr_is_any(src) || ip_addr_is_multicast(src))
		return false;
	switch (msg->type) {
	case GM_QUERY:
		return is_to_group ||
		       (ip_addr_is_any(&msg->group) && ip_addr_equal(dst, &format->all_hosts));
	case GM_REPORT: return is_to_group;
	case GM_LEAVE:
		return ip_addr_is_multicast(&msg->group) &&
		       ip_addr_equal(dst, &format->all_routers);
	}
	return false;
}

uint16_t gm_format_response(const struct gm_msg *msg, hp_time unit, uint16_t max)
{
	hp_time units = (msg->max_response + unit - 1) / unit;

	if (msg->type != GM_QUERY)
		return 0;
	return units < max ? (uint16_t)units : max;
}

void gm_format_seal(uint8_t *bytes, size_t len, uint32_t sum)
{
	uint16_t checksum = inet_checksum(bytes, len, sum);

	bytes[CHECKSUM_AT] = (uint8_t)(checksum >> 8);
	bytes[CHECKSUM_AT + 1] = (uint8_t)checksum;
}
