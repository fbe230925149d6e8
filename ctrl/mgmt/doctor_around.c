// SPDX-License-Identifier: GPL-2.0-only
/*
 * Checks of what is around the interfaces: bridges of this machine, the other ends of veths, and
 * what the kernel lacks.
 */
#include <stdio.h>
#include <string.h>

#include "core/inspect.h"
#include "daemon/daemon.h"
#include "dplane/dplane.h"
#include "io/bridge.h"
#include "io/kernel.h"
#include "io/veth.h"
#include "mgmt/doctor_machine.h"

/* enum bpf_attach_type of Linux 6.6, younger than the headers that this is built with. */
#define TCX_INGRESS 46u

static const char *const gm_names[IP_FAMILY_COUNT] = { "IGMP", "MLD" };

static const char *name_of(const struct doctor *doctor)
{
	return doctor->daemon->ports[doctor->link].config.name;
}

/* ---- bridges ---- */

static void report_never_router(struct doctor *doctor, const struct bridge_view *bridge)
{
	static const char why[] =
		"as soon as it hears a querier it keeps the reports of hosts from "
		"this router, and the packets of other routers";
	char remedy[96];

	if (*bridge->port) {
		(void)snprintf(remedy, sizeof(remedy), "'bridge link set dev %s mcast_router 1'",
			       bridge->port);
		doctor_report(doctor, &(struct advice){ SEVERITY_WARNING, why, remedy },
			      "the bridge %s snoops %s, and %s, its port to %s, is never a router "
			      "port",
			      bridge->name, gm_names[doctor->family], bridge->port,
			      name_of(doctor));
		return;
	}
	(void)snprintf(remedy, sizeof(remedy), "'ip link set %s type bridge mcast_router 1'",
		       bridge->name);
	doctor_report(doctor, &(struct advice){ SEVERITY_WARNING, why, remedy },
		      "the bridge %s snoops %s, and never takes this machine for a router",
		      bridge->name, gm_names[doctor->family]);
}

/* Without a querier a bridge floods, so its router ports do not matter. */
void doctor_check_bridge(struct doctor *doctor)
{
	static const struct advice no_querier = {
		SEVERITY_NOTE,
		"until a router queries, it floods multicast to all its ports, and this router may "
		"not learn of members",
		"'hpimctl attach IFACE no-passive', or find out where the querier is"
	};
	static const struct advice no_port = {
		SEVERITY_WARNING,
		"it keeps the reports of hosts from this router, and the packets of other routers, "
		"until it hears a query or an advertisement of this router",
		"'hpimctl attach IFACE hpim', which advertises the router"
	};
	const struct port *port = &doctor->daemon->ports[doctor->link];
	struct bridge_view bridge;

	if (!inspect_membership(doctor->daemon->core, doctor->link, doctor->family) ||
	    bridge_of(port->ifindex, &bridge) != 0 || !bridge.snoops)
		return;
	if (bridge.is_never_router)
		report_never_router(doctor, &bridge);
	else if (!bridge.has_querier[doctor->family])
		doctor_report(doctor, &no_querier, "the bridge %s snoops %s, and hears no querier",
			      bridge.name, gm_names[doctor->family]);
	else if (*bridge.port && !bridge.is_router[doctor->family])
		doctor_report(doctor, &no_port,
			      "the bridge %s snoops %s, and has not found a router at %s, its port "
			      "to %s",
			      bridge.name, gm_names[doctor->family], bridge.port, name_of(doctor));
}

/* ---- the other end of a veth ---- */

bool doctor_peer_command(const struct doctor *doctor, const char *options, char *text, size_t room)
{
	struct veth_peer peer;

	if (veth_peer(doctor->daemon->ports[doctor->link].ifindex, &peer) != 0 || !*peer.name)
		return false;
	(void)snprintf(text, room, "'%s%s%sethtool %.2s %s%s'%s", /* may be cut */
		       *peer.netns ? "ip netns exec " : "", peer.netns, *peer.netns ? " " : "",
		       options, peer.name, options + 2,
		       peer.is_here || *peer.netns ? "" : " in its namespace");
	return true;
}

/* TSO and GSO are of no account: what is sent to a group is UDP, in packets as they were written.
 */
