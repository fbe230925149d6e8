// SPDX-License-Identifier: GPL-2.0-only
/* Questions about a network and their answers in words. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "hpimsim/expect.h"
#include "hpimsim/pim_text.h"

/* What a question is about: a router, a port "R1.eth0", who receives it "R1.eth0>R2", ... */
struct subject {
	uint16_t router, port, host, lan, to;
};

struct text {
	char *s;
	size_t used;
};

struct asked {
	const struct sim_net *net;
	const struct facts *facts;
	const struct log *log;
	struct subject subject;
	struct text text;
	struct check check; /* of invariants */
};

enum about { ABOUT_ALL, ABOUT_ROUTER, ABOUT_PORT, ABOUT_SPEAKER, ABOUT_LAN };

struct question {
	const char *name;
	enum about about; /* ABOUT_SPEAKER: a port, a port with ">", or a host */
	void (*answer)(struct asked *asked);
};

__attribute__((format(printf, 2, 3))) static void say(struct asked *asked, const char *format, ...)
{
	struct text *text = &asked->text;
	va_list args;
	int more;

	va_start(args, format);
	more = vsnprintf(text->s + text->used, EXPECT_TEXT_LEN - text->used, format, args);
	va_end(args);
	text->used += (size_t)more;
	if (text->used >= EXPECT_TEXT_LEN)
		text->used = EXPECT_TEXT_LEN - 1;
}

/* ---- Trees ---- */

static void say_ports(struct asked *asked, const char *before, const struct ifset *ports)
{
	const struct sim_box *box = &asked->net->topo.routers[asked->subject.router];

	if (ifset_is_empty(ports))
		return;
	say(asked, "%s", before);
	ifset_for_each (port, ports)
		say(asked, " %s", box->ports[port].name);
}

struct port_sets {
	struct mfib_key key;
	struct ifset lost, interested;
};

static bool collect_ports(void *ctx, const struct inspect_tree_if *tif)
{
	struct port_sets *sets = ctx;

	if (!ip_addr_equal(&tif->key.source, &sets->key.source) ||
	    !ip_addr_equal(&tif->key.group, &sets->key.group) || tif->is_root)
		return true;
	if (!tif->is_winner)
		ifset_add(&sets->lost, tif->link);
	if (tif->has_interest)
		ifset_add(&sets->interested, tif->link);
	return true;
}

/* The scenarios speak of the tree of the first group. */
static bool is_first_group(const struct ip_addr *group)
{
	return sim_topo_group_index(group) == 0;
}

/* Of several sources the one with the lowest address; trees come in any order. */
struct chosen {
	bool is_found;
	struct inspect_tree tree;
};

static bool choose(void *ctx, const struct inspect_tree *tree)
{
	struct chosen *chosen = ctx;

	if (is_first_group(&tree->key.group) && strcmp(tree->state, "inactive") != 0 &&
	    (!chosen->is_found || ip_addr_compare(&tree->key.source, &chosen->tree.key.source) < 0))
		*chosen = (struct chosen){ .is_found = true, .tree = *tree };
	return true;
}

/* The tree of the first group, with its ports. false: there is none. */
static bool find_tree(const struct asked *asked, struct chosen *chosen, struct port_sets *sets)
{
	*chosen = (struct chosen){ .is_found = false };
	asked->facts->trees(asked->facts->ctx, asked->subject.router, choose, chosen);
	*sets = (struct port_sets){ .key = chosen->tree.key };
	if (chosen->is_found)
		asked->facts->tree_ifs(asked->facts->ctx, asked->subject.router, collect_ports,
				       sets);
	return chosen->is_found;
}

static void answer_tree(struct asked *asked)
{
	const struct sim_box *box = &asked->net->topo.routers[asked->subject.router];
	struct chosen chosen;
	struct port_sets sets;

	if (!find_tree(asked, &chosen, &sets)) {
		say(asked, "none");
		return;
	}
	say(asked, "%s %s", chosen.tree.state,
	    chosen.tree.root == LINK_NONE ? "-" : box->ports[chosen.tree.root].name);
	say_ports(asked, " >", &chosen.tree.oifs);
	say_ports(asked, ", lost", &sets.lost);
}

static void answer_pim(struct asked *asked)
{
	pim_trees_text(asked->net, asked->facts, asked->subject.router, asked->text.s,
		       EXPECT_TEXT_LEN);
}

static void answer_upstream(struct asked *asked)
{
	pim_upstream_text(asked->net, asked->facts, asked->subject.router, asked->text.s,
			  EXPECT_TEXT_LEN);
}

static void answer_interest(struct asked *asked)
{
	struct chosen chosen;
	struct port_sets sets;

	if (find_tree(asked, &chosen, &sets))
		say_ports(asked, "in", &sets.interested);
	if (!asked->text.used)
		say(asked, "none");
}

