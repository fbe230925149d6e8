#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Forwarding outlives the daemon: killed, replaced or restarted under traffic, on a single router and
# on both routers of a chain, no packet is lost and none comes twice. Without a successor it ends
# with the lease, and the packets are counted. Maps of another version are refused. What no one
# wants any longer ends with the stale time. One of several routers is restarted in
# restart-chain.sh and restart-lan.sh.
# runner: long
. "$(dirname "$0")/../lib.sh"
need bpftool perl

RATE=${RATE:-1000} # packets per second of each of four streams
RELEARN_S=22       # a little longer than trees of an earlier run are kept
STALE4=239.9.9.9

pins() { echo "/sys/fs/bpf/hpim/$PREFIX-$1"; }

# flags NODE: interfaces that receive all multicast
flags() { run "$1" ip -o link show | grep -c ALLMULTI; }

# counted NODE REASON: packets with that reason on all interfaces, from the maps alone
counted() {
	bpftool -j map dump pinned "$(pins "$1")/port_counts" |
		grep -oE "\"$2\":\{\"packets\":[0-9]+" | awk -F: '{ sum += $3 } END { print sum + 0 }'
}

# knows NODE BYTES: whether a route to a group stands in the map of that router; IPv4 only
knows() { bpftool -j map dump pinned "$(pins "$1")/route4" | grep -qF "\"group\":[$2]"; }

# flows ROUTER HOST GROUP: a packet of the stream reaches the host over the tree that stands
flows() {
	within 15 shows "$1" 'eth1 xdp' outputs,tier mroutes "$3"
	listen "judge-$2-$3" "$2" "$3"
	within 10 said "judge-$2-$3" '"event":"first"'
}

# judged HOST GROUP COUNT: all that was sent since then has arrived, once each
judged() {
	local name="judge-$1-$2" end
	hush "$name" || fail "$name: exit code $?"
	end=$(tail -n 1 "$WORK/$name.log")
	[ "$(field "$name" lost) $(field "$name" duplicated)" = '0 0' ] || fail "$name: $end"
	[ "$(field "$name" received)" -ge "$3" ] || fail "$name: too little to judge: $end"
	echo "  $1 $2: $(field "$name" received) packets, longest gap $(field "$name" longest_gap_ms) ms"
}

# has_arrived HOST BEFORE COUNT: whether its receivers have read so many packets more
has_arrived() { [ "$(($(datagrams "$1" 4) - $2))" -ge "$3" ]; }

relearned() {
	within 10 shows "$1" $'eth0 up\neth1 up' interface,state interfaces
	within 15 shows "$1" 'eth1 xdp' outputs,tier mroutes $GROUP4
	within 15 shows "$1" 'eth1 xdp' outputs,tier mroutes $GROUP6
}

# end_stale: receiver and source of the tree to be swept are gone
end_stale() {
	hush stale || fail 'the receiver of the tree to be swept ends badly'
	kill -TERM $stale_source
	wait $stale_source || fail 'the sender of the tree to be swept ends badly'
}

# The three ways in which a daemon is followed by another.
way_crash() {
	kill -9 "${daemons[$1]}"
	wait "${daemons[$1]}" 2> /dev/null
	ends 3 'no daemon answers' ctl "$1" status
	[ "$(flags "$1")" -eq 2 ] || fail 'ALLMULTI is gone after kill -9'
	[ "$1" != one ] || end_stale
	start_router "$1" --lease 30 --relearn $((RELEARN_S - 2))
	said "$1" '2 interfaces of the run before are attached again' || fail "$1 has forgotten"
	[ "$1" != one ] || knows one 239,9,9,9 || fail 'the tree of the earlier run is not there'
}
way_upgrade() {
	if [ "$1" = r1 ]; then
		kill -USR1 "${daemons[$1]}" # as the service manager does before a restart
	else
		ends 0 '' ctl "$1" stop keep-forwarding
	fi
	wait "${daemons[$1]}" || fail "the daemon of $1 ends with exit code $?"
	start_router "$1" --lease 30 --relearn $((RELEARN_S - 2))
}
way_restart() {
	local starts
	starts=$(grep -c 'serves$' "$WORK/$1.log")
	ends 0 '' ctl "$1" restart
	[ "$(table "$1" pid status)" = "${daemons[$1]}" ] || fail "$1 has another process"
	[ "$(grep -c 'serves$' "$WORK/$1.log")" -eq $((starts + 1)) ] || fail "$1 did not begin anew"
}

# under_traffic WAY: of all routers, one after the other, with streams through all of them
under_traffic() {
	local router before
	for group in $GROUP4 $GROUP6; do
		flows one right $group
		flows r2 dst $group
	done
	for router in one r1 r2; do
		"way_$1" $router
		relearned $router
	done
	within 15 synced r1 2
	within 15 synced r2 2
	# Past the end of the relearning: what was kept by the maps alone would be gone now.
	before=$(datagrams right 4)
	# Two receivers there have each packet.
	within $((2 * RELEARN_S)) has_arrived right "$before" $((2 * RELEARN_S * RATE))
	echo "$1:"
	for group in $GROUP4 $GROUP6; do
		judged right $group $((RELEARN_S * RATE))
		judged dst $group $((RELEARN_S * RATE))
	done
}

