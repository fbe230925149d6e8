#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Two tables of the kernel, each another daemon's, and an instance that follows each: the default one, and
# table 100, which packets of eth3 are for by a rule. Neither instance has entries of the other's table.
. "$(dirname "$0")/../lib.sh"
need perl

star near far other # r: eth0 src, eth1 near, eth2 far, eth3 other
S=10.1.1.100 OTHER=10.2.3.100

# own NAME TABLE IFACE...: a daemon that owns a table; 0: the default one
own() {
	local name=$1 table=() iface indices=()
	[ "$2" = 0 ] || table=(--table "$2")
	for iface in "${@:3}"; do indices+=("$(ifindex r "$iface")"); done
	mkfifo "$WORK/$name"
	spawn "$name" r perl "$(dirname "$0")/owner.pl" "${table[@]}" "$WORK/$name" "${indices[@]}"
	owners[$name]=$!
	until_true 10 said "$name" owns || skip "no second multicast table: $(cat "$WORK/$name.log")"
}
declare -A owners
# entry NAME SOURCE GROUP INPUT OUTPUT...
entry() {
	echo "${*:2}" > "$WORK/$1"
	within 5 said "$1" "entry $3"
}
has() { shows "$1" "$2" source,input,outputs,tier,owner mroutes "$3"; }

run r ip mrule add iif eth3 table 100 || skip 'the kernel has no rules of multicast tables'
own first 0 eth0 eth1
own second 100 eth3 eth2
start_router r --follow
ends 0 eth1 ctl r follow eth0,eth1
spawn second-hpimd r "$BUILD/hpimd" -i "$PREFIX-second" --foreground --follow 100
daemons[second]=$!
within 30 ctl second status
ends 0 eth2 ctl second follow eth3,eth2
[ "$(table second multicast_table,follows status | paste -sd' ')" = '100 yes' ] || fail "second: $(table second multicast_table,follows status)"

entry first $S $GROUP4 0 1
entry second $OTHER $GROUP4 0 1
within 5 has r "$S eth0 eth1 xdp followed" $GROUP4
within 5 has second "$OTHER eth3 eth2 xdp followed" $GROUP4
arrives $GROUP4 2000 near send src $GROUP4 -n 2000 -r 1000
arrives $GROUP4 2000 far send other $GROUP4 -n 2000 -r 1000
for each in 'r eth0' 'second eth3'; do
	# shellcheck disable=SC2086 # two words
	[ "$(counter $each forwarded)" -gt 1900 ] || fail "$each: $(counter $each forwarded) of 2000 packets"
done
echo 'both forward: 2000 packets each'

entry first 0.0.0.0 239.5.0.5 0 0 1
arrives 239.5.0.5 500 near send src 239.5.0.5 -n 500 -r 1000
has r "$S eth0 eth1 xdp followed" 239.5.0.5 || fail "r: $(ctl r mroutes 239.5.0.5)"
send other 239.5.0.5 -n 10 -r 100
[ -z "$(table second source mroutes 239.5.0.5)" ] || fail "second: an entry for any source of the other's table"
echo 'an entry for any source counts in its table'

kill "${owners[second]}"
wait "${owners[second]}" 2> /dev/null
within 10 has second '' $GROUP4
has r "$S eth0 eth1 xdp followed" $GROUP4 || fail "r: $(ctl r mroutes)"
arrives $GROUP4 1000 near send src $GROUP4 -n 1000 -r 1000
echo 'the owner of one ends: the other is as it was'
