#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# bench_follow.sh: a packet's way through a router of SMCRoute, by the kernel and with hpimd following, in turns:
# latency at a low rate, and how soon a change of the kernel's table counts.
# The router is between two cables; hpimd follows or not. A router of its own shows how late XDP is (bench_lag.c). As root; in namespaces of its own.
# docs/BENCHMARKS.md, "Following another daemon".
#
#	src - r - dst, and - other
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/netns/peers.sh
. tests/netns/peers.sh
need perl tcpdump
need_peer smcroute
NETNS=tests/netns
REPETITIONS=${REPETITIONS:-5} CHANGES=${CHANGES:-40}

star dst other
start_smcroute r "mroute from eth0 source 10.1.1.100 group $GROUP4 to eth1"
start_router r --follow

# followed, kernel: who forwards from now on
followed() {
	ends 0 '' ctl r follow eth0,eth1,eth2
	within 10 follows r $GROUP4 eth1
}
kernel() {
	ends 0 '' ctl r unfollow eth0,eth1,eth2
	within 10 forgets r $GROUP4
}

# times LOG: of packets, in the order in which they passed
times() { sed -n 's/^\([0-9.]*\) IP .*/\1/p' "$WORK/$1.log"; }

# percentiles: of numbers, the median and the 99th
percentiles() { sort -n | awk '{ n[NR] = $1 } END { printf "%.1f %.1f\n", n[int((NR + 1) / 2)], n[int(NR * 0.99 + 0.5)] }'; }

# tap NODE in|out: the kernel's time of each packet as it leaves src and as it reaches a host
tap() {
	spawn "tap-$1" "$1" tcpdump -tt --nano -n -l --immediate-mode -i eth0 -Q "$2" "udp and dst $GROUP4"
	taps+=($!)
	until_true 10 said "tap-$1" 'listening on' || fail "tcpdump: $(cat "$WORK/tap-$1.log")"
}
untap() {
	kill "${taps[@]}"
	wait "${taps[@]}" 2> /dev/null
	taps=()
}
taps=()

# latencies: of 1000 packets at 500 a second, in us
latencies() {
	tap src out
	tap dst in
	send src $GROUP4 -n 1000 -r 500
	until_true 10 has_times tap-dst 1000
	untap
	paste <(times tap-src) <(times tap-dst) | awk 'NF == 2 { printf "%.1f\n", ($2 - $1) * 1e6 }'
}
has_times() { [ "$(times "$1" | wc -l)" -ge "$2" ]; }

# changes followed|kernel: ms from the start of smcroutectl that adds an output, to the first packet there of a stream of 5000/s
changes() {
	local i at sender
	spawn stream src "$BUILD/mcgen" -i eth0 -g $GROUP4 -r 5000
	sender=$!
	for ((i = 0; i < CHANGES; i++)); do
		tap other in
		at=$EPOCHREALTIME
		smc r add eth0 10.1.1.100 $GROUP4 eth1 eth2
		within 5 has_times tap-other 1
		untap
		times tap-other | awk -v at="${at/,/.}" 'NR == 1 { printf "%.2f\n", ($1 - at) * 1000 }'
		smc r remove eth0 10.1.1.100 $GROUP4 eth2
		[ "$1" = kernel ] || within 5 follows r $GROUP4 eth1
	done
	kill $sender
	wait $sender 2> /dev/null
}

send src $GROUP4 -n 10 -r 100
for ((i = 0; i < REPETITIONS; i++)); do
	for way in followed kernel; do
		$way
		send src $GROUP4 -n 100 -r 500
		latencies >> "$WORK/latency-$way"
	done
done
for way in followed kernel; do
	$way
	changes $way > "$WORK/change-$way"
done
printf '%-9s %24s %46s\n' way 'latency us: median p99' 'ms from smcroutectl to the output: median p99'
router lag
wire src eth1 10.2.1.100/24 lag eth0 10.2.1.1/24
wire dst eth1 10.2.2.100/24 lag eth1 10.2.2.1/24
wire other eth1 10.2.3.100/24 lag eth2 10.2.3.1/24
start_router lag --follow
ends 0 '' ctl lag follow eth0,eth1,eth2
echo 'from a change of the table to XDP:'
run lag "$BUILD/tools/bench/bench_lag" "$PREFIX-lag" eth0 eth1 eth2 "${LAGS:-1000}"
for way in followed kernel; do
	printf '%-9s %24s %46s\n' $way "$(percentiles < "$WORK/latency-$way")" "$(percentiles < "$WORK/change-$way")"
done
