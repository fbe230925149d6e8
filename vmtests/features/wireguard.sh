#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A WireGuard tunnel between the routers. It makes no link-local address, so each end is given one,
# and allows the other end what multicast routing sends: groups, and the sources of the streams.
. "$(dirname "$0")/../lib.sh"
need wg

TIER=tc
ALLOWED=0.0.0.0/0,::/0

# tunnel NODE ADDR PEER PEER_ADDR ADDR[,ADDR]
tunnel() {
	run "$1" ip link add wg0 type wireguard || fail "no WireGuard in $1"
	run "$1" wg set wg0 private-key "$WORK/$1.key" listen-port 51820 peer "$(wg pubkey < "$WORK/$3.key")" \
		endpoint "$4:51820" allowed-ips $ALLOWED || fail "no tunnel from $1 to $3"
	address "$1" wg0 "$5"
}

ends_of_chain
wire r1 eth1 10.9.9.1/24 r2 eth0 10.9.9.2/24
(umask 077 && for name in r1 r2; do wg genkey > "$WORK/$name.key"; done)
tunnel r1 10.9.9.1 r2 10.9.9.2 fe80::1/64,10.1.2.1/24
tunnel r2 10.9.9.2 r1 10.9.9.1 fe80::2/64,10.1.2.2/24
route r2 10.1.2.1 fe80::1 dev wg0
chain_through wg0 wg0
expect r1 $TIER wg0 wg0
expect r2 kernel eth1 wg0 # TC reads Ethernet only
delivers dst
verdict r1
