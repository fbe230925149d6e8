// SPDX-License-Identifier: GPL-2.0-only
/*
 * Group records. The layout is that of both families, only the length of an address differs.
 * Source: RFC 9776, 4.2; RFC 3810, 5.2.
 */
#include <assert.h>

#include "wire/gm_record.h"

#define AUX_UNIT 4u /* auxiliary data is counted in 32-bit words */

struct gm_records gm_records_of(const struct gm_msg *msg)
{
	struct gm_records records = { .msg = msg, .left = 1 };

	assert(msg->type != GM_QUERY);
	if (msg->body) {
		records.in = reader_over(msg->body, msg->body_len);
		records.left = msg->count;
	}
	return records;
}

bool gm_record_next(struct gm_records *records, struct gm_record *ret_record)
{
	const struct gm_msg *msg = records->msg;

	if (records->left == 0)
		return false;
	records->left--;
	if (msg->body) {
		*ret_record = gm_record_read(&records->in, ip_addr_family(&msg->group));
		assert(!records->in.bad); /* the decoder has read it before */
		return true;
	}
	/* RFC 9776, 7.3.2: a plain report excludes nothing, a leave changes to include nothing. */
	*ret_record = (struct gm_record){
		.type = msg->type == GM_REPORT ? GM_RECORD_IS_EX : GM_RECORD_TO_IN,
		.group = msg->group,
	};
	return true;
}

struct ip_addr gm_source_at(const struct ip_addr *group, const uint8_t *sources, uint16_t index)
{
	enum ip_family family = ip_addr_family(group);

	return ip_addr_from_bytes(family, sources + index * ip_family_addr_len(family));
}

bool gm_sources_are_good(const uint8_t *sources, uint16_t count, enum ip_family family)
{
	struct reader in = reader_over(sources, count * ip_family_addr_len(family));

	while (count-- > 0) {
		struct ip_addr source = rd_addr(&in, family);

		if (in.bad || ip_addr_is_any(&source) || ip_addr_is_multicast(&source))
			return false;
	}
	return true;
}

struct gm_record gm_record_read(struct reader *in, enum ip_family family)
{
	struct gm_record record = { .type = rd_u8(in) };
	size_t aux_len = rd_u8(in) * AUX_UNIT;
	struct reader group;

	record.source_count = rd_u16(in);
	group = *in; /* an address that cannot be one spoils the record, not the report */
	record.group = rd_addr(&group, family);
	(void)rd_bytes(in, ip_family_addr_len(family));
	record.sources = rd_bytes(in, record.source_count * ip_family_addr_len(family));
	(void)rd_bytes(in, aux_len); /* 4.2.10: nothing is defined */
	record.is_odd =
		!in->bad && (!ip_addr_is_multicast(&record.group) ||
			     !gm_sources_are_good(record.sources, record.source_count, family));
	return record;
}
