// SPDX-License-Identifier: GPL-2.0-only
/*
 * Texts that were cut, or come from where any bytes may stand, such as names of interfaces.
 */
#include "base/utf8.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* RFC 3629, section 4: what may follow a first byte; the rest is 0x80 to 0xbf. */
static const struct form {
	uint8_t first, last;               /* range of the first byte */
	uint8_t second_least, second_most; /* of the second one */
	uint8_t len;
} forms[] = {
	{ 0xc2, 0xdf, 0x80, 0xbf, 2 }, { 0xe0, 0xe0, 0xa0, 0xbf, 3 }, { 0xe1, 0xec, 0x80, 0xbf, 3 },
	{ 0xed, 0xed, 0x80, 0x9f, 3 }, { 0xee, 0xef, 0x80, 0xbf, 3 }, { 0xf0, 0xf0, 0x90, 0xbf, 4 },
	{ 0xf1, 0xf3, 0x80, 0xbf, 4 }, { 0xf4, 0xf4, 0x80, 0x8f, 4 },
};

static const struct form *form_of(uint8_t first)
{
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (first >= forms[i].first && first <= forms[i].last)
			return &forms[i];
	return NULL;
}

/* How many bytes of the letter are there; fewer than it has where it is cut or broken. */
static size_t letter_len(const uint8_t *at, const struct form *form)
{
	size_t len = 1;

	while (len < form->len) {
		uint8_t least = len == 1 ? form->second_least : 0x80;
		uint8_t most = len == 1 ? form->second_most : 0xbf;

		if (at[len] < least || at[len] > most) /* also the end of the text */
			break;
		len++;
	}
	return len;
}

void utf8_repair(char *text)
{
	uint8_t *at = (uint8_t *)text;

	while (*at) {
		const struct form *form = form_of(*at);
		size_t len = form ? letter_len(at, form) : 1;

		if (form && len < form->len && !at[len]) {
			*at = 0; /* cut */
			return;
		}
		if (*at >= 0x80 && (!form || len < form->len)) {
			*at = '?';
			len = 1;
		}
		at += len;
	}
}
