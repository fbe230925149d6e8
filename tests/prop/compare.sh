#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# compare.sh: hpimcompare measures the same with the same seed; what it measures of a healthy network
# is right; what it is given wrongly it names.
set -u
cd "$(dirname "$0")/../.." || exit 1
program=${BUILD:-build}/hpimcompare
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

fail() { echo "$*"; failed=1; }

# refused STATUS WORDS COMMAND...: ends with it, and says the words
refused() {
	local expected=$1 words=$2 status=0
	shift 2
	"$@" > "$work/out" 2>&1 || status=$?
	[ $status = "$expected" ] || fail "$*: exit $status, not $expected"
	grep -qF -- "$words" "$work/out" || fail "$*: does not say '$words' but: $(cat "$work/out")"
}

for run in first second; do
	"$program" --runs 3 --seed 7 --json "$work/$run.json" --svg "$work/$run.svg" \
		> "$work/$run.txt" || fail "$run run fails"
done
cmp "$work/first.txt" "$work/second.txt" || fail 'the same seed measures something else'
cmp "$work/first.svg" "$work/second.svg" || fail 'the same seed draws something else'

# Each case and protocol has a row, in all three forms.
names=$("$program" --list | awk '{ print $1 }')
for name in $names; do
	grep -q "^$name: " "$work/first.txt" || fail "$name is not in the table"
	grep -q ">$name<" "$work/first.svg" || fail "$name is not in the plot"
done

# of CASE PROTOCOL FIGURE: its median
of() {
	jq -e --arg case "$1" --arg protocol "$2" --arg figure "$3" \
		'.cases[] | select(.case == $case) | .protocols[] | select(.protocol == $protocol) | .[$figure].median' \
		"$work/first.json"
}

for protocol in hpim-dm pim-dm 'pim-dm, no refresh' 'pim-dm, same Hello'; do
	for name in winner-dies winner-dies-transit route-change join leave late-router restart power-cycle; do
		of "$name" "$protocol" recover > "$work/value" ||
			fail "$protocol never recovers from $name"
	done
	# Without a fault a join loses at most what was sent before it came over three routers.
	[ "$(of join "$protocol" lost | cut -d. -f1)" -le 2 ] || fail "$protocol: a join loses packets"
	[ "$(of join "$protocol" messages | cut -d. -f1)" -ge 3 ] || fail "$protocol: a join costs nothing"
	[ "$(of trees-10 "$protocol" entries | cut -d. -f1)" = 40 ] ||
		fail "$protocol: 10 trees are not 40 entries of four routers"
done
[ "$(of join 'hpim-dm' recover)" != "$(of winner-dies 'hpim-dm' recover)" ] ||
	fail 'a death costs no more than a join'

# A page holds the runs that are measured, and does not change them.
"$program" --runs 3 --seed 7 --html "$work/page.html" join leave-loss-20 > "$work/watched.txt" ||
	fail 'a run with a page fails'
for name in join leave-loss-20; do
	grep -A5 "^$name: " "$work/first.txt" > "$work/plain"
	grep -A5 "^$name: " "$work/watched.txt" | cmp - "$work/plain" || fail "a page changes the figures of $name"
	grep -q "\"$name: " "$work/page.html" || fail "$name is not on the page"
done
grep -q '"links lose 20.0 % of the messages' "$work/page.html" || fail 'the page does not name the loss'

refused 0 'trees-1 is not on the page: it measures memory' "$program" --runs 1 --html "$work/page.html" trees-1
refused 1 "cannot write $work/none/file" "$program" --runs 1 --html "$work/none/file" leave
refused 2 'expected a number from 1 to 1000' "$program" --runs 0
refused 2 'expected a number from 1 to 1000' "$program" --runs 12x
refused 2 'expected a number from 1 to 2^64' "$program" --seed -1
refused 2 'usage:' "$program" --no-such-option
refused 1 'no case nonsense' "$program" nonsense
refused 1 "$work/none/file" "$program" --runs 1 --json "$work/none/file" leave
exit $failed
