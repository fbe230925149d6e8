# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# judge.sh: what the faults of chaos.sh cost its receivers, and what must hold when all is quiet. After
# faults.sh.
#
# Each receiver of each flow counts what it got, what is missing between the first number and the last, and what
# came twice. What is missing when packets flow again is charged to the fault before.

RATE=${RATE:-50} # packets a second of each flow
HOSTS='h1 h2 h3 h4'
declare -A source_of=([a]=src [b]=src2) source_link=([a]=1 [b]=15) host_link=([h1]=11 [h2]=13 [h3]=14 [h4]=17)
declare -A group_of=([a4]=239.1.2.3 [a6]=ff3e::1:2:3 [b4]=239.1.2.4 [b6]=ff3e::1:2:4)
FLOWS='a4 a6 b4 b6'

receivers=() looks=0
declare -A received lost doubled sender

start_flows() {
	local host flow
	for flow in $FLOWS; do
		for host in $HOSTS; do
			listen "$host-$flow" "$host" "${group_of[$flow]}"
			receivers+=("$host-$flow")
		done
	done
	for flow in $FLOWS; do
		spawn "send-$flow" "${source_of[${flow%?}]}" "$BUILD/mcgen" -i eth0 -g "${group_of[$flow]}" -r "$RATE"
		sender[$flow]=$!
	done
}

# look: received, lost and doubled are what receivers have counted up to now
look() {
	local name got missing twice files=() pids=()
	looks=$((looks + 1))
	for name in "${receivers[@]}"; do
		files+=("$name=$WORK/$name.log")
		pids+=("${sinks[$name]}")
	done
	kill -USR1 "${pids[@]}" || fail 'a receiver is gone'
	perl "$HERE/look.pl" $looks "${files[@]}" > "$WORK/look" || fail 'a receiver does not answer'
	while read -r name got missing twice; do
		received[$name]=$got lost[$name]=$missing doubled[$name]=$twice
	done < "$WORK/look"
}

# has_path NAME: whether the network has a way from the source of a receiver to its host
has_path() { reaches "${source_link[${1: -2:1}]}" "${host_link[${1%-*}]}"; }

# flowing: whether since the look before each receiver that has a path got half a second of its stream and
# nothing was missing or came twice
declare -A was_received was_lost was_doubled
flowing() {
	local name good=0
	for name in "${receivers[@]}"; do
		was_received[$name]=${received[$name]:-0} was_lost[$name]=${lost[$name]:-0}
		was_doubled[$name]=${doubled[$name]:-0}
	done
	look
	stuck=''
	for name in "${receivers[@]}"; do
		has_path "$name" || continue
		[ $((received[$name] - was_received[$name])) -ge $((RATE / 2)) ] &&
			[ "${lost[$name]} ${doubled[$name]}" = "${was_lost[$name]} ${was_doubled[$name]}" ] && continue
		stuck+=" $name"
		good=1
	done
	return $good
}

# recovers SECONDS: until all flow, from now on; POLL is how long a look takes into account
recovers() {
	look
	POLL=0.8 until_true "$1" flowing_later
}
flowing_later() {
	read -rt "$POLL" <> <(:) || true
	flowing
}

# ---- charges ----

declare -A base_lost base_doubled worst_lost worst_doubled worst_ms times cut_off
violations=0

# mark: what is counted from now on belongs to the next fault
mark() {
	local name
	for name in "${receivers[@]}"; do base_lost[$name]=${lost[$name]} base_doubled[$name]=${doubled[$name]}; done
}

# charge ROW BOUND: to a row of the table what has been lost since the mark. A receiver without a path is
# judged when it has one again: then by how long it had none, and the bound.
charge() {
	local name row=$1 bound=$2 l d limit text=''
	for name in "${receivers[@]}"; do
		l=$((lost[$name] - base_lost[$name])) d=$((doubled[$name] - base_doubled[$name]))
		limit=$bound
		if ! has_path "$name"; then
			cut_off[$name]=${cut_off[$name]:-$began}
		elif [ -n "${cut_off[$name]:-}" ]; then
			limit=$((bound + $(milliseconds) - cut_off[$name]))
			unset "cut_off[$name]"
		elif [ $l -gt "${worst_lost[$row]:-0}" ]; then
			worst_lost[$row]=$l
		fi
		[ $d -le "${worst_doubled[$row]:-0}" ] || worst_doubled[$row]=$d
		[ $((l + d)) -eq 0 ] || text+=" $name $l$([ $d -eq 0 ] || echo "+$d")"
		has_path "$name" || continue
		[ $((l * 1000)) -le $((limit * RATE)) ] && [ $((d * 1000)) -le $((bound * RATE)) ] && continue
		violation "$row costs $name $l packets and $d twice; at most $limit ms are $((limit * RATE / 1000))"
	done
	mark
	charged=${text:- nothing}
}

violation() {
	echo "          VIOLATION: $*"
	violations=$((violations + 1))
}

# table: a row for each kind of fault, when it begins and when it ends
print_costs() {
	local row
	printf '\n%-16s %6s %10s %12s %12s %12s\n' fault times 'bound ms' 'worst lost' 'worst ms' 'worst twice'
	while read -r row; do
		printf '%-16s %6s %10s %12s %12s %12s\n' "$row" "${times[$row]}" "${bounds[$row]}" \
			"${worst_lost[$row]:-0}" $((${worst_lost[$row]:-0} * 1000 / RATE)) "${worst_doubled[$row]:-0}"
	done < <(printf '%s\n' "${!times[@]}" | sort)
}
declare -A bounds