static bool count_active(void *ctx, const struct inspect_tree *tree)
{
	unsigned int *counts = ctx;

	counts[0] += strcmp(tree->state, "active") == 0;
	counts[1] += strcmp(tree->state, "active") != 0 && strcmp(tree->state, "inactive") != 0;
	return true;
}

static void answer_trees(struct asked *asked)
{
	unsigned int counts[2] = { 0, 0 };

	asked->facts->trees(asked->facts->ctx, asked->subject.router, count_active, counts);
	say(asked, "%u active, %u other", counts[0], counts[1]);
}

/* ---- Neighbors and members ---- */

/* @ctx: states by host number. */
static bool collect_neighbor(void *ctx, const struct inspect_neighbor *neighbor)
{
	const char **states = ctx;

	states[neighbor->addr.b[15]] = neighbor->is_usable ? "" : neighbor->state;
	return true;
}

static void answer_neighbors(struct asked *asked)
{
	const struct sim_topo *topo = &asked->net->topo;
	uint16_t lan = topo->routers[asked->subject.router].ports[asked->subject.port].lan;
	const char *states[256] = { NULL };

	asked->facts->neighbors(asked->facts->ctx, asked->subject.router, asked->subject.port,
				collect_neighbor, states);
	for (unsigned int host = 0; host < 256; host++) {
		const char *state = states[host];

		if (!state)
			continue;
		say(asked, "%s%s", asked->text.used ? " " : "",
		    sim_topo_name_at(topo, lan, (uint8_t)host));
		if (state[0])
			say(asked, "(%s)", state);
	}
	if (!asked->text.used)
		say(asked, "none");
}

static void answer_querier(struct asked *asked)
{
	const struct sim_topo *topo = &asked->net->topo;
	uint16_t lan = topo->routers[asked->subject.router].ports[asked->subject.port].lan;
	struct ip_addr querier;

	if (asked->facts->querier(asked->facts->ctx, asked->subject.router, asked->subject.port,
				  &querier))
		say(asked, "%s", sim_topo_name_at(topo, lan, querier.b[15]));
	else
		say(asked, "none");
}

/* IGMP speaks of members, MLD of listeners; here they are the same. */
static bool say_group(void *ctx, const struct gm_group_view *group)
{
	struct asked *asked = ctx;

	if (!is_first_group(&group->group))
		return true;
	say(asked, "%s", strncmp(group->state, "Checking", 8) == 0 ? "checking" : "members");
	return false;
}

static void answer_members(struct asked *asked)
{
	asked->facts->groups(asked->facts->ctx, asked->subject.router, asked->subject.port,
			     say_group, asked);
	if (!asked->text.used)
		say(asked, "none");
}

/* ---- What was said ---- */

static bool speaks(const struct subject *subject, const struct log_entry *entry)
{
	if (subject->lan != SIM_NONE)
		return entry->lan == subject->lan;
	if (subject->host != SIM_NONE)
		return entry->port == SIM_NONE && entry->sender == subject->host;
	return entry->sender == subject->router && entry->port == subject->port &&
	       (subject->to == SIM_NONE || entry->to == subject->to);
}

/* A list; what is said several times in a row stands there once with its number. */
static void say_kind(struct asked *asked, int kind)
{
	const struct log_entry *last = NULL;
	unsigned int times = 0;

	for (size_t i = 0; i <= asked->log->count; i++) {
		const struct log_entry *entry =
			i < asked->log->count ? &asked->log->entries[i] : NULL;

		if (entry && ((int)entry->kind != kind || entry->is_repeated ||
			      !speaks(&asked->subject, entry)))
			continue;
		if (last && entry && strcmp(last->text, entry->text) == 0) {
			times++;
			continue;
		}
		if (times > 1)
			say(asked, " x%u", times);
		times = 1;
		last = entry;
		if (entry)
			say(asked, "%s%s", asked->text.used ? ", " : "", entry->text);
	}
	if (!asked->text.used)
		say(asked, "nothing");
}

static void answer_said(struct asked *asked)
{
	say_kind(asked, LOG_TREE);
}

static void answer_refreshes(struct asked *asked)
{
	say_kind(asked, LOG_REFRESH);
}

static void answer_syncs(struct asked *asked)
{
	say_kind(asked, LOG_SYNC);
}

/* Each SN that is new is greater than those before. 3.4 */
static void answer_sns(struct asked *asked)
{
	const struct log_entry *last = NULL;

	for (size_t i = 0; i < asked->log->count; i++) {
		const struct log_entry *entry = &asked->log->entries[i];

		if (!entry->number || !speaks(&asked->subject, entry))
			continue;
		last = entry;
		if (entry->falls_below)
			say(asked, "%s%u after %u", asked->text.used ? ", " : "", entry->number,
			    entry->falls_below);
	}
	if (!asked->text.used)
		say(asked, last ? "grow" : "nothing");
}

