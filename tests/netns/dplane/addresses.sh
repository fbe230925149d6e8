#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Frames to another Ethernet address than their group's, and packets with a source that cannot be,
# through every tier: copies leave with the address of the group, or there are none and the reason
# is counted.
. "$(dirname "$0")/../lib.sh"
need perl

COUNT=20 FEW=5 # of what arrives, and of each that does not

# tier_is TIER: of both trees
tier_is() { shows r "$1
$1" tier mroutes; }

mac_of() { run "$1" ip -o link show "$2" | sed 's/.*ether \([^ ]*\).*/\1/'; }

# seen WORDS COUNT: whether host one saw so many packets with these facts
seen() { [ "$(grep -cE -e "$1" "$WORK/watch-one.log")" -eq "$2" ]; }

# leaves_as MAC FRAME_MAC...: what is sent to each of these arrives once, sent to the first
leaves_as() {
	local to
	for to in "${@:2}"; do
		watch one "$group"
		arrives "$group" $COUNT 'one two' odd src plain "$group" $COUNT to="$to"
		within 5 seen " to=$1 " $COUNT
		unwatch one
		seen '^len=' $COUNT || fail "mode $mode: one saw more than $COUNT packets to $group"
	done
}

# Both end with packets that arrive: what was sent before them would have come first.
others_then_good() { # OPTION...
	odd src plain "$group" $FEW "$@"
	odd src plain "$group" $COUNT
}

# refused REASON OPTION...: what is sent so does not arrive, and is counted
refused() {
	counts r eth0 "$1" $FEW arrives "$group" $COUNT 'one two' others_then_good "${@:2}"
}

star one two
star_serves
for group in $GROUP4 $GROUP6; do
	star_has_tree $group one two
done
trees=$(table r source,group mroutes)
run r ip addr add 10.250.0.1/32 dev lo && run r ip addr add fd77::1/128 dev lo || fail 'no addresses on lo'
knows_own() { ctl r explain fd77::1 $GROUP6 | grep -qF 'is an address of this router'; }
within 5 knows_own
ends 0 'is the broadcast address of a subnet of this router' ctl r explain 10.1.1.255 $GROUP4

for mode in ${MODES:-native generic tc kernel}; do
	ends 0 eth0 ctl r attach eth0 mode "$mode"
	tier=${mode/native/xdp}
	tier=${tier/generic/xdp}
	within 5 tier_is "$tier"
	group=$GROUP4
	leaves_as 01:00:5e:01:02:03 ff:ff:ff:ff:ff:ff 01:00:5e:00:00:01 33:33:00:00:00:01 "$(mac_of r eth0)"
	group=$GROUP6
	leaves_as 33:33:00:02:00:03 ff:ff:ff:ff:ff:ff 33:33:00:00:00:01 01:00:5e:00:00:01 "$(mac_of r eth0)"
	for group in $GROUP4 $GROUP6; do
		arrives "$group" $COUNT 'one two' others_then_good to=02:00:00:00:00:77
		# No program sees what arrives on an interface of mode kernel.
		[ "$mode" = kernel ] || refused bad-mac to=01:80:c2:00:00:00
	done
	echo "mode $mode: Ethernet addresses"

	reason=bad-source
	group=$GROUP4 never="0.0.0.0 0.1.2.3 127.0.0.1 169.254.1.1 224.0.0.1 255.255.255.255"
	for round in 4 6; do
		for source in $never; do
			if [ "$mode" = kernel ]; then
				arrives "$group" $COUNT 'one two' others_then_good source="$source"
			else
				refused $reason source="$source"
			fi
		done
		group=$GROUP6 never=":: ::1 fe80::99 ff02::1 ff3e::1"
	done
	for source in 10.1.1.1 10.1.1.255 10.2.2.1 10.250.0.1 2001:db8:1::1 fd77::1; do
		group=$GROUP4
		[ "$(family_of "$source")" = 4 ] || group=$GROUP6
		if [ "$mode" != kernel ]; then
			refused $reason source="$source"
		elif [ "$group" = $GROUP4 ]; then
			arrives "$group" $COUNT 'one two' others_then_good source="$source"
		fi
	done
	[ "$mode" = kernel ] || [ "$(table r source,group mroutes)" = "$trees" ] || fail "mode $mode: trees of such sources"
	echo "mode $mode: sources"
done
