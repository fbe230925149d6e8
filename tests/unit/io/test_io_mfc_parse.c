/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Entries of the kernel's multicast table as messages, also such as no kernel writes. Each message
 * lies in memory of exactly its length, so that the address sanitizer sees a read beyond it.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr_text.h"
#include "io/mfc_parse.h"

struct draft {
	union {
		struct nlmsghdr header;
		char bytes[2048];
	};
};

static const unsigned char rtm_families[] = { RTNL_FAMILY_IPMR, RTNL_FAMILY_IP6MR };
static const char *const sources[] = { "10.1.1.100", "2001:db8:1::100" };
static const char *const groups[] = { "239.1.2.3", "ff3e::1:2:3" };
static const char *const anys[] = { "0.0.0.0", "::" };

static struct ip_addr addr_of(enum ip_family family, const char *text)
{
	struct ip_addr addr;

	if (!strcmp(text, "::"))
		return ip_addr_from_bytes(family, (const uint8_t[16]){ 0 });
	cr_assert_eq(ip_addr_parse(text, &addr), 0);
	return addr;
}

static void put_addr(struct draft *draft, uint16_t type, enum ip_family family, const char *text)
{
	const struct ip_addr addr = addr_of(family, text);

	mnl_attr_put(&draft->header, type, ip_family_addr_len(family), ip_addr_bytes(&addr));
}

/* Without input and outputs. */
static struct draft draft_new(enum ip_family family, uint16_t type, const char *source,
			      const char *group, unsigned int flags)
{
	struct draft draft = { .bytes = { 0 } };
	struct rtmsg *rtm;

	mnl_nlmsg_put_header(draft.bytes)->nlmsg_type = type;
	rtm = mnl_nlmsg_put_extra_header(&draft.header, sizeof(*rtm));
	*rtm = (struct rtmsg){ .rtm_family = rtm_families[family],
			       .rtm_table = RT_TABLE_COMPAT,
			       .rtm_type = RTN_MULTICAST,
			       .rtm_flags = flags };
	mnl_attr_put_u32(&draft.header, RTA_TABLE, 1000);
	put_addr(&draft, RTA_SRC, family, source);
	put_addr(&draft, RTA_DST, family, group);
	return draft;
}

static void put_outputs(struct draft *draft, const struct rtnexthop *hops, size_t bytes)
{
	mnl_attr_put(&draft->header, RTA_MULTIPATH, bytes, hops);
}

static struct draft whole(enum ip_family family)
{
	static const struct rtnexthop hops[] = {
		{ .rtnh_len = sizeof(hops[0]), .rtnh_hops = 1, .rtnh_ifindex = 7 },
		{ .rtnh_len = sizeof(hops[0]), .rtnh_hops = 64, .rtnh_ifindex = 300 },
	};
	struct draft draft = draft_new(family, RTM_NEWROUTE, sources[family], groups[family], 0);

	mnl_attr_put_u32(&draft.header, RTA_IIF, 5);
	put_outputs(&draft, hops, sizeof(hops));
	return draft;
}

/* The first @len bytes. */
static int parse(const struct draft *draft, size_t len, struct mfc *ret_mfc)
{
	struct nlmsghdr *nlh = malloc(len);
	int err;

	memcpy(nlh, draft->bytes, len);
	nlh->nlmsg_len = (uint32_t)len;
	err = mfc_parse(nlh, ret_mfc);
	free(nlh);
	return err;
}

static int parse_all(const struct draft *draft, struct mfc *ret_mfc)
{
	return parse(draft, draft->header.nlmsg_len, ret_mfc);
}

Test(mfc_parse, entry_has_its_interfaces_and_thresholds)
{
	for (enum ip_family family = 0; family < IP_FAMILY_COUNT; family++) {
		const struct ip_addr source = addr_of(family, sources[family]);
		const struct ip_addr group = addr_of(family, groups[family]);
		const struct draft draft = whole(family);
		struct mfc mfc;

		cr_assert_eq(parse_all(&draft, &mfc), 0);
		cr_expect(mfc.family == family && mfc.table == 1000 && mfc.iif == 5);
		cr_expect(ip_addr_equal(&mfc.source, &source));
		cr_expect(ip_addr_equal(&mfc.group, &group));
		cr_expect(mfc.is_resolved && !mfc.is_deleted && !mfc_is_any(&mfc));
		cr_assert_eq(mfc.output_count, 2);
		cr_expect(mfc.outputs[0].ifindex == 7 && mfc.outputs[0].ttl == 1);
		cr_expect(mfc.outputs[1].ifindex == 300 && mfc.outputs[1].ttl == 64);
	}
}

Test(mfc_parse, deleted_unresolved_and_any_are_distinguished)
{
	for (enum ip_family family = 0; family < IP_FAMILY_COUNT; family++) {
		struct draft gone = draft_new(family, RTM_DELROUTE, sources[family], groups[family],
					      RTNH_F_UNRESOLVED);
		struct draft any_source =
			draft_new(family, RTM_NEWROUTE, anys[family], groups[family], 0);
		struct draft any_group =
			draft_new(family, RTM_NEWROUTE, anys[family], anys[family], 0);
		struct mfc mfc;

		mnl_attr_put_u32(&gone.header, RTA_IIF, 5);
		cr_assert_eq(parse_all(&gone, &mfc), 0);
		cr_expect(mfc.is_deleted && !mfc.is_resolved && mfc.iif == 0);
		cr_assert_eq(parse_all(&any_source, &mfc), 0);
		cr_expect(mfc_is_any(&mfc) && mfc.is_resolved);
		cr_assert_eq(parse_all(&any_group, &mfc), 0);
		cr_expect(mfc_is_any(&mfc));
	}
}

