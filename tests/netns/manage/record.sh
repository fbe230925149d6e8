#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A history recorded by a real router is played again by hpimsim, and the core does the same.
. "$(dirname "$0")/../lib.sh"
mount_bpf

ctl() { local router=$1; shift; "$BUILD/hpimctl" -i "$PREFIX-$router" "$@"; }
synced() { [ "$(ctl "$1" -H -o state show neighbors | grep -c synced)" -eq 2 ]; }

node src host
router r1 r2
wire src eth0 10.1.1.100/24 r1 eth0 10.1.1.1/24
wire r1 eth1 10.1.2.1/24 r2 eth0 10.1.2.2/24
wire r2 eth1 10.1.3.1/24 host eth0 10.1.3.100/24
run r2 ip route add 10.1.1.0/24 via 10.1.2.1 proto zebra metric 20
declare -A pids
for router in r1 r2; do
	spawn $router $router "$BUILD/hpimd" -i "$PREFIX-$router" --foreground --record "$WORK/$router.history"
	pids[$router]=$!
	until_true 10 ctl $router status || fail "no daemon in $router"
	ctl $router attach eth0,eth1 > "$WORK/attach.log" || fail "attach in $router"
done
until_true 30 synced r1 && until_true 30 synced r2 || fail 'no neighbors'
spawn sink host "$BUILD/mcsink" -i eth0 -g 239.1.2.3:5000 -n 50
sink=$!
member() { ctl r2 -H -o group show groups eth1 | grep -q '^239.1.2.3'; }
until_true 10 member || fail 'no member'
run src "$BUILD/mcgen" -i eth0 -g 239.1.2.3:5000 -r 100 -n 100 > "$WORK/gen.log"
wait $sink || fail 'the host heard too little'
for router in r1 r2; do
	ctl $router stop || fail "stop of $router"
	wait "${pids[$router]}" || fail "$router did not end well"
	"$BUILD/hpimsim" recorded "$WORK/$router.history" > "$WORK/played-$router.log" ||
		fail "the core played again does something else in $router"
	cat "$WORK/played-$router.log"
	[ "$(sed -E 's/.*: ([0-9]+) events.*/\1/' "$WORK/played-$router.log")" -gt 25 ] ||
		fail "$router recorded too little"
done
# A flipped byte in a packet must not pass as the same history.
printf 'X' | dd of="$WORK/r1.history" bs=1 seek=20 conv=notrunc 2> "$WORK/dd.log"
"$BUILD/hpimsim" recorded "$WORK/r1.history" > "$WORK/broken.log" 2>&1 && fail 'a changed history passes'
echo 'histories of both routers play again with the same effects'
