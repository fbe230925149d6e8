/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HPIMSIM_HTML_RUN_H
#define HPIMSIM_HTML_RUN_H

/*
 * One run, written down for a page: nodes with their ports, what happened when, and tables of each
 * node as they changed. It knows no protocol: tables are rows and columns, a message is a kind and
 * a list of names with values. tools/hpimsim/page/data.js reads what html_run_write() writes.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/time.h"

#define HTML_NONE        (-1)
#define HTML_COLUMNS_MAX 16u
#define HTML_FIELDS_MAX  64u /* names and values of a message */

struct html_run;

enum html_node_kind { HTML_ROUTER, HTML_LINK, HTML_HOST };

/** struct html_table - What stands above the rows. Column @until or @since holds html_time(). */
struct html_table {
	const char *id, *title;
	const char *command; /* of hpimctl that prints the same; NULL: none does */
	const char *columns[HTML_COLUMNS_MAX];
	const char *until, *since; /* names of columns; NULL: none */
};

/** struct html_message - A decoded message. Texts are copied by html_run_message(). */
struct html_message {
	char kind[24], summary[96];
	int tree; /* html_run_tree(), or HTML_NONE */
	unsigned int field_count;
	struct {
		const char *name; /* of static storage */
		char value[64];
	} fields[HTML_FIELDS_MAX];
};

/** struct html_place - Where something is put on a link: by a port of a router, or by a host. */
struct html_place {
	int link, sender; /* nodes */
	int port;         /* of the sender, or HTML_NONE */
};

/** html_run_new() - @tables: @count of them, borrowed. */
struct html_run *html_run_new(const char *name, const struct html_table *tables, size_t count);
void html_run_free(struct html_run *run);

/** html_run_fact() - Something about the whole run, shown in the order of the calls. */
void html_run_fact(struct html_run *run, const char *name, const char *value);

/* Each returns its number. A node may become of another kind by html_run_node_is(). */
int html_run_node(struct html_run *run, enum html_node_kind kind, const char *name);
void html_run_node_is(struct html_run *run, int node, enum html_node_kind kind);
int html_run_port(struct html_run *run, int node, const char *name, int link);

/** html_run_tree() - The number of (S,G), the same for the same texts. */
int html_run_tree(struct html_run *run, const char *source, const char *group);

/* ---- What happens, in order of time ---- */

/** html_run_at() - The time of what follows; it never decreases. */
void html_run_at(struct html_run *run, hp_time now);

/** html_run_message() - @to: the node that it is for, HTML_NONE: all on the link. */
void html_run_message(struct html_run *run, const struct html_place *place, int to,
		      const struct html_message *message);
void html_run_packet(struct html_run *run, const struct html_place *place, int tree,
		     unsigned int ttl);

/** html_run_lost() - @node does not get the message or packet that was put down last. */
void html_run_lost(struct html_run *run, int node);

enum html_note { HTML_ACTION, HTML_EXPECTATION, HTML_VIOLATION };

/** html_run_note() - Something done from outside, or found. @node: what it is about. */
void html_run_note(struct html_run *run, enum html_note kind, const char *text, int node);

/* ---- Tables ---- */

/** html_run_tables() - Rows of @node follow; those that do not come until the end are gone. */
void html_run_tables(struct html_run *run, int node);

/** html_run_row() - @key: tells it from other rows of the table of this node. */
void html_run_row(struct html_run *run, unsigned int table, const char *key);

/** html_run_cell() - The next cell of the row; those that are not given are empty. */
__attribute__((format(printf, 2, 3))) void html_run_cell(struct html_run *run, const char *format,
							 ...);

/** html_run_time() - A cell that is a time; HP_TIME_NEVER: empty. */
void html_run_time(struct html_run *run, hp_time at);

/** html_run_tables_end() - What is different from the last time is put down as an event. */
void html_run_tables_end(struct html_run *run);

/** html_run_write() - As JSON in which no character means something to HTML. */
void html_run_write(struct html_run *run, FILE *file);

/** html_text() - A JSON string of that kind. Bytes that are no UTF-8 are replaced. */
void html_text(FILE *file, const char *text);

#endif
