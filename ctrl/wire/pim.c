// SPDX-License-Identifier: GPL-2.0-only
/*
 * PIM version 2 messages of dense mode to structs and back. Who may send what is a matter of the
 * core. Source: RFC 3973, 4.7; RFC 7761, 4.9; description of PIM-DM, section 2.
 */
#include <assert.h>

#include "base/bytes.h"
#include "wire/inet.h"
#include "wire/pim.h"

#define PIM_VERSION     2u
#define PIM_CHECKSUM_AT 2u
#define PIM_GROUPS_MAX  255u
#define PIM_SOURCES_MAX 65535u

/* 2.4; those of sparse mode are known by their length alone */
enum {
	OPTION_HOLD = 1,
	OPTION_DELAY = 2,
	OPTION_DR_PRIORITY = 19,
	OPTION_GEN_ID = 20,
	OPTION_REFRESH = 21,
	OPTION_BIDIR = 22,
	OPTION_ADDRS = 24,
};

#define DELAY_MASK      0x7fffu /* without the T bit of sparse mode */
#define REFRESH_VERSION 1u
#define PREFERENCE_MASK 0x7fffffffu /* without the R bit of sparse mode */

#define REFRESH_PRUNE     0x80u
#define REFRESH_PRUNE_NOW 0x40u
#define REFRESH_OVERRIDE  0x20u

static const char *const type_names[] = {
	[PIM_HELLO] = "hello",         [PIM_JOIN_PRUNE] = "join-prune",
	[PIM_ASSERT] = "assert",       [PIM_GRAFT] = "graft",
	[PIM_GRAFT_ACK] = "graft-ack", [PIM_STATE_REFRESH] = "state-refresh",
};

static bool is_dense_mode(unsigned int type)
{
	return type < sizeof(type_names) / sizeof(type_names[0]) && type_names[type];
}

/* A message on its way to a struct. */
struct decoder {
	struct reader in;
	enum ip_family family;
	enum pim_refusal refusal; /* the first one; a cut field is in.bad */
};

static void refuse(struct decoder *d, enum pim_refusal refusal)
{
	if (d->refusal == PIM_ACCEPTED)
		d->refusal = refusal;
}

static bool is_refused(const struct decoder *d)
{
	return d->refusal != PIM_ACCEPTED || d->in.bad;
}

/* IANA's number of an address family, as encoded addresses have it. 2.3 */
static uint8_t family_number(enum ip_family family)
{
	return (uint8_t)(family + 1);
}

/* The bytes of an address of the message's family, or of the other one disguised. */
static struct ip_addr addr_bytes_decode(struct decoder *d)
{
	const uint8_t *bytes = rd_bytes(&d->in, ip_family_addr_len(d->family));

	return bytes ? ip_addr_from_bytes(d->family, bytes) : (struct ip_addr){ .b = { 0 } };
}

static void family_decode(struct decoder *d)
{
	uint8_t family = rd_u8(&d->in), encoding = rd_u8(&d->in);

	if (!d->in.bad && (family != family_number(d->family) || encoding != 0))
		refuse(d, PIM_REFUSED_ADDRESS);
}

/* 2.3, encoded unicast */
static struct ip_addr unicast_decode(struct decoder *d)
{
	struct ip_addr addr;

	family_decode(d);
	addr = addr_bytes_decode(d);
	if (!d->in.bad && ip_addr_family(&addr) != d->family)
		refuse(d, PIM_REFUSED_ADDRESS);
	return addr;
}

/* 2.3, encoded group or source: flags, which dense mode ignores, and a mask, which is whole. */
static struct ip_addr masked_decode(struct decoder *d, bool *ret_is_whole)
{
	struct ip_addr addr;
	uint8_t mask_len;

	family_decode(d);
	(void)rd_u8(&d->in);
	mask_len = rd_u8(&d->in);
	addr = addr_bytes_decode(d);
	*ret_is_whole =
		mask_len == 8 * ip_family_addr_len(d->family) && ip_addr_family(&addr) == d->family;
	return addr;
}

static bool is_group(const struct ip_addr *addr)
{
	return ip_addr_is_multicast(addr) && !ip_addr_is_link_scope_group(addr);
}

static struct pim_metric metric_decode(struct decoder *d)
{
	struct pim_metric metric;

	metric.preference = rd_u32(&d->in) & PREFERENCE_MASK;
	metric.metric = rd_u32(&d->in);
	return metric;
}