/* An attribute that is cut off is as if it were absent, and no part of an address is taken. */
Test(mfc_parse, message_that_ends_early_is_refused_or_says_less)
{
	for (enum ip_family family = 0; family < IP_FAMILY_COUNT; family++) {
		const struct draft draft = whole(family);
		const size_t addrs_end = sizeof(struct nlmsghdr) + sizeof(struct rtmsg) + 8 +
					 2 * (4 + ip_family_addr_len(family));

		for (size_t len = sizeof(struct nlmsghdr); len < draft.header.nlmsg_len; len++) {
			struct mfc mfc = { .output_count = 99 };
			int err = parse(&draft, len, &mfc);

			if (len < addrs_end)
				cr_expect(err < 0 && mfc.output_count == 99, "%zu bytes", len);
			else
				cr_expect(err == 0 && mfc.output_count == 0, "%zu bytes", len);
		}
	}
}

Test(mfc_parse, outputs_that_make_no_sense_refuse_the_entry)
{
	static const struct {
		struct rtnexthop hop;
		size_t bytes;
	} bad[] = {
		{ { .rtnh_len = 0, .rtnh_hops = 1, .rtnh_ifindex = 7 }, sizeof(struct rtnexthop) },
		{ { .rtnh_len = 4, .rtnh_hops = 1, .rtnh_ifindex = 7 }, sizeof(struct rtnexthop) },
		{ { .rtnh_len = 9, .rtnh_hops = 1, .rtnh_ifindex = 7 }, sizeof(struct rtnexthop) },
		{ { .rtnh_len = 8, .rtnh_hops = 1, .rtnh_ifindex = 0 }, sizeof(struct rtnexthop) },
		{ { .rtnh_len = 8, .rtnh_hops = 1, .rtnh_ifindex = -1 }, sizeof(struct rtnexthop) },
		{ { .rtnh_len = 8, .rtnh_hops = 1, .rtnh_ifindex = 7 },
		  sizeof(struct rtnexthop) - 1 },
		{ { .rtnh_len = 8, .rtnh_hops = 0, .rtnh_ifindex = 7 }, sizeof(struct rtnexthop) },
		{ { .rtnh_len = 8, .rtnh_hops = 255, .rtnh_ifindex = 7 },
		  sizeof(struct rtnexthop) },
	};
	struct rtnexthop many[MFC_OUTPUTS_MAX + 1];
	struct mfc mfc;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct draft draft = draft_new(IP_FAMILY_4, RTM_NEWROUTE, sources[0], groups[0], 0);

		put_outputs(&draft, &bad[i].hop, bad[i].bytes);
		cr_expect_eq(parse_all(&draft, &mfc), -EBADMSG, "row %zu", i);
	}
	for (size_t count = MFC_OUTPUTS_MAX; count <= MFC_OUTPUTS_MAX + 1; count++) {
		struct draft draft = draft_new(IP_FAMILY_4, RTM_NEWROUTE, sources[0], groups[0], 0);

		for (size_t i = 0; i < count; i++)
			many[i] = (struct rtnexthop){ .rtnh_len = sizeof(many[0]),
						      .rtnh_hops = 1,
						      .rtnh_ifindex = (int)i + 1 };
		put_outputs(&draft, many, count * sizeof(many[0]));
		cr_expect_eq(parse_all(&draft, &mfc), count > MFC_OUTPUTS_MAX ? -EBADMSG : 0);
	}
}

Test(mfc_parse, other_messages_are_left_alone)
{
	struct draft draft = whole(IP_FAMILY_4);
	struct rtmsg *rtm = mnl_nlmsg_get_payload(&draft.header);
	struct mfc mfc;

	rtm->rtm_type = RTN_UNICAST;
	cr_expect_eq(parse_all(&draft, &mfc), -ENOMSG);
	rtm->rtm_type = RTN_MULTICAST;
	rtm->rtm_family = AF_INET;
	cr_expect_eq(parse_all(&draft, &mfc), -ENOMSG);
	rtm->rtm_family = RTNL_FAMILY_IPMR;
	draft.header.nlmsg_type = RTM_NEWLINK;
	cr_expect_eq(parse_all(&draft, &mfc), -ENOMSG);
}

Test(mfc_parse, ipv4_mapped_into_ipv6_is_refused)
{
	static const uint8_t mapped[16] = { [10] = 0xff, 0xff, 10, 1, 1, 100 };
	struct draft draft = { .bytes = { 0 } };
	struct mfc mfc;
	struct rtmsg *rtm;

	mnl_nlmsg_put_header(draft.bytes)->nlmsg_type = RTM_NEWROUTE;
	rtm = mnl_nlmsg_put_extra_header(&draft.header, sizeof(*rtm));
	*rtm = (struct rtmsg){ .rtm_family = RTNL_FAMILY_IP6MR, .rtm_type = RTN_MULTICAST };
	mnl_attr_put(&draft.header, RTA_SRC, sizeof(mapped), mapped);
	put_addr(&draft, RTA_DST, IP_FAMILY_6, groups[IP_FAMILY_6]);
	cr_expect_eq(parse_all(&draft, &mfc), -EBADMSG);
}

Test(mfc_parse, default_tables_are_those_of_the_kernel)
{
	cr_expect_eq(mfc_table_id(IP_FAMILY_4, 0), 253);
	cr_expect_eq(mfc_table_id(IP_FAMILY_6, 0), 254);
	cr_expect_eq(mfc_table_id(IP_FAMILY_6, 10), 10);
}
