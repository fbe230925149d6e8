// SPDX-License-Identifier: GPL-2.0-only
#include "hpimlab/compare.h"

#include <assert.h>
#include <ctype.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hpimsim/tables.h"

#define LINES_MAX 400u
#define POLL_MS   100

struct lines {
	char *text; /* owned; the lines are in it */
	char *line[LINES_MAX];
	size_t count;
};

/* ---- what counts of a line ---- */

/* "00:01:05": a timer that runs, whatever it shows. */
static bool is_time(const char *at)
{
	static const char form[] = "dd:dd:dd";

	for (size_t i = 0; form[i]; i++)
		if (form[i] == 'd' ? !isdigit((unsigned char)at[i]) : at[i] != ':')
			return false;
	return true;
}

static bool is_gen_id(const char *at)
{
	if (strncmp(at, "0x", 2) != 0)
		return false;
	for (size_t i = 2; i < 10; i++)
		if (!isxdigit((unsigned char)at[i]))
			return false;
	return true;
}

static void mask(const char *line, char *masked, size_t room)
{
	size_t used = 0;

	while (*line && used + 2 < room) {
		if (is_time(line)) {
			masked[used++] = 'T';
			line += strlen("00:00:00");
		} else if (is_gen_id(line)) {
			masked[used++] = 'G';
			line += strlen("0x00000000");
		} else if (*line == ' ' && used && masked[used - 1] == ' ') {
			line++;
		} else {
			masked[used++] = *line++;
		}
	}
	masked[used] = '\0';
}

static bool is_equal(const char *a, const char *b)
{
	char x[256], y[256];

	mask(a, x, sizeof(x));
	mask(b, y, sizeof(y));
	return strcmp(x, y) == 0;
}

/* ---- tables ---- */

static int by_text(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

/* Rows that begin with an address are in their order. */
static void sort_rows(struct lines *lines)
{
	for (size_t i = 0; i < lines->count;) {
		size_t end = i;

		while (end < lines->count && isdigit((unsigned char)lines->line[end][0]))
			end++;
		qsort(&lines->line[i], end - i, sizeof(lines->line[0]), by_text);
		i = end > i ? end : i + 1;
	}
}

static struct lines split(char *text)
{
	struct lines lines = { .text = text };
	char *rest = text, *line;

	while ((line = strsep(&rest, "\n")) && lines.count < LINES_MAX)
		if (rest || *line)
			lines.line[lines.count++] = line;
	sort_rows(&lines);
	return lines;
}

static struct lines simulated_of(struct sim_net *sim, uint16_t router)
{
	char *text = NULL;
	size_t len;
	FILE *file = open_memstream(&text, &len);

	assert(file);
	tables_print(sim, router, file);
	(void)fclose(file);
	return split(text);
}

/* With the titles of hpimsim/tables.c. */
static struct lines real_of(const struct lab *lab, const struct sim_net *sim, uint16_t router)
{
	static const char *const commands[] = { "pim interface", "pim neighbor", "mroute" };
	const char *ip = ip_family_addr_len(lab->family) == 4 ? "ip" : "ipv6";
	char *text = NULL, *table;
	size_t len;
	FILE *file = open_memstream(&text, &len);

	assert(file);
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		fprintf(file, "== %.3f %s show %s %s\n", (double)sim->now / 1e9,
			lab->topo->routers[router].name, ip, commands[i]);
		table = daemons_print(lab, router, "show %s %s", ip, commands[i]);
		fputs(table, file);
		free(table);
	}
	(void)fclose(file);
	return split(text);
}

static bool agree(const struct lines *a, const struct lines *b)
{
	for (size_t i = 0; i < a->count && i < b->count; i++)
		if (!is_equal(a->line[i], b->line[i]))
			return false;
	return a->count == b->count;
}

static void print(const struct lines *simulated, const struct lines *real)
{
	for (size_t i = 0; i < simulated->count || i < real->count; i++) {
		const char *left = i < simulated->count ? simulated->line[i] : "";
		const char *right = i < real->count ? real->line[i] : "";

		printf("%c %-88s | %s\n", is_equal(left, right) ? ' ' : '!', left, right);
	}
}

bool compare_tables(const struct lab *lab, struct sim_net *sim, uint16_t router, hp_time patience,
		    hp_time *ret_late_at)
{
	struct lines simulated = simulated_of(sim, router), real = real_of(lab, sim, router);
	bool is_same = agree(&simulated, &real);

	*ret_late_at = is_same ? 0 : lab_now();
	while (!is_same && lab_now() - *ret_late_at < patience) {
		(void)poll(NULL, 0, POLL_MS);
		free(real.text);
		real = real_of(lab, sim, router);
		is_same = agree(&simulated, &real);
	}
	print(&simulated, &real);
	free(simulated.text);
	free(real.text);
	return is_same;
}
