// SPDX-License-Identifier: GPL-2.0-only
#include "hpimsim/sns.h"

#include "simnet/grow.h"

static bool is_used(const struct sns_port *port, uint32_t sn)
{
	for (size_t i = port->used_count; i > 0; i--)
		if (port->used[i - 1] == sn)
			return true;
	return false;
}

uint32_t sns_number(const struct sns *sns, uint16_t router, uint16_t port, uint32_t sn)
{
	const struct sns_port *of = &sns->ports[router][port];

	return sn && of->used_count ? sn - of->first + 1 : sn;
}

uint32_t sns_take(struct sns *sns, uint16_t router, uint16_t port, uint32_t boot_time, uint32_t sn,
		  uint32_t *ret_falls_below)
{
	struct sns_port *of = &sns->ports[router][port];

	*ret_falls_below = 0;
	if (of->boot_time != boot_time) {
		of->boot_time = boot_time;
		of->used_count = 0;
	}
	if (is_used(of, sn))
		return sns_number(sns, router, port, sn);
	if (!of->used_count)
		of->first = of->greatest = sn;
	else if (sn < of->greatest)
		*ret_falls_below = sns_number(sns, router, port, of->greatest);
	of->greatest = sn > of->greatest ? sn : of->greatest;
	of->used = sim_grow(of->used, of->used_count, &of->used_room, sizeof(*of->used));
	of->used[of->used_count++] = sn;
	return sns_number(sns, router, port, sn);
}

void sns_fini(struct sns *sns)
{
	for (size_t i = 0; i < SIM_ROUTERS_MAX; i++)
		for (size_t p = 0; p < SIM_PORTS_MAX; p++)
			free(sns->ports[i][p].used);
	*sns = (struct sns){ 0 };
}
