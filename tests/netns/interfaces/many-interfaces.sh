#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A router with 128 interfaces, 127 of them outputs of one tree: each output gets each packet once,
# in XDP and in TC. The kernel's cache has room for 32 interfaces; which ones it lacks is said, and
# what they do not get while it carries the tree is counted.
# runner: alone, 256 interfaces that come up keep both processors and the lock of the network busy
. "$(dirname "$0")/../lib.sh"
need perl

OUTPUTS=127 COUNT=100
VIFS=32 # of the kernel; one of them is the input

began=$EPOCHREALTIME
took() { # since it was asked last
	local now=$EPOCHREALTIME
	echo "$* in $(((${now/./} - ${began/./}) / 1000)) ms"
	began=$EPOCHREALTIME
}

# batch NODE: run what ip reads there
batch() { run "$1" ip -batch - || fail "ip of $1"; }

# per_output FORMAT: a line for each output, with its number
per_output() { for n in $(seq $OUTPUTS); do printf "$1\n" $n $n; done; }

tree_is() { shows r "$1 ${2:--}" tier,why mroutes "$group"; }

# all_outputs: whether the tree has them all
all_outputs() { [ "$(table r outputs mroutes "$group" | tr , '\n' | grep -c .)" -eq $OUTPUTS ]; }

# members_known: of both groups on all outputs
members_known() { [ "$(table r group groups | grep -cE "^($GROUP4|$GROUP6)\$")" -eq $((2 * OUTPUTS)) ]; }

# each_gets OUTPUTS: of the stream to $group so many outputs get each packet once, the others nothing
each_gets() {
	spawn count sinks perl "$NETNS/packets.pl" count "$group" $COUNT "$1"
	sinks[count]=$!
	until_true 10 said count counting || fail 'nobody counts'
	send src "$group" -n $COUNT -r 100
	until_true 20 said count complete || true # the last line tells what is missing
	hush count
	[ "$(tail -n 1 "$WORK/count.log")" = "interfaces=$1 once=$(($1 * COUNT)) again=0 strange=0" ] ||
		fail "$group: not $1 outputs, once each: $(tail -n 1 "$WORK/count.log")"
}

mount_bpf
node src sinks
router r
wire src eth0 10.1.1.100/24,2001:db8:1::100/64 r eth0 10.1.1.1/24,2001:db8:1::1/64
for name in r sinks; do
	run $name sysctl -qw net.ipv6.conf.default.accept_dad=0
done
run sinks sysctl -qw net.ipv4.igmp_max_memberships=$((2 * OUTPUTS))
per_output "link add eth%d netns $PREFIX-r type veth peer name end%d netns $PREFIX-sinks" | ip -batch - ||
	fail 'no cables'
per_output 'addr add 10.2.%d.1/24 dev eth%d' | batch r
per_output 'addr add 10.2.%d.2/24 dev end%d' | batch sinks
per_output 'link set eth%d up' | batch r
per_output 'link set end%d up' | batch sinks
for n in $(seq $OUTPUTS); do
	run sinks ethtool -K end$n gro on > /dev/null
done
until_true 20 ready r eth$OUTPUTS && until_true 20 ready sinks end$OUTPUTS || fail 'the cables do not come up'
took "$OUTPUTS cables"

start_router r
ends 0 eth0 ctl r attach eth0
ends 0 eth$OUTPUTS ctl r attach "$(seq -f eth%g -s, $OUTPUTS)"
took "$OUTPUTS interfaces attached"
[ "$(table r tier,redirects interfaces | uniq -c | sed 's/^ *//')" = "$((OUTPUTS + 1)) xdp yes" ] ||
	fail "not all interfaces are in XDP: $(table r tier,redirects interfaces | uniq -c)"
[ "$(table r kernel interfaces | grep -c yes)" -eq $VIFS ] || fail 'another number of interfaces is in the cache'
shows r $((OUTPUTS + 1)) interfaces status || fail "$(table r interfaces status) interfaces"
shows r $((OUTPUTS + 1 - VIFS)) unmirrored status || fail "$(table r unmirrored status) are not mirrored"

spawn members sinks perl "$NETNS/packets.pl" join $GROUP4 $GROUP6
until_true 20 said members joined || fail 'nobody joins'
within 30 members_known
took 'members known'

for group in $GROUP4 $GROUP6; do
	send src $group -n 10 -r 100
	within 10 all_outputs
	within 10 tree_is xdp
	each_gets $OUTPUTS
done
took 'streams in XDP'

ends 0 eth0 ctl r attach eth0 mode tc
for group in $GROUP4 $GROUP6; do
	within 10 tree_is tc 'eth0: mode is tc'
	each_gets $OUTPUTS
done
took 'streams in TC'

ends 0 eth0 ctl r attach eth0 mode kernel
beyond=eth$VIFS
for group in $GROUP4 $GROUP6; do
	within 10 tree_is kernel "$beyond: gets nothing, not in the kernel's multicast cache"
	counts r eth$OUTPUTS not-mirrored $COUNT counts r $beyond not-mirrored $COUNT \
		counts r eth1 not-mirrored 0 each_gets $((VIFS - 1))
done
took "streams in the kernel's cache"
