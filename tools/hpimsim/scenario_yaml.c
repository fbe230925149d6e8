// SPDX-License-Identifier: GPL-2.0-only
/* Scenario files: tests/scenarios/README.md. Everything not understood is an error with its line
 * and column.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "hpimsim/scenario.h"

struct loader {
	const char *path;
	yaml_document_t document;
	struct scenario *scenario;
	enum core_proto protocol; /* of ports that name none */
	hp_time at;               /* of the entry of the timeline */
	bool has_failed;
};

__attribute__((format(printf, 3, 4))) static void
complain(struct loader *loader, const yaml_node_t *node, const char *format, ...)
{
	va_list args;

	if (loader->has_failed)
		return; /* the first one is enough */
	loader->has_failed = true;
	fprintf(stderr, "%s:%zu:%zu: ", loader->path, node ? node->start_mark.line + 1 : 0,
		node ? node->start_mark.column + 1 : 0);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}

static yaml_node_t *node_at(struct loader *loader, int index)
{
	return yaml_document_get_node(&loader->document, index);
}

static const char *text_of(struct loader *loader, const yaml_node_t *node)
{
	if (node && node->type == YAML_SCALAR_NODE)
		return (const char *)node->data.scalar.value;
	complain(loader, node, "a word is expected here");
	return "";
}

static uint32_t number_of(struct loader *loader, const yaml_node_t *node)
{
	const char *text = text_of(loader, node);
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (!*text || *end || *text == '-' || value > UINT32_MAX)
		complain(loader, node, "a number is expected here, not '%s'", text);
	return (uint32_t)value;
}

typedef void pair_fn(struct loader *loader, const char *key, yaml_node_t *value, void *ctx);

static void each_pair(struct loader *loader, const yaml_node_t *node, pair_fn *fn, void *ctx)
{
	if (node->type != YAML_MAPPING_NODE) {
		complain(loader, node, "'key: value' is expected here");
		return;
	}
	for (yaml_node_pair_t *pair = node->data.mapping.pairs.start;
	     pair < node->data.mapping.pairs.top && !loader->has_failed; pair++)
		fn(loader, text_of(loader, node_at(loader, pair->key)),
		   node_at(loader, pair->value), ctx);
}

/* ---- Topology ---- */

struct field {
	const char *name;
	uint32_t *value;
};

static bool set_field(struct loader *loader, const char *key, const yaml_node_t *value,
		      const struct field *fields, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(fields[i].name, key) == 0) {
			*fields[i].value = number_of(loader, value);
			return true;
		}
	return false;
}

static void load_setting(struct loader *loader, const char *key, yaml_node_t *value, void *ctx)
{
	struct core_settings *settings = ctx;

	for (size_t i = 0; i < SCENARIO_SETTINGS; i++)
		if (strcmp(scenario_settings[i].name, key) == 0) {
			*scenario_setting(settings, i) = number_of(loader, value);
			return;
		}
	complain(loader, value, "no such setting: '%s'", key);
}

static void load_lan_field(struct loader *loader, const char *key, yaml_node_t *value, void *ctx)
{
	struct sim_lan *lan = ctx;
	uint32_t number = lan->number;
	const struct field fields[] = {
		{ "n", &number },
		{ "delay_us", &lan->delay_us },
		{ "jitter_us", &lan->jitter_us },
		{ "loss", &lan->loss_pm },
		{ "dup", &lan->dup_pm },
		{ "mtu", &lan->mtu },
	};

	if (!set_field(loader, key, value, fields, sizeof(fields) / sizeof(fields[0])))
		complain(loader, value, "no such field of a link: '%s'", key);
	if (number > UINT8_MAX)
		complain(loader, value, "numbers of links are below 256");
	lan->number = (uint8_t)number;
}

static void load_lan(struct loader *loader, const char *name, yaml_node_t *value, void *ctx)
{
	struct sim_topo *topo = ctx;

	if (topo->lan_count == SIM_LANS_MAX)
		complain(loader, value, "more than %u links", SIM_LANS_MAX);
	else
		each_pair(loader, value, load_lan_field, sim_topo_add_lan(topo, name, 0));
}

/* Where something is attached: a port or a host. */
struct attachment {
	const struct sim_topo *topo;
	uint16_t lan;
	uint32_t host, cost, is_on, has_gm, is_newest;
	enum core_proto protocol;
	uint16_t only;
};

static enum core_proto protocol_of(struct loader *loader, const yaml_node_t *value)
{
	const char *name = text_of(loader, value);

