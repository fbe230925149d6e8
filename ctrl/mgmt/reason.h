/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CTRL_REASON_H
#define CTRL_REASON_H

/* What became of packets, in words. */
#include <stdbool.h>

#include "core/note.h"

/**
 * reason_sentence() - The end of a sentence that begins with a number of packets: "had a TTL ...".
 *
 * For every reason of hpim/mfib_abi.h, of dplane.h and of the control packets; else "".
 */
const char *reason_sentence(const char *reason);

/* Of control packets with a malformed IP header, which no protocol sees. */
#define REASON_HEADER "control-header"

/** reason_of_note() - The reason of what a note counts as refused; NULL: it counts nothing such. */
const char *reason_of_note(enum note_code code);

/** reason_of_pim() - The reason of what PIM-DM refuses. */
const char *reason_of_pim(enum pimdm_refusal refusal);

/** reason_of_gm() - The reason of what IGMP and MLD refuse. */
const char *reason_of_gm(enum gm_refusal refusal);

/** reason_is_trouble() - Whether it matters to a host that misses packets. */
bool reason_is_trouble(const char *reason);

#endif
