// SPDX-License-Identifier: GPL-2.0-only
/* Nodes of a YAML document as the values that are expected there; what is not is reported with its
 * place. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/yaml_int.h"

static void report(struct yaml_in *in, const yaml_node_t *node, bool is_error, const char *format,
		   va_list args)
{
	const yaml_mark_t start = node ? node->start_mark : (yaml_mark_t){ .line = 0 };
	char text[512];

	(void)vsnprintf(text, sizeof(text), format, args); /* may be cut */
	in->errors += is_error;
	in->source->message(in->source->ctx, is_error, (unsigned int)start.line + 1,
			    (unsigned int)start.column + 1, text);
}

bool yaml_wrong(struct yaml_in *in, const yaml_node_t *node, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	report(in, node, true, format, args);
	va_end(args);
	return false;
}

void yaml_warn(struct yaml_in *in, const yaml_node_t *node, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	report(in, node, false, format, args);
	va_end(args);
}

/* What was found, in an error. */
static const char *kind_of(const yaml_node_t *node)
{
	return node->type == YAML_MAPPING_NODE    ? "a mapping"
	       : node->type == YAML_SEQUENCE_NODE ? "a list"
						  : "a single value";
}

const char *yaml_text(struct yaml_in *in, const yaml_node_t *node, const char *what)
{
	const char *text;

	if (node->type != YAML_SCALAR_NODE) {
		yaml_wrong(in, node, "found %s, expected %s", kind_of(node), what);
		return NULL;
	}
	text = (const char *)node->data.scalar.value;
	if (strlen(text) == node->data.scalar.length)
		return text;
	yaml_wrong(in, node, "found a zero byte, expected %s", what);
	return NULL;
}

bool yaml_is_null(const yaml_node_t *node)
{
	const char *text = (const char *)node->data.scalar.value;

	return node->type == YAML_SCALAR_NODE &&
	       node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
	       (!*text || !strcmp(text, "~") || !strcmp(text, "null"));
}

bool yaml_number(struct yaml_in *in, const yaml_node_t *node, uint32_t min, uint32_t max,
		 uint32_t *ret_number)
{
	const char *text = yaml_text(in, node, "a number");
	unsigned long value;
	char *end;

	if (!text)
		return false;
	value = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || strlen(text) > 10 || value < min || value > max)
		return yaml_wrong(in, node, "found '%.60s', expected a number from %u to %u", text,
				  min, max);
	*ret_number = (uint32_t)value;
	return true;
}

bool yaml_switch_text(const char *text, bool *ret_value)
{
	static const char *const words[][2] = { { "off", "on" },
						{ "false", "true" },
						{ "no", "yes" } };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		for (int value = 0; value < 2; value++)
			if (!strcasecmp(text, words[i][value])) {
				*ret_value = value;
				return true;
			}
	return false;
}

bool yaml_switch(struct yaml_in *in, const yaml_node_t *node, bool *ret_value)
{
	const char *text = yaml_text(in, node, "on or off");

	return text && (yaml_switch_text(text, ret_value) ||
			yaml_wrong(in, node, "found '%.60s', expected on or off", text));
}

static yaml_node_t *node_at(struct yaml_in *in, int index)
{
	return yaml_document_get_node(&in->document, index);
}

void yaml_each(struct yaml_in *in, yaml_node_t *node, const char *what, yaml_item_fn *each,
	       void *ctx)
{
	if (node->type == YAML_SCALAR_NODE && !yaml_is_null(node))
		each(in, node, ctx);
	else if (node->type == YAML_SEQUENCE_NODE)
		for (yaml_node_item_t *item = node->data.sequence.items.start;
		     item < node->data.sequence.items.top; item++)
			each(in, node_at(in, *item), ctx);
	else if (!yaml_is_null(node))
		yaml_wrong(in, node, "found %s, expected a list of %s", kind_of(node), what);
}

/* Return: whether the key of a pair is a text that no pair before has. */
static bool is_new_key(struct yaml_in *in, const yaml_node_t *node, const yaml_node_pair_t *pair)
{
	const yaml_node_t *key = node_at(in, pair->key);
	const char *name = yaml_text(in, key, "a name");

	if (!name)
		return false;
	for (const yaml_node_pair_t *before = node->data.mapping.pairs.start; before < pair;
	     before++) {
		const yaml_node_t *other = node_at(in, before->key);

		if (other->type == YAML_SCALAR_NODE &&
		    !strcmp((const char *)other->data.scalar.value, name))
			return yaml_wrong(in, key, "'%.60s' stands here twice, first in line %zu",
					  name, other->start_mark.line + 1);
	}
	return true;
}

void yaml_pairs(struct yaml_in *in, yaml_node_t *node, const char *what, yaml_pair_fn *each,
		void *ctx)
{
	if (yaml_is_null(node))
		return;
	if (node->type != YAML_MAPPING_NODE) {
		yaml_wrong(in, node, "found %s, expected %s as 'name: value'", kind_of(node), what);
		return;
	}
	for (yaml_node_pair_t *pair = node->data.mapping.pairs.start;
	     pair < node->data.mapping.pairs.top; pair++)
		if (is_new_key(in, node, pair))
			each(in, (const char *)node_at(in, pair->key)->data.scalar.value,
			     node_at(in, pair->key), node_at(in, pair->value), ctx);
}

yaml_node_t *yaml_find(struct yaml_in *in, yaml_node_t *node, const char *name)
{
	if (!node || node->type != YAML_MAPPING_NODE)
		return NULL;
	for (yaml_node_pair_t *pair = node->data.mapping.pairs.start;
	     pair < node->data.mapping.pairs.top; pair++) {
		const yaml_node_t *key = node_at(in, pair->key);

		if (key->type == YAML_SCALAR_NODE &&
		    !strcmp((const char *)key->data.scalar.value, name))
			return node_at(in, pair->value);
	}
	return NULL;
}

void yaml_take(struct yaml_in *in, yaml_node_t *node, struct json_object *args, const char *name,
	       const char *what)
{
	const char *text = yaml_text(in, node, what);

	if (text)
		json_object_object_add(args, name, json_object_new_string(text));
}
