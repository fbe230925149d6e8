#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# real.sh [CASE...]: HPIM-DM and PIM-DM with real daemons in network namespaces (as root), where
# hpimcompare has them in the simulator. One source sends $RATE packets a second of IPv4.
#
#                          .-- 10.1.2 -- R2 --.
#     source -- 10.1.1 -- R1                  LAN 10.1.3 -- R3 -- 10.1.5 -- host
#                          '-- 10.1.4 -- R4 --'
#
# R2 and R4 reach the source at equal cost. Figures are those of this machine at this moment; what
# carries over is the ratio between the rows of a case.
set -u
[ "$(id -u)" -eq 0 ] || { echo 'real.sh makes network namespaces: run it as root' >&2; exit 1; }
cd "$(dirname "$0")/../.." || exit 1
cases=(join route-change restart winner-dies)
for name in "$@"; do
	[[ " ${cases[*]} " == *" $name "* ]] ||
		{ echo "real.sh: no case $name; there are ${cases[*]}" >&2; exit 2; }
done
wanted=("${@:-${cases[@]}}")
PREFIX="hpimcmp-$$"
. tests/netns/lib.sh

RATE=${RATE:-1000}
GROUP=239.1.2.3:5000
ROUTERS='r1 r2 r3 r4'
MODE=${MODE:-auto}

build_network() {
	mount_bpf
	node src h1
	# shellcheck disable=SC2086
	router $ROUTERS
	wire src eth0 10.1.1.100/24 r1 eth0 10.1.1.1/24
	wire r1 eth1 10.1.2.1/24 r2 eth0 10.1.2.2/24
	wire r1 eth2 10.1.4.1/24 r4 eth0 10.1.4.4/24
	lan sw r2 eth1 10.1.3.2/24 r4 eth1 10.1.3.4/24 r3 eth0 10.1.3.3/24
	wire r3 eth1 10.1.5.1/24 h1 eth0 10.1.5.100/24
	run r2 ip route add 10.1.1.0/24 via 10.1.2.1 proto zebra metric 20
	run r4 ip route add 10.1.1.0/24 via 10.1.4.1 proto zebra metric 20
	run r3 ip route add 10.1.1.0/24 via 10.1.3.4 proto zebra metric 30
}

# interfaces ROUTER: those with cables, with commas
interfaces() { run "$1" ls /proc/sys/net/ipv4/conf | grep '^eth' | paste -sd,; }

# met: each router knows all others on its links, and they are ready for trees
met() {
	local name want
	for name in $ROUTERS; do
		case $name in r1 | r3) want=2 ;; *) want=3 ;; esac
		[ "$(ctl "$name" -H -o state show neighbors | grep -cE 'synced|up')" = "$want" ] || return 1
	done
}

serve() { # PROTOCOL
	local name
	for name in $ROUTERS; do
		start_router "$name"
		ctl "$name" -4 attach "$(interfaces "$name")" "$1" igmp mode "$MODE" > /dev/null ||
			fail "attach on $name"
	done
	within 60 met
}

end_routers() {
	local name
	for name in $ROUTERS; do ctl "$name" stop > /dev/null 2>&1; done
	for name in $ROUTERS; do wait "${daemons[$name]}" 2> /dev/null; done
}

# messages: of the routing protocols, sent by all routers so far
messages() {
	local name
	for name in $ROUTERS; do
		ctl "$name" -H -o protocol,sent,retransmitted show protocol-counters 2> /dev/null
	done | awk '$1 ~ /hpim|pim/ { sum += $2 + $3 } END { print sum + 0 }'
}

listen_here() {
	spawn judge h1 "$BUILD/mcsink" -i eth0 -g $GROUP --events --report
	sinks[judge]=$!
	until_true 30 said judge joined || fail 'mcsink does not join'
}

stream() { # SECONDS
	spawn stream src "$BUILD/mcgen" -i eth0 -g $GROUP -r "$RATE" -n $((RATE * $1))
	sender=$!
}

hears() { said judge '"event":"first"'; }

# row CASE PROTOCOL MESSAGES: of the receiver that has just ended
row() {
	local outage
	outage=$(field judge outage_ms)
	printf '%-14s %-8s %9s %9s %12s %12s %9s\n' "$1" "$2" "$(field judge lost)" \
		"$(field judge duplicated)" "${outage:-0}" "$(field judge join_to_first_ms)" "$3"
}

# tree_stands: a member listens, and asserts and prunes are over
tree_stands() {
	listen member h1 $GROUP
	send src $GROUP -n $((RATE * 6)) -r "$RATE"
}

# measure CASE PROTOCOL SECONDS COMMAND...: a tree stands, then the command happens to it
measure() {
	local before
	tree_stands
	listen_here
	stream "$3"
	within 30 hears
	before=$(messages)
	"${@:4}"
	wait "$sender"
	before=$(($(messages) - before))
	hush judge
	row "$1" "$2" "$before"
}

case_join() {
	local before
	stream 6
	listen_here
	before=$(messages)
	within 30 hears
	wait "$sender"
	before=$(($(messages) - before))
	hush judge
	row join "$1" "$before"
}

# R4 won the assert, and has to go by R2 from now on, as R3 does.
move_route() {
	run r4 ip route add 10.1.1.0/24 via 10.1.3.2 proto zebra metric 40 &&
		run r4 ip route del 10.1.1.0/24 via 10.1.4.1 proto zebra metric 20 &&
		run r3 ip route replace 10.1.1.0/24 via 10.1.3.2 proto zebra metric 30 || fail 'no route'
}

case_route-change() { measure route-change "$1" 10 move_route; }

restart_r1() {
	kill -KILL "${daemons[r1]}"
	wait "${daemons[r1]}" 2> /dev/null
	start_router r1
}

case_restart() { measure restart "$1" 30 restart_r1; }

# R4 has the higher address, so it won; its link says nothing, its way to R1 is gone as well. As
# unicast routing would, R3 goes by R2 from then on.
cut_winner() {
	run sw ip link set port1 nomaster
	run r1 ip link set eth2 down
	run r3 ip route replace 10.1.1.0/24 via 10.1.3.2 proto zebra metric 30
}

case_winner-dies() { measure winner-dies "$1" 130 cut_winner; }

printf '%-14s %-8s %9s %9s %12s %12s %9s\n' case protocol lost duplicated outage_ms join_ms messages
for name in "${wanted[@]}"; do
	for protocol in hpim pim-dm; do
		build_network
		serve "$protocol"
		"case_$name" "$protocol"
		end_routers
		for node in "${nodes[@]}"; do ip netns del "$PREFIX-$node"; done
		nodes=()
	done
done
