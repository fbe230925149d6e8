#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# SMCRoute's static routes, forwarded by XDP: routes of one source and of any, both families; an output that
# comes and goes under traffic; SMCRoute ends, is killed and starts again; hpimd is killed. Where SMCRoute has no
# route there is no packet, and no packet is lost or repeated meanwhile.
#
#	src -- r1 -- r2 -- dst		other is at eth2 of r1
. "$(dirname "$0")/../peers.sh"
need_peer smcroute

ANY=239.7.7.7
ROUTES="mroute from eth0 source 10.1.1.100 group $GROUP4 to eth1
mroute from eth0 group $ANY to eth1
mroute from eth0 source 2001:db8:1::100 group $GROUP6 to eth1"
chain
node other
wire r1 eth2 10.1.6.1/24 other eth0 10.1.6.100/24
for router in r1 r2; do start_smcroute $router "$ROUTES"; done
start_follow r1 eth0,eth1,eth2
start_follow r2 eth0,eth1
for router in r1 r2; do
	within 10 follows $router $GROUP4 eth1
	within 10 follows $router $GROUP6 eth1
done
fast $GROUP4 3000 r1 r2
fast $GROUP6 3000 r1 r2
echo 'routes of one source: 3000 packets of each family'

# The kernel holds the first packets until SMCRoute has answered.
exact_stream any dst $ANY 3
for router in r1 r2; do within 10 follows $router $ANY eth1; done
fast $ANY 3000 r1 r2
echo 'a route of any source: 3000 packets'

# stream COUNT: packets to dst in the background; streamed: once each
stream() {
	hears dst $GROUP4 1 "$1"
	spawn stream src "$BUILD/mcgen" -i eth0 -g $GROUP4 -n "$1" -r 1000
	sender=$!
	within 10 said judge-dst '"event":"first"'
}
streamed() {
	wait "$sender"
	heard dst
}
stream 5000
listen joined other $GROUP4
ends 0 '' smc r1 add eth0 10.1.1.100 $GROUP4 eth1 eth2
within 10 follows r1 $GROUP4 eth1,eth2
within 10 said joined '"event":"first"'
ends 0 '' smc r1 remove eth0 10.1.1.100 $GROUP4 eth2
within 10 follows r1 $GROUP4 eth1
streamed
hush joined
[ "$(field joined lost) $(field joined duplicated)" = '0 0' ] || fail "other: $(tail -n 1 "$WORK/joined.log")"
echo 'an output comes and goes: 5000 packets'

stream 5000
kill -9 "${daemons[r1]}"
wait "${daemons[r1]}" 2> /dev/null
start_router r1 --follow
within 20 follows r1 $GROUP4 eth1
streamed
echo 'hpimd is killed and runs again: 5000 packets'

for signal in TERM KILL; do
	stop_peer smcroute r1 $signal
	for group in $GROUP4 $GROUP6 $ANY; do within 10 forgets r1 "$group"; done
	silent $GROUP4
	start_smcroute r1 "$ROUTES"
	within 10 follows r1 $GROUP4 eth1
	fast $GROUP4 2000 r1 r2
	echo "SMCRoute ends by SIG$signal and runs again: 2000 packets"
done
