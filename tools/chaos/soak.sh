#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# soak.sh: four real daemons in network namespaces (as root) carry FLOWS flows for SOAK_SECONDS, while
# members come and go and the route to the source moves from one way to the other; before it, 24 simulated hours.
#
#	                    .-- r2 --.
#	    src -- r1 ------          r4 -- dst
#	                    '-- r3 --'
#
# A row a minute says what each daemon has in memory, its open files, the part of a processor it takes (of the
# minute, in percent), trees, and packets forwarded. Right is, in the end:
#
# - numbered flows, one of each family among the others, have arrived once each but for what a moved route costs
# - memory and open files of each daemon are those of the first quarter
# - no counter has gone back, and both ends of each cable count the same packets, whichever tier forwarded them
#
#	SOAK_SECONDS	3600
#	FLOWS		10000: four of five IPv4
#	RATE		1000 packets a second of all flows
#	SEED		of the simulated hours; 1
set -u
cd "$(dirname "$0")/../.." || exit 1
PREFIX="hpimsoak-$$"
# shellcheck source=tests/netns/lib.sh
. tests/netns/lib.sh
need perl

SOAK_SECONDS=${SOAK_SECONDS:-3600}
FLOWS=${FLOWS:-10000}
RATE=${RATE:-1000}
SEED=${SEED:-1}
HOURS=${HOURS:-24}
TURN_S=20    # between two changes: of the route, or of the members of a block of groups
REPORT_S=600 # a membership that no host reports again lasts so long
LOSS_MS=5000 # what a moved route may cost a flow
ROUTERS='r1 r2 r3 r4'
violations=0
violation() {
	echo "VIOLATION: $*"
	violations=$((violations + 1))
}

simulated_hours() {
	perl tools/chaos/day.pl "$SEED" "$HOURS" > "$WORK/day.yaml"
	echo "$HOURS simulated hours, seed $SEED:"
	"$BUILD/hpimsim" scenario "$WORK/day.yaml" || violation "the simulated hours: day.pl $SEED $HOURS"
}

# go_by r2|r3: the route of r4 to the source
via4() { case $1 in r2) echo 10.1.4.2 ;; r3) echo 10.1.5.3 ;; esac; }
via6() { case $1 in r2) echo 2001:db8:4::2 ;; r3) echo 2001:db8:5::3 ;; esac; }
go_by() {
	run r4 ip route replace 10.1.1.0/24 via "$(via4 "$1")" proto zebra metric 30 &&
		run r4 ip -6 route replace 2001:db8:1::/64 via "$(via6 "$1")" proto zebra metric 30 || fail "no route by $1"
}

build() {
	local name
	mount_bpf
	node src dst
	# shellcheck disable=SC2086
	router $ROUTERS
	wire src eth0 10.1.1.100/24,2001:db8:1::100/64 r1 eth0 10.1.1.1/24,2001:db8:1::1/64
	wire r1 eth1 10.1.2.1/24,2001:db8:2::1/64 r2 eth0 10.1.2.2/24,2001:db8:2::2/64
	wire r1 eth2 10.1.3.1/24,2001:db8:3::1/64 r3 eth0 10.1.3.3/24,2001:db8:3::3/64
	wire r2 eth1 10.1.4.2/24,2001:db8:4::2/64 r4 eth0 10.1.4.4/24,2001:db8:4::4/64
	wire r3 eth1 10.1.5.3/24,2001:db8:5::3/64 r4 eth1 10.1.5.4/24,2001:db8:5::4/64
	wire r4 eth2 10.1.6.4/24,2001:db8:6::4/64 dst eth0 10.1.6.100/24,2001:db8:6::100/64
	run r2 ip route add 10.1.1.0/24 via 10.1.2.1 proto zebra metric 20
	run r2 ip -6 route add 2001:db8:1::/64 via 2001:db8:2::1 proto zebra metric 20
	run r3 ip route add 10.1.1.0/24 via 10.1.3.1 proto zebra metric 20
	run r3 ip -6 route add 2001:db8:1::/64 via 2001:db8:3::1 proto zebra metric 20
	go_by r2
}

serve() {
	local name
	for name in $ROUTERS; do
		start_router $name
		ends 0 '' ctl $name set igmp-groups 20000
		ends 0 '' ctl $name set mld-groups 20000
		ends 0 '' ctl $name set igmp-query-interval $((REPORT_S / 2))
		ends 0 '' ctl $name set mld-query-interval $((REPORT_S / 2))
		ends 0 '' ctl $name attach 'eth*'
	done
	within 30 synced r1 4
	within 30 synced r4 4
}

