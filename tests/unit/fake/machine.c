/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What doctor looks at around the machine that does not exist: the kernel has all but what a test
 * says, a bridge and the other end of a veth are there if a test says so.
 */
#include <errno.h>
#include <string.h>

#include "io/bridge.h"
#include "io/kernel.h"
#include "io/veth.h"
#include "unit/fake/machine.h"

static struct fake_machine machine;

struct fake_machine *fake_machine(void)
{
	return &machine;
}

bool kernel_has_attach_type(uint32_t type)
{
	return !machine.lacks_attach_type || machine.lacks_attach_type != type;
}

bool kernel_has_qdisc(const char *kind)
{
	return !machine.lacks_qdisc || strcmp(machine.lacks_qdisc, kind) != 0;
}

bool kernel_has_genl(const char *family)
{
	return !machine.lacks_genl || strcmp(machine.lacks_genl, family) != 0;
}

bool kernel_has_ipv6(void)
{
	return !machine.lacks_ipv6;
}

bool kernel_has_mroute(enum ip_family family)
{
	return !machine.lacks_mroute[family];
}

bool kernel_accepts(uint32_t ifindex, const struct ip_addr *source, const struct ip_addr *group)
{
	(void)ifindex, (void)source, (void)group;
	return true;
}

bool kernel_has_tables(void)
{
	return !machine.lacks_tables;
}

int bridge_of(uint32_t ifindex, struct bridge_view *ret_view)
{
	if (!machine.bridge_at || machine.bridge_at != ifindex)
		return -ENOENT;
	*ret_view = machine.bridge;
	return 0;
}

int veth_peer(uint32_t ifindex, struct veth_peer *ret_peer)
{
	if (!machine.veth_at || machine.veth_at != ifindex)
		return -ENOENT;
	*ret_peer = machine.peer;
	return 0;
}
