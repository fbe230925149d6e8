#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# reasons.sh [ROOT]: each reason that is counted has a row in docs/ABI.md, with its verdict and a test
# that triggers it, and each row is about a reason that there is. Those of the programs are in
# mfib_abi.h; ctrl/mgmt/reason.c has these and those of the daemon.
set -eu
cd "${1:-$(dirname "$0")/../..}"
abi=include/hpim/mfib_abi.h doc=docs/ABI.md
failed=0

complain() {
	echo "$*"
	failed=1
}

# "name kind" of each X() of the list; "name|verdict|test" of each row of five columns
in_abi=$(sed -n 's/^	X([A-Z_0-9]*, [a-z_0-9]*, "\([a-z-]*\)", \([A-Z]*\)).*/\1 \2/p' $abi)
in_code=$(sed -n 's/^	{ "\([a-z-]*\)",.*/\1/p' ctrl/mgmt/reason.c)
rows=$(sed -n 's/^| `\([a-z-]*\)` | \(redirect\|drop\|pass\|note\) |.*| `\([^|]*\)` |$/\1|\2|\3/p' $doc)
[ -n "$in_abi" ] && [ -n "$in_code" ] || complain 'no list of reasons found'

row_of() { echo "$rows" | sed -n "s/^$1|//p"; }

# test_is NAME REASON: a script that speaks of the reason, or "test_PROGRAM: its_claim"
test_is() {
	case $1 in
	test_*:\ *) grep -qE "^[A-Z_]*(TEST|Test)\(([a-z_0-9]+, )?${1#*: }\)" "$(ls tests/*/"${1%%:*}".c tests/*/*/"${1%%:*}".c)" ;;
	[a-z]*) grep -qF -e "$2" tests/netns/*/"$1.sh" ;;
	*) false ;;
	esac 2> /dev/null
}

for name in $(echo "$in_abi" | cut -d' ' -f1) $in_code; do
	[ -n "$(row_of "$name")" ] || complain "$doc: no row for $name"
done
for name in $(echo "$rows" | cut -d'|' -f1); do
	row=$(row_of "$name")
	test=${row#*|}
	[ "$(echo "$row" | wc -l)" -eq 1 ] || complain "$doc: more than one row for $name"
	echo "$in_code" | grep -qxF "$name" || complain "ctrl/mgmt/reason.c: nothing about $name"
	test_is "$test" "$name" || complain "$doc: $name: there is no such test: $test"
	kind=$(echo "$in_abi" | sed -n "s/^$name //p")
	case ${kind:-none}:${row%%|*} in
	SEND:redirect | DROP:drop | PASS:pass | NOTE:note | none:drop | none:note) ;;
	*) complain "$doc: $name is of the kind $kind, not ${row%%|*}" ;;
	esac
done
exit $failed
