/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CORE_HPIM_STALE_H
#define CORE_HPIM_STALE_H

#include "core/hpim/hpim_int.h"

/** hpim_stale() - EV_STALE. Return: true, it is taken. */
bool hpim_stale(struct mrp *mrp, const struct ev_stale *ev);

/** hpim_stale_end() - Nothing of an earlier run counts for the tree any longer; marks it. */
void hpim_stale_end(struct hpim_tree *tree);

/** hpim_stale_link_off() - The interface ceased to be part of trees: it is no output of any. */
void hpim_stale_link_off(struct hpim *hpim, uint16_t link);

/** hpim_stale_await() - HPIM-DM begins: await the neighbors that an earlier run had there. */
void hpim_stale_await(struct hpim_if *hif);

/** hpim_stale_forget() - Free what is remembered of neighbors. */
void hpim_stale_forget(struct hpim *hpim);

#endif