# ---- kernel objects ----

# note_objects: programs and maps that the daemons have now; all of them must be gone in the end
declare -A objects
note_objects() {
	local name line
	for name in $ROUTERS; do
		while read -r line; do objects[$line]=$name; done < <(
			cat "/proc/${daemons[$name]}"/fdinfo/* 2> /dev/null | awk '$1 ~ /^(map|prog)_id:/ { sub("_id:", "", $1); print $1, $2 }')
	done
}

# leaked_objects: those of them that the kernel still has
leaked_objects() {
	local line
	{
		bpftool prog show | sed -nE 's/^([0-9]+):.*/prog \1/p'
		bpftool map show | sed -nE 's/^([0-9]+):.*/map \1/p'
	} > "$WORK/objects"
	for line in "${!objects[@]}"; do ! grep -qx "$line" "$WORK/objects" || echo "$line of ${objects[$line]}"; done
}
no_leaked_objects() { [ -z "$(leaked_objects)" ]; }

# ---- quiet ----

# quiet: all faults are over. Neighbors are met, and five seconds of each flow arrive once
quiet() {
	local name before
	until_true 40 all_met || violation "neighbors are not met: $(not_met)"
	recovers 30 || violation "no packets, or not once each:$stuck"
	mark
	for name in "${receivers[@]}"; do before=${received[$name]}; done
	until_true 60 eval "look; [ \${received[$name]} -ge $((before + 5 * RATE)) ]"
	charge quiet 0
	[ "$charged" = ' nothing' ] || violation "in quiet:$charged"
}

not_met() {
	local name
	for name in $ROUTERS; do
		[ "$(count_met "$name")" = "$(wanted_neighbors "$name")" ] ||
			echo "$name has $(count_met "$name") of $(wanted_neighbors "$name");"
	done | paste -sd' '
}

# state ROUTER: trees, entries of the forwarding table and groups that it has
state() {
	{
		table "$1" source,group,state show trees
		table "$1" source,group,owner show mroutes
		table "$1" interface,group show groups
	} 2>&1 | grep -vE 'ff02|ff05|224\.0\.'
}
stateless() {
	local name
	for name in $ROUTERS; do [ -z "$(state "$name")" ] || return 1; done
}

# forgets: sources and members end, and nothing is left of them
forgets() {
	local flow name
	for flow in $FLOWS; do
		kill -TERM "${sender[$flow]}"
		wait "${sender[$flow]}"
	done
	for name in "${receivers[@]}"; do hush "$name" || violation "$name ends badly"; done
	until_true 150 stateless && return
	for name in $ROUTERS; do
		[ -z "$(state "$name")" ] || violation "$name still has: $(state "$name" | head -5 | paste -sd';')"
	done
}

# What memory and files are at the start they may be in the end, with some room
GROWTH_KB=${GROWTH_KB:-8192}
declare -A memory_before
note_sizes() {
	local name
	for name in $ROUTERS; do
		kinds_of_files "$name" > "$WORK/files-$name.log"
		memory_before[$name]=$(memory_kb "$name")
	done
}

# kinds_of_files ROUTER: how many of each kind
kinds_of_files() { find "/proc/${daemons[$1]}/fd" -mindepth 1 -printf '%l\n' | sed 's/[0-9]\+//g; s/bpf_link/bpf-link/; s/(deleted)//' | sort | uniq -c; }

# files_are_few ROUTER: no kind has more open files than before. A daemon that goes on with the maps of an earlier
# run holds some of them more often than one that made them, so these have some room.
MAPS_ROOM=16
files_are_few() {
	kinds_of_files "$1" | awk -v room=$MAPS_ROOM '{ n = $1; $1 = "" }
		FNR == NR { had[$0] = n; next }
		n > had[$0] + (/bpf-map/ ? room : 0) { print "has" $0, n ", before the faults", had[$0] + 0; bad = 1 }
		END { exit bad }' "$WORK/files-$1.log" -
}

judge_sizes() {
	local name is
	for name in $ROUTERS; do
		until_true 10 files_are_few "$name" || violation "$name: $(files_are_few "$name" | paste -sd';')"
		is=$(($(memory_kb "$name") - memory_before[$name]))
		[ $is -le "$GROWTH_KB" ] || violation "$name has grown by $is kB, from ${memory_before[$name]}"
	done
}

# ends_clean: all daemons stop, and leave nothing in the kernel or in files
ends_clean() {
	local name n
	note_objects
	for name in $ROUTERS; do
		ctl "$name" stop > /dev/null || violation "$name does not stop"
		wait "${daemons[$name]}" || violation "$name ends with exit code $?"
		[ ! -e "/sys/fs/bpf/hpim/$PREFIX-$name" ] || violation "pins of $name stay"
		[ ! -e "/run/hpimd/$PREFIX-$name.attached" ] || violation "the list of interfaces of $name stays"
		[ "$(run "$name" ip -o link show | grep -cE 'ALLMULTI|xdp')" = 0 ] ||
			violation "interfaces of $name are not as before: $(run "$name" ip -o link show | grep -E 'ALLMULTI|xdp')"
	done
	until_true 20 no_leaked_objects || violation "the kernel still has $(leaked_objects | paste -sd,)"
	[ ${#objects[@]} -gt 100 ] || violation "only ${#objects[@]} programs and maps were seen"
}
