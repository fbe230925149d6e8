/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MGMT_SEQUENCE_H
#define MGMT_SEQUENCE_H

/*
 * What neighbors said of trees, and the sequence numbers by which they and this router know what
 * was said last. Which trees: mroutes_begin(); both end with trees_end().
 */
#include "mgmt/show.h"

bool sequence_step(struct show *show);
bool sequence_neighbor_state_step(struct show *show);

#endif
