// SPDX-License-Identifier: GPL-2.0-only
/*
 * Checks of the machine under the daemon: settings of the kernel, what drivers can do, the clock,
 * limits, and the configuration that a reboot would lose.
 */
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "core/inspect.h"
#include "daemon/daemon.h"
#include "daemon/port.h"
#include "daemon/running.h"
#include "dplane/dplane.h"
#include "dplane/tier.h"
#include "mgmt/doctor_machine.h"

/* A BootTime is UNIX time at first, and moves on by a few when sequence numbers are used up. */
#define CLOCK_BEHIND_S 3600u

/* In hundredths of a limit. */
#define NEARLY_FULL 90u

static const char *name_of(const struct doctor *doctor)
{
	return doctor->daemon->ports[doctor->link].config.name;
}

/* ---- settings of the kernel ---- */

int doctor_read_number(const char *path)
{
	FILE *file = fopen(path, "re");
	int value;

	if (!file)
		return -1;
	if (fscanf(file, "%d", &value) != 1)
		value = -1;
	(void)fclose(file); /* only read */
	return value;
}

static unsigned int digit_of(const struct doctor *doctor)
{
	static const unsigned int digits[IP_FAMILY_COUNT] = { 4, 6 };

	return digits[doctor->family];
}

/* Return: a setting of an interface, or of "all"; -1: unreadable. */
static int read_setting(const struct doctor *doctor, const char *interface, const char *name)
{
	char path[96];

	(void)snprintf(path, sizeof(path), "/proc/sys/net/ipv%u/conf/%s/%s", digit_of(doctor),
		       interface, name); /* names of interfaces are short */
	return doctor_read_number(path);
}

void doctor_check_forwarding(struct doctor *doctor)
{
	const char *name = name_of(doctor);
	char remedy[64];

	if (!inspect_protocol_runs(doctor->daemon->core, doctor->link, doctor->family,
				   PROTO_HPIM) ||
	    read_setting(doctor, name, "forwarding") != 0)
		return;
	(void)snprintf(remedy, sizeof(remedy), "'sysctl net.ipv%u.conf.IFACE.forwarding=1'",
		       digit_of(doctor));
	doctor_report(
		doctor,
		&(struct advice){ SEVERITY_NOTE,
				  "multicast is forwarded all the same, unicast is not: receivers "
				  "cannot answer through this router, and an IPv6 interface takes "
				  "its routes from others",
				  remedy },
		"IPv%u forwarding is off on %s", digit_of(doctor), name);
}

/* The kernel uses the larger of both settings; 1 is strict. There is none for IPv6. */
void doctor_check_rp_filter(struct doctor *doctor)
{
	static const struct advice advice = {
		SEVERITY_NOTE,
		"what XDP does not carry is dropped by the kernel unless its main table's route to "
		"the source leaves by this interface",
		"'sysctl net.ipv4.conf.IFACE.rp_filter=2'"
	};
	const char *name = name_of(doctor);
	int own = read_setting(doctor, name, "rp_filter");
	int all = read_setting(doctor, "all", "rp_filter");

	if ((own > all ? own : all) == 1)
		doctor_report(doctor, &advice, "rp_filter of %s is strict", name);
}

void doctor_check_nexthops(struct doctor *doctor)
{
	static const struct advice advice = {
		SEVERITY_NOTE,
		"the kernel reports routes by nexthop objects without interface and gateway; this "
		"daemon resolves them, other programs may see no way",
		"'sysctl net.ipv4.nexthop_compat_mode=1'"
	};

	if (doctor_read_number("/proc/sys/net/ipv4/nexthop_compat_mode") == 0)
		doctor_report(doctor, &advice, "nexthop_compat_mode is off");
}

static const char *const ip_commands[IP_FAMILY_COUNT] = { "ip", "ip -6" };

static void report_rule(void *ctx, const struct dplane_rule *rule)
{
	static const char closed[] = "no program has opened that table, so the kernel asks the "
				     "next rule; as soon as one "
				     "opens it, no packet comes to this daemon's table";
	static const char open[] =
		"the kernel's cache of this daemon does not get them: no tree begins with such a "
		"packet, and what XDP and TC leave to the kernel is not forwarded";
	char remedy[64], where[64] = "are dropped";

	if (rule->table)
		(void)snprintf(where, sizeof(where), "go to the multicast table %u", rule->table);
	(void)snprintf(remedy, sizeof(remedy), "'%s mrule delete pref %u'",
		       ip_commands[rule->family], rule->priority);
	doctor_report(ctx,
		      &(struct advice){ rule->is_open ? SEVERITY_WARNING : SEVERITY_NOTE,
					rule->is_open ? open : closed, remedy },
		      "by rule %u of another program (%s mrule) packets %sfrom %s %s",
		      rule->priority, ip_commands[rule->family],
		      rule->has_mark ? "with a mark " : "",
		      rule->is_of_all ? "all interfaces" : rule->interface, where);
}

void doctor_check_rules(struct doctor *doctor)
{
	dplane_rules(doctor->daemon->dplane, doctor->link, doctor->family, report_rule, doctor);
}

/* ---- drivers ---- */

