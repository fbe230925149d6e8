#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Source filters of a host with the kernel's default IGMPv3 and MLDv2, two routers away from two
# sources of one group: what it asks for comes, and the source that it does not want stays where it
# is. A host of the older version is served too.
. "$(dirname "$0")/../lib.sh"
need tcpdump

COUNT=200

mount_bpf
node src1 src2 dst
router r1 r2
wire src1 eth0 10.1.1.100/24,2001:db8:1::100/64 r1 eth0 10.1.1.1/24,2001:db8:1::1/64
wire src2 eth0 10.1.4.100/24,2001:db8:4::100/64 r1 eth1 10.1.4.1/24,2001:db8:4::1/64
wire r1 eth2 10.1.2.1/24,2001:db8:2::1/64 r2 eth0 10.1.2.2/24,2001:db8:2::2/64
wire r2 eth1 10.1.3.1/24,2001:db8:3::1/64 dst eth0 10.1.3.100/24,2001:db8:3::100/64
for net in 1 4; do
	run r2 ip route add 10.1.$net.0/24 via 10.1.2.1 proto zebra metric 20 &&
		run r2 ip -6 route add 2001:db8:$net::/64 via 2001:db8:2::1 proto zebra metric 20 ||
		fail 'no route on r2'
done
start_router r1
start_router r2
ends 0 eth2 ctl r1 attach eth0,eth1,eth2
ends 0 eth1 ctl r2 attach eth0,eth1
within 15 synced r1 2
within 15 synced r2 2

# outputs ROUTER WANT1 WANT2: where the packets of each source go
outputs() { shows "$1" "$source1 $2"$'\n'"$source2 $3" source,outputs mroutes "$group"; }

# group_is STATE: how R2 sees the group
group_is() { table r2 group,state show groups eth1 | grep -qxF "$group $1"; }

# captured SOURCE: packets of a source that came to dst
captured() { grep -cF " $1." "$WORK/capture.log"; }
has_captured() { [ "$(captured "$1")" -ge "$2" ]; }

for group in $GROUP4 $GROUP6; do
	case $group in
	$GROUP4) source1=10.1.1.100 source2=10.1.4.100 ;;
	*) source1=2001:db8:1::100 source2=2001:db8:4::100 ;;
	esac

	# The first report, before any query: one source.
	listen one dst "$group" -S $source1
	within 3 group_is Include
	send src1 "$group" -n 30 -r 100
	send src2 "$group" -n 30 -r 100
	within 10 outputs r1 eth2 -
	within 10 outputs r2 eth1 -

	# On the wire: all of one, nothing of the other.
	spawn capture dst tcpdump -l -nn -i eth0 udp port 5010
	capture=$!
	until_true 5 said capture listening || fail 'tcpdump does not listen in dst'
	listen exact dst "$group" -S $source1 --expect 1-$COUNT
	hush one
	before=$(datagrams dst "$(family_of "$group")")
	send src2 "$group" -n $COUNT -r 1000
	send src1 "$group" -n $COUNT -r 1000
	until_true 10 has_datagrams dst "$(family_of "$group")" $((before + COUNT)) || true
	within 10 has_captured $source1 $COUNT
	[ "$(captured $source1)" -eq $COUNT ] || fail "$(captured $source1) packets of $source1"
	[ "$(captured $source2)" -eq 0 ] || fail "$(captured $source2) packets of $source2 came to dst"
	kill "$capture"

	# Another receiver wants every source, and goes away again: the last member query finds that
	# one source is still wanted.
	listen any dst "$group"
	within 3 group_is Exclude
	within 10 outputs r1 eth2 eth2
	within 10 outputs r2 eth1 eth1
	hush any
	within 10 group_is Include
	within 10 outputs r2 eth1 -
	within 10 outputs r1 eth2 -

	hush exact || fail "packets of the wanted source were lost: $(tail -n 1 "$WORK/exact.log")"
	within 10 has_no_member r2 eth1 "$group"
	within 10 outputs r2 - -
	within 10 outputs r1 - -
done

run dst sysctl -qw net.ipv4.conf.eth0.force_igmp_version=2 net.ipv6.conf.eth0.force_mld_version=1
for group in $GROUP4 $GROUP6; do
	case $group in $GROUP4) older=MembersPresent ;; *) older=ListenersPresent ;; esac
	listen old dst "$group"
	within 3 group_is $older
	hush old
	within 10 has_no_member r2 eth1 "$group"
done
