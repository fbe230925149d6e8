// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every reason that is counted, as the end of a sentence that begins with a number of packets.
 */

#include <stddef.h>
#include <string.h>

#include "mgmt/reason.h"

struct reason {
	const char *name, *sentence;
	bool is_trouble;
};

static const struct reason reasons[] = {
	{ "forwarded", "arrived here and went to the outputs of their trees", false },
	{ "negative", "were dropped: their route has no outputs, most often since none wants them",
	  true },
	{ "wrong-if", "were dropped: the route back to their source leads another way", true },
	{ "ttl", "were dropped: their TTL or hop limit ends at this router", true },
	{ "miss", "had no route yet; the kernel keeps the first ones while a tree is built", true },
	{ "kernel", "were left to the kernel's multicast cache, which carries their trees", false },
	{ "link-scope", "are for this link only, and no router forwards them", false },
	{ "control", "are messages of IGMP, MLD or a routing protocol, for the daemon", false },
	{ "malformed", "have wrong lengths, version or checksum; the kernel judges them", true },
	{ "options", "have IP options or a hop-by-hop header, which the kernel handles", false },
	{ "too-big", "are longer than an output takes; the kernel cuts or refuses them", true },
	{ "vlan", "have a VLAN tag that belongs to no attached interface", true },
	{ "lease", "came while no daemon had renewed the lease, and were not forwarded", true },
	{ "no-set", "met a route whose output set is missing, which is a fault", true },
	{ "no-port", "were lost as copies for an interface that is no longer attached", true },
	{ "sent", "left here as copies", false },
	{ "upcall", "were reported to the daemon", false },
	{ "upcall-limit", "were not reported to the daemon: their like was a moment ago", false },
	{ "upcall-lost", "were not reported to the daemon: it does not keep up", true },
	{ "flood", "were dropped: too many new trees began at once from there", true },
	{ "unattached", "came by an interface that is not attached", true },
	{ "no-room", "were left to the kernel: the driver leaves no room for a VLAN tag", true },
	{ "threshold", "did not leave here: their TTL is not above the threshold", true },
	{ "bad-mac", "were dropped: sent to an address of IEEE 802.1, which never carries IP",
	  true },
	{ "bad-source", "were dropped: no host on that link can have their source address", true },
	{ "keepalive", "were left to the kernel, so that the daemon which owns its table sees them",
	  false },
	{ "send-failed", "did not leave here: the interface refused them", true },
	{ "driver-drop", "did not leave here: the driver dropped what XDP redirected to it", true },
	{ "link-down", "would have left here, but the link is down", true },
	{ "not-mirrored", "would have left here, but the kernel's cache has no room for it", true },
	{ "tree-limit", "would have begun trees, but the table is full of wanted ones", true },
	{ "interface-tree-limit",
	  "would have begun trees, but this interface has brought as many as its limit", true },
	{ "tree-refused", "would have begun trees, but too many of theirs are unwanted", true },
	{ "tree-evicted",
	  "had begun trees that no host or neighbor wants, which gave way to newer ones", false },
	{ "control-header", "were control packets with a malformed IP header, and were dropped",
	  true },
	{ "control-malformed", "were control packets that make no sense, and were dropped", true },
	{ "control-pim", "were messages of PIM on an interface of HPIM-DM, and were dropped",
	  true },
	{ "control-unsigned", "were dropped: no key of this interface fits their signature", true },
	{ "control-source", "were control packets whose source is not on the link", true },
	{ "control-ttl", "were control packets whose TTL or hop limit is not 1", true },
	{ "control-destination", "were control packets sent where their type is not sent", true },
	{ "control-stranger", "were control packets to this router alone, of no neighbor", true },
	{ "neighbor-limit", "came from routers that would be more neighbors than the limit", true },
	{ "neighbor-rate", "were not heeded: too many routers begin, or begin again, at once",
	  true },
	{ "neighbor-claim", "spoke as a neighbor with a BootTime that no router answers for",
	  true },
	{ "hello-replayed", "were Hellos of an earlier time, which are no sign of life", true },
	{ "control-station", "were control packets from a link-layer address not the neighbor's",
	  true },
	{ "control-hpim", "were messages of HPIM-DM on an interface of PIM-DM, and were dropped",
	  true },
	{ "pim-type", "were messages of PIM of a type that dense mode does not have", true },
	{ "pim-checksum", "were messages of PIM-DM with a wrong checksum", true },
	{ "pim-source", "were PIM-DM with a source of this router, or IPv6 and not link-local",
	  true },
	{ "pim-destination", "were PIM-DM sent where messages of its type are not sent", true },
	{ "pim-stranger", "were PIM-DM of a router that had sent no Hello before", true },
	{ "pim-short", "were messages of PIM-DM that end within a field", true },
	{ "pim-option", "were Hellos of PIM-DM with an option of a wrong length", true },
	{ "pim-address", "were PIM-DM with an address of another family, form or kind", true },
	{ "pim-refresh", "were State Refresh, which is off on this interface", false },
	{ "gm-destination", "were IGMP or MLD sent to no address of this router, and were dropped",
	  true },
	{ "gm-source", "were IGMP or MLD from outside the subnets of this link, and were dropped",
	  true },
	{ "gm-no-address",
	  "were queries of switches or reports to them, from 0.0.0.0 or ::", false },
	{ "gm-hop-limit", "were MLD with a hop limit other than 1, and were dropped", true },
	{ "gm-router-alert", "were MLD without Router Alert, and were dropped", true },
	{ "gm-record", "were records of reports that name no group or no source, and were skipped",
	  true },
	{ "gm-ssm", "were reports that name no source of an SSM group, and were ignored", true },
	{ "gm-numbers", "were queries with timers that are out of bounds, and were limited", true },
	{ "gm-policy", "were reports of groups or sources that the policy denies ('show policy')",
	  true },
	{ "policy-flow", "began flows that the policy denies ('show policy'), and are dropped",
	  true },
	{ "policy-tree", "were messages about trees that the policy denies ('show policy')",
	  false },
	{ "gm-check", "were leaves beyond the limit of queries, checked by general queries",
	  false },
};

