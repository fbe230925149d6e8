#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Why does my multicast not arrive? Each cause is made, while the source sends, and the first line of
# hpimctl explain names it, word for word; numbers of packets and seconds are N. What cures it is the
# line after, done here as well, and the stream arrives again.
#
#	src -- r1 -- r2 -- dst
#	              `--- switch -- guest
. "$(dirname "$0")/../lib.sh"
need tcpdump bridge

S=10.1.1.100

# numbers: those of packets and seconds are N
numbers() { sed -E 's/\b[0-9]+ (packets|s\b)/N \1/g'; }

# verdict NODE SOURCE GROUP: the first line, without numbers
verdict() { ctl "$1" explain "$2" "$3" | head -n 1 | numbers; }

# is NODE VERDICT [SOURCE [GROUP]]: whether that is it
is() {
	verdict "$1" "${3:-$S}" "${4:-$GROUP4}" > "$WORK/verdict.log"
	[ "$(cat "$WORK/verdict.log")" = "$2" ]
}

# must NODE VERDICT [SOURCE [GROUP]]: fail unless it is, soon; print it
must() {
	until_true 40 is "$@" || fail "not the verdict of $1: $2"
	echo "$1: $2"
}

# streams NAME OPTION...: src sends until stops
streams() {
	local name=$1
	shift
	spawn "$name" src "$BUILD/mcgen" -i eth0 -r 50 -n 1000000 "$@"
	sinks[$name]=$!
}
stops() { kill "${sinks[$1]}" && wait "${sinks[$1]}" 2> /dev/null; }

arrives="arrives: forwarded to eth1, N packets in the last second"

chain
start_router r1 --hello 3
start_router r2 --hello 3
ends 0 eth1 ctl r1 attach eth0,eth1
ends 0 eth1 ctl r2 attach eth0,eth1
within 15 synced r1 2
within 15 synced r2 2
chain_has_trees

# As it should be; what a router cannot see is on the host.
streams good -g $GROUP4
must r1 "$arrives"
must r2 "$arrives"
ends 0 "rp_filter' must not be 1 unless its own route to $S leaves by the same interface" ctl r2 explain $S $GROUP4
ends 0 "{\"schema\":\"hpim.explain/1\",\"verdict\":{\"about\":\"verdict\",\"interface\":\"-\",\"verdict\":\"arrives\"," \
	ctl r2 -j explain $S $GROUP4
ends 0 'the next router toward 10.1.1.100 is 10.1.2.1 on eth0, which announces the tree' \
	ctl r2 explain $S $GROUP4 --path
ends 0 "this router is the first one behind $S, which is on eth0" ctl r1 explain path $S $GROUP4
run dst sysctl -qw net.ipv4.conf.all.rp_filter=1
run dst ip route add 10.1.1.0/24 dev lo
before=$(datagrams dst 4)
must r2 "$arrives"
[ "$(datagrams dst 4)" -lt $((before + 10)) ] || fail 'the host takes what its rp_filter should refuse'
run dst ip route del 10.1.1.0/24 dev lo
run dst sysctl -qw net.ipv4.conf.all.rp_filter=0
stops good

# A TTL that ends on the way.
for case in "1 r1" "2 r2"; do
	read -r ttl node <<< "$case"
	for group in $GROUP4 $GROUP6; do
		source=$S
		[ "$(family_of "$group")" = 4 ] || source=2001:db8:1::100
		streams short -g "$group" -T "$ttl"
		must "$node" "N packets of it came by eth0 in the last second with a TTL or hop limit of 1, which ends at this router" \
			$source "$group"
		stops short
	done
done

# Longer than the way is wide.
run r2 ip link set eth1 mtu 1400
streams long -g $GROUP4 -s 1450
must r2 "N packets of it came by eth0 in the last second that are longer (1478 bytes) than eth1 takes (MTU 1400), and must not be cut"
run r2 ip link set eth1 mtu 1500
must r2 "$arrives"
stops long

