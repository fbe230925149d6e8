#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Two daemons in one namespace, each with its own multicast table and its own table of routes to
# sources, forward by the kernel's cache, each on its interfaces. Rules lead there (ip mrule), and go
# with the interface and with the daemon; those that a killed one left are replaced.
. "$(dirname "$0")/../lib.sh"
mount_bpf

#	src eth0 -- eth0 [one, table 0] eth1 -- eth0 dst
#	far eth0 -- eth2 [two, table 100, routes of table 200] eth3 -- eth0 end
node src dst far end
router r
wire src eth0 10.1.1.100/24,2001:db8:1::100/64 r eth0 10.1.1.1/24,2001:db8:1::1/64
wire r eth1 10.1.2.1/24,2001:db8:2::1/64 dst eth0 10.1.2.100/24,2001:db8:2::100/64
wire far eth0 10.2.1.100/24,2001:db8:11::100/64 r eth2 10.2.1.1/24,2001:db8:11::1/64
wire r eth3 10.2.2.1/24,2001:db8:12::1/64 end eth0 10.2.2.100/24,2001:db8:12::100/64
run r ip route add 10.2.1.0/24 dev eth2 table 200 &&
	run r ip -6 route add 2001:db8:11::/64 dev eth2 table 200 || fail 'no routes in table 200'

# rules FAMILY: interfaces and tables, in order
rules() {
	run r ip "-$1" mrule | sed -n 's/.*from all \([io]if\) \([^ ]*\).* lookup \([^ ]*\).*/\1 \2 \3/p' |
		sort
}
# rules_are TEXT: of both families
rules_are() { [ "$(rules 4)" = "$1" ] && [ "$(rules 6)" = "$1" ]; }
of_two=$(printf '%s\n' 'iif eth2 100' 'iif eth3 100' 'oif eth2 100' 'oif eth3 100')

one() { "$BUILD/hpimctl" -i "$PREFIX-one" "$@"; }
two() { "$BUILD/hpimctl" -i "$PREFIX-one-100" "$@"; }
start_two() {
	spawn two r "$BUILD/hpimd" -i "$PREFIX-one-100" --foreground -m 100 -t 200 "$@"
	daemons[two]=$!
	within 30 two status
}
spawn one r "$BUILD/hpimd" -i "$PREFIX-one" --foreground
within 30 one status
start_two

# The table says which of them is meant, as hpimd -t does.
by_table() { "$BUILD/hpimctl" -t "$@"; }
ends 0 "$PREFIX-one-100" by_table 200 -o instance status
ends 3 'no daemon that runs has table 4242' by_table 4242 status
ends 1 'choose a daemon' by_table 200 -i "$PREFIX-one" status
ends 1 "not 'red'" by_table red status
spawn three src "$BUILD/hpimd" -i "$PREFIX-three" --foreground -t 200
within 30 "$BUILD/hpimctl" -i "$PREFIX-three" status
ends 1 "several daemons have table 200: $PREFIX-one-100, $PREFIX-three" by_table 200 status
ends 0 '' "$BUILD/hpimctl" -i "$PREFIX-three" stop

# A rule of the operator stays, and the log names it; it leads packets away, so here it goes.
for family in 4 6; do run r ip -$family mrule add iif eth0 lookup 77 || skip 'no multicast tables'; done
ends 0 eth1 one attach eth0,eth1 mode kernel
ends 0 eth3 two attach eth2,eth3 mode kernel
rules_are "$(printf '%s\n' 'iif eth0 77' "$of_two")" || fail "rules are $(rules 4); $(rules 6)"
said one 'eth0: a rule that another program made (ip mrule)' || fail 'the log does not name it'
! said one 'eth1: a rule that another program made' || fail 'the log names a rule that is not there'
for family in 4 6; do run r ip -$family mrule del iif eth0 lookup 77; done
rules_are "$of_two" || fail "rules are $(rules 4); $(rules 6)"

# Streams of both, at the same time, of both families.
stays dst $GROUP4
stays end $GROUP4
member_of() { "$1" -H -o group show groups "$2" | grep -qxF "$3"; }
for group in $GROUP4 $GROUP6; do
	hears dst "$group" 1 100
	within 15 member_of one eth1 "$group"
	send src "$group" -n 100 -r 200
	heard dst
	hears end "$group" 1 100
	within 15 member_of two eth3 "$group"
	send far "$group" -n 100 -r 200
	heard end
done
has_input() { [ "$("$1" -H -o input,outputs,tier mroutes $GROUP4 | xargs)" = "$2" ]; }
has_input one 'eth0 eth1 kernel' || fail "$(one mroutes)"
has_input two 'eth2 eth3 kernel' || fail "$(two mroutes)"
# hpim-dm names them by their tables, and lists their entries as "ip" does.
# as_ip TABLE FAMILY
as_ip() {
	[ "$(HPIM_INSTANCE=$PREFIX-one run r "$BUILD/hpim-dm" -mr "-$2" -mvrf "$1")" = \
		"$(run r ip "-$2" mroute show table "$1" | grep -v 'Table: [0-9]')" ]
}
for table in 0 100; do
	for family in 4 6; do within 10 as_ip $table $family; done
done
run r ip mroute show table 100 | grep -qF "(10.2.1.100,$GROUP4)" || fail 'no entry in table 100'
! run r ip mroute show table default | grep -qF 10.2.1.100 || fail 'table 0 has what belongs to 100'

# The route to the source is that of table 200, and of no other.
run r ip route del 10.2.1.0/24 dev eth2 table 200
no_route() { two explain 10.2.1.100 $GROUP4 | grep -q '^route .*no'; }
within 15 no_route
run r ip route add 10.2.1.0/24 dev eth2 table 200

# Rules go with the interface, come back with it, and end with the daemon.
ends 0 '' two detach eth3
rules_are "$(printf '%s\n' 'iif eth2 100' 'oif eth2 100')" || fail "rules are $(rules 4)"
ends 0 '' two attach eth3 mode kernel
rules_are "$of_two" || fail "rules are $(rules 4)"
kill -KILL "${daemons[two]}"
within 10 ended "${daemons[two]}"
rules_are "$of_two" || fail 'rules of a killed daemon have gone by themselves'
start_two --discard-pins
ends 0 '' two attach eth2,eth3 mode kernel
rules_are "$of_two" || fail "rules are not replaced, but $(rules 4)"
ends 0 '' two stop
rules_are '' || fail "a daemon that ended leaves the rules $(rules 4)"
ends 0 '' one status