# Groups come in blocks, of each of which one message reports all.
BLOCK=50
BLOCKS4=$((FLOWS * 4 / 5 / BLOCK)) BLOCKS6=$((FLOWS / 5 / BLOCK))
group4() { echo "239.64.$(($1 * BLOCK / 256)).$(($1 * BLOCK % 256))"; }
group6() { printf 'ff3e::40:%x\n' $(($1 * BLOCK)); }

# members reports|leaves BLOCK: of so many groups; blocks of IPv6 come after those of IPv4
members() {
	if [ "$2" -lt $BLOCKS4 ]; then
		run dst perl "$NETNS/membership.pl" eth0 10.1.6.100 224.0.0.22 "$1" $BLOCK "$(group4 "$2")"
	else
		run dst perl "$NETNS/membership.pl" eth0 fe80::100 ff02::16 "$1" $BLOCK "$(group6 $(($2 - BLOCKS4)))"
	fi || fail "no report of block $2"
}

# Hosts that are not there do not answer queries: each block is reported again while its membership lasts.
report_all() {
	local block
	for ((block = 0; block < BLOCKS4 + BLOCKS6; block++)); do members reports $block; done
}

status_of() { table "$1" "$2" status; }
processor_ms() { awk -v hz="$(getconf CLK_TCK)" '{ print int(($14 + $15) * 1000 / hz) }' "/proc/${daemons[$1]}/stat"; }
files_of() { find "/proc/${daemons[$1]}/fd" -mindepth 1 | wc -l; }

# bits COUNT: of a prefix with at least so many addresses
bits() {
	local n=0
	while [ $((1 << n)) -lt "$1" ]; do n=$((n + 1)); done
	echo $n
}

start_flows() {
	local group
	spawn flood src "$BUILD/mcgen" -i eth0 --flood "10.1.1.100/32,239.64.0.0/$((32 - $(bits $((BLOCKS4 * BLOCK)))))" \
		--flood "2001:db8:1::100/128,ff3e::40:0/$((128 - $(bits $((BLOCKS6 * BLOCK)))))" -r "$RATE" --seed "$SEED"
	flood=$!
	for group in $GROUP4 $GROUP6; do
		listen "exact-$group" dst $group
		within 30 has_member r4 eth2 $group
		spawn "send-$group" src "$BUILD/mcgen" -i eth0 -g $group -r 50
		senders[$group]=$!
	done
}
declare -A senders

# ---- what is judged ----

# counts ROUTER: each counter as IFACE REASON PACKETS
all_counts() { table "$1" interface,reason,packets counters; }

# never_back ROUTER: whether no counter is lower than at the last look
never_back() {
	local file=$WORK/counts-$1
	all_counts "$1" > "$file.new"
	[ ! -e "$file" ] || awk -v router="$1" 'FNR == NR { was[$1 " " $2] = $3; next }
		$3 < was[$1 " " $2] { print router " " $1 " " $2 ": " was[$1 " " $2] ", then " $3; bad = 1 }
		END { exit bad }' "$file" "$file.new" || violation 'a counter has gone back'
	mv "$file.new" "$file"
}

declare -A last_cpu quarter_kb quarter_files
minute() { # ELAPSED SECONDS
	local name cpu kb files
	for name in $ROUTERS; do
		ended "${daemons[$name]}" && fail "$name is dead"
		never_back "$name"
		cpu=$(processor_ms "$name") kb=$(memory_kb "$name") files=$(files_of "$name")
		printf '%6s s %-3s %7s kB %4s files %5s.%s %% CPU %6s trees %10s by XDP %8s by TC %8s by the kernel\n' "$1" "$name" \
			"$kb" "$files" $(((cpu - ${last_cpu[$name]:-$cpu}) / $2 / 10)) $(((cpu - ${last_cpu[$name]:-$cpu}) / $2 % 10)) \
			"$(status_of "$name" trees)" "$(status_of "$name" packets_xdp)" "$(status_of "$name" packets_tc)" \
			"$(status_of "$name" packets_kernel)"
		last_cpu[$name]=$cpu
		[ "$1" -gt $((SOAK_SECONDS / 4)) ] || quarter_kb[$name]=$kb quarter_files[$name]=$files
	done
}

