#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# run.sh [unit|bpf|prop|netns|style|NAME]...: run the tests that are built and count their results.
#
# Without words, all of them. Unit, BPF and property tests run once for each build that is there
# (build, build/asan), or only for $BUILD; what needs the network runs with the first.
# NAME is a test program or script, such as test_gm or join-leave, or a folder, such as
# netns/restart or unit/core. Prints failures in full, each skip with its reason, and the line
# `N passed, N failed, N skipped` last.
#
# $JOBS tests run at a time; unless it is set, as many as there are processors, and twice as many of those
# in namespaces, which wait most of the time. What a test prints is held back until it ends, and comes in
# the order of the list below, whichever ends first. A test with a line `runner: alone, REASON` in its
# source runs at the end, with no other beside it; one with `runner: long` runs before the others of its
# group, so that it is not the last one to end, and may take three times $TEST_SECONDS.
#
# With TIMES=FILE that file has what each test took, the longest first: seconds, those of the processors
# (of processes that were waited for), and the test.
set -u
cd "$(dirname "$0")/.." || exit 1

limit=${TEST_SECONDS:-600} # of each program and script
jobs=${JOBS:-$(nproc)}
case $jobs in '' | *[!0-9]* | 0) echo "JOBS is '$jobs', not a number of tests" >&2; exit 1 ;; esac
work=$(mktemp -d)
: > "$work/times"
trap 'end_all; rm -rf "$work"' EXIT
trap 'exit 1' INT TERM

if [ -n "${BUILD:-}" ]; then
	builds=("$BUILD")
else
	builds=()
	for build in build build/asan; do
		[ -d "$build/tests" ] && builds+=("$build")
	done
	[ ${#builds[@]} -gt 0 ] || builds=(build)
fi

# ---- one test, in a process of its own that reports to a file ----

passed=0 failed=0 skipped=0
leader= # process group of the test

report() { printf '  %-7s %s\n' "$1" "$2"; }

pass() { report PASS "$1"; }

skip() {
	report SKIP "$1: $2"
	skipped=$((skipped + 1))
}

# fail NAME LOG: one more failure, with everything that the test printed
fail() {
	report FAIL "$1"
	sed 's/^/    | /' "$2"
	failed=$((failed + 1))
}

# end_group: what a test has started and left running ends with it. One that is interrupted may clean
# up first: its timeout passes the signal on, and does not wait for long.
end_group() {
	[ -n "$leader" ] || return 0
	kill -TERM "$leader" 2> /dev/null && wait "$leader"
	kill -KILL -- "-$leader" 2> /dev/null
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

# criterion LOG BUILD PROGRAM [OPTION...]: count what the report says, and distrust it: a program that
# ends badly or a sanitizer that reports after the last test is a failure too.
criterion() {
	local log=$1 program=$2/$3 tap=$1.tap status=0 good bad skips
	export HPIMCTL="$2/hpimctl" BUILD="$2"
	shift 3
	if [ ! -x "$program" ]; then
		echo "not built; run: make BUILD=$BUILD tests" > "$log"
		fail "$program" "$log"
		return
	fi
	limited "$program" --tap="$tap" "$@" > "$log" 2>&1 || status=$?
	[ -f "$tap" ] || : > "$tap"
	skips=$(grep -c '^ok .*# SKIP' "$tap")
	good=$(($(grep -c '^ok ' "$tap") - skips))
	bad=$(grep -c '^not ok ' "$tap")
	passed=$good
	skipped=$skips
	sed -nE 's/^ok - ([^ ]*) .*# SKIP */\1: /p' "$tap" | while read -r line; do
		report SKIP "$line"
	done
	if [ "$bad" -gt 0 ]; then
		fail "$program" "$log"
		failed=$bad
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

# script LOG BUILD FILE: 0 passed, 77 skipped for the reason in the last line, else failed
script() {
	local status=0 limit=$limit
	case $long in *" $3 "*) limit=$((3 * limit)) ;; esac # work for minutes, shared with others
	BUILD="$2" limited bash "$3" > "$1" 2>&1 || status=$?
	case $status in
	0) pass "$3"; passed=1 ;;
	77) skip "$3" "$(tail -n 1 "$1")" ;;
	*) echo "exit status $status" >> "$1"; fail "$3" "$1" ;;
	esac
}

# test_runs NUMBER COMMAND...: one of the list; its report and its counts are files of that number
test_runs() {
	trap end_group EXIT
	trap 'exit 1' TERM
	passed=0 failed=0 skipped=0
	local began=$EPOCHREALTIME
	"$2" "$work/$1.log" "${@:3}" > "$work/$1.report"
	echo "$passed $failed $skipped" > "$work/$1.counts"
	times > "$work/$1.times" # of this shell and its children
	echo "$began $EPOCHREALTIME ${*:3}" >> "$work/$1.times"
}

