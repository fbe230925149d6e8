// SPDX-License-Identifier: GPL-2.0-only
/*
 * Strays: trees that data brought and nobody asked for. A host brings a new one with each packet,
 * if it likes, so they have only a part of the table and give way to everything else. Whether a
 * tree is asked for is judged by hpim/eval.c. Differs: the description of HPIM-DM knows no limits.
 */
#include <assert.h>
#include <stdlib.h>

#include "core/hpim/eval.h"
#include "core/hpim/stray.h"
#include "core/hpim/tree.h"

/*
 * What a link, and a source, may have of the places that wanted trees leave free. A link with hosts
 * that flood gets a quarter for what can be evicted, and as much again for what neighbors are still
 * asked or told about: so one of them leaves at least half to the others, and four fill the table
 * only with what makes room at once. A source gets half of what a link gets, so that no single one,
 * and only who forges sources, can use up the part of its link.
 */
static const uint32_t idle_part[PAYER_COUNT] = { [PAYER_LINK] = 4, [PAYER_SOURCE] = 8 };
static const uint32_t held_part[PAYER_COUNT] = { [PAYER_LINK] = 2, [PAYER_SOURCE] = 4 };

/* What ends takes no place, so its number needs a bound of its own: a part of the whole table. */
#define ENDING_PART 4u

/*
 * No new one while neighbors have yet to acknowledge so many messages about strays. Who floods
 * shall not make a router send, or a neighbor answer, faster than both can: what is lost for that
 * reason would at last cost a neighborhood. A router that answers within 50 ms is asked 5000 times
 * a second.
 */
#define TALKS_MAX 256u

/* Evicted for one that comes: more than one, so that what is beyond a part that shrank goes too. */
#define EVICTED_AT_ONCE 2u

static bool is_idle(enum hpim_stray_state state)
{
	return state == STRAY_LOOSE || state == STRAY_TIED;
}

/* ---- Who pays ---- */

static struct hpim_payer_key payer_key(enum hpim_payer_kind kind, uint16_t link,
				       const struct ip_addr *source)
{
	if (kind == PAYER_LINK)
		return (struct hpim_payer_key){ .link = link };
	return (struct hpim_payer_key){ .source = *source, .link = LINK_NONE };
}

static struct hpim_payer *payer_find(const struct hpim *hpim, const struct hpim_payer_key *key)
{
	struct hpim_payer *payer;

	hash_find(&hpim->mrp.core->hash_key, hpim->payers, key, payer);
	return payer;
}

static struct hpim_payer *payer_get(struct hpim *hpim, const struct hpim_payer_key *key)
{
	struct hpim_payer *payer = payer_find(hpim, key);

	if (payer)
		return payer;
	payer = calloc(1, sizeof(*payer));
	if (!payer)
		return NULL;
	payer->key = *key;
	TAILQ_INIT(&payer->idle);
	hash_add(&hpim->mrp.core->hash_key, hpim->payers, key, payer);
	return payer;
}

static void payer_put(struct hpim *hpim, struct hpim_payer *payer)
{
	if (!payer || payer->held)
		return;
	HASH_DEL(hpim->payers, payer);
	free(payer);
}

/* ---- The lists ---- */

static void list(struct hpim_stray *stray)
{
	for (enum hpim_payer_kind kind = 0; kind < PAYER_COUNT; kind++) {
		struct hpim_payer *payer = stray->payers[kind];

		TAILQ_INSERT_TAIL(&payer->idle, stray, by_payer[kind]);
		payer->idle_count++;
	}
	TAILQ_INSERT_TAIL(&stray->tree->hpim->idle[stray->state == STRAY_TIED], stray, by_age);
}

