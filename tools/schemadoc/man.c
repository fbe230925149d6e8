// SPDX-License-Identifier: GPL-2.0-only
/*
 * The manual pages of hpimctl and of its configuration file: what no table has stands here, the
 * rest is printed from them.
 */
#include <stdio.h>
#include <string.h>

#include "hpim/ctl_abi.h"
#include "config/model.h"
#include "hpimctl/tokens.h"
#include "mgmt/schema.h"
#include "schemadoc/man.h"

/* Text in roff: a line must not begin with a control character, and '-' is a hyphen. */
static void print_text(const char *text)
{
	if (*text == '.' || *text == '\'')
		fputs("\\&", stdout);
	for (; *text; text++) {
		if (*text == '\\')
			fputs("\\e", stdout);
		else if (*text == '-')
			fputs("\\-", stdout);
		else if (*text == '\'')
			fputs("\\(aq", stdout);
		else if (*text != '`') /* of Markdown */
			putchar(*text);
	}
}

static void print_bold(const char *text)
{
	fputs(".B \"", stdout);
	print_text(text);
	fputs("\"\n", stdout);
}

static void print_item(const char *word, const char *help)
{
	printf(".TP\n");
	print_bold(word);
	print_text(help);
	printf("\n");
}

static unsigned int inside; /* indented so deep */

static void indent_to(unsigned int depth)
{
	for (; inside < depth; inside++)
		printf(".RS\n");
	for (; inside > depth; inside--)
		printf(".RE\n");
}

static void print_token(const struct token *token, unsigned int depth)
{
	indent_to(depth);
	print_item(token->word ? token->word : token->shown, token_help(token));
}

static void print_place(enum place at, unsigned int max_depth)
{
	tokens_walk(at, max_depth, print_token);
	indent_to(0);
}

/* A section for each command that has words of its own behind it. */
static void print_commands(void)
{
	for_each_token(token)
	{
		if (token->at != AT_START || token->next == AT_END || token->next == AT_OBJECT)
			continue;
		printf(".SS ");
		print_text(token->word);
		printf("\n");
		print_text(token_help(token));
		printf("\n");
		print_place(token->next, TOKENS_DEEP);
	}
}

static void print_columns(void)
{
	for (const struct schema *schema = schemas; schema->id; schema++) {
		printf(".TP\n");
		print_bold(schema->id);
		for (const struct field *field = schema->fields; field->name; field++) {
			print_text(field->name);
			printf("%s\n", field[1].name ? "," : "");
		}
	}
}

static void print_exits(void)
{
	for (size_t code = 0; code < ctl_exit_count; code++) {
		printf(".TP\n.B %zu\n", code);
		print_text(ctl_exits[code]);
		printf("\n");
	}
}

void man_print(void)
{
	printf(".\\\" Printed by build/schemadoc man from the tables of commands and fields.\n"
	       ".TH HPIMCTL 1 \"\" \"hpim " HPIM_VERSION "\" \"User Commands\"\n"
	       ".nh\n.ad l\n.SH NAME\nhpimctl \\- show and change what the multicast router hpimd "
	       "does\n"
	       ".SH SYNOPSIS\n.B hpimctl\n[\\fIoption\\fR ...] [\\fIcommand\\fR]\n"
	       ".SH DESCRIPTION\n"
	       "hpimctl asks the daemon hpimd over its control socket, and prints tables, or "
	       "JSON.\n"
	       "Words of commands may be cut to what is unique; without a command it is "
	       "\\fBstatus\\fR.\nThe name of a table is enough to show it.\n"
	       ".SH COMMANDS\n");
	print_place(AT_START, 0);
	printf(".SH TABLES\n");
	print_place(AT_OBJECT, 0);
	printf(".SH \"WORDS OF COMMANDS\"\n");
	print_commands();
	printf(".SH OPTIONS\n");
	for (size_t i = 0; i < ctl_option_count; i++)
		print_item(ctl_options[i].words, ctl_options[i].help);
	printf(".SH COLUMNS\nNames for \\fB\\-o\\fR, the same as in JSON.\n");
	print_columns();
	printf(".SH \"EXIT STATUS\"\n");
	print_exits();
	printf(".SH ENVIRONMENT\n");
	print_item("HPIM_INSTANCE", "the daemon to talk to, without -i");
	print_item("HPIM_TIMEOUT_MS", "how long to wait for each line of an answer, in "
				      "milliseconds; 5000 if unset");
	printf(".SH FILES\n");
	print_item("/run/hpimd/INSTANCE.ctl", "control socket, for root and the group hpim");
	print_item("/run/hpimd/INSTANCE.ro", "control socket that changes nothing, for all");
	printf(".SH \"SEE ALSO\"\n.BR hpimd (8),\n.BR hpim.yaml (5)\n");
}

static void print_key(const struct config_row *row)
{
	static const char *section = "";

	if (strcmp(section, row->section) != 0) {
		printf(".SS \"");
		print_text(row->section);
		printf("\"\n");
	}
	section = row->section;
	printf(".TP\n.BR \"");
	print_text(row->name);
	printf("\" \": \\fI");
	print_text(row->takes);
	printf("\\fR\"\n");
	print_text(row->help);
	printf(".\n");
	if (*row->fallback) {
		printf("Without it: ");
		print_text(row->fallback);
		printf(".\n");
	} else {
		printf("It must be there.\n");
	}
}

static void print_setting(enum setting_id id)
{
	char min[CONFIG_VALUE_MAX], max[CONFIG_VALUE_MAX], value[CONFIG_VALUE_MAX];
	const struct setting *row = &setting_table[id];

	config_value_text(id, row->min, min);
	config_value_text(id, row->max, max);
	config_value_text(id, setting_value(&core_settings_default, id), value);
	printf(".TP\n");
	print_bold(row->name);
	printf("%s to %s, %s without it", min, max, value);
	if (row->derived) {
		printf(" (");
		print_text(row->derived);
		printf(")");
	}
	printf("%s.\n", row->scope == SETTING_OF_LINK ? "; of an interface, too" : "");
}

void man_print_config(void)
{
	printf(".\\\" Printed by build/schemadoc man-config from the tables of keys and settings.\n"
	       ".TH HPIM.YAML 5 \"\" \"hpim " HPIM_VERSION "\" \"File Formats\"\n"
	       ".nh\n.ad l\n.SH NAME\nhpim.yaml \\- configuration of the multicast router hpimd\n"
	       ".SH SYNOPSIS\n.I /etc/hpim/INSTANCE.yaml\n"
	       ".SH DESCRIPTION\n"
	       "The daemon reads it when it starts, except after a restart or a crash.\n"
	       "\\fBhpimctl config check\\fR looks for errors, \\fBhpimctl reload\\fR applies what "
	       "differs,\n\\fBhpimctl config save\\fR writes it.\n"
	       "It may also be the file of the Python implementation of HPIM\\-DM.\n"
	       ".SH EXAMPLE\n.nf\nversion: 1\ninterfaces:\n  eth0:\n  eth1:\n"
	       "    protocols: [igmp, mld]\n.fi\n"
	       ".SH KEYS\n");
	config_each_row(print_key);
	printf(".SH SETTINGS\nTimes are in seconds.\n");
	for (enum setting_id id = 0; id < SETTING_COUNT; id++)
		if (setting_can_change(id))
			print_setting(id);
	printf(".SH \"SEE ALSO\"\n.BR hpimd (8),\n.BR hpimctl (1)\n");
}
