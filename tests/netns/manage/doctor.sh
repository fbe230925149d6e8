#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# hpimctl doctor names what is wrong, and only that: a router as it should be has nothing worse than
# notes, and each fault that is made here is one finding, gone when the fault is.
#
#	src -- r1 -- r2 -- dst
. "$(dirname "$0")/../lib.sh"

# finds NODE 'SEVERITY CHECK' WORDS [IFACE]: whether such a finding says so
finds() {
	local node=$1
	ctl "$node" -H -o severity,check,what doctor ${4:+"$4"} > "$WORK/doctor.log"
	sed 's/  */ /g' "$WORK/doctor.log" | grep -E "^ ?$2 " | grep -qF -e "$3"
}
misses() { ! finds "$@"; }
worst_is() {
	local code=0
	ctl "$1" doctor > /dev/null || code=$?
	[ "$code" -eq "$2" ]
}

chain
chain_serves
within 5 finds r1 'note no-keys' 'HPIM-DM of IPv4 runs without keys'
within 5 finds r1 'note no-keys' 'HPIM-DM of IPv6 runs without keys'
ends 0 'anyone on the link can speak as a router' ctl r1 doctor eth1
ends 0 '{"schema":"hpim.doctor/1","findings":[{"severity":"note","interface":"-","family":null,"check":' \
	"$BUILD/hpimctl" --socket "/run/hpimd/$PREFIX-r1.ro" -j doctor
ends 4 'eth9 is not attached' ctl r1 doctor eth9
! ctl r1 -H -o interface doctor eth1 | grep -qw eth0 || fail 'doctor of eth1 speaks of eth0'
! ctl r1 -4 doctor | grep -q 'IPv6' || fail 'doctor -4 speaks of IPv6'

# Keys on one side: the note is gone, and the other side's messages are findings.
echo secret > "$WORK/key"
ends 0 '' ctl r1 key add eth1 id 1 algo sha256 file "$WORK/key"
within 15 finds r1 'warning refused' 'HPIM-DM messages that no key of this interface signed' eth1
within 5 misses r1 'note no-keys' 'without keys' eth1
ends 8 'compare' ctl r1 doctor eth1
ends 8 '"severity":"warning"' ctl r1 -j doctor
ends 0 '' ctl r1 key delete eth1 id 1
within 25 synced r1 2

# Settings of the kernel.
run r2 sysctl -qw net.ipv4.conf.eth0.rp_filter=1 net.ipv4.conf.eth1.forwarding=0 \
	net.ipv6.conf.eth1.forwarding=0
within 5 finds r2 'note rp-filter' 'rp_filter of eth0 is strict'
within 5 finds r2 'note forwarding' 'IPv4 forwarding is off on eth1'
within 5 finds r2 'note forwarding' 'IPv6 forwarding is off on eth1'
within 5 misses r2 'note rp-filter' 'eth1'
worst_is r2 0 || fail 'settings of the kernel are more than notes'
run r2 sysctl -qw net.ipv4.conf.eth0.rp_filter=2 net.ipv4.conf.eth1.forwarding=1 \
	net.ipv6.conf.eth1.forwarding=1
within 5 misses r2 'note (rp-filter|forwarding)' ''

