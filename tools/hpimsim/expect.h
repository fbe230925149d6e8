/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HPIMSIM_EXPECT_H
#define HPIMSIM_EXPECT_H

/*
 * Expectations: each kind is a question about a subject, answered in words; the scenario holds the
 * words it expects. tests/scenarios/README.md lists them.
 */
#include "hpimsim/facts.h"
#include "hpimsim/log.h"

#define EXPECT_TEXT_LEN 512u

/** expect_is_known() - Whether there is such a question, and it can be asked about @subject. */
bool expect_is_known(const struct sim_topo *topo, const char *kind, const char *subject);

/**
 * expect_answer() - The answer now; kind and subject must be known. Of @net count the topology and
 * the copies of packets; @log has its messages. @ret_kind: CHECK_EXPECT, or the kind of invariant
 * that is broken, or CHECK_OK where an invariant holds.
 */
void expect_answer(const struct sim_net *net, const struct facts *facts, const struct log *log,
		   const char *kind, const char *subject, char *ret_text,
		   enum check_kind *ret_kind);

/**
 * expect_matches() - Whether an answer is the expected one. An item of a list in brackets,
 * "(NoInterest R2), Upstream 50", may be missing: whether it is sent depends on which of two
 * packets comes first. "Graft R1 x1..2" is said once or twice in a row.
 */
bool expect_matches(const char *expected, const char *answer);

#endif
