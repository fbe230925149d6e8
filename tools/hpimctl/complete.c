// SPDX-License-Identifier: GPL-2.0-only
/*
 * "completion SHELL" prints a script; the script runs "completion words -- WORD..." and is given a
 * line for each word that can stand in the place of the last one: the word, a tab, its help. So
 * what a shell offers is what this version understands.
 */
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "hpimctl/complete.h"
#include "hpimctl/tokens.h"

static const struct {
	const char *shell, *script;
} scripts[] = {
	{ "bash", "# bash completion of hpimctl, printed by 'hpimctl completion bash'\n"
		  "_hpimctl()\n"
		  "{\n"
		  "\tlocal line\n"
		  "\tCOMPREPLY=()\n"
		  "\twhile IFS= read -r line; do\n"
		  "\t\tCOMPREPLY+=(\"${line%%$'\\t'*}\")\n"
		  "\tdone < <(\"${COMP_WORDS[0]}\" completion words -- "
		  "\"${COMP_WORDS[@]:1:COMP_CWORD}\" 2> /dev/null)\n"
		  "}\n"
		  "complete -o default -F _hpimctl hpimctl hpim-dm\n" },
	{ "zsh", "#compdef hpimctl hpim-dm\n"
		 "# zsh completion of hpimctl, printed by 'hpimctl completion zsh'\n"
		 "_hpimctl()\n"
		 "{\n"
		 "\tlocal -a found\n"
		 "\tlocal word help\n"
		 "\twhile IFS=$'\\t' read -r word help; do\n"
		 "\t\tfound+=(\"${word//:/\\\\:}:$help\")\n"
		 "\tdone < <(\"$words[1]\" completion words -- \"${(@)words[2,CURRENT]}\" "
		 "2> /dev/null)\n"
		 "\tif (( $#found )); then _describe hpimctl found; else _files; fi\n"
		 "}\n"
		 "if [ \"$funcstack[1]\" = _hpimctl ]; then _hpimctl \"$@\"; "
		 "else compdef _hpimctl hpimctl hpim-dm; fi\n" },
	{ "fish", "# fish completion of hpimctl, printed by 'hpimctl completion fish'\n"
		  "function __hpimctl_words\n"
		  "\tset -l words (commandline -opc)\n"
		  "\tset -l found ($words[1] completion words -- $words[2..-1] "
		  "(commandline -ct) 2> /dev/null)\n"
		  "\tif test (count $found) -gt 0\n"
		  "\t\tprintf '%s\\n' $found\n"
		  "\telse\n"
		  "\t\t__fish_complete_path (commandline -ct)\n"
		  "\tend\n"
		  "end\n"
		  "complete -c hpimctl -f -a '(__hpimctl_words)'\n"
		  "complete -c hpim-dm -f -a '(__hpimctl_words)'\n" },
};

void complete_offer(const char *word, const char *help, const char *prefix)
{
	if (!strncmp(word, prefix, strlen(prefix)))
		printf("%s\t%s\n", word, help ? help : "");
}

void complete_offer_interfaces(const char *prefix, const char *help)
{
	struct if_nameindex *interfaces = if_nameindex();

	for (struct if_nameindex *at = interfaces; at && at->if_name; at++)
		if (strcmp(at->if_name, "lo") != 0)
			complete_offer(at->if_name, help, prefix);
	if (interfaces)
		if_freenameindex(interfaces);
}

/* "-w [SEC]" is the word "-w"; "-4, -6" are two. */
static void offer_options(const char *prefix)
{
	for (size_t i = 0; i < ctl_option_count; i++) {
		char words[64], *rest = words, *word;

		(void)snprintf(words, sizeof(words), "%s", ctl_options[i].words);
		while ((word = strsep(&rest, ", ")))
			if (*word == '-')
				complete_offer(word, ctl_options[i].help, prefix);
	}
}

static void offer_token(const struct token *token, const char *prefix)
{
	if (token->word)
		complete_offer(token->word, token_help(token), prefix);
	else if (token->shown && strstr(token->shown, "IFACE"))
		complete_offer_interfaces(prefix, token_help(token));
}

/* Whether an option takes the word behind it. */
static bool takes_word(const char *option)
{
	for (size_t i = 0; i < ctl_option_count; i++) {
		const char *words = ctl_options[i].words;
		size_t len = strlen(option);

		if (!strncmp(words, option, len) && words[len] == ' ' && words[len + 1] != '[')
			return true;
	}
	return false;
}

static void complete_words(char *const words[])
{
	enum place at = AT_START;
	struct ctl_error error;

	for (; words[0] && words[1]; words++) {
		const struct token *token;

		if (takes_word(words[0])) {
			if (!words[2])
				return; /* its argument is no word of ours */
			words++;
		} else if (words[0][0] != '-') {
			if (grammar_step(at, words[0], &token, &error))
				return;
			at = token->next == AT_HELP ? AT_START : token->next;
		}
	}
	if (words[0] && words[0][0] == '-')
		offer_options(words[0]);
	else
		grammar_each(at, offer_token, words[0] ? words[0] : "");
}

int complete_run(const struct request *request, struct ctl_error *ret_error)
{
	const char *shell = json_object_get_string(json_object_object_get(request->args, "shell"));

	if (!shell) {
		if (request->topic)
			complete_words(request->topic);
		return 0;
	}
	for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++)
		if (!strcmp(scripts[i].shell, shell))
			fputs(scripts[i].script, stdout);
	return ferror(stdout) ? ctl_fail(ret_error, CTL_EXIT_REFUSED, "file", "",
					 "cannot write to standard output")
			      : 0;
}
