#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The winner of an assert is killed and does not come back: its programs stop forwarding when the
# other router stops waiting for its Hellos, so that the host misses few packets and hears few twice,
# in both families.
#
#	      .-- r1 --.
#	src --             -- LAN -- dst
#	      '-- r2 --'
. "$(dirname "$0")/../lib.sh"
mount_bpf

RATE=100
HELLO=3 # the other router waits 12 s
COUNT=$((RATE * 24))
MOST=$RATE # lost and duplicated: 1 s. A lease with times of its own is up to 4 s off

# forwards ROUTER yes|no GROUP: whether it forwards to the LAN
forwards() { [ "$(table "$1" interface,assert,forwarding -d trees "$3" | awk '$1 == "eth1" { print $3 }')" = "$2" ]; }

node src dst
router r1 r2
lan above src eth0 10.1.1.100/24,2001:db8:1::100/64 r1 eth0 10.1.1.1/24,2001:db8:1::1/64 \
	r2 eth0 10.1.1.2/24,2001:db8:1::2/64
lan below dst eth0 10.1.3.100/24,2001:db8:3::100/64 r1 eth1 10.1.3.1/24,2001:db8:3::1/64 \
	r2 eth1 10.1.3.2/24,2001:db8:3::2/64
for name in r1 r2; do
	start_router $name --hello $HELLO
	ends 0 eth1 ctl $name attach eth0,eth1
done
within 15 synced r1 4
within 15 synced r2 4

# r2 wins both: by its address, and by the cost of the route.
run r1 ip -6 route del 2001:db8:1::/64 dev eth0 proto kernel &&
	run r1 ip -6 route add 2001:db8:1::/64 dev eth0 proto kernel metric 512 || fail 'no route on r1'
for group in $GROUP4 $GROUP6; do
	listen "member-$group" dst "$group"
	within 10 has_member r1 eth1 $group
	within 10 has_member r2 eth1 $group
	send src "$group" -n 50 -r 100
	within 15 forwards r2 yes $group
	within 15 forwards r1 no $group
done

for group in $GROUP4 $GROUP6; do
	hush "member-$group"
	listen "judge-$group" dst "$group" --expect 1-$COUNT
	spawn "sender-$group" src "$BUILD/mcgen" -i eth0 -g "$group" -n $COUNT -r $RATE
	senders+=($!)
done
within 5 said "judge-$GROUP6" '"event":"first"'
kill -KILL "${daemons[r2]}"
for sender in "${senders[@]}"; do wait "$sender"; done
for group in $GROUP4 $GROUP6; do
	forwards r1 yes $group || fail "r1 does not forward $group"
	until_true 3 said "judge-$group" '"event":"complete"' || true
	hush "judge-$group" || true # some may be missing
	lost=$(field "judge-$group" lost) duplicated=$(field "judge-$group" duplicated)
	echo "$group: $lost lost, $duplicated duplicated"
	[ $((lost + duplicated)) -le $MOST ] || fail "$group: more than $MOST"
	[ "$(field "judge-$group" received)" -gt $((COUNT - MOST)) ] || fail "$group has not arrived"
done
