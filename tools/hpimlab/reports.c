// SPDX-License-Identifier: GPL-2.0-only
#include "hpimlab/reports.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *words, *key; /* of hpimctl; of its JSON */
} kinds[REPORT_COUNT] = {
	[REPORT_INTERFACES] = { "interfaces", "interfaces" },
	[REPORT_NEIGHBORS] = { "neighbors", "neighbors" },
	[REPORT_TREES] = { "trees", "trees" },
	[REPORT_TREE_IFS] = { "trees -d", "tree_interfaces" },
	[REPORT_GROUPS] = { "groups", "groups" },
	[REPORT_TIMERS] = { "timers", "settings" },
};

/* "lab/R1.json" is R1. */
static bool name_of(const char *path, char name[SIM_NAME_LEN])
{
	const char *slash = strrchr(path, '/'), *begin = slash ? slash + 1 : path;
	size_t len = strcspn(begin, ".");

	if (len == 0 || len >= SIM_NAME_LEN || strcspn(begin, " .:>,") != len) {
		fprintf(stderr, "hpimlab: %s: the name of a router is expected, up to %u letters\n",
			path, SIM_NAME_LEN - 1);
		return false;
	}
	(void)snprintf(name, SIM_NAME_LEN, "%.*s", (int)len, begin);
	return true;
}

/* The whole file; the caller frees it. */
static char *read_all(const char *path)
{
	FILE *file = fopen(path, "re"), *to;
	char *text = NULL;
	size_t len;
	int c;

	if (!file) {
		fprintf(stderr, "hpimlab: %s: %s\n", path, strerror(errno));
		return NULL;
	}
	to = open_memstream(&text, &len);
	while (to && (c = getc(file)) != EOF)
		(void)putc(c, to);
	if (to)
		(void)fclose(to);
	(void)fclose(file); /* only read */
	return text;
}

static void keep(struct report_router *router, json_object *answer)
{
	json_object *list;

	for (enum report report = 0; report < REPORT_COUNT; report++)
		if (json_object_object_get_ex(answer, kinds[report].key, &list) &&
		    json_object_is_type(list, json_type_array)) {
			json_object_put(router->answers[report]);
			router->answers[report] = json_object_get(answer);
		}
}

/* Answers one behind the other. */
static bool parse(struct report_router *router, const char *path, const char *text)
{
	struct json_tokener *tokener = json_tokener_new();
	size_t at = 0, len = strlen(text);
	bool is_good = tokener != NULL;

	while (is_good && (at += strspn(text + at, " \t\r\n")) < len) {
		json_object *answer = json_tokener_parse_ex(tokener, text + at, (int)(len - at));

		at += json_tokener_get_parse_end(tokener);
		is_good = answer && json_object_is_type(answer, json_type_object);
		if (is_good)
			keep(router, answer);
		json_object_put(answer);
		json_tokener_reset(tokener);
	}
	if (!is_good)
		fprintf(stderr, "hpimlab: %s: not JSON behind byte %zu\n", path, at);
	json_tokener_free(tokener);
	return is_good;
}

bool reports_add(struct reports *reports, const char *path)
{
	struct report_router *router = &reports->routers[reports->count];
	char *text;
	bool is_good;

	if (reports->count == SIM_ROUTERS_MAX) {
		fprintf(stderr, "hpimlab: %s: more than %u routers\n", path, SIM_ROUTERS_MAX);
		return false;
	}
	if (!name_of(path, router->name) || !(text = read_all(path)))
		return false;
	for (uint16_t i = 0; i < reports->count; i++)
		if (strcmp(reports->routers[i].name, router->name) == 0) {
			fprintf(stderr, "hpimlab: %s: a second router %s\n", path, router->name);
			free(text);
			return false;
		}
	reports->count++;
	is_good = parse(router, path, text);
	free(text);
	for (enum report report = 0; report < REPORT_COUNT && is_good; report++)
		if (!router->answers[report]) {
			fprintf(stderr, "hpimlab: %s: no answer to 'hpimctl -j show %s'\n", path,
				kinds[report].words);
			is_good = false;
		}
	return is_good;
}

json_object *reports_list(const struct reports *reports, uint16_t router, enum report report)
{
	json_object *list = NULL;

	(void)json_object_object_get_ex(reports->routers[router].answers[report], kinds[report].key,
					&list);
	return list;
}

void reports_fini(struct reports *reports)
{
	for (uint16_t i = 0; i < reports->count; i++)
		for (enum report report = 0; report < REPORT_COUNT; report++)
			json_object_put(reports->routers[i].answers[report]);
	reports->count = 0;
}
