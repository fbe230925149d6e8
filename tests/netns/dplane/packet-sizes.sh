#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Packets of every size: longer than the MTU of one of two outputs (cut or refused as the kernel does
# it, and counted), jumbo frames, several datagrams in one piece, by the sender (GSO) or joined on
# arrival (GRO). Each output gets what it can get, once.
. "$(dirname "$0")/../lib.sh"
need perl

COUNT=48
TOO_LARGE='native XDP refused: veth: Peer MTU is too large to set XDP' # in its driver's words

# mtu NODE IFACE BYTES
mtu() { run "$1" ip link set "$2" mtu "$3" || fail "no MTU of $3 on $2 of $1"; }

# refusals NODE 4|6: packets that its kernel did not forward, since they were longer than an MTU
refusals() {
	if [ "$2" = 4 ]; then
		run "$1" awk '/^Ip: [0-9]/ { print $19 }' /proc/net/snmp
	else
		run "$1" awk '$1 == "Ip6OutFragFails" || $1 == "Ip6FragFails" { n = $2 } END { print n }' /proc/net/snmp6
	fi
}

# told_too_big: ICMPv6 messages to src that its packets are too big
told_too_big() { run src awk '$1 == "Icmp6InPktTooBigs" { print $2 }' /proc/net/snmp6; }

# in_tier TIER GROUP COUNT COMMAND...: fail unless the command adds so many packets there
in_tier() {
	local want
	want=$(($(table r "$1_packets" mroutes "$2") + $3))
	"${@:4}"
	shows r "$want" "$1_packets" mroutes "$2" ||
		fail "$1_packets to $2 are $(table r "$1_packets" mroutes "$2") instead of $want after ${*:4}"
}

# both BYTES: packets that fit both outputs, then packets with so many bytes of payload
both() {
	odd src plain "$group" $COUNT stream=29
	odd src plain "$group" $COUNT stream=29 start=$((COUNT + 1)) size="$1"
}

# one_gets_all BYTES: such packets, which one output refuses, then others; the narrow host gets these
one_gets_all() {
	hears wide "$group" 1 $((2 * COUNT))
	hears narrow "$group" $((COUNT + 1)) $((2 * COUNT))
	odd src df "$group" $COUNT stream=30 size="$1"
	odd src plain "$group" $COUNT stream=30 start=$((COUNT + 1))
	heard wide
	heard narrow
}

# one_is_too_narrow TIER BYTES: eth2 takes less than packets with so many bytes of payload have
one_is_too_narrow() {
	local fails tells family
	family=$(family_of "$group")
	if [ "$family" = 4 ]; then
		watch narrow "$group"
		counts r eth0 too-big $COUNT in_tier kernel "$group" $COUNT in_tier "$1" "$group" $COUNT \
			arrives "$group" $((2 * COUNT)) 'wide narrow' both "$2"
		unwatch narrow
		[ "$(grep -c ' at=0 more=1 .*head=ok' "$WORK/watch-narrow.log")" -eq $COUNT ] ||
			fail 'the packets were not cut'
	fi
	fails=$(refusals r "$family") tells=$(told_too_big)
	counts r eth0 too-big $COUNT in_tier kernel "$group" $COUNT in_tier "$1" "$group" $COUNT one_gets_all "$2"
	[ "$(($(refusals r "$family") - fails))" -eq $COUNT ] ||
		fail "the kernel refused $(($(refusals r "$family") - fails)) packets to $group, not $COUNT"
	[ "$family" = 4 ] || [ "$(told_too_big)" -gt "$tells" ] || fail 'the source is not told'
}

