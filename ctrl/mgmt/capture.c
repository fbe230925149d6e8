// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sampled packets for clients of the control socket. Samples are taken while there is a client, as
 * often as the one that wants most; the others pick from them.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "daemon/daemon.h"
#include "daemon/log.h"
#include "daemon/port.h"
#include "dplane/dplane.h"
#include "io/ctlsock.h"
#include "io/field.h"
#include "io/loop.h"
#include "mgmt/answer.h"
#include "mgmt/args.h"
#include "mgmt/capture.h"
#include "mgmt/observe.h"
#include "mgmt/reason.h"
#include "mgmt/sample.h"

#define SCHEMA "hpim.capture/1"

/* What is not set does not matter. */
struct capture_filter {
	char interface[LINK_NAME_LEN], reason[32];
	struct ip_addr source, group;
};

struct capture {
	struct capture *prev, *next;
	struct daemon *daemon;
	struct ctl_client *client;
	uint32_t every;
	uint32_t seen; /* packets since the last one that was taken */
	uint64_t left; /* 0: without end */
	uint64_t lost; /* records since the last one that the client had room for */
	struct capture_filter only;
};

/* The kernel samples for whoever has the smallest number. */
uint32_t capture_every(const struct daemon *daemon)
{
	const struct capture *capture;
	uint32_t every = observe_every(daemon);

	DL_FOREACH(daemon->captures, capture)
	if (!every || capture->every < every)
		every = capture->every;
	return every;
}

int capture_sample(struct daemon *daemon)
{
	return dplane_capture(daemon->dplane, capture_every(daemon));
}

static void forget(struct capture *capture)
{
	struct daemon *daemon = capture->daemon;
	int err;

	DL_DELETE(daemon->captures, capture);
	free(capture);
	err = capture_sample(daemon);
	if (err)
		log_format(NOTE_WARN, "sampling of packets cannot be changed: %s", strerror(-err));
}

static void client_gone(void *ctx)
{
	forget(ctx);
}

static void end(struct capture *capture)
{
	ctl_stream_end(capture->client, SCHEMA);
	forget(capture);
}

/* ---- records ---- */

/* Source and group, of a frame that has them. */
static void put_addrs(struct json_object *record, const struct dplane_captured *captured)
{
	struct sample sample;

	if (!sample_read(captured, &sample))
		return;
	field_put_addr(record, "source", &sample.key.source);
	field_put_addr(record, "group", &sample.key.group);
}

static bool is_asked(const struct capture *capture, const struct dplane_captured *captured)
{
	const struct capture_filter *only = &capture->only;
	struct sample sample;

	if (*only->reason && strcmp(only->reason, captured->reason) != 0)
		return false;
	if (*only->interface &&
	    strcmp(only->interface, port_name(capture->daemon, captured->link)) != 0)
		return false;
	if (!ip_addr_is_set(&only->source) && !ip_addr_is_set(&only->group))
		return true;
	return sample_read(captured, &sample) &&
	       (!ip_addr_is_set(&only->source) ||
		ip_addr_equal(&only->source, &sample.key.source)) &&
	       (!ip_addr_is_set(&only->group) || ip_addr_equal(&only->group, &sample.key.group));
}

static void put_data(struct json_object *record, const struct dplane_captured *captured)
{
	static const char digits[] = "0123456789abcdef";
	char *text = malloc(2 * (size_t)captured->kept + 1);

	assert(text);
	for (uint32_t i = 0; i < captured->kept; i++) {
		text[2 * i] = digits[captured->data[i] >> 4];
		text[2 * i + 1] = digits[captured->data[i] & 15];
	}
	text[2 * captured->kept] = '\0';
	field_put_text(record, "data", text);
	free(text);
}

