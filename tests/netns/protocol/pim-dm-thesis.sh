#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# pim-dm-thesis.sh: the network by which the PIM-DM of a simulator was validated (description of
# PIM-DM, 9.7b): the tables of real daemons after each step, printed beside those of our simulator, and
# equal to them. $FASTER divides all times; 1 takes eleven minutes.
# runner: long
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../scenario.sh"

play tests/scenarios/thesis.yaml "${FASTER:-3}"

# Source1 sends 20 packets, the first one before Host2 is plugged in.
[ "$(datagrams Host2 4)" = 19 ] || fail "Host2 received $(datagrams Host2 4) packets instead of 19"
for host in Host1 Host3; do
	[ "$(datagrams $host 4)" = 0 ] || fail "$host, no member, received packets"
done
