#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# igmpproxy joins upstream what its hosts ask for, as a host does, and reads none of it; XDP forwards. No packet is
# lost or repeated: a host joins, leaves and joins again, the proxy ends and runs again.
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
	follows r1 $GROUP4 eth1 && follows r2 $GROUP4 eth1
}
stands
fast $GROUP4 3000 r1 r2
echo 'a host listens: 3000 packets'

hush "stays-dst-$GROUP4"
within 30 forgets r2 $GROUP4
silent $GROUP4
echo 'it leaves: no packet'

stands
fast $GROUP4 3000 r1 r2
echo 'it joins again: 3000 packets'

for signal in TERM KILL; do
	stop_peer igmpproxy r2 $signal
	within 10 forgets r2 $GROUP4
	start_igmpproxy r2 eth0 eth1
	within 60 follows_data
	fast $GROUP4 2000 r1 r2
	echo "igmpproxy ends by SIG$signal and runs again: 2000 packets"
done
