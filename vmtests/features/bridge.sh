#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The output of R1 is a bridge with three ports, which snoops IGMP and MLD: behind one is R2 with
# its receiver, behind another a host that wants the stream, behind the third one that does not. R1 is
# the querier, so the bridge knows of R2 by multicast router discovery alone.
. "$(dirname "$0")/../lib.sh"

TIER=tc
WHY=br0

# port NODE IFACE NUMBER: its cable ends in the bridge of R1
port() {
	ip link add "$2" netns "$PREFIX-$1" type veth peer name "port$3" netns "$PREFIX-r1" &&
		run r1 ip link set "port$3" master br0 && run r1 ip link set "port$3" up ||
		fail "no cable from $1 to the bridge"
}

# packets NODE: that eth0 has received
packets() { run "$1" awk '$1 == "eth0:" { print $3 }' /proc/net/dev; }

ends_of_chain
node near idle
run r1 ip link add br0 type bridge mcast_snooping 1 forward_delay 0 || fail 'no bridge in r1'
address r1 br0 fe80::1/64,10.1.2.1/24,2001:db8:2::1/64
port r2 br0 2
port near eth0 3
port idle eth0 4
address r2 br0 fe80::2/64,10.1.2.2/24,2001:db8:2::2/64 # a cable; named as what it leads to
address near eth0 10.1.2.100/24,2001:db8:2::100/64
address idle eth0 10.1.2.101/24,2001:db8:2::101/64
run near ethtool -K eth0 gro on > /dev/null
run idle ethtool -K eth0 gro on > /dev/null

route r2 10.1.2.1 fe80::1 dev br0
chain_through br0 br0
expect r1 $TIER br0 $WHY
expect r2 xdp eth1 - # its br0 is a cable
before=$(packets idle)
delivers dst near
[ $(($(packets idle) - before)) -lt $COUNT ] || fail 'the bridge floods to a host that did not join'
verdict r1 'with snooping'
