/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HPIMSIM_RECORDED_H
#define HPIMSIM_RECORDED_H

/* Histories of real daemons (hpimd --record), played again in the same core. */
#include <stdbool.h>

#include "base/addr.h"
#include "hpimsim/html.h"

/**
 * recorded_play() - Play a file; print a line for each event when @shows, and a verdict.
 * @page:   gets a run with what happened of @family; NULL: none is written.
 *
 * The effects of each event are compared with those the daemon had, by their hash. They differ
 * where keys were in use: secrets are not recorded, so nothing is signed here.
 * Return: 0 when all are the same, 1 when some differ, 2 when the file cannot be read.
 */
int recorded_play(const char *path, bool shows, struct html *page, enum ip_family family);

#endif
