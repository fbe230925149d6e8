/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CORE_DENIED_H
#define CORE_DENIED_H

/*
 * Data that the policy denies on the interface it arrives on. No protocol is offered it; it gets an
 * entry without outputs, owned by the policy, so that the forwarding plane drops it and asks no
 * more. The entry ends after the initial flood time, and the next packet brings it back.
 */
#include <stdbool.h>
#include <stdint.h>

struct core;
struct denied;
struct ev_data;
struct ev_stale;

/** denied_new() - NULL: no memory. */
struct denied *denied_new(void);
void denied_free(struct core *core);

/**
 * denied_data() - Data without an entry, or of an entry of the policy that came in elsewhere.
 * @data: its kind becomes DATA_MISS where it came in by an interface that it may pass, and the
 *        entry, which stood in its way, is gone.
 *
 * Return: whether it is denied; else it is to be offered to the protocols.
 */
bool denied_data(struct core *core, struct ev_data *data);

/** denied_stale() - The same of an entry of an earlier run, by its input. */
bool denied_stale(struct core *core, const struct ev_stale *stale);

/** denied_review() - The policy is another one: entries of what may pass now end. */
void denied_review(struct core *core);

/** denied_count(), denied_limit() - Entries that there are, and that there can be. */
uint32_t denied_count(const struct core *core);

/** denied_evicted() - How many gave way to another one. */
uint64_t denied_evicted(const struct core *core);
uint32_t denied_limit(const struct core *core);

#endif
