#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Two cables bonded between the routers, active and backup; then the active one breaks. Last with
# both cables in use.
. "$(dirname "$0")/../lib.sh"

TIER=xdp # that of R1, whose output the bond is
TIER2=tc # of R2, whose input it is
WHY2=bond0

# bonded ROUTER MODE ADDR[,ADDR]: eth1 and eth2 are bond0
bonded() {
	run "$1" ip link add bond0 type bond mode "$2" miimon 100 || fail "no bond in $1"
	run "$1" ip link set eth2 down && run "$1" ip link set eth2 master bond0 &&
		run "$1" ip link set eth3 down && run "$1" ip link set eth3 master bond0 ||
		fail "no cables for the bond of $1"
	address "$1" bond0 "$3"
}

# bonds MODE
bonds() {
	bonded r1 "$1" fe80::1/64,10.1.2.1/24,2001:db8:2::1/64
	bonded r2 "$1" fe80::2/64,10.1.2.2/24,2001:db8:2::2/64
}

ends_of_chain
wire r1 eth2 '' r2 eth2 ''
wire r1 eth3 '' r2 eth3 ''
bonds active-backup
route r2 10.1.2.1 fe80::1 dev bond0
chain_through bond0 bond0
expect r1 $TIER bond0 -
expect r2 $TIER2 eth1 $WHY2
delivers dst

active=$(run r1 cat /sys/class/net/bond0/bonding/active_slave)
run r1 ip link set "$active" down
switched() { [ "$(run "$1" cat /sys/class/net/bond0/bonding/active_slave)" != "$active" ]; }
within 10 switched r1
within 10 switched r2
delivers dst
run r1 ip link set "$active" up

for router in r1 r2; do
	ends 0 '' ctl $router detach bond0
	run $router ip link del bond0
done
bonds balance-xor
route r2 10.1.2.1 fe80::1 dev bond0
attach r1 bond0
attach r2 bond0
are_synced r1 r2
delivers dst
verdict r1 'active-backup, after a broken cable, and balance-xor'
