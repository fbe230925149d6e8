#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A router on one link of a router with PIM-DM sends what it should not: messages without a Hello,
# Hellos that flap, a storm of Generation IDs, Joins, Prunes and Grafts of the tree and of thousands
# that there are not, Asserts with the best metric, State Refresh without end, and each message cut at
# every byte. A tree to another link loses no packet, what is refused is counted, memory is bounded.
. "$(dirname "$0")/../lib.sh"
need perl

COUNT=1000
KINDS='tree unknown asserts refreshes genids flap cut'

# attack KIND ROUND: of both families
attack() {
	run bad perl "$NETNS/pim.pl" "$1" eth0 10.2.2.1 10.1.1.100 $GROUP4 $COUNT "$2" > "$WORK/attack.log" 2>&1 &&
		run bad perl "$NETNS/pim.pl" "$1" eth0 "$local6" 2001:db8:1::100 $GROUP6 $COUNT "$2" > "$WORK/attack.log" 2>&1 ||
		fail "cannot send $1: $(cat "$WORK/attack.log")"
}
# is_read NAME: its receiver has read all that has come
is_read() { ! run one ss -Hunmp | grep "pid=${sinks[$1]}," | grep -qv '^UNCONN *0 '; }
is_neighbor() { [ "$(table r interface neighbors eth2 | wc -l)" -eq "$1" ]; }
counted_some() { [ "$(counter r eth2 "$1")" -gt 0 ]; }

star one bad
start_router r
ends 0 eth1 ctl r attach eth0,eth1,eth2 pim-dm igmp mld
for group in $GROUP4 $GROUP6; do star_has_tree $group one; done
local6=$(run r ip -6 -o addr show dev eth2 scope link | sed -n 's/.*inet6 \(fe80[^/]*\).*/\1/p')
[ -n "$local6" ] || fail 'eth2 of r has no link-local address'

senders=()
for group in $GROUP4 $GROUP6; do
	listen "stream-$group" one $group
	spawn "sender-$group" src "$BUILD/mcgen" -i eth0 -g $group -r 100
	senders+=($!)
done

# Before the first Hello it is no neighbor, and nothing it says of trees counts.
attack tree 0
attack asserts 0
within 10 counted_some pim-stranger
is_neighbor 0 || fail 'a router without Hello is a neighbor'

# The same bytes again leave nothing more.
for round in 1 2 1 2; do
	for kind in $KINDS; do
		attack hello 0
		within 10 is_neighbor 2
		attack $kind $round
	done
	memory+=("$(memory_kb r)")
done
for reason in pim-stranger pim-short neighbor-rate; do
	counted_some $reason || fail "no $reason was counted"
done
grown=$((memory[3] - memory[1]))
[ $grown -le 2048 ] || fail "memory grew by $grown kB in the rounds that repeat: ${memory[*]}"

# The tree stands as before, to the links it went to.
kill -TERM "${senders[@]}"
for pid in "${senders[@]}"; do wait $pid || fail 'a sender failed'; done
for group in $GROUP4 $GROUP6; do
	sent=$(field "sender-$group" last)
	received() { [ "$(field "stream-$group" received)" = "$sent" ]; }
	until_true 10 is_read "stream-$group" || true # its numbers tell what is missing
	hush "stream-$group"
	received || fail "$group: $sent sent, $(tail -n 1 "$WORK/stream-$group.log")"
	[ "$(field "stream-$group" duplicated)" = 0 ] || fail "packets to $group came twice"
	arrives $group 40 one odd src plain $group 40
done
! ended "${daemons[r]}" || fail 'the daemon is dead'
echo "hostile PIM-DM: ${memory[*]} kB, $(grep -c . "$WORK/r.log") lines of log, nothing lost"
