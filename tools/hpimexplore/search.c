// SPDX-License-Identifier: GPL-2.0-only
/*
 * Depth first with a growing limit. A world is followed again only with more choices left than
 * before, and brought to rest once: without faults it must become what check.c wants. Stepping back
 * is a copy of memory (arena.c): about 1 us, where building the network again and walking there
 * again takes 50 us and more, and fork() some hundred.
 */
#include <assert.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "hpimexplore/arena.h"
#include "hpimexplore/check.h"
#include "hpimexplore/choice.h"
#include "hpimexplore/flow.h"
#include "hpimexplore/search.h"
#include "hpimexplore/table.h"

#define CHECKED      0x80u /* in the note of a world, beside one more than the choices left */
#define SETTLES_S    200u
#define RESTS_S      15u       /* longer than Hello and retransmission take */
#define DATA_EACH    HP_SEC(3) /* where packets matter, while something is wrong */
#define SETTLE_STEPS 5000u
#define CLOCK_EVERY  64u /* transitions between looks at the clock */

static struct {
	struct world *world;
	struct search_limits limits;
	struct search_result *result;
	struct table seen;
	struct table good; /* worlds that come to rest as they should */
	struct arena_image images[SEARCH_DEPTH_MAX + 1];
	struct choice path[SEARCH_DEPTH_MAX + 1];
	unsigned int path_len;
	struct canon_hash trail[SETTLE_STEPS];
	char reason[CHECK_TEXT];
	double began_at;
	sigjmp_buf stop;
} search;

enum { STOP_TIME = 1, STOP_BROKEN };

