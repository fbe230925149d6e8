/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MGMT_DOCTOR_MACHINE_H
#define MGMT_DOCTOR_MACHINE_H

/* Checks of the machine under the daemon: rows of doctor_checks, see mgmt/doctor.h. */
#include "mgmt/doctor.h"

/* CHECK_ROUTER */
void doctor_check_nexthops(struct doctor *doctor);
void doctor_check_clock(struct doctor *doctor);
void doctor_check_unsaved(struct doctor *doctor);
void doctor_check_trees_limit(struct doctor *doctor);

/* CHECK_LINK */
void doctor_check_tier(struct doctor *doctor);
void doctor_check_redirects(struct doctor *doctor);

/* CHECK_FAMILY */
void doctor_check_limits(struct doctor *doctor);
void doctor_check_forwarding(struct doctor *doctor);
void doctor_check_rp_filter(struct doctor *doctor);
void doctor_check_rules(struct doctor *doctor);

/* mgmt/doctor_around.c: CHECK_ROUTER, CHECK_LINK, CHECK_FAMILY */
void doctor_check_kernel(struct doctor *doctor);
void doctor_check_peer(struct doctor *doctor);
void doctor_check_bridge(struct doctor *doctor);

/**
 * doctor_peer_command() - How to call ethtool for the other end of a veth.
 * @options: "-K gro on": a letter, then what comes behind the name.
 *
 * Return: whether the doctor's link is a veth whose other end has a name.
 */
bool doctor_peer_command(const struct doctor *doctor, const char *options, char *text, size_t room);

/** doctor_read_number() - The number in a file. Return: -1: unreadable. */
int doctor_read_number(const char *path);

#endif
