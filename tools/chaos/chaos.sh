#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# chaos.sh: a mesh of twelve real daemons in network namespaces (as root; mesh.sh draws it), four flows
# to four hosts each, and one fault after the other, drawn from a seed, for a time; then quiet. Right is:
#
# - each fault costs each receiver no more than its kind may (faults.sh), and all flow again before the next
# - in quiet each receiver gets each packet once, and all neighbors are met
# - without sources and members no state is left; files and memory are those of the start
# - when the daemons have ended, no program, map, pin or setting of an interface is left
#
#	SEED		draws the faults; printed, random unless given
#	CHAOS_SECONDS	faults begin for so long (240)
#	CHAOS_FAULTS	no more faults than these
#	CHAOS_KINDS	only these kinds, as 'cut restart pair'
set -u
cd "$(dirname "$0")/../.." || exit 1
HERE=tools/chaos
PREFIX=${PREFIX:-hpimchaos-$$}
# shellcheck source=tests/netns/lib.sh
. tests/netns/lib.sh
for file in mesh faults judge; do . "$HERE/$file.sh"; done
need perl bpftool tcpdump prlimit

SEED=${SEED:-$((RANDOM * 32768 + RANDOM))}
CHAOS_SECONDS=${CHAOS_SECONDS:-240}
CHAOS_FAULTS=${CHAOS_FAULTS:-10000}

# begin_fault, end_fault KIND ARGUMENT...: a pair is two of them with a comma between
begin_fault() {
	if [ "$1" = pair ]; then
		halves "$@"
		begin_fault "${half1[@]}"
		begin_fault "${half2[@]}"
	else
		"begin_$1" "${@:2}"
	fi
}
end_fault() {
	if [ "$1" = pair ]; then
		halves "$@"
		end_fault "${half2[@]}"
		end_fault "${half1[@]}"
	elif declare -F "end_$1" > /dev/null; then
		"end_$1" "${@:2}"
	fi
}
halves() {
	local words="${*:2}"
	read -ra half1 <<< "${words% ,*}"
	read -ra half2 <<< "${words#*, }"
}

# bound_of begin|end KIND ARGUMENT...: of a pair, both of them
bound_of() {
	local -n bounds_of=bound_$1
	if [ "$2" = pair ]; then
		halves "${@:2}"
		echo $((${bounds_of[${half1[0]}]:-0} + ${bounds_of[${half2[0]}]:-0}))
	else
		echo "${bounds_of[$2]:-0}"
	fi
}

since_start() { printf '%d.%d s' $((($(milliseconds) - started) / 1000)) $((($(milliseconds) - started) / 100 % 10)); }

# phase begin|end SECONDS FAULT...: wait until all flow again, and charge what was lost
phase() {
	local row="$3 $1" bound
	bound=$(bound_of "$1" "${@:3}")
	times[$row]=$((${times[$row]:-0} + 1))
	[ "${bounds[$row]:-0}" -ge "$bound" ] || bounds[$row]=$bound
	bounds[$row]=${bounds[$row]:-0}
	if recovers $((bound / 1000 + 30)); then
		printf '%10s    %-5s %5d ms until all flow; lost:' "$(since_start)" "$1" $(($(milliseconds) - at))
	else
		violation "after ${*:3} no packets, or not once each:$stuck"
		note_stuck
		printf '%10s    %-5s lost:' "$(since_start)" "$1"
	fi
	charge "$row" "$bound"
	echo "$charged"
}

# What routers know of the flows that do not arrive.
note_stuck() {
	local name router
	for name in $stuck; do
		for router in $ROUTERS; do
			echo "--- $name $router"
			timeout 5 "$BUILD/hpimctl" -i "$PREFIX-$router" show trees -d "${group_of[${name#*-}]}" 2>&1
		done
	done > "$WORK/stuck.log"
}

is_held() { [ "$(milliseconds)" -ge "$1" ]; }

# one_fault HOLD KIND ARGUMENT...
one_fault() {
	local hold=$1 began at
	shift
	look
	began=$(milliseconds)
	charge "${last_row:-start}" 100000000 # what came late
	[ "$charged" = ' nothing' ] || echo "                 later lost:$charged"
	echo "$(since_start) #$fault $* ($hold s)"
	at=$began
	begin_fault "$@"
	phase begin "$hold" "$@"
	last_row="$1 begin"
	until_true $((hold + 5)) is_held $((began + hold * 1000))
	if has_end "$@"; then
		at=$(milliseconds)
		end_fault "$@"
		phase end "$hold" "$@"
		last_row="$1 end"
	fi
	until_true 40 all_met || violation "after $* neighbors are not met: $(not_met)"
	for name in $ROUTERS; do ! ended "${daemons[$name]}" || died "$name" "$@"; done
	note_objects
}
died() {
	keep_logs
	echo "WRONG: after ${*:2} $1 is dead: $(tail -n 5 "$WORK/$1.log")"
	exit 1
}
has_end() { [ "$1" = pair ] || declare -F "end_$1" > /dev/null; }

# keep_logs: what daemons and receivers said, and the addresses of the network
keep_logs() {
	mkdir -p "$BUILD/chaos"
	rm -f "$BUILD"/chaos/*.log
	cp "$WORK"/*.log "$BUILD/chaos"
	echo "what daemons and receivers said is in $BUILD/chaos"
}

echo "seed $SEED; again: make chaos SEED=$SEED${CHAOS_KINDS:+ CHAOS_KINDS='$CHAOS_KINDS'}"
# shellcheck disable=SC2086
perl "$HERE/plan.pl" "$SEED" "$CHAOS_FAULTS" ${CHAOS_KINDS:-} > "$WORK/plan" || exit 2
build_mesh
start_mesh
background heard h1 tcpdump -i eth0 -U -Z root -w "$WORK/heard.pcap" 'ip proto 103 or ip6 proto 103'
start_flows
look
recovers 60 || fail "no packets at the start:$stuck"
until_true 30 all_met || fail "neighbors are not met at the start: $(not_met)"
note_sizes
note_objects
mark
started=$(milliseconds) fault=0
echo "$(echo $ROUTERS | wc -w) daemons, ${#receivers[@]} receivers, all flow"
mapfile -t plan < "$WORK/plan" # not read line by line: daemons that are started would have the file
for line in "${plan[@]}"; do
	[ $((($(milliseconds) - started) / 1000)) -lt "$CHAOS_SECONDS" ] || break
	fault=$((fault + 1))
	# shellcheck disable=SC2086
	one_fault $line
done
echo "$(since_start) quiet after $fault faults"
quiet
forgets
judge_sizes
end_background heard
ends_clean
print_costs
if [ $violations -gt 0 ]; then
	keep_logs
	echo "WRONG: $violations violations; again: make chaos SEED=$SEED CHAOS_FAULTS=$fault${CHAOS_KINDS:+ CHAOS_KINDS='$CHAOS_KINDS'}"
	exit 1
fi
echo "right: seed $SEED, $fault faults in $(since_start)"
