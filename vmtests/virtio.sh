#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# virtio.sh first|middle|last: one of three machines in a row, each with a router. The cables between
# them are virtio-net NICs, whose driver has native XDP, as a commodity NIC has:
#
#	src - R1 == R2 == R3 - dst
#
# Each machine knows how far the others are from what arrives: the last one knocks at R1 while it
# hears the trees grow and waits for the numbered packets; when it has judged them its router says
# goodbye, then R2's does, then the first machine ends.
. "$(dirname "$0")/lib.sh"

TIER=xdp
WHY=-

# serves ROUTER NEIGHBORS: both interfaces, until so many neighbors agree in both families
serves() {
	start_router "$1"
	attach "$1" eth0,eth1
	until_true 120 synced "$1" $((2 * $2)) || fail "no neighbors: $(ctl "$1" show neighbors)"
}

# first_machine: src and R1
first_machine() {
	local group senders=()
	node src
	router r1
	nic 1 1 r1 eth1 10.1.2.1/24,2001:db8:2::1/64
	wire src eth0 10.1.1.100/24,2001:db8:1::100/64 r1 eth0 10.1.1.1/24,2001:db8:1::1/64
	serves r1 1
	for group in $GROUPS_ALL; do
		spawn "grow-$group" src "$BUILD/mcgen" -i eth0 -g "$group" -r 10
		senders+=($!)
	done
	until_true 240 is_knocked || fail "nobody knocks: $(ctl r1 show mroutes)"
	kill "${senders[@]}" && wait "${senders[@]}"
	standing r1
	for group in $GROUPS_ALL; do numbers "$group"; done
	by_tier r1
	until_true 240 shows r1 '' address neighbors || fail 'R2 does not say goodbye'
}

# is_knocked: whether a datagram came to R1 that nobody expects
is_knocked() { run r1 awk '/^Udp: [0-9]/ { exit $3 == 0 }' /proc/net/snmp; }

# middle_machine: R2
middle_machine() {
	router r2
	nic 1 2 r2 eth0 10.1.2.2/24,2001:db8:2::2/64
	nic 2 1 r2 eth1 10.1.3.2/24,2001:db8:3::2/64
	route r2 10.1.2.1 2001:db8:2::1
	serves r2 2
	standing r2
	for group in $GROUPS_ALL; do
		until_true 240 is_through r2 "$group" || fail "not all came: $(ctl r2 show mroutes)"
	done
	by_tier r2
	until_true 240 synced r2 2 || fail 'R3 does not say goodbye'
	ends 0 '' ctl r2 stop
}

# is_through ROUTER GROUP: whether so many packets came that the numbered ones may be among them
is_through() { [ "$(carried "$1" "$2")" -gt "$COUNT" ]; }

# last_machine: R3 and dst
last_machine() {
	local group
	node dst
	router r3
	nic 2 2 r3 eth0 10.1.3.3/24,2001:db8:3::3/64
	wire r3 eth1 10.1.4.1/24,2001:db8:4::1/64 dst eth0 10.1.4.100/24,2001:db8:4::100/64
	route r3 10.1.3.2 2001:db8:3::2
	serves r3 1
	for group in $GROUPS_ALL; do
		listen "member-$group" dst "$group"
		expects "$group" dst
	done
	for group in $GROUPS_ALL; do
		until_true 240 said "member-$group" '"event":"first"' ||
			fail "dst hears nothing of $group: $(ctl r3 show trees)"
	done
	standing r3
	for group in $GROUPS_ALL; do
		until_true 240 is_heard "$group" || fail "nobody answers: $(ctl r3 show trees)"
	done
	for group in $GROUPS_ALL; do judge "$group" dst; done
	by_tier r3
	ends 0 '' ctl r3 stop
}

# is_heard GROUP: whether the numbered packets have begun; R1 is asked for them again
is_heard() {
	said "exact-dst-$1" '"event":"first"' && return
	run r3 bash -c 'echo > /dev/udp/10.1.1.1/9'
	return 1
}

# standing ROUTER: its trees are as expected; from now on the kernel carries nothing of them
standing() {
	local group
	expect "$1" $TIER eth1 $WHY
	for group in $GROUPS_ALL; do
		until_true 240 stands "$1" "$group" || fail "the trees: $(ctl "$1" show mroutes)"
		explain "$1" "$group"
		kernel_before[$group]=$(table "$1" kernel_packets mroutes "$group")
	done
}

# by_tier ROUTER: what came since then was not carried by the kernel
by_tier() {
	local group
	for group in $GROUPS_ALL; do
		shows "$1" "${kernel_before[$group]}" kernel_packets mroutes "$group" ||
			fail "the kernel carried packets to $group: $(ctl "$1" show mroutes)"
	done
}

declare -A kernel_before
mount_bpf
case ${1:-} in
first) "${1}_machine"; router=r1 ;;
middle) "${1}_machine"; router=r2 ;;
last) "${1}_machine"; router=r3 ;;
*) fail 'which of the three machines is this?' ;;
esac
verdict $router
