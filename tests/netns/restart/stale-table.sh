#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# After kill -9 the next daemon shows what the maps forward though no packet comes: who owns each
# entry, how long what an earlier run left will stay, and explain says so.
. "$(dirname "$0")/../lib.sh"

COUNT=50

# left_time ROUTER GROUP: stale_s of the entry, which an earlier run left
left_time() {
	shows "$1" 'eth0 eth1 stale' input,outputs,owner mroutes "$2" && table "$1" stale_s mroutes "$2"
}

chain
start_router r1 --lease 60
start_router r2 --lease 60 --relearn 40
for router in r1 r2; do
	ends 0 eth1 ctl $router attach eth0,eth1 mode "${MODE:-auto}"
done
within 15 synced r1 2
within 15 synced r2 2
for group in $GROUP4 $GROUP6; do
	listen "member-$group" dst $group
	within 10 has_member r2 eth1 $group
	send src $group -n $COUNT -r 200
	within 10 shows r2 'eth0 eth1 hpim' input,outputs,owner mroutes $group
done

# The neighbor that announced the trees is dead, too. It is awaited for its hold time; then the
# entries are no protocol's.
for router in r1 r2; do
	kill -9 "${daemons[$router]}"
	wait "${daemons[$router]}" 2> /dev/null
done
start_router r2 --lease 60 --relearn 40
for group in $GROUP4 $GROUP6; do
	source=10.1.1.100
	[ $group = $GROUP4 ] || source=2001:db8:1::100
	within 25 left_time r2 $group > /dev/null
	left=$(left_time r2 $group) || fail "$group is no longer stale: $(table r2 owner mroutes $group)"
	[ "$left" -gt 0 ] && [ "$left" -le 40 ] || fail "$group: stale for $left s more"
	ends 0 'was restarted and forwards as before' ctl r2 explain $source $group
	ctl r2 explain $source $group | grep -q 'no packet of' && fail 'explain has forgotten the packets'
	ends 0 'leave: they did before the restart' ctl r2 explain $source $group
done

# What is listed is what is forwarded: by the leases of both.
for family in 4 6; do
	group=GROUP$family
	before=$(datagrams dst $family)
	send src "${!group}" -n $COUNT -r 200
	within 10 has_datagrams dst $family $((before + COUNT))
	shows r2 'eth0 eth1 stale' input,outputs,owner mroutes "${!group}" ||
		fail "packets have changed the owner of ${!group}: $(table r2 owner mroutes "${!group}")"
done

# A protocol takes them over as soon as the neighbor is back.
start_router r1 --lease 60
for group in $GROUP4 $GROUP6; do
	within 30 shows r2 'eth0 eth1 hpim -' input,outputs,owner,stale_s mroutes $group
	hush "member-$group" || fail "receiver of $group: exit code $?"
done
echo 'entries of a killed daemon are shown with their owner and the time they have left'
