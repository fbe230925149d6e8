// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unwanted trees: those that data brought and no neighbor or host asked for. A host brings a new
 * one with each packet, if it likes, so they have only a part of the table and give way to
 * everything else. Whether a tree is asked for is judged by hpim/eval.c. Differs: the description
 * of HPIM-DM knows no limits.
 */
#include <assert.h>
#include <stdlib.h>

#include "core/hpim/eval.h"
#include "core/hpim/unwanted.h"
#include "core/hpim/tree.h"

/*
 * What a link, and a source, may have of the places that wanted trees leave free. A link with hosts
 * that flood gets a quarter for what can be evicted, and as much again for what neighbors are still
 * sent messages about: so one of them leaves at least half to the others, and four fill the table
 * only with what makes room at once. A source gets half of what a link gets, so that no single one,
 * and only who forges sources, can use up the part of its link.
 */
static const uint32_t idle_part[QUOTA_COUNT] = { [QUOTA_LINK] = 4, [QUOTA_SOURCE] = 8 };
static const uint32_t held_part[QUOTA_COUNT] = { [QUOTA_LINK] = 2, [QUOTA_SOURCE] = 4 };

/* What ends takes no place, so its number needs a bound of its own: a part of the whole table. */
#define ENDING_PART 4u

/*
 * No new one while neighbors have yet to acknowledge so many messages about unwanted trees. Who
 * floods shall not make a router send, or a neighbor answer, faster than both can: what is lost for
 * that reason would at last cost a neighborhood. A router that answers within 50 ms is asked 5000
 * times a second.
 */
#define UNACKED_MAX 256u

/* Evicted for one that comes: more than one, so that what is beyond a part that shrank goes too. */
#define EVICTED_AT_ONCE 2u

static bool is_idle(enum hpim_unwanted_state state)
{
	return state == UNWANTED_IDLE || state == UNWANTED_ANNOUNCED;
}

/* ---- Quotas ---- */

static struct hpim_quota_key quota_key(enum hpim_quota_kind kind, uint16_t link,
				       const struct ip_addr *source)
{
	if (kind == QUOTA_LINK)
		return (struct hpim_quota_key){ .link = link };
	return (struct hpim_quota_key){ .source = *source, .link = LINK_NONE };
}

static struct hpim_quota *quota_find(const struct hpim *hpim, const struct hpim_quota_key *key)
{
	struct hpim_quota *quota;

	hash_find(&hpim->mrp.core->hash_key, hpim->quotas, key, quota);
	return quota;
}

static struct hpim_quota *quota_get(struct hpim *hpim, const struct hpim_quota_key *key)
{
	struct hpim_quota *quota = quota_find(hpim, key);

	if (quota)
		return quota;
	quota = calloc(1, sizeof(*quota));
	if (!quota)
		return NULL;
	quota->key = *key;
	TAILQ_INIT(&quota->idle);
	hash_add(&hpim->mrp.core->hash_key, hpim->quotas, key, quota);
	return quota;
}

static void quota_put(struct hpim *hpim, struct hpim_quota *quota)
{
	if (!quota || quota->held)
		return;
	HASH_DEL(hpim->quotas, quota);
	free(quota);
}

/* ---- The lists ---- */

static void list(struct hpim_unwanted *unwanted)
{
	for (enum hpim_quota_kind kind = 0; kind < QUOTA_COUNT; kind++) {
		struct hpim_quota *quota = unwanted->quotas[kind];

		TAILQ_INSERT_TAIL(&quota->idle, unwanted, by_quota[kind]);
		quota->idle_count++;
	}
	TAILQ_INSERT_TAIL(&unwanted->tree->hpim->idle[unwanted->state == UNWANTED_ANNOUNCED],
			  unwanted, by_age);
}

