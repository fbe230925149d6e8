#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Keys are in no file of the daemon, but where they stand is. After a crash an interface whose key
# can be read again goes on with it. One that had a key whose file is gone says nothing and believes
# nothing in HPIM-DM until it gets one, in each family by itself; members are learned at once.
. "$(dirname "$0")/../lib.sh"

echo 'a secret nobody knows' > "$WORK/key"
chain
chain_serves
for name in r1 r2; do
	iface=$([ $name = r1 ] && echo eth1 || echo eth0)
	ends 0 '' ctl $name -4 key add $iface id 1 algo sha256 file "$WORK/key" send
done
within 15 synced r1 2
within 15 synced r2 2
grep -rq 'a secret' /run/hpimd && fail 'the secret stands in a file'

# The file is there: R2 goes on as it was.
kill -9 "${daemons[r2]}"
wait "${daemons[r2]}" 2> /dev/null
start_router r2
within 10 shows r2 '1 yes' id,sending show keys
within 15 synced r2 2
within 15 synced r1 2

# add_once: the key of R2 from a file that is gone afterwards
add_once() {
	cp "$WORK/key" "$WORK/once"
	ends 0 '' ctl r2 -4 key add eth0 id 1 algo sha256 file "$WORK/once" send
	rm "$WORK/once"
}
add_once

for way in crash restart; do
	if [ $way = crash ]; then
		kill -9 "${daemons[r2]}"
		wait "${daemons[r2]}" 2> /dev/null
		start_router r2
	else
		ends 0 '' ctl r2 restart
	fi
	said r2 "eth0: its keys cannot be read; HPIM-DM for IPv4 waits until 'hpimctl key add'" ||
		fail 'the log does not say that a key is missing'
	within 10 shows r2 'eth0 no yes yes yes
eth1 yes yes yes yes' interface,hpim4,hpim6,igmp,mld interfaces
	# IPv6, which had no key, goes on as before.
	within 15 shows r2 '6 synced' family,state neighbors
	# Nobody is signed for, and the wish is not forgotten by another crash.
	kill -9 "${daemons[r2]}"
	wait "${daemons[r2]}" 2> /dev/null
	start_router r2
	within 10 shows r2 no hpim4 interfaces eth0
	add_once
	within 5 shows r2 yes hpim4 interfaces eth0
	within 15 synced r2 2
	within 15 synced r1 2
done

# Who no longer wants a key says so by attaching.
kill -9 "${daemons[r2]}"
wait "${daemons[r2]}" 2> /dev/null
start_router r2
within 10 shows r2 no hpim4 interfaces eth0
ends 0 eth0 ctl r2 attach eth0 hpim
within 5 shows r2 yes hpim4 interfaces eth0
