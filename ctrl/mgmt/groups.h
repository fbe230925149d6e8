/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MGMT_GROUPS_H
#define MGMT_GROUPS_H

/* Views of groups with members: a record for each, or for each source of each. */
#include "mgmt/show.h"

bool groups_step(struct show *show);
bool groups_sources_step(struct show *show);

#endif
