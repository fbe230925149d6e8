/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CONFIG_YAML_INT_H
#define CONFIG_YAML_INT_H

/* Reading and writing YAML with libyaml, for what knows the keys: yaml.c, reference.c. */
#include <yaml.h>

#include "config/model.h"

/* ---- reading: config/yaml_read.c ---- */

struct yaml_in {
	yaml_document_t document;
	const struct config_source *source;
	unsigned int errors;
	struct config *config; /* what is read */
};

/** yaml_wrong() - Report an error where @node begins. Return: false. */
__attribute__((format(printf, 3, 4))) bool yaml_wrong(struct yaml_in *in, const yaml_node_t *node,
						      const char *format, ...);

/** yaml_warn() - The same, but it can be read. */
__attribute__((format(printf, 3, 4))) void yaml_warn(struct yaml_in *in, const yaml_node_t *node,
						     const char *format, ...);

/** yaml_text() - A scalar; else NULL, and it is reported that @what was expected. */
const char *yaml_text(struct yaml_in *in, const yaml_node_t *node, const char *what);

/** yaml_is_null() - Nothing behind the colon, "~" or "null". */
bool yaml_is_null(const yaml_node_t *node);

bool yaml_number(struct yaml_in *in, const yaml_node_t *node, uint32_t min, uint32_t max,
		 uint32_t *ret_number);
bool yaml_switch(struct yaml_in *in, const yaml_node_t *node, bool *ret_value);

/** yaml_switch_text() - "on", "true", "yes" and their opposites. Return: whether it is one. */
bool yaml_switch_text(const char *text, bool *ret_value);

/** yaml_each() - Call @each for the elements of a sequence; a single scalar is a sequence of one.
 */
typedef void yaml_item_fn(struct yaml_in *in, yaml_node_t *item, void *ctx);
void yaml_each(struct yaml_in *in, yaml_node_t *node, const char *what, yaml_item_fn *each,
	       void *ctx);

/** yaml_pairs() - Call @each for the keys of a mapping, which are different scalars. */
typedef void yaml_pair_fn(struct yaml_in *in, const char *name, yaml_node_t *key,
			  yaml_node_t *value, void *ctx);
void yaml_pairs(struct yaml_in *in, yaml_node_t *node, const char *what, yaml_pair_fn *each,
		void *ctx);

/** yaml_take() - A scalar that becomes an argument, for what is parsed as a command is. */
void yaml_take(struct yaml_in *in, yaml_node_t *node, struct json_object *args, const char *name,
	       const char *what);

/** yaml_find() - The value of a key of a mapping, or NULL. */
yaml_node_t *yaml_find(struct yaml_in *in, yaml_node_t *node, const char *name);

/* ---- writing: config/yaml_write.c ---- */

struct yaml_out {
	yaml_emitter_t emitter;
	char *text;
	size_t len;
	bool with_secrets;
};

void yaml_out_begin(struct yaml_out *out, bool with_secrets);

/** yaml_out_end() - Return: the text, for free(). */
char *yaml_out_end(struct yaml_out *out);

/** yaml_put() - A scalar; @name: its key, or NULL in a sequence and for a key. */
void yaml_put(struct yaml_out *out, const char *name, const char *text);
void yaml_put_number(struct yaml_out *out, const char *name, uint32_t number);

/** yaml_map(), yaml_list() - Begin one, on one line if @is_flow; yaml_map_end() ... */
void yaml_map(struct yaml_out *out, const char *name, bool is_flow);
void yaml_map_end(struct yaml_out *out);
void yaml_list(struct yaml_out *out, const char *name, bool is_flow);
void yaml_list_end(struct yaml_out *out);

/* ---- the keys of our own file: config/yaml.c ---- */

/** enum yaml_place - Where a key may stand, and what its functions get as @object. */
enum yaml_place {
	YAML_AT_TOP,        /* struct config */
	YAML_AT_TABLES,     /* struct config */
	YAML_AT_SETTINGS,   /* struct config_settings; the rows are those of core/settings.c */
	YAML_AT_INTERFACE,  /* struct config_interface */
	YAML_AT_KEY,        /* struct yaml_key */
	YAML_AT_STATIC,     /* struct config */
	YAML_AT_ROUTE,      /* struct json_object to read, struct config_static to write */
	YAML_AT_JOIN,       /* same */
	YAML_AT_RPF_METRIC, /* struct metric_target to read, struct config_metric to write */
	YAML_AT_POLICY,     /* struct json_object to read, struct config_policy to write */
	YAML_AT_METRICS,    /* struct config */
	YAML_AT_FOLLOW,     /* struct config */
	YAML_PLACE_COUNT,
};

/**
 * struct yaml_row - A key of the file.
 * @takes, @fallback: what its value is, and what counts without it; "": it must be there.
 * @write: writes nothing where the value is the default.
 */
struct yaml_row {
	enum yaml_place at;
	const char *name, *takes, *fallback, *help;
	void (*read)(struct yaml_in *in, yaml_node_t *node, void *object);
	void (*write)(struct yaml_out *out, const char *name, const void *object);
};

/* Tables of them, each ending with a name of NULL: yaml.c, yaml_link.c, yaml_key.c, yaml_static.c,
 * yaml_rpf.c, yaml_policy.c, listen.c.
 */
extern const struct yaml_row yaml_top_rows[], yaml_link_rows[], yaml_key_rows[], yaml_static_rows[],
	yaml_rpf_rows[], yaml_policy_rows[], yaml_metrics_rows[];

/** yaml_read_rows() - A mapping whose keys stand at @at; @what: what is expected there. */
void yaml_read_rows(struct yaml_in *in, yaml_node_t *node, enum yaml_place at, const char *what,
		    void *object);
void yaml_write_rows(struct yaml_out *out, enum yaml_place at, const void *object);

/* Sections of rows elsewhere. */
void yaml_read_keys(struct yaml_in *in, yaml_node_t *node, void *object);
void yaml_write_keys(struct yaml_out *out, const char *name, const void *object);
void yaml_read_static(struct yaml_in *in, yaml_node_t *node, void *object);
void yaml_write_static(struct yaml_out *out, const char *name, const void *object);

/** yaml_read_settings() - A mapping of settings; @is_link: of an interface. */
void yaml_read_settings(struct yaml_in *in, yaml_node_t *node, struct config_settings *settings,
			bool is_link);

/** yaml_write_settings() - Those that are set, if there are any. */
void yaml_write_settings(struct yaml_out *out, const char *name,
			 const struct config_settings *settings);

/* ---- the configuration of the Python implementation: config/reference.c ---- */

/** reference_is() - Whether a document is one, by its keys. */
bool reference_is(struct yaml_in *in, yaml_node_t *root);

/** reference_read() - Into @in->config. */
void reference_read(struct yaml_in *in, yaml_node_t *root);

#endif
