/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CORE_HPIM_H
#define CORE_HPIM_H

/*
 * HPIM-DM, a multicast routing protocol (mrp.h). The parts are in hpim_*.c; what they share is in
 * hpim_int.h. Source: description of HPIM-DM, section 3.
 */
#include "core/mrp.h"

extern const struct mrp_ops hpim_ops;

#endif