void doctor_check_tier(struct doctor *doctor)
{
	static const struct advice advice = {
		SEVERITY_NOTE, "packets that arrive there take a slower way than XDP in the driver",
		"change what is named, then 'hpimctl detach IFACE' and attach it again; else leave "
		"it"
	};
	struct dplane_link_state state;

	dplane_link_state(doctor->daemon->dplane, doctor->link, &state);
	if (state.is_attached && state.tier != DPLANE_TIER_XDP && *state.why &&
	    doctor->daemon->ports[doctor->link].config.mode == DPLANE_MODE_AUTO)
		doctor_report(doctor, &advice, "%s is served by %s: %s", name_of(doctor),
			      tier_name(state.tier), state.why);
}

void doctor_check_redirects(struct doctor *doctor)
{
	char remedy[192];
	struct dplane_link_state state;

	dplane_link_state(doctor->daemon->dplane, doctor->link, &state);
	if (!state.is_attached || state.tier != DPLANE_TIER_XDP || state.takes_redirects)
		return;
	if (!doctor_peer_command(doctor, "-K gro on", remedy, sizeof(remedy)))
		(void)snprintf(remedy, sizeof(remedy), "another driver; else leave it");
	doctor_report(
		doctor,
		&(struct advice){ SEVERITY_NOTE,
				  "trees that leave there are carried by TC or by the kernel, more "
				  "slowly",
				  remedy },
		"%s takes no frames from XDP%s%s", name_of(doctor), *state.why ? ": " : "",
		state.why);
}

/* ---- the daemon ---- */

/*
 * Neighbors refuse a BootTime that is lower than one they know, so a new start takes a higher one
 * than the last: 3.1 of the description of HPIM-DM.
 */
void doctor_check_clock(struct doctor *doctor)
{
	static const struct advice advice = {
		SEVERITY_WARNING,
		"BootTime comes from the clock and must grow with each start; when its file is "
		"lost, "
		"neighbors refuse this router until the clock has passed it",
		"'timedatectl set-ntp true'"
	};
	uint32_t boot_time = inspect_boot_time(doctor->daemon->core);
	int64_t now = time(NULL);

	if (now + CLOCK_BEHIND_S < boot_time)
		doctor_report(doctor, &advice,
			      "the clock is %" PRId64 " s behind the BootTime in use",
			      (int64_t)boot_time - now);
}

void doctor_check_unsaved(struct doctor *doctor)
{
	static const struct advice advice = {
		SEVERITY_NOTE, "a reboot returns to what the file says",
		"'hpimctl config save'; 'hpimctl config diff' lists the differences"
	};

	if (running_is_unsaved(doctor->daemon))
		doctor_report(doctor, &advice, "the running configuration is not saved");
}

/* @setting: what raises the limit; NULL: nothing at run time. */
static void check_limit(struct doctor *doctor, const char *what, const char *setting, uint64_t used,
			uint64_t limit)
{
	char remedy[96] = "it follows from another limit: 'hpimctl show limits'";

	if (!used || used * 100 < limit * NEARLY_FULL)
		return;
	if (setting)
		(void)snprintf(remedy, sizeof(remedy),
			       doctor->link == LINK_NONE ? "'hpimctl set %s %" PRIu64
							   "', then 'hpimctl restart'"
							 : "'hpimctl set %s %" PRIu64 " IFACE'",
			       setting, 2 * limit);
	doctor_report(
		doctor,
		&(struct advice){ SEVERITY_WARNING,
				  "what does not fit is refused, or replaces what is not wanted",
				  remedy },
		"%" PRIu64 " of %" PRIu64 " %s are in use", used, limit, what);
}

void doctor_check_trees_limit(struct doctor *doctor)
{
	const struct core *core = doctor->daemon->core;

	static const struct {
		enum core_proto proto;
		const char *what[IP_FAMILY_COUNT];
	} rows[] = {
		{ PROTO_HPIM, { "IPv4 trees of HPIM-DM", "IPv6 trees of HPIM-DM" } },
		{ PROTO_PIMDM, { "IPv4 trees of PIM-DM", "IPv6 trees of PIM-DM" } },
	};

	for (enum ip_family family = 0; family < IP_FAMILY_COUNT; family++)
		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
			check_limit(doctor, rows[i].what[family], "trees",
				    inspect_tree_places(core, family, rows[i].proto),
				    inspect_limits(core)->trees);
}

void doctor_check_limits(struct doctor *doctor)
{
	static const char *const groups[IP_FAMILY_COUNT] = { "igmp-groups", "mld-groups" };
	static const char *const sources[IP_FAMILY_COUNT] = { "igmp-group-sources",
							      "mld-group-sources" };
	const struct core *core = doctor->daemon->core;
	const struct core_settings *settings = inspect_settings(core, doctor->link);
	const struct gm_if *gm = inspect_membership(core, doctor->link, doctor->family);
	enum core_proto proto = inspect_routing_protocol(core, doctor->link, doctor->family);
	struct gm_if_view view;

	if (settings->link_trees != SETTING_DERIVED)
		check_limit(doctor, "trees that it brings", "interface-trees",
			    inspect_link_trees(core, doctor->link, doctor->family, proto),
			    settings->link_trees);
	check_limit(doctor, "neighbors", "neighbors",
		    inspect_neighbor_count(core, doctor->link, doctor->family),
		    settings->neighbors);
	if (!gm)
		return;
	view = gm_if_inspect(gm);
	check_limit(doctor, "groups", groups[doctor->family], view.groups,
		    settings->gm[doctor->family].groups);
	check_limit(doctor, "sources of groups", sources[doctor->family], view.sources,
		    gm_sources_limit(&settings->gm[doctor->family]));
}
