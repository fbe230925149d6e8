#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Interfaces as operators and kernels treat them: attached wrongly, twice, detached; down and up,
# readdressed, resized, renamed, deleted and made again. What is attached stays attached, and serves
# as soon as it can.
. "$(dirname "$0")/../lib.sh"

# stream_is_exact: a member behind R2 gets each packet once, in both families
stream_is_exact() {
	local group
	for group in $GROUP4 $GROUP6; do
		listen member dst $group
		within 10 has_member r2 "$last" $group
		send src $group -n 30 -r 100 # builds the tree
		within 10 shows r1 eth1 outputs mroutes $group
		within 10 shows r2 "$last" outputs mroutes $group
		hush member
		listen member dst $group --expect 1-100
		send src $group -n 100 -r 1000
		all_arrive member
	done
}

# interface NODE IFACE WANT COLUMNS: whether the row of the interface says so
interface() { shows "$1" "$3" "$4" interfaces "$2"; }

last=eth1 # of R2
chain
run r1 sysctl -qw net.ipv6.conf.eth1.keep_addr_on_down=1
chain_serves

# Words to an operator.
ends 4 'lo is not attached' ctl r1 detach lo
ends 1 "'no/such' is no name of an interface" ctl r1 attach no/such
shows r1 'eth0
eth1' interface interfaces || fail 'a refused interface is in the list'

# Twice is once, and the neighbors do not notice.
uptime=$(table r2 boot_time neighbors)
ends 0 eth1 ctl r1 attach eth1
ends 0 eth1 ctl r1 attach eth1 hpim
interface r1 eth1 'eth1 yes yes yes yes' interface,hpim4,hpim6,igmp,mld || fail 'attached twice'
[ "$(table r2 boot_time neighbors)" = "$uptime" ] || fail 'the neighbor noticed'

# One protocol less, then none.
ends 0 eth1 ctl r1 detach eth1 mld
interface r1 eth1 'yes yes yes no' hpim4,hpim6,igmp,mld || fail 'MLD is not detached alone'
ends 0 '' ctl r1 detach eth1
ends 4 'eth1 is not attached' ctl r1 detach eth1
within 10 shows r2 '' address neighbors # it said goodbye
ends 0 eth1 ctl r1 attach eth1
within 15 synced r1 2
within 15 synced r2 2
stream_is_exact

# Down and up.
run r1 ip link set eth1 down
within 10 shows r1 '' address neighbors
run r1 ip link set eth1 up
within 20 synced r1 2
within 20 synced r2 2
stream_is_exact

# Another address, and back: the route of R2 is by the old one.
run r1 ip addr del 10.1.2.1/24 dev eth1
run r1 ip addr add 10.1.2.9/24 dev eth1
within 15 interface r1 eth1 10.1.2.9 addr4
has_neighbor() { table "$1" address,state neighbors eth0 | grep -qx "$2 synced"; }
within 20 has_neighbor r2 10.1.2.9
run r1 ip addr del 10.1.2.9/24 dev eth1
run r1 ip addr add 10.1.2.1/24 dev eth1
within 20 has_neighbor r2 10.1.2.1
stream_is_exact

# A smaller MTU: what does not fit is counted, the rest goes on.
run r2 ip link set eth1 mtu 1400
within 5 interface r2 eth1 1400 mtu
listen member dst $GROUP4
within 10 has_member r2 eth1 $GROUP4
within 10 shows r2 eth1 outputs mroutes $GROUP4
send src $GROUP4 -n 7 -r 100 -s 1400
has_counted() { table r2 interface,reason,packets counters | grep -qx "$1"; }
within 5 has_counted 'eth0 too-big 7'
send src $GROUP4 -n 7 -r 100 -s 1300
within 5 said member '"event":"first","seq":1'
hush member
run r2 ip link set eth1 mtu 1500
within 5 interface r2 eth1 1500 mtu

# Another name.
run r2 ip link set eth1 down
run r2 ip link set eth1 name lan0
run r2 ip link set lan0 up
last=lan0
within 10 interface r2 lan0 'lan0 up xdp' interface,state,tier
within 10 ready r2 lan0
stream_is_exact
run r2 ip link set lan0 down
run r2 ip link set lan0 name eth1
run r2 ip link set eth1 up
last=eth1
within 10 interface r2 eth1 up state

# Gone, and made again: attached as before, without a command.
run r2 ip link del eth1
within 5 interface r2 eth1 absent state
wire r2 eth1 10.1.3.1/24,2001:db8:3::1/64 dst eth0 10.1.3.100/24,2001:db8:3::100/64
within 10 interface r2 eth1 'up xdp yes yes yes yes' state,tier,hpim4,hpim6,igmp,mld
stream_is_exact