# tier_is TIER [WHY]: of both trees
tier_is() { shows r "$1 ${2:--}
$1 ${2:--}" tier,why mroutes; }

star wide narrow
mtu r eth2 1280
star_serves
for group in $GROUP4 $GROUP6; do
	star_has_tree $group wide narrow
done
within 5 tier_is xdp

# In XDP, in TC behind it, since it cannot reach one output, and in TC alone.
for group in $GROUP4 $GROUP6; do
	one_is_too_narrow xdp 1300
done
run wide ethtool -K eth0 gro off > /dev/null
within 5 tier_is tc 'eth1: veth takes redirected frames only while its peer has GRO or XDP on'
for group in $GROUP4 $GROUP6; do
	one_is_too_narrow tc 1300
done
ends 0 eth0 ctl r attach eth0 mode tc
within 5 tier_is tc 'eth0: mode is tc'
for group in $GROUP4 $GROUP6; do
	one_is_too_narrow tc 1300
done
run wide ethtool -K eth0 gro on > /dev/null
echo 'longer than an MTU'

# forwarded_bytes: of frames that arrived on eth0
forwarded_bytes() { table r reason,bytes counters eth0 | awk '$1 == "forwarded" { print $2 }'; }

# in_pieces MOST LEAST: a stream of datagrams in pieces of 16 to $group is counted by datagrams; its
# bytes are between these
in_pieces() {
	local bytes
	bytes=$(forwarded_bytes)
	counts r eth0 forwarded $COUNT in_tier tc "$group" $COUNT \
		arrives "$group" $COUNT 'wide narrow' odd src burst "$group" $COUNT size=1000
	bytes=$(($(forwarded_bytes) - bytes))
	[ "$bytes" -le "$1" ] && [ "$bytes" -ge "$2" ] || fail "$bytes bytes to $group are not between $1 and $2"
}

# heads GROUP: bytes before the payload
heads() { [ "$(family_of "$1")" = 4 ] && echo 42 || echo 62; }

# In one piece from the sender: without XDP on eth0 it arrives as it is, its headers once.
pieces=$((COUNT / 16))
run src ethtool -K eth0 tx on tx-udp-segmentation on > /dev/null
for group in $GROUP4 $GROUP6; do
	bytes=$((COUNT * 1000 + pieces * $(heads $group)))
	in_pieces $bytes $bytes
	# Its datagrams are longer than the MTU of one output: the kernel, which counts pieces, cuts them.
	[ $group = $GROUP6 ] || counts r eth0 too-big $COUNT in_tier kernel $group $pieces \
		arrives $group $COUNT 'wide narrow' odd src burst $group $COUNT size=1300
done

# Joined on arrival. How many are joined depends on when the kernel looks.
run src ethtool -K eth0 tx-udp-segmentation off > /dev/null
run r ethtool -K eth0 rx-udp-gro-forwarding on > /dev/null
for group in $GROUP4 $GROUP6; do
	in_pieces $((COUNT * (1000 + $(heads $group)) - 1)) $((COUNT * 1000))
done
run r ethtool -K eth0 rx-udp-gro-forwarding off > /dev/null
run src ethtool -K eth0 tx off > /dev/null
echo 'in one piece'

# Jumbo frames: no native XDP on such an input.
ends 0 '' ctl r detach eth0
ends 0 '' ctl r detach eth1
for end in src:eth0 r:eth0 r:eth1 wide:eth0; do
	mtu ${end%:*} ${end#*:} 9000
done
ends 0 "$TOO_LARGE" ctl r attach eth0
ends 0 '' ctl r attach eth1
for group in $GROUP4 $GROUP6; do
	within 15 has_member r eth1 $group
	send src $group -n 10 -r 100
	within 10 outputs_are $group wide narrow
done
within 5 tier_is tc "eth0: $TOO_LARGE"
for group in $GROUP4 $GROUP6; do
	one_is_too_narrow tc 8000
done
for group in $GROUP4 $GROUP6; do
	hush "stays-narrow-$group"
	within 10 outputs_are $group wide
	counts r eth0 forwarded $COUNT in_tier tc $group $COUNT \
		arrives $group $COUNT wide odd src df $group $COUNT size=8000
done
ends 0 '' ctl r attach eth0 mode generic
within 5 tier_is xdp
for group in $GROUP4 $GROUP6; do
	counts r eth0 forwarded $COUNT in_tier xdp $group $COUNT \
		arrives $group $COUNT wide odd src df $group $COUNT size=8000
done
echo 'jumbo frames'
