/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TEST_GM_WORLD_H
#define TEST_GM_WORLD_H

/*
 * A router that only runs group membership, and its effects as words. Included once per test
 * program: it also defines what gm.c asks of core.c.
 */
#include <criterion/criterion.h>
#include <limits.h>

#include <stdio.h>
#include <string.h>

#include "base/addr_text.h"
#include "core/core_int.h"
#include "core/membership/gm.h"
#include "core/membership/family.h"
#include "core/membership/join.h"

#define LINK 3u

/* What differs between the families, by hand: independent of membership/family.c and of the codecs.
 */
struct family_facts {
	enum ip_family family;
	const char *lower, *own, *higher, *host, *host2;
	const char *group, *all_nodes, *all_routers, *listen[2], *any;
	const char *states[GM_STATE_COUNT];
	const char *source; /* format of source number n */
	uint8_t report_version, query_version;
	/* Queries from @own, specific to @group, the last with the S flag; the old ones shorter. */
	size_t query_len, old_query_len;
	uint8_t general[28], specific[28], suppress[28], old_general[24], old_specific[24];
};

static const struct family_facts facts[IP_FAMILY_COUNT] = {
	[IP_FAMILY_4] = {
		.family = IP_FAMILY_4,
		.lower = "10.0.0.1", .own = "10.0.0.2", .higher = "10.0.0.3",
		.host = "10.0.0.9", .host2 = "10.0.0.10",
		.group = "224.12.12.12", .all_nodes = "224.0.0.1", .all_routers = "224.0.0.2",
		.listen = { "224.0.0.2", "224.0.0.22" }, .any = "0.0.0.0",
		.states = { "NoMembersPresent", "MembersPresent", "CheckingMembership",
			    "Version1MembersPresent", "Include", "Exclude" },
		.source = "198.51.100.%u",
		.report_version = 2, .query_version = 3,
		.query_len = 12, .old_query_len = 8,
		.general = { 0x11, 0x64, 0xec, 0x1e, 0x00, 0x00, 0x00, 0x00, 0x02, 0x7d },
		.specific = { 0x11, 0x0a, 0x00, 0x60, 0xe0, 0x0c, 0x0c, 0x0c, 0x02, 0x7d },
		.suppress = { 0x11, 0x0a, 0xf8, 0x5f, 0xe0, 0x0c, 0x0c, 0x0c, 0x0a, 0x7d },
		.old_general = { 0x11, 0x64, 0xee, 0x9b },
		.old_specific = { 0x11, 0x0a, 0x02, 0xdd, 0xe0, 0x0c, 0x0c, 0x0c },
	},
	[IP_FAMILY_6] = {
		.family = IP_FAMILY_6,
		.lower = "fe80::1", .own = "fe80::2", .higher = "fe80::3",
		.host = "fe80::9", .host2 = "fe80::10",
		.group = "ff05::12:12:12", .all_nodes = "ff02::1", .all_routers = "ff02::2",
		.listen = { "ff02::2", "ff02::16" }, .any = "::",
		.states = { "NoListenersPresent", "ListenersPresent", "CheckingListeners", "-",
			    "Include", "Exclude" },
		.source = "2001:db8::%u",
		.report_version = 1, .query_version = 2,
		.query_len = 28, .old_query_len = 24,
		.general = { 0x82, 0x00, 0x56, 0x95, 0x27, 0x10, [24] = 0x02, 0x7d },
		.specific = { 0x82, 0x00, 0x7a, 0x49, 0x03, 0xe8, 0x00, 0x00, 0xff, 0x05, 0x00,
			      0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x12, 0x00, 0x12,
			      0x00, 0x12, 0x02, 0x7d },
		.suppress = { 0x82, 0x00, 0x72, 0x49, 0x03, 0xe8, 0x00, 0x00, 0xff, 0x05, 0x00,
			      0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x12, 0x00, 0x12,
			      0x00, 0x12, 0x0a, 0x7d },
		.old_general = { 0x82, 0x00, 0x59, 0x16, 0x27, 0x10 },
		.old_specific = { 0x82, 0x00, 0x7c, 0xca, 0x03, 0xe8, 0x00, 0x00, 0xff, 0x05, 0x00,
				  0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x12, 0x00, 0x12,
				  0x00, 0x12 },
	},
};

