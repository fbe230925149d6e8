// SPDX-License-Identifier: GPL-2.0-only
/* YAML as text. The emitter fails only without memory, and on what is no YAML: our own faults. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "config/yaml_int.h"

static int append(void *ctx, unsigned char *bytes, size_t len)
{
	struct yaml_out *out = ctx;
	char *text = malloc(out->len + len + 1);

	assert(text);
	if (out->len)
		memcpy(text, out->text, out->len);
	memcpy(text + out->len, bytes, len);
	if (out->text)
		explicit_bzero(out->text, out->len); /* there may be secrets in it */
	free(out->text);
	out->text = text;
	out->len += len;
	text[out->len] = '\0';
	return 1;
}

static void emit(struct yaml_out *out, yaml_event_t *event)
{
	int is_done = yaml_emitter_emit(&out->emitter, event);

	assert(is_done);
}

void yaml_out_begin(struct yaml_out *out, bool with_secrets)
{
	yaml_event_t event;

	*out = (struct yaml_out){ .with_secrets = with_secrets };
	assert(yaml_emitter_initialize(&out->emitter));
	yaml_emitter_set_output(&out->emitter, append, out);
	yaml_emitter_set_unicode(&out->emitter, 1);
	yaml_emitter_set_width(&out->emitter, -1);
	yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING);
	emit(out, &event);
	yaml_document_start_event_initialize(&event, NULL, NULL, NULL, 1);
	emit(out, &event);
}

char *yaml_out_end(struct yaml_out *out)
{
	yaml_event_t event;

	yaml_document_end_event_initialize(&event, 1);
	emit(out, &event);
	yaml_stream_end_event_initialize(&event);
	emit(out, &event);
	yaml_emitter_delete(&out->emitter);
	assert(out->text);
	return out->text;
}

static void put_scalar(struct yaml_out *out, const char *text)
{
	char *copy = strdup(text);
	yaml_event_t event;

	assert(copy);
	utf8_repair(copy); /* names of interfaces may have any bytes, YAML has only letters */
	assert(yaml_scalar_event_initialize(&event, NULL, NULL, (yaml_char_t *)copy,
					    (int)strlen(copy), 1, 1, YAML_ANY_SCALAR_STYLE));
	emit(out, &event);
	explicit_bzero(copy, strlen(copy));
	free(copy);
}

void yaml_put(struct yaml_out *out, const char *name, const char *text)
{
	if (name)
		put_scalar(out, name);
	put_scalar(out, text);
}

void yaml_put_number(struct yaml_out *out, const char *name, uint32_t number)
{
	char text[16];

	(void)snprintf(text, sizeof(text), "%u", number);
	yaml_put(out, name, text);
}

void yaml_map(struct yaml_out *out, const char *name, bool is_flow)
{
	yaml_event_t event;

	if (name)
		put_scalar(out, name);
	yaml_mapping_start_event_initialize(&event, NULL, NULL, 1,
					    is_flow ? YAML_FLOW_MAPPING_STYLE
						    : YAML_BLOCK_MAPPING_STYLE);
	emit(out, &event);
}

void yaml_map_end(struct yaml_out *out)
{
	yaml_event_t event;

	yaml_mapping_end_event_initialize(&event);
	emit(out, &event);
}

void yaml_list(struct yaml_out *out, const char *name, bool is_flow)
{
	yaml_event_t event;

	if (name)
		put_scalar(out, name);
	yaml_sequence_start_event_initialize(&event, NULL, NULL, 1,
					     is_flow ? YAML_FLOW_SEQUENCE_STYLE
						     : YAML_BLOCK_SEQUENCE_STYLE);
	emit(out, &event);
}

void yaml_list_end(struct yaml_out *out)
{
	yaml_event_t event;

	yaml_sequence_end_event_initialize(&event);
	emit(out, &event);
}
