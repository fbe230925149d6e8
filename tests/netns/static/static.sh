#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A static multicast router: no protocol runs, and XDP forwards by static routes of one source and of
# any. It goes on without a lost packet when the daemon is killed, replaced or restarted under
# traffic, waits for interfaces that do not exist yet, and refuses what makes no sense.
. "$(dirname "$0")/../lib.sh"

RATE=${RATE:-500}
STALE_S=6 # how long an entry of an earlier run counts where no route is for it
SOURCE4=10.1.1.100 SOURCE6=2001:db8:1::100
ANY4=239.7.0.0/16 ANY6=ff1e::7:0/112
LATE4=239.8.8.8 LATE6=ff1e::8

# add SOURCE GROUP WORDS...: a static route that is in force at once
add() { ends 0 active ctl one static route "$@"; }

# static COLUMNS FILTER...: what is shown of the rules
statics() { table one "$1" show static; }

# forwards GROUP COUNT 'HOST...': left sends so many, and each of the hosts gets them once each
forwards() {
	arrives "$1" "$2" "$3" send left "$1" -n "$2" -r 1000
}

# Of a source that is new the kernel keeps four packets until the daemon has answered, however long
# that takes on a busy machine, and no more. So these few come first: none of them may be lost.
FIRST=3

# learns HOST GROUP COUNT 'HOST...': so do packets of a source on HOST that has not sent to GROUP yet
learns() {
	arrives "$2" $FIRST "$4" send "$1" "$2" -n $FIRST -r 1000
	arrives "$2" "$3" "$4" send "$1" "$2" -n "$3" -r 1000
}

# judged HOST GROUP: all that was sent since it listens has arrived, once each
judged() {
	local name="judge-$1-$2" end
	hush "$name" || fail "$name: exit code $?"
	end=$(tail -n 1 "$WORK/$name.log")
	[ "$(field "$name" lost) $(field "$name" duplicated)" = '0 0' ] || fail "$name: $end"
	[ "$(field "$name" received)" -ge $((STALE_S * RATE)) ] || fail "$name: too little: $end"
	echo "  $1 $2: $(field "$name" received) packets, longest gap $(field "$name" longest_gap_ms) ms"
}

way_crash() {
	kill -9 "${daemons[one]}"
	wait "${daemons[one]}" 2> /dev/null
	ends 3 'no daemon answers' ctl one status
	start_router one --lease 30 --relearn $STALE_S
}
way_upgrade() {
	kill -USR1 "${daemons[one]}" # as the service manager does before a restart
	wait "${daemons[one]}" || fail "the daemon ends with exit code $?"
	start_router one --lease 30 --relearn $STALE_S
}
way_restart() { ends 0 '' ctl one restart; }

# under_traffic WAY GROUP...: streams to right stand; nothing of them is lost
under_traffic() {
	local group before rules
	rules=$(statics kind,source,group,input,outputs,state)
	for group in "${@:2}"; do
		listen "judge-right-$group" right "$group"
		within 10 said "judge-right-$group" '"event":"first"'
	done
	"way_$1"
	within 15 shows one "$rules" kind,source,group,input,outputs,state show static
	within 15 all_static "${@:2}"
	before=$(datagrams right 4)
	# Past the end of what only the maps remember.
	within $((4 * STALE_S)) has_datagrams right 4 $((before + 2 * (STALE_S + 1) * RATE))
	all_static "${@:2}" || fail "$1: $(table one source,group,owner mroutes)"
	echo "$1:"
	for group in "${@:2}"; do judged right "$group"; done
}
all_static() {
	local group
	for group in "$@"; do shows one 'static xdp' owner,tier mroutes "$group" || return 1; done
}

mount_bpf
node left right other late
router one
wire left eth0 $SOURCE4/24,$SOURCE6/64 one eth0 10.1.1.1/24,2001:db8:1::1/64
wire one eth1 10.1.2.1/24,2001:db8:2::1/64 right eth0 10.1.2.100/24,2001:db8:2::100/64
wire one eth2 10.1.3.1/24,2001:db8:3::1/64 other eth0 10.1.3.100/24,2001:db8:3::100/64
start_router one --lease 30 --relearn $STALE_S

# Of one source: each packet is forwarded by XDP, and no protocol is needed for it.
add $SOURCE4 $GROUP4 from eth0 to eth1,eth2
add $SOURCE6 $GROUP6 from eth0 to eth1,eth2
shows one $'eth0 no no no no\neth1 no no no no\neth2 no no no no' \
	interface,hpim4,hpim6,igmp,mld interfaces || fail 'a protocol runs, or no interface is attached'
for group in $GROUP4 $GROUP6; do
	forwards $group 200 'right other'
	shows one 'eth0 eth1,eth2 static xdp 200 0' input,outputs,owner,tier,xdp_packets,kernel_packets \
		mroutes $group || fail "$(table one all mroutes)"
done
ends 0 "the static route ($SOURCE4, $GROUP4) from eth0 to eth1,eth2 forwards it" \
	ctl one explain $SOURCE4 $GROUP4
ends 0 "the static route ($SOURCE6, $GROUP6) from eth0 to eth1,eth2 forwards it" \
	ctl one explain $SOURCE6 $GROUP6

# The same route again replaces its outputs.
add $SOURCE4 $GROUP4 from eth0 to eth1
shows one eth1 outputs mroutes $GROUP4 || fail 'the outputs are not replaced'
[ "$(statics group | grep -cxF $GROUP4)" = 1 ] || fail 'the route is there twice'
forwards $GROUP4 100 right

