/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MGMT_METRICS_HTTP_H
#define MGMT_METRICS_HTTP_H

/* Metrics over HTTP: GET /metrics?trees=N&mroutes=N. */
struct config_listen;
struct daemon;

/**
 * metrics_http_listen() - Serve them at @at, and no longer where they were served; its port may be
 * 0: nowhere.
 *
 * Return: 0 or a negative errno; then they are served nowhere.
 */
int metrics_http_listen(struct daemon *daemon, const struct config_listen *at);
void metrics_http_close(struct daemon *daemon);

#endif
