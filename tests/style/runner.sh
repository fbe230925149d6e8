#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# run.sh ends what a test has started: after a test that passes, one that takes too long, and when it
# is interrupted; and it runs each test of a folder. It runs here on a tree of its own, with programs that are scripts.
set -u
run=$(cd "$(dirname "$0")/.." && pwd)/run.sh
work=$(mktemp -d)
trap 'kill $(cat "$work"/child.*) 2> /dev/null; rm -rf "$work"' EXIT

# program NAME LINE...: a test which leaves a child behind, and then does so
program() {
	: > "$work/tests/unit/$1.c"
	{
		printf '%s\n' '#!/bin/bash' "sleep 1000000 & echo \$! > $work/child.$1"
		# shellcheck disable=SC2016
		printf '%s\n' 'echo "ok - x::y  (0.00s)" > "${1#--tap=}"' "${@:2}"
	} > "$work/build/tests/unit/$1"
	chmod +x "$work/build/tests/unit/$1"
}

# gone NAME: whether its child ends
gone() {
	local deadline=$((SECONDS + 10))
	while grep -qs '^State:[[:space:]]*[^[:space:]ZX]' "/proc/$(cat "$work/child.$1")/status"; do
		[ "$SECONDS" -lt "$deadline" ] || { echo "the child of $1 stays"; exit 1; }
		read -rt 0.05 <> <(:) || true
	done
}

# runs NAME WORDS: run it; fails unless the last line is so
runs() {
	local last
	last=$(BUILD=build TEST_SECONDS=1 "$work/tests/run.sh" "$1" | tail -n 1)
	[ "$last" = "$2" ] || { echo "$1: '$last' instead of '$2'"; exit 1; }
	gone "$1"
}

mkdir -p "$work/tests/unit" "$work/build/tests/unit"
cp "$run" "$work/tests/run.sh"
program test_passes
program test_fails 'exit 1'
program test_hangs 'sleep 1000000'
program test_hangs_deaf "trap '' TERM" 'while :; do read -rt 1 <> <(:); done'
runs test_passes '1 passed, 0 failed, 0 skipped'
runs test_fails '1 passed, 1 failed, 0 skipped'
runs test_hangs '1 passed, 1 failed, 0 skipped'
runs test_hangs_deaf '1 passed, 1 failed, 0 skipped'
last=$(BUILD=build TEST_SECONDS=1 "$work/tests/run.sh" unit | tail -n 1)
[ "$last" = '4 passed, 3 failed, 0 skipped' ] || { echo "all of unit: '$last'"; exit 1; }

rm "$work/child.test_hangs"
BUILD=build "$work/tests/run.sh" test_hangs > /dev/null &
runner=$!
until [ -s "$work/child.test_hangs" ]; do read -rt 0.05 <> <(:) || true; done
kill -TERM $runner
wait $runner
gone test_hangs