static void unlist(struct hpim_stray *stray)
{
	for (enum hpim_payer_kind kind = 0; kind < PAYER_COUNT; kind++) {
		struct hpim_payer *payer = stray->payers[kind];

		TAILQ_REMOVE(&payer->idle, stray, by_payer[kind]);
		payer->idle_count--;
	}
	TAILQ_REMOVE(&stray->tree->hpim->idle[stray->state == STRAY_TIED], stray, by_age);
}

/* What stays idle keeps its age. */
static void set_state(struct hpim_stray *stray, enum hpim_stray_state state)
{
	struct hpim *hpim = stray->tree->hpim;

	if (state == stray->state)
		return;
	if (is_idle(stray->state))
		unlist(stray);
	hpim->ending_count += state == STRAY_ENDING;
	hpim->ending_count -= stray->state == STRAY_ENDING;
	stray->state = state;
	if (is_idle(state))
		list(stray);
}

static bool pay(struct hpim_stray *stray, enum hpim_payer_kind kind, uint16_t link)
{
	const struct hpim_tree *tree = stray->tree;
	const struct hpim_payer_key key = payer_key(kind, link, &tree->key.source);
	struct hpim_payer *payer = payer_get(tree->hpim, &key);

	if (!payer)
		return false;
	payer->held++;
	stray->payers[kind] = payer;
	return true;
}

static void unpay(struct hpim_stray *stray, enum hpim_payer_kind kind)
{
	struct hpim_payer *payer = stray->payers[kind];

	if (!payer)
		return;
	payer->held--;
	payer_put(stray->tree->hpim, payer);
	stray->payers[kind] = NULL;
}

/* The same data came in elsewhere. */
static bool move(struct hpim_stray *stray, uint16_t link)
{
	if (stray->payers[PAYER_LINK]->key.link == link)
		return true;
	set_state(stray, STRAY_BUSY);
	unpay(stray, PAYER_LINK);
	return pay(stray, PAYER_LINK, link);
}

static struct hpim_stray *stray_new(struct hpim_tree *tree)
{
	struct hpim_stray *stray = calloc(1, sizeof(*stray));

	if (!stray)
		return NULL;
	stray->tree = tree;
	stray->state = STRAY_BUSY;
	tree->stray = stray;
	tree->hpim->stray_count++;
	if (pay(stray, PAYER_LINK, tree->data_link) && pay(stray, PAYER_SOURCE, LINK_NONE))
		return stray;
	hpim_stray_drop(tree);
	return NULL;
}

/* ---- Judging ---- */

void hpim_stray_init(struct hpim *hpim)
{
	TAILQ_INIT(&hpim->idle[false]);
	TAILQ_INIT(&hpim->idle[true]);
}

void hpim_stray_bring(struct hpim_tree *tree, uint16_t link)
{
	tree->data_link = link;
	if (!tree->stray)
		(void)stray_new(tree); /* without memory nobody pays for this one */
	else if (move(tree->stray, link))
		set_state(tree->stray, STRAY_BUSY);
	else
		hpim_stray_drop(tree);
}

void hpim_stray_hold(struct hpim_tree *tree)
{
	if (tree->stray && is_idle(tree->stray->state))
		set_state(tree->stray, STRAY_BUSY);
}

void hpim_stray_drop(struct hpim_tree *tree)
{
	struct hpim_stray *stray = tree->stray;

	if (!stray)
		return;
	set_state(stray, STRAY_BUSY);
	for (enum hpim_payer_kind kind = 0; kind < PAYER_COUNT; kind++)
		unpay(stray, kind);
	tree->hpim->stray_count--;
	tree->stray = NULL;
	free(stray);
}

static enum hpim_stray_state state_of(const struct hpim_tree *tree)
{
	const struct hpim_view *view = &tree->view;

	if (tree->tif_count == 0)
		return STRAY_LOOSE; /* also flood entries: they are no trees. 3.17 */
	if (view->state == TREE_ACTIVE && view->is_originator && ifset_is_empty(&view->oifs))
		return STRAY_TIED;
	if (tree->stray->state == STRAY_ENDING && view->state == TREE_INACTIVE &&
	    !timer_runs(&tree->data_timer))
		return STRAY_ENDING;
	return STRAY_BUSY;
}