# took: a line of $TIMES from what `times` printed and when a test began and ended
took() {
	awk 'NR < 3 { for (i = 1; i <= 2; i++) { split($i, t, /[ms]/); cpu += 60 * t[1] + t[2] } }
		NR == 3 { printf "%7.1f %7.1f", $2 - $1, cpu; $1 = $2 = ""; print }' "$1"
}

# ---- the list of tests, and several of them at a time ----

list=() now=() later=() last=() # commands as words of the shell
declare -A names=()              # of the process that runs it: its number in the list
reported=0

# marked WORDS: the files of tests with this mark, each between spaces
# shellcheck disable=SC2046 # names of files have no spaces here
marked() { printf ' %s ' $(grep -rlE --include='*.sh' --include='*.c' "^[#/ *]*runner: $1" tests); }
alone=$(marked 'alone, .') long=$(marked 'long$')

# add FILE COMMAND...: a test, whose source is this file
add() {
	local command
	printf -v command '%q ' "${@:2}"
	case $alone in *" $1 "*) last+=("$command"); return ;; esac
	case $long in
	*" $1 "*) now+=("$command") ;;
	*) later+=("$command") ;;
	esac
}

# group_ends: the long ones of these folders come before the others
group_ends() {
	list+=("${now[@]}" "${later[@]}")
	now=() later=()
}

# wanted GROUP FILE: whether the words of the command line name this test
wanted() {
	[ ${#words[@]} -gt 0 ] || return 0
	local word folder=${2%/*} name=${2##*/}
	for word in "${words[@]}"; do
		case $word in "$1" | "${folder#tests/}" | "${name%.*}") return 0 ;; esac
	done
	return 1
}

# each GROUP BUILD OPTION...: the test programs of a folder
each() {
	local group=$1 build=$2 source
	shift 2
	for source in tests/"$group"/test_*.c tests/"$group"/*/test_*.c; do
		[ -f "$source" ] || continue
		wanted "$group" "$source" || continue
		if [ "$group" != unit ] && [ "$EUID" -ne 0 ]; then
			add "$source" needs_root "$build/${source%.c}"
		else
			add "$source" criterion "$build" "${source%.c}" "$@"
		fi
	done
}

needs_root() { skip "$2" 'needs root'; }

# scripts GROUP PATTERN [BUILD]
scripts() {
	local file
	for file in tests/"$1"/$2; do
		[ -f "$file" ] || continue
		wanted "$1" "$file" && add "$file" script "${3:-${builds[0]}}" "$file"
	done
}

# print_reports: of all tests up to the first that runs still
print_reports() {
	local p f s
	while [ "$reported" -lt ${#list[@]} ] && [ -f "$work/$reported.ended" ]; do
		cat "$work/$reported.report" 2> /dev/null
		if ! read -r p f s 2> /dev/null < "$work/$reported.counts"; then
			report FAIL "${list[reported]% }: its runner was killed"
			p=0 f=1 s=0
		fi
		passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
		[ ! -f "$work/$reported.times" ] || took "$work/$reported.times" >> "$work/times"
		rm -f "$work/$reported".*
		reported=$((reported + 1))
	done
}

# one_ends: wait until any test does
one_ends() {
	local pid
	wait -n -p pid
	: > "$work/${names[$pid]}.ended"
	unset "names[$pid]"
	print_reports
}

# run_list JOBS: what is in the list from $started on
started=0
run_list() {
	for (( ; started < ${#list[@]}; started++)); do
		[ ${#names[@]} -lt "$1" ] || one_ends
		eval "test_runs $started ${list[started]}" &
		names[$!]=$started
	done
	while [ ${#names[@]} -gt 0 ]; do one_ends; done
}

# end_all: the tests that run, when this is interrupted
end_all() {
	[ ${#names[@]} -eq 0 ] || kill -TERM "${!names[@]}" 2> /dev/null
	wait
}

words=("$@")
scripts style '*.sh'
group_ends
for build in "${builds[@]}"; do
	each unit "$build"
	each bpf "$build"
	scripts prop sim.sh "$build"
	scripts prop compare.sh "$build"
	scripts prop corpus.sh "$build"
done
scripts prop 'sim-same.sh'
group_ends
busy=${#list[@]} # so many need a processor of their own
each netns "${builds[0]}" -j1
scripts netns '*/*.sh'
group_ends

rest=("${list[@]:busy}")
list=("${list[@]:0:busy}")
run_list "$jobs"
list+=("${rest[@]}")
run_list "${JOBS:-$((2 * jobs))}"
list+=("${last[@]}")
run_list 1

[ -z "${TIMES:-}" ] || sort -rn "$work/times" > "$TIMES"
if [ $((passed + failed + skipped)) -eq 0 ]; then
	echo "no test is called: ${words[*]}" >&2
	exit 1
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
