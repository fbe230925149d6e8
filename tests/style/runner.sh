#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# run.sh ends what a test has started: after a test that passes, one that takes too long, and when it
# is interrupted. It runs each test of a folder, as many at a time as it is asked to, and reports them
# in one order; what is marked so runs alone. It runs here on a tree of its own, with programs that are
# scripts.
# runner: long
# shellcheck disable=SC2016 # lines of scripts
set -u
unset TIMES # of a runner that runs this
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


# Interrupted, with two tests at a time.
rm "$work"/child.test_hangs*
BUILD=build JOBS=2 "$work/tests/run.sh" test_hangs test_hangs_deaf > /dev/null &
runner=$!
until [ -s "$work/child.test_hangs" ] && [ -s "$work/child.test_hangs_deaf" ]; do
	read -rt 0.05 <> <(:) || true
done
kill -TERM $runner
wait $runner
gone test_hangs
gone test_hangs_deaf

# reports JOBS TEXT: the whole report of all tests, run so many at a time, each with a limit of 30 s
reports() {
	local is
	rm -f "$work"/began.* "$work"/ended.*
	is=$(BUILD=build TEST_SECONDS=30 JOBS=$1 "$work/tests/run.sh" 2>&1 | grep -v ' Killed ')
	[ "$is" = "$2" ] || { printf 'with %s jobs it reports\n%s\ninstead of\n%s\n' "$1" "$is" "$2"; exit 1; }
}

# awaits FILE SECONDS: lines of a test that waits for a file; fails when there is none in time
awaits() {
	printf '%s\n' "end=\$((SECONDS + $2))" "until [ -e $work/$1 ]; do" \
		'[ $SECONDS -lt $end ] || exit 1; read -rt 0.05 <> <(:); done; true'
}

# mark NAME WORDS: for the runner
mark() { printf '/*\n * runner: %s\n */\n' "$2" > "$work/tests/unit/$1.c"; }

# The first one ends last, after it has printed before and after the second one. All fail, so that
# what they print is reported.
rm -r "$work/tests/unit" "$work/build/tests/unit"
mkdir -p "$work/tests/unit" "$work/build/tests/unit" "$work/tests/netns/basic"
began() { echo "touch $work/began.$1"; }
ended() { echo "touch $work/ended.$1"; }
program test_a "$(began a)" 'echo a1' "$(awaits ended.b 8)" 'echo a2' "$(ended a)" 'exit 3'
program test_b "$(began b)" "$(awaits began.a 20)" 'echo b' "$(ended b)" 'exit 4'
printf '%s\n' 'echo not this' 'echo needs luck; exit 77' > "$work/tests/netns/basic/skips.sh"
two='  FAIL    build/tests/unit/test_a
    | a1
    | a2
    | exit status 3
  FAIL    build/tests/unit/test_b
    | b
    | exit status 4
  SKIP    tests/netns/basic/skips.sh: needs luck
2 passed, 2 failed, 1 skipped'
reports 2 "$two"
reports 3 "$two"
last=$("$work/tests/run.sh" netns/basic | tail -n 1)
[ "$last" = '0 passed, 0 failed, 1 skipped' ] || { echo "a folder: '$last'"; exit 1; }
reports 1 "${two//$'\n    | a2\n    | exit status 3'/$'\n    | exit status 1'}"

# Those that run alone start when the others have ended, and each when the one before has.
single() {
	program "$1" "[ -e $work/ended.b ] && [ -e $work/ended.c ] || exit 5" \
		"mkdir $work/alone || exit 6" "$(began "$1")" "for _ in 1 2 3 4 5 6; do" \
		"[ ! -e $work/began.$2 ] || [ -e $work/ended.$2 ] || exit 7" 'read -rt 0.1 <> <(:); done' \
		"rmdir $work/alone" "$(ended "$1")"
	mark "$1" 'alone, it looks at the others'
}
single test_0 test_1
single test_1 test_0
program test_a "$(awaits began.c 20)"
program test_b "$(awaits began.c 20)" "$(ended b)"
program test_c "$(began c)" "$(awaits ended.b 20)" "$(ended c)"
mark test_c long
rm "$work/tests/netns/basic/skips.sh"
reports 2 '  PASS    build/tests/unit/test_c: 1
  PASS    build/tests/unit/test_a: 1
  PASS    build/tests/unit/test_b: 1
  PASS    build/tests/unit/test_0: 1
  PASS    build/tests/unit/test_1: 1
5 passed, 0 failed, 0 skipped'

# Of those in namespaces twice as many run as there are processors: each waits for all others to begin.
rm "$work"/tests/unit/*
many=$((2 * $(nproc)))
for each in $(seq "$many"); do
	printf '%s\n' "$(began "$each")" "for other in \$(seq $many); do" \
		"$(awaits 'began.$other' 20)" 'done' > "$work/tests/netns/basic/waits$each.sh"
done
last=$(TIMES=$work/times "$work/tests/run.sh" netns | tail -n 1)
[ "$last" = "$many passed, 0 failed, 0 skipped" ] || { echo "those that wait for each other: $last"; exit 1; }
lines=$(grep -cE '^ +[0-9]+\.[0-9] +[0-9]+\.[0-9] +build tests/netns/basic/waits[0-9]+\.sh$' "$work/times")
[ "$lines" = "$many" ] || { echo "what they took: $(cat "$work/times")"; exit 1; }
rm "$work"/tests/netns/basic/*

# A test that ends its runner has failed, and the number of jobs is one.
program test_kills_runner 'kill $!' 'read -r _ _ _ runner _ < /proc/$PPID/stat' 'kill -KILL "$runner"'
reports 2 '  FAIL    criterion build tests/unit/test_kills_runner: its runner was killed
0 passed, 1 failed, 0 skipped'
for jobs in 0 x -1; do
	reports $jobs "JOBS is '$jobs', not a number of tests"
done
exit 0
