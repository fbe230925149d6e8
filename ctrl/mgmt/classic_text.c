// SPDX-License-Identifier: GPL-2.0-only
/* The lines of the tables of classic_text.h, from what inspect.h and mfib.h show of a core. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/addr_text.h"
#include "core/inspect.h"
#include "mgmt/classic_text.h"

/* "1w2d" or "00:00:00" */
struct age {
	char s[24];
};

__attribute__((format(printf, 2, 3))) static void put(const struct classic_text *text,
						      const char *format, ...)
{
	char line[256];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(line, sizeof(line), format, args); /* names and addresses are short */
	va_end(args);
	text->put(text->ctx, line);
}

static struct age age_text(hp_time time)
{
	unsigned int s = (unsigned int)(time / HP_SEC(1)), days = s / 86400;
	struct age age = { "stopped" };

	if (time == HP_TIME_NEVER)
		return age;
	if (days >= 7)
		(void)snprintf(age.s, sizeof(age.s), "%uw%ud", days / 7, days % 7);
	else if (days)
		(void)snprintf(age.s, sizeof(age.s), "%ud%02uh", days, s / 3600 % 24);
	else
		(void)snprintf(age.s, sizeof(age.s), "%02u:%02u:%02u", s / 3600, s / 60 % 60,
			       s % 60);
	return age;
}

static const char *name_of(const struct classic_text *text, uint16_t link)
{
	return text->link_name(text->ctx, link);
}

/* ---- show ip mroute ---- */

struct each_if {
	const struct core *core;
	inspect_tree_if_fn *each;
	void *ctx;
};

static bool each_if_of(void *ctx, const struct inspect_tree *tree)
{
	const struct each_if *of = ctx;

	inspect_tree_ifs_of(of->core, tree, of->each, of->ctx);
	return true;
}

struct lines {
	const struct classic_text *text;
	const struct mfib_entry *entry;
	bool has_tree;
	struct inspect_tree tree;
	bool has_member;         /* on an outgoing interface */
	unsigned int candidates; /* other interfaces than the incoming one */
	struct ifset listed;
	struct age uptime;
};

/*
 * A static route and the policy have no tree, whatever a protocol knows of the (S,G); at a border
 * both protocols have one, and the outputs of both are the entry's.
 */
static void each_tree_if(const struct lines *lines, inspect_tree_if_fn *each)
{
	const struct core *core = lines->text->core;
	struct each_if of = { core, each, (void *)lines };

	if (!lines->has_tree)
		return;
	(void)each_if_of(&of, &lines->tree); /* the owner's first */
	inspect_trees_of(core, &lines->entry->route.key, each_if_of, &of);
}

static bool look_at(void *ctx, const struct inspect_tree_if *view)
{
	struct lines *lines = ctx;

	lines->has_member |= view->has_member && view->is_forwarding;
	lines->candidates += !view->is_root;
	return true;
}

static const char *mode_of(enum mfib_owner owner)
{
	return owner == MFIB_HPIM || owner == MFIB_PIMDM ? "Dense" : "Static";
}

static void put_output(const struct lines *lines, uint16_t link, bool is_forwarding, hp_time left,
		       bool is_winner)
{
	put(lines->text, "    %s, %s/%s, %s/%s%s\n", name_of(lines->text, link),
	    is_forwarding ? "Forward" : "Prune", mode_of(lines->entry->owner), lines->uptime.s,
	    age_text(left).s, is_winner ? ", A" : "");
}

static bool put_tree_output(void *ctx, const struct inspect_tree_if *view)
{
	struct lines *lines = ctx;
	bool is_pim = view->proto == PROTO_PIMDM;
	bool is_lost = is_pim && !strcmp(view->assert_state, "loser");

	if (view->is_root || ifset_has(&lines->listed, view->link))
		return true;
	ifset_add(&lines->listed, view->link);
	put_output(lines, view->link, ifset_has(&lines->entry->route.oifs, view->link),
		   is_lost  ? view->assert_in
		   : is_pim ? view->prune_in
			    : HP_TIME_NEVER,
		   is_pim && !strcmp(view->assert_state, "winner"));
	return true;
}

static const char *flags_of(const struct lines *lines, char flags[8])
{
	static const char of_owner[MFIB_OWNER_COUNT] = {
		[MFIB_STATIC] = 'S', [MFIB_HPIM] = 'H',  [MFIB_PIMDM] = 'D',
		[MFIB_POLICY] = 'X', [MFIB_STALE] = 'X',
	};
	char owner = of_owner[lines->entry->owner];
	size_t n = 0;

	flags[n++] = owner;
	if (lines->has_member)
		flags[n++] = 'C';
	if (ifset_is_empty(&lines->entry->route.oifs))
		flags[n++] = 'P';
	if (lines->text->has_packets(lines->text->ctx, &lines->entry->route.key))
		flags[n++] = 'T';
	flags[n] = '\0';
	return flags;
}