static const char *const gm_names[GM_REFUSAL_COUNT] = {
	[GM_REFUSED_DESTINATION] = "gm-destination",
	[GM_REFUSED_SOURCE] = "gm-source",
	[GM_REFUSED_NO_ADDRESS] = "gm-no-address",
	[GM_REFUSED_HOP_LIMIT] = "gm-hop-limit",
	[GM_REFUSED_ROUTER_ALERT] = "gm-router-alert",
	[GM_REFUSED_RECORD] = "gm-record",
	[GM_REFUSED_SSM] = "gm-ssm",
	[GM_REFUSED_NUMBERS] = "gm-numbers",
	[GM_REFUSED_CHECK] = "gm-check",
	[GM_REFUSED_POLICY] = "gm-policy",
};

static const char *const pim_names[PIMDM_REFUSAL_COUNT] = {
	[PIMDM_REFUSED_TYPE] = "pim-type",         [PIMDM_REFUSED_CHECKSUM] = "pim-checksum",
	[PIMDM_REFUSED_SOURCE] = "pim-source",     [PIMDM_REFUSED_DESTINATION] = "pim-destination",
	[PIMDM_REFUSED_STRANGER] = "pim-stranger", [PIMDM_REFUSED_SHORT] = "pim-short",
	[PIMDM_REFUSED_OPTION] = "pim-option",     [PIMDM_REFUSED_ADDRESS] = "pim-address",
	[PIMDM_REFUSED_REFRESH] = "pim-refresh",
};

static const char *const note_names[NOTE_CODE_COUNT] = {
	[NOTE_PACKET_BAD] = "control-malformed",
	[NOTE_PACKET_FOREIGN] = "control-pim",
	[NOTE_PACKET_HPIM] = "control-hpim",
	[NOTE_PACKET_UNSIGNED] = "control-unsigned",
	[NOTE_PACKET_SOURCE] = "control-source",
	[NOTE_PACKET_TTL] = "control-ttl",
	[NOTE_PACKET_DESTINATION] = "control-destination",
	[NOTE_PACKET_STRANGER] = "control-stranger",
	[NOTE_PACKET_STATION] = "control-station",
	[NOTE_NEIGHBOR_LIMIT] = "neighbor-limit",
	[NOTE_NEIGHBOR_RATE] = "neighbor-rate",
	[NOTE_NEIGHBOR_CLAIM] = "neighbor-claim",
	[NOTE_HELLO_REPLAYED] = "hello-replayed",
	[NOTE_TREE_LIMIT] = "tree-limit",
	[NOTE_LINK_TREE_LIMIT] = "interface-tree-limit",
	[NOTE_UNWANTED_REFUSED] = "tree-refused",
	[NOTE_UNWANTED_EVICTED] = "tree-evicted",
	[NOTE_TREE_EVICTED] = "tree-announced",
	[NOTE_POLICY_FLOW] = "policy-flow",
	[NOTE_POLICY_TREE] = "policy-tree",
};

static const struct reason *find(const char *name)
{
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (!strcmp(reasons[i].name, name))
			return &reasons[i];
	return NULL;
}

const char *reason_of_note(enum note_code code)
{
	return note_names[code];
}

const char *reason_of_pim(enum pimdm_refusal refusal)
{
	return pim_names[refusal];
}

const char *reason_of_gm(enum gm_refusal refusal)
{
	return gm_names[refusal];
}

const char *reason_sentence(const char *reason)
{
	const struct reason *found = find(reason);

	return found ? found->sentence : "";
}

bool reason_is_trouble(const char *reason)
{
	const struct reason *found = find(reason);

	return found && found->is_trouble;
}
