#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# runner: long
# FRR with PIM-SM, XDP beside it: the tree of the RP, the switch-over to the shortest path under a running stream, a
# host that leaves, a source that stops and sends again, pimd that ends or is killed and runs again. No packet is
# lost or repeated over a tree that stands; while FRR switches over, no more than without hpim.
#
#	src -- r1 -- r2 -- dst		r3 is the RP, beside the shortest path:
#	         \- r3 -/		eth2 of r1, eth0 and eth1 of r3, eth2 of r2
. "$(dirname "$0")/../peers.sh"
need_peer frr

# How long FRR keeps the entry of a source that has stopped: 210 s by default. It looks every 31 s whether the kernel
# has counted packets, so with less than that it gives up sources that send.
LINES='ip pim rp 10.9.9.9 224.0.0.0/4
ip pim keep-alive-timer 35
ip pim rp keep-alive-timer 35'
ROUTERS='r1 r2 r3'
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
for router in $ROUTERS; do within 30 frr_neighbors $router 2; done

# asks NODE OUTPUT: whether FRR there has a (*,G) entry with the output
asks() { run "$1" ip mroute show | grep -F "(0.0.0.0,$GROUP4)" | grep -qw "$2"; }

# over_rp, shortest: whether the tree to dst stands, with packets that keep it up
over_rp() { follows r1 $GROUP4 eth2 && follows r3 $GROUP4 eth1 && follows r2 $GROUP4 eth1 && ! kernel_input r2 eth0; }
shortest() { follows r1 $GROUP4 eth1 && follows r2 $GROUP4 eth1 && kernel_input r2 eth0; }
kernel_input() { run "$1" ip mroute show | grep -F "(10.1.1.100,$GROUP4)" | grep -qw "Iif: $2"; }
after_packets() {
	send src $GROUP4 -n 10 -r 100 --stream 77
	"$1"
}
# passes: whether 200 packets arrive once each
passes() {
	listen probe dst $GROUP4 --expect 1-200
	send src $GROUP4 -n 200 -r 1000
	until_true 2 said probe '"event":"complete"'
	hush probe
}
# settles: FRR is done with the tree of the shortest path
settles() { after_packets shortest && passes && shortest; }
switch_over() {
	vty r2 "configure terminal
$1 ip pim spt-switchover infinity-and-beyond" > /dev/null
}

# switched COUNT: a stream during which FRR switches over; $lost, $repeated: of its packets at dst
switched() {
	listen switched dst $GROUP4 --expect 1-"$1"
	spawn stream src "$BUILD/mcgen" -i eth0 -g $GROUP4 -n "$1" -r 1000
	sender=$!
	within 10 said switched '"event":"first"'
	switch_over no
	within 60 kernel_input r2 eth0
	wait $sender
	until_true 3 said switched '"event":"complete"'
	hush switched
	lost=$(field switched lost) repeated=$(field switched duplicated)
}

stays dst $GROUP4
within 20 asks r3 eth1
send src $GROUP4 -n 2000 -r 1000 --stream 77
switched 8000
alone=$lost
echo "FRR alone switches over under 8000 packets: $lost lost, $repeated repeated"

switch_over ''
silence() { ! kernel_input r2 eth0; }
within 150 silence
start_follow r1 eth0,eth1,eth2
start_follow r2 eth0,eth1,eth2
start_follow r3 eth0,eth1
within 150 after_packets over_rp # the first hop registers again after a minute
fast $GROUP4 3000 r1 r2 r3
echo 'over the RP, where the last hop has no (S,G): 3000 packets'

switched 8000
echo "with XDP: $lost lost, $repeated repeated"
# How long FRR needs depends on the machine, so the two differ.
[ "$lost" -le $((alone + 200)) ] || fail "FRR loses $lost packets when it switches over, alone $alone"
[ "$repeated" = 0 ] || fail "$repeated packets are repeated when FRR switches over"
within 120 settles
fast $GROUP4 3000 r1 r2
echo 'over the shortest path: 3000 packets'

for signal in TERM KILL; do
	stop_peer pimd r2 $signal
	frr_runs r2 pimd
	frr_configured r2
	switch_over no
	within 120 settles
	fast $GROUP4 2000 r1 r2
	echo "pimd of the last hop ends by SIG$signal and runs again: 2000 packets"
done
stop_peer pimd r1 KILL
frr_runs r1 pimd
frr_configured r1
within 120 settles
fast $GROUP4 2000 r1 r2
echo 'pimd of the first hop is killed and runs again: 2000 packets'

leaves() { ! asks r2 eth1 && ! follows r1 $GROUP4 eth1; }
hush "stays-dst-$GROUP4"
within 30 leaves
silent $GROUP4
echo 'the host leaves: no packet'

within 120 forgets r1 $GROUP4
echo 'the source stops: no entry'

stays dst $GROUP4
within 20 asks r3 eth1
within 120 settles
fast $GROUP4 3000 r1 r2
echo 'the host joins, the source sends again: 3000 packets'
