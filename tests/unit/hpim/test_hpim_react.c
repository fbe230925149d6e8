// SPDX-License-Identifier: GPL-2.0-only
/* Old view, new view: what is sent. Description of HPIM-DM, 3.7, 3.8, 3.10, 3.12, 3.13, 3.16. */
#include <criterion/criterion.h>

#include "core/hpim/derive.h"

/* How the interface stands to the tree, before and after. */
enum stand {
	OUT,          /* no tree, or a new interface */
	MEMBERS,      /* only IGMP or MLD runs there */
	ROOT_ALONE,   /* root without BestUpstream, or of an originator */
	ROOT_IN,      /* root, Interest told */
	ROOT_OUT,     /* root, NoInterest told */
	WINS,         /* non-root, ACTIVE, AssertWinner, forwarding */
	WINS_IDLE,    /* same, not forwarding */
	LOSES,        /* non-root, ACTIVE, AssertLoser */
	CONNECTED,    /* non-root in the subnet of the source */
	UNSURE_ALONE, /* non-root, UNSURE, no BestUpstream */
	UNSURE_TOLD,  /* non-root, UNSURE, NoInterest told */
	STAND_COUNT,
};

static const struct hpim_view_if stands[STAND_COUNT] = {
	[OUT] = { .role = ROLE_NONE },
	[MEMBERS] = { .role = ROLE_NON_ROOT, .is_winner = true, .is_forwarding = true },
	[ROOT_ALONE] = { .role = ROLE_ROOT },
	[ROOT_IN] = { .role = ROLE_ROOT, .sent = SENT_INTEREST, .best = { .generation = 1 } },
	[ROOT_OUT] = { .role = ROLE_ROOT, .sent = SENT_NO_INTEREST, .best = { .generation = 1 } },
	[WINS] = { .role = ROLE_NON_ROOT,
		   .is_upstream = true,
		   .is_winner = true,
		   .is_forwarding = true },
	[WINS_IDLE] = { .role = ROLE_NON_ROOT, .is_upstream = true, .is_winner = true },
	[LOSES] = { .role = ROLE_NON_ROOT, .is_upstream = true, .best = { .generation = 1 } },
	[CONNECTED] = { .role = ROLE_NON_ROOT, .is_winner = true },
	[UNSURE_ALONE] = { .role = ROLE_NON_ROOT, .is_winner = true },
	[UNSURE_TOLD] = { .role = ROLE_NON_ROOT,
			  .sent = SENT_NO_INTEREST,
			  .best = { .generation = 1 } },
};

#define UP      REACT_UPSTREAM
#define NO_UP   REACT_NO_UPSTREAM
#define INT     REACT_INTEREST
#define NO_INT  REACT_NO_INTEREST
#define HOLD    REACT_HOLD
#define RELEASE REACT_RELEASE

#define I TREE_INACTIVE
#define U TREE_UNSURE
#define A TREE_ACTIVE

struct row {
	enum hpim_tree_state was_state;
	enum stand was;
	enum hpim_tree_state is_state;
	enum stand is;
	bool renewed; /* BestUpstream has a new generation */
	bool cheaper; /* MyRPC changed */
	unsigned int react;
};

