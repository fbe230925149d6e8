#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# bench_veth.sh: what a packet of an ordinary program behind a veth, such as in a container, costs the
# machine: CPU time of the sender, in whose context all of it runs, and of the softirq thread of its CPU.
# The modes of the input take turns with SMCRoute on the kernel's cache, for 1 and for 4 outputs, whose
# far ends are plain veths with GRO on (they take what XDP redirects) or off, as a veth is made.
# PACKETS, TURNS and CPU change it. As root; in namespaces of its own. docs/BENCHMARKS.md, "Senders behind
# a veth".
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/netns/lib.sh
. tests/netns/lib.sh
need taskset smcrouted
PACKETS=${PACKETS:-100000} TURNS=${TURNS:-5} CPU=${CPU:-1}
MODES='auto generic tc kernel smcroute'
HOSTS='h1 h2 h3 h4'

# cpu_ns PID: time on a CPU so far
cpu_ns() { cut -d' ' -f1 "/proc/$1/schedstat"; }
softirq_pid=$(pgrep -xf "ksoftirqd/$CPU" || pgrep -x "ksoftirqd/$CPU")

# packets_at HOST: that eth0 has received
packets_at() { run "$1" awk '$1 == "eth0:" { print $3 }' /proc/net/dev; }

# one_run GROUP HOST...: print nanoseconds for each packet; all hosts must get all
one_run() {
	local host group=$1 before softirq ns
	declare -A first
	for host in "${@:2}"; do first[$host]=$(packets_at "$host"); done
	softirq=$(cpu_ns "$softirq_pid")
	TIMEFORMAT='%U %S'
	before=$({ time run src taskset -c "$CPU" "$BUILD/mcgen" -i eth0 -g "$group" -n "$PACKETS" \
		-r 10000000 > "$WORK/sent.log"; } 2>&1) || fail "mcgen: $before"
	ns=$(awk '{ printf "%d", ($1 + $2) * 1e9 }' <<< "$before")
	ns=$((ns + $(cpu_ns "$softirq_pid") - softirq))
	for host in "${@:2}"; do
		[ $(($(packets_at "$host") - first[$host])) -ge $((PACKETS * 99 / 100)) ] ||
			fail "$host got $(($(packets_at "$host") - first[$host])) of $PACKETS"
	done
	echo $((ns / PACKETS))
}

# by_hpim MODE HOST...: the tree stands in this mode
by_hpim() {
	local host
	start_router r
	ends 0 '' ctl r attach eth0 mode "$1"
	ends 0 '' ctl r attach eth1,eth2,eth3,eth4 mode auto
	for host in "${@:2}"; do ends 0 '' ctl r static join $GROUP4 "${port[$host]}"; done
	send src $GROUP4 -n 10 -r 100
	within 10 outputs_are $GROUP4 "${@:2}"
	sleep 3 # until the daemon has chosen how copies for an only output leave
}

# by_smcroute HOST...: the same by the kernel's cache
by_smcroute() {
	local outputs='' host
	for host in "$@"; do outputs+=" ${port[$host]}"; done
	for host in $HOSTS; do echo "phyint ${port[$host]} enable"; done > "$WORK/smcroute.conf"
	echo "phyint eth0 enable" >> "$WORK/smcroute.conf"
	echo "mroute from eth0 group $GROUP4 to$outputs" >> "$WORK/smcroute.conf"
	spawn smcroute r smcrouted -n -N -f "$WORK/smcroute.conf" -P "$WORK/smcroute.pid" -u "$WORK/smcroute.sock"
	smcroute=$!
	until_true 10 cached || fail "smcroute: $(cat "$WORK/smcroute.log")"
	send src $GROUP4 -n 10 -r 100
}
cached() { run r ip mroute show | grep -q "$GROUP4" || { send src $GROUP4 -n 1; run r ip mroute show | grep -q "$GROUP4"; }; }

# measure MODE HOST...: one run in a mode
measure() {
	local tier=kernel ns
	if [ "$1" = smcroute ]; then
		by_smcroute "${@:2}"
	else
		by_hpim "$@"
		tier=$(table r tier mroutes $GROUP4)
	fi
	ns=$(one_run $GROUP4 "${@:2}")
	echo "$gro $(($# - 1)) $1 $tier $ns" | tee -a "$WORK/runs"
	if [ "$1" = smcroute ]; then
		kill "$smcroute"
		within 10 ended "$smcroute"
	else
		ends 0 '' ctl r stop
		within 10 ended "${daemons[r]}"
	fi
}

# shellcheck disable=SC2086 # several words
star $HOSTS
run r sysctl -qw net.ipv4.conf.all.rp_filter=0
for ((turn = 0; turn < TURNS; turn++)); do
	for gro in on off; do
		for host in $HOSTS; do run "$host" ethtool -K eth0 gro $gro > /dev/null; done
		for mode in $MODES; do
			measure "$mode" h1
			measure "$mode" h1 h2 h3 h4
		done
	done
done > "$WORK/out"
echo "ns of CPU time for each packet, the sender's own part included: median of $TURNS (least, greatest)"
printf '%-4s %-8s %-9s %-7s %s\n' GRO outputs mode tier ns
sort -k1,1r -k2,2n -k3,3 -k5,5n "$WORK/runs" | awk '
	function show() { if (n) printf "%-4s %-8s %-9s %-7s %d (%d, %d)\n", g, o, m, t, v[int((n + 1) / 2)], v[1], v[n] }
	$1 " " $2 " " $3 != last { show(); n = 0 }
	{ last = $1 " " $2 " " $3; g = $1; o = $2; m = $3; t = $4; v[++n] = $5 }
	END { show() }'
