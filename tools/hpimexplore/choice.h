/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HPIMEXPLORE_CHOICE_H
#define HPIMEXPLORE_CHOICE_H

/* One thing that can happen next. */
#include "hpimexplore/world.h"

#define CHOICES_MAX 256u
#define CHOICE_TEXT 24

enum choice_kind {
	CHOICE_DELIVER,
	CHOICE_TIMER, /* the first timer of a router runs out */
	CHOICE_EVENT, /* the next of the script */
	CHOICE_DATA,  /* a packet of tree @from passes */
	CHOICE_LOSE,
	CHOICE_DUPLICATE, /* delivered, and a copy stays in flight */
	CHOICE_KIND_COUNT,
};

struct choice {
	enum choice_kind kind;
	uint8_t from, to, nth; /* CHOICE_TIMER, CHOICE_DATA: from */
};

/** choice_list() - All that can happen. Return: how many. */
unsigned int choice_list(const struct world *world, struct choice ret_choices[CHOICES_MAX]);

void choice_apply(struct world *world, const struct choice *choice);
void choice_text(const struct choice *choice, char ret_text[CHOICE_TEXT]);

/** choice_parse() - False: no such choice, or it cannot happen here. */
bool choice_parse(const struct world *world, const char *text, size_t len,
		  struct choice *ret_choice);

#endif
