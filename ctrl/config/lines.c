// SPDX-License-Identifier: GPL-2.0-only
/* A configuration as a set of lines, one for each value, to be compared. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/yaml_int.h"

#define PATH_ROOM 512

struct walk {
	yaml_document_t document;
	FILE *out;
};

static const yaml_node_t *node_at(struct walk *walk, int index)
{
	return yaml_document_get_node(&walk->document, index);
}

/* On one line, as it is written. */
static void put_inline(struct walk *walk, const yaml_node_t *node)
{
	const char *gap = "";

	switch (node->type) {
	case YAML_MAPPING_NODE:
		(void)fputc('{', walk->out); /* into memory, as all below */
		for (yaml_node_pair_t *pair = node->data.mapping.pairs.start;
		     pair < node->data.mapping.pairs.top; pair++, gap = ", ") {
			(void)fputs(gap, walk->out);
			put_inline(walk, node_at(walk, pair->key));
			(void)fputs(": ", walk->out);
			put_inline(walk, node_at(walk, pair->value));
		}
		(void)fputc('}', walk->out);
		break;
	case YAML_SEQUENCE_NODE:
		(void)fputc('[', walk->out);
		for (yaml_node_item_t *item = node->data.sequence.items.start;
		     item < node->data.sequence.items.top; item++, gap = ", ") {
			(void)fputs(gap, walk->out);
			put_inline(walk, node_at(walk, *item));
		}
		(void)fputc(']', walk->out);
		break;
	default: (void)fputs((const char *)node->data.scalar.value, walk->out); break;
	}
}

static void put_line(struct walk *walk, const char *path, const yaml_node_t *node)
{
	(void)fprintf(walk->out, "%s: ", path);
	put_inline(walk, node);
	(void)fputc('\n', walk->out);
}

/* A list of mappings has a line for each. */
static void put_node(struct walk *walk, const char *path, const yaml_node_t *node)
{
	char below[PATH_ROOM];

	if (node->type == YAML_MAPPING_NODE) {
		for (yaml_node_pair_t *pair = node->data.mapping.pairs.start;
		     pair < node->data.mapping.pairs.top; pair++) {
			(void)snprintf(below, sizeof(below), "%s%s%s", path, *path ? " " : "",
				       node_at(walk, pair->key)->data.scalar.value);
			put_node(walk, below, node_at(walk, pair->value));
		}
	} else if (node->type == YAML_SEQUENCE_NODE &&
		   node->data.sequence.items.start < node->data.sequence.items.top &&
		   node_at(walk, *node->data.sequence.items.start)->type == YAML_MAPPING_NODE) {
		for (yaml_node_item_t *item = node->data.sequence.items.start;
		     item < node->data.sequence.items.top; item++)
			put_line(walk, path, node_at(walk, *item));
	} else {
		put_line(walk, path, node);
	}
}

char *config_lines(const char *text)
{
	struct walk walk;
	yaml_parser_t parser;
	char *lines = NULL;
	size_t len = 0;

	walk.out = open_memstream(&lines, &len);
	assert(walk.out && yaml_parser_initialize(&parser));
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, strlen(text));
	if (yaml_parser_load(&parser, &walk.document)) {
		const yaml_node_t *root = yaml_document_get_root_node(&walk.document);

		if (root)
			put_node(&walk, "", root);
		yaml_document_delete(&walk.document);
	}
	yaml_parser_delete(&parser);
	(void)fclose(walk.out); /* in memory */
	assert(lines);
	return lines;
}

static bool has_line(const char *lines, const char *line, size_t len)
{
	for (const char *at = lines; *at; at += strcspn(at, "\n") + 1)
		if (!strncmp(at, line, len) && at[len] == '\n')
			return true;
	return false;
}

/* Lines of @of that are not in @in. */
static size_t each_missing(const char *of, const char *in, char sign, config_line_fn *each,
			   void *ctx)
{
	size_t count = 0;

	for (const char *at = of; *at; at += strcspn(at, "\n") + 1) {
		size_t len = strcspn(at, "\n");
		char *line;

		if (has_line(in, at, len))
			continue;
		count++;
		line = strndup(at, len);
		assert(line);
		if (each)
			each(ctx, sign, line);
		free(line);
	}
	return count;
}

size_t config_compare(const char *was, const char *is, config_line_fn *each, void *ctx)
{
	return each_missing(was, is, '-', each, ctx) + each_missing(is, was, '+', each, ctx);
}