	if (strcmp(name, "pim-dm") == 0)
		return PROTO_PIMDM;
	if (strcmp(name, "hpim-dm") != 0)
		complain(loader, value, "hpim-dm or pim-dm, not '%s'", name);
	return PROTO_HPIM;
}

static void load_attachment_field(struct loader *loader, const char *key, yaml_node_t *value,
				  void *ctx)
{
	struct attachment *at = ctx;
	const struct field fields[] = {
		{ "host", &at->host }, { "cost", &at->cost },        { "hpim", &at->is_on },
		{ "gm", &at->has_gm }, { "newest", &at->is_newest },
	};

	if (strcmp(key, "link") == 0) {
		at->lan = sim_topo_lan(at->topo, text_of(loader, value));
		if (at->lan == SIM_NONE)
			complain(loader, value, "no such link: '%s'", text_of(loader, value));
	} else if (strcmp(key, "only") == 0) {
		at->only = sim_topo_host(at->topo, text_of(loader, value));
		if (at->only == SIM_NONE)
			complain(loader, value, "no such host before: '%s'",
				 text_of(loader, value));
	} else if (strcmp(key, "protocol") == 0) {
		at->protocol = protocol_of(loader, value);
	} else if (!set_field(loader, key, value, fields, sizeof(fields) / sizeof(fields[0]))) {
		complain(loader, value, "no such field: '%s'", key);
	}
}

static struct attachment load_attachment(struct loader *loader, const yaml_node_t *value)
{
	struct attachment at = { .topo = &loader->scenario->topo,
				 .lan = SIM_NONE,
				 .only = SIM_NONE,
				 .cost = 10,
				 .protocol = loader->protocol,
				 .is_on = 1,
				 .has_gm = 1 };

	each_pair(loader, value, load_attachment_field, &at);
	if (at.lan == SIM_NONE || at.host < 1 || at.host > 254)
		complain(loader, value, "link and host (1 to 254) are needed");
	return at;
}

static void load_port(struct loader *loader, const char *name, yaml_node_t *value, void *ctx)
{
	const struct attachment at = load_attachment(loader, value);
	struct sim_box *box = ctx;
	struct sim_port *port;

	if (box->port_count == SIM_PORTS_MAX)
		complain(loader, value, "more than %u ports", SIM_PORTS_MAX);
	if (loader->has_failed)
		return;
	port = sim_topo_add_port(box, name, at.lan, (uint8_t)at.host);
	port->cost = at.cost;
	port->protocol = at.protocol;
	port->wants[PROTO_HPIM] = at.protocol == PROTO_HPIM && at.is_on;
	port->wants[PROTO_PIMDM] = at.protocol == PROTO_PIMDM && at.is_on;
	port->wants[PROTO_GM] = at.has_gm;
}

static void load_router(struct loader *loader, const char *name, yaml_node_t *value, void *ctx)
{
	struct sim_topo *topo = ctx;

	if (topo->router_count == SIM_ROUTERS_MAX)
		complain(loader, value, "more than %u routers", SIM_ROUTERS_MAX);
	else
		each_pair(loader, value, load_port, sim_topo_add_router(topo, name));
}

static void load_host(struct loader *loader, const char *name, yaml_node_t *value, void *ctx)
{
	const struct attachment at = load_attachment(loader, value);
	struct sim_topo *topo = ctx;
	struct sim_host *host;

	if (topo->host_count == SIM_HOSTS_MAX)
		complain(loader, value, "more than %u hosts", SIM_HOSTS_MAX);
	if (loader->has_failed)
		return;
	host = sim_topo_add_host(topo, name, at.lan, (uint8_t)at.host);
	host->is_newest = at.is_newest;
	host->only = at.only;
}

/* ---- Timeline ---- */

static void add_action(struct loader *loader, const yaml_node_t *node, const char *text)
{
	struct action action = { .at = loader->at };
	char error[128];

	if (!action_parse(&loader->scenario->topo, text, &action, error, sizeof(error)))
		complain(loader, node, "%s", error);
	else
		scenario_add_action(loader->scenario, &action);
}

static bool is_number(const char *word)
{
	return word && *word && strspn(word, "0123456789") == strlen(word);
}

/* "join client 0..20": one action for each of the numbers. Return: whether it is one of those. */
static bool load_range(struct loader *loader, const yaml_node_t *node, char **words, size_t count)
{
	unsigned int first, last;
	char one[600], rest;

	if (count != 3 || sscanf(words[2], "%3u..%3u%c", &first, &last, &rest) != 2)
		return false;
	if (first > last)
		complain(loader, node, "from %u to %u is none", first, last);
	for (unsigned int i = first; i <= last; i++) {
		(void)snprintf(one, sizeof(one), "%s %s %u", words[0], words[1], i);
		add_action(loader, node, one);
	}
	return true;
}

