#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# nic.sh: the output is a virtio-net NIC, whose driver takes redirected frames only while it has an XDP
# program, and has one queue for all processors of this machine:
#
#	src - R1 == dst
#
# XDP carries the trees while hpimd's program is there. In mode tc it is not: TC carries them, and hpimd
# says why. Then another program comes there, and with it what the driver can do: XDP carries them again.
. "$(dirname "$0")/lib.sh"

TIER=xdp
NO_PROGRAM='takes redirected frames only with native XDP of its own: mode is tc'

# by_each_processor: what src sends on each of them arrives; a frame leaves where it came in
by_each_processor() {
	local group processor first=1
	for group in $GROUPS_ALL; do
		listen "each-$group" dst "$(to "$group" 5013)" --expect "1-$((COUNT * processors))"
		for ((processor = 0; processor < processors; processor++)); do
			run src taskset -c $processor "$BUILD/mcgen" -i eth0 -g "$(to "$group" 5013)" \
				-r $RATE -n $COUNT --stream 77 --start $((processor * COUNT + 1)) > "$WORK/each.log" ||
				fail "mcgen on processor $processor: $(cat "$WORK/each.log")"
		done
		all_arrive "each-$group"
	done
}

processors=$(nproc)
mount_bpf
node src dst
router r1
nic 1 1 r1 eth1 10.1.2.1/24,2001:db8:2::1/64
nic 1 2 dst eth0 10.1.2.100/24,2001:db8:2::100/64
wire src eth0 10.1.1.100/24,2001:db8:1::100/64 r1 eth0 10.1.1.1/24,2001:db8:1::1/64

start_router r1
attach r1 eth0,eth1
expect r1 $TIER eth1 -
delivers dst
by_each_processor
[ "$(counter r1 eth1 driver-drop)" = 0 ] || fail "dropped by the driver: $(ctl r1 show counters)"

attach r1 eth1 tc
expect r1 tc eth1 eth1
delivers dst
genl ctrl get name netdev > /dev/null 2>&1 || NO_PROGRAM='the driver takes no redirected frames'
[ "${carried_why[r1]}" = "eth1: $NO_PROGRAM" ] || fail "the reason: ${carried_why[r1]}"

if genl ctrl get name netdev > /dev/null 2>&1; then # else hpimd is not told
	bpftool prog load "$BUILD/tests/bpf/neighbor.bpf.o" /sys/fs/bpf/neighbor type xdp &&
		run r1 bpftool net attach xdpdrv pinned /sys/fs/bpf/neighbor dev eth1 ||
		fail 'no other program on eth1'
	within $LONG shows r1 yes redirects interfaces eth1
	expect r1 $TIER eth1 -
	delivers dst
	run r1 bpftool net detach xdpdrv dev eth1 || fail 'it does not go'
	within $LONG shows r1 no redirects interfaces eth1
fi

attach r1 eth1
expect r1 $TIER eth1 -
delivers dst
verdict r1 "$processors processors and a queue; without a program by TC"
