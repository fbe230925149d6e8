#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# sim-same.sh: the same seed does the same, event by event and effect by effect, whoever compiled it.
# SIM_BUILDS names the builds to compare.
set -u
cd "$(dirname "$0")/../.." || exit 1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
first=

for build in ${SIM_BUILDS:-build build/asan}; do
	[ -x "$build/hpimsim" ] || continue
	for seed in $(seq 1 25); do
		"$build/hpimsim" --json run --seed "$seed"
	done > "$work/now" || exit 1
	"$build/hpimsim" --json scenario tests/scenarios/*.yaml >> "$work/now" || exit 1
	if [ -z "$first" ]; then
		first=$build
		cp "$work/now" "$work/first"
	elif ! diff "$work/first" "$work/now"; then
		echo "$first and $build do not do the same"
		exit 1
	else
		compared=yes
	fi
done
[ -n "${compared:-}" ] || { echo 'only one build is there to compare'; exit 77; }
