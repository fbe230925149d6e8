#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# An output goes down: the others notice nothing, and when it is up again it gets what it got before.
# Copies that an output would get while it is down are counted. A tree names such an output only
# after a restart, when its outputs count as wanted until the stale time ends.
. "$(dirname "$0")/../lib.sh"

COUNT=3000 RATE=500

# tier_is TIER: of both trees
tier_is() { shows r "$1
$1" tier mroutes; }

# back_again: the cable to two, and its hosts, are as before
back_again() {
	until_true 5 ready two eth0 && until_true 5 ready r eth2 || fail 'the cable to two does not come up'
	for group in $GROUP4 $GROUP6; do
		within 15 has_member r eth2 "$group"
		within 5 outputs_are "$group" one two
	done
}

# cable DOWN|UP: of two, without losing its addresses
cable() { run r ip link set eth2 "$1"; }

star one two
run two sysctl -qw net.ipv6.conf.eth0.keep_addr_on_down=1
run r sysctl -qw net.ipv6.conf.eth2.keep_addr_on_down=1
star_serves
for group in $GROUP4 $GROUP6; do
	star_has_tree $group one two
done

# Down and up under traffic.
for mode in native tc kernel; do
	ends 0 eth0 ctl r attach eth0 mode $mode
	within 5 tier_is ${mode/native/xdp}
	for group in $GROUP4 $GROUP6; do
		listen "one-$group" one $group --expect 1-$COUNT
		spawn "sent-$group" src "$BUILD/mcgen" -i eth0 -g $group -n $COUNT -r $RATE
	done
	cable down
	for group in $GROUP4 $GROUP6; do
		within 10 outputs_are $group one
	done
	cable up
	back_again
	for group in $GROUP4 $GROUP6; do
		within 20 said "sent-$group" '"event":"end"'
		all_arrive "one-$group"
		arrives $group 100 'one two' send src $group -n 100 -r 1000
	done
	echo "mode $mode: down and up"
done

# Down while no daemon runs.
ends 0 eth0 ctl r attach eth0 mode "${MODE:-auto}"
for mode in native tc; do
	ends 0 eth0 ctl r attach eth0 mode $mode
	kill -9 "${daemons[r]}"
	wait "${daemons[r]}" 2> /dev/null
	cable down
	start_router r
	within 10 shows r 'down' state interfaces eth2
	for group in $GROUP4 $GROUP6; do
		counts r eth2 link-down 100 arrives $group 100 one send src $group -n 100 -r 1000
	done
	cable up
	back_again
	for group in $GROUP4 $GROUP6; do
		counts r eth2 link-down 0 arrives $group 100 'one two' send src $group -n 100 -r 1000
	done
	echo "mode $mode: down during a restart"
done