# Rules of other programs that are asked before the one to our table. One that is asked after it, and one
# of another interface, are no findings; a table that no program has opened is none yet.
for ip in 'ip' 'ip -6'; do
	run r2 $ip mrule add pref 100 iif eth1 table 77 && run r2 $ip mrule add pref 101 iif eth9 table 77 &&
		run r2 $ip mrule add pref 40000 table 77 || fail "no rule: $ip"
	within 5 finds r2 'note rules' "by rule 100 of another program ($ip mrule) packets from eth1 go to the multicast table 77"
	[ "$(grep -c ' rules ' "$WORK/doctor.log")" = 1 ] || fail 'rules that are not asked, or not yet, are findings'
	case $ip in *6) six='--six' ;; *) six= ;; esac
	spawn owner r2 perl "$NETNS/mrtable.pl" 77 $six
	owner=$!
	within 5 finds r2 'warning rules' "by rule 100 of another program ($ip mrule) packets from eth1 go to the multicast table 77"
	misses r2 'note rules' '' || fail 'a rule is a note as well'
	kill $owner
	wait $owner 2> /dev/null
	run r2 $ip mrule del pref 100
	within 5 misses r2 '(note|warning) rules' ''
	run r2 $ip mrule add pref 102 blackhole
	within 5 finds r2 'warning rules' "by rule 102 of another program ($ip mrule) packets from all interfaces are dropped" eth0
	run r2 $ip mrule del pref 102
	run r2 $ip mrule del pref 101
	run r2 $ip mrule del pref 40000
done

# What cures a finding is a command in its remedy: typed as it stands there, the finding is gone.
# heals NODE CHECK WORDS [SEVERITY [IFACE]]: run the first command of the remedy of that finding
heals() {
	local command severity=${4:-note}
	within 5 finds "$1" "$severity $2" "$3"
	command=$(ctl "$1" -H -o check,remedy doctor ${5:+"$5"} | grep -E "^ *$2 " | head -n 1 | sed "s/[^']*'\([^']*\)'.*/\1/")
	echo "$1: $2: $command"
	case $command in
	hpimctl*) run "$1" "$BUILD"/hpimctl -i "$PREFIX-$1" ${command#hpimctl } ;;
	*) run "$1" sh -c "$command" ;;
	esac > "$WORK/heals.log" 2>&1 || fail "$command"
	within 10 misses "$1" "$severity $2" "$3"
}

run r2 sysctl -qw net.ipv4.conf.eth0.rp_filter=1
heals r2 rp-filter 'rp_filter of eth0 is strict'
run r2 sysctl -qw net.ipv4.conf.eth1.forwarding=0
heals r2 forwarding 'IPv4 forwarding is off on eth1'
run r2 sysctl -qw net.ipv6.conf.eth1.forwarding=0
heals r2 forwarding 'IPv6 forwarding is off on eth1'
if run r2 sysctl -qw net.ipv4.nexthop_compat_mode=0 2> /dev/null; then
	heals r2 nexthop-objects 'nexthop_compat_mode is off'
fi
run dst ethtool -K eth0 gro off
heals r2 redirects 'eth1 takes no frames from XDP'

# The other end of a veth: in another namespace its offloads cannot be read, so it is named; in this one
# they are.
within 5 finds r2 'note veth-peer' "offloads of eth0, the other end of eth1 in the namespace $PREFIX-dst, cannot be read from here"
ctl r2 -H -o check,remedy doctor eth1 | grep 'veth-peer' > "$WORK/remedy.log"
grep -qF "'ip netns exec $PREFIX-dst ethtool -K eth0 tx off'" "$WORK/remedy.log" || fail "how to look: $(cat "$WORK/remedy.log")"
run r2 ip link add eth5 type veth peer name here5
run r2 sh -c 'ip link set here5 up && ip address add 10.1.5.1/24 dev eth5 && ip link set eth5 up'
ends 0 eth5 ctl r2 attach eth5
heals r2 veth-peer 'here5, the other end of eth5, leaves checksums to the hardware' note eth5

# A bridge of this machine that snoops, with the router at one of its ports and as its own interface.
run r2 ip link add br5 type bridge mcast_snooping 1
run r2 sh -c 'ip link set br5 up && ip link set here5 master br5'
run r2 bridge link set dev here5 mcast_router 0
within 5 finds r2 'warning bridge' 'the bridge br5 snoops IGMP, and here5, its port to eth5, is never a router port' eth5
run r2 bridge link set dev here5 mcast_router 1
ends 0 '' ctl r2 detach eth5
ends 0 eth5 ctl r2 attach eth5
within 40 misses r2 '(note|warning) bridge' '' eth5
run r2 bridge link set dev here5 mcast_router 0
heals r2 bridge 'the bridge br5 snoops IGMP, and here5, its port to eth5, is never a router port' warning eth5
run r2 ip link set br5 type bridge mcast_snooping 0
within 5 misses r2 '(note|warning) bridge' '' eth5
ends 0 '' ctl r2 detach eth5
run r2 ip link del br5
run r2 ip link del eth5

