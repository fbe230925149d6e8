#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The first packets of a source, while no router has a tree for it yet: at 10 packets a second none
# is lost or doubled, since the kernel keeps them until the daemon has answered. At 200 a second
# some may be lost, but only before the tree stands; how many is printed.
. "$(dirname "$0")/../lib.sh"

FAST=200

chain
chain_serves

for group in $GROUP4 $GROUP6; do
	listen slow dst $group --expect 1-20
	within 10 has_member r2 eth1 $group
	shows r1 '' group mroutes $group || fail "R1 has a route to $group already"
	send src $group -n 20 -r 10
	all_arrive slow
done

# Other groups, so that there are no trees again.
for group in 239.1.2.4 ff3e::1:2:4; do
	listen fast dst $group
	within 10 has_member r2 eth1 $group
	shows r1 '' group mroutes $group || fail "R1 has a route to $group already"
	before=$(datagrams dst "$(family_of $group)")
	send src $group -n $FAST -r 200
	# Of what comes behind, everything arrives.
	send src $group -n 1 --start $((FAST + 1)) -r 200
	until_true 3 has_datagrams dst "$(family_of $group)" $((before + FAST + 1))
	hush fast
	missing=$((FAST - $(field fast received)))
	echo "$group: $missing of the first $FAST packets at 200 a second lost," \
		"$(field fast duplicated) doubled"
	[ "$missing" -le 100 ] || fail "$missing packets to $group lost while the tree was built"
	[ "$(field fast duplicated)" = 0 ] || fail "packets to $group came twice"
	[ "$(field fast last)" = $FAST ] || fail "the end of the stream to $group is missing"
done
