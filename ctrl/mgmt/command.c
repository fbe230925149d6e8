// SPDX-License-Identifier: GPL-2.0-only
/*
 * The commands: what a request may be. Their handlers are in mgmt/commands.c and mgmt/show.c, the
 * words that lead to them in tools/hpimctl/tokens.c.
 */
#include <string.h>

#include "mgmt/schema.h"

/* clang-format off */
#define A_TEXT(n)             { n, FIELD_TEXT, 0, 0 }
#define A_BOOL(n)             { n, FIELD_BOOL, 0, 0 }
#define A_NUMBER(n, min, max) { n, FIELD_NUMBER, min, max }
#define OF_INTERFACE { A_TEXT("interface") }
#define OF_SOURCE    { A_TEXT("source") }
#define NO_ARGS      { { .name = NULL } }
#define OF_TREE      { A_TEXT("interface"), A_TEXT("source"), A_TEXT("group") }
#define OF_POLICY    { A_TEXT("group"), A_TEXT("source"), A_TEXT("interface") }
#define REFUSED      EXIT_BIT(CTL_EXIT_REFUSED)
#define NOT_FOUND    EXIT_BIT(CTL_EXIT_NOT_FOUND)
#define PARTLY       EXIT_BIT(CTL_EXIT_PARTLY)
#define FINDINGS     EXIT_BIT(CTL_EXIT_FINDINGS)
#define CONFIG_EXITS (EXITS_ANY | REFUSED | NOT_FOUND)

