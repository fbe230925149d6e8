#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# VLAN devices are input and output of both routers: src -10- R1 -20- R2 -30- dst.
. "$(dirname "$0")/../lib.sh"

TIER=xdp # on the ports
WHY=-

mount_bpf
node src-port dst-port src dst
router r1 r2
trunk src-port p0 r1 eth0
trunk r1 eth1 r2 eth0
trunk r2 eth1 dst-port p0
vlan_of src-port p0 10 src 10.1.1.100/24,2001:db8:1::100/64
vlan_of dst-port p0 30 dst 10.1.3.100/24,2001:db8:3::100/64
vlan r1 eth0 10 eth0.10 10.1.1.1/24,2001:db8:1::1/64
vlan r1 eth1 20 eth1.20 10.1.2.1/24,2001:db8:2::1/64
vlan r2 eth0 20 eth0.20 10.1.2.2/24,2001:db8:2::2/64
vlan r2 eth1 30 eth1.30 10.1.3.1/24,2001:db8:3::1/64
route r2 10.1.2.1 2001:db8:2::1

start_router r1
start_router r2
attach r1 eth0.10,eth1.20
attach r2 eth0.20,eth1.30
are_synced r1 r2

expect r1 $TIER eth1.20 $WHY
expect r2 $TIER eth1.30 $WHY
delivers dst
verdict r1
