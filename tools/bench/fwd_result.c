/* SPDX-License-Identifier: GPL-2.0-only */
/* Medians and ratios. What is done with them is printing. */
#include "bench/fwd_result.h"

#include <stdlib.h>

static int number_compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

struct spread numbers_spread(double *numbers, unsigned int count)
{
	qsort(numbers, count, sizeof(*numbers), number_compare);
	return (struct spread){ .median = numbers[count / 2],
				.low = numbers[0],
				.high = numbers[count - 1] };
}

bool result_has(struct side side)
{
	return side.row->samples[side.contender];
}

static const struct sample *sample_of(struct side side, unsigned int repetition)
{
	return &side.row->samples[side.contender][repetition];
}

struct spread result_rate(const struct report *report, struct side side)
{
	unsigned int count = report->plan.repetitions;
	double rates[count];

	for (unsigned int i = 0; i < count; i++)
		rates[i] = sample_of(side, i)->packets_per_s;
	return numbers_spread(rates, count);
}

struct spread result_ratio(const struct report *report, struct side a, struct side b)
{
	unsigned int count = report->plan.repetitions;
	double ratios[count];

	for (unsigned int i = 0; i < count; i++)
		ratios[i] = sample_of(a, i)->packets_per_s / sample_of(b, i)->packets_per_s;
	return numbers_spread(ratios, count);
}

double result_arrived(const struct report *report, struct side side)
{
	double least = 1;

	for (unsigned int i = 0; i < report->plan.repetitions; i++)
		if (sample_of(side, i)->arrived < least)
			least = sample_of(side, i)->arrived;
	return least;
}

const char *family_name(enum ip_family family)
{
	return family == IP_FAMILY_4 ? "IPv4" : "IPv6";
}
