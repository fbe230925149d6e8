// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a sampled frame is: Ethernet with up to two VLAN tags (IEEE 802.1Q), IPv4 or IPv6 behind it.
 */
#include "dplane/dplane.h"
#include "mgmt/sample.h"

#define ETH_ADDRS_LEN 12u
#define ETH_TAG_LEN   4u
#define IPV4_DF       0x40u

static const struct {
	uint8_t version, source_at, ttl_at;
	bool has_df; /* else no router cuts a packet */
} headers[IP_FAMILY_COUNT] = { { 4, 12, 8, true }, { 6, 8, 7, false } };

static uint16_t ethertype_at(const struct dplane_captured *captured, size_t at)
{
	return (uint16_t)(captured->data[at] << 8 | captured->data[at + 1]);
}

static size_t ip_at(const struct dplane_captured *captured)
{
	size_t at = ETH_ADDRS_LEN;

	for (unsigned int tags = 0; tags < 2 && at + 2 <= captured->kept; tags++)
		if (ethertype_at(captured, at) == 0x8100 || ethertype_at(captured, at) == 0x88a8)
			at += ETH_TAG_LEN;
	return at + 2;
}

bool sample_read(const struct dplane_captured *captured, struct sample *ret_sample)
{
	size_t at = ip_at(captured);

	for (enum ip_family family = 0; family < IP_FAMILY_COUNT; family++) {
		size_t source_at = at + headers[family].source_at;
		size_t len = ip_family_addr_len(family);

		if (source_at + 2 * len > captured->kept ||
		    captured->data[at] >> 4 != headers[family].version)
			continue;
		*ret_sample = (struct sample){
			.key.source = ip_addr_from_bytes(family, captured->data + source_at),
			.key.group = ip_addr_from_bytes(family, captured->data + source_at + len),
			.ttl = captured->data[at + headers[family].ttl_at],
			.may_be_cut = headers[family].has_df && !(captured->data[at + 6] & IPV4_DF),
			.len = captured->len - (uint32_t)at,
		};
		return true;
	}
	return false;
}
