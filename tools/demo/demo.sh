#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# demo.sh: four routers, two hosts and a source in network namespaces; real multicast, IPv4 and
# IPv6, forwarded in XDP along trees that HPIM-DM built.
#
#                          .-- 10.1.2 -- R2 --.
#     source -- 10.1.1 -- R1                  LAN 10.1.3 -- R3 -- 10.1.5 -- host1
#                          '-- 10.1.4 -- R4 --'              '--- 10.1.6 -- host2
#
# R2 and R4 reach the source at equal cost, so an assert decides which of them serves the LAN.
# Exit status 0 only if every receiver got exactly what it should.
set -u
[ "$(id -u)" -eq 0 ] || { echo 'the demo makes network namespaces: run it as root'; exit 1; }
cd "$(dirname "$0")/../.." || exit 1
PREFIX="hpimdemo-$$"
. tests/netns/lib.sh

GROUP4=239.1.2.3:5000 GROUP6='[ff3e::1:2:3]:5000'
RATE=${RATE:-1000}	# packets a second, each family
COUNT=${COUNT:-5000}	# packets of the numbered stream, each family
MODE=${MODE:-auto} # kernels before 6.3 cannot tell what a veth takes: native
ROUTERS='r1 r2 r3 r4'
declare -A result

say() { printf '\n\033[1m== %s\033[0m\n' "$*"; }
ctl() { local router=$1; shift; "$BUILD/hpimctl" -i "$PREFIX-$router" "$@"; }

# field FILE NAME: a number in the last line of JSON that a child wrote
field() { tail -n 1 "$WORK/$1.log" | sed -n "s/.*\"$2\":\([0-9.]*\).*/\1/p"; }

build_network() {
	node src h1 h2
	router $ROUTERS
	wire src eth0 10.1.1.100/24,2001:db8:1::100/64 r1 eth0 10.1.1.1/24,2001:db8:1::1/64
	wire r1 eth1 10.1.2.1/24,2001:db8:2::1/64 r2 eth0 10.1.2.2/24,2001:db8:2::2/64
	wire r1 eth2 10.1.4.1/24,2001:db8:4::1/64 r4 eth0 10.1.4.4/24,2001:db8:4::4/64
	lan sw r2 eth1 10.1.3.2/24,2001:db8:3::2/64 r4 eth1 10.1.3.4/24,2001:db8:3::4/64 \
		r3 eth0 10.1.3.3/24,2001:db8:3::3/64
	wire r3 eth1 10.1.5.1/24,2001:db8:5::1/64 h1 eth0 10.1.5.100/24,2001:db8:5::100/64
	wire r3 eth2 10.1.6.1/24,2001:db8:6::1/64 h2 eth0 10.1.6.100/24,2001:db8:6::100/64
	# What OSPF would install (proto zebra), and R4's way around through the LAN.
	route r2 10.1.2.1 2001:db8:2::1 20
	route r4 10.1.4.1 2001:db8:4::1 20
	route r4 10.1.3.2 2001:db8:3::2 40
	route r3 10.1.3.2 2001:db8:3::2 30
}

# route ROUTER GATEWAY4 GATEWAY6 COST: to the subnet of the source
route() {
	run "$1" ip route add 10.1.1.0/24 via "$2" proto zebra metric "$4" &&
		run "$1" ip -6 route add 2001:db8:1::/64 via "$3" proto zebra metric "$4" ||
		fail "no route on $1"
}

start_router() {
	spawn "$1" "$1" "$BUILD/hpimd" -i "$PREFIX-$1" --foreground
	daemons[$1]=$!
	until_true 10 ctl "$1" status || fail "hpimd of $1 does not answer"
}

attach_all() {
	local interfaces
	for router in $ROUTERS; do
		interfaces=$(run "$router" ls /proc/sys/net/ipv4/conf | grep '^eth' | paste -sd,)
		ctl "$router" attach "$interfaces" mode "$MODE" || fail "attach on $router"
	done
}

# count ROUTER WORDS...: lines that hpimctl shows
count() { local router=$1; shift; ctl "$router" -H "$@" | wc -l; }

neighbors_are_synced() {
	local router want
	for router in $ROUTERS; do
		case $router in r1 | r3) want=4 ;; *) want=6 ;; esac
		[ "$(ctl "$router" -H -o state show neighbors | grep -c synced)" -eq $want ] || return 1
	done
}