# The kernel of this machine: what it lacks is one finding, and is not when it is there.
if [ "$(cat /proc/sys/net/core/bpf_jit_enable)" != 0 ]; then
	misses r2 'warning kernel' '' || fail "the kernel lacks: $(grep ' kernel ' "$WORK/doctor.log")"
fi

# Trees without a way to the source.
chain_has_trees
within 5 misses r2 'warning (route|upstream)' ''
within 5 misses r2 'note metric' ''
run r2 ip route add 10.1.1.0/25 via 10.1.2.1 dev eth0
heals r2 metric '(10.1.1.100, 239.1.2.3): the route to 10.1.1.0/25 has no metric (preference'
run r2 ip route del 10.1.1.0/25
ends 0 '' ctl r2 rpf-metric delete all
run r2 ip route del 10.1.1.0/24
run r2 ip -6 route del 2001:db8:1::/64
within 5 finds r2 'warning route' '(10.1.1.100, 239.1.2.3): there is no route to 10.1.1.100 in table 254'
within 5 finds r2 'warning route' '(2001:db8:1::100, ff3e::1:2:3): there is no route'
worst_is r2 8 || fail 'a missing route is no warning'
run r2 ip route add 10.1.1.0/24 via 10.1.2.1 proto zebra metric 20
run r2 ip -6 route add 2001:db8:1::/64 via 2001:db8:2::1 proto zebra metric 20
within 5 misses r2 'warning route' ''

# The querier of a link is named by the router that is not it.
ends 0 '' ctl r1 detach eth1 igmp
ends 0 '' ctl r1 attach eth1 igmp
within 5 finds r2 'note querier' '10.1.2.1 is the IGMP querier, each 125 s, robustness 2' eth0
misses r1 'note querier' 'IGMP' eth1 || fail 'the querier names another one'

# The longest message of a neighbor is its Sync with trees. Where this end takes no frames as long, it is
# repeated in vain; where it takes them beyond its own MTU, both ends differ.
trees() { table r1 group show trees | grep -c '^239\.7\.'; }
ends 0 '' ctl r2 detach eth0
run src "$BUILD/mcgen" -i eth0 --flood 10.1.1.100/32,239.7.0.0/26 -n 600 -r 100 > "$WORK/flood.log" || fail 'no trees'
within 10 eval '[ "$(trees)" -ge 50 ]'
run r2 ip link set eth0 mtu 600
ends 0 eth0 ctl r2 -4 attach eth0 hpim
within 60 finds r1 'warning mtu' "a Sync of " eth1
grep -qE ' mtu +a Sync of 1[0-9]{3} bytes to neighbor 10.1.2.2 was repeated [23] times, and not answered until' \
	"$WORK/doctor.log" || fail "not what was lost: $(grep ' mtu ' "$WORK/doctor.log")"
run r2 ip link set eth0 mtu 1500
within 60 eval 'table r1 state,family show neighbors | grep -qx "synced 4"'
within 5 misses r1 '(note|warning) mtu' '' eth1
run r2 ip link set eth0 mtu 900
within 10 finds r2 'warning mtu' 'neighbor 10.1.2.1 has sent a packet of 1' eth0
run r2 ip link set eth0 mtu 1500
within 10 misses r2 '(note|warning) mtu' '' eth0

# Interfaces: down, gone.
run r2 ip link set eth1 down
within 5 finds r2 'warning interface' 'eth1 is down'
run r2 ip link del eth1
within 5 finds r2 'error interface' 'eth1 does not exist'
worst_is r2 8 || fail 'a missing interface is no error'
