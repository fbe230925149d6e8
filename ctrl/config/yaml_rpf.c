// SPDX-License-Identifier: GPL-2.0-only
/* Metrics that count instead of the kernel's, as words and as YAML. */
#include <stdio.h>

#include "base/addr_text.h"
#include "config/yaml_int.h"

/* What is read of an element; each is there once it was read. */
struct metric_target {
	struct config_metric metric;
	bool has_source, has_metric;
};

static void read_source(struct yaml_in *in, yaml_node_t *node, void *object)
{
	const char *text = yaml_text(in, node, "a prefix of sources");
	struct metric_target *target = object;
	struct config_fault fault;

	if (!text)
		return;
	target->has_source = config_sources_parse(text, &target->metric.source, &fault);
	if (!target->has_source)
		yaml_wrong(in, node, "%s; %s", fault.message, fault.hint);
}

static void write_source(struct yaml_out *out, const char *name, const void *object)
{
	yaml_put(out, name, ip_prefix_text(&((const struct config_metric *)object)->source).s);
}

static void read_metric(struct yaml_in *in, yaml_node_t *node, void *object)
{
	struct metric_target *target = object;

	target->has_metric = yaml_number(in, node, 0, CONFIG_METRIC_MAX, &target->metric.metric);
}

static void write_metric(struct yaml_out *out, const char *name, const void *object)
{
	yaml_put_number(out, name, ((const struct config_metric *)object)->metric);
}

static void read_preference(struct yaml_in *in, yaml_node_t *node, void *object)
{
	struct metric_target *target = object;

	target->metric.has_preference =
		yaml_number(in, node, 0, CONFIG_METRIC_MAX, &target->metric.preference);
}

static void write_preference(struct yaml_out *out, const char *name, const void *object)
{
	const struct config_metric *metric = object;

	if (metric->has_preference)
		yaml_put_number(out, name, metric->preference);
}

static void read_element(struct yaml_in *in, yaml_node_t *node, void *ctx)
{
	struct metric_target target = { .has_source = false };
	unsigned int errors = in->errors;

	(void)ctx;
	yaml_read_rows(in, node, YAML_AT_RPF_METRIC, "a metric", &target);
	if (in->errors != errors)
		return;
	if (!target.has_source || !target.has_metric)
		yaml_wrong(in, node, "expected both source and metric");
	else if (config_rpf_metric_find(in->config, &target.metric.source))
		yaml_wrong(in, node, "found the same source twice, expected each once");
	else if (in->config->rpf_metric_count == CONFIG_RPF_METRICS_MAX)
		yaml_wrong(in, node, "found one more, expected %u at most", CONFIG_RPF_METRICS_MAX);
	else
		config_rpf_metric_add(in->config, &target.metric);
}

static void read_list(struct yaml_in *in, yaml_node_t *node, void *object)
{
	yaml_each(in, node, "metrics", read_element, object);
}

static void write_list(struct yaml_out *out, const char *name, const void *object)
{
	const struct config *config = object;

	if (!config->rpf_metric_count)
		return;
	yaml_list(out, name, false);
	for (size_t i = 0; i < config->rpf_metric_count; i++) {
		yaml_map(out, NULL, true);
		yaml_write_rows(out, YAML_AT_RPF_METRIC, &config->rpf_metrics[i]);
		yaml_map_end(out);
	}
	yaml_list_end(out);
}

/* clang-format off */
const struct yaml_row yaml_rpf_rows[] = {
	{ YAML_AT_TOP, "rpf-metrics", "list of metrics", "none",
	  "metrics instead of the kernel's, by prefix of sources; see ROUTING.md", read_list, write_list },
	{ YAML_AT_RPF_METRIC, "source", "an address or a prefix", "",
	  "the sources; of several prefixes the longest counts", read_source, write_source },
	{ YAML_AT_RPF_METRIC, "metric", "0 to 4294967294", "", "lower is nearer to the source",
	  read_metric, write_metric },
	{ YAML_AT_RPF_METRIC, "preference", "0 to 4294967294", "the protocol of the route",
	  "compared before the metric", read_preference, write_preference },
	{ .name = NULL },
};
/* clang-format on */
