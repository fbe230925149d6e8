#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Both routers are in a VRF: their instances use its tables. R1 has a second VRF with the same
# addresses, groups and an instance of its own: the streams do not mix. Then once more with the
# kernel's cache alone.
. "$(dirname "$0")/../lib.sh"

TIER=xdp
WHY=-

# as_instance NAME ROUTER TABLE: hpimd for a VRF; NAME is what `ctl` takes
as_instance() {
	spawn "$1" "$2" "$BUILD/hpimd" -i "$PREFIX-$1" --foreground -t "$3" -m "$3"
	daemons[$1]=$!
	until_true $LONG ctl "$1" status || fail "hpimd of $1 does not answer"
}

mount_bpf
node src dst other-src other-dst
router r1 r2
vrf r1 red 10
vrf r1 blue 20
vrf r2 red 10
wire src eth0 10.1.1.100/24,2001:db8:1::100/64 r1 eth0 ''
wire r1 eth1 '' r2 eth0 ''
wire r2 eth1 '' dst eth0 10.1.3.100/24,2001:db8:3::100/64
wire other-src eth0 10.1.1.100/24,2001:db8:1::100/64 r1 eth2 ''
wire r1 eth3 '' other-dst eth0 10.1.3.100/24,2001:db8:3::100/64
inside r1 red eth0 10.1.1.1/24,2001:db8:1::1/64
inside r1 red eth1 10.1.2.1/24,2001:db8:2::1/64
inside r2 red eth0 10.1.2.2/24,2001:db8:2::2/64
inside r2 red eth1 10.1.3.1/24,2001:db8:3::1/64
inside r1 blue eth2 10.1.1.1/24,2001:db8:1::1/64
inside r1 blue eth3 10.1.3.1/24,2001:db8:3::1/64
route r2 10.1.2.1 2001:db8:2::1 table 10

as_instance r1 r1 10
as_instance r2 r2 10
as_instance blue r1 20
attach r1 eth0,eth1
attach r2 eth0,eth1
attach blue eth2,eth3
are_synced r1 r2

# The other VRF has a stream of its own to the same port all the time.
for group in $GROUPS_ALL; do
	listen "other-$group" other-dst "$(to $group 5011)"
	spawn "noise-$group" other-src "$BUILD/mcgen" -i eth0 -g "$(to $group 5011)" -r 20
done
for group in $GROUPS_ALL; do
	within $LONG said "other-$group" '"event":"first"'
done
expect r1 $TIER eth1 $WHY
expect r2 $TIER eth1 $WHY
expect blue $TIER eth3 $WHY
for group in $GROUPS_ALL; do within $LONG stands blue $group; done
unset 'wanted[2]' # what blue carries is not counted below
delivers dst

attach r1 eth0 kernel
attach r2 eth0 kernel
expect r1 kernel eth1 eth0
expect r2 kernel eth1 eth0
delivers dst

for group in $GROUPS_ALL; do
	hush "other-$group"
	[ "$(field "other-$group" lost) $(field "other-$group" duplicated)" = '0 0' ] &&
		[ "$(field "other-$group" other_stream)" = 0 ] ||
		fail "the stream of the other VRF: $(tail -n 1 "$WORK/other-$group.log")"
done
expect r1 $TIER eth1 $WHY
carried_why[r1]=$WHY
verdict r1 'two VRFs with the same addresses; also by the kernel tier'