static void answer_membership(struct asked *asked)
{
	say_kind(asked, LOG_GM);
}

static void answer_last(struct asked *asked)
{
	for (size_t i = asked->log->count; i > 0 && !asked->text.used; i--) {
		const struct log_entry *entry = &asked->log->entries[i - 1];

		if (entry->kind == LOG_TREE && speaks(&asked->subject, entry))
			say(asked, "%s", entry->text);
	}
	if (!asked->text.used)
		say(asked, "nothing");
}

/* How many trees each Sync carried. */
static void answer_sync_trees(struct asked *asked)
{
	for (size_t i = 0; i < asked->log->count; i++) {
		const struct log_entry *entry = &asked->log->entries[i];

		if (entry->kind == LOG_SYNC && speaks(&asked->subject, entry))
			say(asked, "%s%u", asked->text.used ? " " : "", entry->trees);
	}
	if (!asked->text.used)
		say(asked, "nothing");
}

static void answer_repeats(struct asked *asked)
{
	unsigned int repeats = 0;

	for (size_t i = 0; i < asked->log->count; i++)
		repeats += asked->log->entries[i].is_repeated;
	say(asked, "%u", repeats);
}

/* ---- Data ---- */

static void answer_copies(struct asked *asked)
{
	uint16_t least = UINT16_MAX, most = 0, lan = asked->subject.lan;

	for (size_t i = 0; i < asked->net->flow_count; i++) {
		const struct sim_flow *flow = &asked->net->flows[i];

		least = flow->copies[lan].least < least ? flow->copies[lan].least : least;
		most = flow->copies[lan].most > most ? flow->copies[lan].most : most;
	}
	if (least > most)
		say(asked, "no packets");
	else if (least == most)
		say(asked, "%u", most);
	else
		say(asked, "%u to %u", least, most);
}

/* ---- Invariants ---- */

static void conclude(struct asked *asked, struct check check)
{
	asked->check = check;
	say(asked, "%s", check.kind ? check.text : "yes");
}

static void answer_settled(struct asked *asked)
{
	conclude(asked, asked->facts->settled(asked->facts->network_ctx));
}

static void answer_gone(struct asked *asked)
{
	conclude(asked, asked->facts->no_trees(asked->facts->network_ctx));
}

static void answer_empty(struct asked *asked)
{
	conclude(asked, asked->facts->empty(asked->facts->network_ctx));
}

static const struct question questions[] = {
	{ "tree", ABOUT_ROUTER, answer_tree },
	{ "trees", ABOUT_ROUTER, answer_trees },
	{ "pim", ABOUT_ROUTER, answer_pim },
	{ "upstream", ABOUT_ROUTER, answer_upstream },
	{ "interest", ABOUT_ROUTER, answer_interest },
	{ "neighbors", ABOUT_PORT, answer_neighbors },
	{ "querier", ABOUT_PORT, answer_querier },
	{ "members", ABOUT_PORT, answer_members },
	{ "said", ABOUT_SPEAKER, answer_said },
	{ "last", ABOUT_SPEAKER, answer_last },
	{ "refreshes", ABOUT_SPEAKER, answer_refreshes },
	{ "syncs", ABOUT_SPEAKER, answer_syncs },
	{ "sync-trees", ABOUT_SPEAKER, answer_sync_trees },
	{ "sns", ABOUT_SPEAKER, answer_sns },
	{ "membership", ABOUT_SPEAKER, answer_membership },
	{ "copies", ABOUT_LAN, answer_copies },
	{ "repeats", ABOUT_ALL, answer_repeats },
	{ "settled", ABOUT_ALL, answer_settled },
	{ "gone", ABOUT_ALL, answer_gone },
	{ "empty", ABOUT_ALL, answer_empty },
};

static const struct question *find_question(const char *name)
{
	for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++)
		if (strcmp(questions[i].name, name) == 0)
			return &questions[i];
	return NULL;
}

/* The host number of a router on a link. */
static uint16_t number_on(const struct sim_topo *topo, const char *name, uint16_t lan)
{
	uint16_t router = sim_topo_router(topo, name);

	for (uint16_t p = 0; router != SIM_NONE && p < topo->routers[router].port_count; p++)
		if (topo->routers[router].ports[p].lan == lan)
			return topo->routers[router].ports[p].host;
	return SIM_NONE;
}

