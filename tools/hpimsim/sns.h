/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HPIMSIM_SNS_H
#define HPIMSIM_SNS_H

/*
 * The SNs of each interface with HPIM-DM, as numbers from 1 in each BootTime: a daemon begins at
 * random, the simulator at 1. Each new one has to be greater than those before (3.4).
 */
#include "simnet/net.h"

struct sns_port {
	uint32_t boot_time, first, greatest;
	uint32_t *used; /* owned; what is sent again is not new */
	size_t used_count, used_room;
};

struct sns {
	struct sns_port ports[SIM_ROUTERS_MAX][SIM_PORTS_MAX];
};

/**
 * sns_take() - A message with an SN was sent. @ret_falls_below: the greatest SN before, if this one
 * is new and not greater, as a number from 1; or 0.
 *
 * Return: the SN as a number from 1.
 */
uint32_t sns_take(struct sns *sns, uint16_t router, uint16_t port, uint32_t boot_time, uint32_t sn,
		  uint32_t *ret_falls_below);

/** sns_number() - The SN of a port as a number from 1; 0 stays 0, as what was never said does. */
uint32_t sns_number(const struct sns *sns, uint16_t router, uint16_t port, uint32_t sn);

void sns_fini(struct sns *sns);

#endif
