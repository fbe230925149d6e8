/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CORE_PIMDM_H
#define CORE_PIMDM_H

/* PIM-DM, RFC 3973, as a multicast routing protocol of the core. */
#include "core/mrp.h"

extern const struct mrp_ops pimdm_ops;

#endif
