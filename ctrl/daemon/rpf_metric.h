/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DAEMON_RPF_METRIC_H
#define DAEMON_RPF_METRIC_H

/*
 * Metrics that the operator configured instead of the kernel's, by prefix of the sources: for
 * routing daemons that install every route with the same metric. See docs/ROUTING.md.
 */
#include "config/model.h"

struct daemon;
struct json_object;
struct refusal;
struct rtnl_path;

/** rpf_metric_set() - Add one, or replace that of the same prefix. false: refused, nothing is
 * changed.
 */
bool rpf_metric_set(struct daemon *daemon, const struct config_metric *metric,
		    struct refusal *ret_refusal);

/** rpf_metric_delete() - NULL: all. false: there is none. */
bool rpf_metric_delete(struct daemon *daemon, const struct ip_prefix *source);

/** rpf_metric_find() - What counts for a source: the longest prefix; NULL: the kernel's metric. */
const struct config_metric *rpf_metric_find(const struct daemon *daemon,
					    const struct ip_addr *source);

/** rpf_metric_apply() - Into the path to a source, which is left as it is when there is no route.
 */
void rpf_metric_apply(const struct daemon *daemon, const struct ip_addr *source,
		      struct rtnl_path *path);

/** rpf_metric_collect() - Add them to a configuration. */
void rpf_metric_collect(const struct daemon *daemon, struct config *config);

/** rpf_metric_encode() - As a line of the file of what is attached. */
struct json_object *rpf_metric_encode(const struct config_metric *metric);

/** rpf_metric_restore() - Take in such a line. Return: whether it is one. */
bool rpf_metric_restore(struct daemon *daemon, struct json_object *line);

void rpf_metric_fini(struct daemon *daemon);

#endif
