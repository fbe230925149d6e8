/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HPIMCOMPARE_CASES_H
#define HPIMCOMPARE_CASES_H

/* What happens to the networks: one row per fault. */
#include "hpimcompare/lab.h"

/**
 * struct compare_case - One row.
 * @what:  what happens, for people.
 * @param: of @run: per mille, number of trees, ...
 * @run:   builds the network, makes the fault, measures.
 */
struct compare_case {
	const char *name, *what;
	uint32_t param;
	void (*run)(struct lab *lab, uint32_t param);
};

extern const struct compare_case compare_cases[];
extern const unsigned int compare_case_count;

/** compare_case_is_of_memory() - It measures memory, of which a page that watches it takes some. */
bool compare_case_is_of_memory(const struct compare_case *of);

#endif
