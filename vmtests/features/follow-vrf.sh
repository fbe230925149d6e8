#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Another daemon owns the multicast tables of two VRFs, which have the same addresses: the entries of one
# go from eth0 to eth1, those of the other from eth2 to eth3. hpimd follows the table of the first one, on all
# these interfaces: XDP forwards by its entries, exactly, and the kernel those of the second VRF.
. "$(dirname "$0")/../lib.sh"

TIER=xdp
TABLE=${TABLE:-10} # that is followed; with 20, that of the other VRF, this fails
declare -A sources=([4]=10.1.1.100 [6]=2001:db8:1::100)

# owner NAME TABLE IFACE...: of this table, of both families
owner() {
	local name=$1 table=$2 family iface indexes=() six
	for iface in "${@:3}"; do indexes+=("$(ifindex r1 "$iface")"); done
	for family in 4 6; do
		mkfifo "$WORK/$name$family"
		six=
		[ $family = 4 ] || six=--six
		spawn "$name$family" r1 perl "$NETNS/follow/owner.pl" $six --table "$table" \
			"$WORK/$name$family" "${indexes[@]}"
		within $LONG said "$name$family" owns
	done
}

# entry NAME GROUP OUTPUT...: from the first interface of this owner; each call is another entry, or a change
entry() {
	local family before
	family=$(family_of "$2")
	before=$(written "$1$family" "$2")
	echo "${sources[$family]} $2 0 ${*:3}" > "$WORK/$1$family"
	within $LONG has_written "$1$family" "$2" $((before + 1))
}

# written LOG GROUP: how many entries an owner has written for it; has_written LOG GROUP COUNT
written() { grep -cxF "entry $2" "$WORK/$1.log"; }
has_written() { [ "$(written "$1" "$2")" = "$3" ]; }

# xdp_has GROUP: packets of this entry that XDP forwarded
xdp_has() { table r1 xdp_packets mroutes "$1"; }

# is_counted GROUP XDP KEPT COUNT: whether XDP has so many more than XDP, together with the packets that the
# kernel is to see, which were KEPT
is_counted() { [ $(($(xdp_has "$1") - $2 + $(counter r1 eth0 keepalive) - $3)) = "$4" ]; }

# by_xdp GROUP: dst gets each packet once, most of them by XDP
by_xdp() {
	local xdp kept
	xdp=$(xdp_has "$1") kept=$(counter r1 eth0 keepalive)
	numbered "$1" dst
	until_true 10 is_counted "$1" "$xdp" "$kept" $((COUNT + 1)) &&
		[ $(($(xdp_has "$1") - xdp)) -gt $((COUNT / 2)) ] ||
		fail "XDP forwarded $(($(xdp_has "$1") - xdp)) packets to $1: $(ctl r1 show counters)"
}

# by_kernel GROUP: other-dst gets each packet of its VRF once, none by XDP
by_kernel() {
	local before
	before=$(counter r1 eth2 forwarded)
	listen "other-$1" other-dst "$(to "$1" 5014)" --expect "1-$COUNT"
	send other-src "$(to "$1" 5014)" -n "$COUNT" -r $RATE
	all_arrive "other-$1"
	[ "$(counter r1 eth2 forwarded)" = "$before" ] ||
		fail "XDP forwards packets to $1 of a VRF that is not followed: $(ctl r1 show mroutes)"
}

mount_bpf
node src dst other-src other-dst
router r1
vrf r1 red 10
vrf r1 blue 20
wire src eth0 10.1.1.100/24,2001:db8:1::100/64 r1 eth0 ''
wire r1 eth1 '' dst eth0 10.1.3.100/24,2001:db8:3::100/64
wire other-src eth0 10.1.1.100/24,2001:db8:1::100/64 r1 eth2 ''
wire r1 eth3 '' other-dst eth0 10.1.3.100/24,2001:db8:3::100/64
inside r1 red eth0 10.1.1.1/24,2001:db8:1::1/64
inside r1 red eth1 10.1.3.1/24,2001:db8:3::1/64
inside r1 blue eth2 10.1.1.1/24,2001:db8:1::1/64
inside r1 blue eth3 10.1.3.1/24,2001:db8:3::1/64

owner red 10 eth0 eth1
owner blue 20 eth2 eth3
start_router r1 --follow "$TABLE"
ends 0 '' ctl r1 follow eth0,eth1,eth2,eth3

for group in $GROUPS_ALL; do
	entry blue "$group" 1
	entry red "$group" 1
	within $LONG shows r1 'eth0 eth1 xdp followed' input,outputs,tier,owner mroutes "$group"
done
for group in $GROUPS_ALL; do
	by_xdp "$group"
	by_kernel "$group"
done

# A change of the other table is none of this one; a change of this one is followed.
for group in $GROUPS_ALL; do
	entry blue "$group"
	entry red "$group"
	within $LONG shows r1 'eth0 - xdp followed' input,outputs,tier,owner mroutes "$group"
	entry red "$group" 1
	within $LONG shows r1 'eth0 eth1 xdp followed' input,outputs,tier,owner mroutes "$group"
	by_xdp "$group"
done
carried_why[r1]=- wanted_tier[r1]=$TIER
verdict r1 "table of a VRF, beside another VRF's with the same entries"
