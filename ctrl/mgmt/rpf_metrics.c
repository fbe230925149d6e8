// SPDX-License-Identifier: GPL-2.0-only
/* Metrics that count instead of the kernel's, over the control socket. */
#include <string.h>

#include "base/addr_text.h"
#include "config/model.h"
#include "daemon/daemon.h"
#include "daemon/rpf_metric.h"
#include "daemon/refusal.h"
#include "daemon/watch.h"
#include "io/ctlsock.h"
#include "io/field.h"
#include "mgmt/answer.h"
#include "mgmt/args.h"
#include "mgmt/rpf_metrics.h"
#include "mgmt/show.h"

#define SCHEMA "hpim.rpf-metrics/1"

/* Return: whether it is a prefix of sources; if not, the error is sent. */
static bool read_source(struct ctl_client *client, const char *text, struct ip_prefix *ret_source)
{
	struct config_fault fault;

	if (config_sources_parse(text ? text : "", ret_source, &fault))
		return true;
	ctl_reply_error(client, "usage", CTL_EXIT_USAGE, fault.hint, "%s", fault.message);
	return false;
}

static unsigned int used_by(const struct daemon *daemon, const struct config_metric *metric)
{
	unsigned int count = 0;

	for (const struct watch *watch = daemon->watches; watch; watch = watch->hh.next)
		count += rpf_metric_find(daemon, &watch->source) == metric;
	return count;
}

static struct json_object *record_of(const struct daemon *daemon,
				     const struct config_metric *metric)
{
	struct json_object *record = json_object_new_object();

	field_put_text(record, "source", ip_prefix_text(&metric->source).s);
	field_put_number(record, "metric", metric->metric);
	if (metric->has_preference)
		field_put_number(record, "preference", metric->preference);
	else
		json_object_object_add(record, "preference", NULL);
	field_put_number(record, "sources", used_by(daemon, metric));
	return record;
}

bool rpf_metrics_step(struct show *show)
{
	for (size_t i = 0; i < show->daemon->rpf_metric_count; i++) {
		const struct config_metric *metric = &show->daemon->rpf_metrics[i];

		if (arg_family(show->args, ip_addr_family(&metric->source.addr)))
			show_record(show, record_of(show->daemon, metric));
	}
	return true;
}

static void delete_metric(struct daemon *daemon, struct ctl_client *client,
			  struct json_object *args)
{
	const char *text = field_text(args, "source");
	bool all = text && !strcmp(text, "all");
	struct ip_prefix source;

	if (!all && !read_source(client, text, &source))
		return;
	if (rpf_metric_delete(daemon, all ? NULL : &source) || all)
		ctl_reply_end(client, NULL);
	else
		ctl_reply_error(client, "no-metric", CTL_EXIT_NOT_FOUND,
				"'hpimctl show rpf-metrics' lists what there is",
				"no metric for the sources %s", text);
}

void rpf_metrics_request(struct daemon *daemon, struct ctl_client *client, const char *cmd,
			 struct json_object *args)
{
	struct config_metric metric = { .has_preference = false };
	int64_t number, preference;
	struct refusal refusal;

	if (strstr(cmd, "delete")) {
		delete_metric(daemon, client, args);
		return;
	}
	if (!read_source(client, field_text(args, "source"), &metric.source))
		return;
	if (!arg_number(args, cmd, "metric", &number)) {
		ctl_reply_error(client, "usage", CTL_EXIT_USAGE, "rpf-metric PREFIX METRIC",
				"the metric is missing");
		return;
	}
	metric.has_preference = arg_number(args, cmd, "preference", &preference);
	metric.metric = (uint32_t)number;
	metric.preference = metric.has_preference ? (uint32_t)preference : 0;
	if (!rpf_metric_set(daemon, &metric, &refusal)) {
		ctl_reply_error(client, refusal.code, refusal.exit, refusal.hint, "%s",
				refusal.message);
		return;
	}
	answer_record(client, schema_find(SCHEMA),
		      record_of(daemon, rpf_metric_find(daemon, &metric.source.addr)));
	ctl_reply_end(client, SCHEMA);
}
