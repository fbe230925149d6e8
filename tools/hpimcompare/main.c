// SPDX-License-Identifier: GPL-2.0-only
/*
 * hpimcompare: HPIM-DM and PIM-DM on the same networks, with the same faults, in virtual time. The
 * same seed gives the same figures.
 */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "hpimcompare/result.h"

static const char usage[] =
	"usage: hpimcompare [--runs N] [--seed N] [--json FILE] [--svg FILE] [--html FILE]\n"
	"                   [CASE...]\n"
	"       hpimcompare --list\n";

struct options {
	unsigned int runs;
	uint64_t seed;
	const char *json, *svg, *html;
	struct html *page; /* NULL: none is written */
	bool is_list;
};

static bool parse_number(const char *text, uint64_t max, uint64_t *ret_number)
{
	char *end;

	errno = 0;
	*ret_number = strtoull(text, &end, 10);
	return !errno && end != text && !*end && *text != '-' && *ret_number >= 1 &&
	       *ret_number <= max;
}

/* Return: false: a message was printed. */
static bool parse(int argc, char **argv, struct options *options)
{
	static const struct option longs[] = {
		{ "runs", required_argument, NULL, 'r' },
		{ "seed", required_argument, NULL, 's' },
		{ "json", required_argument, NULL, 'j' },
		{ "svg", required_argument, NULL, 'p' },
		{ "html", required_argument, NULL, 'h' },
		{ "list", no_argument, NULL, 'l' },
		{ NULL, 0, NULL, 0 },
	};
	uint64_t number;
	int letter;

	while ((letter = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		if (letter == 'j') {
			options->json = optarg;
		} else if (letter == 'p') {
			options->svg = optarg;
		} else if (letter == 'h') {
			options->html = optarg;
		} else if (letter == 'l') {
			options->is_list = true;
		} else if (letter == 'r' && parse_number(optarg, 1000, &number)) {
			options->runs = (unsigned int)number;
		} else if (letter == 's' && parse_number(optarg, UINT64_MAX - 1000, &number)) {
			options->seed = number;
		} else {
			if (letter == 'r' || letter == 's')
				(void)fprintf(
					stderr,
					"hpimcompare: --%s %s: expected a number from 1 to %s\n",
					letter == 'r' ? "runs" : "seed", optarg,
					letter == 'r' ? "1000" : "2^64 - 1001");
			(void)fputs(usage, stderr);
			return false;
		}
	}
	return true;
}

static const struct compare_case *case_by_name(const char *name)
{
	for (unsigned int i = 0; i < compare_case_count; i++)
		if (!strcmp(compare_cases[i].name, name))
			return &compare_cases[i];
	return NULL;
}

/* Return: false: a message was printed. */
static bool write_file(const char *path, void (*write)(FILE *out, const struct results *),
		       const struct results *results)
{
	FILE *out = fopen(path, "w");
	bool is_written;

	if (out)
		write(out, results);
	is_written = out && !ferror(out);
	if ((out && fclose(out)) || !is_written) {
		(void)fprintf(stderr, "hpimcompare: %s: %s\n", path, strerror(errno));
		return false;
	}
	return true;
}

/* Return: false: a message was printed. */
static bool open_page(struct options *options)
{
	options->page = options->html ? html_open(options->html) : NULL;
	if (!options->html || options->page)
		return true;
	(void)fprintf(stderr, "hpimcompare: cannot write %s: %s\n", options->html, strerror(errno));
	return false;
}

/* Return: false: a message was printed. */
static bool close_page(const struct options *options)
{
	if (!options->page || html_close(options->page))
		return true;
	(void)fprintf(stderr, "hpimcompare: %s is not complete\n", options->html);
	return false;
}

static int list(void)
{
	for (unsigned int i = 0; i < compare_case_count; i++)
		(void)printf("%-20s  %s\n", compare_cases[i].name, compare_cases[i].what);
	return 0;
}

/* The page that a case is watched on, or NULL. */
static struct html *page_of(const struct options *options, const struct compare_case *of)
{
	if (!options->page || !compare_case_is_of_memory(of))
		return options->page;
	(void)fprintf(stderr,
		      "hpimcompare: %s is not on the page: it measures memory, and the page takes "
		      "some\n",
		      of->name);
	return NULL;
}

/* Return: false: a name is unknown; a message was printed. */
static bool measure(const struct options *options, char **names, struct results *results)
{
	for (unsigned int i = 0; i < results->count; i++) {
		const struct compare_case *of = names ? case_by_name(names[i]) : &compare_cases[i];

		if (!of) {
			(void)fprintf(stderr,
				      "hpimcompare: no case %s; hpimcompare --list names them\n",
				      names[i]);
			return false;
		}
		results->rows[i] =
			result_measure(of, options->runs, options->seed, page_of(options, of));
		result_print(stdout, &results->rows[i]);
		(void)fflush(stdout);
	}
	return true;
}

int main(int argc, char **argv)
{
	struct options options = { .runs = 5, .seed = 1 };
	struct results results = { .count = compare_case_count };
	bool is_fine;

	if (!parse(argc, argv, &options))
		return 2;
	if (options.is_list)
		return list();
	if (optind < argc)
		results.count = (unsigned int)(argc - optind);
	results.runs = options.runs;
	results.seed = options.seed;
	results.rows = calloc(results.count, sizeof(*results.rows));
	if (!results.rows)
		return 1;
	is_fine = open_page(&options) &&
		  measure(&options, optind < argc ? &argv[optind] : NULL, &results) &&
		  (!options.json || write_file(options.json, results_json, &results)) &&
		  (!options.svg || write_file(options.svg, results_svg, &results));
	is_fine &= close_page(&options);
	free(results.rows);
	return is_fine ? 0 : 1;
}
