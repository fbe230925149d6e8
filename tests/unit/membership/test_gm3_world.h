/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TEST_GM3_WORLD_H
#define TEST_GM3_WORLD_H

/* Hosts of the newest versions, scripts of what happens, and what the router then knows as text. */
#include <stdlib.h>

#include "unit/membership/test_gm_world.h"

#define SOURCES_SEEN 6u /* numbers from 1 that a script names */

/* Group records written by hand, without the codec. */
struct records {
	uint16_t count;
	size_t len;
	uint8_t b[65536];
};

static inline struct ip_addr source_addr(const struct world *w, unsigned int number)
{
	char text[ADDR_TEXT_LEN];

	(void)snprintf(text, sizeof(text), w->facts->source, number);
	return addr_of(text);
}

static inline void record_put(struct records *out, const void *bytes, size_t len)
{
	cr_assert_leq(out->len + len, sizeof(out->b));
	if (len > 0)
		memcpy(out->b + out->len, bytes, len);
	out->len += len;
}

/** record_add() - A record about @group with @aux words of auxiliary data. */
static inline void record_add(struct records *out, uint8_t type, const struct ip_addr *group,
			      const struct ip_addr *sources, uint16_t count, uint8_t aux)
{
	static const uint8_t junk[4] = { 0xde, 0xad, 0xbe, 0xef };
	size_t len = ip_family_addr_len(ip_addr_family(group));

	record_put(out, (uint8_t[]){ type, aux, (uint8_t)(count >> 8), (uint8_t)count }, 4);
	record_put(out, ip_addr_bytes(group), len);
	for (uint16_t i = 0; i < count; i++)
		record_put(out, ip_addr_bytes(&sources[i]), len);
	while (aux-- > 0)
		record_put(out, junk, sizeof(junk));
	out->count++;
}

/** hear_records() - A report of the newest version from a host. */
static inline void hear_records(struct world *w, const char *host, const struct records *records)
{
	receive(w, host, w->facts->listen[1],
		&(struct gm_msg){ .type = GM_REPORT,
				  .version = w->facts->query_version,
				  .group = addr_of(w->facts->any),
				  .count = records->count,
				  .body = records->b,
				  .body_len = records->len });
}

/* "1,2": how many source numbers, put into @ret_sources. */
static inline uint16_t sources_parse(const struct world *w, const char *text,
				     struct ip_addr ret_sources[SOURCES_SEEN])
{
	uint16_t count = 0;

	for (; *text; text += strcspn(text, ","), text += *text == ',') {
		cr_assert_lt(count, SOURCES_SEEN);
		ret_sources[count++] = source_addr(w, (unsigned int)atoi(text));
	}
	return count;
}

static inline void hear_record(struct world *w, const char *host, uint8_t type, const char *sources)
{
	static struct records records; /* large */
	struct ip_addr addrs[SOURCES_SEEN], group = addr_of(w->facts->group);
	uint16_t count = sources_parse(w, sources, addrs);

	records.count = 0;
	records.len = 0;
	record_add(&records, type, &group, addrs, count, 0);
	hear_records(w, host, &records);
}

static inline void hear_sources_query(struct world *w, const char *src, const char *sources,
				      bool suppress)
{
	struct ip_addr addrs[SOURCES_SEEN];
	uint16_t count = sources_parse(w, sources, addrs);
	size_t len = ip_family_addr_len(w->facts->family);
	uint8_t body[SOURCES_SEEN * 16];

	for (uint16_t i = 0; i < count; i++)
		memcpy(body + i * len, ip_addr_bytes(&addrs[i]), len);
	receive(w, src, w->facts->group,
		&(struct gm_msg){ .type = GM_QUERY,
				  .version = w->facts->query_version,
				  .group = addr_of(w->facts->group),
				  .max_response = HP_SEC(1),
				  .suppress = suppress,
				  .count = count,
				  .body = body,
				  .body_len = count * len });
}

/*
 * Words of a script: what happens before "|" only leads to the state, what happens behind it is the
 * act.
 *   is_in:1,2  a record of this type with sources 1 and 2; also is_ex to_in to_ex allow block
 *   @to_in:    the same from another host
 *   r 1 l      report, version-1 report, leave of a host of the older version
 *   general    query from the lower address; GENERAL from the higher one
 *   query      group-specific query from the lower address; QUERY from the higher one
 *   query:1    the same for source 1; query-s:1 with the S flag, query-s: for the group
 *   old        general query of the older version from the lower address
 *   +N         N milliseconds pass
 */