/* The (S,G) that an Assert and a State Refresh begin with. */
static void tree_decode(struct decoder *d, struct ip_addr *ret_source, struct ip_addr *ret_group)
{
	bool is_whole;

	*ret_group = masked_decode(d, &is_whole);
	*ret_source = unicast_decode(d);
	if (!d->in.bad && (!is_whole || !is_group(ret_group) || !ip_addr_is_source(ret_source)))
		refuse(d, PIM_REFUSED_ADDRESS);
}

/* 2.6 */
static struct pim_assert assert_decode(struct decoder *d)
{
	struct pim_assert msg;

	tree_decode(d, &msg.source, &msg.group);
	msg.metric = metric_decode(d);
	return msg;
}

/* 2.7 */
static struct pim_refresh refresh_decode(struct decoder *d)
{
	struct pim_refresh msg;
	uint8_t flags;

	tree_decode(d, &msg.source, &msg.group);
	msg.originator = unicast_decode(d);
	msg.metric = metric_decode(d);
	msg.mask_len = rd_u8(&d->in);
	msg.ttl = rd_u8(&d->in);
	flags = rd_u8(&d->in);
	msg.is_prune = flags & REFRESH_PRUNE;
	msg.is_prune_now = flags & REFRESH_PRUNE_NOW;
	msg.is_override = flags & REFRESH_OVERRIDE;
	msg.interval_s = rd_u8(&d->in);
	return msg;
}

/* An address of option 24, of either family. False: cut, or of a family of unknown length. */
static bool listed_decode(struct reader *in, struct ip_addr *ret_addr)
{
	uint8_t number = rd_u8(in), encoding = rd_u8(in);
	unsigned int family = number - 1u;
	const uint8_t *bytes;

	if (in->bad || family >= IP_FAMILY_COUNT || encoding != 0)
		return false;
	bytes = rd_bytes(in, ip_family_addr_len(family));
	if (!bytes)
		return false;
	*ret_addr = ip_addr_from_bytes(family, bytes);
	if (ip_addr_family(ret_addr) != family) /* the one family disguised as the other */
		*ret_addr = (struct ip_addr){ .b = { 0 } };
	return true;
}

static void addrs_decode(struct decoder *d, size_t len, struct pim_hello *hello)
{
	const uint8_t *bytes = rd_bytes(&d->in, len);
	struct ip_addr addr;
	struct reader list;

	if (!bytes)
		return;
	list = reader_over(bytes, len);
	while (rd_left(&list)) {
		if (!listed_decode(&list, &addr)) {
			refuse(d, PIM_REFUSED_ADDRESS);
			return;
		}
	}
	hello->addrs = bytes;
	hello->addrs_len = len;
}

/* Whether an option is of a type that has one length, and not that one. */
static bool is_odd_option(uint16_t type, uint16_t len)
{
	static const struct {
		uint16_t type, len;
	} known[] = {
		{ OPTION_HOLD, 2 },   { OPTION_DELAY, 4 },   { OPTION_DR_PRIORITY, 4 },
		{ OPTION_GEN_ID, 4 }, { OPTION_REFRESH, 4 }, { OPTION_BIDIR, 0 },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (known[i].type == type)
			return known[i].len != len;
	}
	return false;
}

static void option_decode(struct decoder *d, uint16_t type, uint16_t len, struct pim_hello *hello)
{
	struct reader *in = &d->in;

	switch (type) {
	case OPTION_HOLD:
		hello->hold_s = rd_u16(in);
		hello->has_hold = true;
		break;
	case OPTION_DELAY:
		hello->delay_ms = rd_u16(in) & DELAY_MASK;
		hello->override_ms = rd_u16(in);
		hello->has_delay = true;
		break;
	case OPTION_GEN_ID:
		hello->gen_id = rd_u32(in);
		hello->has_gen_id = true;
		break;
	case OPTION_REFRESH:
		hello->has_refresh = rd_u8(in) == REFRESH_VERSION;
		hello->refresh_s = rd_u8(in);
		(void)rd_u16(in);
		break;
	case OPTION_ADDRS: addrs_decode(d, len, hello); break;
	default: (void)rd_bytes(in, len); /* a value that runs past the end is an error */
	}
}

