/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MGMT_SUMMARY_H
#define MGMT_SUMMARY_H

/* View of what each interface does, in numbers. */
#include "mgmt/show.h"

bool summary_begin(struct show *show);
bool summary_step(struct show *show);
void summary_end(struct show *show);

#endif
