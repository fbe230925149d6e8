/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MGMT_RPF_METRICS_H
#define MGMT_RPF_METRICS_H

/* Metrics that count instead of the kernel's: daemon/rpf_metric.h. */
#include <stdbool.h>

struct ctl_client;
struct daemon;
struct json_object;
struct show;

/** rpf_metrics_request() - "rpf-metric" and "rpf-metric delete". */
void rpf_metrics_request(struct daemon *daemon, struct ctl_client *client, const char *cmd,
			 struct json_object *args);

/** rpf_metrics_step() - "show rpf-metrics". */
bool rpf_metrics_step(struct show *show);

#endif
