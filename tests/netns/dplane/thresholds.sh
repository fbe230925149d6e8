#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A TTL threshold of an output: only packets that arrive with a greater TTL or hop limit leave there,
# whichever tier carries them; copies that are not made are counted. The other output gets all.
. "$(dirname "$0")/../lib.sh"
need perl

COUNT=40 THRESHOLD=9

# tier_is TIER: of both trees
tier_is() { shows r "$1
$1" tier mroutes; }

# both_sides: a stream that the threshold stops, with the last TTL that it stops, then one that it
# lets pass, with the first
both_sides() {
	odd src plain "$group" $COUNT stream=30 ttl=$THRESHOLD
	odd src plain "$group" $COUNT stream=30 ttl=$((THRESHOLD + 1)) start=$((COUNT + 1))
}

# one_gets FIRST: of these, the host behind the threshold gets those from FIRST on
one_gets() {
	hears open "$group" 1 $((2 * COUNT))
	hears behind "$group" "$1" $((2 * COUNT))
	both_sides
	heard open
	heard behind
}

star open behind
star_serves
for group in $GROUP4 $GROUP6; do
	star_has_tree $group open behind
done

for mode in native generic tc kernel; do
	ends 0 eth0 ctl r attach eth0 mode $mode
	tier=${mode/native/xdp}
	tier=${tier/generic/xdp}
	ends 0 '' ctl r threshold eth2 $THRESHOLD
	within 5 tier_is $tier
	for group in $GROUP4 $GROUP6; do
		case $mode:$group in
		kernel:*:*) continue ;; # its cache has no thresholds for IPv6
		kernel:*) one_gets $((COUNT + 1)) ;;
		*) counts r eth2 threshold $COUNT counts r eth1 threshold 0 one_gets $((COUNT + 1)) ;;
		esac
	done
	ends 0 '' ctl r threshold eth2 0
	for group in $GROUP4 $GROUP6; do
		counts r eth2 threshold 0 one_gets 1
	done
	echo "mode $mode: stopped, and let pass"
done
