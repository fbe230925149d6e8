/* SPDX-License-Identifier: GPL-2.0-only */
/* Completion: each word of each command is offered where it can stand, in the shells that are here.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mgmt/schema.h"
#include "unit/common_hpimctl.h"

TestSuite(complete, .timeout = 60);

/* Whether a line of @text is this word, and its help. */
static bool offers(const char *text, const char *word, size_t len)
{
	for (; text; text = strchr(text, '\n')) {
		text += *text == '\n';
		if (!strncmp(text, word, len) && text[len] == '\t')
			return true;
	}
	return false;
}

/* Of "static delete route": "s" is completed, then "static d", then "static delete r". */
Test(complete, each_word_of_each_command)
{
	for (const struct command *command = commands; command->name; command++) {
		for (const char *word = command->name; word; word = strchr(word, ' ')) {
			size_t len;
			char line[128];
			struct result result;

			word += *word == ' ';
			len = strcspn(word, " ");
			(void)snprintf(line, sizeof(line), "completion words -- %.*s",
				       (int)(word - command->name) + 1, command->name);
			result = run_alone(line);
			cr_expect_eq(result.exit, 0);
			cr_expect(offers(result.out, word, len), "'%s' offers %s", line,
				  result.out);
		}
	}
}

Test(complete, options_and_their_arguments)
{
	expect(run_alone("completion words -- --v"), 0, "--version\tversion of this program\n", "");
	cr_expect(offers(run_alone("completion words -- -i r1 -4 trac").out, "", 0) == false);
	cr_expect(offers(run_alone("completion words -- -i r1 -4 det").out, "detach", 6));
	expect(run_alone("completion words -- -i det"), 0, "", "");
	cr_expect(offers(run_alone("completion words -- help show tr").out, "trees", 5));
	expect(run_alone("completion words -- nothing tr"), 0, "", "");
	cr_expect_eq(run_alone("completion").exit, 1);
	cr_expect_eq(run_alone("completion tcsh").exit, 1);
}

/* What a shell says; it finds hpimctl where it was built. NULL: it is not installed. */
static const char *shell(const char *name, const char *words, const char *script)
{
	static char text[8192];
	char line[2048];
	FILE *out;
	size_t len;

	(void)snprintf(line, sizeof(line), "command -v %s > /dev/null", name);
	if (system(line) != 0)
		return NULL;
	(void)snprintf(line, sizeof(line),
		       "PATH=\"$(dirname \"$(realpath %s)\"):$PATH\" %s %s '%s' 2>&1", program(),
		       name, words, script);
	out = popen(line, "r");
	cr_assert_not_null(out);
	len = fread(text, 1, sizeof(text) - 1, out);
	text[len] = '\0';
	(void)pclose(out); /* what it said is looked at */
	return text;
}

Test(complete, bash)
{
	const char *said = shell("bash", "-c",
				 "set -u; source <(hpimctl completion bash); "
				 "COMP_WORDS=(hpimctl show st); COMP_CWORD=2; _hpimctl; "
				 "echo \"${COMPREPLY[@]}\"; complete -p hpimctl");

	if (!said)
		cr_skip_test("bash is not installed");
	cr_expect_str_eq(said, "status static\ncomplete -o default -F _hpimctl hpimctl\n");
}

Test(complete, zsh)
{
	const char *said = shell("zsh", "-fc",
				 "compdef() { echo compdef $@; }; _files() { echo files; }; "
				 "_describe() { print -l -- $found; }; "
				 "source <(hpimctl completion zsh); "
				 "words=(hpimctl detach eth0 m); CURRENT=4; _hpimctl; "
				 "words=(hpimctl key add x id 1 algo sha256 file x); CURRENT=10; "
				 "_hpimctl");

	if (!said)
		cr_skip_test("zsh is not installed");
	cr_expect_str_eq(said, "compdef _hpimctl hpimctl hpim-dm\nmld:only MLD\nfiles\n");
}

Test(complete, fish)
{
	const char *said = shell(
		"fish", "-c", "hpimctl completion fish | source; complete -C \"hpimctl show st\"");

	if (!said)
		cr_skip_test("fish is not installed");
	cr_expect(offers(said, "static", 6), "%s", said);
	cr_expect(offers(said, "status", 6), "%s", said);
	cr_expect_null(strstr(said, "stop"));
}

/* The last words of a line of hpim-dm, and what is offered there. */
Test(complete, hpim_dm)
{
	static const struct {
		const char *words, *offered; /* NULL: nothing */
	} rows[] = {
		{ "hpim-dm -aii", "-aiigmp" },        { "hpim-dm --list_n", "--list_neighbors" },
		{ "hpim-dm -6 -mvrf 100 -l", "-ls" }, { "hpim-dm -mvrf -l", NULL },
		{ "hpim-dm -config x", NULL },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char script[512];
		const char *said;

		(void)snprintf(script, sizeof(script),
			       "source <(hpimctl completion bash); COMP_WORDS=(%s); "
			       "COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _hpimctl; "
			       "printf \"%%s\\t\\n\" \"${COMPREPLY[@]}\"",
			       rows[i].words);
		said = shell("bash", "-c", script);
		if (!said)
			cr_skip_test("bash is not installed");
		if (rows[i].offered)
			cr_expect(offers(said, rows[i].offered, strlen(rows[i].offered)), "%s: %s",
				  rows[i].words, said);
		else
			cr_expect_str_eq(said, "\t\n", "%s: %s", rows[i].words, said);
	}
}
