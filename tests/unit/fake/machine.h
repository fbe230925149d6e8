/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FAKE_MACHINE_H
#define FAKE_MACHINE_H

/* What is around the daemon of a test; all zero: nothing that is of note. */
#include "io/bridge.h"
#include "io/veth.h"

struct fake_machine {
	/* NULL or 0: it lacks none */
	uint32_t lacks_attach_type;
	const char *lacks_qdisc, *lacks_genl;
	bool lacks_ipv6, lacks_tables;
	bool lacks_mroute[IP_FAMILY_COUNT];
	uint32_t bridge_at, veth_at; /* ifindex; 0: there is none */
	struct bridge_view bridge;
	struct veth_peer peer;
};

struct fake_machine *fake_machine(void);

#endif