# listen NAME HOST [OPTION...]: receivers of both families
listen() {
	local name=$1 host=$2
	shift 2
	spawn "$name-4" "$host" "$BUILD/mcsink" -i eth0 -g "$GROUP4" --events --report "$@"
	sinks[$name-4]=$!
	spawn "$name-6" "$host" "$BUILD/mcsink" -i eth0 -g "$GROUP6" --events --report "$@"
	sinks[$name-6]=$!
}

# hears NAME: both families arrive
hears() { said "$1-4" '"event":"first"' && said "$1-6" '"event":"first"'; }

# hush NAME: end the receivers; their last line is the verdict
hush() {
	local family
	for family in 4 6; do
		kill -TERM "${sinks[$1-$family]}"
		wait "${sinks[$1-$family]}"
	done
}

# stream NAME OPTION...: senders of both families
stream() {
	local name=$1
	shift
	spawn "$name-4" src "$BUILD/mcgen" -i eth0 -g "$GROUP4" -r $RATE "$@"
	senders[$name-4]=$!
	spawn "$name-6" src "$BUILD/mcgen" -i eth0 -g "$GROUP6" -r $RATE "$@"
	senders[$name-6]=$!
}

# finish NAME: wait until both senders have sent all
finish() { wait "${senders[$1-4]}" "${senders[$1-6]}"; }

# has_groups IFACE: R3 knows of members of both groups there
has_groups() { [ "$(ctl r3 -H -o group show groups "$1" | grep -cE '^(239.1.2.3|ff3e::1:2:3)')" -eq 2 ]; }

hold_ended() {
	local router
	for router in $ROUTERS; do
		ctl "$router" -H show trees -d -o assert,forwarding | grep -qE 'loser +(true|yes)' &&
			return 1
	done
	return 0
}

lan_winner() {
	for router in r2 r4; do
		ctl $router -H -o interface,assert,forwarding show trees -d |
			awk -v r=$router '$1 == "eth1" && $2 == "winner" && $3 ~ /true|yes/ { print r }'
	done | sort | uniq -c | awk '$1 == 2 { print $2 }'
}

# time_of SINK join|report: from there to the first packet. A host waits by itself for some
# milliseconds before it reports a join, so the time from the report is that of the routers. "-": it
# was not seen, as when another receiver of the host had reported the group.
time_of() {
	local ms
	ms=$(field "$1" "$2_to_first_ms")
	echo "${ms:--}${ms:+ ms}"
}

packets_of() { # COLUMN: sum over the trees of all routers
	local router
	for router in $ROUTERS; do ctl "$router" -H -o "$1" status; done |
		awk '{ sum += $NF } END { print sum + 0 }'
}

# row NAME FAMILY: one line of the final table; fails unless nothing was lost or came twice
row() {
	local sent=$3 log="$1-$2"
	printf '%-28s IPv%s %8s %9s %6s %11s %10s\n' "$1" "$2" "$sent" "$(field "$log" received)" \
		"$(field "$log" lost)" "$(field "$log" duplicated)" "$(field "$log" join_to_first_ms)"
}

# exact NAME: both families got each number of the stream exactly once
exact() {
	local family
	for family in 4 6; do
		[ "$(field "$1-$family" received)" = "$2" ] && [ "$(field "$1-$family" lost)" = 0 ] &&
			[ "$(field "$1-$family" duplicated)" = 0 ] || wrong+=("$1, IPv$family")
	done
}

# unbroken NAME: between its first and its last packet nothing is missing or double
unbroken() {
	local family
	for family in 4 6; do
		[ "$(field "$1-$family" received)" -gt 0 ] && [ "$(field "$1-$family" lost)" = 0 ] &&
			[ "$(field "$1-$family" duplicated)" = 0 ] || wrong+=("$1, IPv$family")
	done
}

declare -A daemons sinks senders
wrong=()
mount_bpf

say 'Four routers start and find each other'
build_network
for router in $ROUTERS; do start_router "$router"; done
attach_all
until_true 30 neighbors_are_synced || fail 'the neighbors do not synchronize'
ctl r3 show neighbors
ctl r3 show interfaces

say 'host1 joins by IGMP and MLD; the source sends; HPIM-DM builds the trees'
listen host1-first h1
until_true 10 has_groups eth1 || fail 'R3 hears no report of host1'
stream warm-up
until_true 10 hears host1-first || fail 'host1 hears nothing'
until_true 10 hold_ended || fail 'an assert loser goes on forwarding'
for router in $ROUTERS; do
	echo "$router:"
	ctl "$router" show trees
