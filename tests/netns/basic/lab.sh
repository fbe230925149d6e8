#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The laboratory itself: over a plain cable, without a router, every packet of mcgen arrives at
# mcsink once, and a loss is told. Otherwise the other scripts prove nothing.
. "$(dirname "$0")/../lib.sh"

node src dst
wire src eth0 10.77.1.1/24,fd77:1::1/64 dst eth1 10.77.1.2/24,fd77:1::2/64

for group in 239.77.0.1 ff3e::77; do
	spawn sink dst "$BUILD/mcsink" -i eth1 -g "$group" -n 50 -t 20 --events --expect 1-50
	sink=$!
	until_true 5 said sink join || fail "mcsink did not join $group"
	run src "$BUILD/mcgen" -i eth0 -g "$group" -n 50 -r 1000 || fail "mcgen to $group"
	wait "$sink" || fail "packets to $group were lost or doubled on a cable"

	spawn sink dst "$BUILD/mcsink" -i eth1 -g "$group" -n 50 -t 2 --events --expect 1-51
	sink=$!
	until_true 5 said sink join || fail "mcsink did not join $group"
	run src "$BUILD/mcgen" -i eth0 -g "$group" -n 50 -r 1000 || fail "mcgen to $group"
	! wait "$sink" || fail "mcsink does not tell that packet 51 is missing"
done

# Floods of two pairs take turns, however slow they are.
came() { [ "$(grep -c '^len=' "$WORK/pair-$1.log")" = "$2" ]; }
for group in 239.77.1.1 ff3e::77:1; do
	spawn "pair-$group" dst perl "$NETNS/packets.pl" judge eth1 $group
	until_true 5 said "pair-$group" judging || fail 'no packet socket'
done
run src "$BUILD/mcgen" -i eth0 --flood 10.77.1.1/32,239.77.1.1/32 --flood fd77:1::1/128,ff3e::77:1/128 \
	-n 8 -r 100 > "$WORK/flood.log" || fail "mcgen: $(cat "$WORK/flood.log")"
for group in 239.77.1.1 ff3e::77:1; do
	until_true 10 came "$group" 4 || fail "not 4 packets of the flood to $group: $(cat "$WORK/pair-$group.log")"
done
