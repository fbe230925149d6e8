#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# hpimctl explain names the first reason at every place where packets stop: no route, a route through
# an interface that is not attached, no tree, no nearer neighbor, assert lost, nobody interested,
# link down, a TTL too small.
#
#	      .-- r1 --.
#	src --             -- LAN -- dst        r2 -- r3
#	      '-- r2 --'
. "$(dirname "$0")/../lib.sh"
mount_bpf

S=10.1.1.100

# explains NODE SENTENCE [SOURCE [GROUP]]: whether it says so
explains() { ctl "$1" explain "${3:-$S}" "${4:-$GROUP4}" | grep -qE -- "$2"; }

# must NODE SENTENCE [SOURCE [GROUP]]: fail unless it does, soon
must() { within 10 explains "$@"; }

node src dst
router r1 r2 r3
lan above src eth0 $S/24,2001:db8:1::100/64 r1 eth0 10.1.1.1/24,2001:db8:1::1/64 \
	r2 eth0 10.1.1.2/24,2001:db8:1::2/64
lan below dst eth0 10.1.3.100/24,2001:db8:3::100/64 r1 eth1 10.1.3.1/24,2001:db8:3::1/64 \
	r2 eth1 10.1.3.2/24,2001:db8:3::2/64
wire r2 eth2 10.1.6.2/24,2001:db8:6::2/64 r3 eth0 10.1.6.3/24,2001:db8:6::3/64
for name in r1 r2 r3; do start_router $name; done
ends 0 eth1 ctl r1 attach eth0,eth1
ends 0 eth1 ctl r2 attach eth0,eth1,eth2
ends 0 eth0 ctl r3 attach eth0
within 15 synced r1 4
within 15 synced r2 6

# Before anything was sent.
must r1 "route +eth0 +ok +$S is in a subnet of eth0"
must r1 "tree +- +none +no packet of \($S, $GROUP4\) has come"
must r3 "route +- +no +there is no route to $S in table 254"
must r1 'there is no route to 10.77.0.1' 10.77.0.1
must r1 'group +- +no +224.0.0.9 never leaves its link' $S 224.0.0.9
must r1 'fe80::1 cannot be the source of a tree' fe80::1 $GROUP6
ends 1 'two addresses of one family' ctl r1 explain $S $GROUP6
ends 1 '' ctl r1 explain $GROUP4 $S
ends 0 '"next":"look at the sender: its TTL, its interface, ' \
	"$BUILD/hpimctl" --socket "/run/hpimd/$PREFIX-r1.ro" -j explain $S $GROUP4
ends 0 '"explanation":[{"about":"route","interface":"eth0",' \
	"$BUILD/hpimctl" --socket "/run/hpimd/$PREFIX-r1.ro" -j explain $S $GROUP4

# The assert on the LAN below: the greater address wins.
listen member dst $GROUP4
within 10 has_member r1 eth1 $GROUP4
within 10 has_member r2 eth1 $GROUP4
send src $GROUP4 -n 50 -r 100
must r1 'output +eth1 +no +assert lost: 10.1.3.2 serves this link'
must r2 'output +eth1 +yes +copies (would )?leave: hosts listen'
must r2 'tree +eth0 +active +the source is alive on eth0'
must r2 'input +eth0 +ok +only packets that arrive on eth0'
must r2 'tier +- +(xdp|tc|kernel) +(XDP in the driver|TC|the kernel.s multicast cache) forwards it'
must r2 'packets +- +- +[0-9]+ of this tree were forwarded in the last second, [0-9]+ since it exists .*the last one was seen [0-9]+ s ago'
must r2 'output +eth2 +no +no host listens, and no neighbor is interested'
must r1 'entry +eth0 +negative +the entry has no outputs'

# Further down: no route, a way that is not nearer, a way that is.
must r3 'tree +- +unsure +neighbors announce the tree, but without a route'
run r3 ip link add lo9 type veth peer name lo8 && run r3 ip link set lo9 up &&
	run r3 ip addr add 10.9.0.1/24 dev lo9 && run r3 ip link set lo8 up &&
	run r3 ip route add 10.1.1.0/24 via 10.9.0.9 metric 5 || fail 'no second way on r3'
must r3 'route +lo9 +no +the route to .* leads through lo9, which is not attached: .hpimctl attach lo9.'
run r3 ip route add 10.1.1.0/24 via 10.1.6.2 proto zebra metric 2 || fail 'no route on r3'
must r3 "route +eth0 +ok +$S is reached through 10.1.6.2 on eth0 \(preference [0-9]+, metric 2\)"
must r3 'tree +eth0 +active +10.1.6.2 on eth0 delivers the tree; it is nearer'
ends 0 eth0 ctl r3 detach eth0 hpim
must r3 'HPIM-DM of this family does not run on eth0'
ends 0 eth0 ctl r3 attach eth0
must r3 'tree +eth0 +active'

# Hosts on the cable to r3, heard by both; r2 has an output with two reasons.
spawn host r3 "$BUILD/mcsink" -i eth0 -g $GROUP4
must r2 'output +eth2 +yes +copies (would )?leave: hosts listen'
ends 0 '' ctl r2 threshold eth2 20
must r2 'output +eth2 +threshold +but only of packets that arrive with a TTL above 20'
spawn sent src "$BUILD/mcgen" -i eth0 -g $GROUP4 -r 50 -n 1000000
stream=$!
must r1 'counter +eth0 +negative +[0-9]+ packets of this tree in the last second were dropped: 10\.1\.[0-9.]+ serves eth1, and no other output wants them'
kill $stream

# What is counted, in words.
spawn sent src "$BUILD/mcgen" -i eth0 -g $GROUP4 -r 50 -n 1000000 -T 1
stream=$!
must r2 'counter +eth0 +ttl +[0-9]+ packets of this tree in the last second were dropped: their TTL or hop limit ends'
kill $stream

# Links and interfaces that are not there.
run r2 ip link set eth1 down
must r2 'output +eth1 +no +the link is down'
run r2 ip link del eth2
must r2 'output +eth2 +no +the interface is gone'
