// SPDX-License-Identifier: GPL-2.0-only
/*
 * Metrics over HTTP. A client that names the type of OpenMetrics gets it, others the older text
 * format of Prometheus.
 */
#include <assert.h>
#include <string.h>

#include "base/addr_text.h"
#include "daemon/daemon.h"
#include "daemon/log.h"
#include "io/httpd.h"
#include "mgmt/args.h"
#include "mgmt/metrics.h"
#include "mgmt/metrics_http.h"

#define TYPE_OPENMETRICS "application/openmetrics-text"

struct answer {
	struct metrics *metrics;
	enum metrics_format format;
};

/* Return: false: it is there, and is no number of metrics. */
static bool take_number(const struct httpd_request *request, const char *name,
			struct json_object *args)
{
	const char *text = httpd_param(request, name);
	int64_t number;

	if (!text)
		return true;
	if (strspn(text, "0123456789") != strlen(text) || strlen(text) > 9)
		return false;
	json_object_object_add(args, name, json_object_new_int64(atoll(text)));
	return arg_number(args, "metrics", name, &number);
}

static bool take_addr(const struct httpd_request *request, const char *name,
		      struct json_object *args)
{
	const char *text = httpd_param(request, name);
	struct ip_addr addr;

	if (!text)
		return true;
	json_object_object_add(args, name, json_object_new_string(text));
	return ip_addr_parse(text, &addr) == 0;
}

static void *begin(void *ctx, const struct httpd_request *request)
{
	struct json_object *args = json_object_new_object();
	struct answer *answer = NULL;

	if (take_number(request, "trees", args) && take_number(request, "mroutes", args) &&
	    take_addr(request, "source", args) && take_addr(request, "group", args)) {
		answer = malloc(sizeof(*answer));
		assert(answer);
		answer->format = httpd_accepts(request, TYPE_OPENMETRICS) ? METRICS_OPENMETRICS
									  : METRICS_PROMETHEUS;
		answer->metrics = metrics_new(ctx, args, answer->format);
	}
	json_object_put(args);
	return answer;
}

static bool step(void *text)
{
	return metrics_step(((struct answer *)text)->metrics);
}

static struct httpd_text text_of(const void *text)
{
	const struct answer *answer = text;
	struct httpd_text ret = { .type = answer->format == METRICS_OPENMETRICS
						  ? TYPE_OPENMETRICS
						  "; version=1.0.0; charset=utf-8"
						  : "text/plain; version=0.0.4; charset=utf-8" };

	ret.bytes = metrics_text(answer->metrics, &ret.len);
	return ret;
}

static void end(void *text)
{
	struct answer *answer = text;

	metrics_free(answer->metrics);
	free(answer);
}

int metrics_http_listen(struct daemon *daemon, const struct config_listen *at)
{
	static struct httpd_handler handler = {
		.path = "/metrics", .begin = begin, .step = step, .text = text_of, .free = end
	};
	char text[CONFIG_LISTEN_MAX];
	int err = 0;

	if (daemon->httpd && !at->port)
		log_line(NOTE_INFO, "metrics: no longer served over HTTP");
	metrics_http_close(daemon); /* first: the new address may be another one of the same port */
	handler.ctx = daemon;
	if (at->port)
		err = httpd_new(daemon->loop, &at->addr, at->port, &handler, &daemon->httpd);
	config_listen_text(at, text);
	if (daemon->httpd)
		log_format(NOTE_INFO, "metrics: served over HTTP on %s", text);
	return err;
}

void metrics_http_close(struct daemon *daemon)
{
	httpd_free(daemon->httpd);
	daemon->httpd = NULL;
}
