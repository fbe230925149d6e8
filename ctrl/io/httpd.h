/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef IO_HTTPD_H
#define IO_HTTPD_H

/*
 * A small server of HTTP in the event loop, over libmicrohttpd: GET of one path, whose text is made
 * in steps. Neither making it nor a client that is slow to read it holds up the loop.
 */
#include <stdbool.h>
#include <stddef.h>

#include "base/addr.h"
#include "io/loop.h"

struct httpd;
struct httpd_request;

/** struct httpd_text - Made of a request; complete or not. It stays until it is freed. */
struct httpd_text {
	const char *bytes, *type; /* type: the Content-Type */
	size_t len;
};

/**
 * struct httpd_handler - Who makes the text.
 * @path: the one that can be asked for.
 * @begin: NULL: the arguments are refused.
 * @step: for far less than a millisecond. Return: whether the text is complete.
 */
struct httpd_handler {
	const char *path;
	void *ctx;
	void *(*begin)(void *ctx, const struct httpd_request *request);
	bool (*step)(void *text);
	struct httpd_text (*text)(const void *text);
	void (*free)(void *text);
};

/** httpd_param() - An argument behind the '?'; NULL: it is not there. */
const char *httpd_param(const struct httpd_request *request, const char *name);

/** httpd_accepts() - Whether the client names this type in its header Accept. */
bool httpd_accepts(const struct httpd_request *request, const char *type);

/** httpd_new() - Listen on a TCP port of an address. Return: 0 or a negative errno. @handler is
 * borrowed. */
int httpd_new(struct loop *loop, const struct ip_addr *addr, uint16_t port,
	      const struct httpd_handler *handler, struct httpd **ret_httpd);

/** httpd_free() - Close everything; NULL does nothing. */
void httpd_free(struct httpd *httpd);

#endif
