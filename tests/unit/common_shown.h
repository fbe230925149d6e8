/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef UNIT_COMMON_SHOWN_H
#define UNIT_COMMON_SHOWN_H

/* A page in Chromium: what it shows, for the tests of pages. One page and one browser a test. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "unit/common_browser.h"

#define SHOWN_READY "document.documentElement?.dataset.ready === 'yes'"

static char page_path[] = "/tmp/test_page.XXXXXX.html";
static struct browser *browser;

static inline void shown_set_up(void)
{
	int fd = mkstemps(page_path, 5);

	cr_assert_geq(fd, 0);
	close(fd);
	browser = browser_start();
}

static inline void shown_tear_down(void)
{
	if (browser)
		browser_stop(browser);
	unlink(page_path);
}

/** shown_open() - Load the page. @hash: of its address, "" or "#t=1.5&node=R1". */
static inline void shown_open(const char *hash)
{
	char url[300];

	(void)snprintf(url, sizeof(url), "file://%s%s", page_path, hash);
	browser_open(browser, url, SHOWN_READY);
}

/** shown_count() - How many elements match. */
static inline unsigned int shown_count(const char *selector)
{
	char expression[160];

	(void)snprintf(expression, sizeof(expression), "document.querySelectorAll(`%s`).length",
		       selector);
	return (unsigned int)browser_int(browser, expression);
}

/** shown_text() - Text of the first element that matches, or "none". */
static inline const char *shown_text(const char *selector)
{
	char expression[200];

	(void)snprintf(expression, sizeof(expression),
		       "document.querySelector(`%s`)?.textContent ?? `none`", selector);
	return browser_text(browser, expression);
}

/** shown_cell() - A cell of the first pane: row from 0, and name of the column. */
static inline const char *shown_cell(const char *table, unsigned int row, const char *column)
{
	char expression[400];

	(void)snprintf(
		expression, sizeof(expression),
		"(() => { const table = document.querySelector(`.tables [data-table=%s]`);"
		"if (!table) return 'no table';"
		"const column = [...table.querySelectorAll(`th`)].findIndex((th) => "
		"th.textContent === `%s`);"
		"return table.tBodies[0].rows[%u]?.cells[column]?.textContent ?? 'no cell'; })()",
		table, column, row);
	return browser_text(browser, expression);
}

/**
 * shown_tables() - All tables of a pane, as they can be read there: { "trees": [ { "source":
 * "10.1.1.100", ... }, ... ], ... }. Columns that are not shown are missing. To be given back.
 */
static inline struct json_object *shown_tables(unsigned int pane)
{
	char expression[500];

	(void)snprintf(
		expression, sizeof(expression),
		"Object.fromEntries([...document.querySelectorAll(`.pane`)[%u]"
		".querySelectorAll(`.tables table`)].map((table) => {"
		"const names = [...table.querySelectorAll(`th`)].map((th) => th.textContent);"
		"return [table.dataset.table, [...table.tBodies[0].rows].map((row) => "
		"Object.fromEntries(names.map((name, i) => [name, row.cells[i].textContent])))];"
		"}))",
		pane);
	return browser_value(browser, expression);
}

/** shown_bar_has() - The bar has this colour of the style at the top, where the event shown is. */
static inline bool shown_bar_has(const char *name)
{
	char expression[700];

	(void)snprintf(expression, sizeof(expression),
		       "(() => { const bar = app.timeline, one = document.createElement('canvas');"
		       "const context = one.getContext('2d', { willReadFrequently: true });"
		       "const pixel = () => [...context.getImageData(0, 0, 1, 1).data].join();"
		       "const x = Math.floor(Math.min(bar.width - 3, bar.place(app.index) * "
		       "bar.width)) + 1;"
		       "context.drawImage(bar.background, -x, -1); const there = pixel();"
		       "context.fillStyle = colour('--%s'); context.fillRect(0, 0, 1, 1);"
		       "return there === pixel() ? 1 : 0; })()",
		       name);
	return browser_int(browser, expression);
}

#endif