void hpim_stray_judge(struct hpim_tree *tree, bool is_wanted)
{
	if (is_wanted || tree->data_link == LINK_NONE || (!tree->stray && !stray_new(tree)) ||
	    !move(tree->stray, tree->data_link))
		hpim_stray_drop(tree);
	else
		set_state(tree->stray, state_of(tree));
}

/* ---- Making room ---- */

static bool evict(struct hpim_stray *stray)
{
	struct hpim_tree *tree = stray->tree;
	struct hpim *hpim = tree->hpim;
	bool is_tied = stray->state == STRAY_TIED;

	assert(is_idle(stray->state));
	if (is_tied && hpim->ending_count >= hpim->mrp.core->limits.trees / ENDING_PART)
		return false;
	core_note(hpim->mrp.core,
		  &(struct core_note){ .level = NOTE_WARN,
				       .code = NOTE_STRAY_EVICTED,
				       .link = (uint16_t)stray->payers[PAYER_LINK]->key.link,
				       .a = tree->key.source,
				       .b = tree->key.group });
	if (is_tied) {
		set_state(stray, STRAY_ENDING);
		hpim_tree_give_up(tree);
	} else {
		hpim_tree_free(tree);
	}
	return true;
}

/* Those that nobody has to be told about go first: they cost no messages. */
static bool evict_oldest(struct hpim *hpim)
{
	for (int is_tied = 0; is_tied < 2; is_tied++)
		if (!TAILQ_EMPTY(&hpim->idle[is_tied]))
			return evict(TAILQ_FIRST(&hpim->idle[is_tied]));
	return false;
}

bool hpim_stray_make_place(struct hpim *hpim)
{
	return hpim->tree_count - hpim->ending_count < hpim->mrp.core->limits.trees ||
	       evict_oldest(hpim);
}

/* At least one, where there is any. */
static uint32_t part_of(uint32_t places, uint32_t part)
{
	return places / part + (places % part != 0);
}

/* What wanted trees leave free; what is only announced gives way to what a member asks for. */
static uint32_t places_left(const struct hpim *hpim, bool is_wanted)
{
	uint32_t wanted =
		hpim->tree_count - hpim->stray_count - (is_wanted ? hpim->announced_count : 0);

	return wanted < hpim->mrp.core->limits.trees ? hpim->mrp.core->limits.trees - wanted : 0;
}

/* The oldest of who has its part already gives way. The payer is gone when its last one goes. */
static void trim(struct hpim *hpim, const struct hpim_payer_key *key, uint32_t part)
{
	for (unsigned int i = 0; i < EVICTED_AT_ONCE; i++) {
		struct hpim_payer *payer = payer_find(hpim, key);

		if (!payer || payer->idle_count < part || !payer->idle_count ||
		    !evict(TAILQ_FIRST(&payer->idle)))
			return;
	}
}

/*
 * What comes back while it is ending evicts nothing: else those that go on sending, where they are
 * more than the part, would evict each other for ever.
 */
bool hpim_stray_admit(struct hpim *hpim, uint16_t link, const struct ip_addr *source, bool is_back,
		      bool is_wanted)
{
	uint32_t left = places_left(hpim, is_wanted);
	bool is_admitted = hpim->talk_count < TALKS_MAX;

	for (enum hpim_payer_kind kind = 0; kind < PAYER_COUNT && is_admitted; kind++) {
		const struct hpim_payer_key key = payer_key(kind, link, source);
		const struct hpim_payer *payer;

		if (!is_back)
			trim(hpim, &key, part_of(left, idle_part[kind]));
		payer = payer_find(hpim, &key);
		is_admitted = !payer || payer->held < part_of(left, held_part[kind]);
	}
	return is_admitted;
}
