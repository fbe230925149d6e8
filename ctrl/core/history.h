/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CORE_HISTORY_H
#define CORE_HISTORY_H

/*
 * Histories: what happened to a router as a file, so that a fault in the field can be played again.
 * A history is HISTORY_MAGIC, the limits, and for each event the event itself and a hash of the
 * effects it had. All numbers are big-endian.
 */
#include "base/bytes.h"
#include "core/core.h"

#define HISTORY_MAGIC "HPIMHIS5"

/* The longest event: a packet. */
#define HISTORY_EVENT_MAX 66560u

/** struct history_event - An event as it stands in a file. */
struct history_event {
	hp_time now;
	struct core_event event; /* packet bytes are borrowed from the reader's memory */
	uint32_t effect_count;
	uint64_t effect_hash;
};

/** history_effect_hash() - Add an effect to a hash; start with HISTORY_HASH. */
#define HISTORY_HASH UINT64_C(0xcbf29ce484222325)
uint64_t history_effect_hash(uint64_t hash, const struct core_effect *effect);

/** history_write_start() - Magic and limits; the function for HMAC is not among them. */
void history_write_start(struct writer *out, const struct core_limits *limits);

/** history_write() - One event. Keys are left out (history_can_keep()). */
void history_write(struct writer *out, const struct history_event *event);

/** history_can_keep() - Secrets do not go into files: false for CONFIG_KEY. */
bool history_can_keep(const struct core_event *event);

/** history_read_start() - Return: 0, or -EBADMSG: no history, or of another version. */
int history_read_start(struct reader *in, struct core_limits *ret_limits);

/** history_read() - Return: 0; -ENODATA at the end; -EBADMSG: cut off or not understood. */
int history_read(struct reader *in, struct history_event *ret_event);

#endif
