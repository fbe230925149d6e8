#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Static joins: an interface gets a group that no host on it reports, of any source or of one, also
# after a crash; with and without IGMP or MLD there.
. "$(dirname "$0")/../lib.sh"

SOURCE4=10.1.1.100 SOURCE6=2001:db8:1::100
declare -A only=([4]=239.4.4.4 [6]=ff1e::4) other=([4]=10.1.1.99 [6]=2001:db8:1::99)

# outputs GROUP WANT: what the tree of the group has, by HPIM-DM
outputs() { within 15 shows one "$2 hpim" outputs,owner mroutes "$1"; }

mount_bpf
node left right
router one
wire left eth0 $SOURCE4/24,$SOURCE6/64 one eth0 10.1.1.1/24,2001:db8:1::1/64
wire one eth1 10.1.2.1/24,2001:db8:2::1/64 right eth0 10.1.2.100/24,2001:db8:2::100/64
start_router one --lease 30

# Nothing runs on eth1.
ends 0 active ctl one static join $GROUP4 eth1
ends 0 active ctl one static join $GROUP6 eth1
ends 0 eth0 ctl one attach eth0
for group in $GROUP4 $GROUP6; do
	send left $group -n 20 -r 100
	outputs $group eth1
done
ends 0 eth1 ctl one attach eth1
shows one $'active\nactive' state show static || fail "$(table one all show static)"
for group in $GROUP4 $GROUP6; do
	table one interface,group,state show groups | grep -qxF "eth1 $group Static" ||
		fail "$(table one all show groups)"
	send left $group -n 20 -r 100
	outputs $group eth1
done

# Of one source, no other gets there.
ends 0 active ctl one static join "${only[4]}" $SOURCE4 eth1
ends 0 active ctl one static join "${only[6]}" $SOURCE6 eth1
for family in 4 6; do
	send left "${only[$family]}" -n 20 -r 100
	outputs "${only[$family]}" eth1
done

# They outlive the daemon.
rules=$(table one all show static)
kill -9 "${daemons[one]}"
wait "${daemons[one]}" 2> /dev/null
start_router one --lease 30 --relearn 2
within 10 shows one "$rules" all show static
for group in $GROUP4 $GROUP6 "${only[4]}" "${only[6]}"; do
	send left "$group" -n 20 -r 100
	outputs "$group" eth1
done

# And end when they are deleted.
ends 0 '' ctl one static delete join $GROUP4 eth1
ends 0 '' ctl one static delete join $GROUP6 eth1
outputs $GROUP4 -
outputs $GROUP6 -
ends 4 'no static join' ctl one static delete join "${only[4]}" eth1
ends 0 '' ctl one static delete join "${only[4]}" $SOURCE4 eth1
ends 0 '' ctl one static delete join "${only[6]}" $SOURCE6 eth1
shows one '' all show static || fail 'a join is left'
outputs "${only[4]}" -
