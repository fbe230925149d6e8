/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BASE_NLATTRS_H
#define BASE_NLATTRS_H

/*
 * The attributes of a netlink message by their number. A header over libmnl, for io and dplane: the
 * core, which makes no system calls, does without, as it does without addr_text.h.
 */
#include <libmnl/libmnl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NLATTRS_MAX 64u /* greater numbers are left out */

struct nlattrs {
	const struct nlattr *at[NLATTRS_MAX]; /* NULL: absent; of several the last one */
};

static inline int nlattrs_store(const struct nlattr *attr, void *attrs)
{
	if (mnl_attr_get_type(attr) < NLATTRS_MAX)
		((struct nlattrs *)attrs)->at[mnl_attr_get_type(attr)] = attr;
	return MNL_CB_OK;
}

/**
 * nlattrs_over() - Those in @len bytes, which they borrow. One that does not fit ends the list.
 */
static inline struct nlattrs nlattrs_over(const void *bytes, size_t len)
{
	struct nlattrs attrs = { .at = { NULL } };

	/* It fails only where its callback does. */
	(void)mnl_attr_parse_payload(bytes, len, nlattrs_store, &attrs);
	return attrs;
}

/** nlattrs_of() - Those of a message behind the fixed header of its type; none if it is shorter. */
static inline struct nlattrs nlattrs_of(const struct nlmsghdr *nlh, size_t header)
{
	size_t skipped = NLMSG_ALIGN(header), len = mnl_nlmsg_get_payload_len(nlh);

	if (skipped > len)
		return (struct nlattrs){ .at = { NULL } };
	return nlattrs_over(mnl_nlmsg_get_payload_offset(nlh, header), len - skipped);
}

/** nlattrs_in() - Those in an attribute; none if it is absent. */
static inline struct nlattrs nlattrs_in(const struct nlattr *nest)
{
	if (!nest)
		return (struct nlattrs){ .at = { NULL } };
	return nlattrs_over(mnl_attr_get_payload(nest), mnl_attr_get_payload_len(nest));
}

/** nlattr_holds() - Whether it is there, with at least @len bytes. */
static inline bool nlattr_holds(const struct nlattr *attr, size_t len)
{
	return attr && mnl_attr_get_payload_len(attr) >= len;
}

/** nlattr_u32() - Its number; @absent where there is none. */
static inline uint32_t nlattr_u32(const struct nlattr *attr, uint32_t absent)
{
	return nlattr_holds(attr, sizeof(uint32_t)) ? mnl_attr_get_u32(attr) : absent;
}

#endif
