#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# SMCRoute owns the kernel's multicast table, and XDP forwards by it: what it adds, changes and
# removes, by its thresholds, to no interface that is not followed, and without a packet lost or
# repeated when either daemon ends. Of each entry the kernel still gets a packet a second.
. "$(dirname "$0")/../lib.sh"
need smcrouted smcroutectl

star near far
OTHER4=239.1.2.4 OTHER6=ff3e::1:2:4
declare -A sources=([4]=10.1.1.100 [6]=2001:db8:1::100)

smc() { run r smcroutectl -u "$WORK/smc.sock" "$@"; }

# start_smcroute: with nothing but its interfaces; far gets only what has a TTL above 8
start_smcroute() {
	printf '%s\n' 'phyint eth0 enable' 'phyint eth1 enable' 'phyint eth2 enable ttl-threshold 8' \
		> "$WORK/smcroute.conf"
	spawn smcroute r smcrouted -N -n -f "$WORK/smcroute.conf" -P "$WORK/smc.pid" -u "$WORK/smc.sock"
	smcroute=$!
	within 10 smc show
}

# mroute add|remove GROUP [IFACE...]
mroute() { smc "$1" eth0 "${sources[$(family_of "$2")]}" "$2" "${@:3}" || fail "smcroutectl $*"; }

# entry COLUMNS GROUP: of the forwarding table
entry() { table r "$1" mroutes "$2"; }
entry_is() { [ "$(entry "$1" "$2")" = "$3" ]; }

# carries GROUP COUNT 'HOST...' [OPTION...]: so many arrive, and both counters together know it
carries() {
	local before after
	before=$(entry packets "$1")
	arrives "$1" "$2" "$3" send src "$1" -n "$2" -r 1000 "${@:4}"
	after=$(entry packets "$1")
	[ $((after - before)) -eq "$2" ] || fail "$1: $((after - before)) packets counted, $2 sent"
}

mostly_xdp() {
	local all xdp
	read -r all xdp <<< "$(entry packets,xdp_packets "$1")"
	[ $((xdp * 100)) -ge $((all * 95)) ] || fail "$1: only $xdp of $all packets in XDP"
	[ "$xdp" -lt "$all" ] || fail "$1: the kernel got none of $all packets"
	[ "$(counter r eth0 keepalive)" -ge $((all - xdp)) ] || fail "$1: keepalive counts less than the kernel"
}

echo 'what each mode refuses'
start_router r --follow
ends 2 'which another daemon owns' ctl r attach eth0
ends 2 'which another daemon owns' ctl r attach eth0 igmp
ends 2 'no static routes or joins' ctl r static route 10.1.1.100 $GROUP4 from eth0 to eth1
ends 0 eth2 ctl r follow eth0,eth1,eth2 mode "${MODE:-auto}"
ends 2 'thresholds are those of the followed entries' ctl r threshold eth1 3
[ -z "$(ctl r -H mroutes)" ] || fail 'entries without a table'

echo 'entries come, change and go'
start_smcroute
for group in $GROUP4 $GROUP6; do
	mroute add $group eth1
	within 5 entry_is input,outputs,tier,owner $group 'eth0 eth1 xdp followed'
	carries $group 3000 near
	mostly_xdp $group
	mroute add $group eth1 eth2
	within 5 entry_is outputs $group eth1,eth2
	carries $group 3000 'near far'
	source=${sources[$(family_of $group)]}
	[ "$(table r about,interface,verdict explain "$source" $group | grep -v packets)" = "$(printf '%s\n' \
		'entry eth0 followed' 'input eth0 ok' 'output eth1 yes' 'output eth2 yes' 'tier - xdp')" ] ||
		fail "explain: $(ctl r explain "$source" $group)"
	mroute remove $group
	ends 0 'has no entry of' ctl r explain "$source" $group
	within 5 entry_is outputs $group ''
done

echo 'thresholds: of IPv4 alone'
mroute add $GROUP4 eth1 eth2
within 5 entry_is outputs $GROUP4 eth1,eth2
stays_away() {
	listen away far "$1" --expect 1-1
	arrives "$1" 50 near send src "$1" -n 50 -r 1000 -T "$2"
	kill -TERM "${sinks[away]}"
	wait "${sinks[away]}" && fail "far gets a packet within its threshold"
	[ "$(field away received)" = 0 ] || fail "far gets $(field away received) packets within its threshold"
}
stays_away $GROUP4 8
carries $GROUP4 50 'near far' -T 9

echo 'outputs that are not followed, and listeners here, are the kernel'\''s'
ends 0 '' ctl r unfollow eth2
within 5 entry_is outputs,tier $GROUP4 'eth1 kernel'
carries $GROUP4 500 'near far'
ends 0 eth2 ctl r follow eth2 mode "${MODE:-auto}"
within 5 entry_is outputs,tier $GROUP4 'eth1,eth2 xdp'
listen here r $GROUP4 --expect 1-500
within 5 entry_is tier $GROUP4 kernel
carries $GROUP4 500 'near far'
all_arrive here
within 5 entry_is tier $GROUP4 xdp

echo 'what SMCRoute joins to attract packets no program receives'
smc join eth0 $GROUP4 || fail 'smcroutectl join'
within 5 run r grep -qi 030201EF /proc/net/igmp
carries $GROUP4 1500 'near far' # longer than two looks at who listens
entry_is tier $GROUP4 xdp || fail 'a join without a receiver keeps packets from XDP'

echo 'the daemon is killed, and starts again, under traffic'
hears near $GROUP4 1 6000
hears far $GROUP4 1 6000
spawn stream src "$BUILD/mcgen" -i eth0 -g $GROUP4 -n 6000 -r 1000
stream=$!
kill -9 "${daemons[r]}"
wait "${daemons[r]}" 2> /dev/null
start_router r --follow
within 10 entry_is outputs,tier $GROUP4 'eth1,eth2 xdp'
wait $stream || fail 'mcgen'
heard near
heard far
carries $GROUP4 500 'near far'

echo 'SMCRoute is killed, and starts again'
kill -9 $smcroute
wait $smcroute 2> /dev/null
within 5 entry_is outputs $GROUP4 ''
start_smcroute
mroute add $GROUP4 eth1
within 5 entry_is outputs,tier $GROUP4 'eth1 xdp'
carries $GROUP4 1000 near

echo 'the end: the kernel goes on'
hears near $GROUP4 1 2000
spawn stream src "$BUILD/mcgen" -i eth0 -g $GROUP4 -n 2000 -r 1000
stream=$!
ends 0 '' ctl r stop
wait $stream || fail 'mcgen'
heard near
