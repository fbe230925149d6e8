/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

/**
 * utf8_repair() - Make a text valid UTF-8, in place.
 *
 * A letter that is cut at the end of the text goes; each other byte that belongs to no letter
 * becomes a question mark. Source: RFC 3629, section 4.
 */
void utf8_repair(char *text);

#endif