/* 2.4: any order, the last of a kind counts, unknown ones are skipped. */
static struct pim_hello hello_decode(struct decoder *d)
{
	struct pim_hello hello = { .family = d->family };

	while (!is_refused(d) && rd_left(&d->in)) {
		uint16_t type = rd_u16(&d->in), len = rd_u16(&d->in);

		if (!d->in.bad && is_odd_option(type, len))
			refuse(d, PIM_REFUSED_OPTION);
		else
			option_decode(d, type, len, &hello);
	}
	return hello;
}

enum step { STEP_ENTRY, STEP_OTHER, STEP_END };

/* 2.5: one field of the group records onwards. What cannot be meant is stepped over. */
static enum step walk_step(struct decoder *d, struct pim_walk *walk, struct pim_entry *ret_entry)
{
	bool is_whole;

	if (walk->joins_left == 0 && walk->prunes_left == 0) {
		if (walk->groups_done == walk->jp->group_count)
			return STEP_END;
		walk->group = masked_decode(d, &is_whole);
		walk->is_group_skipped = !is_whole || !is_group(&walk->group);
		walk->joins_left = rd_u16(&d->in);
		walk->prunes_left = rd_u16(&d->in);
		walk->groups_done++;
		return STEP_OTHER;
	}
	ret_entry->group = walk->group;
	ret_entry->source = masked_decode(d, &is_whole);
	ret_entry->is_prune = walk->joins_left == 0;
	*(ret_entry->is_prune ? &walk->prunes_left : &walk->joins_left) -= 1;
	if (walk->is_group_skipped || !is_whole || !ip_addr_is_source(&ret_entry->source))
		return STEP_OTHER;
	return STEP_ENTRY;
}

/* 2.5 */
static struct pim_join_prune join_prune_decode(struct decoder *d)
{
	struct pim_join_prune jp = { .hold_s = 0 };
	struct pim_walk walk = { .jp = &jp };
	struct pim_entry entry;

	jp.upstream = unicast_decode(d);
	(void)rd_u8(&d->in);
	jp.group_count = rd_u8(&d->in);
	jp.hold_s = rd_u16(&d->in);
	jp.groups = d->in.at;
	while (!is_refused(d) && walk_step(d, &walk, &entry) != STEP_END)
		continue;
	jp.groups_len = (size_t)(d->in.at - jp.groups);
	return jp;
}

bool pim_entry_next(struct pim_walk *walk, struct pim_entry *ret_entry)
{
	const struct pim_join_prune *jp = walk->jp;
	struct decoder d = { .family = ip_addr_family(&jp->upstream) };
	struct pim_entry entry;
	enum step step;

	d.in = reader_over(jp->groups + walk->at, jp->groups_len - walk->at);
	do {
		step = walk_step(&d, walk, &entry);
		assert(!is_refused(&d)); /* pim_decode() went the same way */
	} while (step == STEP_OTHER);
	walk->at = (size_t)(d.in.at - jp->groups);
	if (step == STEP_ENTRY)
		*ret_entry = entry;
	return step == STEP_ENTRY;
}

bool pim_hello_addr(const struct pim_hello *hello, size_t i, struct ip_addr *ret_addr)
{
	struct ip_addr addr;
	struct reader list;

	if (!hello->addrs)
		return false;
	list = reader_over(hello->addrs, hello->addrs_len);
	while (rd_left(&list) && listed_decode(&list, &addr)) {
		if (ip_addr_family(&addr) != hello->family || ip_addr_is_any(&addr) ||
		    ip_addr_is_multicast(&addr))
			continue;
		if (i-- == 0) {
			*ret_addr = addr;
			return true;
		}
	}
	return false;
}

static bool is_join_prune(enum pim_type type)
{
	return type == PIM_JOIN_PRUNE || type == PIM_GRAFT || type == PIM_GRAFT_ACK;
}

/* What enters the checksum of a message besides its bytes. 2.2 */
static uint32_t checksum_start(const struct ip_addr *src, const struct ip_addr *dst, size_t len,
			       enum pim_checksum form)
{
	return form == PIM_CHECKSUM_RFC ? inet_pseudo_sum(src, dst, INET_PROTO_PIM, len) : 0;
}

static bool is_right(const struct ip_addr *src, const struct ip_addr *dst, const uint8_t *bytes,
		     size_t len, enum pim_checksum form)
{
	return inet_checksum(bytes, len, checksum_start(src, dst, len, form)) == 0;
}

