// SPDX-License-Identifier: GPL-2.0-only
/*
 * The answers: which fields a record has, and what they mean. Rows only; who puts what is said by
 * the files of this folder, how it is shown by tools/hpimctl.
 */
#include <string.h>

#include "mgmt/schema.h"

/* clang-format off */
#define TEXT(n, h)          { n, FIELD_TEXT, METRIC_NONE, NULL, false, h }
#define BOOL(n, h)          { n, FIELD_BOOL, METRIC_NONE, NULL, false, h }
#define NUMBER(n, u, h)     { n, FIELD_NUMBER, METRIC_NONE, u, false, h }
#define GAUGE(n, u, h)      { n, FIELD_NUMBER, METRIC_GAUGE, u, false, h }
#define COUNTER(n, u, h)    { n, FIELD_NUMBER, METRIC_COUNTER, u, false, h }
#define EXTRA_TEXT(n, h)    { n, FIELD_TEXT, METRIC_NONE, NULL, true, h }
#define EXTRA_BOOL(n, h)    { n, FIELD_BOOL, METRIC_NONE, NULL, true, h }
#define EXTRA_NUMBER(n, u, h)  { n, FIELD_NUMBER, METRIC_NONE, u, true, h }
#define EXTRA_GAUGE(n, u, h)   { n, FIELD_NUMBER, METRIC_GAUGE, u, true, h }
#define EXTRA_COUNTER(n, u, h) { n, FIELD_NUMBER, METRIC_COUNTER, u, true, h }

#define INTERFACE  TEXT("interface", "name of the interface")
#define SOURCE     TEXT("source", "address of the source")
#define GROUP      TEXT("group", "address of the group")
#define PROTOCOL   TEXT("protocol", "hpim or pim-dm")
#define FAMILY     NUMBER("family", NULL, "4: IPv4; 6: IPv6")
#define EXTRA_FAMILY EXTRA_NUMBER("family", NULL, "4: IPv4; 6: IPv6")
#define PROTOCOLS  BOOL("hpim4", "HPIM-DM runs for IPv4"), BOOL("hpim6", "HPIM-DM runs for IPv6"), \
		   BOOL("igmp", "IGMP runs"), BOOL("mld", "MLD runs"), \
		   BOOL("pim_dm4", "PIM-DM runs for IPv4"), BOOL("pim_dm6", "PIM-DM runs for IPv6")
#define FOLLOWED   EXTRA_BOOL("follow4", "entries of another daemon are followed for IPv4"), \
		   EXTRA_BOOL("follow6", "the same for IPv6")
#define TIER       TEXT("tier", "what carries the packets that arrive: xdp, tc or kernel")
#define WHY_TIER   TEXT("why", "what keeps it from XDP, or what it waits for")
#define OUTPUTS    TEXT("outputs", "interfaces packets leave by; '-': none")
#define SEEN       GAUGE("seen_s", "s", "age of the last packet; null: none yet")

