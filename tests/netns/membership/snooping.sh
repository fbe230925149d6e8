#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A switch that snoops IGMP and MLD stands between two routers, and no host behind it has joined: the
# router farther from the source is not the querier, so the switch knows it by multicast router
# discovery alone. Where a switch does not take that, explain and doctor name it.
#
#	src -- r1 -- r2 -- switch -- r3 -- dst
#	                     `------ bystander: joins nothing
. "$(dirname "$0")/../lib.sh"
need bridge
mount_bpf

# received NODE: frames that came to its eth0
received() { run "$1" ip -s link show eth0 | awk '/RX:/ { getline; print $2 }'; }

# is_spared GROUP: whether the switch keeps a burst away from the bystander
is_spared() {
	local before
	before=$(received bystander)
	send src "$1" -n 100 -r 2000
	[ $(($(received bystander) - before)) -lt 50 ]
}

# is_router_port PORT: whether the switch forwards to it as to a multicast router
is_router_port() {
	run switch bridge -d mdb show | grep 'router ports' > "$WORK/ports.log"
	grep -qw "$1" "$WORK/ports.log"
}

# comes GROUP: whether packets get as far as dst; the switch learns routers of each family by itself
comes() {
	local family before
	family=$(family_of "$1")
	before=$(datagrams dst "$family")
	send src "$1" -n 5 -r 1000
	until_true 1 has_datagrams dst "$family" $((before + 5))
}

# says NODE WORDS...: whether hpimctl says so; it may end with the exit code for findings
says() {
	local node=$1 words=$2
	ctl "$node" "${@:3}" > "$WORK/says.log" || [ $? -eq 8 ] || return 1
	grep -qF -e "$words" "$WORK/says.log"
}
# The source goes on: only that its packets do not come is left to be named.
silent_is_named() {
	send src $GROUP4 -n 5 -r 1000
	send src $GROUP6 -n 5 -r 1000
	says r3 "10.1.3.2 on eth0 announces it, and it is wanted here, but nothing arrives on eth0" \
		explain 10.1.1.100 $GROUP4 &&
		says r3 "fe80::2 on eth0 announces it, and it is wanted here, but nothing arrives on eth0" \
			explain 2001:db8:1::100 $GROUP6
}

node src dst bystander
router r1 r2 r3
wire src eth0 10.1.1.100/24,2001:db8:1::100/64 r1 eth0 10.1.1.1/24,2001:db8:1::1/64
wire r1 eth1 10.1.2.1/24,2001:db8:2::1/64 r2 eth0 10.1.2.2/24,2001:db8:2::2/64
# r2 has the lower addresses, so it is the querier of both families. No others are made of MACs.
for name in r2 r3; do
	run $name sysctl -qw net.ipv6.conf.default.addr_gen_mode=1 || skip 'needs addr_gen_mode'
done
lan switch r2 eth1 10.1.3.2/24,2001:db8:3::2/64,fe80::2/64 r3 eth0 10.1.3.3/24,2001:db8:3::3/64,fe80::3/64 \
	bystander eth0 10.1.3.100/24,2001:db8:3::100/64
for name in r2 r3; do run $name sysctl -qw net.ipv6.conf.default.addr_gen_mode=0; done
wire r3 eth1 10.1.4.3/24,2001:db8:4::3/64 dst eth0 10.1.4.100/24,2001:db8:4::100/64
run switch ip link set br0 type bridge mcast_snooping 1 mcast_querier 0 ||
	skip 'the kernel has no snooping bridges'
for via in "r2 10.1.2.1 2001:db8:2::1 20" "r3 10.1.3.2 2001:db8:3::2 30"; do
	read -r name gate4 gate6 metric <<< "$via"
	run "$name" ip route add 10.1.1.0/24 via "$gate4" proto zebra metric "$metric" &&
		run "$name" ip -6 route add 2001:db8:1::/64 via "$gate6" proto zebra metric "$metric" ||
		fail "no route on $name"
done

for name in r1 r2 r3; do start_router $name; done
ends 0 eth1 ctl r1 attach eth0,eth1
ends 0 eth1 ctl r2 attach eth0,eth1
within 10 is_router_port port0
ends 0 eth1 ctl r3 attach eth0,eth1
within 15 synced r1 2
within 15 synced r2 4
within 15 synced r3 2

# Streams in both families, from when the switch begins to spare who has not joined.
for group in $GROUP4 $GROUP6; do
	listen "member$group" dst "$group"
	within 10 has_member r3 eth1 "$group"
	send src "$group" -n 30 -r 100
	within 10 shows r3 eth1 outputs mroutes "$group"
	within 40 is_spared "$group"
done
for group in $GROUP4 $GROUP6; do
	exact_stream "stream$group" dst "$group" 500
done
is_router_port port1 || fail "the switch does not know r3: $(cat "$WORK/ports.log")"
! is_router_port port2 || fail 'the bystander is a router for the switch'
! silent_is_named || fail 'explain misses packets that have arrived'
! says r3 'nothing arrives' doctor || fail 'doctor misses packets that have arrived'

# A switch that does not take it: the stream ends, and what r3 knows says where.
run switch bridge link set dev port1 mcast_router 0
within 5 is_spared $GROUP4
within 20 silent_is_named
within 20 says r3 '(10.1.1.100, 239.1.2.3): announced by 10.1.3.2 and wanted here, but nothing arrives on eth0' \
	doctor eth0
within 10 says r3 '(2001:db8:1::100, ff3e::1:2:3): announced by fe80::2 and wanted here, but nothing arrives' doctor
! says r2 'nothing arrives' doctor || fail 'r2 gets all packets'

# As a router port again it gets the stream, also with the next advertisement.
run switch bridge link set dev port1 mcast_router 1
within 30 is_router_port port1
for group in $GROUP4 $GROUP6; do
	within 30 comes "$group"
	exact_stream "again$group" dst "$group" 500
	hush "member$group"
done
