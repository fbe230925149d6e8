// SPDX-License-Identifier: GPL-2.0-only
#include <assert.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>

#include "hpimsim/report.h"

static void add(struct json_object *object, const char *key, struct json_object *value)
{
	assert(value);
	(void)json_object_object_add(object, key, value); /* fails only without memory */
}

static void add_count(struct json_object *object, const struct sim_count *count)
{
	const struct {
		const char *name;
		uint64_t value;
	} fields[] = {
		{ "events", count->events }, { "effects", count->effects },
		{ "frames", count->frames }, { "packets", count->packets },
		{ "lost", count->lost },     { "duplicated", count->duplicated },
		{ "faults", count->faults }, { "looped", count->loops },
	};

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		add(object, fields[i].name, json_object_new_uint64(fields[i].value));
}

static void print(struct json_object *object)
{
	puts(json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN |
							    JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(object);
}

static void run_as_json(const struct scenario *scenario, enum ip_family family,
			const struct outcome *outcome, const char *file)
{
	struct json_object *object = json_object_new_object();
	char hash[17];

	assert(object);
	(void)snprintf(hash, sizeof(hash), "%016" PRIx64, outcome->hash);
	add(object, "name", json_object_new_string(scenario->name));
	add(object, "family", json_object_new_int(family == IP_FAMILY_4 ? 4 : 6));
	add(object, "seed", json_object_new_uint64(scenario->seed));
	add(object, "result", json_object_new_string(check_names[outcome->check.kind]));
	if (outcome->check.kind)
		add(object, "what", json_object_new_string(outcome->check.text));
	add(object, "at_s", json_object_new_double((double)outcome->failed_at / 1e9));
	add(object, "hash", json_object_new_string(hash));
	add_count(object, &outcome->count);
	if (file)
		add(object, "replay", json_object_new_string(file));
	print(object);
}

void report_run(const struct scenario *scenario, enum ip_family family,
		const struct outcome *outcome, bool is_json, const char *file)
{
	if (is_json) {
		run_as_json(scenario, family, outcome, file);
		return;
	}
	printf("%-22s IPv%d  %-9s %8.1f s  %7" PRIu64 " events  %016" PRIx64 "\n", scenario->name,
	       family == IP_FAMILY_4 ? 4 : 6, check_names[outcome->check.kind],
	       (double)outcome->failed_at / 1e9, outcome->count.events, outcome->hash);
	if (outcome->check.kind)
		printf("    %s\n", outcome->check.text);
	if (file)
		printf("    hpimsim replay %s\n", file);
}

void report_sum(const struct hunt_sum *sum, bool is_json)
{
	struct json_object *object;

	if (!is_json) {
		printf("%" PRIu64 " histories, %" PRIu64 " violate: %" PRIu64 " events, %" PRIu64
		       " faults, %" PRIu64 " packets lost on links; %.1f s\n",
		       sum->runs, sum->failed, sum->count.events, sum->count.faults,
		       sum->count.lost, sum->seconds);
		return;
	}
	object = json_object_new_object();
	assert(object);
	add(object, "runs", json_object_new_uint64(sum->runs));
	add(object, "failed", json_object_new_uint64(sum->failed));
	add(object, "seconds", json_object_new_double(sum->seconds));
	add_count(object, &sum->count);
	print(object);
}
