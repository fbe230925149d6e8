/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MGMT_INTERFACES_H
#define MGMT_INTERFACES_H

#include "mgmt/show.h"

/* Views: a step for each family and interface. */
bool interfaces_step(struct show *show);
bool interfaces_neighbors_step(struct show *show);

#endif
