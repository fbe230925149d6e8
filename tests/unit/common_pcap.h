/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef COMMON_PCAP_H
#define COMMON_PCAP_H

/* Captures among the test vectors: classic pcap, little-endian, Ethernet, whole frames. */
#include "unit/common_json.h"
#include "wire/inet.h"

/**
 * pcap_each() - Call @found for each packet of captures/@name.pcap, without its IP header.
 *
 * The running test fails if the file is none, or holds anything but multicast control packets of
 * protocol 103, IPv4 or IPv6, to the last byte of the frame.
 */
void pcap_each(const char *name, void (*found)(const struct inet_packet *packet, void *context),
	       void *context);

#endif
