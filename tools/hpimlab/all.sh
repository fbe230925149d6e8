#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# all.sh [FILE...]: scenario files, all of tests/scenarios unless some are named, in the simulator and
# with real daemons (as root). A row of the table for each: what the simulator says, in each family how
# many answers of real daemons differ, the seconds that took, and where the log of both is.
#
#	FASTER	divide all times by this (3), or by the greatest less at which the simulator still agrees
#	JOBS	labs at a time (3); each has up to seven daemons
set -u
cd "$(dirname "$0")/../.." || exit 1
[ "$(id -u)" -eq 0 ] || { echo 'all.sh makes network namespaces: run it as root' >&2; exit 1; }
BUILD=${BUILD:-build} FASTER=${FASTER:-3} JOBS=${JOBS:-3}
logs=$BUILD/lab
mkdir -p "$logs"
[ $# -gt 0 ] || set -- tests/scenarios/*.yaml tests/scenarios/*/*.yaml

# pace FILE: the greatest number up to $FASTER that times can be divided by; 0: the simulator fails
pace() {
	local n
	for ((n = FASTER; n > 0; n--)); do
		! "$BUILD/hpimsim" --faster $n scenario "$1" > /dev/null 2>&1 || break
	done
	echo $n
}

# seen LOG FAMILY: the result of a family, as a word
seen() {
	sed -nE "s/.* $2: ([0-9]+) answers, ([0-9]+) differ(, ([0-9]+) not asked)?, [0-9]+ s.*/\2 of \1 \4/p" "$1" |
		sed -E 's/ ([0-9]+)$/ (+\1)/; s/ $//'
}

# one FILE: play it, and print its row
one() {
	local name log n status=0 begun=$SECONDS
	name=$(basename "$1" .yaml) log=$logs/$(basename "$1" .yaml).log
	n=$(pace "$1")
	if [ "$n" = 0 ]; then
		row "$name" fails - - - "$n" "$log"
		return 1
	fi
	"$BUILD/hpimlab" run --faster "$n" "$1" > "$log" 2>&1 || status=$?
	if [ $status = 77 ]; then
		row "$name" ok - - - "$n" "$(tail -n 1 "$log")"
		return 0
	fi
	row "$name" ok "$(seen "$log" IPv4)" "$(seen "$log" IPv6)" $((SECONDS - begun)) "$n" "$log"
	return $status
}
row() { printf '%-26s %-9s %10s %10s %6s %6s  %s\n' "$@"; }

row scenario simulator 'IPv4 diff' 'IPv6 diff' s faster log
running=0 failed=0
for file in "$@"; do
	if [ $running -ge "$JOBS" ]; then
		wait -n || failed=$((failed + 1))
		running=$((running - 1))
	fi
	one "$file" &
	running=$((running + 1))
done
while [ $running -gt 0 ]; do
	wait -n || failed=$((failed + 1))
	running=$((running - 1))
done
[ $failed = 0 ]
