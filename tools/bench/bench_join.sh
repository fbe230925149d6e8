#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# bench_join.sh: from the membership report of a host to its first packet, when the stream already arrives
# at the router for another host, with the daemon at the priorities NICE (0 -15: without and with what its
# unit asks for) in turns. Both are seen by the kernel of the host, so its programs may wait as they like.
# LOAD busy processes are started beside what the machine does; the stream comes at a realtime priority.
# As root; in namespaces of its own. docs/BENCHMARKS.md, "A join on a busy machine".
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/netns/lib.sh
. tests/netns/lib.sh
need tcpdump chrt
JOINS=${JOINS:-100} NICE=${NICE:-0 -15} LOAD=${LOAD:-4}

star stays comes
star_serves
ends 0 '' ctl r set igmp-last-member-query-interval 0.1
ends 0 '' ctl r set igmp-last-member-query-count 1
star_has_tree $GROUP4 stays
spawn stream src chrt -f 10 "$BUILD/mcgen" -i eth0 -g $GROUP4 -r 2000
for ((i = 0; i < LOAD; i++)); do
	(while :; do :; done) &
	children+=($!)
done

spawn seen comes tcpdump -i eth0 -n -v -tt -l 'igmp or udp'
until_true 10 said seen listening || fail 'no tcpdump'
for ((i = 0; i < JOINS; i++)); do
	for nice in $NICE; do
		renice -n "$nice" -p "${daemons[r]}" > /dev/null || fail 'renice'
		run comes "$BUILD/mcsink" -i eth0 -g $GROUP4 -n 1 > "$WORK/join.log"
		until_true 30 has_no_member r "${port[comes]}" $GROUP4 || fail 'no leave'
	done
done
# The first report of each join, and the next packet of the stream, in milliseconds.
awk -v nices="$NICE" '
	BEGIN { turns = split(nices, nice) }
	/^[0-9]/ { at = $1 }
	/to_in/ { is_member = 0 }
	/to_ex/ && !is_member && !began { began = at }
	/UDP/ && began { print nice[n++ % turns + 1], (at - began) * 1000; began = 0; is_member = 1 }
' "$WORK/seen.log" > "$WORK/joins"
printf '%-5s %-6s %-7s %-7s %-7s %s\n' nice joins median p90 p99 greatest
sort -k1,1n -k2,2n "$WORK/joins" | awk '
	function at(p) { return v[int((n - 1) * p) + 1] }
	function show() { if (n) printf "%-5s %-6d %-7.1f %-7.1f %-7.1f %.1f\n", nice, n, at(.5), at(.9), at(.99), v[n] }
	$1 != nice { show(); n = 0; nice = $1 }
	{ v[++n] = $2 }
	END { show() }'
