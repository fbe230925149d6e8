#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# runner: long
# FRR keeps a source for as long as the kernel counts its packets. Of two routers like each other, each its own RP, one
# follows with a packet a second for the kernel, and its tree stands for as long as the source sends; the other one's
# hpimd shows the kernel a packet a minute, and FRR gives up its tree.
#
#	src - r1 - dst		src2 - r2 - dst2, with the same addresses
. "$(dirname "$0")/../peers.sh"
need_peer frr

# FRR looks at the counters every 31 s, and gives a source up that long after the last packet: 210 s by default.
LINES='ip pim rp 10.1.1.1 224.0.0.0/4
ip pim keep-alive-timer 35
ip pim rp keep-alive-timer 35'

mount_bpf
node src dst src2 dst2
router r1 r2
declare -A source=([r1]=src [r2]=src2) host=([r1]=dst [r2]=dst2) keepalive=([r1]=1 [r2]=60)
for r in r1 r2; do
	wire ${source[$r]} eth0 10.1.1.100/24 $r eth0 10.1.1.1/24
	wire ${host[$r]} eth0 10.1.2.100/24 $r eth1 10.1.2.1/24
	start_frr $r "$LINES" eth0 eth1
	start_router $r --follow --keepalive ${keepalive[$r]}
	ends 0 '' ctl $r follow eth0,eth1
	stays ${host[$r]} $GROUP4
done

asks() { run "$1" ip mroute show | grep -F "(0.0.0.0,$GROUP4)" | grep -qw eth1; }
# given_up NODE: how often the entry of its source ended
given_up() { grep -c "^Deleted (10.1.1.100,$GROUP4)" "$WORK/table-$1.log"; }
ends_there() { [ "$(given_up r2)" -gt 0 ]; }
# stands NODE: with packets that keep it up
stands() {
	send ${source[$1]} $GROUP4 -n 10 -r 100 --stream 77
	follows "$1" $GROUP4 eth1
}

for r in r1 r2; do
	within 30 asks $r
	within 30 stands $r
	listen "at-$r" ${host[$r]} $GROUP4
	spawn "table-$r" $r ip monitor mroute
	spawn "stream-$r" ${source[$r]} "$BUILD/mcgen" -i eth0 -g $GROUP4 -r 100
	streams+=($!)
done
before=$(by_xdp r1)
began=$(milliseconds)
until_true 280 ends_there || fail "FRR keeps a tree of which the kernel sees no packet: $(cat "$WORK/table-r2.log")"
seconds=$((($(milliseconds) - began) / 1000))
echo "r2: its tree ended after $seconds s"
[ "$(given_up r1)" = 0 ] || fail "the tree of r1 ended: $(cat "$WORK/table-r1.log")"
follows r1 $GROUP4 eth1 || fail 'the tree of r1 is gone'
[ $(($(by_xdp r1) - before)) -gt $((seconds * 95)) ] ||
	fail "XDP of r1 forwarded $(($(by_xdp r1) - before)) packets in $seconds s"
kill -TERM "${streams[@]}"
wait "${streams[@]}"
sent=$(field stream-r1 last)
hush at-r1
[ "$(field at-r1 last)" = "$sent" ] || fail "the last packet of $sent did not arrive"
echo "r1: $sent sent, $(field at-r1 lost) lost, $(field at-r1 duplicated) repeated; its tree stood"
[ "$(field at-r1 lost)" = 0 ] && [ "$(field at-r1 duplicated)" = 0 ] || fail 'packets of r1 are lost or repeated'
