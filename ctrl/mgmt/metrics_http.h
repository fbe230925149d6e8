/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MGMT_METRICS_HTTP_H
#define MGMT_METRICS_HTTP_H

/* Metrics over HTTP, where the daemon was started with --metrics: /metrics?trees=N&mroutes=N. */
struct daemon;

/** metrics_http_open() - A port that cannot be had is logged; the router runs without. */
void metrics_http_open(struct daemon *daemon);
void metrics_http_close(struct daemon *daemon);

#endif
