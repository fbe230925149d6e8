/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WIRE_GM_RECORD_H
#define WIRE_GM_RECORD_H

/*
 * Group records: what a report says of one group. Reports and leaves of older versions read as the
 * one record they mean. RFC 9776, 4.2.4 to 4.2.12 and 7.3.2; RFC 3810, 5.2.5 to 5.2.12 and 8.3.2.
 */
#include "base/bytes.h"
#include "wire/gm_msg.h"

/* Numbers of the wire, the same in both families. */
enum gm_record_type {
	GM_RECORD_IS_IN = 1, /* MODE_IS_INCLUDE */
	GM_RECORD_IS_EX,     /* MODE_IS_EXCLUDE */
	GM_RECORD_TO_IN,     /* CHANGE_TO_INCLUDE_MODE */
	GM_RECORD_TO_EX,     /* CHANGE_TO_EXCLUDE_MODE */
	GM_RECORD_ALLOW,     /* ALLOW_NEW_SOURCES */
	GM_RECORD_BLOCK,     /* BLOCK_OLD_SOURCES */
	GM_RECORD_END,       /* this number and above: unknown, to be ignored */
};

struct gm_record {
	uint8_t type; /* enum gm_record_type, or any other number */
	struct ip_addr group;
	bool is_odd; /* its group is no group, or a source no unicast address: to be skipped */
	uint16_t source_count;
	const uint8_t *sources; /* as in the packet */
};

/** struct gm_records - Where in a report the reader is. */
struct gm_records {
	const struct gm_msg *msg;
	struct reader in;
	uint16_t left;
};

/** gm_records_of() - Start to read the records of a report or a leave that was decoded. */
struct gm_records gm_records_of(const struct gm_msg *msg);

/** gm_record_next() - Read the next record, or return false. */
bool gm_record_next(struct gm_records *records, struct gm_record *ret_record);

/** gm_source_at() - Source number @index of those at @sources, for a group of the same family. */
struct ip_addr gm_source_at(const struct ip_addr *group, const uint8_t *sources, uint16_t index);

/**
 * gm_record_read() - Read one record of @family, with its auxiliary data, which is skipped.
 *
 * The reader is bad afterwards if the record is cut off.
 */
struct gm_record gm_record_read(struct reader *in, enum ip_family family);

/** gm_sources_are_good() - Whether each source could be one. */
bool gm_sources_are_good(const uint8_t *sources, uint16_t count, enum ip_family family);

#endif
