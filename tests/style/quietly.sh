#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# What `make demo` does before the demo: tools/quietly.sh keeps the output of a command back, shows its
# end, the log's name and the exit code if the command fails, and everything with V=1; tools/deps.sh
# refuses a list that it does not have.
set -eu
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# prints CODE WORDS COMMAND...: it ends with this code and prints exactly this
prints() {
	code=$1 words=$2 status=0
	shift 2
	"$@" > "$work/printed" 2>&1 || status=$?
	[ "$status" -eq "$code" ] || { echo "$*: exit code $status, not $code"; exit 1; }
	[ "$(cat "$work/printed")" = "$words" ] || { echo "$*: prints"; cat "$work/printed"; exit 1; }
}

V=0 prints 0 'Counting ...' tools/quietly.sh 'Counting ...' "$work/a/log" seq 30
[ "$(cat "$work/a/log")" = "$(seq 30)" ] || { echo 'the log lacks lines'; exit 1; }
V=1 prints 0 "Counting ...
1
2" tools/quietly.sh 'Counting ...' "$work/log" seq 2
V=0 prints 7 "Counting ...
failed, exit code 7: sh -c seq 30; echo wrong >&2; exit 7
the end of $work/log:
$(seq 12 30 | sed 's/^/    | /')
    | wrong" tools/quietly.sh 'Counting ...' "$work/log" sh -c 'seq 30; echo wrong >&2; exit 7'
V=1 prints 7 'Counting ...' tools/quietly.sh 'Counting ...' "$work/log" sh -c 'exit 7'

prints 2 "deps: no list is called 'tests'; there are: build test dev peers" tools/deps.sh --list build tests
tools/deps.sh --list build | grep -qx clang || { echo 'deps.sh lists no clang for building'; exit 1; }
tools/deps.sh --list build | grep -qx cppcheck && { echo 'building does not need cppcheck'; exit 1; }
exit 0
