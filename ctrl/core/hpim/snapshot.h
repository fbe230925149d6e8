/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CORE_HPIM_SNAPSHOT_H
#define CORE_HPIM_SNAPSHOT_H

#include "core/hpim/hpim_int.h"

/** hpim_snapshot_collect() - Trees this router is UPSTREAM for on an interface; malloc'ed. 3.3 */
uint32_t hpim_snapshot_collect(const struct hpim_if *hif, struct hpim_entry **ret_entries);

/** hpim_snapshot_overhead() - Bytes of the IP packet with a Sync but for trees and options. 2.9 */
uint32_t hpim_snapshot_overhead(const struct hpim_if *hif);

/** hpim_snapshot_fragment() - F: trees per Sync message, at least 1. 2.9 */
uint32_t hpim_snapshot_fragment(const struct hpim_if *hif);

#endif