static inline bool play_record(struct world *w, const char *word)
{
	static const char *const types[] = { "",       "is_in:", "is_ex:", "to_in:",
					     "to_ex:", "allow:", "block:" };
	const char *host = *word == '@' ? w->facts->host2 : w->facts->host;

	word += *word == '@';
	for (uint8_t type = 1; type < 7; type++) {
		if (strncmp(word, types[type], 6) != 0)
			continue;
		hear_record(w, host, type, word + 6);
		return true;
	}
	return false;
}

static inline void hear_old_general(struct world *w, const char *src)
{
	receive(w, src, w->facts->all_nodes,
		&(struct gm_msg){ .type = GM_QUERY,
				  .version = w->facts->report_version,
				  .group = addr_of(w->facts->any),
				  .max_response = HP_SEC(10) });
}

static inline void play_word3(struct world *w, const char *word)
{
	const struct family_facts *f = w->facts;

	if (*word == '+')
		advance_to(w, w->core.now + HP_MS(atoi(word + 1)));
	else if (!strcmp(word, "|"))
		(void)drain(w);
	else if (!strcmp(word, "r"))
		hear_report(w, f->host, f->group);
	else if (!strcmp(word, "1"))
		hear_report_v1(w, f->host, f->group);
	else if (!strcmp(word, "l"))
		hear_leave(w, f->host, f->group);
	else if (!strcmp(word, "general"))
		hear_general(w, f->lower);
	else if (!strcmp(word, "GENERAL"))
		hear_general(w, f->higher);
	else if (!strcmp(word, "old"))
		hear_old_general(w, f->lower);
	else if (!strcmp(word, "query"))
		hear_sources_query(w, f->lower, "", false);
	else if (!strcmp(word, "QUERY"))
		hear_sources_query(w, f->higher, "", false);
	else if (!strncmp(word, "query:", 6))
		hear_sources_query(w, f->lower, word + 6, false);
	else if (!strncmp(word, "query-s:", 8))
		hear_sources_query(w, f->lower, word + 8, true);
	else
		cr_assert(play_record(w, word), "script word %s", word);
}

static inline void play3(struct world *w, const char *script)
{
	char words[160], *rest = words;

	cr_assert_lt(strlen(script), sizeof(words));
	(void)strcpy(words, script);
	while (rest)
		play_word3(w, strsep(&rest, " "));
}

struct source_seen {
	const struct world *w;
	bool is_known[SOURCES_SEEN + 1];
	hp_time left[SOURCES_SEEN + 1];
};

static inline bool source_see(void *ctx, const struct gm_source_view *view)
{
	struct source_seen *seen = ctx;

	for (unsigned int i = 1; i <= SOURCES_SEEN; i++) {
		struct ip_addr addr = source_addr(seen->w, i);

		if (!ip_addr_equal(&addr, &view->source))
			continue;
		cr_assert_eq(view->is_wanted, view->expires_in > 0);
		seen->is_known[i] = true;
		seen->left[i] = view->expires_in;
	}
	return true;
}

/**
 * known() - "in 1:260000", "ex 259500 1:259500 2:0" or "none": mode, group timer, source timers.
 *
 * Also asserts that gm_has_member() says of each source what follows from that.
 */
static inline const char *known(const struct world *w)
{
	static char text[200];
	struct source_seen seen = { .w = w };
	struct ip_addr group = addr_of(w->facts->group);
	struct gm_group_view view = { .state = NULL };
	bool is_ex;
	size_t used;

	gm_group_inspect(&w->core, w->gm, first_view, &view);
	gm_source_inspect(&w->core, w->gm, &group, source_see, &seen);
	/* The probe of core_member_changed() is in no list. */
	is_ex = gm_has_member(w->gm, &(struct ip_addr){ .b = { [15] = 1 } }, &group);
	used = (size_t)snprintf(text, sizeof(text), "%s",
				is_ex        ? "ex"
				: view.state ? "in"
					     : "none");
	if (is_ex)
		used += (size_t)snprintf(text + used, sizeof(text) - used, " %lld",
					 (long long)(view.expires_in / HP_MS(1)));
	for (unsigned int i = 1; i <= SOURCES_SEEN; i++) {
		struct ip_addr source = source_addr(w, i);

		cr_assert_eq(gm_has_member(w->gm, &source, &group),
			     seen.is_known[i] ? seen.left[i] > 0 : is_ex);
		if (seen.is_known[i])
			used += (size_t)snprintf(text + used, sizeof(text) - used, " %u:%lld", i,
						 (long long)(seen.left[i] / HP_MS(1)));
	}
	return text;
}

static inline void each_family3(void (*check)(struct world *w))
{
	struct world w;

	for (int family = 0; family < IP_FAMILY_COUNT; family++) {
		world_init(&w, &facts[family], facts[family].own);
		world_start(&w);
		check(&w);
		world_fini(&w);
	}
}

#endif