struct world {
	const struct family_facts *facts;
	struct core core;
	struct gm_if *gm;
	char words[4096]; /* last effects drained */
};

static inline struct ip_addr addr_of(const char *text)
{
	struct ip_addr addr;

	cr_assert_eq(ip_addr_parse(text, &addr), 0, "%s", text);
	return addr;
}

static inline bool is_addr(const struct ip_addr *addr, const char *text)
{
	struct ip_addr other = addr_of(text);

	return ip_addr_equal(addr, &other);
}

/* ---- What core.c defines otherwise ---- */

uint64_t core_random(struct core *core, uint64_t below)
{
	(void)core;
	(void)below;
	cr_assert_fail("nothing in gm is random");
	return 0;
}

void core_count(struct core *core, uint16_t link, enum ip_family family, enum note_code code)
{
	core->links[link].counters[family].noted[code]++;
}

void core_note(struct core *core, const struct core_note *note)
{
	if (note->code < NOTE_CODE_COUNT)
		core_count(core, note->link,
			   ip_addr_family(ip_addr_is_set(&note->a) ? &note->a : &note->b),
			   note->code);
	core_fx(core, &(struct core_effect){ .kind = FX_NOTE, .note = *note });
}

/* Recorded among the effects, as a note with a code of its own. */
void core_member_changed(struct core *core, uint16_t link, const struct ip_addr *group)
{
	const struct gm_if *gm = core->gm[ip_addr_family(group)][link];
	const struct ip_addr source = addr_of("192.0.2.1");
	struct core_note note = { .code = NOTE_CODE_COUNT, .link = link, .b = *group };

	note.v[0] = (gm && gm_has_member(gm, &source, group)) ||
		    gm_join_wants(core, link, &source, group);
	core_note(core, &note);
}

/* ---- Effects as words ---- */

/* "sources(1,3)", with an s in front of the bracket for the S flag: a query from @own. */
static inline const char *sources_word(const struct world *w, const struct fx_send *send)
{
	static char word[600];
	const struct family_facts *f = w->facts;
	size_t addr_len = ip_family_addr_len(f->family), used;
	size_t count = (send->len - f->query_len) / addr_len;
	const uint8_t *tail = send->bytes + f->query_len - 4;
	bool suppress = tail[0] & 8;

	if (!is_addr(&send->dst, f->group) ||
	    memcmp(send->bytes + 4, f->specific + 4, f->query_len - 8) || (tail[0] & 7) != 2 ||
	    tail[1] != 125 || tail[2] != 0 || tail[3] != count)
		return "send?";
	used = (size_t)snprintf(word, sizeof(word), "sources%s", suppress ? "-s" : "");
	for (size_t i = 1; i <= count; i++)
		used += (size_t)snprintf(word + used, sizeof(word) - used, "%c%u",
					 i == 1 ? '(' : ',',
					 send->bytes[f->query_len + i * addr_len - 1]);
	(void)snprintf(word + used, sizeof(word) - used, ")");
	return word;
}

static inline const char *send_word(const struct world *w, const struct fx_send *send)
{
	const struct family_facts *f = w->facts;
	const struct {
		const char *word, *dst;
		size_t len;
		const uint8_t *bytes;
	} queries[] = {
		{ "general", f->all_nodes, f->query_len, f->general },
		{ "specific", f->group, f->query_len, f->specific },
		{ "specific-s", f->group, f->query_len, f->suppress },
		{ "old-general", f->all_nodes, f->old_query_len, f->old_general },
		{ "old-specific", f->group, f->old_query_len, f->old_specific },
	};

	if (send->link != LINK || send->socket != SOCKET_GM || !is_addr(&send->src, f->own))
		return "send?";
	for (size_t i = 0; i < sizeof(queries) / sizeof(queries[0]); i++)
		if (send->len == queries[i].len && is_addr(&send->dst, queries[i].dst) &&
		    !memcmp(send->bytes, queries[i].bytes, send->len))
			return queries[i].word;
	return send->len > f->query_len ? sources_word(w, send) : "send?";
}

