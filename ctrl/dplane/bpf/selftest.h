/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DPLANE_SELFTEST_H
#define DPLANE_SELFTEST_H

/*
 * Whether frames that XDP redirects to an interface really leave it. A driver may drop them in
 * silence (a veth whose peer has neither XDP nor GRO), so some are sent and the interface's own
 * count of sent packets is read. Others send as well, so where the kernel says which of the frames
 * the driver did not take (attach_xmit.h) that decides first. They are of the EtherType for local
 * experiments, from and to the address of the interface itself, so no switch carries them further.
 */
#include <stdint.h>

struct selftest;

/**
 * selftest_new() - Load the program.
 * @drops: frames of self-tests that drivers did not take; NULL: it is not counted.
 *
 * Return: 0 or a negative errno.
 */
int selftest_new(const uint64_t *drops, struct selftest **ret_test);
void selftest_free(struct selftest *test);

/**
 * selftest_redirects() - Send a few frames to an interface which is up.
 *
 * Takes some microseconds when they leave, 100 ms at most when they vanish.
 * Return: 1 they leave, 0 they vanish, or a negative errno: it could not be tried.
 */
int selftest_redirects(struct selftest *test, uint32_t ifindex);

#endif
