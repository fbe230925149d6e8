#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# prove.sh [WORLD...]: all that can be asked of the program, world by world, and one table at the end.
#
# Without words, all of them; `prove.sh --list` says what each asks and the minutes to allow for it. What a world says
# is in $BUILD/prove/WORLD.log. A world that fails does not keep the next from its turn. Exit status 0 only
# if each that ran was right. As root.
set -u
cd "$(dirname "$0")/.." || exit 1
BUILD=${BUILD:-build}

# World, minutes to allow for it on two processors, the command, and what it asks
worlds="
check	60	make check	every test that fits one machine, of two builds
demo	2	make demo	four routers and hosts, a broken link, each packet counted
sim	5	make sim HISTORIES=20000	scenarios and 20,000 random histories in the simulator
explore	10	make explore EXPLORE_SECONDS=600	every order of events on small networks, deeper for 10 minutes
fuzz	60	make fuzz FUZZ_SECONDS=3600	each decoder and the core against hostile bytes for an hour
chaos	10	make chaos	a mesh of twelve daemons, a fault at a time for four minutes
soak	70	make soak	24 simulated hours, then 10,000 flows for an hour
lab	40	make lab	the simulator's scenarios with real daemons
check-vm	130	make check-vm	three kernels and their devices in virtual machines
check-roots	150	make check-roots	demo, package and check in minimal roots of Debian 12 and 13
mutate	240	make mutate	100 seeded faults, and which tests find them
"

fields() { grep . <<< "$worlds"; }

list() {
	printf '%-12s %7s  %s\n' world minutes 'what it asks'
	fields | while IFS=$'\t' read -r world minutes _ what; do
		printf '%-12s %7s  %s\n' "$world" "$minutes" "$what"
	done
}

# row WORLD: its line
row() { fields | grep "^$1	"; }

# verdict LOG: the last line that sums up, or the last of all
verdict() {
	grep -E '^[0-9]+ passed, ' "$1" | tail -n 1 | grep . || grep . "$1" | tail -n 1
}

case ${1:-} in
--list) list; exit 0 ;;
-*) echo "usage: prove.sh [--list|WORLD...]" >&2; exit 2 ;;
esac
for world in "$@"; do
	row "$world" > /dev/null || { echo "prove: no world is called $world; there are:" >&2; list >&2; exit 2; }
done
mapfile -t all < <(fields | cut -f1)
[ $# -gt 0 ] || set -- "${all[@]}"
[ "$(id -u)" -eq 0 ] || { echo 'prove: real routers, kernels and packages need root' >&2; exit 2; }

mkdir -p "$BUILD/prove" || exit 2
table=
failed=0
for world in "$@"; do
	IFS=$'\t' read -r _ minutes command what <<< "$(row "$world")"
	echo "$(date +%T) $command, at most about $minutes minutes: $what"
	log=$BUILD/prove/$world.log
	began=$EPOCHSECONDS
	result=PASS
	$command > "$log" 2>&1 < /dev/null || { result=FAIL; failed=$((failed + 1)); }
	took=$((EPOCHSECONDS - began))
	[ $result = PASS ] || tail -n 20 "$log" | sed 's/^/    | /'
	printf -v line '%-12s %-5s %4d:%02d  %s' "$world" $result $((took / 60)) $((took % 60)) "$(verdict "$log")"
	echo "$line"
	table+="$line"$'\n'
done
printf '\n%-12s %-5s %7s  %s\n%s' world '' time 'its last word' "$table"
echo "$(($# - failed)) passed, $failed failed"
[ $failed -eq 0 ]