mount_bpf
node left right
router one
wire left eth0 10.1.1.100/24,2001:db8:1::100/64 one eth0 10.1.1.1/24,2001:db8:1::1/64
wire one eth1 10.1.3.1/24,2001:db8:3::1/64 right eth0 10.1.3.100/24,2001:db8:3::100/64
chain
[ "$(flags one)" -eq 0 ] || fail 'ALLMULTI is set before anything is attached'
start_router one --lease 30 --relearn $((RELEARN_S - 2))
start_router r1 --lease 30 --relearn $((RELEARN_S - 2))
start_router r2 --lease 30 --relearn $((RELEARN_S - 2))
for router in one r1 r2; do
	ends 0 eth1 ctl $router attach eth0,eth1 mode "${MODE:-auto}"
	[ "$(flags $router)" -eq 2 ] || fail "ALLMULTI is not set on $router"
done
within 15 synced r1 2
within 15 synced r2 2
for group in $GROUP4 $GROUP6; do
	listen "member-$group" dst $group
	listen "right-$group" right $group
	within 10 has_member r2 eth1 $group
	within 10 has_member one eth1 $group
	spawn "src-$group" src "$BUILD/mcgen" -i eth0 -g $group -r $RATE
	spawn "left-$group" left "$BUILD/mcgen" -i eth0 -g $group -r $RATE
done

# A tree that nobody needs any more when the next daemon comes.
listen stale right $STALE4
within 10 has_member one eth1 $STALE4
spawn stale-source left "$BUILD/mcgen" -i eth0 -g $STALE4 -r 20
stale_source=$!
within 10 shows one 'eth1 xdp' outputs,tier mroutes $STALE4

under_traffic crash
within 10 shows one - outputs mroutes $STALE4 # an originator keeps the tree while its source counts as alive
knows one 239,1,2,3 || fail 'a tree in use has ended'
under_traffic upgrade
under_traffic restart
said r1 'said goodbye' && fail 'a daemon that is followed by another said goodbye'

# An interface that is detached, and the rest at the plain end.
[ "$(flags one)" -eq 2 ] || fail "ALLMULTI after restarts: $(flags one) interfaces"
ends 0 '' ctl one detach eth0
[ "$(flags one)" -eq 1 ] || fail 'ALLMULTI stays after detach'
kill -9 "${daemons[one]}"
wait "${daemons[one]}" 2> /dev/null
start_router one --lease 3
within 10 shows one 'eth1 up' interface,state interfaces
ends 0 eth0 ctl one attach eth0 mode "${MODE:-auto}"
[ "$(flags one)" -eq 2 ] || fail 'ALLMULTI is not set after crash and attach'

# Nobody comes: forwarding ends with the lease, and the packets are counted.
flows one right $GROUP4
kill -9 "${daemons[one]}"
wait "${daemons[one]}" 2> /dev/null
[ "$(counted one lease)" -eq 0 ] || fail 'the lease has ended at once'
within 10 eval '[ "$(counted one lease)" -gt "$RATE" ]'
forwarded=$(counted one forwarded)
within 10 eval '[ "$(counted one lease)" -gt $((5 * RATE)) ]'
[ "$(counted one forwarded)" -eq "$forwarded" ] || fail 'something is forwarded after the lease'
echo "lease: $(counted one lease) packets after its end"

# Maps of another version are refused with a sentence, and nothing of them is touched.
bpftool -j map dump pinned "$(pins one)/settings" > "$WORK/settings"
bytes=$(perl -0ne 'my ($v) = /"value":\[([^\]]*)\]/; my @b = $v =~ /0x(..)/g; $b[4] = "63";
	print join " ", @b' "$WORK/settings")
bpftool map update pinned "$(pins one)/settings" key 0 0 0 0 value hex $bytes ||
	fail "the version cannot be written: $bytes"
refused="run one $BUILD/hpimd -i $PREFIX-one --foreground"
ends 2 'version 99' $refused
ends 2 '--discard-pins removes them' $refused
[ "$(counted one forwarded)" -eq "$forwarded" ] && knows one 239,1,2,3 || fail 'a refused start has changed the pins'
start_router one --discard-pins
[ "$(flags one)" -eq 0 ] || fail 'what that version changed at interfaces is not changed back'
[ "$(table one interfaces status)" = 0 ] || fail 'discarded pins bring interfaces back'
knows one 239,1,2,3 && fail 'the routes outlive --discard-pins'
ends 0 eth0 ctl one attach eth0,eth1 mode "${MODE:-auto}"
relearned one
ends 0 '' ctl one stop
[ "$(flags one)" -eq 0 ] || fail 'ALLMULTI stays after stop'
[ ! -e "$(pins one)" ] || fail 'pins stay after stop'
[ ! -e "/run/hpimd/$PREFIX-one.attached" ] || fail 'the list of interfaces stays after stop'
start_router one
[ "$(table one interfaces status)" = 0 ] || fail 'a plain stop is not the end'
echo 'versions: refused, and discarded on demand'