static inline const char *group_word(const struct world *w, const struct core_effect *fx)
{
	bool is_join = fx->kind == FX_JOIN;

	if (fx->group.link != LINK || fx->group.socket != SOCKET_GM)
		return "group?";
	if (is_addr(&fx->group.group, w->facts->listen[0]))
		return is_join ? "join0" : "leave0";
	if (is_addr(&fx->group.group, w->facts->listen[1]))
		return is_join ? "join1" : "leave1";
	return "group?";
}

static inline const char *querier_word(const struct world *w, const struct core_note *note)
{
	if (note->v[0] && is_addr(&note->a, w->facts->own))
		return "querier";
	if (!note->v[0] && is_addr(&note->a, w->facts->lower))
		return "yield";
	return "note?";
}

static inline const char *refused_word(const struct core_note *note)
{
	static const char *const words[GM_REFUSAL_COUNT] = {
		[GM_REFUSED_DESTINATION] = "not-ours", [GM_REFUSED_SOURCE] = "foreign",
		[GM_REFUSED_HOP_LIMIT] = "hop-limit",  [GM_REFUSED_ROUTER_ALERT] = "no-alert",
		[GM_REFUSED_RECORD] = "odd",           [GM_REFUSED_SSM] = "ssm",
		[GM_REFUSED_NUMBERS] = "numbers",
	};

	return note->level == NOTE_WARN && words[note->v[0]] ? words[note->v[0]] : "refused?";
}

static inline const char *note_word(const struct world *w, const struct core_note *note)
{
	const struct family_facts *f = w->facts;

	if (note->link != LINK)
		return "note?";
	switch ((unsigned int)note->code) {
	case NOTE_QUERIER: return querier_word(w, note);
	case NOTE_GROUP_JOINED:
		return is_addr(&note->a, f->host) && is_addr(&note->b, f->group) ? "joined"
										 : "joined?";
	case NOTE_GROUP_LEFT: return is_addr(&note->b, f->group) ? "left" : "left?";
	case NOTE_GROUP_LIMIT:
		return note->v[0] == w->core.links[LINK].settings.gm[w->facts->family].groups
			       ? "limit"
			       : "limit?";
	case NOTE_SOURCE_LIMIT: return is_addr(&note->b, f->group) ? "source-limit" : "note?";
	case NOTE_QUERIER_VERSION: return note->v[0] < note->v[1] ? "older" : "newer";
	case NOTE_GM_REFUSED: return refused_word(note);
	case NOTE_PACKET_BAD: return note->v[0] == SOCKET_GM ? "bad" : "bad?";
	case NOTE_CODE_COUNT: return note->v[0] ? "+member" : "-member";
	}
	return "note?";
}

/* Empty the queue of effects into w->words. */
static inline const char *drain(struct world *w)
{
	const struct core_effect *fx;
	size_t used = 0;

	w->words[0] = '\0';
	while ((fx = fx_next(&w->core.fx))) {
		const char *word = "effect?";

		if (fx->kind == FX_SEND)
			word = send_word(w, &fx->send);
		if (fx->kind == FX_JOIN || fx->kind == FX_LEAVE)
			word = group_word(w, fx);
		if (fx->kind == FX_NOTE)
			word = note_word(w, &fx->note);
		used += (size_t)snprintf(w->words + used, sizeof(w->words) - used, "%s%s",
					 used ? " " : "", word);
		cr_assert_lt(used, sizeof(w->words));
	}
	return w->words;
}

/* ---- What happens to the router ---- */

/* Of the interface, as they count from now on. */
static inline struct gm_settings *world_settings(struct world *w)
{
	return &w->core.links[LINK].settings.gm[w->facts->family];
}

static inline void world_init(struct world *w, const struct family_facts *f, const char *own)
{
	memset(w, 0, sizeof(*w));
	w->facts = f;
	core_settings_init(&w->core, &core_settings_default);
	world_settings(w)->groups = 4;
	sched_init(&w->core.sched);
	fx_init(&w->core.fx);
	w->core.links[LINK].info = (struct ev_link){
		.link = LINK,
		.is_present = true,
		.is_up = true,
		.addr_count = 1,
		.addrs = { { addr_of(own), f->family == IP_FAMILY_4 ? 24 : 64 } },
	};
}

static inline void world_start(struct world *w)
{
	w->gm = gm_start(&w->core, LINK, w->facts->family);
	w->core.gm[w->facts->family][LINK] = w->gm;
}

