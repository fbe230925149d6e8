#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Two cables bonded between the routers, active and backup; then the active one breaks. Last, with
# both cables in use, the interface is a VLAN of the bond.
. "$(dirname "$0")/../lib.sh"

TIER=xdp # of R1, whose output the bond is
TIER2=tc # of R2, whose input it is
genl ctrl get name netdev > /dev/null 2>&1 || TIER=tc # before 6.3 it does not tell that it takes redirects

# bond ROUTER MODE WORDS...: eth2 and eth3 are bond0
bond() {
	run "$1" ip link add bond0 type bond mode "${@:2}" miimon 100 || fail "no bond in $1"
	run "$1" ip link set eth2 down && run "$1" ip link set eth2 master bond0 &&
		run "$1" ip link set eth3 down && run "$1" ip link set eth3 master bond0 ||
		fail "no cables for the bond of $1"
}

# serves DEVICE: the routers agree over it, and expect it to be in the trees
serves() {
	local why=-
	[ $TIER = xdp ] || why=$1
	route r2 10.1.2.1 fe80::1 dev "$1"
	attach r1 "$1"
	attach r2 "$1"
	are_synced r1 r2
	expect r1 $TIER "$1" "$why"
	expect r2 $TIER2 eth1 "$1"
}

ends_of_chain
wire r1 eth2 '' r2 eth2 ''
wire r1 eth3 '' r2 eth3 ''
for router in r1 r2; do
	bond $router active-backup primary eth2
	address $router bond0 "fe80::${router#r}/64,10.1.2.${router#r}/24"
	start_router $router
done
# uses ROUTER CABLE: whether the bond does. An idle port takes nothing, so both ends use the same one.
uses() { run "$1" ip -d link show bond0 | grep -q " active_slave $2 "; }
for router in r1 r2; do within 10 uses $router eth2; done

attach r1 eth0
attach r2 eth1
serves bond0
delivers dst

run r1 ip link set eth2 down
for router in r1 r2; do within 10 uses $router eth3; done
delivers dst
run r1 ip link set eth2 up

for router in r1 r2; do
	ends 0 '' ctl $router detach bond0
	run $router ip link del bond0
	bond $router balance-xor
	run $router ip link set bond0 up
	vlan $router bond0 5 bond0.5 "fe80::${router#r}/64,10.1.2.${router#r}/24"
done
serves bond0.5
delivers dst
verdict r1 'active-backup, after a broken cable, and a VLAN of balance-xor'
