// SPDX-License-Identifier: GPL-2.0-only
/*
 * HTTP in the event loop. libmicrohttpd has no thread: its epoll descriptor is one of the loop's.
 * While the text of a request is made, its connection is suspended; then it is sent from memory.
 */
#include <arpa/inet.h>
#include <assert.h>
#include <bsd/sys/queue.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "io/httpd.h"

/* A monitoring system or two, and who tries something by hand; the others wait in the backlog. */
#define CONNECTIONS_MAX 8u
#define BACKLOG         16
#define IDLE_S          10u
#define HEADERS_MAX     ((size_t)16 * 1024)

/* How long texts are made in one turn of the loop. */
#define TURN_FOR HP_MS(2)

/* struct exchange - A request and its answer. */
struct exchange {
	LIST_ENTRY(exchange) node; /* while it is made */
	struct httpd *httpd;
	struct MHD_Connection *connection;
	void *text; /* the handler's; NULL: not begun */
	bool is_complete;
};

struct httpd {
	struct loop *loop;
	const struct httpd_handler *handler;
	struct MHD_Daemon *mhd;
	struct loop_fd *mhd_watch, *timer_watch;
	int timer_fd;
	LIST_HEAD(, exchange) making;
};

struct httpd_request {
	struct MHD_Connection *connection;
};

/* ---- requests ---- */

const char *httpd_param(const struct httpd_request *request, const char *name)
{
	return MHD_lookup_connection_value(request->connection, MHD_GET_ARGUMENT_KIND, name);
}

bool httpd_accepts(const struct httpd_request *request, const char *type)
{
	const char *accept = MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND,
							 MHD_HTTP_HEADER_ACCEPT);

	return accept && strstr(accept, type);
}

static enum MHD_Result reply(struct MHD_Connection *connection, unsigned int status,
			     const struct httpd_text *text)
{
	struct MHD_Response *response = MHD_create_response_from_buffer(
		text->len, (void *)text->bytes, MHD_RESPMEM_PERSISTENT); /* it is not written */
	enum MHD_Result result;

	if (!response)
		return MHD_NO; /* closes the connection */
	(void)MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, text->type);
	if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
		(void)MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
	result = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result refuse(struct MHD_Connection *connection, unsigned int status,
			      const char *why)
{
	return reply(connection, status, &(struct httpd_text){ why, "text/plain", strlen(why) });
}

static enum MHD_Result make(struct httpd *httpd, struct exchange *exchange)
{
	const struct httpd_request request = { exchange->connection };

	exchange->text = httpd->handler->begin(httpd->handler->ctx, &request);
	if (!exchange->text)
		return refuse(exchange->connection, MHD_HTTP_BAD_REQUEST,
			      "an argument is not what it may be\n");
	MHD_suspend_connection(exchange->connection);
	LIST_INSERT_HEAD(&httpd->making, exchange, node);
	return MHD_YES;
}

static enum MHD_Result on_request(void *ctx, struct MHD_Connection *connection, const char *path,
				  const char *method, const char *version, const char *upload,
				  size_t *upload_len, void **ret_exchange)
{
	struct httpd *httpd = ctx;
	struct exchange *exchange = *ret_exchange;
	struct httpd_text text;

	(void)version;
	(void)upload; /* a body with a GET is ignored */
	if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 && strcmp(method, MHD_HTTP_METHOD_HEAD) != 0)
		return refuse(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "only GET\n");
	if (strcmp(path, httpd->handler->path) != 0)
		return refuse(connection, MHD_HTTP_NOT_FOUND, "there is only /metrics\n");
	if (!exchange) {
		exchange = calloc(1, sizeof(*exchange));
		if (!exchange)
			return MHD_NO;
		exchange->httpd = httpd;
		exchange->connection = connection;
		*ret_exchange = exchange;
		return MHD_YES; /* it is called again when the request is complete */
	}
	if (*upload_len) {
		*upload_len = 0;
		return MHD_YES;
	}
	if (!exchange->text)
		return make(httpd, exchange);
	if (!exchange->is_complete)
		return MHD_YES;
	text = httpd->handler->text(exchange->text);
	return reply(connection, MHD_HTTP_OK, &text);
}

/* The answer was sent, or the client has left. */
static void on_completed(void *ctx, struct MHD_Connection *connection, void **exchange_ptr,
			 enum MHD_RequestTerminationCode code)
{
	struct httpd *httpd = ctx;
	struct exchange *exchange = *exchange_ptr;

	(void)connection;
	(void)code;
	if (!exchange)
		return;
	if (exchange->text && !exchange->is_complete)
		LIST_REMOVE(exchange, node);
	if (exchange->text)
		httpd->handler->free(exchange->text);
	free(exchange);
	*exchange_ptr = NULL;
}

/* ---- in the loop ---- */

