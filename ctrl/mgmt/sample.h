/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MGMT_SAMPLE_H
#define MGMT_SAMPLE_H

/* The IP header of a sampled packet. */
#include <stdbool.h>

#include "core/effect.h"

struct dplane_captured;

/** struct sample - @len: bytes of the IP packet as the frame is long. @may_be_cut: IPv4 without DF.
 */
struct sample {
	struct mfib_key key;
	uint8_t ttl;
	bool may_be_cut;
	uint32_t len;
};

/** sample_read() - Return: whether it is an IP packet of which enough was kept. */
bool sample_read(const struct dplane_captured *captured, struct sample *ret_sample);

#endif
