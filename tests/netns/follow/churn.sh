#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The owner of the table changes it up to 10,000 times a second, beside a stream: no packet of the stream is lost or
# repeated, and in the end each entry is as the kernel has it. SECONDS_OF=N: longer.
. "$(dirname "$0")/../lib.sh"
need perl

star near far
S=10.1.1.100 ENTRIES=500 FOR=${SECONDS_OF:-3}
mkfifo "$WORK/entries"
spawn owner r perl "$(dirname "$0")/owner.pl" "$WORK/entries" "$(ifindex r eth0)" "$(ifindex r eth1)" \
	"$(ifindex r eth2)"
until_true 10 said owner owns || fail "no owner: $(cat "$WORK/owner.log")"
start_router r --follow
ends 0 eth2 ctl r follow eth0,eth1,eth2 mode "${MODE:-auto}"
echo "$S $GROUP4 0 1" > "$WORK/entries"
has_entry() { shows r 'eth1 xdp' outputs,tier mroutes $GROUP4; }
within 10 has_entry

# changes: of ENTRIES other groups, in turn to near, to far, to both; a tenth of a second's at a time. The last
# line is one of a group of its own.
changes() {
	perl -e '$| = 1; my ($s, $entries, $for) = @ARGV; my @outputs = ("1", "2", "1 2");
		for my $tenth (0 .. 10 * $for - 1) {
			for (map { 1000 * $tenth + $_ } 0 .. 999) {
				my $n = $_ % $entries;
				print "$s 239.9.", $n >> 8, ".", $n & 255, " 0 ", $outputs[$_ / $entries % 3], "\n";
			}
			select undef, undef, undef, 0.1;
		}
		print "$s 239.9.255.255 0 1\n"' $S $ENTRIES "$FOR" > "$WORK/entries"
}
as_the_kernel() { diff <(kernel_has) <(table r group,outputs mroutes | sort) > "$WORK/diff.log"; }
kernel_has() {
	run r ip mroute show | sed -n 's/^([^,]*,\([^)]*\)).*Oifs: \(.*\) State: resolved.*/\1 \2/p' |
		awk '{ o = $2; for (i = 3; i <= NF; i++) o = o "," $i; print $1, o }' | sort
}

hears near $GROUP4 1 $((FOR * 1000))
spawn stream src "$BUILD/mcgen" -i eth0 -g $GROUP4 -n $((FOR * 1000)) -r 1000
stream=$!
changes
within 60 said owner 'entry 239.9.255.255'
wait $stream || fail 'mcgen'
heard near
within 30 as_the_kernel
has_entry || fail "the entry of the stream: $(ctl r mroutes $GROUP4)"
[ "$(table r followed status)" = $((ENTRIES + 2)) ] || fail "$(table r followed status) entries are followed"
changed=$(table r followed_changes status)
[ "$changed" -ge $((FOR * 5000)) ] || fail "only $changed changes were reported"
echo "$changed changes beside $((FOR * 1000)) packets: none lost, none repeated"
