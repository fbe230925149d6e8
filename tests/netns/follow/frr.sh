#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# runner: long
# FRR with PIM-SM, XDP beside it: the tree of the RP, the switch-over to the shortest path, a host that leaves, a
# source that stops. No packet is lost or repeated over a tree that stands.
#
#	src -- r1 -- r2 -- dst		r3 is the RP, beside the shortest path:
#	         \- r3 -/		eth2 of r1, eth0 and eth1 of r3, eth2 of r2
. "$(dirname "$0")/../peers.sh"
need_peer frr

# The timer is 210 s by default: how long FRR keeps the entry of a source that has stopped.
LINES='ip pim rp 10.9.9.9 224.0.0.0/4
ip pim keep-alive-timer 10'
node src dst
router r1 r2 r3
wire src eth0 10.1.1.100/24 r1 eth0 10.1.1.1/24
wire r1 eth1 10.1.2.1/24 r2 eth0 10.1.2.2/24
wire r1 eth2 10.1.4.1/24 r3 eth0 10.1.4.3/24
wire r3 eth1 10.1.5.3/24 r2 eth2 10.1.5.2/24
wire r2 eth1 10.1.3.1/24 dst eth0 10.1.3.100/24
run r3 ip addr add 10.9.9.9/32 dev lo
run r1 ip route add 10.9.9.9/32 via 10.1.4.3
run r2 ip route add 10.9.9.9/32 via 10.1.5.3
run r2 ip route add 10.1.1.0/24 via 10.1.2.1
run r3 ip route add 10.1.1.0/24 via 10.1.4.1
run r3 ip route add 10.1.3.0/24 via 10.1.5.2
mount_bpf
start_frr r1 "$LINES" eth0 eth1 eth2
start_frr r2 "$LINES
ip pim spt-switchover infinity-and-beyond" eth0 eth1 eth2
start_frr r3 "$LINES" lo eth0 eth1
for router in r1 r2 r3; do within 30 frr_neighbors $router 2; done
start_follow r1 eth0,eth1,eth2
start_follow r2 eth0,eth1,eth2
start_follow r3 eth0,eth1

# asks NODE OUTPUT: whether FRR there has a (*,G) entry with the output
asks() { run "$1" ip mroute show | grep -F "(0.0.0.0,$GROUP4)" | grep -qw "$2"; }

# over_rp, shortest: whether the tree to dst stands, with packets that keep it up
over_rp() { follows r1 $GROUP4 eth2 && follows r3 $GROUP4 eth1 && ! kernel_input r2 eth0; }
shortest() { follows r1 $GROUP4 eth1 && follows r2 $GROUP4 eth1 && kernel_input r2 eth0; }
kernel_input() { run "$1" ip mroute show | grep -F "(10.1.1.100,$GROUP4)" | grep -qw "Iif: $2"; }
after_packets() {
	send src $GROUP4 -n 10 -r 100 --stream 77
	"$1"
}

stays dst $GROUP4
within 20 asks r3 eth1
within 30 after_packets over_rp
fast $GROUP4 3000 r1 r3
echo 'over the RP: 3000 packets'

# Packets on their way by the RP are lost or come late when FRR itself switches, with and without hpim; so this
# stream ends before the next one counts.
vty r2 'configure terminal
no ip pim spt-switchover infinity-and-beyond' > /dev/null
within 60 after_packets shortest
fast $GROUP4 3000 r1 r2
echo 'over the shortest path: 3000 packets'

# Some ten seconds after the switch FRR 8.4 itself, also without hpim, forgets the neighbor that has joined, until
# its next Join: a longer stream would lose packets for up to a minute.
leaves() { ! asks r2 eth1 && ! follows r1 $GROUP4 eth1; }
hush "stays-dst-$GROUP4"
within 30 leaves
silent $GROUP4
echo 'the host leaves: no packet'

within 60 forgets r1 $GROUP4
echo 'the source stops: no entry'