done
winner=$(lan_winner)
echo "assert on the LAN between R2 and R4: won by ${winner:-nobody, or by each in one family}"

say 'host2 joins, leaves and joins again, while host1 goes on'
listen host2-joins h2
until_true 10 hears host2-joins || fail 'host2 hears nothing'
ctl r3 show groups
hush host2-joins
gone() { ! has_groups eth2; }
until_true 10 gone || fail 'R3 does not notice that host2 left'
listen host2-again h2
until_true 10 hears host2-again || fail 'host2 hears nothing after it joined again'
kill -TERM "${senders[warm-up-4]}" "${senders[warm-up-6]}"
finish warm-up

say "A numbered stream of $COUNT packets to both hosts over the standing trees"
xdp_before=$(packets_of packets_xdp) kernel_before=$(packets_of packets_kernel)
listen numbered-1 h1
listen numbered-2 h2
until_true 10 has_groups eth1 && until_true 10 has_groups eth2 || fail 'R3 hears no reports'
stream numbered -n $COUNT
finish numbered
hush numbered-1
hush numbered-2
xdp=$(($(packets_of packets_xdp) - xdp_before))
kernel=$(($(packets_of packets_kernel) - kernel_before))
ctl r3 show mroutes

say "The link from R1 to R4 breaks under the stream"
listen broken h1
stream break
until_true 10 hears broken || fail 'host1 hears nothing before the break'
run r1 ip link set eth2 down
recovered() { ctl r2 -H -o state,outputs show trees | grep -c 'active.*eth1' | grep -qx 2; }
until_true 30 recovered || fail 'R2 does not take over the LAN'
until_true 10 hold_ended || fail 'an assert loser goes on forwarding'
ctl r2 show trees
kill -TERM "${senders[break-4]}" "${senders[break-6]}"
finish break
hush broken

say 'Once more the numbered stream, along the other path'
listen after-1 h1
listen after-2 h2
until_true 10 has_groups eth1 && until_true 10 has_groups eth2 || fail 'R3 hears no reports'
stream after -n $COUNT
finish after
hush after-1
hush after-2
hush host1-first
hush host2-again

say 'Why packets were not forwarded'
for router in $ROUTERS; do echo "$router:"; ctl "$router" show counters; done

say 'Result'
printf '%-28s %4s %8s %9s %6s %11s %10s\n' receiver '' sent received lost duplicated 'first ms'
for family in 4 6; do
	row host2-joins $family -
	row host2-again $family -
	row numbered-1 $family $COUNT
	row numbered-2 $family $COUNT
	row broken $family "$(field break-$family sent)"
	row after-1 $family $COUNT
	row after-2 $family $COUNT
done
for name in numbered-1 numbered-2 after-1 after-2; do exact $name $COUNT; done
unbroken host2-joins
unbroken host2-again
echo
echo 'first packet of host2, for which R3 adds a branch to the trees:'
for name in host2-joins host2-again; do
	echo "  $name: $(time_of $name-4 report) IPv4, $(time_of $name-6 report) IPv6 after the report" \
		"on the wire; $(time_of $name-4 join) IPv4, $(time_of $name-6 join) IPv6 after join()"
done
echo "recovery after the broken link: $(field broken-4 outage_ms) ms IPv4" \
	"($(field broken-4 outage_lost) lost), $(field broken-6 outage_ms) ms IPv6" \
	"($(field broken-6 outage_lost) lost)"
echo "packets of the numbered stream forwarded: $xdp in XDP, $kernel by the kernel" \
	"($(awk -v x="$xdp" -v k="$kernel" 'BEGIN { printf "%.2f", x ? 100 * x / (x + k) : 0 }') % in XDP)"
for family in 4 6; do
	[ "$(field broken-$family longest_gap_after)" ] || wrong+=("broken, IPv$family: no recovery")
done
awk -v x="$xdp" -v k="$kernel" 'BEGIN { exit !(x > 99 * k) }' || wrong+=('less than 99 % in XDP')
[ ${#wrong[@]} -eq 0 ] || fail "${#wrong[@]} wrong: ${wrong[*]}"
echo
echo 'Every receiver got exactly what it should.'
