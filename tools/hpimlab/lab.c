// SPDX-License-Identifier: GPL-2.0-only
/* Building and changing the network of a lab. What its hosts do is traffic.c's. */
#include "hpimlab/lab.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/addr_text.h"
#include "hpimlab/shell.h"

#define PORT_NAME_MAX  15u   /* of the kernel */
#define IPV6_MTU_LEAST 1280u /* the kernel has no IPv6 on smaller links. RFC 8200, 5 */

hp_time lab_now(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (hp_time)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* ---- what cannot be done ---- */

const char *lab_unable(const struct sim_topo *topo, const struct action *action)
{
	(void)topo;
	switch (action->kind) {
	case ACT_SKEW: return "all daemons have the clock of this machine";
	case ACT_DUP:
	case ACT_JITTER:
	case ACT_DELAY: return "links here neither delay nor duplicate";
	default: return NULL;
	}
}

const char *lab_link_unable(const struct sim_lan *lan)
{
	if (lan->jitter_us || lan->dup_pm)
		return "links here neither delay nor duplicate";
	return NULL;
}

/* ---- names ---- */

const char *lab_port_name(const char *node, const char *port, char name[LAB_NAME_LEN])
{
	(void)snprintf(name, LAB_NAME_LEN, "%.15s-%.15s", node, port);
	return name;
}

int lab_netns(const struct lab *lab, const char *name)
{
	char path[128];

	(void)snprintf(path, sizeof(path), "/run/netns/%s-%s", lab->prefix, name);
	return open(path, O_RDONLY | O_CLOEXEC);
}

static const char *family_option(const struct lab *lab)
{
	return ip_family_addr_len(lab->family) == 4 ? "-4" : "-6";
}

/* ---- building ---- */

static void node_write(FILE *script, const struct lab *lab, const char *name)
{
	fprintf(script,
		"ip netns add %s-%s\n"
		"ip -n %s-%s link set lo up\n",
		lab->prefix, name, lab->prefix, name);
}

static void sysctl_write(FILE *script, const struct lab *lab, const char *name,
			 const char *settings)
{
	fprintf(script, "nsenter --net=/run/netns/%s-%s sysctl -qw %s\n", lab->prefix, name,
		settings);
}

/* None on the port of the bridge; on the node's the addresses of scenarios alone, at once. */
static void ipv6_write(FILE *script, const struct lab *lab, const char *node, const char *port,
		       const char *end, uint16_t lan, uint8_t host)
{
	const struct ip_prefix v6 = sim_topo_subnet(lab->topo, IP_FAMILY_6, lan, host);
	const struct ip_addr local = sim_topo_addr(lab->topo, IP_FAMILY_6, lan, host);
	const char *p = lab->prefix;

	fprintf(script,
		"nsenter --net=/run/netns/%s-wires sh -c 'echo 1 > "
		"/proc/sys/net/ipv6/conf/%s/disable_ipv6'\n",
		p, end);
	fprintf(script,
		"nsenter --net=/run/netns/%s-%s sh -c 'echo 0 > "
		"/proc/sys/net/ipv6/conf/%s/accept_dad'\n",
		p, node, port);
	fprintf(script, "ip -n %s-%s link set dev %s addrgenmode none\n", p, node, port);
	fprintf(script, "ip -n %s-%s addr add %s dev %s nodad\n", p, node, ip_prefix_text(&v6).s,
		port);
	fprintf(script, "ip -n %s-%s addr add %s/64 dev %s nodad\n", p, node,
		ip_addr_text(&local).s, port);
}

/*
 * A cable between a node and a bridge. Checksums are finished by the sender, as on a real cable:
 * what XDP forwards is never seen by a driver that would finish them. GRO makes each end take the
 * frames that XDP of the other end redirects into the cable; it is on after the link is up, since
 * the kernel only then says so to the other end.
 */
static void cable_write(FILE *script, const struct lab *lab, const char *node, const char *port,
			uint16_t lan, uint8_t host)
{
	const struct ip_prefix v4 = sim_topo_subnet(lab->topo, IP_FAMILY_4, lan, host);
	const char *p = lab->prefix;
	char end[LAB_NAME_LEN];

	lab_port_name(node, port, end);
	fprintf(script,
		"ip link add name %s netns %s-%s mtu %u type veth peer name %s mtu %u netns "
		"%s-wires\n",
		port, p, node, lab->topo->lans[lan].mtu, end, lab->topo->lans[lan].mtu, p);
	fprintf(script, "ip -n %s-wires link set dev %s master br%u up\n", p, end, lan);
	if (lab->topo->lans[lan].mtu >= IPV6_MTU_LEAST)
		ipv6_write(script, lab, node, port, end, lan, host);
	fprintf(script, "ip -n %s-%s addr add %s dev %s\n", p, node, ip_prefix_text(&v4).s, port);
	fprintf(script, "ip -n %s-%s link set dev %s up\n", p, node, port);
	fprintf(script,
		"nsenter --net=/run/netns/%s-%s ethtool -K %s tx off gro on > /dev/null\n"
		"nsenter --net=/run/netns/%s-wires ethtool -K %s tx off gro on > /dev/null\n",
		p, node, port, p, end);
}

static void routers_write(FILE *script, const struct lab *lab)
{
	const struct sim_topo *topo = lab->topo;

	for (uint16_t i = 0; i < topo->router_count; i++) {
		const struct sim_box *box = &topo->routers[i];

		node_write(script, lab, box->name);
		/* A subnet whose carrier is gone is reached by another router, if at all. */
		sysctl_write(script, lab, box->name,
			     "net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 "
			     "net.ipv4.conf.all.ignore_routes_with_linkdown=1 "
			     "net.ipv4.conf.default.ignore_routes_with_linkdown=1 "
			     "net.ipv6.conf.default.ignore_routes_with_linkdown=1");
		for (uint16_t p = 0; p < box->port_count; p++)
			cable_write(script, lab, box->name, box->ports[p].name, box->ports[p].lan,
				    box->ports[p].host);
	}
}

/* Hosts of a scenario speak IGMPv2 and MLDv1 unless they are of the newest kind. */
static void hosts_write(FILE *script, const struct lab *lab)
{
	const struct sim_topo *topo = lab->topo;

	for (uint16_t i = 0; i < topo->host_count; i++) {
		const struct sim_host *host = &topo->hosts[i];

		node_write(script, lab, host->name);
		sysctl_write(script, lab, host->name, "net.ipv4.igmp_max_memberships=64");
		if (!host->is_newest)
			sysctl_write(script, lab, host->name,
				     "net.ipv4.conf.default.force_igmp_version=2 "
				     "net.ipv6.conf.default.force_mld_version=1");
		cable_write(script, lab, host->name, "eth0", host->lan, host->host);
	}
}

static bool names_fit(const struct sim_topo *topo)
{
	for (uint16_t i = 0; i < topo->router_count; i++)
		for (uint16_t p = 0; p < topo->routers[i].port_count; p++)
			if (strlen(topo->routers[i].name) + 1 +
				    strlen(topo->routers[i].ports[p].name) >
			    PORT_NAME_MAX)
				return false;
	for (uint16_t i = 0; i < topo->host_count; i++)
		if (strlen(topo->hosts[i].name) + strlen("-eth0") > PORT_NAME_MAX)
			return false;
	return true;
}

/* hpimd and hpimctl stand beside this program, or are installed. */
void lab_find_programs(struct lab *lab)
{
	char self[200] = "", path[256];
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash = len > 0 ? strrchr(self, '/') : NULL;

	if (!slash)
		return;
	slash[1] = '\0';
	(void)snprintf(path, sizeof(path), "%shpimd", self);
	if (access(path, X_OK) == 0)
		(void)snprintf(lab->programs, sizeof(lab->programs), "%s", self);
}

bool lab_build(struct lab *lab, const struct sim_topo *topo, enum ip_family family)
{
	FILE *script;

	lab->topo = topo;
	lab->family = family;
	lab_find_programs(lab);
	if (!names_fit(topo)) {
		fprintf(stderr,
			"hpimlab: a name of a node and one of its ports are longer than %u "
			"characters together\n",
			PORT_NAME_MAX - 1);
		return false;
	}
	(void)mkdir("/run/hpimlab", 0755); /* may be there; the next one says if it is not */
	if (mkdir(lab->folder, 0755) < 0 && errno != EEXIST) {
		fprintf(stderr, "hpimlab: cannot make %s: %s\n", lab->folder, strerror(errno));
		return false;
	}
	script = shell_open();
	if (!script)
		return false;
	fprintf(script, "mountpoint -q /sys/fs/bpf || mount -t bpf bpf /sys/fs/bpf\n");
	node_write(script, lab, "wires");
	for (uint16_t i = 0; i < topo->lan_count; i++)
		fprintf(script,
			"ip -n %s-wires link add br%u type bridge mcast_snooping 0\n"
			"ip -n %s-wires link set br%u up\n",
			lab->prefix, i, lab->prefix, i);
	routers_write(script, lab);
	hosts_write(script, lab);
	if (shell_close(script))
		return true;
	fprintf(stderr, "hpimlab: cannot build the network\n");
	return false;
}

void lab_remove(const char *prefix, const char *folder)
{
	/* A daemon that was not stopped leaves its pinned maps, and the file of its interfaces. */
	(void)shell_run(
		"for ns in $(ip netns list 2>/dev/null | sed -n 's/^\\(%s-[^ ]*\\).*/\\1/p'); do\n"
		"	kill -9 $(ip netns pids $ns) 2>/dev/null\n"
		"	ip netns del $ns\n"
		"done\n"
		"rm -rf /run/hpimd/%s-* /sys/fs/bpf/hpim/%s-* %s",
		prefix, prefix, prefix, folder);
}

/* ---- routers ---- */

/* A child in the namespace of a node; its output goes to the node's log. */
static pid_t fork_in(const struct lab *lab, const char *name)
{
	int netns = lab_netns(lab, name);
	char path[128];
	pid_t pid = netns < 0 ? -1 : fork();
	int log;

	if (pid != 0) {
		if (netns >= 0)
			close(netns);
		return pid;
	}
	(void)snprintf(path, sizeof(path), "%s/%s.log", lab->folder, name);
	log = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	if (setns(netns, CLONE_NEWNET) < 0 || log < 0)
		_exit(126);
	(void)setsid(); /* an interrupt at the terminal is for hpimlab, which ends it */
	(void)dup2(log, STDOUT_FILENO);
	(void)dup2(log, STDERR_FILENO);
	(void)close_range(STDERR_FILENO + 1, ~0u, 0); /* guard.h waits for all who have its end */
	return 0;
}

static const char *protocol_name(const struct sim_port *port)
{
	return port->protocol == PROTO_PIMDM ? "pim-dm" : "hpim";
}

static const char *membership_name(const struct lab *lab)
{
	return ip_family_addr_len(lab->family) == 4 ? "igmp" : "mld";
}

static void setting_write(FILE *file, const struct core_settings *settings, enum setting_id id)
{
	uint32_t value;

	if (!setting_can_change(id) || setting_is_limit(id) ||
	    setting_get(settings, id) == setting_get(&core_settings_default, id))
		return;
	value = setting_get(settings, id);
	fprintf(file, "\"$HPIMCTL\" set %s ", setting_table[id].name);
	if (setting_table[id].unit == SETTING_SWITCH)
		fprintf(file, "%s\n", value ? "on" : "off");
	else if (setting_table[id].unit == SETTING_MS)
		fprintf(file, "%u.%03u\n", value / 1000, value % 1000);
	else
		fprintf(file, "%u\n", value);
}

/* A daemon refuses values that do not go together: those first that have to be below others. */
static void settings_write(FILE *file, const struct core_settings *settings)
{
	static const enum setting_id first[] = {
		SETTING_PIM_STATE_REFRESH_INTERVAL,
		SETTING_IGMP + (enum setting_id)SETTING_GM_QUERY_RESPONSE_INTERVAL,
		SETTING_MLD + (enum setting_id)SETTING_GM_QUERY_RESPONSE_INTERVAL,
	};

	for (size_t i = 0; i < sizeof(first) / sizeof(first[0]); i++)
		setting_write(file, settings, first[i]);
	for (enum setting_id id = 0; id < SETTING_COUNT; id++)
		setting_write(file, settings, id);
}

static void attach_write(FILE *file, const struct lab *lab, const struct sim_port *port)
{
	bool has_routing = port->wants[port->protocol], has_gm = port->wants[PROTO_GM];

	if (has_routing || has_gm)
		fprintf(file, "\"$HPIMCTL\" attach %s %s %s mode %s %s\n", port->name,
			has_routing ? protocol_name(port) : "", has_gm ? membership_name(lab) : "",
			lab->mode, family_option(lab));
}

/* What a user would type at a new daemon. */
static char *setup_script(const struct lab *lab, const struct sim_box *box)
{
	char *text = NULL;
	size_t len;
	FILE *file = open_memstream(&text, &len);

	fprintf(file, "n=0; until \"$HPIMCTL\" status > /dev/null 2>&1; do\n"
		      "	[ $n -lt 600 ]; n=$((n + 1)); sleep 0.05\n"
		      "done\n");
	settings_write(file, &lab->topo->settings);
	for (uint16_t p = 0; p < box->port_count; p++)
		attach_write(file, lab, &box->ports[p]);
	(void)fclose(file);
	return text;
}

static bool daemon_start(struct lab *lab, uint16_t router)
{
	const struct sim_box *box = &lab->topo->routers[router];
	char instance[LAB_NAME_LEN + SIM_NAME_LEN], path[300];
	pid_t pid;

	if (lab->daemons[router])
		return true;
	(void)snprintf(instance, sizeof(instance), "%s-%s", lab->prefix, box->name);
	(void)snprintf(path, sizeof(path), "%shpimd", lab->programs);
	pid = fork_in(lab, box->name);
	if (pid == 0) {
		execlp(path, "hpimd", "-i", instance, "--foreground", (char *)NULL);
		_exit(127);
	}
	lab->daemons[router] = pid;
	lab->setups[router] = fork_in(lab, box->name);
	if (lab->setups[router] == 0) {
		(void)snprintf(path, sizeof(path), "%shpimctl", lab->programs);
		(void)setenv("HPIMCTL", path, 1);
		(void)setenv("HPIM_INSTANCE", instance, 1);
		execlp("sh", "sh", "-ec", setup_script(lab, box), (char *)NULL);
		_exit(127);
	}
	return pid > 0 && lab->setups[router] > 0;
}

enum lab_readiness lab_ready(struct lab *lab)
{
	for (uint16_t i = 0; i < lab->topo->router_count; i++) {
		int status = 0;
		pid_t ended;

		if (!lab->setups[i])
			continue;
		ended = waitpid(lab->setups[i], &status, WNOHANG);
		if (ended == 0)
			return LAB_STARTS;
		if (ended < 0 || status != 0) {
			fprintf(stderr, "hpimlab: %s does not start:\n",
				lab->topo->routers[i].name);
			(void)shell_run("tail -n 5 %s/%s.log >&2", lab->folder,
					lab->topo->routers[i].name);
			return LAB_BROKEN;
		}
		lab->setups[i] = 0;
	}
	return LAB_READY;
}

static bool ctl(const struct lab *lab, const struct sim_box *box, const char *words)
{
	return shell_run("%shpimctl -i %s-%s %s %s > /dev/null", lab->programs, lab->prefix,
			 box->name, family_option(lab), words);
}

static void daemon_end(struct lab *lab, uint16_t router, bool says_goodbye)
{
	pid_t pid = lab->daemons[router];

	if (!pid)
		return;
	if (!says_goodbye || !ctl(lab, &lab->topo->routers[router], "stop"))
		(void)kill(pid, SIGKILL);
	(void)waitpid(pid, NULL, 0);
	lab->daemons[router] = 0;
}

/* ---- links ---- */

static bool wire_set(const struct lab *lab, const char *node, const char *port, const char *words)
{
	char end[LAB_NAME_LEN];

	return shell_run("ip -n %s-wires link set dev %s %s", lab->prefix,
			 lab_port_name(node, port, end), words);
}

/* A port that no bridge has keeps its carrier. */
static bool wire_plug(const struct lab *lab, const char *node, const char *port, uint16_t lan)
{
	char master[24];

	(void)snprintf(master, sizeof(master), "master br%u", lan);
	return wire_set(lab, node, port, lan == SIM_NONE ? "nomaster" : master);
}

static bool router_plug(const struct lab *lab, uint16_t router, bool is_plugged)
{
	const struct sim_box *box = &lab->topo->routers[router];
	bool is_done = true;

	for (uint16_t p = 0; p < box->port_count; p++)
		is_done &= wire_plug(lab, box->name, box->ports[p].name,
				     is_plugged && !box->ports[p].is_cut ? box->ports[p].lan
									 : SIM_NONE);
	return is_done;
}

static void lose_write(FILE *script, const char *node, const char *port, uint32_t per_mille)
{
	char end[LAB_NAME_LEN], chance[48] = "";

	if (per_mille < 1000)
		(void)snprintf(chance, sizeof(chance), "numgen random mod 1000 < %u ", per_mille);
	fprintf(script, "\t\tiifname \"%s\" %sdrop\n", lab_port_name(node, port, end), chance);
}

/*
 * Per mille, of what a bridge passes on to each receiver. Its ports are named, since not each
 * kernel has a rule for the bridge. Address resolution is not lost: the simulator has none, and a
 * unicast that waits for it is never sent.
 */
static bool lose(const struct lab *lab, uint16_t lan, uint32_t per_mille)
{
	const struct sim_topo *topo = lab->topo;
	FILE *script = shell_open();

	if (!script)
		return false;
	fprintf(script,
		"nsenter --net=/run/netns/%s-wires nft -f - <<END\n"
		"table bridge lan%u\ndelete table bridge lan%u\ntable bridge lan%u {\n"
		"\tchain forward {\n\t\ttype filter hook forward priority 0;\n"
		"\t\tether type arp accept\n"
		"\t\ticmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept\n",
		lab->prefix, lan, lan, lan);
	for (uint16_t i = 0; i < topo->router_count && per_mille; i++)
		for (uint16_t p = 0; p < topo->routers[i].port_count; p++)
			if (topo->routers[i].ports[p].lan == lan)
				lose_write(script, topo->routers[i].name,
					   topo->routers[i].ports[p].name, per_mille);
	for (uint16_t i = 0; i < topo->host_count && per_mille; i++)
		if (topo->hosts[i].lan == lan)
			lose_write(script, topo->hosts[i].name, "eth0", per_mille);
	fprintf(script, "\t}\n}\nEND\n");
	return shell_close(script);
}

/* ---- actions ---- */

static bool act_on_router(struct lab *lab, const struct action *action)
{
	const struct sim_box *box = &lab->topo->routers[action->node];

	switch (action->kind) {
	case ACT_START:
		lab->is_powered[action->node] = true;
		return router_plug(lab, action->node, true) && daemon_start(lab, action->node);
	case ACT_STOP:
		lab->is_powered[action->node] = false;
		daemon_end(lab, action->node, true);
		return true;
	case ACT_KILL: daemon_end(lab, action->node, false); return true;
	case ACT_CRASH:
		lab->is_powered[action->node] = false;
		if (!router_plug(lab, action->node, false))
			return false;
		daemon_end(lab, action->node, false);
		return shell_run("rm -rf /run/hpimd/%s-%s* /sys/fs/bpf/hpim/%s-%s", lab->prefix,
				 box->name, lab->prefix, box->name);
	default: return false;
	}
}

static bool act_on_port(const struct lab *lab, const struct action *action)
{
	const struct sim_box *box = &lab->topo->routers[action->node];
	const struct sim_port *port = &box->ports[action->port];
	const char *protocol = protocol_name(port);
	bool is_on = true;
	char words[120];

	switch (action->kind) {
	case ACT_DOWN: return wire_set(lab, box->name, port->name, "down");
	case ACT_UP: return wire_set(lab, box->name, port->name, "up");
	case ACT_CUT: return wire_plug(lab, box->name, port->name, SIM_NONE);
	case ACT_HEAL: return wire_plug(lab, box->name, port->name, port->lan);
	case ACT_HPIM_OFF:
	case ACT_PIM_OFF: is_on = false; break;
	case ACT_GM_OFF: is_on = false; /* fall through */
	case ACT_GM_ON: protocol = membership_name(lab); break;
	default: break;
	}
	if (is_on)
		(void)snprintf(words, sizeof(words), "attach %s %s mode %s", port->name, protocol,
			       lab->mode);
	else
		(void)snprintf(words, sizeof(words), "detach %s %s", port->name, protocol);
	return ctl(lab, box, words);
}

/* What was switched off is on again: as in hpimsim/action.c. A router without power stays off. */
static bool calm(struct lab *lab)
{
	const struct sim_topo *topo = lab->topo;
	bool is_done = true;

	for (uint16_t i = 0; i < topo->lan_count; i++)
		is_done &= lose(lab, i, 0);
	for (uint16_t i = 0; i < topo->host_count; i++)
		is_done &= wire_plug(lab, topo->hosts[i].name, "eth0", topo->hosts[i].lan);
	for (uint16_t i = 0; i < topo->router_count; i++) {
		const struct sim_box *box = &topo->routers[i];
		struct action on = { .kind = ACT_GM_ON, .node = i };

		if (!lab->is_powered[i])
			continue;
		is_done &= router_plug(lab, i, true);
		for (on.port = 0; on.port < box->port_count && lab->daemons[i]; on.port++) {
			on.kind = ACT_GM_ON;
			is_done &= act_on_port(lab, &on);
			on.kind = ACT_HPIM_ON; /* or the other one, of the port */
			is_done &= act_on_port(lab, &on);
		}
		is_done &= daemon_start(lab, i);
	}
	return is_done;
}

bool lab_act(struct lab *lab, const struct action *action)
{
	const struct sim_host *host = &lab->topo->hosts[action->node];

	switch (action->kind) {
	case ACT_START:
	case ACT_STOP:
	case ACT_KILL:
	case ACT_CRASH: return act_on_router(lab, action);
	case ACT_DOWN:
	case ACT_UP:
	case ACT_CUT:
	case ACT_HEAL:
	case ACT_HPIM_ON:
	case ACT_HPIM_OFF:
	case ACT_PIM_ON:
	case ACT_PIM_OFF:
	case ACT_GM_ON:
	case ACT_GM_OFF: return act_on_port(lab, action);
	case ACT_CALM: return calm(lab);
	case ACT_LOSS: return lose(lab, action->node, action->value);
	case ACT_UNPLUG: return wire_plug(lab, host->name, "eth0", SIM_NONE);
	case ACT_PLUG: return wire_plug(lab, host->name, "eth0", host->lan);
	default: return true; /* of routing, hosts, or of who counts */
	}
}

/* ---- unicast routing ---- */

/* By the kernel's rules a route with another metric is another route. */
bool lab_route(const struct lab *lab, uint16_t router, uint16_t lan, const struct sim_route *was,
	       const struct sim_route *is)
{
	const struct sim_box *box = &lab->topo->routers[router];
	const struct ip_prefix subnet = sim_topo_subnet(lab->topo, lab->family, lan, 0);
	bool is_done = true;

	if (is->is_reachable && !is->is_connected)
		is_done = shell_run("ip %s -n %s-%s route replace %s via %s dev %s proto zebra "
				    "metric %u",
				    family_option(lab), lab->prefix, box->name,
				    ip_prefix_text(&subnet).s, ip_addr_text(&is->next_hop).s,
				    box->ports[is->port].name, is->metric);
	if (was->is_reachable && !was->is_connected &&
	    !(is->is_reachable && !is->is_connected && was->metric == is->metric))
		/* The kernel removed it with its interface's last address, or not at all. */
		(void)shell_run("ip %s -n %s-%s route del %s metric %u proto zebra 2> /dev/null",
				family_option(lab), lab->prefix, box->name,
				ip_prefix_text(&subnet).s, was->metric);
	return is_done;
}
