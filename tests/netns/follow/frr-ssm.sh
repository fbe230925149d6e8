#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# FRR with PIM-SSM: a host joins one source by IGMPv3, leaves and joins again; XDP forwards.
#
#	src -- r1 -- r2 -- dst
. "$(dirname "$0")/../peers.sh"
need_peer frr

GROUP=232.1.2.3
SINK=(-S 10.1.1.100)
chain
run r2 ip route add 10.1.1.0/24 via 10.1.2.1 # zebra takes away those that have its name
for router in r1 r2; do start_frr $router '' eth0 eth1; done
for router in r1 r2; do within 30 frr_neighbors $router 1; done
for router in r1 r2; do start_follow $router eth0,eth1; done

# stands: of the tree; the join builds it before there is a packet
stands() { follows r1 $GROUP eth1 && follows r2 $GROUP eth1; }
join() { listen host dst $GROUP:4999 "${SINK[@]}"; }

join
within 20 stands
fast $GROUP 3000 r1 r2
echo 'a host joins one source: 3000 packets'
hush host
within 30 forgets r2 $GROUP
within 30 follows r1 $GROUP - # FRR keeps the entry of a source that is connected
echo 'it leaves: no output'
join
within 20 stands
fast $GROUP 3000 r1 r2
echo 'it joins again: 3000 packets'
