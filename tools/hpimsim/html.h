/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HPIMSIM_HTML_H
#define HPIMSIM_HTML_H

/*
 * One self-contained page that shows runs: the network, what moves on its links, and the tables of
 * its routers at each moment. The page itself is tools/hpimsim/page/.
 */
#include "hpimsim/html_run.h"

struct html;

/** html_open() - NULL: errno says why. */
struct html *html_open(const char *path);

/** html_add() - One more run, beside those before; it belongs to the page now. */
void html_add(struct html *html, struct html_run *run);

/** html_close() - Write the file. Return: whether it is complete. */
bool html_close(struct html *html);

#endif