static double clock_s(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* ---- Violations ---- */

static void write_path(char text[SEARCH_PATH_TEXT])
{
	size_t len = 0;

	text[0] = '\0';
	for (unsigned int i = 0; i < search.path_len; i++) {
		char is[CHOICE_TEXT];

		choice_text(&search.path[i], is);
		len += (size_t)snprintf(text + len, SEARCH_PATH_TEXT - len, "%s%s", i ? "," : "",
					is);
		if (len >= SEARCH_PATH_TEXT)
			break;
	}
}

static void violate(const char *text)
{
	(void)snprintf(search.result->broken, SEARCH_TEXT, "%s", text);
	write_path(search.result->path);
	siglongjmp(search.stop, STOP_BROKEN);
}

/* Stands in for that of libc: assertions of the core end here. */
__attribute__((noreturn)) void __assert_fail(const char *claim, const char *file, unsigned int line,
					     const char *function)
{
	char text[SEARCH_TEXT];

	(void)snprintf(text, sizeof(text), "%s:%u: %s: %s does not hold", file, line, function,
		       claim);
	violate(text);
	__builtin_unreachable();
}

static void on_fault(void)
{
	violate("wrong memory access");
}

/* ---- Rest ---- */

static unsigned int next_packet(const struct world *world)
{
	unsigned int routers = world->scene->router_count;

	for (unsigned int pair = 0; pair < routers * routers; pair++) {
		unsigned int at = world_find(world, pair / routers, pair % routers, 0);

		if (at < world->packet_count)
			return at;
	}
	return 0;
}

/*
 * Without faults, packets before timers, the world must become right and stay so for a while; and
 * not by giving up a neighbor that is synchronized with us.
 */
static bool settles(struct world *world)
{
	const struct scene *scene = world->scene;
	hp_time rests = HP_SEC(scene->rests_s ? scene->rests_s : RESTS_S);
	hp_time most = HP_SEC(scene->settles_s ? scene->settles_s : SETTLES_S) + rests;
	unsigned int given_up = world->given_up;
	hp_time waited = 0, right_for = 0;

	(void)snprintf(search.reason, CHECK_TEXT, "it does not come to rest");
	for (unsigned int i = 0; i < SETTLE_STEPS; i++) {
		struct canon_hash future;
		bool is_right;
		hp_time step;

		(void)canon_hash(world, search.limits.is_exact, &future);
		search.trail[i] = future;
		if (table_find(&search.good, &future) ||
		    (right_for >= rests && check_fresh(world, search.reason))) {
			while (i--)
				table_set(&search.good, &search.trail[i], 1);
			return true;
		}
		if (world->given_up != given_up) {
			(void)snprintf(search.reason, CHECK_TEXT,
				       "a synchronized neighbor is given up");
			return false;
		}
		if (world->packet_count) {
			world_deliver(world, next_packet(world), false, false);
			continue;
		}
		if (right_for >= rests || waited >= most)
			return false; /* check_fresh(), or it takes too long */
		is_right = check_settled(world, search.reason);
		if (!is_right)
			right_for = 0;
		if (flow_pass_all(world))
			continue;
		step = world_advance(world,
				     is_right || !world->is_soft ? HP_TIME_NEVER : DATA_EACH);
		world_data(world);
		right_for += step;
		waited += step;
	}
	return false;
}

/* ---- The search ---- */

static void check_here(struct arena_image *image)
{
	search.result->checks++;
	if (!settles(search.world))
		violate(search.reason);
	arena_restore(image);
}

static void look_at_clock(void)
{
	if (search.result->transitions % CLOCK_EVERY)
		return;
	search.result->seconds = clock_s() - search.began_at;
	search.result->states = search.seen.count;
	if (search.result->seconds > search.limits.seconds)
		siglongjmp(search.stop, STOP_TIME);
}

static void explore(unsigned int left)
{
	struct arena_image *image = &search.images[search.path_len];
	struct canon_hash hash, future;
	struct choice choices[CHOICES_MAX];
	unsigned int note, count;

	hash = canon_hash(search.world, search.limits.is_exact, &future);
	note = table_find(&search.seen, &hash);
	if ((note & ~CHECKED) > left)
		return;
	table_set(&search.seen, &hash, CHECKED | (left + 1));
	if (!image->pages)
		*image = arena_image_new();
	arena_save(image);
	if (!(note & CHECKED))
		check_here(image);
	if (!left)
		return;
	count = choice_list(search.world, choices);
	for (unsigned int i = 0; i < count; i++) {
		if (i)
			arena_restore(image);
		search.path[search.path_len++] = choices[i];
		search.result->transitions++;
		look_at_clock();
		choice_apply(search.world, &choices[i]);
		explore(left - 1);
		search.path_len--;
	}
}

static void begin(const struct scene *scene, const struct search_limits *limits,
		  struct search_result *result)
{
	search.limits = *limits;
	search.result = result;
	search.began_at = clock_s();
	table_init(&search.seen);
	table_init(&search.good);
	arena_init();
	search.world = world_new(scene);
	arena_seal(on_fault);
}

void search_run(const struct scene *scene, const struct search_limits *limits,
		struct search_result *result)
{
	struct arena_image root = arena_image_new();

	if (sigsetjmp(search.stop, 1) == 0) {
		begin(scene, limits, result);
		arena_save(&root);
		for (unsigned int depth = 0; depth <= limits->depth && !result->is_complete;
		     depth++) {
			size_t states = search.seen.count;

			arena_restore(&root);
			explore(depth);
			result->depth = depth;
			result->is_complete = search.seen.count == states;
		}
	}
	result->seconds = clock_s() - search.began_at;
	result->states = search.seen.count;
	result->is_done = true;
}

/* ---- Replay ---- */

static bool walk(const char *path)
{
	while (*path) {
		size_t len = strcspn(path, ",");
		struct choice choice;

		printf("%.*s\n", (int)len, path);
		if (!choice_parse(search.world, path, len, &choice))
			return false;
		choice_apply(search.world, &choice);
		path += len + (path[len] == ',');
	}
	return true;
}

int search_replay(const struct scene *scene, const char *path)
{
	static struct search_result result;
	const struct search_limits limits = { .is_exact = true };

	if (sigsetjmp(search.stop, 1) == 0) {
		begin(scene, &limits, &result);
		search.world->is_verbose = true;
		if (!walk(path)) {
			printf("that cannot happen here\n");
			return 2;
		}
		printf("and now without faults\n");
		if (settles(search.world)) {
			printf("all is well\n");
			return 0;
		}
		violate(search.reason);
	}
	printf("violation: %s\n", result.broken);
	return 1;
}