static void unlist(struct hpim_unwanted *unwanted)
{
	for (enum hpim_quota_kind kind = 0; kind < QUOTA_COUNT; kind++) {
		struct hpim_quota *quota = unwanted->quotas[kind];

		TAILQ_REMOVE(&quota->idle, unwanted, by_quota[kind]);
		quota->idle_count--;
	}
	TAILQ_REMOVE(&unwanted->tree->hpim->idle[unwanted->state == UNWANTED_ANNOUNCED], unwanted,
		     by_age);
}

/* What stays idle keeps its age. */
static void set_state(struct hpim_unwanted *unwanted, enum hpim_unwanted_state state)
{
	struct hpim *hpim = unwanted->tree->hpim;

	if (state == unwanted->state)
		return;
	if (is_idle(unwanted->state))
		unlist(unwanted);
	hpim->ending_count += state == UNWANTED_ENDING;
	hpim->ending_count -= unwanted->state == UNWANTED_ENDING;
	unwanted->state = state;
	if (is_idle(state))
		list(unwanted);
}

static bool charge(struct hpim_unwanted *unwanted, enum hpim_quota_kind kind, uint16_t link)
{
	const struct hpim_tree *tree = unwanted->tree;
	const struct hpim_quota_key key = quota_key(kind, link, &tree->key.source);
	struct hpim_quota *quota = quota_get(tree->hpim, &key);

	if (!quota)
		return false;
	quota->held++;
	unwanted->quotas[kind] = quota;
	return true;
}

static void discharge(struct hpim_unwanted *unwanted, enum hpim_quota_kind kind)
{
	struct hpim_quota *quota = unwanted->quotas[kind];

	if (!quota)
		return;
	quota->held--;
	quota_put(unwanted->tree->hpim, quota);
	unwanted->quotas[kind] = NULL;
}

/* The same data came in elsewhere. */
static bool move(struct hpim_unwanted *unwanted, uint16_t link)
{
	if (unwanted->quotas[QUOTA_LINK]->key.link == link)
		return true;
	set_state(unwanted, UNWANTED_BUSY);
	discharge(unwanted, QUOTA_LINK);
	return charge(unwanted, QUOTA_LINK, link);
}

static struct hpim_unwanted *unwanted_new(struct hpim_tree *tree)
{
	struct hpim_unwanted *unwanted = calloc(1, sizeof(*unwanted));

	if (!unwanted)
		return NULL;
	unwanted->tree = tree;
	unwanted->state = UNWANTED_BUSY;
	tree->unwanted = unwanted;
	tree->hpim->unwanted_count++;
	if (charge(unwanted, QUOTA_LINK, tree->data_link) &&
	    charge(unwanted, QUOTA_SOURCE, LINK_NONE))
		return unwanted;
	hpim_unwanted_drop(tree);
	return NULL;
}

/* ---- Judging ---- */

void hpim_unwanted_init(struct hpim *hpim)
{
	TAILQ_INIT(&hpim->idle[false]);
	TAILQ_INIT(&hpim->idle[true]);
}

void hpim_unwanted_bring(struct hpim_tree *tree, uint16_t link)
{
	tree->data_link = link;
	if (!tree->unwanted)
		(void)unwanted_new(tree); /* without memory it is charged to no quota */
	else if (move(tree->unwanted, link))
		set_state(tree->unwanted, UNWANTED_BUSY);
	else
		hpim_unwanted_drop(tree);
}

void hpim_unwanted_hold(struct hpim_tree *tree)
{
	if (tree->unwanted && is_idle(tree->unwanted->state))
		set_state(tree->unwanted, UNWANTED_BUSY);
}

void hpim_unwanted_drop(struct hpim_tree *tree)
{
	struct hpim_unwanted *unwanted = tree->unwanted;

	if (!unwanted)
		return;
	set_state(unwanted, UNWANTED_BUSY);
	for (enum hpim_quota_kind kind = 0; kind < QUOTA_COUNT; kind++)
		discharge(unwanted, kind);
	tree->hpim->unwanted_count--;
	tree->unwanted = NULL;
	free(unwanted);
}

