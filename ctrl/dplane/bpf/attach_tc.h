/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DPLANE_ATTACH_TC_H
#define DPLANE_ATTACH_TC_H

/*
 * TC on kernels without tcx (before 6.6): a filter of the clsact qdisc, with a priority and a
 * handle of our own, which outlives the daemon by itself. The qdisc stays when the filter goes,
 * since others may have hung theirs into it.
 */
#include <stdint.h>

/** attach_tc_filter_add() - Add or replace the filter. Return: 0 or a negative errno. */
int attach_tc_filter_add(uint32_t ifindex, int prog_fd);

/** attach_tc_filter_del() - Remove the filter, if it is there. */
void attach_tc_filter_del(uint32_t ifindex);

#endif
