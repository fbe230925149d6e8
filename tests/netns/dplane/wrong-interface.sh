#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Packets of a tree of PIM-DM that arrive on one of its outputs: whichever tier carries the tree, the
# first leads to an Assert, a stream of them to no more than one in 3 s, none is forwarded, and
# packets on the input arrive as ever.
. "$(dirname "$0")/../lib.sh"
need perl

COUNT=2000

# Each Assert that a host sees: "assert 4" or "assert 6".
cat > "$WORK/asserts.pl" << 'END'
use strict;
use warnings FATAL => 'all';
$| = 1;
socket my $all, 17, 3, unpack 'S', pack 'n', 3 or die "socket: $!"; # AF_PACKET, ETH_P_ALL
print "listening\n";
while (defined recv $all, my $frame, 2048, 0) {
	my $type = unpack 'x12n', $frame . "\0" x 64;
	my ($proto, $pim) = $type == 0x0800 ? (unpack('x23C', $frame), 14 + 4 * (ord(substr $frame, 14) & 15))
			  : $type == 0x86dd ? (unpack('x20C', $frame), 54) : next;
	print 'assert ', $type == 0x0800 ? 4 : 6, "\n"
		if $proto == 103 && length $frame > $pim && ord(substr $frame, $pim) == 0x25;
}
END
asserts() { grep -cxF "assert $(family_of "$group")" "$WORK/asserts.log"; }
has_asserts() { [ "$(asserts)" -ge "$1" ]; }

# tier_is TIER: of the tree
tier_is() { shows r "$1" tier mroutes "$group"; }

# flood: of the source, from the wrong side; several Asserts only where it takes several times 3 s
flood() {
	local before=$(asserts) began=$(milliseconds) most
	odd one plain "$group" $COUNT
	within 20 has_asserts $((before + 1))
	most=$((before + 1 + ($(milliseconds) - began) / 3000 + 1))
	[ "$(asserts)" -le $most ] || fail "$mode, $group: $(($(asserts) - before)) Asserts"
}

star one
start_router r
spawn asserts one perl "$WORK/asserts.pl"
until_true 10 said asserts listening || fail 'no packet socket'
for mode in native tc kernel; do
	ends 0 eth1 ctl r attach eth0,eth1 pim-dm igmp mld mode $mode
	for group in $GROUP4 $GROUP6; do
		[ $mode = native ] && star_has_tree $group one
		within 10 tier_is "${mode/native/xdp}"
		# The kernel's cache counts none, and what programs count only they can.
		if [ $mode = kernel ]; then
			flood
		else
			counts r eth1 wrong-if $COUNT flood
		fi
		arrives $group 40 one odd src plain $group 40
	done
done
echo 'wrong interfaces: one Assert in 3 s whatever carries the tree, nothing lost on the input'