const struct command commands[] = {
	{ "status", ACCESS_READ, "hpim.status/1", NULL, 0,
	  "what the router does in total (the default)", NO_ARGS },
	{ "show interfaces", ACCESS_READ, "hpim.interfaces/1", NULL, NOT_FOUND,
	  "attached interfaces and how they forward", OF_INTERFACE },
	{ "show neighbors", ACCESS_READ, "hpim.neighbors/1", NULL, NOT_FOUND,
	  "HPIM-DM and PIM-DM routers on the links", OF_INTERFACE },
	{ "show neighbor-state", ACCESS_READ, "hpim.neighbor-state/1", NULL, NOT_FOUND,
	  "what each neighbor said of each tree", OF_TREE },
	{ "show sequence", ACCESS_READ, "hpim.sequence/1", NULL, NOT_FOUND,
	  "sequence numbers of interfaces, neighbors, and trees by neighbor", OF_TREE },
	{ "show trees", ACCESS_READ, "hpim.trees/1", "hpim.tree-interfaces/1", NOT_FOUND,
	  "the tree of each source and group; -d for each interface of it", OF_TREE },
	{ "show groups", ACCESS_READ, "hpim.groups/1", "hpim.group-sources/1", NOT_FOUND,
	  "groups with members on the links; -d for each source of them", OF_INTERFACE },
	{ "show mroutes", ACCESS_READ, "hpim.mroutes/1", NULL, NOT_FOUND,
	  "the forwarding table", OF_TREE },
	{ "show ip mroute", ACCESS_READ, "hpim.classic/1", NULL, 0,
	  "the forwarding table of IPv4 as routers of other makers print it",
	  { A_TEXT("source"), A_TEXT("group") } },
	{ "show ip pim interface", ACCESS_READ, "hpim.classic/1", NULL, NOT_FOUND,
	  "interfaces of PIM-DM for IPv4, in the same way", OF_INTERFACE },
	{ "show ip pim neighbor", ACCESS_READ, "hpim.classic/1", NULL, NOT_FOUND,
	  "PIM-DM neighbors of IPv4, in the same way", OF_INTERFACE },
	{ "show ipv6 mroute", ACCESS_READ, "hpim.classic/1", NULL, 0,
	  "the forwarding table of IPv6, in the same way",
	  { A_TEXT("source"), A_TEXT("group") } },
	{ "show ipv6 pim interface", ACCESS_READ, "hpim.classic/1", NULL, NOT_FOUND,
	  "interfaces of PIM-DM for IPv6, in the same way", OF_INTERFACE },
	{ "show ipv6 pim neighbor", ACCESS_READ, "hpim.classic/1", NULL, NOT_FOUND,
	  "PIM-DM neighbors of IPv6, in the same way", OF_INTERFACE },
	{ "show counters", ACCESS_READ, "hpim.counters/1", NULL, NOT_FOUND,
	  "packets forwarded and dropped, by reason; 'show protocol-counters' for messages",
	  OF_INTERFACE },
	{ "show protocol-counters", ACCESS_READ, "hpim.protocol-counters/1", NULL, NOT_FOUND,
	  "messages of the protocols: sent, received, repeated, refused by reason", OF_INTERFACE },
	{ "show drops", ACCESS_READ, "hpim.drops/1", NULL, NOT_FOUND,
	  "of these, packets that did not reach who wants them", OF_INTERFACE },
	{ "show summary", ACCESS_READ, "hpim.summary/1", NULL, NOT_FOUND,
	  "what each interface does, in numbers", OF_INTERFACE },
	{ "show rpf", ACCESS_READ, "hpim.rpf/1", NULL, 0,
	  "routes back to the sources of trees, or to any source",
	  { A_TEXT("source") } },
	{ "show limits", ACCESS_READ, "hpim.limits/1", NULL, NOT_FOUND,
	  "what is used of each limit, and how often something did not fit", OF_INTERFACE },
	{ "show timers", ACCESS_READ, "hpim.settings/1", NULL, NOT_FOUND,
	  "timers of the protocols: value, default, and where it comes from", OF_INTERFACE },
	{ "show config", ACCESS_READ, "hpim.settings/1", NULL, NOT_FOUND,
	  "the same with the limits", OF_INTERFACE },
	{ "set", ACCESS_CHANGE, "hpim.settings/1", NULL, REFUSED | NOT_FOUND,
	  "change a timer or limit, of the instance or of an interface:",
	  { A_TEXT("setting"), A_TEXT("value"), A_TEXT("interface") } },
	{ "unset", ACCESS_CHANGE, "hpim.settings/1", NULL, REFUSED | NOT_FOUND,
	  "back to the value that counts without 'set':",
	  { A_TEXT("setting"), A_TEXT("interface") } },
	{ "config show", ACCESS_READ, "hpim.config/1", NULL, 0,
	  "the running configuration as YAML, without secrets", { A_BOOL("reference") } },
	{ "config check", ACCESS_LOCAL, NULL, NULL, REFUSED | NOT_FOUND | EXIT_BIT(CTL_EXIT_PERMISSION),
	  "look for errors in a file; needs no daemon", { A_TEXT("file") } },
	{ "config load", ACCESS_CHANGE, "hpim.config-changes/1", NULL, REFUSED | NOT_FOUND,
	  "make the running configuration that of a file; only what differs is touched",
	  { A_TEXT("text"), A_NUMBER("offset", 0, 1048576), A_BOOL("more"), A_BOOL("is_file") } },
	{ "config diff", ACCESS_LOCAL, "hpim.config-changes/1", NULL, CONFIG_EXITS | FINDINGS,
	  "what loading a file would change; exit code 8 if there is something",
	  { A_TEXT("file") } },
	{ "config save", ACCESS_CHANGE, NULL, NULL, REFUSED | NOT_FOUND,
	  "write the running configuration to a file",
	  { A_TEXT("text"), A_NUMBER("offset", 0, 1048576), A_BOOL("more"), A_BOOL("is_file") } },
	{ "reload", ACCESS_LOCAL, "hpim.config-changes/1", NULL, CONFIG_EXITS,
	  "'config load' of the file of the instance", NO_ARGS },
	{ "show keys", ACCESS_READ, "hpim.keys/1", NULL, NOT_FOUND,
	  "keys that sign HPIM-DM messages, without their secrets", OF_INTERFACE },
	{ "show algorithms", ACCESS_READ, "hpim.algorithms/1", NULL, 0,
	  "hash algorithms a key can have", NO_ARGS },
	{ "attach", ACCESS_CHANGE, "hpim.attach/1", NULL, REFUSED | NOT_FOUND | PARTLY,
	  "route on interfaces",
	  { A_TEXT("interface"), A_BOOL("hpim"), A_BOOL("pim_dm"), A_BOOL("igmp"), A_BOOL("mld"),
	    A_NUMBER("igmp_version", 2, 3), A_NUMBER("mld_version", 1, 2), A_BOOL("fast_leave"),
	    A_BOOL("no_fast_leave"), A_BOOL("ssm_any_source"), A_BOOL("no_ssm_any_source"),
	    A_BOOL("passive"), A_BOOL("no_passive"),
	    A_TEXT("mode") } },
	{ "detach", ACCESS_CHANGE, "hpim.attach/1", NULL, REFUSED | NOT_FOUND | PARTLY,
	  "stop routing on interfaces",
	  { A_TEXT("interface"), A_BOOL("hpim"), A_BOOL("pim_dm"), A_BOOL("igmp"),
	    A_BOOL("mld") } },
	{ "follow", ACCESS_CHANGE, "hpim.attach/1", NULL, REFUSED | NOT_FOUND | PARTLY,
	  "forward between interfaces as the kernel's multicast table says, which another daemon writes",
	  { A_TEXT("interface"), A_TEXT("mode") } },
	{ "unfollow", ACCESS_CHANGE, "hpim.attach/1", NULL, REFUSED | NOT_FOUND | PARTLY,
	  "leave interfaces to the kernel again", OF_INTERFACE },
	{ "threshold", ACCESS_CHANGE, NULL, NULL, REFUSED | NOT_FOUND,
	  "let only packets with a greater TTL leave by an interface",
	  { A_TEXT("interface"), A_NUMBER("ttl", 0, UINT8_MAX) } },
	{ "show static", ACCESS_READ, "hpim.static/1", NULL, NOT_FOUND,
	  "static routes and static joins", OF_INTERFACE },
	{ "static route", ACCESS_CHANGE, "hpim.static/1", NULL, REFUSED | NOT_FOUND,
	  "forward what arrives on one interface to others, or replace its outputs:",
	  { A_TEXT("source"), A_TEXT("group"), A_TEXT("from"), A_TEXT("to") } },
	{ "static join", ACCESS_CHANGE, "hpim.static/1", NULL, REFUSED | NOT_FOUND,
	  "act as if a host on an interface had reported a group:",
	  { A_TEXT("group"), A_TEXT("source"), A_TEXT("interface") } },
	{ "static delete route", ACCESS_CHANGE, NULL, NULL, REFUSED | NOT_FOUND, "a route:",
	  { A_TEXT("source"), A_TEXT("group"), A_TEXT("from") } },
	{ "static delete join", ACCESS_CHANGE, NULL, NULL, REFUSED | NOT_FOUND, "a join:",
	  { A_TEXT("group"), A_TEXT("source"), A_TEXT("interface") } },
	{ "show rpf-metrics", ACCESS_READ, "hpim.rpf-metrics/1", NULL, 0,
	  "metrics that count instead of the kernel's", NO_ARGS },
	{ "rpf-metric", ACCESS_CHANGE, "hpim.rpf-metrics/1", NULL, REFUSED,
	  "set the metric of the routes to the sources of a prefix:",
	  { A_TEXT("source"), A_NUMBER("metric", 0, UINT32_MAX - 1),
	    A_NUMBER("preference", 0, UINT32_MAX - 1) } },
	{ "rpf-metric delete", ACCESS_CHANGE, NULL, NULL, NOT_FOUND,
	  "use the kernel's again:", OF_SOURCE },
	{ "show policy", ACCESS_READ, "hpim.policy/1", NULL, NOT_FOUND,
	  "boundaries, filters and SSM ranges, and how often each decided", OF_INTERFACE },
	{ "policy allow", ACCESS_CHANGE, "hpim.policy/1", NULL, REFUSED | NOT_FOUND,
	  "let groups pass that a less specific rule denies:", OF_POLICY },
	{ "policy deny", ACCESS_CHANGE, "hpim.policy/1", NULL, REFUSED | NOT_FOUND,
	  "take no members, data or trees of groups, on one interface or all:", OF_POLICY },
	{ "policy delete", ACCESS_CHANGE, NULL, NULL, NOT_FOUND,
	  "delete what 'policy allow' or 'policy deny' set:", OF_POLICY },
	{ "boundary", ACCESS_CHANGE, "hpim.policy/1", NULL, REFUSED | NOT_FOUND,
	  "let no packet of groups in or out by an interface, whatever 'policy allow' says",
	  { A_TEXT("interface"), A_TEXT("group") } },
	{ "boundary delete", ACCESS_CHANGE, NULL, NULL, NOT_FOUND, "delete a boundary:",
	  { A_TEXT("interface"), A_TEXT("group") } },
	{ "ssm-range", ACCESS_CHANGE, "hpim.policy/1", NULL, REFUSED,
	  "groups for source-specific multicast, in place of 232.0.0.0/8 and ff3x::/32",
	  { A_TEXT("group") } },
	{ "ssm-range delete", ACCESS_CHANGE, NULL, NULL, NOT_FOUND, "delete a range:",
	  { A_TEXT("group") } },
	{ "ssm-map", ACCESS_CHANGE, "hpim.policy/1", NULL, REFUSED,
	  "hosts that name no source of these SSM groups ask for this one",
	  { A_TEXT("group"), A_TEXT("source") } },
	{ "ssm-map delete", ACCESS_CHANGE, NULL, NULL, NOT_FOUND, "delete a mapping:",
	  { A_TEXT("group"), A_TEXT("source") } },
	{ "explain", ACCESS_READ, "hpim.explain/1", NULL, 0,
	  "say where packets of a source to a group go, and why",
	  { A_TEXT("source"), A_TEXT("group"), A_BOOL("path") } },
	{ "metrics", ACCESS_READ, "hpim.metrics/1", NULL, 0,
	  "numbers for a monitoring system, as OpenMetrics; see docs/MONITORING.md",
	  { A_NUMBER("trees", 1, 1000), A_NUMBER("mroutes", 1, 1000), A_TEXT("source"),
	    A_TEXT("group") } },
	{ "doctor", ACCESS_READ, "hpim.doctor/1", NULL, NOT_FOUND | FINDINGS,
	  "look for what is wrong; exit code 8 if there is more than notes", OF_INTERFACE },
	{ "capture", ACCESS_CHANGE, "hpim.capture/1", NULL, REFUSED | NOT_FOUND,
	  "show or write packets as they arrive, and what becomes of them",
	  { A_NUMBER("every", 1, 1000000000), A_NUMBER("count", 1, INT64_MAX),
	    A_TEXT("interface"), A_TEXT("source"), A_TEXT("group"), A_TEXT("reason") } },
	{ "monitor", ACCESS_FOLLOW, "hpim.monitor/1", NULL, NOT_FOUND,
	  "what there is, and then what happens",
	  { A_TEXT("what"), A_TEXT("interface"), A_TEXT("source"), A_TEXT("group") } },
	{ "clear counters", ACCESS_CHANGE, NULL, NULL, 0,
	  "let 'show counters', 'show drops' and 'show summary' count from now on", NO_ARGS },
	{ "clear neighbor", ACCESS_CHANGE, NULL, NULL, NOT_FOUND,
	  "forget a neighbor, as if it had been silent, and begin with it again:",
	  { A_TEXT("interface"), A_TEXT("address") } },
	{ "clear tree", ACCESS_CHANGE, NULL, NULL, NOT_FOUND,
	  "forget a tree; it comes back with the next packet, or with what neighbors announced:",
	  { A_TEXT("source"), A_TEXT("group") } },
	{ "log", ACCESS_CHANGE, NULL, NULL, 0, "what is logged from now on, of all or of a module:",
	  { A_TEXT("level"), A_TEXT("module") } },
	{ "key add", ACCESS_CHANGE, NULL, NULL, REFUSED | NOT_FOUND,
	  "accept messages signed with it:",
	  { A_TEXT("interface"), A_NUMBER("id", 0, UINT16_MAX), A_TEXT("algorithm"),
	    A_TEXT("secret"), A_BOOL("sending"), A_TEXT("file") } },
	{ "key send", ACCESS_CHANGE, NULL, NULL, REFUSED | NOT_FOUND,
	  "sign with this key from now on:",
	  { A_TEXT("interface"), A_NUMBER("id", 0, UINT16_MAX) } },
	{ "key delete", ACCESS_CHANGE, NULL, NULL, REFUSED | NOT_FOUND, "forget this key:",
	  { A_TEXT("interface"), A_NUMBER("id", 0, UINT16_MAX) } },
	{ "stop", ACCESS_END, NULL, NULL, 0, "end the daemon", { A_BOOL("keep_forwarding") } },
	{ "restart", ACCESS_END, NULL, NULL, REFUSED,
	  "run the daemon again, in the version installed now, without a gap in forwarding",
	  NO_ARGS },
	{ "version", ACCESS_LOCAL, "hpim.version/1", NULL, 0, "version of this program",
	  NO_ARGS },
	{ "top", ACCESS_LOCAL, NULL, NULL, 0,
	  "rates of interfaces and trees, the fastest first; -w SEC: over so many seconds",
	  { A_NUMBER("count", 1, 1000000) } },
	{ "completion", ACCESS_LOCAL, NULL, NULL, 0, "a script that completes words in a shell",
	  { A_TEXT("shell") } },
	{ "help", ACCESS_LOCAL, NULL, NULL, 0, "this text, or more about a command",
	  NO_ARGS },
	{ .name = NULL },
};
/* clang-format on */

const struct command *command_find(const char *name)
{
	for (const struct command *command = commands; command->name; command++)
		if (!strcmp(command->name, name))
			return command;
	return NULL;
}

const struct command_arg *command_arg(const struct command *command, const char *name)
{
	for (const struct command_arg *arg = command->args; arg->name; arg++)
		if (!strcmp(arg->name, name))
			return arg;
	return NULL;
}

const struct schema *command_answer(const struct command *command, bool is_detail)
{
	const char *id = is_detail && command->detail ? command->detail : command->answer;

	return id ? schema_find(id) : NULL;
}