static bool find_port(const struct sim_topo *topo, char *name, struct subject *subject)
{
	char *dot = strchr(name, '.'), *to = strchr(name, '>');

	if (to)
		*to = '\0';
	if (!dot)
		return false;
	*dot = '\0';
	subject->router = sim_topo_router(topo, name);
	if (subject->router == SIM_NONE)
		return false;
	subject->port = sim_topo_port(&topo->routers[subject->router], dot + 1);
	if (subject->port == SIM_NONE)
		return false;
	if (to)
		subject->to = number_on(topo, to + 1,
					topo->routers[subject->router].ports[subject->port].lan);
	return !to || subject->to != SIM_NONE;
}

static bool find_subject(const struct sim_topo *topo, enum about about, const char *text,
			 struct subject *ret_subject)
{
	struct subject subject = { SIM_NONE, SIM_NONE, SIM_NONE, SIM_NONE, SIM_NONE };
	char name[3 * SIM_NAME_LEN];
	bool is_found = false;

	(void)snprintf(name, sizeof(name), "%.47s", text);
	subject.lan = sim_topo_lan(topo, name);
	if (about == ABOUT_ALL) {
		is_found = strcmp(name, "all") == 0;
	} else if (about == ABOUT_ROUTER) {
		subject.router = sim_topo_router(topo, name);
		is_found = subject.router != SIM_NONE;
	} else if (about == ABOUT_LAN) {
		is_found = subject.lan != SIM_NONE;
	} else if (about == ABOUT_SPEAKER &&
		   (subject.lan != SIM_NONE ||
		    (subject.host = sim_topo_host(topo, name)) != SIM_NONE)) {
		is_found = true;
	} else {
		is_found = find_port(topo, name, &subject);
	}
	*ret_subject = subject;
	return is_found;
}

bool expect_is_known(const struct sim_topo *topo, const char *kind, const char *text)
{
	const struct question *question = find_question(kind);
	struct subject subject;

	return question && find_subject(topo, question->about, text, &subject);
}

void expect_answer(const struct sim_net *net, const struct facts *facts, const struct log *log,
		   const char *kind, const char *text, char *ret_text, enum check_kind *ret_kind)
{
	const struct question *question = find_question(kind);
	struct asked asked = { .net = net, .facts = facts, .log = log, .text = { .s = ret_text } };

	ret_text[0] = '\0';
	(void)find_subject(&net->topo, question->about, text, &asked.subject); /* is known */
	question->answer(&asked);
	*ret_kind =
		question->about == ABOUT_ALL && asked.check.kind ? asked.check.kind : CHECK_EXPECT;
}

/* ---- Comparing ---- */

static const char *next_item(const char *item, size_t *ret_len)
{
	const char *end = strstr(item, ", ");

	*ret_len = end ? (size_t)(end - item) : strlen(item);
	return end ? end + 2 : item + *ret_len;
}

/* "Report x1..2": said once or twice in a row. */
static bool item_matches(const char *expected, size_t len, const char *answer, size_t answer_len)
{
	unsigned int least, most, times = 1;
	int used = 0;

	for (size_t i = 0; i + 2 < len; i++) {
		if (sscanf(expected + i, " x%3u..%3u%n", &least, &most, &used) != 2 ||
		    expected[i] != ' ' || i + (size_t)used != len)
			continue;
		if (answer_len < i || strncmp(expected, answer, i) != 0)
			return false;
		if (answer_len > i && (sscanf(answer + i, " x%3u%n", &times, &used) != 1 ||
				       i + (size_t)used != answer_len))
			return false;
		return times >= least && times <= most;
	}
	return len == answer_len && strncmp(expected, answer, len) == 0;
}

static bool items_match(const char *expected, const char *answer)
{
	size_t len, answer_len;
	const char *rest = next_item(expected, &len), *answer_rest = next_item(answer, &answer_len);

	if (!len)
		return !answer_len;
	if (expected[0] == '(' && expected[len - 1] == ')') {
		if (items_match(rest, answer))
			return true;
		expected++;
		len -= 2;
	}
	return item_matches(expected, len, answer, answer_len) && items_match(rest, answer_rest);
}

/* "1..3" of each packet; the answer is "2", or "1 to 3". */
static bool is_in_bounds(const char *expected, const char *answer)
{
	unsigned int least, most, is_least, is_most;
	int bounds = sscanf(expected, "%u..%u", &least, &most);
	int count = sscanf(answer, "%u to %u", &is_least, &is_most);

	if (count == 1)
		is_most = is_least;
	return bounds == 2 && count >= 1 && is_least >= least && is_most <= most;
}

bool expect_matches(const char *expected, const char *answer)
{
	return items_match(expected, answer) || is_in_bounds(expected, answer) ||
	       (strcmp(answer, "nothing") == 0 && items_match(expected, ""));
}