/* "start R1 R2", "cost R1.eth0 R2.eth0 100", "start all": one action for each thing named. */
static void load_action(struct loader *loader, const yaml_node_t *node)
{
	const struct sim_topo *topo = &loader->scenario->topo;
	char copy[512], one[600], *words[40], *rest = copy;
	const char *value = "";
	size_t count = 0;

	(void)snprintf(copy, sizeof(copy), "%s", text_of(loader, node));
	while (count < 40 && (words[count] = strtok_r(rest, " ", &rest)))
		count++;
	if (load_range(loader, node, words, count))
		return;
	if (count > 2 && is_number(words[count - 1]))
		value = words[--count];
	if (count == 1)
		add_action(loader, node, words[0]);
	for (size_t i = 1; i < count && strcmp(words[1], "all") != 0; i++) {
		(void)snprintf(one, sizeof(one), "%s %s %s", words[0], words[i], value);
		add_action(loader, node, one);
	}
	for (uint16_t i = 0; count > 1 && strcmp(words[1], "all") == 0 && i < topo->router_count;
	     i++) {
		(void)snprintf(one, sizeof(one), "%s %s %s", words[0], topo->routers[i].name,
			       value);
		add_action(loader, node, one);
	}
}

struct asked {
	const char *unasked; /* why real daemons are not asked, or NULL */
	char question[SCENARIO_WORD_LEN];
};

static void load_answer(struct loader *loader, const char *subject, yaml_node_t *value, void *ctx)
{
	const struct asked *asked = ctx;

	if (!expect_is_known(&loader->scenario->topo, asked->question, subject))
		complain(loader, value, "no answer to '%s' of '%s'", asked->question, subject);
	else
		scenario_add_expectation(loader->scenario, loader->at, asked->question, subject,
					 text_of(loader, value), asked->unasked);
}

static void load_question(struct loader *loader, const char *question, yaml_node_t *value,
			  void *ctx)
{
	struct asked asked = { .unasked = ctx };

	if (asked.unasked && strcmp(question, "because") == 0)
		return;
	(void)snprintf(asked.question, sizeof(asked.question), "%.47s", question);
	each_pair(loader, value, load_answer, &asked);
}

static void find_reason(struct loader *loader, const char *key, yaml_node_t *value, void *ctx)
{
	const char **reason = ctx;

	if (strcmp(key, "because") == 0)
		*reason = text_of(loader, value);
}

/* Questions that cannot be asked of real daemons, with the reason. */
static void load_only_simulated(struct loader *loader, const yaml_node_t *node)
{
	const char *reason = "";

	each_pair(loader, node, find_reason, &reason);
	if (!*reason)
		complain(loader, node, "only-simulated: because: why?");
	else
		each_pair(loader, node, load_question, (void *)(uintptr_t)reason);
}

static void load_time(struct loader *loader, const yaml_node_t *node)
{
	const char *text = text_of(loader, node);
	char *end;
	double seconds = strtod(text, &end);
	hp_time at = (hp_time)(seconds * 1e6 + 0.5) * 1000;

	if (text[0] == '+')
		at += loader->at;
	if (*end || at < loader->at)
		complain(loader, node, "a time not before the last one is expected, not '%s'",
			 text);
	loader->at = at;
}

struct entry_nodes {
	const yaml_node_t *at, *deeds, *expect, *only_simulated;
};

static void find_node(struct loader *loader, const char *key, yaml_node_t *value, void *ctx)
{
	struct entry_nodes *nodes = ctx;

	if (strcmp(key, "at") == 0)
		nodes->at = value;
	else if (strcmp(key, "do") == 0)
		nodes->deeds = value;
	else if (strcmp(key, "expect") == 0)
		nodes->expect = value;
	else if (strcmp(key, "only-simulated") == 0)
		nodes->only_simulated = value;
	else
		complain(loader, value, "at, do, expect or only-simulated, not '%s'", key);
}

/* What is expected is looked at first; then words and copies are counted again. */
static void load_entry(struct loader *loader, const yaml_node_t *node)
{
	struct entry_nodes nodes = { .at = NULL };

	each_pair(loader, node, find_node, &nodes);
	if (nodes.at)
		load_time(loader, nodes.at);
	else
		complain(loader, node, "at: when?");
	if (nodes.expect)
		each_pair(loader, nodes.expect, load_question, NULL);
	if (nodes.only_simulated)
		load_only_simulated(loader, nodes.only_simulated);
	if (!nodes.deeds || loader->has_failed)
		return;
	add_action(loader, nodes.deeds, "mark");
	if (nodes.deeds->type != YAML_SEQUENCE_NODE) {
		complain(loader, nodes.deeds, "do: a list is expected here");
		return;
	}
	for (yaml_node_item_t *item = nodes.deeds->data.sequence.items.start;
	     item < nodes.deeds->data.sequence.items.top && !loader->has_failed; item++)
		load_action(loader, node_at(loader, *item));
}

