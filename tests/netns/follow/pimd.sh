#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# runner: long
# pimd with PIM-SM, r1 being BSR and RP; XDP forwards what it lets pass. A host joins and leaves, pimd ends and
# runs again.
#
#	src -- r1 -- r2 -- dst
. "$(dirname "$0")/../peers.sh"
need_peer pimd

chain
run r1 ip route add 10.1.3.0/24 via 10.1.2.2
LINES='phyint eth0 enable
phyint eth1 enable'
start_pimd r1 "$LINES
bsr-candidate eth1 priority 5
rp-candidate eth1 time 60 priority 20
group-prefix 224.0.0.0 masklen 4"
start_pimd r2 "$LINES"
for router in r1 r2; do start_follow $router eth0,eth1; done

stands() {
	send src $GROUP4 -n 10 -r 100 --stream 77
	follows r1 $GROUP4 eth1 && follows r2 $GROUP4 eth1
}
stays dst $GROUP4
within 90 stands
fast $GROUP4 3000 r1 r2
echo 'a host listens: 3000 packets'

hush "stays-dst-$GROUP4"
left() { ! follows r2 $GROUP4 eth1; }
within 60 left
silent $GROUP4
echo 'it leaves: no packet'

stays dst $GROUP4
within 90 stands
fast $GROUP4 3000 r1 r2
echo 'it joins again: 3000 packets'

stop_peer pimd r2 KILL
within 10 forgets r2 $GROUP4
start_pimd r2 "$LINES"
within 120 stands
fast $GROUP4 2000 r1 r2
echo 'pimd is killed and runs again: 2000 packets'
