// SPDX-License-Identifier: GPL-2.0-only
/* Commands from a file. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hpim/ctl_abi.h"
#include "hpimctl/batch.h"

/* More words than any command has. */
#define WORDS_MAX 512

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Take the quotes out of the word at @text. Return: what is behind it, NULL if a quote is open. */
static char *end_word(char *text)
{
	char *to = text, quote = '\0';

	for (; *text && (quote || !is_blank(*text)); text++) {
		if (*text == quote)
			quote = '\0';
		else if (!quote && (*text == '\'' || *text == '"'))
			quote = *text;
		else
			*to++ = *text;
	}
	if (quote)
		return NULL;
	text += *text != '\0';
	*to = '\0';
	return text;
}

/* Return: what is wrong with the line, or NULL. */
static const char *split(char *line, char *words[WORDS_MAX + 1])
{
	size_t count = 0;

	for (;;) {
		while (is_blank(*line))
			line++;
		if (!*line || *line == '#')
			break;
		if (count == WORDS_MAX)
			return "too many words";
		words[count++] = line;
		line = end_word(line);
		if (!line)
			return "a quote is not closed";
	}
	words[count] = NULL;
	return NULL;
}

static int run_lines(FILE *file, const char *name, batch_command_fn *run, void *ctx,
		     struct ctl_error *ret_error)
{
	char *line = NULL, *words[WORDS_MAX + 1];
	unsigned int number = 0;
	size_t room = 0;
	int err = 0;

	while (!err && getline(&line, &room, file) > 0) {
		const char *fault = split(line, words);

		number++;
		if (fault)
			err = ctl_fail(ret_error, CTL_EXIT_USAGE, "usage", "", "%s, line %u: %s",
				       name, number, fault);
		else if (*words)
			err = run(ctx, words);
		if (err && !fault)
			(void)fprintf(stderr,
				      "hpimctl: %s, line %u: the lines after it are not run\n",
				      name, number);
	}
	if (!err && ferror(file))
		err = ctl_fail(ret_error, CTL_EXIT_USAGE, "usage", "", "cannot read %s: %s", name,
			       strerror(errno));
	free(line);
	return err;
}

int batch_run(const char *path, batch_command_fn *run, void *ctx, struct ctl_error *ret_error)
{
	bool is_input = !strcmp(path, "-");
	FILE *file = is_input ? stdin : fopen(path, "re");
	int err;

	if (!file)
		return ctl_fail(ret_error, CTL_EXIT_USAGE, "usage", "", "cannot read %s: %s", path,
				strerror(errno));
	err = run_lines(file, is_input ? "standard input" : path, run, ctx, ret_error);
	if (!is_input)
		(void)fclose(file); /* only read */
	return err;
}