static enum hpim_unwanted_state state_of(const struct hpim_tree *tree)
{
	const struct hpim_view *view = &tree->view;

	if (tree->tif_count == 0)
		return UNWANTED_IDLE; /* also flood entries: they are no trees. 3.17 */
	if (view->state == TREE_ACTIVE && view->is_originator && ifset_is_empty(&view->oifs))
		return UNWANTED_ANNOUNCED;
	if (tree->unwanted->state == UNWANTED_ENDING && view->state == TREE_INACTIVE &&
	    !timer_runs(&tree->data_timer))
		return UNWANTED_ENDING;
	return UNWANTED_BUSY;
}

void hpim_unwanted_judge(struct hpim_tree *tree, bool is_wanted)
{
	if (is_wanted || tree->data_link == LINK_NONE || (!tree->unwanted && !unwanted_new(tree)) ||
	    !move(tree->unwanted, tree->data_link))
		hpim_unwanted_drop(tree);
	else
		set_state(tree->unwanted, state_of(tree));
}

/* ---- Making room ---- */

static bool evict(struct hpim_unwanted *unwanted)
{
	struct hpim_tree *tree = unwanted->tree;
	struct hpim *hpim = tree->hpim;
	bool is_announced = unwanted->state == UNWANTED_ANNOUNCED;

	assert(is_idle(unwanted->state));
	if (is_announced && hpim->ending_count >= hpim->mrp.core->limits.trees / ENDING_PART)
		return false;
	core_note(hpim->mrp.core,
		  &(struct core_note){ .level = NOTE_WARN,
				       .code = NOTE_UNWANTED_EVICTED,
				       .link = (uint16_t)unwanted->quotas[QUOTA_LINK]->key.link,
				       .a = tree->key.source,
				       .b = tree->key.group });
	if (is_announced) {
		set_state(unwanted, UNWANTED_ENDING);
		hpim_tree_give_up(tree);
	} else {
		hpim_tree_free(tree);
	}
	return true;
}

/* Those that no neighbor knows go first: they cost no messages. */
static bool evict_oldest(struct hpim *hpim)
{
	for (int is_announced = 0; is_announced < 2; is_announced++)
		if (!TAILQ_EMPTY(&hpim->idle[is_announced]))
			return evict(TAILQ_FIRST(&hpim->idle[is_announced]));
	return false;
}

bool hpim_unwanted_make_place(struct hpim *hpim)
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
		hpim->tree_count - hpim->unwanted_count - (is_wanted ? hpim->announced_count : 0);

	return wanted < hpim->mrp.core->limits.trees ? hpim->mrp.core->limits.trees - wanted : 0;
}

/* The oldest of who has its part already gives way. The quota is gone when its last one goes. */
static void trim(struct hpim *hpim, const struct hpim_quota_key *key, uint32_t part)
{
	for (unsigned int i = 0; i < EVICTED_AT_ONCE; i++) {
		struct hpim_quota *quota = quota_find(hpim, key);

		if (!quota || quota->idle_count < part || !quota->idle_count ||
		    !evict(TAILQ_FIRST(&quota->idle)))
			return;
	}
}

/*
 * What comes back while it is ending evicts nothing: else those that go on sending, where they are
 * more than the part, would evict each other for ever.
 */
bool hpim_unwanted_admit(struct hpim *hpim, uint16_t link, const struct ip_addr *source,
			 bool is_back, bool is_wanted)
{
	uint32_t left = places_left(hpim, is_wanted);
	bool is_admitted = hpim->unacked_count < UNACKED_MAX;

	for (enum hpim_quota_kind kind = 0; kind < QUOTA_COUNT && is_admitted; kind++) {
		const struct hpim_quota_key key = quota_key(kind, link, source);
		const struct hpim_quota *quota;

		if (!is_back)
			trim(hpim, &key, part_of(left, idle_part[kind]));
		quota = quota_find(hpim, &key);
		is_admitted = !quota || quota->held < part_of(left, held_part[kind]);
	}
	return is_admitted;
}
