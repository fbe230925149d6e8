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

#endif