void doctor_check_peer(struct doctor *doctor)
{
	static const char why[] =
		"what XDP forwards no driver finishes: packets that a program at that end sends "
		"arrive with a wrong checksum, and receivers drop them";
	char remedy[192] = "";
	struct dplane_link_state state;
	struct veth_peer peer;

	dplane_link_state(doctor->daemon->dplane, doctor->link, &state);
	if (!state.is_attached || state.tier != DPLANE_TIER_XDP ||
	    veth_peer(doctor->daemon->ports[doctor->link].ifindex, &peer) != 0 || !*peer.name)
		return;
	if (peer.is_here && peer.has_tx_checksum) {
		(void)doctor_peer_command(doctor, "-K tx off", remedy, sizeof(remedy));
		doctor_report(doctor, &(struct advice){ SEVERITY_NOTE, why, remedy },
			      "%s, the other end of %s, leaves checksums to the hardware",
			      peer.name, name_of(doctor));
	} else if (!peer.is_here) {
		(void)doctor_peer_command(doctor, "-K tx off", remedy, sizeof(remedy));
		doctor_report(
			doctor,
			&(struct advice){ SEVERITY_NOTE,
					  "if programs send there, their checksums must be "
					  "finished: XDP forwards packets as they are",
					  remedy },
			"offloads of %s, the other end of %s in %s%s, cannot be read from here",
			peer.name, name_of(doctor),
			*peer.netns ? "the namespace " : "a namespace without a name", peer.netns);
	}
}

/* ---- the kernel ---- */

/* With tcx it is of no account whether there is clsact. */
static bool lacks_clsact(void)
{
	return !kernel_has_attach_type(TCX_INGRESS) && !kernel_has_qdisc("clsact");
}

static bool lacks_tcx(void)
{
	return !kernel_has_attach_type(TCX_INGRESS) && kernel_has_qdisc("clsact");
}

static bool lacks_netdev(void)
{
	return !kernel_has_genl("netdev");
}

static bool lacks_ipv6(void)
{
	return !kernel_has_ipv6();
}

static bool lacks_tables(void)
{
	return !kernel_has_tables();
}

static bool lacks_mroute(void)
{
	for (enum ip_family family = 0; family < IP_FAMILY_COUNT; family++)
		if (!kernel_has_mroute(family))
			return true;
	return false;
}

static bool lacks_jit(void)
{
	return doctor_read_number("/proc/sys/net/core/bpf_jit_enable") == 0;
}

/* Not BTF, which the programs do without, nor VRFs: a table is a number here. */
void doctor_check_kernel(struct doctor *doctor)
{
	static const struct {
		bool (*lacks)(void);
		const char *what;
		struct advice advice;
	} rows[] = {
		{ lacks_clsact,
		  "the kernel has neither tcx nor the qdisc clsact",
		  { SEVERITY_WARNING,
		    "TC serves no interface: where XDP does not, the kernel's multicast cache "
		    "forwards, more slowly",
		    "a kernel with CONFIG_NET_SCH_INGRESS and CONFIG_NET_CLS_BPF: 'modprobe "
		    "sch_ingress'; tcx came with Linux 6.6" } },
		{ lacks_tcx,
		  "the kernel has no tcx",
		  { SEVERITY_NOTE,
		    "TC's program is a filter of the qdisc clsact, which 'tc qdisc del' of another "
		    "program takes away unnoticed",
		    "Linux 6.6 or later; else leave it" } },
		{ lacks_netdev,
		  "the kernel does not report what XDP of a driver can do",
		  { SEVERITY_NOTE,
		    "a test at attachment decides; that the other end of a veth switches GRO off "
		    "later is not noticed, and copies are lost there",
		    "Linux 6.3 or later; else 'hpimctl attach IFACE mode tc' where that "
		    "happens" } },
		{ lacks_ipv6,
		  "the kernel has no IPv6",
		  { SEVERITY_NOTE, "neither MLD nor trees of IPv6",
		    "a kernel with CONFIG_IPV6, started without 'ipv6.disable=1'" } },
		{ lacks_tables,
		  "the kernel has one multicast table",
		  { SEVERITY_NOTE, "a second instance ('hpimd -m N') cannot start",
		    "a kernel with CONFIG_IP_MROUTE_MULTIPLE_TABLES and "
		    "CONFIG_IPV6_MROUTE_MULTIPLE_TABLES; else leave it" } },
		{ lacks_mroute,
		  "the kernel does not route multicast of both families",
		  { SEVERITY_WARNING,
		    "packets for which XDP and TC have no route end, and there is no table to "
		    "follow",
		    "a kernel with CONFIG_IP_MROUTE and CONFIG_IPV6_MROUTE" } },
		{ lacks_jit,
		  "the kernel interprets BPF programs",
		  { SEVERITY_WARNING, "each packet costs several times as much",
		    "'sysctl net.core.bpf_jit_enable=1'" } },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].lacks())
			doctor_report(doctor, &rows[i].advice, "%s", rows[i].what);
}
