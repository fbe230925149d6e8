/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef IO_CTLSOCK_H
#define IO_CTLSOCK_H

/* Server of the control socket (hpim/ctl_abi.h). It knows lines and limits, not commands. */
#include <json-c/json.h>
#include <stdbool.h>

#include "hpim/ctl_abi.h"
#include "io/loop.h"

struct ctlsock;
struct ctl_client;

/**
 * ctl_request_fn() - Answer a request by any number of ctl_reply_record() and one ctl_reply_end()
 * or ctl_reply_error(), before returning; or promise an answer by ctl_reply_parts() or
 * ctl_stream_begin().
 * @args:	an object, possibly empty; borrowed.
 * @may_change: false on the read-only socket and for peers without the right to change.
 */
typedef void ctl_request_fn(void *ctx, struct ctl_client *client, const char *cmd,
			    struct json_object *args, bool may_change);

/**
 * ctlsock_new() - Listen on the instance's two sockets, making the folder if it is missing.
 *
 * Return: 0; -EADDRINUSE when a living daemon answers there (a dead one's socket is replaced);
 * another negative errno.
 */
int ctlsock_new(struct loop *loop, const char *instance, ctl_request_fn *fn, void *ctx,
		struct ctlsock **ret_ctl);

/** ctlsock_free() - Try to send what clients are still owed, close, remove the socket files. */
void ctlsock_free(struct ctlsock *ctl);

/** struct ctl_places - Clients of one of the two sockets; those of root need no place. */
struct ctl_places {
	uint32_t used, limit;
	uint64_t refused;
};

/** ctlsock_places() - Of the socket of operators (@is_main), or of that which is read-only. */
void ctlsock_places(const struct ctlsock *ctl, bool is_main, struct ctl_places *ret_places);

/** ctlsock_set_idle() - After how long a client without a request is closed; 60 s unless set. */
void ctlsock_set_idle(struct ctlsock *ctl, hp_time idle_for);

/** ctl_reply_record() - Send a record; takes the reference of @record. */
void ctl_reply_record(struct ctl_client *client, struct json_object *record);

/** ctl_reply_end() - Success. @schema may be NULL for a command without output. */
void ctl_reply_end(struct ctl_client *client, const char *schema);

/** ctl_reply_error() - Failure: a word for programs, the exit code, a hint ("" if none), a
 * sentence. */
__attribute__((format(printf, 5, 6))) void ctl_reply_error(struct ctl_client *client,
							   const char *code, enum ctl_exit exit,
							   const char *hint, const char *format,
							   ...);

/** ctl_gone_fn() - A client with a stream has left; it must not be used afterwards. */
typedef void ctl_gone_fn(void *ctx);

/** ctl_part_fn() - Send more records, until ctl_part_is_full(), or the rest and the end. */
typedef void ctl_part_fn(void *ctx);

/**
 * ctl_reply_parts() - Answer in parts, one for each turn of the loop in which the client has read
 * all that was sent before.
 * @part: called until it has called ctl_reply_end() or ctl_reply_error().
 * @gone: called once: after the end, or when the client has left.
 *
 * After ctl_stream_begin(): what the client waited for is there, and @gone replaces that of before.
 */
void ctl_reply_parts(struct ctl_client *client, ctl_part_fn *part, ctl_gone_fn *gone, void *ctx);

/** ctl_part_is_full() - Whether the part has used up its room or its time. */
bool ctl_part_is_full(const struct ctl_client *client);

/**
 * ctl_parts_become_stream() - Called in a part: it was the last one, and what follows is a stream;
 * @gone and its @ctx stay as they are.
 */
void ctl_parts_become_stream(struct ctl_client *client);

/** ctl_is_done() - Whether the request was answered, without an error. */
bool ctl_is_done(const struct ctl_client *client);

/** ctl_stream_begin() - Records come when there are some; no other request is answered meanwhile.
 */
void ctl_stream_begin(struct ctl_client *client, ctl_gone_fn *gone, void *ctx);

/**
 * ctl_stream_record() - Send a record; takes the reference of @record.
 *
 * Return: false when it is left out, because the client has not read enough of those before.
 */
bool ctl_stream_record(struct ctl_client *client, struct json_object *record);

/** ctl_stream_end() - The last record was sent; @gone will not be called. */
void ctl_stream_end(struct ctl_client *client, const char *schema);

#endif
