/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MGMT_STATUS_H
#define MGMT_STATUS_H

struct daemon;
struct dplane_totals;
struct json_object;

/** status_record() - The record about the daemon as a whole. */
struct json_object *status_record(const struct daemon *daemon, const struct dplane_totals *totals);

#endif
