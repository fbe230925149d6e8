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
# carries over is the ratio between the rows of a case. Columns:
#
#	lost, dup, outage	of the receiver: packets, and milliseconds without any
#	join ms			from the join to the first packet; late-router: from its start
#	unwanted		data on links between routers where the one downstream dropped it, and what went
#				to the link of the receiver while it was no member
#	control, bytes		packets of IP protocol 103 that all routers have sent, with IP header
#	state kB		what the daemons have more in memory than before the first packet
set -u
[ "$(id -u)" -eq 0 ] || { echo 'real.sh makes network namespaces: run it as root' >&2; exit 1; }
cd "$(dirname "$0")/../.." || exit 1
cases=(join join-loss-20 route-change leave leave-loss-20 late-router restart power-cycle winner-dies)
more=(no-member trees-100) # minutes each: only if they are named
for name in "$@"; do
	[[ " ${cases[*]} ${more[*]} " == *" $name "* ]] ||
		{ echo "real.sh: no case $name; there are ${cases[*]} ${more[*]}" >&2; exit 2; }
done
wanted=("${@:-${cases[@]}}")
PREFIX="hpimcmp-$$"
. tests/netns/lib.sh
need nft # counts and loses control packets

RATE=${RATE:-1000}
GROUP=239.1.2.3:5000
ROUTERS='r1 r2 r3 r4'
MODE=${MODE:-auto}

