/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef UNIT_COMMON_BROWSER_H
#define UNIT_COMMON_BROWSER_H

/*
 * Chromium without a window, driven through the DevTools protocol over a pair of pipes. Whatever a
 * page writes to its console fails the running test, and so does a browser that does not answer.
 */
#include <json-c/json.h>
#include <stdbool.h>

struct browser;

/** browser_start() - Skips the running test where there is no chromium. */
struct browser *browser_start(void);
void browser_stop(struct browser *browser);

/** browser_open() - Load a page, and wait until @ready, an expression of it, is true. */
void browser_open(struct browser *browser, const char *url, const char *ready);

/** browser_value() - The value of an expression in the page; to be given back. */
struct json_object *browser_value(struct browser *browser, const char *expression);

int browser_int(struct browser *browser, const char *expression);
double browser_double(struct browser *browser, const char *expression);

/** browser_text() - Valid until the next call. */
const char *browser_text(struct browser *browser, const char *expression);

/** browser_key() - Press a key. @key: as in KeyboardEvent.key, e.g. "ArrowRight". */
void browser_key(struct browser *browser, const char *key);

#endif