# judge_cable ROUTER IFACE ROUTER IFACE: what one end of a cable has sent by XDP and TC has been counted by the
# other; it counts no more than that and what the kernel's cache of the first router forwarded
judge_cable() {
	local sent came kernel
	sent=$(counter "$1" "$2" sent) kernel=$(status_of "$1" packets_kernel)
	came=$(all_counts "$3" | awk -v iface="$4" -v reasons=" $DATA_REASONS " '
		$1 == iface && index(reasons, " " $2 " ") { n += $3 } END { print n + 0 }')
	echo "$1 $2 has sent $sent, $3 $4 counts $came; the kernel of $1 forwarded $kernel"
	[ "$sent" -le "$came" ] && [ "$came" -le $((sent + kernel)) ] || violation "the counters of $1 $2 and $3 $4 drift"
}
# One of them for each packet of data that comes in (docs/ABI.md, "Verdicts").
DATA_REASONS='forwarded negative wrong-if miss flood kernel ttl bad-source lease no-set no-room too-big'
judge_counts() {
	judge_cable r1 eth1 r2 eth0
	judge_cable r1 eth2 r3 eth0
	judge_cable r2 eth1 r4 eth0
	judge_cable r3 eth1 r4 eth1
}

# has_number GROUP: whether its receiver has got the last number that was sent
has_number() {
	kill -USR1 "${sinks[exact-$1]}"
	[ "$(field "exact-$1" last)" = "$(field "send-$1" last)" ]
}
judge_streams() {
	local group name lost
	for group in $GROUP4 $GROUP6; do
		name=exact-$group
		kill -TERM "${senders[$group]}"
		wait "${senders[$group]}"
		until_true 10 has_number "$group" || true # hush tells what is missing
		hush "$name" || violation "$name ends badly"
		lost=$(field "$name" lost)
		echo "$group: $(field "$name" received) received, $lost lost, $(field "$name" duplicated) twice, over $turns moved routes"
		[ $((lost * 1000)) -le $((turns * LOSS_MS * 50)) ] && [ "$(field "$name" received)" -gt $((SOAK_SECONDS * 40)) ] ||
			violation "$group has lost too much"
	done
}

judge_sizes() {
	local name kb
	for name in $ROUTERS; do
		kb=$(memory_kb $name)
		[ $kb -le $((quarter_kb[$name] + quarter_kb[$name] / 10)) ] ||
			violation "$name has $kb kB, after a quarter of the time ${quarter_kb[$name]}"
		[ "$(files_of $name)" -le "${quarter_files[$name]}" ] ||
			violation "$name has $(files_of $name) open files, after a quarter of the time ${quarter_files[$name]}"
	done
}

# turn: the route of r4 moves, and the members of a block leave; those that left at the turn before are back
turns=0 left=''
turn() {
	turns=$((turns + 1))
	if [ $((turns % 2)) = 1 ]; then go_by r3; else go_by r2; fi
	[ -z "$left" ] || members reports "$left"
	left=$((turns * 37 % (BLOCKS4 + BLOCKS6)))
	members leaves $left
}

pace() { read -rt $TURN_S <> <(:) || true; } # of what is done, nothing is judged by it

simulated_hours
build
serve
start_flows
report_all
until_true 120 eval '[ "$(status_of r4 trees)" -ge "$FLOWS" ]' || fail "only $(status_of r4 trees) trees of $FLOWS on r4"
SECONDS=0 looked=0 reported=0
minute 0 1
while [ $SECONDS -lt "$SOAK_SECONDS" ]; do
	turn
	if [ $((SECONDS - reported)) -ge $((REPORT_S / 2)) ]; then
		reported=$SECONDS
		report_all
	fi
	if [ $((SECONDS - looked)) -ge 60 ]; then
		minute $SECONDS $((SECONDS - looked))
		looked=$SECONDS
	fi
	pace
done
kill -TERM $flood
wait $flood || violation "the sender of $FLOWS flows: $(cat "$WORK/flood.log")"
echo "$(field flood sent) packets of $FLOWS flows were sent"
judge_streams
judge_counts
judge_sizes
minute $SECONDS $((SECONDS - looked + 1))
for name in $ROUTERS; do
	ends 0 '' ctl "$name" stop
	wait "${daemons[$name]}" || violation "$name ends with exit code $?"
done
[ $violations -eq 0 ] || { echo "WRONG: $violations violations"; exit 1; }
echo "right: $SOAK_SECONDS s with $FLOWS flows, $turns moved routes; $HOURS simulated hours"
