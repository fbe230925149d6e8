#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Tagged in and tagged out: the stream comes in as VLAN 10 of eth0 and goes out to VLANs 20 and 30
# and untagged by eth1, and back as VLAN 40 by eth0 itself. All of them are one output set.
. "$(dirname "$0")/../lib.sh"

TIER=xdp
WHY=-

mount_bpf
node west east src h20 h30 h40
router r1
trunk west p0 r1 eth0
trunk east eth0 r1 eth1
vlan_of west p0 10 src 10.1.1.100/24,2001:db8:1::100/64
vlan_of west p0 40 h40 10.4.40.100/24,2001:db8:40::100/64
vlan_of east eth0 20 h20 10.4.20.100/24,2001:db8:20::100/64
vlan_of east eth0 30 h30 10.4.30.100/24,2001:db8:30::100/64
address east eth0 10.4.1.100/24,2001:db8:41::100/64 # the untagged host
vlan r1 eth0 10 eth0.10 10.1.1.1/24,2001:db8:1::1/64
vlan r1 eth0 40 eth0.40 10.4.40.1/24,2001:db8:40::1/64
vlan r1 eth1 20 eth1.20 10.4.20.1/24,2001:db8:20::1/64
vlan r1 eth1 30 eth1.30 10.4.30.1/24,2001:db8:30::1/64
address r1 eth1 10.4.1.1/24,2001:db8:41::1/64

start_router r1
attach r1 eth0.10,eth0.40,eth1.20,eth1.30
attach r1 eth1

expect r1 $TIER eth0.40,eth1.20,eth1.30,eth1 $WHY
delivers h20 h30 h40 east
verdict r1 'VLANs 20 and 30 and untagged of one port, 40 of the input port'
