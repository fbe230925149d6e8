#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Who listens beside the hosts behind the router: programs on the router itself, on the link that the
# packets come from or on one that they go to, and hosts on the link that they come from. Each gets
# each packet once, and so does everybody else. A tree is the kernel's only while a program listens.
. "$(dirname "$0")/../lib.sh"

COUNT=300
LISTENS='a program of this machine listens to the group'

# tree_is TIER [WHY]: of the tree to $group
tree_is() { shows r "$1 ${2:--}" tier,why mroutes "$group"; }

# served HOST...: a stream to $group arrives at each, once; what a host on the input link hears is
# from the source, and nothing leaves there
served() {
	counts r eth0 sent 0 arrives "$group" $COUNT "$*" send src "$group" -n $COUNT -r 1000
}

# program_on IFACE: a program on r listens there: it gets what all get, and the kernel carries the
# tree from the moment it is seen until it has left
program_on() {
	hears r "$group" 1 $COUNT "$1"
	within 5 tree_is kernel "$1: $LISTENS"
	counts r eth0 kernel $COUNT served near one two
	heard r
	within 2 tree_is "$fast" "$why"
}

mount_bpf
node src near one two
router r
lan switch src eth0 10.1.1.100/24,2001:db8:1::100/64 near eth0 10.1.1.50/24,2001:db8:1::50/64 \
	r eth0 10.1.1.1/24,2001:db8:1::1/64
star_arm one 1
star_arm two 2
star_serves

for mode in "${MODE:-auto}" generic tc; do
	ends 0 eth0 ctl r attach eth0,eth1 mode "$mode"
	fast=xdp why=-
	[ "$mode" != tc ] || fast=tc why='eth0: mode is tc'
	for group in $GROUP4 $GROUP6; do
		[ -n "$(table r group mroutes $group)" ] || star_has_tree $group one two
		within 5 tree_is $fast "$why"
		program_on eth0
		program_on eth1
		served near one two
	done
	echo "mode $mode: programs on both sides"
done

# A program on the link that the packets come from is all that listens: no output, no negative route.
ends 0 eth0 ctl r attach eth0 mode "${MODE:-auto}"
for group in 239.8.8.8 ff3e::8:8; do
	spawn alone r "$BUILD/mcsink" -i eth0 -g $group --events
	until_true 5 said alone joined || fail "the program does not join $group"
	send src $group -n 5 -r 100
	within 5 tree_is kernel "eth0: $LISTENS"
	shows r - outputs mroutes $group || fail "the tree of $group has outputs"
	hears r $group 1 $COUNT
	counts r eth0 negative 0 send src $group -n $COUNT -r 1000
	heard r
done