static const struct row rows[] = {
	/* 3.9, creation */
	{ I, OUT, A, WINS, false, false, UP | RELEASE },
	{ I, OUT, A, LOSES, false, false, UP }, /* no hold forwarding at creation */
	{ I, OUT, A, CONNECTED, false, false, RELEASE },
	{ I, OUT, A, ROOT_IN, false, false, INT | RELEASE },
	{ I, OUT, A, ROOT_OUT, false, false, NO_INT | RELEASE },
	{ I, OUT, A, ROOT_ALONE, false, false, RELEASE },
	{ I, OUT, U, UNSURE_ALONE, false, false, RELEASE },
	{ I, OUT, U, UNSURE_TOLD, false, false, NO_INT },
	{ I, OUT, U, ROOT_IN, false, false, INT | RELEASE },
	/* 3.13, new interface: its neighbors learn the trees by synchronization */
	{ A, MEMBERS, A, WINS, false, false, RELEASE },
	{ A, OUT, A, WINS_IDLE, false, false, RELEASE },
	{ U, OUT, U, UNSURE_ALONE, false, false, RELEASE },
	{ A, OUT, A, ROOT_ALONE, false, false, RELEASE },
	/* 3.7, BestUpstream of the root, new or announced anew; gone */
	{ A, ROOT_IN, A, ROOT_IN, false, false, RELEASE },
	{ A, ROOT_IN, A, ROOT_IN, true, false, INT | RELEASE },
	{ A, ROOT_OUT, A, ROOT_OUT, true, false, NO_INT | RELEASE },
	{ U, ROOT_IN, U, ROOT_IN, true, false, INT | RELEASE },
	{ U, ROOT_ALONE, U, ROOT_OUT, false, false, NO_INT | RELEASE },
	{ A, ROOT_IN, U, ROOT_ALONE, false, false, RELEASE },
	/* 3.12, router interest */
	{ A, ROOT_IN, A, ROOT_OUT, false, false, NO_INT | RELEASE },
	{ A, ROOT_OUT, A, ROOT_IN, false, false, INT | RELEASE },
	{ U, ROOT_OUT, U, ROOT_IN, false, false, INT | RELEASE },
	{ U, ROOT_IN, A, ROOT_IN, false, false, RELEASE },
	/* 3.7, BestUpstream of a non-root interface of an UNSURE tree */
	{ U, UNSURE_ALONE, U, UNSURE_TOLD, false, false, NO_INT },
	{ U, UNSURE_TOLD, U, UNSURE_TOLD, true, false, NO_INT },
	{ U, UNSURE_TOLD, U, UNSURE_TOLD, false, false, 0 },
	{ U, UNSURE_TOLD, U, UNSURE_ALONE, false, false, RELEASE },
	/* of an ACTIVE tree nothing is told */
	{ A, LOSES, A, LOSES, true, false, 0 },
	{ A, WINS_IDLE, A, LOSES, false, false, 0 },
	{ A, WINS, A, LOSES, false, false, HOLD }, /* 3.10 */
	{ A, LOSES, A, WINS, false, false, RELEASE },
	/* 3.8, to ACTIVE */
	{ U, UNSURE_ALONE, A, WINS, false, false, UP | RELEASE },
	{ U, UNSURE_TOLD, A, LOSES, false, false, UP },
	{ U, CONNECTED, A, CONNECTED, false, false, RELEASE },
	/* 3.8, to UNSURE */
	{ A, WINS, U, UNSURE_ALONE, false, false, NO_UP | RELEASE },
	{ A, LOSES, U, UNSURE_TOLD, false, false, NO_UP | NO_INT },
	{ A, WINS, U, UNSURE_TOLD, false, false, NO_UP | NO_INT | HOLD },
	{ A, CONNECTED, U, CONNECTED, false, false, RELEASE }, /* not as Q5 */
	/* 3.8, to INACTIVE */
	{ A, WINS, I, OUT, false, false, NO_UP | RELEASE },
	{ A, LOSES, I, OUT, false, false, NO_UP | RELEASE },
	{ A, ROOT_IN, I, OUT, false, false, RELEASE },
	{ U, UNSURE_ALONE, I, OUT, false, false, RELEASE },
	{ A, CONNECTED, I, OUT, false, false, RELEASE },
	/* 3.13, MyRPC changed */
	{ A, WINS, A, WINS, false, true, UP | RELEASE },
	{ A, LOSES, A, LOSES, false, true, UP },
	{ A, CONNECTED, A, CONNECTED, false, true, RELEASE },
	{ U, UNSURE_TOLD, U, UNSURE_TOLD, false, true, 0 },
	{ A, ROOT_IN, A, ROOT_IN, false, true, RELEASE },
	/* one IamUpstream, where the reference sends the old cost and then the new one (Q7) */
	{ U, UNSURE_ALONE, A, WINS, false, true, UP | RELEASE },
	/* 3.13, step 2: R becomes non-root */
	{ A, ROOT_IN, A, WINS, false, true, UP | RELEASE },
	{ A, ROOT_IN, A, LOSES, false, true, UP },
	{ U, ROOT_IN, A, LOSES, false, true, UP },
	{ A, ROOT_IN, A, CONNECTED, false, true, RELEASE },
	{ A, ROOT_IN, U, UNSURE_ALONE, false, true, RELEASE }, /* not as Q6 */
	{ A, ROOT_IN, U, UNSURE_TOLD, false, true, NO_INT },
	{ U, ROOT_IN, U, UNSURE_TOLD, false, true, NO_INT }, /* differs */
	/* 3.13, step 3: R' becomes root; IamNoLongerUpstream goes first */
	{ A, WINS, A, ROOT_IN, false, true, NO_UP | INT | RELEASE },
	{ A, LOSES, A, ROOT_OUT, false, true, NO_UP | NO_INT | RELEASE },
	{ U, UNSURE_TOLD, A, ROOT_IN, false, true, INT | RELEASE },
	{ U, UNSURE_TOLD, A, ROOT_OUT, false, true, NO_INT | RELEASE },
	{ A, WINS, U, ROOT_ALONE, false, true, NO_UP | RELEASE },
	{ A, LOSES, U, ROOT_IN, false, true, NO_UP | INT | RELEASE },
	{ U, UNSURE_TOLD, U, ROOT_IN, false, true, INT | RELEASE },
	{ U, UNSURE_ALONE, U, ROOT_ALONE, false, true, RELEASE },
};

Test(hpim_react, every_change_sends_what_its_row_says)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];
		struct hpim_view was = { .state = row->was_state, .rpc = { 11, 30 } };
		struct hpim_view is = { .state = row->is_state, .rpc = { 11, 30 } };
		struct hpim_view_if was_if = stands[row->was], is_if = stands[row->is];
		unsigned int react;

		was_if.is_hpim = row->was != OUT && row->was != MEMBERS;
		is_if.is_hpim = row->is != OUT && row->is != MEMBERS;
		if (row->renewed)
			is_if.best.generation = 2;
		if (row->cheaper)
			is.rpc.metric = 20;
		react = hpim_react(&was, &was_if, &is, &is_if);
		cr_assert_eq(react, row->react, "row %zu: %#x, not %#x", i, react, row->react);
	}
}

/* The order of the bits is the order on the wire. 3.13, appendix C.9 */
Test(hpim_react, withdrawal_is_sent_before_interest)
{
	cr_assert_lt(REACT_NO_UPSTREAM, REACT_UPSTREAM);
	cr_assert_lt(REACT_UPSTREAM, REACT_INTEREST);
	cr_assert_lt(REACT_INTEREST, REACT_NO_INTEREST);
}
