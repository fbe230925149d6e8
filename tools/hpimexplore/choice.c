// SPDX-License-Identifier: GPL-2.0-only
/*
 * Choices: enumerated, performed, written and read.
 */
#include <stdio.h>
#include <string.h>

#include "hpimexplore/choice.h"
#include "hpimexplore/flow.h"

/* Clocks and data stand still while so many packets of a router to another have not arrived. */
#define IN_FLIGHT_MAX 4u

/* Of a timer, where there is one clock. */
#define ALL_ROUTERS SCENE_ROUTERS_MAX

static const char *const prefixes[CHOICE_KIND_COUNT] = {
	[CHOICE_DELIVER] = "",   [CHOICE_TIMER] = "timer:",   [CHOICE_EVENT] = "event",
	[CHOICE_LOSE] = "lose:", [CHOICE_DUPLICATE] = "dup:", [CHOICE_DATA] = "data:",
};

static unsigned int in_flight(const struct world *world, unsigned int from, unsigned int to)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < world->packet_count; i++)
		count += world->packets[i].from == from && world->packets[i].to == to;
	return count;
}

static unsigned int list_pair(const struct world *world, unsigned int from, unsigned int to,
			      struct choice *choices)
{
	const struct scene *scene = world->scene;
	unsigned int packets = in_flight(world, from, to), count = 0;

	if (!scene->reorders && packets > 1)
		packets = 1;
	for (unsigned int nth = 0; nth < packets; nth++) {
		struct choice choice = { CHOICE_DELIVER, (uint8_t)from, (uint8_t)to, (uint8_t)nth };

		choices[count++] = choice;
		choice.kind = CHOICE_LOSE;
		if (world->losses < scene->losses)
			choices[count++] = choice;
		choice.kind = CHOICE_DUPLICATE;
		if (world->duplicates < scene->duplicates)
			choices[count++] = choice;
	}
	return count;
}

static bool is_busy(const struct world *world, unsigned int router)
{
	for (unsigned int to = 0; to < world->scene->router_count; to++)
		if (in_flight(world, router, to) >= IN_FLIGHT_MAX)
			return true;
	return false;
}

static bool can_wait(const struct world *world, unsigned int router)
{
	return !is_busy(world, router) &&
	       core_deadline(world->routers[router].router.core) != HP_TIME_NEVER;
}

static bool can_pass(const struct world *world, unsigned int tree)
{
	for (unsigned int i = 0; i < world->scene->router_count; i++)
		if (is_busy(world, i))
			return false;
	return flow_matters(world, tree);
}

unsigned int choice_list(const struct world *world, struct choice ret_choices[CHOICES_MAX])
{
	unsigned int routers = world->scene->router_count, count = 0, waiting = 0;

	for (unsigned int from = 0; from < routers; from++)
		for (unsigned int to = 0; to < routers; to++)
			count += list_pair(world, from, to, &ret_choices[count]);
	if (world->events < SCENE_EVENTS_MAX && world->scene->script[world->events].kind)
		ret_choices[count++] = (struct choice){ .kind = CHOICE_EVENT };
	for (unsigned int i = 0; i < world->scene->tree_count; i++)
		if (can_pass(world, i))
			ret_choices[count++] = (struct choice){ CHOICE_DATA, (uint8_t)i, 0, 0 };
	for (unsigned int i = 0; i < routers; i++)
		waiting += can_wait(world, i);
	if (world->scene->has_one_clock && waiting == routers)
		ret_choices[count++] = (struct choice){ CHOICE_TIMER, ALL_ROUTERS, 0, 0 };
	for (unsigned int i = 0; i < routers && !world->scene->has_one_clock; i++)
		if (can_wait(world, i))
			ret_choices[count++] = (struct choice){ CHOICE_TIMER, (uint8_t)i, 0, 0 };
	return count;
}

void choice_apply(struct world *world, const struct choice *choice)
{
	unsigned int packet = world_find(world, choice->from, choice->to, choice->nth);

	switch (choice->kind) {
	case CHOICE_TIMER:
		if (choice->from == ALL_ROUTERS) {
			(void)world_advance(world, HP_TIME_NEVER);
			break;
		}
		world_clock(world, choice->from,
			    core_deadline(world->routers[choice->from].router.core));
		break;
	case CHOICE_EVENT: world_event(world, &world->scene->script[world->events++]); break;
	case CHOICE_DATA: flow_pass(world, choice->from); break;
	case CHOICE_LOSE:
		world->losses++;
		world_deliver(world, packet, false, true);
		break;
	case CHOICE_DUPLICATE:
		world->duplicates++;
		world_deliver(world, packet, true, false);
		break;
	case CHOICE_DELIVER:
	case CHOICE_KIND_COUNT: world_deliver(world, packet, false, false); break;
	}
}

void choice_text(const struct choice *choice, char ret_text[CHOICE_TEXT])
{
	char from = (char)('A' + choice->from), to = (char)('A' + choice->to);
	const char *prefix = prefixes[choice->kind];

	if (choice->kind == CHOICE_TIMER && choice->from == ALL_ROUTERS)
		(void)snprintf(ret_text, CHOICE_TEXT, "%sall", prefix);
	else if (choice->kind == CHOICE_EVENT)
		(void)snprintf(ret_text, CHOICE_TEXT, "%s", prefix);
	else if (choice->kind == CHOICE_TIMER)
		(void)snprintf(ret_text, CHOICE_TEXT, "%s%c", prefix, from);
	else if (choice->kind == CHOICE_DATA)
		(void)snprintf(ret_text, CHOICE_TEXT, "%s%u", prefix, choice->from);
	else if (choice->nth)
		(void)snprintf(ret_text, CHOICE_TEXT, "%s%c>%c#%u", prefix, from, to, choice->nth);
	else
		(void)snprintf(ret_text, CHOICE_TEXT, "%s%c>%c", prefix, from, to);
}

bool choice_parse(const struct world *world, const char *text, size_t len,
		  struct choice *ret_choice)
{
	struct choice choices[CHOICES_MAX];
	unsigned int count = choice_list(world, choices);

	for (unsigned int i = 0; i < count; i++) {
		char is[CHOICE_TEXT];

		choice_text(&choices[i], is);
		if (strlen(is) != len || memcmp(is, text, len) != 0)
			continue;
		*ret_choice = choices[i];
		return true;
	}
	return false;
}
