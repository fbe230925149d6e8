// SPDX-License-Identifier: GPL-2.0-only
/* Metrics that count instead of the kernel's; a list that is sorted, longer prefixes first. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr_text.h"
#include "daemon/daemon.h"
#include "daemon/rpf_metric.h"
#include "daemon/refusal.h"
#include "daemon/saved.h"
#include "daemon/watch.h"
#include "io/field.h"
#include "io/rtnl.h"

#define LINE "rpf_metric" /* member of a line of the file, by which it is known */

static int compare(const void *a, const void *b)
{
	const struct config_metric *one = a, *other = b;

	if (one->source.len != other->source.len)
		return one->source.len > other->source.len ? -1 : 1;
	return ip_addr_compare(&one->source.addr, &other->source.addr);
}

static struct config_metric *find_same(const struct daemon *daemon, const struct ip_prefix *source)
{
	const struct config_metric key = { .source = *source };

	if (!daemon->rpf_metric_count)
		return NULL;
	return bsearch(&key, daemon->rpf_metrics, daemon->rpf_metric_count, sizeof(key), compare);
}

static void insert(struct daemon *daemon, const struct config_metric *metric)
{
	struct config_metric *same = find_same(daemon, &metric->source);
	size_t size = sizeof(*metric);

	if (same) {
		*same = *metric;
		return;
	}
	daemon->rpf_metrics = reallocarray(daemon->rpf_metrics, daemon->rpf_metric_count + 1, size);
	assert(daemon->rpf_metrics); /* they are few and small */
	daemon->rpf_metrics[daemon->rpf_metric_count++] = *metric;
	qsort(daemon->rpf_metrics, daemon->rpf_metric_count, size, compare);
}

bool rpf_metric_set(struct daemon *daemon, const struct config_metric *metric,
		    struct refusal *ret_refusal)
{
	if (daemon->rpf_metric_count >= CONFIG_RPF_METRICS_MAX &&
	    !find_same(daemon, &metric->source)) {
		(void)refuse(ret_refusal, CTL_EXIT_REFUSED, "limit", "delete another one first",
			     "there are %u RPF metrics already", CONFIG_RPF_METRICS_MAX);
		return false;
	}
	insert(daemon, metric);
	watch_answer(daemon, &metric->source);
	saved_store(daemon);
	return true;
}

bool rpf_metric_delete(struct daemon *daemon, const struct ip_prefix *source)
{
	struct config_metric *metric = source ? find_same(daemon, source) : daemon->rpf_metrics;

	if (!metric || !daemon->rpf_metric_count)
		return false;
	if (source) {
		struct config_metric *end = daemon->rpf_metrics + --daemon->rpf_metric_count;

		memmove(metric, metric + 1, (size_t)(end - metric) * sizeof(*metric));
	} else {
		daemon->rpf_metric_count = 0;
	}
	watch_answer(daemon, source);
	saved_store(daemon);
	return true;
}

const struct config_metric *rpf_metric_find(const struct daemon *daemon,
					    const struct ip_addr *source)
{
	for (size_t i = 0; i < daemon->rpf_metric_count; i++)
		if (ip_prefix_contains(&daemon->rpf_metrics[i].source, source))
			return &daemon->rpf_metrics[i];
	return NULL;
}

void rpf_metric_apply(const struct daemon *daemon, const struct ip_addr *source,
		      struct rtnl_path *path)
{
	const struct config_metric *metric = rpf_metric_find(daemon, source);

	if (!metric || !path->is_reachable)
		return;
	path->metric = metric->metric;
	if (metric->has_preference)
		path->preference = metric->preference;
}

void rpf_metric_collect(const struct daemon *daemon, struct config *config)
{
	for (size_t i = 0; i < daemon->rpf_metric_count; i++)
		config_rpf_metric_add(config, &daemon->rpf_metrics[i]);
}

struct json_object *rpf_metric_encode(const struct config_metric *metric)
{
	struct json_object *line = json_object_new_object();

	field_put_text(line, "source", ip_prefix_text(&metric->source).s);
	field_put_number(line, LINE, metric->metric);
	if (metric->has_preference)
		field_put_number(line, "preference", metric->preference);
	return line;
}

bool rpf_metric_restore(struct daemon *daemon, struct json_object *line)
{
	const char *source = field_text(line, "source");
	struct config_metric metric;
	int64_t number, preference;

	if (!source || ip_prefix_parse(source, &metric.source) ||
	    !field_number(line, LINE, 0, CONFIG_METRIC_MAX, &number))
		return false;
	metric.metric = (uint32_t)number;
	metric.has_preference = field_number(line, "preference", 0, CONFIG_METRIC_MAX, &preference);
	metric.preference = metric.has_preference ? (uint32_t)preference : 0;
	if (daemon->rpf_metric_count < CONFIG_RPF_METRICS_MAX)
		insert(daemon, &metric);
	return true;
}

void rpf_metric_fini(struct daemon *daemon)
{
	free(daemon->rpf_metrics);
	daemon->rpf_metrics = NULL;
	daemon->rpf_metric_count = 0;
}
