#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Who is no router speaks HPIM-DM, without keys: from off the link through a router, with the TTL that
# is left as 1, and on the link in the name of the neighbors, while a stream flows. Nothing is lost.
# Then invented neighbors by the hundred while the real one comes back.
. "$(dirname "$0")/../lib.sh"
need perl

# stranger NODE ARGUMENTS...: see strangers.pl
stranger() {
	local name=$1
	shift
	run "$name" perl "$NETNS/strangers.pl" "$@" || fail "$name cannot send: $*"
}
mac() { run "$1" ip -o link show "$2" | sed 's/.*link\/ether \([^ ]*\).*/\1/'; }
link_local() { run "$1" ip -6 -o addr show dev "$2" scope link | awk '{ sub("/.*", "", $4); print $4 }'; }
# boot_time NODE IFACE NEIGHBOR
boot_time() { table "$1" address,boot_time neighbors "$2" | awk -v a="$3" '$1 == a { print $2 }'; }
grown() { [ "$(counter "$1" "$2" "$3")" -ge "$4" ]; }

mount_bpf
node src dst evil
router r1 r2
wire src eth0 10.1.1.100/24,2001:db8:1::100/64 r1 eth0 10.1.1.1/24,2001:db8:1::1/64
lan sw r1 eth1 10.1.2.1/24,2001:db8:2::1/64 r2 eth0 10.1.2.2/24,2001:db8:2::2/64 \
	evil eth0 10.1.2.66/24,2001:db8:2::66/64
wire r2 eth1 10.1.3.1/24,2001:db8:3::1/64 dst eth0 10.1.3.100/24,2001:db8:3::100/64
run r2 ip route add 10.1.1.0/24 via 10.1.2.1 proto zebra metric 20
run r2 ip -6 route add 2001:db8:1::/64 via 2001:db8:2::1 proto zebra metric 20
run r1 sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.eth0.rp_filter=0
chain_serves
chain_has_trees

# From off the link, through r1: any TTL, and the one that is left as 1.
gate=$(mac r1 eth0)
stranger src eth0 "$gate" 10.9.9.9 10.1.2.2 2 1000 40
within 5 grown r2 eth0 control-source 1
stranger src eth0 "$gate" 10.1.2.77 10.1.2.2 64 1000 40
within 5 grown r2 eth0 control-ttl 1
stranger src eth0 "$gate" 10.1.2.77 10.1.2.2 2 1000 40
within 5 grown r2 eth0 control-destination 1
stranger src eth0 "$gate" 10.1.2.77 10.1.2.2 2 1000 interest
within 5 grown r2 eth0 control-stranger 1
stranger src eth0 "$gate" 10.1.2.77 10.1.2.2 2 "$(boot_time r1 eth1 10.1.2.2)" sync
stranger src eth0 "$gate" 10.1.2.1 10.1.2.2 2 1000 interest # r1 itself by way of r1: its own station
within 5 grown r2 eth0 control-station 1
! shows r2 10.1.2.77 neighbors || fail 'a host off the link is a neighbor'

# On the link, as each of the two routers: BootTimes that win, and goodbyes.
COUNT=15000
listen exact dst $GROUP4 --expect 1-$COUNT
listen exact6 dst $GROUP6 --expect 1-$COUNT
spawn sender src "$BUILD/mcgen" -i eth0 -g $GROUP4 -n $COUNT -r 1000
sender=$!
spawn sender6 src "$BUILD/mcgen" -i eth0 -g $GROUP6 -n $COUNT -r 1000
sender6=$!
ll1=$(link_local r1 eth1) ll2=$(link_local r2 eth0)
all4='01:00:5e:00:00:0d 224.0.0.13' all6='33:33:00:00:00:0d ff02::d'
for victim in "10.1.2.1 r2 eth0 $all4" "10.1.2.2 r1 eth1 $all4" "$ll1 r2 eth0 $all6" "$ll2 r1 eth1 $all6"; do
	read -r addr judge iface to group <<< "$victim"
	boot=$(boot_time "$judge" "$iface" "$addr")
	[ -n "$boot" ] || fail "$judge does not show the BootTime of $addr"
	stranger evil eth0 "$to" "$addr" "$group" 1 "$boot" 0
done
within 10 synced r1 2
within 10 synced r2 2
for victim in "10.1.2.1 $all4" "10.1.2.2 $all4" "$ll1 $all6" "$ll2 $all6"; do
	read -r addr to group <<< "$victim"
	stranger evil eth0 "$to" "$addr" "$group" 1 4294967295 40
done
ended $sender || ended $sender6 && fail 'the stream ended before the attack'
within 30 grown r1 eth1 neighbor-claim 1
within 30 grown r2 eth0 neighbor-claim 1
wait $sender || fail 'the sender of IPv4 failed'
wait $sender6 || fail 'the sender of IPv6 failed'
all_arrive exact
all_arrive exact6
for name in r1 r2; do
	synced $name 2 || fail "$name lost its neighbor"
	! said $name removed || fail "$name removed its neighbor: $(grep removed "$WORK/$name.log")"
done

# 450 invented neighbors a second, while r2 is away and comes back.
spawn flood evil perl "$NETNS/strangers.pl" eth0 01:00:5e:00:00:0d 10.1.2.70 224.0.0.13 1 1000 40 9000 450
flood=$!
within 10 grown r1 eth1 neighbor-rate 100
ends 0 '' ctl r2 detach eth0
ends 0 eth0 ctl r2 attach eth0
back() { table r1 address,state neighbors eth1 | grep -q '^10\.1\.2\.2  *synced'; }
within 12 back
! ended $flood || fail 'the flood ended too early'
kill $flood
for name in r1 r2; do
	lines=$(wc -l < "$WORK/$name.log")
	[ "$lines" -lt 200 ] || fail "$name wrote $lines lines"
done
within 30 synced r2 2
