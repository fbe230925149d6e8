/* SPDX-License-Identifier: GPL-2.0-only */
/* Every reason that is counted can be said in a sentence. */
#include <criterion/criterion.h>
#include <string.h>

#include "hpim/mfib_abi.h"
#include "mgmt/reason.h"

static const char *const names[] = {
#define X(id, field, name, kind) name,
	MFIB_REASONS(X)
#undef X
	/* What the daemon counts itself. */
	"link-down",
	"tree-limit",
	"interface-tree-limit",
	"tree-refused",
	"tree-evicted",
	"not-mirrored",
	"control-header",
	"control-malformed",
	"control-pim",
	"control-unsigned",
	"gm-destination",
	"gm-source",
	"gm-no-address",
	"gm-hop-limit",
	"gm-router-alert",
	"gm-record",
	"gm-ssm",
	"gm-numbers",
	"gm-check",
	"control-source",
	"control-ttl",
	"control-destination",
	"control-stranger",
	"control-station",
	"neighbor-limit",
	"neighbor-rate",
	"neighbor-claim",
	"hello-replayed",
};

#define NAME_COUNT (sizeof(names) / sizeof(names[0]))

Test(reason, each_has_a_sentence_of_its_own)
{
	for (size_t i = 0; i < NAME_COUNT; i++) {
		const char *sentence = reason_sentence(names[i]);

		cr_expect_gt(strlen(sentence), 10, "'%s' says '%s'", names[i], sentence);
		cr_expect_neq(sentence[strlen(sentence) - 1], '.', "'%s' goes on", names[i]);
		for (size_t j = 0; j < i; j++)
			cr_expect_str_neq(sentence, reason_sentence(names[j]));
	}
}

Test(reason, what_drops_packets_is_trouble)
{
	enum kind { SEND, DROP, PASS, NOTE };
	static const enum kind kinds[] = {
#define X(id, field, name, kind) kind,
		MFIB_REASONS(X)
#undef X
	};

	for (size_t i = 0; i < MFIB_R_COUNT; i++) {
		if (kinds[i] == DROP)
			cr_expect(reason_is_trouble(names[i]), "%s", names[i]);
		if (kinds[i] == SEND)
			cr_expect_not(reason_is_trouble(names[i]), "%s", names[i]);
	}
}

Test(reason, each_refusal_of_igmp_and_mld_has_a_sentence)
{
	for (enum gm_refusal refusal = 0; refusal < GM_REFUSAL_COUNT; refusal++)
		cr_expect_str_neq(reason_sentence(reason_of_gm(refusal)), "", "%u", refusal);
}

Test(reason, unknown_one_is_silent)
{
	cr_expect_str_eq(reason_sentence("nonsense"), "");
	cr_expect_not(reason_is_trouble("nonsense"));
}
