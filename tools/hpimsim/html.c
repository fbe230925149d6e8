// SPDX-License-Identifier: GPL-2.0-only
#include "hpimsim/html.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "hpimsim/html_page.h"
#include "simnet/grow.h"

/* Where the page has its data. Bytes of page.html with style and script in it; see Makefile. */
static const char mark[] = "@DATA@";

struct html {
	FILE *file;
	struct html_run **runs;
	size_t count, room;
};

struct html *html_open(const char *path)
{
	FILE *file = fopen(path, "we");
	struct html *html;

	if (!file)
		return NULL;
	html = calloc(1, sizeof(*html));
	assert(html);
	html->file = file;
	return html;
}

void html_add(struct html *html, struct html_run *run)
{
	html->runs = sim_grow(html->runs, html->count, &html->room, sizeof(struct html_run *));
	html->runs[html->count++] = run;
}

static void write_data(const struct html *html)
{
	(void)fputs("{\"format\":1,\"runs\":[", html->file);
	for (size_t i = 0; i < html->count; i++) {
		(void)fputs(i ? ",\n" : "\n", html->file);
		html_run_write(html->runs[i], html->file);
	}
	(void)fputs("]}", html->file);
}

bool html_close(struct html *html)
{
	const char *page = (const char *)html_page;
	const char *data = memmem(page, sizeof(html_page), mark, sizeof(mark) - 1);
	bool is_good;

	assert(data);
	(void)fwrite(page, 1, (size_t)(data - page), html->file);
	write_data(html);
	data += sizeof(mark) - 1;
	(void)fwrite(data, 1, sizeof(html_page) - (size_t)(data - page), html->file);
	is_good = !ferror(html->file);
	is_good = fclose(html->file) == 0 && is_good;
	for (size_t i = 0; i < html->count; i++)
		html_run_free(html->runs[i]);
	free(html->runs);
	free(html);
	return is_good;
}
