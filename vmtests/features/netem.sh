#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A slow link between the routers, then one that loses a fifth of all. HPIM-DM synchronizes and
# builds trees over both. Over the slow one the stream is exact; over the other one nothing is
# missing but what was lost there, and what was built over it delivers exactly once it is repaired.
# The loss is in the switch between them: what XDP redirects passes no queue of the router.
. "$(dirname "$0")/../lib.sh"
need tc

TIER=xdp
WHY=-
DELAY=100 # milliseconds, one way

# netem WORDS...: of both directions; without words a good link
netem() {
	local port
	for port in port0 port1; do
		run sw tc qdisc del dev $port root 2> /dev/null
		[ $# -eq 0 ] || run sw tc qdisc add dev $port root netem limit 10000 "$@" ||
			fail "no netem on $port"
	done
}

# dropped: packets that netem lost on the way to R2
dropped() { run sw tc -s qdisc show dev port1 | sed -nE 's/.*dropped ([0-9]+),.*/\1/p'; }

# lossy GROUP: what does not arrive was lost by netem, and nothing arrives twice
lossy() {
	local before missing
	before=$(dropped)
	listen lossy dst "$(to "$1" 5013)"
	listen last dst "$(to "$1" 5012)" -n 1
	send src "$(to "$1" 5013)" -n $COUNT -r $RATE
	last_arrives() {
		send src "$(to "$1" 5012)" -n 1
		ended "${sinks[last]}"
	}
	within $LONG last_arrives "$1"
	hush lossy
	missing=$((COUNT - $(field lossy received)))
	[ "$(field lossy duplicated)" = 0 ] && [ $missing -lt $COUNT ] ||
		fail "over the lossy link: $(tail -n 1 "$WORK/lossy.log")"
	[ $missing -gt 0 ] && [ $(($(dropped) - before)) -ge $missing ] ||
		fail "$missing packets to $1 are missing, netem lost $(($(dropped) - before))"
}

ends_of_chain
lan sw r1 eth1 10.1.2.1/24,2001:db8:2::1/64 r2 eth0 10.1.2.2/24,2001:db8:2::2/64
route r2 10.1.2.1 2001:db8:2::1
expect r1 $TIER eth1 $WHY
expect r2 $TIER eth1 $WHY

netem delay ${DELAY}ms
chain_through eth1 eth0
delivers dst
awk -v is="$(field exact-dst-$GROUP6 delay_mean_ms)" -v min=$DELAY 'BEGIN { exit !(is >= min) }' ||
	fail "netem delays by $(field exact-dst-$GROUP6 delay_mean_ms) ms instead of $DELAY"

# All over again for R2, and other trees.
ends 0 '' ctl r2 detach eth0
within $LONG shows r1 '' address neighbors
netem loss 20%
attach r2 eth0
are_synced r1 r2
GROUPS_ALL='239.1.2.4 ff3e::1:2:4'
for group in $GROUPS_ALL; do
	grow $group dst
	lossy $group
done
netem
for group in $GROUPS_ALL; do numbered $group dst; done
verdict r1 "delay of $DELAY ms, loss of 20 %"
