#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A GRE tunnel between the routers, over IPv4, then over IPv6; the tree of each family in both.
. "$(dirname "$0")/../lib.sh"

TIER=tc

ends_of_chain
wire r1 eth1 10.9.9.1/24,2001:db8:9::1/64 r2 eth0 10.9.9.2/24,2001:db8:9::2/64
device r1 tun4 fe80::1/64,10.1.2.1/24 type gre local 10.9.9.1 remote 10.9.9.2 ttl 64
device r2 tun4 fe80::2/64,10.1.2.2/24 type gre local 10.9.9.2 remote 10.9.9.1 ttl 64
route r2 10.1.2.1 fe80::1 dev tun4
chain_through tun4 tun4
expect r1 $TIER tun4 tun4
expect r2 kernel eth1 tun4 # TC reads Ethernet only
delivers dst

for router in r1 r2; do
	ends 0 '' ctl $router detach tun4
	run $router ip link del tun4
done
device r1 tun6 fe80::1/64,10.1.2.1/24 type ip6gre local 2001:db8:9::1 remote 2001:db8:9::2 ttl 64
device r2 tun6 fe80::2/64,10.1.2.2/24 type ip6gre local 2001:db8:9::2 remote 2001:db8:9::1 ttl 64
route r2 10.1.2.1 fe80::1 dev tun6
attach r1 tun6
attach r2 tun6
are_synced r1 r2
expect r1 $TIER tun6 tun6
expect r2 kernel eth1 tun6
delivers dst
verdict r1 'over IPv4 and over IPv6'
