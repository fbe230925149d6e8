#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A LAN with two upstream routers, a downstream one and a host: one router is restarted alone, the
# winner and the loser of the assert too, killed, upgraded, restarted, 20 times in a row. Nothing is
# lost, and the other upstream router adds nothing. ORIGINATORS=1: both are at the source.
# runner: long
. "$(dirname "$0")/../lib.sh"
. "$NETNS/restart.sh"

ORIGINATORS=${ORIGINATORS:-}

mount_bpf
node src dst near
router ra rb rc
if [ -z "$ORIGINATORS" ]; then
	# src - r0 - {ra, rb} - LAN
	router r0
	wire src eth0 10.1.1.100/24,2001:db8:1::100/64 r0 eth0 10.1.1.1/24,2001:db8:1::1/64
	wire r0 eth1 10.1.2.1/24,2001:db8:2::1/64 ra eth0 10.1.2.2/24,2001:db8:2::2/64
	wire r0 eth2 10.1.3.1/24,2001:db8:3::1/64 rb eth0 10.1.3.3/24,2001:db8:3::3/64
	reaches ra 10.1.2.1 2001:db8:2::1 20
	reaches rb 10.1.3.1 2001:db8:3::1 20
	upstream=r0
else
	lan up src eth0 10.1.1.100/24,2001:db8:1::100/64 \
		ra eth0 10.1.1.2/24,2001:db8:1::2/64 rb eth0 10.1.1.3/24,2001:db8:1::3/64
	upstream=
fi
lan sw ra eth1 10.1.4.2/24,2001:db8:4::2/64 rb eth1 10.1.4.3/24,2001:db8:4::3/64 \
	rc eth0 10.1.4.4/24,2001:db8:4::4/64 near eth0 10.1.4.100/24,2001:db8:4::100/64
wire rc eth1 10.1.5.4/24,2001:db8:5::4/64 dst eth0 10.1.5.100/24,2001:db8:5::100/64
reaches rc 10.1.4.2 2001:db8:4::2 30
[ -n "$ORIGINATORS" ] || serves r0 eth0,eth1,eth2
for router in ra rb rc; do serves $router; done
for router in ra rb; do within 20 synced $router 6; done
within 20 synced rc 4
know $upstream ra rb rc
for group in $GROUP4 $GROUP6; do
	stream src dst "$group" rc eth1
	listen "stays-near-$group" near "$(port_of "$group")"
	within 15 has_member ra eth1 "$group"
	within 15 has_member rb eth1 "$group"
	judge near "$group"
done
judged=("${!judges[@]}")
# The start of a tree may send a packet twice; from here on none is.
for name in "${judged[@]}"; do
	hush "judge-$name" || fail "judge-$name ends badly"
	judge ${judges[$name]}
done

for router in $upstream ra rb rc; do alone $router; done

# What no one wants any longer ends with the stale time.
for name in "${judged[@]}"; do unjudge ${judges[$name]}; done
for router in rc ra rb; do
	kill -9 "${daemons[$router]}"
	wait "${daemons[$router]}" 2> /dev/null
done
for group in $GROUP4 $GROUP6; do
	leaves dst "$group"
	leaves near "$group"
done
for router in rc ra rb; do serves_again $router; done
for router in ra rb rc; do
	for group in $GROUP4 $GROUP6; do
		within $((STALE_S + 20)) outputs $router "$group" -
	done
done
echo 'what no one wants has ended'