static struct json_object *record_of(const struct capture *capture,
				     const struct dplane_captured *captured)
{
	struct json_object *record = json_object_new_object();

	field_put_number(record, "time_ns", (uint64_t)answer_unix_ns(captured->at));
	field_put_text(record, "interface", port_name(capture->daemon, captured->link));
	field_put_text(record, "reason", captured->reason);
	field_put_number(record, "bytes", captured->len);
	put_addrs(record, captured);
	field_put_number(record, "lost", capture->lost);
	put_data(record, captured);
	return record;
}

static void hand_out(struct capture *capture, const struct dplane_captured *captured)
{
	uint32_t every = capture_every(capture->daemon);
	struct json_object *record;

	if (!is_asked(capture, captured))
		return;
	capture->seen += every;
	if (capture->seen < capture->every)
		return;
	capture->seen = 0;
	record = record_of(capture, captured);
	answer_check(schema_find(SCHEMA), record);
	if (!ctl_stream_record(capture->client, record)) {
		capture->lost++;
		return;
	}
	capture->lost = 0;
	if (capture->left && !--capture->left)
		end(capture);
}

void capture_packet(struct daemon *daemon, const struct dplane_captured *captured)
{
	struct capture *capture, *next;

	observe_packet(daemon, captured);
	DL_FOREACH_SAFE(daemon->captures, capture, next)
	hand_out(capture, captured);
}

void capture_fini(struct daemon *daemon)
{
	struct capture *capture, *next;

	DL_FOREACH_SAFE(daemon->captures, capture, next)
	end(capture);
}

/* Return: whether the filters make sense; if not, the client has its answer. */
static bool read_filter(const struct daemon *daemon, struct ctl_client *client,
			struct json_object *args, struct capture_filter *ret_only)
{
	const char *reason = field_text(args, "reason"), *interface = arg_interface(args);

	if (!arg_interface_check(daemon, client, args))
		return false;
	if (!arg_addr(args, "source", &ret_only->source) ||
	    !arg_addr(args, "group", &ret_only->group)) {
		ctl_reply_error(client, "usage", CTL_EXIT_USAGE, "",
				"\"source\" and \"group\" are addresses");
		return false;
	}
	if (reason && !*reason_sentence(reason)) {
		ctl_reply_error(client, "usage", CTL_EXIT_USAGE,
				"as in 'hpimctl show counters', for example: ttl, wrong-if, miss",
				"no packets are counted with the reason '%s'", reason);
		return false;
	}
	(void)snprintf(ret_only->interface, sizeof(ret_only->interface), "%s",
		       interface ? interface : "");
	(void)snprintf(ret_only->reason, sizeof(ret_only->reason), "%s", reason ? reason : "");
	return true;
}

void capture_request(struct daemon *daemon, struct ctl_client *client, const char *cmd,
		     struct json_object *args)
{
	struct capture *capture = calloc(1, sizeof(*capture));
	struct capture_filter only = { .reason = "" };
	int64_t every = 1, count = 0;
	int err;

	(void)cmd; /* it has one name */
	assert(capture);
	if ((json_object_object_get_ex(args, "every", NULL) &&
	     !arg_number(args, "capture", "every", &every)) ||
	    (json_object_object_get_ex(args, "count", NULL) &&
	     !arg_number(args, "capture", "count", &count))) {
		ctl_reply_error(client, "usage", CTL_EXIT_USAGE, "",
				"\"every\" and \"count\" are numbers from 1 on");
		free(capture);
		return;
	}
	if (!read_filter(daemon, client, args, &only)) {
		free(capture);
		return;
	}
	*capture = (struct capture){ .daemon = daemon,
				     .client = client,
				     .every = (uint32_t)every,
				     .seen = (uint32_t)every,
				     .left = (uint64_t)count,
				     .only = only };
	DL_APPEND(daemon->captures, capture);
	err = capture_sample(daemon);
	if (err) {
		ctl_reply_error(client, "dplane", CTL_EXIT_REFUSED, "see the daemon's log",
				"packets cannot be sampled: %s", strerror(-err));
		forget(capture);
		return;
	}
	ctl_stream_begin(client, client_gone, capture);
}
