/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DPLANE_GRACE_H
#define DPLANE_GRACE_H

/*
 * RCU grace periods, for what the programs may still read after its last reference is gone: when
 * one is over that began later, no packet is in a program, or in a flush of redirected frames, that
 * was there before. A time says nothing of the kind: a processor of a virtual machine may stand
 * still for any.
 */
#include <stdbool.h>
#include <stdint.h>

struct grace;

/** grace_new() - Return: 0, or a negative errno: the kernel refused the maps, or no memory. */
int grace_new(struct grace **ret_grace);

/** grace_free() - Waits for a period under way. NULL is allowed. */
void grace_free(struct grace *grace);

/**
 * grace_begin() - Ask for a period that begins now or later; does not wait.
 *
 * Return: its number, for grace_is_over(). Requests while one is under way share the next.
 */
uint64_t grace_begin(struct grace *grace);

/** grace_is_over() - Whether that period is over; does not wait. */
bool grace_is_over(struct grace *grace, uint64_t number);

/** grace_wait() - Wait for a period that begins now: 10 ms or more. */
void grace_wait(struct grace *grace);

#endif
