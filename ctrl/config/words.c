// SPDX-License-Identifier: GPL-2.0-only
/* Groups, sources and names of interfaces in words: whether they make sense, and if not, why. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/addr_text.h"
#include "config/model.h"

/* Bits that all groups of a family have in common: 224.0.0.0/4, ff00::/8. */
static const uint8_t group_bits[IP_FAMILY_COUNT] = { 4, 8 };

/* The shortest prefixes of which no router forwards any group: 224.0.0.0/24, ff02::/16. */
static const uint8_t link_scope_bits[IP_FAMILY_COUNT] = { 24, 16 };

bool config_wrong(struct config_fault *fault, const char *hint, const char *format, ...)
{
	va_list args;

	fault->hint = hint;
	va_start(args, format);
	(void)vsnprintf(fault->message, sizeof(fault->message), format, args); /* may be cut */
	va_end(args);
	return false;
}

bool config_is_one(const struct ip_prefix *prefix)
{
	return prefix->len == 8 * ip_family_addr_len(ip_addr_family(&prefix->addr));
}

static bool is_masked(const char *text, const char *what, const struct ip_prefix *prefix,
		      struct config_fault *fault)
{
	struct ip_addr masked = ip_addr_mask(&prefix->addr, prefix->len);

	if (ip_addr_equal(&masked, &prefix->addr))
		return true;
	return config_wrong(fault, "the bits behind the prefix must be zero",
			    "%s%.60s is no prefix: %s/%u would be one", what, text,
			    ip_addr_text(&masked).s, prefix->len);
}

bool config_group_parse(const char *text, struct ip_prefix *ret_group, struct config_fault *fault)
{
	struct ip_prefix prefix, *group = &prefix;
	enum ip_family family;

	if (!text)
		return config_wrong(fault, "", "the group is missing");
	if (ip_prefix_parse(text, group))
		return config_wrong(fault, "as 239.1.2.3, ff1e::1 or 239.1.0.0/16",
				    "group '%s' is no address, nor a prefix", text);
	family = ip_addr_family(&group->addr);
	if (!ip_addr_is_multicast(&group->addr) || group->len < group_bits[family])
		return config_wrong(fault, "groups are in 224.0.0.0/4 and ff00::/8",
				    "group %s is not multicast", text);
	if (ip_addr_is_link_scope_group(&group->addr) && group->len >= link_scope_bits[family])
		return config_wrong(fault, "224.0.0.0/24 and ff02::/16 stay on their link",
				    "group %s has link-local scope: no router forwards it", text);
	if (ip_addr_is_reserved_group(&group->addr) && config_is_one(group))
		return config_wrong(fault, "RFC 4291, 2.7.1", "group %s is reserved", text);
	if (!is_masked(text, "group ", group, fault))
		return false;
	*ret_group = prefix;
	return true;
}

bool config_sources_parse(const char *text, struct ip_prefix *ret_sources,
			  struct config_fault *fault)
{
	struct ip_prefix prefix;

	if (ip_prefix_parse(text, &prefix))
		return config_wrong(fault, "as 10.1.1.0/24, 10.1.1.100 or 2001:db8:1::/64",
				    "'%.60s' is no prefix of sources", text);
	if (!is_masked(text, "", &prefix, fault))
		return false;
	if (ip_addr_is_multicast(&prefix.addr))
		return config_wrong(fault, "the prefix of its sources", "%.60s is a group", text);
	*ret_sources = prefix;
	return true;
}

bool config_name_parse(const char *text, size_t len, char ret_name[LINK_NAME_LEN],
		       struct config_fault *fault)
{
	char name[LINK_NAME_LEN];

	if (!len)
		return config_wrong(fault, "as eth1,eth2", "the name of an interface is empty");
	if (len >= LINK_NAME_LEN)
		return config_wrong(fault, "a name has up to 15 bytes",
				    "'%.*s' is no name of an interface: too long", (int)len, text);
	memcpy(name, text, len);
	name[len] = '\0';
	if (!config_is_name(name))
		return config_wrong(fault, "'ip link' lists the interfaces",
				    "'%s' is no name of an interface", name);
	memcpy(ret_name, name, len + 1);
	return true;
}