static void body_decode(struct decoder *d, struct pim_msg *msg)
{
	if (msg->type == PIM_HELLO)
		msg->hello = hello_decode(d);
	else if (is_join_prune(msg->type))
		msg->jp = join_prune_decode(d);
	else if (msg->type == PIM_ASSERT)
		msg->assert = assert_decode(d);
	else
		msg->refresh = refresh_decode(d);
	if (d->in.bad)
		refuse(d, PIM_REFUSED_SHORT);
}

enum pim_refusal pim_decode(const struct ip_addr *src, const struct ip_addr *dst,
			    const uint8_t *bytes, size_t len, struct pim_msg *ret_msg,
			    enum pim_checksum *ret_checksum)
{
	struct decoder d = { .in = reader_over(bytes, len), .family = ip_addr_family(src) };
	uint8_t version_type = rd_u8(&d.in), type = version_type & 0x0fu;
	enum pim_checksum checksum = PIM_CHECKSUM_RFC;
	struct pim_msg msg;

	(void)rd_u8(&d.in); /* reserved: RFC 9436 */
	(void)rd_u16(&d.in);
	if (d.in.bad)
		return PIM_REFUSED_SHORT;
	if (version_type >> 4 != PIM_VERSION)
		return PIM_REFUSED_VERSION;
	if (!is_dense_mode(type))
		return PIM_REFUSED_TYPE;
	if (!is_right(src, dst, bytes, len, checksum)) {
		checksum = PIM_CHECKSUM_LEGACY;
		if (!is_right(src, dst, bytes, len, checksum))
			return PIM_REFUSED_CHECKSUM;
	}
	memset(&msg, 0, sizeof(msg));
	msg.type = type;
	body_decode(&d, &msg);
	if (d.refusal == PIM_ACCEPTED) {
		*ret_msg = msg;
		*ret_checksum = checksum;
	}
	return d.refusal;
}

static void family_encode(struct writer *out, const struct ip_addr *addr)
{
	wr_u8(out, family_number(ip_addr_family(addr)));
	wr_u8(out, 0);
}

static void unicast_encode(struct writer *out, const struct ip_addr *addr)
{
	family_encode(out, addr);
	wr_addr(out, addr);
}

static void masked_encode(struct writer *out, const struct ip_addr *addr)
{
	family_encode(out, addr);
	wr_u8(out, 0);
	wr_u8(out, (uint8_t)(8 * ip_family_addr_len(ip_addr_family(addr))));
	wr_addr(out, addr);
}

static void metric_encode(struct writer *out, const struct pim_metric *metric)
{
	assert(metric->preference <= PREFERENCE_MASK);
	wr_u32(out, metric->preference);
	wr_u32(out, metric->metric);
}

static void option_encode(struct writer *out, uint16_t type, size_t len)
{
	wr_u16(out, type);
	wr_u16(out, (uint16_t)len);
}

/* 2.4 */
static void hello_encode(struct writer *out, const struct pim_hello *hello)
{
	if (hello->has_hold) {
		option_encode(out, OPTION_HOLD, 2);
		wr_u16(out, hello->hold_s);
	}
	if (hello->has_delay) {
		assert(hello->delay_ms <= DELAY_MASK);
		option_encode(out, OPTION_DELAY, 4);
		wr_u16(out, hello->delay_ms);
		wr_u16(out, hello->override_ms);
	}
	if (hello->has_gen_id) {
		option_encode(out, OPTION_GEN_ID, 4);
		wr_u32(out, hello->gen_id);
	}
	if (hello->has_refresh) {
		option_encode(out, OPTION_REFRESH, 4);
		wr_u8(out, REFRESH_VERSION);
		wr_u8(out, hello->refresh_s);
		wr_u16(out, 0);
	}
	if (hello->addrs_len) {
		option_encode(out, OPTION_ADDRS, hello->addrs_len);
		wr_bytes(out, hello->addrs, hello->addrs_len);
	}
}

/* The entries from @i that make one group record: of one group, no join behind a prune. */
static size_t record_len(const struct pim_join_prune *jp, size_t i, size_t *ret_joins)
{
	const struct pim_entry *first = &jp->entries[i], *entry = first;
	const struct pim_entry *end = &jp->entries[jp->entry_count];

	*ret_joins = 0;
	for (; entry < end && ip_addr_equal(&entry->group, &first->group); entry++) {
		if (entry->is_prune)
			continue;
		if (entry > first && entry[-1].is_prune)
			break;
		*ret_joins += 1;
	}
	return (size_t)(entry - first);
}

