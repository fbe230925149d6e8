#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Copies that XDP has redirected and the driver drops, here since the far end of a cable takes shorter
# frames: counted on that output, also beside those that a threshold stops in the same bulk, also
# after the daemon was killed. What leaves, and what other network namespaces lose, is not.
. "$(dirname "$0")/../lib.sh"
need perl

COUNT=40 THRESHOLD=9 LONG=size=1400

# mixed: in turns a packet that the threshold stops and one that the driver drops
mixed() {
	local i
	for i in 1 2 3 4; do
		odd src plain "$group" $COUNT stream=30 ttl=$THRESHOLD $LONG
		odd src plain "$group" $COUNT stream=30 ttl=$((THRESHOLD + 1)) $LONG
	done
}

star wide narrow
star_serves
run narrow ip link set eth0 mtu 1300 || fail 'no MTU of 1300'
for group in $GROUP4 $GROUP6; do
	star_has_tree $group wide narrow
	shows r xdp tier mroutes $group || fail "$group is not in XDP"
done

for group in $GROUP4 $GROUP6; do
	counts r eth2 driver-drop $COUNT counts r eth1 driver-drop 0 \
		arrives $group $COUNT wide odd src plain $group $COUNT $LONG
	counts r eth2 driver-drop 0 arrives $group $COUNT 'wide narrow' odd src plain $group $COUNT
done
ctl r explain 10.1.1.100 $GROUP4 > "$WORK/explain.log"
said explain 'the driver dropped' || fail "explain: $(cat "$WORK/explain.log")"

ends 0 '' ctl r threshold eth2 $THRESHOLD
for group in $GROUP4 $GROUP6; do
	counts r eth2 driver-drop $((4 * COUNT)) counts r eth2 threshold $((4 * COUNT)) mixed
done
ends 0 '' ctl r threshold eth2 0

# The only output of a tree: without the egress program, after two seconds.
hush stays-wide-$GROUP4
within 10 outputs_are $GROUP4 narrow
counts r eth2 driver-drop $COUNT counts r eth1 driver-drop 0 odd src plain $GROUP4 $COUNT $LONG

# Another daemon, of another network namespace with interfaces of the same numbers, counts its own.
before=$(counter r eth2 driver-drop)
kill -KILL "${daemons[r]}"
within 5 ended "${daemons[r]}"
odd src plain $GROUP4 $COUNT $LONG
start_router r
ends 0 '' ctl r attach eth0,eth1,eth2 mode auto
until_true 10 counted r eth2 driver-drop $((before + COUNT)) ||
	fail "without a daemon: $(counter r eth2 driver-drop) instead of $((before + COUNT))"