void classic_text_entry(const struct classic_text *text, const struct mfib_entry *entry)
{
	static const char *const none[] = { [IP_FAMILY_4] = "0.0.0.0", [IP_FAMILY_6] = "::" };
	const struct core *core = text->core;
	const struct mfib_key *key = &entry->route.key;
	hp_time left = mfib_time_left(entry, text->now);
	struct lines lines = { .text = text, .entry = entry };
	const char *rpf = none[text->family];
	char flags[8];
	struct addr_text upstream;

	lines.has_tree = entry->owner != MFIB_STATIC && entry->owner != MFIB_POLICY &&
			 inspect_tree(core, key, &lines.tree);
	lines.uptime = age_text(text->now - entry->since);
	if (lines.has_tree) {
		each_tree_if(&lines, look_at);
		if (lines.tree.proto == PROTO_PIMDM)
			left = lines.tree.expires_in;
		upstream = ip_addr_text(&lines.tree.upstream);
		if (ip_addr_is_set(&lines.tree.upstream))
			rpf = upstream.s;
	}
	put(text, "\n(%s, %s), %s/%s, flags: %s\n", ip_addr_text(&key->source).s,
	    ip_addr_text(&key->group).s, lines.uptime.s, age_text(left).s, flags_of(&lines, flags));
	put(text, "  Incoming interface: %s, RPF nbr %s\n",
	    entry->route.iif == LINK_NONE ? "Null" : name_of(text, entry->route.iif), rpf);
	put(text, "  Outgoing interface list:%s\n",
	    lines.candidates || !ifset_is_empty(&entry->route.oifs) ? "" : " Null");
	each_tree_if(&lines, put_tree_output);
	ifset_for_each (link, &entry->route.oifs)
		if (!ifset_has(&lines.listed, link))
			put_output(&lines, link, true, HP_TIME_NEVER, false);
}

void classic_text_legend(const struct classic_text *text)
{
	put(text, "%s Multicast Routing Table\n", text->family == IP_FAMILY_4 ? "IP" : "IPv6");
	put(text, "Flags: D - Dense (PIM-DM), H - HPIM-DM, S - Static, X - denied or of an earlier "
		  "run,\n");
	put(text, "       C - Connected (a member is there), P - Pruned, T - packets were "
		  "counted\n");
	put(text, "Outgoing interface flags: A - Assert winner\n");
	put(text, " Timers: Uptime/Expires\n");
	put(text, " Interface state: Interface, State/Mode\n");
}

/* ---- show ip pim interface ---- */

void classic_text_interfaces(const struct classic_text *text)
{
	put(text, "%-25s %-16s %-9s %-9s %-11s %s\n", "Address", "Interface", "Ver/Mode",
	    "Nbr Count", "Hello Intvl", "State Refresh");
	for (uint16_t link = 0; link < LINKS_MAX; link++) {
		const struct core_settings *settings = inspect_settings(text->core, link);
		struct ip_addr addr;

		if (!text->shows(text->ctx, link) ||
		    !inspect_protocol_runs(text->core, link, text->family, PROTO_PIMDM))
			continue;
		addr = text->link_addr(text->ctx, link);
		put(text, "%-25s %-16s %-9s %-9u %-11u %s\n", ip_addr_text(&addr).s,
		    name_of(text, link), "v2/D",
		    inspect_neighbor_count(text->core, link, text->family),
		    (unsigned int)settings->pim.hello_period_s,
		    settings->pim.refresh ? "on" : "off");
	}
}

/* ---- show ip pim neighbor ---- */

static bool put_neighbor(void *ctx, const struct inspect_neighbor *view)
{
	const struct classic_text *text = ctx;
	struct age uptime = age_text(view->since_for), left = age_text(view->expires_in);
	char both[64], gen_id[16] = "-";

	if (view->proto != PROTO_PIMDM)
		return true;
	(void)snprintf(both, sizeof(both), "%s/%s", uptime.s, left.s);
	if (view->has_gen_id)
		(void)snprintf(gen_id, sizeof(gen_id), "0x%08x", view->gen_id);
	put(text, "%-25s %-16s %-18s %-4s %-11s %s\n", ip_addr_text(&view->addr).s,
	    name_of(text, view->link), both, "v2", gen_id, view->is_refresh_capable ? "S" : "");
	return true;
}

void classic_text_neighbors(const struct classic_text *text)
{
	struct classic_text copy = *text; /* inspect.h wants pointers that are not const */

	put(text, "PIM Neighbor Table\n");
	put(text, "Mode: S - State Refresh Capable\n");
	put(text, "%-25s %-16s %-18s %-4s %-11s %s\n", "Neighbor Address", "Interface",
	    "Uptime/Expires", "Ver", "GenID", "Mode");
	for (uint16_t link = 0; link < LINKS_MAX; link++)
		if (text->shows(text->ctx, link))
			inspect_neighbors(text->core, link, text->family, put_neighbor, &copy);
}
