#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Two routers could serve the same LAN: the assert leaves one of them forwarding, which is the one
# with the smaller cost. When its daemon is stopped the other takes over, and the host hears each
# packet once before and after. When it returns it serves the LAN again.
#
#	      .-- r1 --.
#	src --             -- LAN -- dst
#	      '-- r2 --'
. "$(dirname "$0")/../lib.sh"
mount_bpf

COUNT=300

# forwards ROUTER yes|no GROUP: whether it forwards to the LAN
forwards() { [ "$(table "$1" interface,assert,forwarding -d trees "$3" | awk '$1 == "eth1" { print $3 }')" = "$2" ]; }

# served_by WINNER LOSER GROUP: the assert has ended so, and what the loser went on with as well
served_by() { forwards "$1" yes "$3" && forwards "$2" no "$3"; }

node src dst
router r1 r2
lan above src eth0 10.1.1.100/24,2001:db8:1::100/64 r1 eth0 10.1.1.1/24,2001:db8:1::1/64 \
	r2 eth0 10.1.1.2/24,2001:db8:1::2/64
lan below dst eth0 10.1.3.100/24,2001:db8:3::100/64 r1 eth1 10.1.3.1/24,2001:db8:3::1/64 \
	r2 eth1 10.1.3.2/24,2001:db8:3::2/64
for name in r1 r2; do
	start_router $name
	ends 0 eth1 ctl $name attach eth0,eth1
done
# Neighbors of each other on both LANs, in both families.
within 15 synced r1 4
within 15 synced r2 4

for group in $GROUP4 $GROUP6; do
	listen "member-$group" dst "$group"
	within 10 has_member r1 eth1 $group
	within 10 has_member r2 eth1 $group
	send src "$group" -n 50 -r 100
done
# Both are connected to the source, at the same cost: the greater address wins.
within 15 served_by r2 r1 $GROUP4
if served_by r1 r2 $GROUP6; then winner6=r1 loser6=r2; else winner6=r2 loser6=r1; fi
within 15 served_by $winner6 $loser6 $GROUP6
for group in $GROUP4 $GROUP6; do exact_stream "two-$group" dst $group $COUNT; done

winner=r2 loser=r1
ends 0 '' ctl $winner stop
within 10 ended "${daemons[$winner]}"
within 5 shows $loser '' address neighbors
within 10 forwards $loser yes $GROUP4
within 10 forwards $loser yes $GROUP6
for group in $GROUP4 $GROUP6; do exact_stream "one-$group" dst $group $COUNT; done

start_router $winner
ends 0 eth1 ctl $winner attach eth0,eth1
within 15 synced $winner 4
for group in $GROUP4 $GROUP6; do
	send src "$group" -n 50 -r 100
done
within 15 served_by r2 r1 $GROUP4
within 15 served_by $winner6 $loser6 $GROUP6
for group in $GROUP4 $GROUP6; do exact_stream "again-$group" dst $group $COUNT; done