# Of any source: from the first packet on, and the longest prefix wins.
add '*' $ANY4 from eth0 to eth1
add '*' $ANY6 from eth0 to eth1
add '*' 239.7.7.0/24 from eth0 to eth1,eth2
for group in 239.7.1.1 ff1e::7:1; do
	learns left $group 200 right
	within 5 shows one 'eth1 static xdp' outputs,owner,tier mroutes $group
done
learns left 239.7.7.7 200 'right other'
[ "$(statics group,flows | grep -F "$ANY4")" = "$ANY4 1" ] || fail "$(statics group,flows)"
ends 0 "the static route (*, 239.7.7.0/24) from eth0 to eth1,eth2 forwards it" \
	ctl one explain $SOURCE4 239.7.7.7

# The daemon goes, and another one comes.
for group in $GROUP4 $GROUP6 239.7.1.1 ff1e::7:1; do
	spawn "left-$group" left "$BUILD/mcgen" -i eth0 -g $group -r "$RATE"
done
for way in crash upgrade restart; do
	under_traffic $way $GROUP4 $GROUP6 239.7.1.1 ff1e::7:1
done

# Interfaces that do not exist yet, and that go and come.
ends 0 'without eth9, which does not exist yet' ctl one static route '*' $LATE4 from eth0 to eth1,eth9
ends 0 'waits for eth9, which does not exist yet' ctl one static route '*' $LATE6 from eth9 to eth1
ends 0 'waits for eth9' ctl one explain 2001:db8:9::100 $LATE6
for again in 1 2; do
	wire late eth0 10.1.9.100/24,2001:db8:9::100/64 one eth9 10.1.9.1/24,2001:db8:9::1/64
	within 10 shows one 'up' state interfaces eth9
	shows one 'active' state show static eth9 || fail "$(statics all)"
	learns left $LATE4 100 'right late'
	learns late $LATE6 100 right
	run late ip link del eth0
	within 10 shows one absent state interfaces eth9
	forwards $LATE4 100 right
done
within 10 shows one waiting state show static eth9

# What makes no sense is refused as a whole.
before=$(statics all) ports=$(table one interface interfaces)
wrong() { ends 1 "$1" ctl one static "${@:2}"; }
route() { wrong "$1" route "${@:2}"; }
route 'is the input, and an output too' $SOURCE4 239.3.3.3 from eth0 to eth1,eth0
route 'eth1 is an output twice' $SOURCE4 239.3.3.3 from eth0 to eth1,eth2,eth1
route 'the name of an interface is empty' $SOURCE4 239.3.3.3 from eth0 to eth1,
route "'eth/1' is no name of an interface" $SOURCE4 239.3.3.3 from eth0 to eth/1
route "'sixteen-bytes-xy' is no name of an interface: too long" $SOURCE4 239.3.3.3 from eth0 to sixteen-bytes-xy
route 'group 10.2.2.2 is not multicast' $SOURCE4 10.2.2.2 from eth0 to eth1
route 'group 224.0.0.5 has link-local scope' $SOURCE4 224.0.0.5 from eth0 to eth1
route 'group ff02::5 has link-local scope' $SOURCE6 ff02::5 from eth0 to eth1
route "group 'all' is no address" $SOURCE4 all from eth0 to eth1
route "group '239.1.0.0/33' is no address, nor a prefix" '*' 239.1.0.0/33 from eth0 to eth1
route 'group 239.1.2.3/16 is no prefix: 239.1.0.0/16 would be one' '*' 239.1.2.3/16 from eth0 to eth1
route 'group 239.1.0.0/16 is a prefix where one group is expected' $SOURCE4 239.1.0.0/16 from eth0 to eth1
route 'group 224.0.0.0/3 is not multicast' '*' 224.0.0.0/3 from eth0 to eth1
route "source 'left' is neither an address nor '*'" left 239.3.3.3 from eth0 to eth1
route 'source 239.3.3.3 cannot be the source' 239.3.3.3 239.3.3.3 from eth0 to eth1
route 'source fe80::1 cannot be the source' fe80::1 ff1e::1 from eth0 to eth1
route 'are of different families' $SOURCE4 ff1e::1 from eth0 to eth1
route "the command lacks the word 'to' and the outputs" $SOURCE4 239.3.3.3 from eth0
wrong 'the command lacks the name of an interface' join 239.3.3.3
wrong "'eth2' is one interface too many" join 239.3.3.3 eth1 eth2
wrong 'group 239.3.0.0/16 is a prefix where one group is expected' join 239.3.0.0/16 eth1
ends 4 'no static route (*, 239.3.3.3)' ctl one static delete route '*' 239.3.3.3
ends 4 'no static route (*, 239.7.0.0/16) on eth1' ctl one static delete route '*' $ANY4 from eth1
ends 4 'no static join (*, 239.3.3.3) on eth1' ctl one static delete join 239.3.3.3 eth1
[ "$(statics all)" = "$before" ] || fail 'something refused is there'
[ "$(table one interface interfaces)" = "$ports" ] || fail 'something refused has attached an interface'

# An interface stays as long as something needs it.
ends 0 eth2 ctl one attach eth2
ends 0 'static routes name it' ctl one detach eth2
ends 0 '' ctl one static delete route '*' 239.7.7.0/24
shows one '' interface interfaces eth2 || [ "$(statics outputs | grep -c eth2)" != 0 ] ||
	fail "eth2 stays: $(statics all)"
for rule in "$SOURCE4 $GROUP4" "$SOURCE6 $GROUP6" "* $ANY4" "* $ANY6" "* $LATE4" "* $LATE6 from eth9"; do
	set -f
	ends 0 '' ctl one static delete route $rule
	set +f
done
shows one '' all show static || fail 'a rule is left'
within 5 shows one '' group mroutes
shows one '' interface interfaces || fail 'an interface is left attached'