const struct schema schemas[] = {
	{ .id = "hpim.status/1", .list = "status", .is_vertical = true,
	  .metrics = "", .labels = "", .info = "version", .fields = {
		TEXT("instance", "name of the instance"),
		TEXT("version", "version of the daemon"),
		NUMBER("pid", NULL, "its process"),
		GAUGE("uptime_s", "s", "since it started"),
		GAUGE("interfaces", NULL, "attached interfaces"),
		GAUGE("neighbors", NULL, "neighbors; of HPIM-DM, one with both families counts once"),
		GAUGE("trees", NULL, "trees of HPIM-DM and PIM-DM"),
		GAUGE("groups", NULL, "groups with members, by interface"),
		GAUGE("routes", NULL, "route entries, as done by the forwarding plane"),
		GAUGE("routes_xdp", NULL, "of these, carried by XDP"),
		GAUGE("routes_kernel", NULL, "of these, carried by the kernel's multicast cache"),
		GAUGE("packets_xdp", "packets", "forwarded by XDP, of the trees that exist now"),
		GAUGE("packets_kernel", "packets",
			"taken in by the kernel's cache on the interfaces attached now; in follow mode of IPv4 alone"),
		GAUGE("routes_tc", NULL, "route entries carried by TC"),
		GAUGE("packets_tc", "packets", "forwarded by TC, of the trees that exist now"),
		GAUGE("unmirrored", NULL, "interfaces the kernel's cache has no room for"),
		TEXT("user", "user the daemon runs as"),
		TEXT("capabilities", "privileges the daemon keeps"),
		GAUGE("mroutes", NULL, "entries of the forwarding table, as wanted"),
		EXTRA_NUMBER("multicast_table", NULL, "kernel multicast table"),
		EXTRA_NUMBER("unicast_table", NULL, "kernel table of the routes to sources"),
		TEXT("config_file", "its configuration"),
		BOOL("unsaved", "the running configuration is not what was read from that file, or written there"),
		TEXT("metrics_at", "where metrics are served over HTTP; empty: nowhere"),
		EXTRA_BOOL("follows", "another daemon owns the multicast table"),
		EXTRA_NUMBER("followed", NULL, "entries of it that are followed"),
		EXTRA_NUMBER("followed_any", NULL,
			"entries for any source at the last reading, which are the kernel's"),
		EXTRA_NUMBER("followed_unresolved", NULL, "entries without a decision, the same"),
		EXTRA_NUMBER("followed_refused", NULL, "entries there was no room for, which are the kernel's"),
		EXTRA_NUMBER("followed_changes", NULL, "changes of entries that were reported"),
		EXTRA_NUMBER("followed_readings", NULL, "how often the table was read as a whole"),
		EXTRA_NUMBER("followed_overruns", NULL, "how often changes were lost"),
		EXTRA_NUMBER("followed_malformed", NULL, "messages of the kernel that were not understood"),
		EXTRA_NUMBER("followed_sources", NULL, "sources that its entries for any source forward") } },
	{ .id = "hpim.interfaces/1", .list = "interfaces", .metrics = "interface",
	  .labels = "interface", .info = "state mode tier", .fields = {
		INTERFACE,
		EXTRA_NUMBER("ifindex", NULL, "the kernel's number of it"),
		TEXT("state", "up, down or absent"),
		TEXT("mode", "how it was asked to forward: auto, native, generic, tc or kernel"),
		TIER,
		EXTRA_BOOL("redirects", "it can be an output of XDP"),
		EXTRA_BOOL("kernel", "it is in the kernel's multicast cache"),
		PROTOCOLS,
		TEXT("addr4", "IPv4 address its protocols use"),
		TEXT("addr6", "IPv6 address its protocols use"),
		EXTRA_TEXT("querier4", "IGMP querier of the link"),
		EXTRA_TEXT("querier6", "MLD querier of the link"),
		GAUGE("neighbors4", NULL, "HPIM-DM or PIM-DM neighbors of IPv4"),
		GAUGE("neighbors6", NULL, "HPIM-DM or PIM-DM neighbors of IPv6"),
		EXTRA_NUMBER("mtu", "bytes", "longest IP packet"),
		WHY_TIER,
		EXTRA_NUMBER("igmp_version", NULL, "of the queries sent; 0: IGMP does not run"),
		EXTRA_NUMBER("mld_version", NULL, "of the queries sent; 0: MLD does not run"),
		EXTRA_NUMBER("threshold", NULL, "only greater TTLs leave"),
		EXTRA_GAUGE("querier4_expires_s", "s",
			    "until this router is IGMP querier unless the querier asks again; 0: it is"),
		EXTRA_GAUGE("querier6_expires_s", "s", "the same of MLD"),
		EXTRA_BOOL("ssm_any_source",
			   "hosts that name no source of an SSM group count, as set by attach"),
		EXTRA_BOOL("passive", "no IGMP or MLD query is sent, as set by attach"),
		TEXT("foreign", "routers that speak the other of HPIM-DM and PIM, since the interface "
				"was attached"),
		FOLLOWED } },
	{ .id = "hpim.neighbors/1", .list = "neighbors", .metrics = "neighbor",
	  .labels = "interface family address protocol", .info = "state", .fields = {
		INTERFACE,
		EXTRA_FAMILY,
		TEXT("address", "address of the neighbor"),
		TEXT("state", "synced; its role while it synchronizes: master, slave; "
			      "unknown: of the run before a restart, awaited; PIM-DM: up"),
		NUMBER("hold_s", "s", "hold time it announced"),
		GAUGE("expires_s", "s", "until it is given up unless it is received again"),
		NUMBER("boot_time", NULL, "HPIM-DM: its BootTime"),
		EXTRA_NUMBER("my_snapshot_sn", NULL, "SnapshotSN of this router for it"),
		EXTRA_NUMBER("neighbor_snapshot_sn", NULL, "its SnapshotSN"),
		EXTRA_NUMBER("checkpoint_sn", NULL, "its CheckpointSN"),
		GAUGE("uptime_s", "s", "in this state; PIM-DM: since its first Hello"),
		PROTOCOL,
		EXTRA_NUMBER("generation_id", NULL, "PIM-DM: Generation ID it announced"),
		EXTRA_NUMBER("lan_delay_ms", "ms", "PIM-DM: propagation delay it announced"),
		EXTRA_NUMBER("override_ms", "ms", "PIM-DM: override interval it announced"),
		EXTRA_BOOL("state_refresh", "PIM-DM: it announced State Refresh") } },
	{ .id = "hpim.neighbor-state/1", .list = "neighbor_state", .fields = {
		INTERFACE,
		EXTRA_FAMILY,
		TEXT("neighbor", "its address"),
		SOURCE, GROUP,
		BOOL("upstream", "it can deliver the tree"),
		NUMBER("preference", NULL, "metric preference it announced; absent: no upstream"),
		NUMBER("metric", NULL, "metric it announced"),
		TEXT("interest", "yes; no; unknown: it said nothing, and counts as interested "
				 "while initial-flood is on, unless it is upstream") } },
	{ .id = "hpim.sequence/1", .list = "sequence", .fields = {
		TEXT("sequence_of", "interface, neighbor, or tree: of a neighbor"),
		INTERFACE,
		EXTRA_FAMILY,
		TEXT("neighbor", "its address"),
		SOURCE, GROUP,
		NUMBER("boot_time", NULL, "BootTime of the interface or the neighbor"),
		NUMBER("sn", NULL, "of an interface: of its last message; of a tree: LastSN, of the "
				   "last message of the neighbor about it"),
		EXTRA_NUMBER("my_snapshot_sn", NULL, "SnapshotSN of this router for the neighbor"),
		NUMBER("neighbor_snapshot_sn", NULL, "SnapshotSN of the neighbor"),
		NUMBER("checkpoint_sn", NULL, "its CheckpointSN: all before is acknowledged") } },
	{ .id = "hpim.tree-interfaces/1", .list = "tree_interfaces", .fields = {
		SOURCE, GROUP, INTERFACE,
		TEXT("role", "root or non-root"),
		TEXT("assert", "winner: this router serves the link; loser; PIM-DM also: no-info; '-' on the root of HPIM-DM"),
		BOOL("interest", "a neighbor has interest; PIM-DM: there is one, and the link is not pruned"),
		BOOL("member", "a host is member of the group"),
		BOOL("forwarding", "packets of the tree leave here"),
		TEXT("best_upstream", "neighbor with the best path to the source; PIM-DM: winner of the assert; unset: none"),
		NUMBER("upstream_preference", NULL, "its metric preference"),
		NUMBER("upstream_metric", NULL, "its metric"),
		PROTOCOL,
		EXTRA_TEXT("downstream", "PIM-DM: no-info, prune-pending or pruned; '-' on the root"),
		EXTRA_NUMBER("prune_s", "s", "PIM-DM: until the prune takes effect, or ends"),
		EXTRA_NUMBER("assert_s", "s", "PIM-DM: until the assert is forgotten"),
		EXTRA_NUMBER("neighbors", NULL, "PIM-DM: neighbors on the interface"),
		EXTRA_TEXT("upstream", "PIM-DM: on the root, forwarding, pruned or ack-pending: a Graft is not answered yet; else '-'"),
		EXTRA_NUMBER("uptime_s", "s", "PIM-DM, on the root as all that follows: since the tree exists"),
		EXTRA_NUMBER("expires_s", "s", "until it is forgotten unless data arrives"),
		EXTRA_NUMBER("graft_retry_s", "s", "until the Graft is sent again"),
		EXTRA_NUMBER("prune_limit_s", "s", "until data makes it prune upstream again"),
		EXTRA_NUMBER("override_s", "s", "until a Join overrides the prune of another router"),
		EXTRA_NUMBER("state_refresh_s", "s", "until this originator sends State Refresh"),
		EXTRA_NUMBER("grafts_unanswered", NULL, "Grafts sent without an answer") } },
	{ .id = "hpim.trees/1", .list = "trees", .metrics = "tree",
	  .labels = "source group protocol", .info = "state role input tier", .fields = {
		SOURCE, GROUP,
		TEXT("state", "active; unsure: no feasible path now; flood: data, no tree; stale: "
			      "forwarded as before a restart, not announced again; inactive; PIM-DM, of "
			      "its upstream interface: forwarding, pruned, ack-pending: a Graft is not "
			      "answered yet; no-route"),
		TEXT("role", "originator: a source of a link of this router; non-originator"),
		TEXT("input", "root interface"),
		TEXT("upstream", "BestUpstream there; PIM-DM: RPF neighbor"),
		EXTRA_NUMBER("preference", NULL, "metric preference of the route to the source"),
		EXTRA_NUMBER("metric", NULL, "its metric"),
		EXTRA_BOOL("in_tree", "something is forwarded"),
		OUTPUTS, TIER,
		COUNTER("packets", "packets", "forwarded, by all tiers"),
		EXTRA_COUNTER("bytes", "bytes", "forwarded, by all tiers"),
		SEEN,
		TEXT("why", "what keeps it from XDP"),
		EXTRA_COUNTER("tc_packets", "packets", "forwarded by TC"),
		EXTRA_GAUGE("rate_pps", "packets/s", "since it was last asked, a second ago or more"),
		EXTRA_GAUGE("stale_s", "s", "for so long outputs of the run before count as wanted"),
		EXTRA_COUNTER("xdp_packets", "packets", "forwarded by XDP"),
		EXTRA_COUNTER("kernel_packets", "packets", "forwarded by the kernel's cache"),
		PROTOCOL,
		EXTRA_NUMBER("uptime_s", "s", "PIM-DM: since it exists"),
		EXTRA_NUMBER("expires_s", "s", "PIM-DM: until it is forgotten unless data arrives"),
		EXTRA_NUMBER("graft_retry_s", "s", "PIM-DM: until the Graft is sent again"),
		EXTRA_NUMBER("prune_limit_s", "s", "PIM-DM: until data makes it prune upstream again"),
		EXTRA_NUMBER("override_s", "s", "PIM-DM: until a Join overrides the prune of another router"),
		EXTRA_NUMBER("state_refresh_s", "s", "PIM-DM: until this originator sends State Refresh"),
		EXTRA_NUMBER("grafts_unanswered", NULL, "PIM-DM: Grafts sent without an answer") } },
	{ .id = "hpim.groups/1", .list = "groups", .fields = {
		INTERFACE, GROUP,
		TEXT("state", "as in RFC 2236 and RFC 2710; Include, Exclude: RFC 9776, RFC 3810; "
			      "Static: by a static join"),
		TEXT("last_reporter", "host that reported last"),
		GAUGE("expires_s", "s", "until it ends unless a host reports it again; null: never"),
		TEXT("sources", "IGMPv3 and MLDv2: sources that hosts want, the first ones; "
				"'*': any; -d has all"),
		TEXT("excluded", "of any source, those that no host wants") } },
	{ .id = "hpim.group-sources/1", .list = "group_sources", .fields = {
		INTERFACE, GROUP, SOURCE,
		TEXT("state", "wanted; excluded: of this source no host wants the group"),
		GAUGE("expires_s", "s", "until it ends unless a host reports it again; null: never") } },
	{ .id = "hpim.mroutes/1", .list = "mroutes", .metrics = "mroute",
	  .labels = "source group", .info = "input tier owner", .fields = {
		SOURCE, GROUP,
		TEXT("input", "interface packets are accepted from"),
		OUTPUTS, TIER,
		COUNTER("packets", "packets", "forwarded, by all tiers"),
		COUNTER("bytes", "bytes", "forwarded, by all tiers"),
		EXTRA_COUNTER("xdp_packets", "packets", "forwarded by XDP"),
		EXTRA_COUNTER("kernel_packets", "packets", "forwarded by the kernel's cache"),
		SEEN,
		TEXT("why", "what keeps it from XDP"),
		EXTRA_COUNTER("tc_packets", "packets", "forwarded by TC"),
		EXTRA_GAUGE("rate_pps", "packets/s", "since it was last asked, a second ago or more"),
		GAUGE("stale_s", "s", "until it ends unless a protocol takes it over"),
		TEXT("owner", "static, hpim, pim-dm, policy: it is denied, or stale: an earlier run left it"),
		EXTRA_GAUGE("owned_s", "s", "since when by this owner") } },
	{ .id = "hpim.classic/1", .list = "lines", .is_lines = true, .fields = {
		TEXT("text", "a line as routers of other makers print it, for people") } },
	{ .id = "hpim.static/1", .list = "static", .metrics = "static",
	  .labels = "kind source group input", .info = "outputs state", .fields = {
		TEXT("kind", "route or join"),
		TEXT("source", "'*': each source that sends to the group"),
		TEXT("group", "an address or a prefix"),
		TEXT("input", "of a route; '-': a join has none"),
		TEXT("outputs", "of a route; of a join, its interface"),
		TEXT("state", "active or waiting"),
		GAUGE("flows", NULL, "(S,G) that a route has brought into the forwarding table"),
		TEXT("why", "what it waits for, or does without, or the rule that denies it") } },
	{ .id = "hpim.rpf-metrics/1", .list = "rpf_metrics", .fields = {
		TEXT("source", "an address or a prefix; of several the longest counts"),
		NUMBER("metric", NULL, "instead of the one of the kernel's route"),
		NUMBER("preference", NULL, "instead of its protocol; null: the protocol"),
		GAUGE("sources", NULL, "watched sources for which it counts") } },
	{ .id = "hpim.policy/1", .list = "policy", .fields = {
		TEXT("rule", "allow, deny, boundary, ssm-range or ssm-map"),
		TEXT("group", "an address or a prefix"),
		TEXT("source", "an address or a prefix; '*': any"),
		TEXT("interface", "'*': every interface"),
		COUNTER("memberships", NULL, "records of IGMP and MLD that it decided about"),
		COUNTER("flows", NULL, "flows without an entry that it decided about"),
		COUNTER("trees", NULL, "messages of neighbors that it decided about") } },
	{ .id = "hpim.counters/1", .list = "counters", .metrics = "interface",
	  .labels = "interface reason", .fields = {
		INTERFACE,
		TEXT("reason", "what became of packets: docs/ABI.md"),
		COUNTER("packets", "packets", "packets to which this happened"),
		COUNTER("bytes", "bytes", "bytes of these packets"),
		EXTRA_TEXT("meaning", "the reason as the end of a sentence") } },
	{ .id = "hpim.drops/1", .list = "drops", .fields = {
		INTERFACE,
		TEXT("reason", "as in hpim.counters/1"),
		COUNTER("packets", "packets", "that did not reach all who want them, or no one"),
		EXTRA_COUNTER("bytes", "bytes", "of these packets"),
		TEXT("meaning", "the reason as the end of a sentence") } },
	{ .id = "hpim.summary/1", .list = "summary", .fields = {
		INTERFACE,
		TEXT("state", "up, down or absent"),
		TIER,
		GAUGE("neighbors", NULL, "HPIM-DM and PIM-DM neighbors, of each family"),
		GAUGE("groups", NULL, "groups with members, of each family"),
		GAUGE("inputs", NULL, "route entries whose packets arrive here"),
		GAUGE("outputs", NULL, "route entries whose packets leave here"),
		COUNTER("received", "packets", "that arrived here and were forwarded"),
		COUNTER("sent", "packets", "copies that left here; those of the kernel's cache are "
					   "not counted"),
		COUNTER("dropped", "packets", "sum of hpim.drops/1") } },
	{ .id = "hpim.rpf/1", .list = "rpf", .fields = {
		SOURCE,
		TEXT("state", "connected; gateway; local: an address of this router; not-attached; "
			      "unreachable"),
		TEXT("interface", "that the route leaves by, where its packets have to arrive"),
		TEXT("upstream", "gateway of the route; '-': none"),
		TEXT("prefix", "of the route"),
		NUMBER("preference", NULL, "metric preference"),
		NUMBER("metric", NULL, "metric"),
		TEXT("why", "what is wrong with it") } },
	{ .id = "hpim.protocol-counters/1", .list = "protocol_counters", .metrics = "protocol",
	  .labels = "interface family protocol message reason", .fields = {
		INTERFACE, FAMILY,
		TEXT("protocol", "hpim, igmp, mld, or mrd: multicast router discovery"),
		TEXT("message", "its type; null: the record is about a reason"),
		COUNTER("sent", "messages", "for the first time"),
		COUNTER("received", "messages", "and not refused"),
		COUNTER("retransmitted", "messages", "sent again"),
		COUNTER("refused", "packets", "for this reason"),
		TEXT("reason", "why packets were refused, as in hpim.counters/1") } },
	{ .id = "hpim.limits/1", .list = "limits", .metrics = "limit",
	  .labels = "limit_of interface family protocol", .fields = {
		TEXT("limit_of", "trees, static-flows, denied-flows, policy-rules, neighbors, interface-trees, groups, sources, "
			 "clients, clients-read-only"),
		TEXT("interface", "absent: the limit is not of one interface"),
		NUMBER("family", NULL, "absent: the limit is not of one family"),
		GAUGE("used", NULL, "how many there are"),
		GAUGE("limit", NULL, "how many there may be"),
		COUNTER("refused", NULL, "how often something did not fit, or gave way"),
		TEXT("protocol", "hpim or pim-dm; absent: the limit is not of one of them") } },
	{ .id = "hpim.settings/1", .list = "settings", .fields = {
		TEXT("setting", "its name for 'set' and 'unset'"),
		TEXT("interface", "absent: the value is the instance's"),
		TEXT("value", "in force: a number, on or off"),
		TEXT("unit", "s: seconds; else empty"),
		TEXT("default", "the value where nothing is set"),
		TEXT("from", "interface, instance, option, derived or default"),
		TEXT("effect", "of a change: at once, next use, next entry or next start"),
		EXTRA_TEXT("min", "the lowest value; absent: it cannot be set"),
		EXTRA_TEXT("max", "the highest value; absent: it cannot be set"),
		EXTRA_TEXT("derived_from", "what it follows from while it is not set"),
		EXTRA_TEXT("source", "the document that defines it") } },
	{ .id = "hpim.explain/1", .list = "explanation", .lead = "verdict", .fields = {
		TEXT("about", "verdict: the answer in one sentence; then why: route, tree, input, entry, tier, packets, output, counter or path"),
		TEXT("interface", "'-': the sentence is not about one"),
		TEXT("verdict", "the decision in a word"),
		TEXT("sentence", "the decision and its reason"),
		EXTRA_TEXT("next", "of verdict and path: what to do next") } },
	{ .id = "hpim.doctor/1", .list = "findings", .has_severity = true, .fields = {
		TEXT("severity", "note: works, and may be as it is meant; warning: packets may be "
				 "lost, or a part is out of service; error: does not work"),
		INTERFACE,
		EXTRA_NUMBER("family", NULL, "absent: it is about both"),
		EXTRA_TEXT("check", "a word for the kind of finding"),
		TEXT("what", "what was found"),
		TEXT("why", "why it matters"),
		TEXT("remedy", "what to do about it") } },
	{ .id = "hpim.config/1", .list = "lines", .fields = {
		TEXT("text", "a line of the configuration as YAML: docs/CONFIGURATION.md") } },
	{ .id = "hpim.config-changes/1", .list = "changes", .fields = {
		TEXT("change", "+: comes; -: goes"),
		TEXT("line", "where in the configuration, and the value") } },
	{ .id = "hpim.keys/1", .list = "keys", .fields = {
		INTERFACE, FAMILY,
		NUMBER("id", NULL, "number of the key"),
		TEXT("algorithm", "of its HMAC"),
		BOOL("sending", "messages are signed with it") } },
	{ .id = "hpim.algorithms/1", .list = "algorithms", .fields = {
		TEXT("algorithm", "name of a hash algorithm"),
		NUMBER("bytes", "bytes", "length of its security value") } },
	{ .id = "hpim.attach/1", .list = "attached", .fields = {
		INTERFACE, PROTOCOLS, TIER, WHY_TIER, FOLLOWED } },
	{ .id = "hpim.capture/1", .list = "packets", .fields = {
		NUMBER("time_ns", "ns", "UNIX time of its arrival"),
		INTERFACE,
		TEXT("reason", "what becomes of it: docs/ABI.md"),
		NUMBER("bytes", "bytes", "of the frame"),
		SOURCE, GROUP,
		NUMBER("lost", "packets", "records left out before this one"),
		TEXT("data", "beginning of the frame, in hexadecimal digits") } },
	{ .id = "hpim.monitor/1", .list = "events", .fields = {
		NUMBER("seq", NULL, "number of the record, from 1 on; records left out count"),
		NUMBER("time_ns", "ns", "UNIX time"),
		TEXT("kind", "state: of what there is; ready: that was all; event: from then on"),
		TEXT("what", "interfaces, neighbors, groups, trees or config"),
		TEXT("event", "what happened, in a word; of config, the command"),
		INTERFACE, FAMILY, SOURCE, GROUP,
		TEXT("address", "of the neighbor, the host, the querier or the upstream neighbor"),
		TEXT("state", "what it is now"),
		TEXT("sentence", "the event in words; of config, the arguments of the command"),
		NUMBER("lost", "events", "left out before this record") } },
	{ .id = "hpim.metrics/1", .list = "metrics", .is_lines = true, .fields = {
		TEXT("text", "lines of OpenMetrics; all records together are the text") } },
	{ .id = "hpim.version/1", .list = "versions", .fields = {
		TEXT("program", "name of the program"),
		TEXT("version", "its version") } },
	{ .id = NULL },
};
/* clang-format on */

const struct schema *schema_find(const char *id)
{
	for (const struct schema *schema = schemas; schema->id; schema++)
		if (!strcmp(schema->id, id))
			return schema;
	return NULL;
}

const struct field *schema_field(const struct schema *schema, const char *name, size_t len)
{
	for (const struct field *field = schema->fields; field->name; field++)
		if (strlen(field->name) == len && !strncmp(field->name, name, len))
			return field;
	return NULL;
}
