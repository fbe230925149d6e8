#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# symbols.sh [ARCHIVE]: what the core asks of the outside. No system call, no clock, no output.
# A sanitizer's own symbols would be strangers too, so this looks at a build without. The functions in
# _chk are those of memcpy() and so on that check the length (_FORTIFY_SOURCE).
set -eu
archive=${1:-${BUILD:-build}/libhpim-core.a}
allowed='__assert_fail calloc malloc realloc free memcpy memmove memset memcmp strlen
	explicit_bzero __memcpy_chk __memmove_chk __memset_chk __explicit_bzero_chk
	_GLOBAL_OFFSET_TABLE_ __stack_chk_fail'

[ -f "$archive" ] || { echo "$archive: not built"; exit 1; }
nm -u "$archive" | awk '$1 == "U" { print $2 }' | sort -u > "${TMPDIR:-/tmp}/undefined.$$"
{ nm --defined-only "$archive" | awk 'NF == 3 { print $3 }'; printf '%s\n' $allowed; } |
	sort -u > "${TMPDIR:-/tmp}/known.$$"
strangers=$(comm -23 "${TMPDIR:-/tmp}/undefined.$$" "${TMPDIR:-/tmp}/known.$$")
rm -f "${TMPDIR:-/tmp}/undefined.$$" "${TMPDIR:-/tmp}/known.$$"
[ -n "$strangers" ] || exit 0
for symbol in $strangers; do
	echo "$archive: the core may not use $symbol()"
done
exit 1