build_network() {
	mount_bpf
	node src h1
	daemons=()
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

# met NEIGHBORS ROUTER...: each of them is ready for trees with so many neighbors in total
met() {
	local name sum=0
	for name in "${@:2}"; do
		sum=$((sum + $(ctl "$name" -H -o state show neighbors | grep -cE 'synced|up')))
	done
	[ $sum = "$1" ]
}

# boot ROUTER PROTOCOL: its daemon serves all interfaces. pim-dm-flood is PIM-DM without State Refresh
boot() {
	start_router "$1"
	[ "$2" != pim-dm-flood ] || ends 0 '' ctl "$1" set pim-state-refresh off
	ctl "$1" -4 attach "$(interfaces "$1")" "${2%-flood}" igmp mode "$MODE" > /dev/null ||
		fail "attach on $1"
}

# serve PROTOCOL NEIGHBORS ROUTER...
serve() {
	local name
	for name in $ROUTERS; do filter "$name" 0; done
	for name in "${@:3}"; do boot "$name" "$1"; done
	within 60 met "${@:2}"
	memory=$(memory_all)
}

end_routers() {
	local name
	for name in $ROUTERS; do ctl "$name" stop > /dev/null 2>&1; done
	for name in $ROUTERS; do wait "${daemons[$name]}" 2> /dev/null; done
}

# ---- what is measured ----

# filter ROUTER PERCENT: it counts the control packets that it sends, and loses so many of those that
# arrive, before its daemon sees them
filter() {
	run "$1" nft -f - <<- END || fail "nft on $1"
		table ip hpimcmp
		delete table ip hpimcmp
		table ip hpimcmp {
			counter sent { packets $(control "$1" 2) bytes $(control "$1" 4) }
			chain out { type filter hook output priority 0; ip protocol 103 counter name sent; }
			chain in { type filter hook input priority 0; ip protocol 103 numgen random mod 100 < $2 drop; }
		}
	END
}

# control ROUTER WORD: packets (2) or bytes (4) that it has sent; 0 before the first filter
control() {
	run "$1" nft list counter ip hpimcmp sent 2> /dev/null |
		awk -v word="$2" '$1 == "packets" { n = $word } END { print n + 0 }'
}

# lose PERCENT: from now on
lose() {
	local name
	for name in $ROUTERS; do filter "$name" "$1"; done
}

# memory_all [ROUTER...]: private memory of the daemons, kB
memory_all() {
	local name
	for name in ${*:-$ROUTERS}; do
		[ -z "${daemons[$name]:-}" ] || cat "/proc/${daemons[$name]}/status" 2> /dev/null
	done | awk '$1 == "RssAnon:" { sum += $2 } END { print sum + 0 }'
}

# useless: data that routers dropped which came from where only they are downstream. On the link of the
# source there are packets in any case, and R2 and R4 see on the LAN what R3 wants.
useless() {
	local name
	for name in $ROUTERS; do
		table "$name" interface,reason,packets counters 2> /dev/null | sed "s/^/$name /"
	done | awk '/^r[234] eth0 (negative|wrong-if) / { n += $4 } END { print n + 0 }'
}

# last_link: copies that R3 has sent to the link of the receiver
last_link() { counter r3 eth1 sent 2> /dev/null; }

# begin: what is counted counts from now on; finish CASE PROTOCOL: a row of the table, of the receiver
# that has just ended, or of none
begin() {
	local name
	was_useless=$(useless) was_packets=0 was_bytes=0
	for name in $ROUTERS; do
		was_packets=$((was_packets + $(control "$name" 2)))
		was_bytes=$((was_bytes + $(control "$name" 4)))
	done
}
finish() {
	local name packets=-$was_packets bytes=-$was_bytes unwanted lost=- dup=- outage=- join=-
	for name in $ROUTERS; do
		packets=$((packets + $(control "$name" 2)))
		bytes=$((bytes + $(control "$name" 4)))
	done
	unwanted=$(($(useless) - was_useless))
	if [ -n "${received:-}" ]; then
		lost=$(field judge lost) dup=$(field judge duplicated) outage=$(field judge outage_ms)
		join=$(field judge join_to_first_ms)
		join=${join%.*} outage=${outage%.*}
		[ -n "$join" ] || lost=all outage=-
		[ -z "$booted_at" ] || [ -z "$join" ] || join=$((join - (booted_at - joined_at)))
	fi
	[ "$has_left" = no ] || unwanted=$((unwanted + $(last_link) - $(field judge received)))
	row "$1" "$2" "$lost" "$dup" "${outage:-0}" "${join:--}" "$unwanted" "$packets" "$bytes" \
		"$(($(memory_all) - memory))"
}

row() { printf '%-14s %-12s %8s %6s %8s %8s %9s %8s %8s %8s\n' "$@"; }

pause() { read -rt "$1" <> <(:) || true; }

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

# tree_stands: a member listens, and asserts and prunes are over
tree_stands() {
	listen member h1 $GROUP
	send src $GROUP -n $((RATE * 6)) -r "$RATE"
}

# measure CASE PROTOCOL SECONDS COMMAND...: a tree stands, then the command happens to it
measure() {
	tree_stands
	listen_here
	stream "$3"
	within 30 hears
	begin
	"${@:4}"
	wait "$sender"
	hush judge
	received=yes finish "$1" "$2"
}

# A stream has been pruned everywhere when the member comes.
join_to() { # CASE PROTOCOL LOSS
	stream 30
	pause 5
	[ "$3" = 0 ] || lose "$3"
	begin
	listen_here
	wait "$sender"
	hush judge
	received=yes finish "$1" "$2"
}
case_join() { join_to join "$1" 0; }
case_join-loss-20() { join_to join-loss-20 "$1" 20; }

# The only member leaves; what goes to its link after that is unwanted.
leave_of() { # CASE PROTOCOL LOSS
	listen_here
	begin
	[ "$3" = 0 ] || lose "$3"
	stream 30
	pause 10
	hush judge
	wait "$sender"
	has_left=yes finish "$1" "$2"
}
case_leave() { leave_of leave "$1" 0; }
case_leave-loss-20() { leave_of leave-loss-20 "$1" 20; }

# R3 is switched on when the others have a tree, and a member waits behind it.
case_late-router() {
	listen_here
	joined_at=$(milliseconds)
	stream 30
	pause 5
	begin
	booted_at=$(milliseconds)
	boot r3 "$1"
	memory=$((memory + $(memory_all r3)))
	wait "$sender"
	hush judge
	received=yes finish late-router "$1"
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
	pause 2
	start_router r1
}

case_restart() { measure restart "$1" 30 restart_r1; }

# R1 loses power: daemon, programs, routes and links are gone, and nothing is left in its files.
power_r1() { # PROTOCOL
	local port
	for port in eth0 eth1 eth2; do run r1 ip link set $port down; done
	kill -KILL "${daemons[r1]}"
	wait "${daemons[r1]}" 2> /dev/null
	rm -rf "/sys/fs/bpf/hpim/$PREFIX-r1" "/run/hpimd/$PREFIX-r1"*
	pause 2
	for port in eth0 eth1 eth2; do run r1 ip link set $port up; done
	boot r1 "$1"
}
case_power-cycle() { measure power-cycle "$1" 40 power_r1 "$1"; }

# No host ever listens, for longer than what is pruned stays so.
case_no-member() {
	stream 240
	pause 15
	begin
	wait "$sender"
	finish no-member "$1"
}

# some_data RATE OPTION...: of the 96 groups
some_data() {
	run src "$BUILD/mcgen" -i eth0 --flood 10.1.1.100/32,239.1.3.0/26 --flood 10.1.1.100/32,239.1.3.64/27 \
		--seed 1 -r "$@" > "$WORK/sent.log" || fail "mcgen: $(cat "$WORK/sent.log")"
}

# 96 groups with a member each; five minutes in which nothing happens but a packet of each now and then
case_trees-100() {
	local n
	for n in {0..95}; do
		spawn "member$n" h1 "$BUILD/mcsink" -i eth0 -g "239.1.3.$n:5000" --events
		sinks[member$n]=$!
	done
	for n in {0..95}; do within 30 said "member$n" joined; done
	some_data 100 -n 1500
	[ "$(table r3 group mroutes | wc -l)" = 96 ] || fail "r3 has no 96 entries: $(ctl r3 show mroutes)"
	begin
	some_data 10 -t 300
	finish trees-100 "$1"
	for n in {0..95}; do hush "member$n"; done
}

# R4 has the higher address, so it won; its link says nothing, its way to R1 is gone as well. As
# unicast routing would, R3 goes by R2 from then on.
cut_winner() {
	run sw ip link set port1 nomaster
	run r1 ip link set eth2 down
	run r3 ip route replace 10.1.1.0/24 via 10.1.3.2 proto zebra metric 30
}

case_winner-dies() { measure winner-dies "$1" 130 cut_winner; }

row case protocol lost dup outage 'join ms' unwanted control bytes 'state kB'
for name in "${wanted[@]}"; do
	protocols='hpim pim-dm'
	[ "$name" != no-member ] || protocols+=' pim-dm-flood' # what State Refresh is for
	for protocol in $protocols; do
		build_network
		case $name in
		late-router) serve "$protocol" 6 r1 r2 r4 ;; # R1-R2, R1-R4, and R2-R4 on the LAN
		*) serve "$protocol" 10 r1 r2 r3 r4 ;;
		esac
		received='' has_left=no booted_at=''
		"case_$name" "$protocol"
		end_routers
		for node in "${nodes[@]}"; do ip netns del "$PREFIX-$node"; done
		nodes=()
	done
done
