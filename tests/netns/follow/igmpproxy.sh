#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# igmpproxy joins upstream what its hosts ask for, as a host does. A program of this machine that joined is to get
# the packets too, so the kernel goes on to forward them, and hpim says why. No packet is lost or repeated: a host
# joins, leaves and joins again, the proxy ends and runs again.
#
#	src -- r1 -- r2 -- dst		a proxy on r1 and on r2, upstream is toward src
. "$(dirname "$0")/../peers.sh"
need_peer igmpproxy

chain
for router in r1 r2; do
	start_igmpproxy $router eth0 eth1
	start_follow $router eth0,eth1
done

# stands: a host listens; the proxies add the route when the first packet comes, and again when the host reports
stands() {
	stays dst $GROUP4
	within 20 follows_data
}
follows_data() {
	send src $GROUP4 -n 3 -r 1000 --stream 77
	left_to_kernel r1 && left_to_kernel r2
}
left_to_kernel() {
	shows "$1" 'followed kernel eth1 eth0: a program of this machine listens to the group' owner,tier,outputs,why \
		mroutes $GROUP4
}
stands
fast $GROUP4 3000
echo 'a host listens: 3000 packets'

hush "stays-dst-$GROUP4"
within 30 forgets r2 $GROUP4
silent $GROUP4
echo 'it leaves: no packet'

stands
fast $GROUP4 3000
echo 'it joins again: 3000 packets'

for signal in TERM KILL; do
	stop_peer igmpproxy r2 $signal
	within 10 forgets r2 $GROUP4
	start_igmpproxy r2 eth0 eth1
	within 60 follows_data
	fast $GROUP4 2000
	echo "igmpproxy ends by SIG$signal and runs again: 2000 packets"
done