static size_t record_count(const struct pim_join_prune *jp)
{
	size_t count = 0, joins;

	for (size_t i = 0; i < jp->entry_count; i += record_len(jp, i, &joins))
		count++;
	return count;
}

static void record_encode(struct writer *out, const struct pim_entry *entries, size_t count,
			  size_t joins)
{
	if (count > PIM_SOURCES_MAX) {
		out->bad = true;
		return;
	}
	masked_encode(out, &entries[0].group);
	wr_u16(out, (uint16_t)joins);
	wr_u16(out, (uint16_t)(count - joins));
	for (size_t i = 0; i < count; i++)
		masked_encode(out, &entries[i].source);
}

/* 2.5 */
static void join_prune_encode(struct writer *out, const struct pim_join_prune *jp)
{
	size_t groups = jp->entry_count ? record_count(jp) : jp->group_count, len, joins;

	out->bad |= groups > PIM_GROUPS_MAX;
	unicast_encode(out, &jp->upstream);
	wr_u8(out, 0);
	wr_u8(out, (uint8_t)groups);
	wr_u16(out, jp->hold_s);
	if (!jp->entry_count) /* as it was received */
		wr_bytes(out, jp->groups, jp->groups_len);
	for (size_t i = 0; i < jp->entry_count; i += len) {
		len = record_len(jp, i, &joins);
		record_encode(out, &jp->entries[i], len, joins);
	}
}

static void assert_encode(struct writer *out, const struct pim_assert *msg)
{
	masked_encode(out, &msg->group);
	unicast_encode(out, &msg->source);
	metric_encode(out, &msg->metric);
}

static void refresh_encode(struct writer *out, const struct pim_refresh *msg)
{
	unsigned int flags = (msg->is_prune ? REFRESH_PRUNE : 0) |
			     (msg->is_prune_now ? REFRESH_PRUNE_NOW : 0) |
			     (msg->is_override ? REFRESH_OVERRIDE : 0);

	masked_encode(out, &msg->group);
	unicast_encode(out, &msg->source);
	unicast_encode(out, &msg->originator);
	metric_encode(out, &msg->metric);
	wr_u8(out, msg->mask_len);
	wr_u8(out, msg->ttl);
	wr_u8(out, (uint8_t)flags);
	wr_u8(out, msg->interval_s);
}

size_t pim_encode(const struct pim_msg *msg, const struct ip_addr *src, const struct ip_addr *dst,
		  enum pim_checksum checksum, uint8_t *bytes, size_t size)
{
	struct writer out = writer_over(bytes, size);
	uint16_t sum;

	assert(is_dense_mode(msg->type));
	wr_u8(&out, (uint8_t)(PIM_VERSION << 4 | msg->type));
	wr_u8(&out, 0);
	wr_u16(&out, 0);
	if (msg->type == PIM_HELLO)
		hello_encode(&out, &msg->hello);
	else if (is_join_prune(msg->type))
		join_prune_encode(&out, &msg->jp);
	else if (msg->type == PIM_ASSERT)
		assert_encode(&out, &msg->assert);
	else
		refresh_encode(&out, &msg->refresh);
	if (out.bad)
		return 0;
	sum = inet_checksum(bytes, wr_len(&out), checksum_start(src, dst, wr_len(&out), checksum));
	bytes[PIM_CHECKSUM_AT] = (uint8_t)(sum >> 8);
	bytes[PIM_CHECKSUM_AT + 1] = (uint8_t)sum;
	return wr_len(&out);
}

const char *pim_type_name(enum pim_type type)
{
	assert(is_dense_mode(type));
	return type_names[type];
}

const char *pim_refusal_name(enum pim_refusal refusal)
{
	static const char *const names[PIM_REFUSAL_COUNT] = {
		[PIM_ACCEPTED] = "accepted",         [PIM_REFUSED_SHORT] = "short",
		[PIM_REFUSED_VERSION] = "version",   [PIM_REFUSED_TYPE] = "type",
		[PIM_REFUSED_CHECKSUM] = "checksum", [PIM_REFUSED_OPTION] = "option",
		[PIM_REFUSED_ADDRESS] = "address",
	};

	return names[refusal];
}