# A switch that snoops, between router and host. It hears the queries of the router, but takes no port
# for a router's: it keeps the reports to itself, and sends what it knows no member of to no host.
GUESTS=239.1.2.4
# spares: whether the switch keeps packets of a group that no host has joined away from the guest
received() { run guest ip -s link show eth0 | awk '/RX:/ { getline; print $2 }'; }
spares() {
	local before
	before=$(received)
	run r2 "$BUILD/mcgen" -i eth2 -g 239.1.2.5 -n 100 -r 2000 > "$WORK/spares.log"
	# What was under way is there before this is refused.
	! run r2 timeout 2 bash -c ': < /dev/tcp/10.1.4.100/9' 2> "$WORK/refused.log" || return
	grep -q refused "$WORK/refused.log" || return
	[ $(($(received) - before)) -lt 50 ]
}
# gets, gets_none: whether the packets of a second reach the program on the guest
gets() {
	local before
	before=$(datagrams guest 4)
	is r2 "arrives: forwarded to eth2, N packets in the last second" $S $GUESTS &&
		[ "$(datagrams guest 4)" -ge $((before + 20)) ]
}
gets_none() {
	local before
	before=$(datagrams guest 4)
	is r2 "arrives: forwarded to eth2, N packets in the last second" $S $GUESTS &&
		[ "$(datagrams guest 4)" -eq "$before" ]
}
node guest
lan switch r2 eth2 10.1.4.1/24,2001:db8:4::1/64 guest eth0 10.1.4.100/24,2001:db8:4::100/64
if run switch ip link set br0 type bridge mcast_snooping 1 mcast_querier 0; then
	run switch bridge link set dev port0 mcast_router 0
	# Reports of version 3 Linux floods, as if they were for all.
	ends 0 eth2 ctl r2 attach eth2 igmp v2
	ends 0 '' ctl r2 set igmp-query-interval 20 eth2
	within 40 spares
	listen guest guest $GUESTS
	streams good -g $GUESTS
	must r2 "no host or neighbor on any interface wants $GUESTS, and no host has reported any group on eth2, where this router queries: none there has joined one, or a switch between snoops IGMP and does not know this router" \
		$S $GUESTS
	ends 0 "bridge link set dev PORT mcast_router 2" ctl r2 explain $S $GUESTS
	run switch bridge link set dev port0 mcast_router 2
	within 40 gets
	# One that forgets its members before the router queries again: no router sees that.
	run switch ip link set br0 type bridge mcast_membership_interval 100
	within 60 gets_none
	ends 0 "a switch between that snoops must list its port for $GUESTS (Linux: 'bridge mdb')" \
		ctl r2 explain $S $GUESTS
	run switch ip link set br0 type bridge mcast_membership_interval 26000
	within 40 gets
	stops good
	hush guest
	ends 0 '' ctl r2 detach eth2
else
	echo 'not tried: the kernel has no bridges that snoop'
fi
run r2 ip link del eth2

# The route back leads another way: at the source, and farther down.
streams good -g $GROUP4
for node in r1 r2; do
	must $node "$arrives"
	wire $node eth9 10.9.9.1/24 dst $node 10.9.9.9/24
	ends 0 eth9 ctl $node attach eth9
	run $node ip route add $S via 10.9.9.9
	if [ $node = r1 ]; then
		must $node "N packets of it came by eth0 in the last second, but the route to $S leads through eth9, so no tree is built for them"
	else
		must $node "10.1.2.1 on eth0 announces it, but the route to $S leads through eth9, where no router does"
	fi
	run $node ip route del $S via 10.9.9.9
	must $node "$arrives"
	ends 0 '' ctl $node detach eth9
	run $node ip link del eth9
done

# The interface of the host is not attached.
ends 0 '' ctl r2 detach eth1
must r2 "no host or neighbor on an attached interface wants $GROUP4, and eth1 is not attached"
ends 0 "it is not attached: 'hpimctl attach eth1'" ctl r2 explain $S $GROUP4
ends 0 eth1 ctl r2 attach eth1
must r2 "$arrives"

# The host wants another source.
hush member
listen other dst $GROUP4 -S 10.1.1.101
must r2 "hosts on eth1 want $GROUP4 from 10.1.1.101, not from $S"
hush other
within 20 has_no_member r2 eth1 $GROUP4
must r2 "no host or neighbor on any interface wants $GROUP4"
listen member dst $GROUP4
must r2 "$arrives"

# Keys that the neighbor has not: without any it takes what is signed, and with others it does not.
echo a-secret-of-many-bytes > "$WORK/key"
echo another-secret-of-many-bytes > "$WORK/key2"
chmod 600 "$WORK/key" "$WORK/key2"
ends 0 '' ctl r1 key add eth1 id 1 algo sha256 file "$WORK/key"
must r1 "no host or neighbor wants it, but messages of HPIM-DM that come by eth1 fit no key of this router, so the router there is no neighbor"
ends 0 '' ctl r2 key add eth0 id 1 algo sha256 file "$WORK/key2"
must r2 "messages of HPIM-DM that come by eth0, which leads to $S, fit no key of this router, so no router there is a neighbor"
ends 0 '' ctl r1 key delete eth1 id 1
ends 0 '' ctl r2 key delete eth0 id 1
must r2 "$arrives"

# The daemon of the neighbor is dead.
kill -9 "${daemons[r1]}"
must r2 "the next router toward $S, 10.1.2.1 on eth0, is no longer a neighbor, for N s"
start_router r1 --hello 3
ends 0 eth1 ctl r1 attach eth0,eth1
must r2 "$arrives"

# A router without HPIM-DM.
ends 0 '' ctl r1 detach eth0,eth1
ends 0 '' ctl r1 static route $S $GROUP4 from eth0 to eth1
ends 0 '' ctl r2 stop
start_router r2 --hello 3
ends 0 eth1 ctl r2 attach eth0,eth1
must r2 "the next router toward $S, 10.1.2.1 on eth0, does not speak HPIM-DM, so no tree comes from there; that will stay so"
ends 0 '' ctl r2 static route $S $GROUP4 from eth0 to eth1
must r2 "arrives: the static route forwarded N packets to eth1 in the last second"
stops good
