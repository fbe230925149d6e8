#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# One router of a chain is restarted alone, between others that go on: killed, upgraded, restarted,
# many times in a row. Nothing is lost, nothing comes twice, and what no host wants any longer ends
# with the stale time, as far as the source.
# runner: long
. "$(dirname "$0")/../lib.sh"
. "$NETNS/restart.sh"

# src - r1 - r2 - r3 - dst
mount_bpf
node src dst
router r1 r2 r3
wire src eth0 10.1.1.100/24,2001:db8:1::100/64 r1 eth0 10.1.1.1/24,2001:db8:1::1/64
wire r1 eth1 10.1.2.1/24,2001:db8:2::1/64 r2 eth0 10.1.2.2/24,2001:db8:2::2/64
wire r2 eth1 10.1.3.2/24,2001:db8:3::2/64 r3 eth0 10.1.3.3/24,2001:db8:3::3/64
wire r3 eth1 10.1.4.3/24,2001:db8:4::3/64 dst eth0 10.1.4.100/24,2001:db8:4::100/64
reaches r2 10.1.2.1 2001:db8:2::1 20
reaches r3 10.1.3.2 2001:db8:3::2 30
for router in r1 r2 r3; do serves $router; done
within 15 synced r1 2
within 15 synced r2 4
within 15 synced r3 2
know r1 r2 r3
for group in $GROUP4 $GROUP6; do
	stream src dst "$group" r3 eth1
	within 15 outputs r1 "$group" eth1
done

for router in r1 r2 r3; do alone $router; done

# A member leaves while the last router has no daemon, and comes back after the stale time.
unjudge dst $GROUP4
kill -9 "${daemons[r3]}"
wait "${daemons[r3]}" 2> /dev/null
leaves dst $GROUP4
serves_again r3
outputs r3 $GROUP4 eth1 || fail 'r3 has forgotten its output before the stale time ends'
within $((STALE_S + 15)) outputs r3 $GROUP4 -
within 5 outputs r1 $GROUP4 -
outputs r3 $GROUP6 eth1 || fail 'the other family lost its output, too'
judged_so_far 'left while away'
stream src dst $GROUP4 r3 eth1

# No daemon lives long enough to synchronize for certain.
for _ in $(seq 50); do
	kill -9 "${daemons[r2]}"
	wait "${daemons[r2]}" 2> /dev/null
	serves_again r2
done
stale_ends r2
judged_so_far '50 kills and the stale time'
