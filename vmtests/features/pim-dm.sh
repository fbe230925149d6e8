#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# PIM-DM between VLANs: R1 and R2 have one cable each to a switch, take packets from VLAN 10 and send
# them to VLAN 30 over the same cable. Each sees there what the other sends, on the wrong interface,
# and R2, whose address is the higher one, wins the assert.
. "$(dirname "$0")/../lib.sh"

TIER=xdp
WHY=-

# serves ROUTER: PIM-DM on both VLANs
serves() { ends 0 '' ctl "$1" attach eth0.10,eth0.30 pim-dm igmp mld mode auto; }

# assert_of ROUTER GROUP: its state on VLAN 30
assert_of() {
	table "$1" interface,assert trees -d "$2" | sed -n 's/^eth0\.30 //p'
}

mount_bpf
node src-port dst-port src dst
router r1 r2
lan sw src-port p0 '' dst-port p0 '' r1 eth0 '' r2 eth0 ''
for port in 'src-port p0' 'dst-port p0' 'r1 eth0' 'r2 eth0' 'sw port0' 'sw port1' 'sw port2' 'sw port3'; do
	# The tag is in the frame, as on a real cable.
	run "${port% *}" ethtool -K "${port#* }" txvlan off > /dev/null || fail "no tags in frames of $port"
done
vlan_of src-port p0 10 src 10.1.1.100/24,2001:db8:1::100/64
vlan_of dst-port p0 30 dst 10.1.3.100/24,2001:db8:3::100/64
for n in 1 2; do
	vlan r$n eth0 10 eth0.10 "10.1.1.$n/24,2001:db8:1::$n/64,fe80::$n/64"
	vlan r$n eth0 30 eth0.30 "10.1.3.$n/24,2001:db8:3::$n/64,fe80::$n/64"
	start_router r$n
	serves r$n
done
for n in 1 2; do
	until_true $LONG shows r$n $'up\nup\nup\nup' state neighbors ||
		fail "r$n does not know the other: $(ctl r$n show neighbors)"
done

expect r2 $TIER eth0.30 $WHY
delivers dst
for group in $GROUPS_ALL; do
	[ "$(assert_of r1 "$group") $(assert_of r2 "$group")" = 'loser winner' ] ||
		fail "assert of $group: r1 $(assert_of r1 "$group"), r2 $(assert_of r2 "$group")"
done
verdict r2 'assert on a VLAN'