static inline void world_stop(struct world *w)
{
	w->core.gm[w->facts->family][LINK] = NULL;
	gm_stop(&w->core, w->gm);
	w->gm = NULL;
}

/* Also the proof that gm left no timer behind. */
static inline void world_fini(struct world *w)
{
	if (w->gm)
		world_stop(w);
	cr_assert_eq(sched_deadline(&w->core.sched), HP_TIME_NEVER);
	fx_fini(&w->core.fx);
}

static inline void advance_to(struct world *w, hp_time now)
{
	while (sched_deadline(&w->core.sched) <= now) {
		w->core.now = sched_deadline(&w->core.sched);
		(void)sched_run(&w->core, &w->core.sched, w->core.now, UINT_MAX);
	}
	w->core.now = now;
}

static inline void receive_bytes(struct world *w, const char *src, const char *dst,
				 const uint8_t *bytes, size_t len)
{
	const struct ev_packet packet = {
		.link = LINK,
		.socket = SOCKET_GM,
		.src = addr_of(src),
		.dst = addr_of(dst),
		.ttl = 1,
		.has_router_alert = true,
		.bytes = bytes,
		.len = len,
	};

	gm_receive(&w->core, w->gm, &packet);
}

static inline void receive(struct world *w, const char *src, const char *dst,
			   const struct gm_msg *msg)
{
	const struct ip_addr from = addr_of(src), to = addr_of(dst);
	static uint8_t bytes[GM_MSG_LEN_MAX];
	size_t len = gm_families[w->facts->family].encode(msg, &from, &to, bytes, sizeof(bytes));

	cr_assert_gt(len, 0);
	receive_bytes(w, src, dst, bytes, len);
}

static inline void hear_report(struct world *w, const char *src, const char *group)
{
	receive(w, src, group,
		&(struct gm_msg){ .type = GM_REPORT,
				  .version = w->facts->report_version,
				  .group = addr_of(group) });
}

static inline void hear_report_v1(struct world *w, const char *src, const char *group)
{
	receive(w, src, group,
		&(struct gm_msg){ .type = GM_REPORT, .version = 1, .group = addr_of(group) });
}

static inline void hear_leave(struct world *w, const char *src, const char *group)
{
	receive(w, src, w->facts->all_routers,
		&(struct gm_msg){ .type = GM_LEAVE,
				  .version = w->facts->report_version,
				  .group = addr_of(group) });
}

static inline void hear_general(struct world *w, const char *src)
{
	receive(w, src, w->facts->all_nodes,
		&(struct gm_msg){ .type = GM_QUERY,
				  .version = w->facts->query_version,
				  .group = addr_of(w->facts->any),
				  .max_response = HP_SEC(10) });
}

static inline void hear_specific(struct world *w, const char *src, hp_time max_response)
{
	receive(w, src, w->facts->group,
		&(struct gm_msg){ .type = GM_QUERY,
				  .version = w->facts->query_version,
				  .group = addr_of(w->facts->group),
				  .max_response = max_response });
}

/* ---- What is seen of the router ---- */

static inline bool first_view(void *ctx, const struct gm_group_view *view)
{
	*(struct gm_group_view *)ctx = *view;
	return false;
}

static inline const char *first_state(const struct world *w)
{
	struct gm_group_view view = { .state = w->facts->states[GM_STATE_NO_MEMBERS] };

	gm_group_inspect(&w->core, w->gm, first_view, &view);
	return view.state;
}

/* ---- One test for both families ---- */

static inline void each_family(void (*check)(struct world *w))
{
	struct world w;

	for (int family = 0; family < IP_FAMILY_COUNT; family++) {
		world_init(&w, &facts[family], facts[family].own);
		world_start(&w);
		check(&w);
		world_fini(&w);
	}
}

/* Group number @i, the first one is the group of the facts. */
static inline const char *group_at(const struct world *w, unsigned int i)
{
	static char text[ADDR_TEXT_LEN];
	bool is_v4 = w->facts->family == IP_FAMILY_4;

	snprintf(text, sizeof(text), is_v4 ? "224.12.12.%u" : "ff05::12:12:%u", 12 + i);
	return text;
}

#endif
