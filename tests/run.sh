#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# run.sh [unit|bpf|prop|netns|style|NAME]...: run the tests that are built and count their results.
#
# Without words, all of them. Unit, BPF and property tests run once for each build that is there
# (build, build/clang, build/asan), or only for $BUILD; what needs the network runs with the first.
# NAME is a test program or script, such as test_gm or 10-forward. Prints failures in full, each
# skip with its reason, and the line `N passed, N failed, N skipped` last.
set -u
cd "$(dirname "$0")/.." || exit 1

passed=0 failed=0 skipped=0
limit=${TEST_SECONDS:-600} # of each program and script
work=$(mktemp -d)
leader= # process group of the test that runs
trap 'end_group; rm -rf "$work"' EXIT
trap 'exit 1' INT TERM

if [ -n "${BUILD:-}" ]; then
	builds=("$BUILD")
else
	builds=()
	for build in build build/clang build/asan; do
		[ -d "$build/tests" ] && builds+=("$build")
	done
	[ ${#builds[@]} -gt 0 ] || builds=(build)
fi

tell() { printf '  %-7s %s\n' "$1" "$2"; }

pass() { tell PASS "$1"; }

skip() {
	tell SKIP "$1: $2"
	skipped=$((skipped + 1))
}

# fail NAME LOG: one more failure, with all the test has said
fail() {
	tell FAIL "$1"
	sed 's/^/    | /' "$2"
	failed=$((failed + 1))
}

# end_group: what a test has started and left running ends with it
end_group() {
	[ -z "$leader" ] || kill -KILL -- "-$leader" 2> /dev/null
	leader=
}

# limited COMMAND...: run a test in a process group of its own, which ends with it
limited() {
	local status=0
	timeout -k 5 "$limit" "$@" & # timeout leads the group
	leader=$!
	wait "$leader" || status=$?
	end_group
	return $status
}

# wanted GROUP NAME: whether the words of the command line name this test
wanted() {
	[ ${#words[@]} -gt 0 ] || return 0
	local word
	for word in "${words[@]}"; do
		[ "$word" = "$1" ] || [ "$word" = "$2" ] && return 0
	done
	return 1
}

# criterion PROGRAM [OPTION...]: count what the report says, and distrust it: a program that ends
# badly or a sanitizer that speaks after the last test is a failure too.
criterion() {
	local program=$1 log="$work/log" tap="$work/tap" status=0 good bad skips
	shift
	if [ ! -x "$program" ]; then
		echo "not built; run: make BUILD=${program%%/tests/*} tests" > "$log"
		fail "$program" "$log"
		return
	fi
	rm -f "$tap"
	limited "$program" --tap="$tap" "$@" > "$log" 2>&1 || status=$?
	[ -f "$tap" ] || : > "$tap"
	skips=$(grep -c '^ok .*# SKIP' "$tap")
	good=$(($(grep -c '^ok ' "$tap") - skips))
	bad=$(grep -c '^not ok ' "$tap")
	passed=$((passed + good))
	skipped=$((skipped + skips))
	sed -nE 's/^ok - ([^ ]*) .*# SKIP */\1: /p' "$tap" | while read -r line; do
		tell SKIP "$line"
	done
	if [ "$bad" -gt 0 ]; then
		fail "$program" "$log"
		failed=$((failed + bad - 1))
	elif [ "$status" -ne 0 ]; then
		echo "exit status $status" >> "$log"
		fail "$program" "$log"
	elif grep -qE 'ERROR: (Address|Leak)Sanitizer|runtime error:' "$log"; then
		fail "$program" "$log"
	elif [ $((good + skips)) -eq 0 ]; then
		echo "no test in it" >> "$log"
		fail "$program" "$log"
	else
		pass "$program: $good"
	fi
}

# script FILE: 0 passed, 77 skipped for the reason in the last line, else failed
script() {
	local status=0 log="$work/log"
	limited bash "$1" > "$log" 2>&1 || status=$?
	case $status in
	0) pass "$1"; passed=$((passed + 1)) ;;
	77) skip "$1" "$(tail -n 1 "$log")" ;;
	*) echo "exit status $status" >> "$log"; fail "$1" "$log" ;;
	esac
}

# each GROUP BUILD OPTION...: the test programs of a folder
each() {
	local group=$1 build=$2 source name
	shift 2
	for source in tests/"$group"/test_*.c tests/"$group"/*/test_*.c; do
		[ -f "$source" ] || continue
		name=$(basename "$source" .c)
		wanted "$group" "$name" || continue
		if [ "$group" != unit ] && [ "$(id -u)" -ne 0 ]; then
			skip "$build/${source%.c}" 'needs root'
			continue
		fi
		HPIMCTL="$build/hpimctl" BUILD="$build" criterion "$build/${source%.c}" "$@"
	done
}

scripts() {
	local file
	for file in tests/"$1"/$2; do
		[ -f "$file" ] || continue
		wanted "$1" "$(basename "$file" .sh)" && BUILD="${builds[0]}" script "$file"
	done
}

words=("$@")
scripts style 'selftest.sh'
scripts style 'runner.sh'
for check in floors symbols sizes family spdx reasons hardening exposure; do
	wanted style "$check" && BUILD="${builds[0]}" script "tests/style/$check.sh"
done
for build in "${builds[@]}"; do
	each unit "$build"
	each bpf "$build"
	wanted prop sim && BUILD="$build" script tests/prop/sim.sh
done
scripts prop 'sim-same.sh'
each netns "${builds[0]}" -j1
scripts netns '[0-9][0-9]-*.sh'

if [ $((passed + failed + skipped)) -eq 0 ]; then
	echo "no test is called: ${words[*]}" >&2
	exit 1
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