/* The timer runs at once while a text is made, else when libmicrohttpd wants to be called. */
static void arm(struct httpd *httpd)
{
	struct itimerspec when = { .it_value = { .tv_nsec = 0 } };
	MHD_UNSIGNED_LONG_LONG wait_ms;

	if (!LIST_EMPTY(&httpd->making)) {
		when.it_value.tv_nsec = 1;
	} else if (MHD_get_timeout(httpd->mhd, &wait_ms) == MHD_YES) {
		when.it_value.tv_sec = (time_t)(wait_ms / 1000);
		when.it_value.tv_nsec = (long)(wait_ms % 1000) * 1000000 + 1;
	}
	(void)timerfd_settime(httpd->timer_fd, 0, &when, NULL); /* the descriptor is good */
}

static void run(struct httpd *httpd)
{
	(void)MHD_run(httpd->mhd); /* what fails is a connection */
	arm(httpd);
}

static void on_ready(void *ctx, uint32_t revents)
{
	(void)revents; /* only readable is asked for */
	run(ctx);
}

static void make_more(struct httpd *httpd)
{
	struct exchange *exchange = LIST_FIRST(&httpd->making);
	hp_time end = loop_now() + TURN_FOR;

	while (!httpd->handler->step(exchange->text))
		if (loop_now() >= end)
			return;
	exchange->is_complete = true;
	LIST_REMOVE(exchange, node);
	MHD_resume_connection(exchange->connection);
}

static void on_timer(void *ctx, uint32_t revents)
{
	struct httpd *httpd = ctx;
	uint64_t count;

	(void)revents; /* only readable is asked for */
	if (read(httpd->timer_fd, &count, sizeof(count)) != sizeof(count))
		return; /* it was set again meanwhile */
	if (!LIST_EMPTY(&httpd->making))
		make_more(httpd);
	run(httpd);
}

/* ---- life ---- */

static socklen_t fill_sockaddr(const struct ip_addr *addr, uint16_t port,
			       struct sockaddr_storage *ret_at)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(port) };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	bool is_6 = ip_addr_family(addr) == IP_FAMILY_6;
	socklen_t len = is_6 ? sizeof(in6) : sizeof(in);

	memcpy(is_6 ? (void *)&in6.sin6_addr : (void *)&in.sin_addr, ip_addr_bytes(addr),
	       ip_family_addr_len(ip_addr_family(addr)));
	memcpy(ret_at, is_6 ? (const void *)&in6 : (const void *)&in, len);
	return len;
}

/* Return: the descriptor, or a negative errno. */
static int listen_at(const struct ip_addr *addr, uint16_t port)
{
	struct sockaddr_storage at;
	socklen_t len = fill_sockaddr(addr, port, &at);
	int fd = socket(at.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	const int on = 1;
	int err;

	if (fd < 0)
		return -errno;
	/* Connections of the run before do not keep the port. */
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
	    bind(fd, (const struct sockaddr *)&at, len) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	err = -errno;
	(void)close(fd);
	return err;
}

static int start_mhd(struct httpd *httpd, const struct ip_addr *addr, uint16_t port)
{
	int fd = listen_at(addr, port);

	if (fd < 0)
		return fd;
	httpd->mhd = MHD_start_daemon(
		MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, on_request, httpd,
		MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS_MAX,
		MHD_OPTION_CONNECTION_TIMEOUT, IDLE_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
		HEADERS_MAX, MHD_OPTION_NOTIFY_COMPLETED, on_completed, httpd, MHD_OPTION_END);
	if (httpd->mhd)
		return 0;
	(void)close(fd);
	return -ENOMEM;
}

static int start_watches(struct httpd *httpd)
{
	const union MHD_DaemonInfo *info =
		MHD_get_daemon_info(httpd->mhd, MHD_DAEMON_INFO_EPOLL_FD);
	int err;

	httpd->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (httpd->timer_fd < 0)
		return -errno;
	err = loop_add(httpd->loop, httpd->timer_fd, EPOLLIN, on_timer, httpd, &httpd->timer_watch);
	return err ? err
		   : loop_add(httpd->loop, info->epoll_fd, EPOLLIN, on_ready, httpd,
			      &httpd->mhd_watch);
}

int httpd_new(struct loop *loop, const struct ip_addr *addr, uint16_t port,
	      const struct httpd_handler *handler, struct httpd **ret_httpd)
{
	struct httpd *httpd = calloc(1, sizeof(*httpd));
	int err;

	if (!httpd)
		return -ENOMEM;
	httpd->loop = loop;
	httpd->handler = handler;
	httpd->timer_fd = -1;
	LIST_INIT(&httpd->making);
	err = start_mhd(httpd, addr, port);
	if (!err)
		err = start_watches(httpd);
	if (err) {
		httpd_free(httpd);
		return err;
	}
	arm(httpd);
	*ret_httpd = httpd;
	return 0;
}

void httpd_free(struct httpd *httpd)
{
	struct exchange *exchange;

	if (!httpd)
		return;
	loop_del(httpd->mhd_watch);
	loop_del(httpd->timer_watch);
	/* A connection that is suspended cannot be closed. */
	LIST_FOREACH (exchange, &httpd->making, node)
		MHD_resume_connection(exchange->connection);
	if (httpd->mhd)
		MHD_stop_daemon(httpd->mhd);
	if (httpd->timer_fd >= 0)
		(void)close(httpd->timer_fd);
	free(httpd);
}
