#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A daemon whose maps have an earlier layout is followed by this one, under traffic of both families,
# in XDP and in TC: nothing is lost, nothing comes twice, and the counters go on. The earlier ones are built from their commits. Back to them it does not go,
# and says what that would cost.
# OLD=COMMITS: other commits than these.
# runner: long
. "$(dirname "$0")/../lib.sh"
. "$NETNS/restart.sh"
need bpftool git

# Those with the layouts 3 and 6: the oldest that can be read, and the last before the next one.
OLD=${OLD:-647c218~1 ecb7893}
TOP=$(realpath "$NETNS/../..")
git -C "$TOP" cat-file -e "${OLD%% *}" 2> /dev/null || skip 'there is no history with earlier layouts'

pins() { echo "/sys/fs/bpf/hpim/$PREFIX-$1"; }
version() { bpftool map dump pinned "$(pins "$1")/settings" | sed -n 's/.*"version": \([0-9]*\).*/\1/p'; }

# built COMMIT: sets old to the folder with its daemon
built() {
	old=$WORK/$1
	mkdir -p "$old"
	git -C "$TOP" archive "$1" | tar -xf - -C "$old" || fail "commit $1 is not there"
	make -s -C "$old" -j"$(nproc)" BUILD=build build/hpimd build/hpimctl > "$WORK/build.log" 2>&1 ||
		fail "commit $1 is not built: $(tail "$WORK/build.log")"
}

# forwarded ROUTER GROUP: packets by XDP and TC; those of the kernel's cache end with a daemon
forwarded() { table "$1" xdp_packets,tc_packets show mroutes "$2" | awk '{ print $1 + $2 }'; }

# warm_up GROUP: its tree stands; what builds it is not counted as the rest is
warm_up() {
	listen "warm-$1" dst "$(port_of "$1")"
	within 15 has_member r1 eth1 "$1"
	send src "$1" -n 50 -r 500
	within 15 outputs r1 "$1" eth1
	warm[$1]=$(forwarded r1 "$1")
}
declare -A warm

# ended_well GROUP WORDS: the stream ends; what its receiver got from the start on has been counted
ended_well() {
	local group=$1 counted
	unjudge dst "$group"
	kill -TERM "${sending[src-$group]}"
	wait "${sending[src-$group]}"
	unset "sending[src-$group]"
	counted=$(forwarded r1 "$group")
	hush "all-$group" || fail "the receiver of all of $group ends badly"
	leaves dst "$group"
	hush "warm-$group" || fail "the first member of $group ends badly"
	counted=$((counted - warm[$group]))
	[ "$counted" -eq "$(field "all-$group" received)" ] ||
		fail "$2: $group: $counted are counted, received $(field "all-$group" received)"
}

# upgraded MODE COMMIT: from the daemon of that commit to ours
upgraded() {
	local group before way="$1, layout of $2"
	BUILD=$old/build serves r1
	before=$(version r1)
	for group in $GROUP4 $GROUP6; do
		warm_up "$group"
		listen "all-$group" dst "$group"
		stream src dst "$group" r1 eth1
	done
	know r1
	kill -USR1 "${daemons[r1]}"
	wait "${daemons[r1]}" || fail "the daemon of $2 ends with exit code $?"
	serves_again r1
	said r1 "carrying maps of version $before" || fail 'the maps are not carried over'
	[ "$(version r1)" -gt "$before" ] || fail 'the maps have the version of before'
	[ ! -e "$(pins r1)/new" ] || fail 'maps stay beside those in use'
	within 15 shows r1 "eth1 ${1/auto/xdp}" outputs,tier mroutes $GROUP4
	judged_so_far "$way"
	stale_ends r1 # what the maps alone had kept is gone
	judged_so_far "$way, the stale time"
	for group in $GROUP4 $GROUP6; do ended_well "$group" "$way"; done
	ends 0 '' ctl r1 stop keep-forwarding
	wait "${daemons[r1]}"
	ends 2 "holds maps of version $(version r1)" run r1 "$old/build/hpimd" -i "$PREFIX-r1" --foreground
	serves_again r1
	ends 0 '' ctl r1 stop
	wait "${daemons[r1]}"
}

mount_bpf
node src dst
router r1
wire src eth0 10.1.1.100/24,2001:db8:1::100/64 r1 eth0 10.1.1.1/24,2001:db8:1::1/64
wire r1 eth1 10.1.4.1/24,2001:db8:4::1/64 dst eth0 10.1.4.100/24,2001:db8:4::100/64
for commit in $OLD; do
	built "$commit"
	for MODE in auto tc; do upgraded $MODE "$commit"; done
done
