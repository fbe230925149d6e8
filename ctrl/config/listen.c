// SPDX-License-Identifier: GPL-2.0-only
/* An address and a port to listen on, in words and as YAML. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr_text.h"
#include "config/yaml_int.h"

/* ---- in words ---- */

static bool parse_port(const char *text, uint16_t *ret_port)
{
	size_t digits = strspn(text, "0123456789");
	unsigned long port = strtoul(text, NULL, 10);

	*ret_port = (uint16_t)port;
	return digits >= 1 && digits <= 5 && !text[digits] && port >= 1 && port <= UINT16_MAX;
}

/* IPv6 stands in brackets (RFC 3986, 3.2.2); its link-local addresses would need a zone. */
static bool parse_addr(const char *text, size_t len, struct ip_addr *ret_addr)
{
	bool has_brackets = len > 2 && text[0] == '[' && text[len - 1] == ']';
	char name[ADDR_TEXT_LEN];

	if (len >= sizeof(name))
		return false;
	(void)snprintf(name, sizeof(name), "%.*s", (int)(has_brackets ? len - 2 : len),
		       text + has_brackets);
	return (strchr(name, ':') != NULL) == has_brackets && ip_addr_parse(name, ret_addr) == 0 &&
	       !ip_addr_is_multicast(ret_addr) &&
	       !(has_brackets && ip_addr_is_link_local(ret_addr));
}

bool config_listen_parse(const char *text, struct config_listen *ret_listen)
{
	static const char local[] = "127.0.0.1";
	const char *colon = strrchr(text, ':');
	const char *addr = colon ? text : local;
	struct config_listen listen;

	if (!parse_addr(addr, colon ? (size_t)(colon - text) : strlen(local), &listen.addr) ||
	    !parse_port(colon ? colon + 1 : text, &listen.port))
		return false;
	*ret_listen = listen;
	return true;
}

void config_listen_text(const struct config_listen *listen, char text[CONFIG_LISTEN_MAX])
{
	struct addr_text addr = ip_addr_text(&listen->addr);

	if (!listen->port)
		*text = '\0';
	else if (!ip_addr_is_set(&listen->addr))
		(void)snprintf(text, CONFIG_LISTEN_MAX, "[::]:%u", listen->port);
	else
		(void)snprintf(text, CONFIG_LISTEN_MAX, strchr(addr.s, ':') ? "[%s]:%u" : "%s:%u",
			       addr.s, listen->port);
}

bool config_listen_equal(const struct config_listen *a, const struct config_listen *b)
{
	return a->port == b->port && (!a->port || ip_addr_equal(&a->addr, &b->addr));
}

/* ---- as YAML ---- */

static void read_listen(struct yaml_in *in, yaml_node_t *node, void *object)
{
	const char *text = yaml_text(in, node, CONFIG_LISTEN_FORM);
	struct config *config = object;

	if (text && !config_listen_parse(text, &config->metrics_at))
		yaml_wrong(in, node, "found '%.60s', expected " CONFIG_LISTEN_FORM, text);
}

static void write_listen(struct yaml_out *out, const char *name, const void *object)
{
	char text[CONFIG_LISTEN_MAX];

	config_listen_text(&((const struct config *)object)->metrics_at, text);
	yaml_put(out, name, text);
}

static void read_section(struct yaml_in *in, yaml_node_t *node, void *object)
{
	yaml_read_rows(in, node, YAML_AT_METRICS, "metrics", object);
}

static void write_section(struct yaml_out *out, const char *name, const void *object)
{
	if (!((const struct config *)object)->metrics_at.port)
		return;
	yaml_map(out, name, false);
	yaml_write_rows(out, YAML_AT_METRICS, object);
	yaml_map_end(out);
}

/* clang-format off */
const struct yaml_row yaml_metrics_rows[] = {
	{ YAML_AT_TOP, "metrics", "`listen`", "not over HTTP", "metrics for a monitoring system; see MONITORING.md",
	  read_section, write_section },
	{ YAML_AT_METRICS, "listen", "PORT, ADDRESS:PORT or [ADDRESS]:PORT", "nowhere",
	  "where they are served over HTTP, without ADDRESS on 127.0.0.1; an IPv6 address stands in brackets; "
	  "`hpimd --metrics` counts before it", read_listen, write_listen },
	{ .name = NULL },
};
/* clang-format on */