static void load_timeline(struct loader *loader, const yaml_node_t *node)
{
	if (node->type != YAML_SEQUENCE_NODE) {
		complain(loader, node, "timeline: a list is expected here");
		return;
	}
	for (yaml_node_item_t *item = node->data.sequence.items.start;
	     item < node->data.sequence.items.top && !loader->has_failed; item++)
		load_entry(loader, node_at(loader, *item));
}

static void load_net4(struct loader *loader, const yaml_node_t *node, uint8_t net4[2])
{
	const char *text = text_of(loader, node);
	unsigned int first, second;
	int used = 0;

	if (sscanf(text, "%3u.%3u%n", &first, &second, &used) != 2 || text[used] || !first ||
	    first > 223 || second > 255) {
		complain(loader, node, "the first half of an IPv4 address, not '%s'", text);
		return;
	}
	net4[0] = (uint8_t)first;
	net4[1] = (uint8_t)second;
}

static void load_top(struct loader *loader, const char *key, yaml_node_t *value, void *ctx)
{
	struct scenario *scenario = ctx;
	struct sim_topo *topo = &scenario->topo;
	uint32_t number;

	if (strcmp(key, "name") == 0) {
		(void)snprintf(scenario->name, sizeof(scenario->name), "%.63s",
			       text_of(loader, value));
	} else if (strcmp(key, "settings") == 0) {
		each_pair(loader, value, load_setting, &topo->settings);
	} else if (strcmp(key, "protocol") == 0) {
		loader->protocol = protocol_of(loader, value);
	} else if (strcmp(key, "links") == 0) {
		each_pair(loader, value, load_lan, topo);
	} else if (strcmp(key, "routers") == 0) {
		each_pair(loader, value, load_router, topo);
	} else if (strcmp(key, "hosts") == 0) {
		each_pair(loader, value, load_host, topo);
	} else if (strcmp(key, "timeline") == 0) {
		load_timeline(loader, value);
	} else if (strcmp(key, "seed") == 0) {
		scenario->seed = strtoull(text_of(loader, value), NULL, 10);
	} else if (strcmp(key, "family") == 0) {
		scenario->family = number_of(loader, value) == 6 ? IP_FAMILY_6 : IP_FAMILY_4;
		scenario->has_family = true;
	} else if (strcmp(key, "net4") == 0) {
		load_net4(loader, value, topo->net4);
	} else if (strcmp(key, "converge_ms") == 0) {
		topo->converge_ms = number_of(loader, value);
	} else if (strcmp(key, "period_ms") == 0) {
		number = number_of(loader, value);
		topo->data_period_ms = number ? number : 1;
	} else if (strcmp(key, "ttl") == 0) {
		topo->data_ttl = (uint8_t)number_of(loader, value);
	} else {
		complain(loader, value, "no such key: '%s'", key);
	}
}

static bool parse(struct loader *loader, FILE *file)
{
	yaml_parser_t parser;
	yaml_node_t *root;

	if (!yaml_parser_initialize(&parser))
		return false;
	yaml_parser_set_input_file(&parser, file);
	if (!yaml_parser_load(&parser, &loader->document)) {
		fprintf(stderr, "%s:%zu:%zu: %s\n", loader->path, parser.problem_mark.line + 1,
			parser.problem_mark.column + 1,
			parser.problem ? parser.problem : "not YAML");
		yaml_parser_delete(&parser);
		return false;
	}
	root = yaml_document_get_root_node(&loader->document);
	if (root)
		each_pair(loader, root, load_top, loader->scenario);
	else
		complain(loader, NULL, "the file is empty");
	yaml_document_delete(&loader->document);
	yaml_parser_delete(&parser);
	return !loader->has_failed;
}

bool scenario_load(const char *path, struct scenario *ret_scenario)
{
	struct scenario scenario = { .seed = 1 };
	struct loader loader = { .path = path, .scenario = &scenario, .protocol = PROTO_HPIM };
	FILE *file = fopen(path, "re");
	bool is_good;

	if (!file) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return false;
	}
	sim_topo_init(&scenario.topo);
	is_good = parse(&loader, file);
	(void)fclose(file); /* only read */
	if (is_good)
		*ret_scenario = scenario;
	else
		scenario_fini(&scenario);
	return is_good;
}
