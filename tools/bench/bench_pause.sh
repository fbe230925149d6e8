#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# bench_pause.sh: with TREES (50000) trees on two routers, how long the daemon lets a client wait at
# most when a link, a route or the daemon changes, and when the first message for a neighbor leaves
# after the kernel reported the change. Daemon and observers run at realtime priorities, so that what
# else the machine does does not count. CALLS=1 counts system calls per tree, which slows all down.
# As root; in namespaces of its own. docs/BENCHMARKS.md, "Pauses of the daemon".
#
#	src - r1 = r2 - dst	r2 reaches the sources by eth0 or eth1
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/netns/lib.sh
. tests/netns/lib.sh
need perl tcpdump chrt
NETNS=tests/netns
TREES=${TREES:-50000} RATE=${RATE:-1500} CALLS=${CALLS:-} SOURCES=172.16.0.0/12
[ -z "$CALLS" ] || need strace

chain
wire r1 eth2 10.1.4.1/24 r2 eth2 10.1.4.2/24
run src ip addr add 172.16.0.100/12 dev eth0
run r1 ip addr add 172.16.0.1/12 dev eth0
run r2 ip route add $SOURCES via 10.1.2.1 metric 20
run r2 ip route add $SOURCES via 10.1.4.1 metric 30

# serve NODE INTERFACES: a router whose limit of trees leaves room
serve() {
	start_router "$1"
	ends 0 '' ctl "$1" set trees $((TREES * 2))
	# The limit counts from the next start on, and for maps of its own.
	ends 0 '' ctl "$1" stop --keep-forwarding
	rm -r "/sys/fs/bpf/hpim/$PREFIX-$1"
	start_router "$1"
	ends 0 '' ctl "$1" set source-lifetime 3600
	ends 0 '' ctl "$1" attach "$2"
}
serve r1 eth0,eth1,eth2
serve r2 eth0,eth1,eth2
within 20 synced r1 4
within 20 synced r2 4
ends 0 eth1 ctl r2 static join $GROUP4 eth1

trees() { table "$1" trees status; }
has_trees() { [ "$(trees "$1")" -ge "$TREES" ]; }
began=$(milliseconds)
# A router does not begin more trees than its neighbors acknowledge: some packets are refused.
until has_trees r1; do
	[ $(($(milliseconds) - began)) -lt 600000 ] || fail "only $(trees r1) trees of $TREES on r1"
	run src "$BUILD/mcgen" -i eth0 --flood $SOURCES,$GROUP4/32 -r "$RATE" -n $((RATE * 2)) > "$WORK/out" ||
		fail "mcgen: $(cat "$WORK/out")"
done
until_true 120 has_trees r2 || fail "only $(trees r2) trees of $TREES on r2"

# processor_ms NODE: of its daemon, since it started
processor_ms() { awk -v hz="$(getconf CLK_TCK)" '{ print int(($14 + $15) * 1000 / hz) }' "/proc/${daemons[$1]}/stat"; }
for name in r1 r2; do
	echo "$name: $(trees $name) trees in $(($(milliseconds) - began)) ms," \
		"$(($(processor_ms $name) * 1000 / $(trees $name))) us of the processor for each, $(memory_kb $name) kB"
done

# client: asks all the time; prints how long it waited at most, when it is ended
client='
use IO::Socket::UNIX; use Time::HiRes "time"; $| = 1;
my ($asked, $max) = (0, 0); $SIG{TERM} = sub { printf "%.1f %d\n", $max * 1000, $asked; exit };
my $began = time;
for (;;) {
	my $s = IO::Socket::UNIX->new(Peer => $ARGV[0]) or select(undef, undef, undef, 0.001), next;
	for (;;) {
		my $answer = "";
		syswrite $s, qq({"cmd":"show algorithms"}\n) or last;
		while ($answer !~ /"end":true.*\n/) { sysread $s, $answer, 65536, length $answer or last }
		$answer or last;
		my $took = time - $began; $max = $took if $took > $max;
		print "ready\n" if !$asked++; select undef, undef, undef, 0.003; $began = time;
	}
}'

# is_idle NODE: its daemon used no more than a fifth of the processor lately, with a client that asks
is_idle() {
	local before
	before=$(processor_ms "$1")
	read -rt 0.5 <> <(:) || true
	[ $(($(processor_ms "$1") - before)) -le 100 ]
}

# first_after LOG TIME: of the packets in the log of tcpdump, ms from TIME to the first one after it
first_after() {
	awk -v at="$2" '$1 + 0 >= at { printf "%.1f", ($1 - at) * 1000; found = 1; exit } END { if (!found) printf "-" }' \
		"$WORK/$1.log"
}

# reported TIME: when the kernel reported the first change after it, in s. What it reported before is
# none of ours: tcpdump, for instance, made an interface promiscuous.
reported() {
	local stamp at
	while read -r stamp; do
		at=$(date -d "$stamp" +%s.%N)
		[ "${at/./}" -lt "${1/./}" ] || { echo "$at" && return; }
	done < <(sed -n 's/^\[\([^]]*\)\].*/\1/p' "$WORK/monitor.log")
}

# measure NAME NODE IFACE COMMAND...: how the daemon of a node takes it; IFACE: to a neighbor
measure() {
	local name=$1 node=$2 iface=$3 processor at change clients tracer
	shift 3
	spawn monitor "$node" chrt -f 9 ip -ts monitor link route
	# Neither Hello nor Ack.
	spawn messages "$node" tcpdump -p -tt -n -l --immediate-mode -Q out -i "$iface" \
		'ip proto 103 and ip[((ip[0]&15)<<2)+4] > 0 and ip[((ip[0]&15)<<2)+4] < 6'
	until_true 10 said messages 'listening on' || fail "tcpdump: $(cat "$WORK/messages.log")"
	if [ "$CALLS" ]; then
		spawn calls "$node" strace -c -f -o "$WORK/calls.txt" -p "${daemons[$node]}"
		tracer=$!
		until_true 10 said calls attached || fail "strace: $(cat "$WORK/calls.log")"
	fi
	spawn client "$node" chrt -f 8 perl -e "$client" "/run/hpimd/$PREFIX-$node.ro"
	clients=$!
	until_true 10 said client ready || fail "the client: $(cat "$WORK/client.log")"
	chrt -f -p 7 "${daemons[$node]}"
	processor=$(processor_ms "$node")
	at=$(date +%s.%N)
	run "$node" "$@" > "$WORK/out" 2>&1 || fail "$*: $(cat "$WORK/out")"
	until_true 180 is_idle "$node" || fail "the daemon of $node is not idle again"
	kill -TERM $clients
	wait $clients
	chrt -o -p 0 "${daemons[$node]}"
	change=$(reported "$at")
	at=${change:-$at}
	printf '%-18s %s %8s ms longest wait, %7s ms to the first message, %6d ms of the processor, %s trees\n' \
		"$name" "$node" "$(tail -n 1 "$WORK/client.log" | cut -d' ' -f1)" "$(first_after messages "$at")" \
		$(($(processor_ms "$node") - processor)) "$(trees "$node")"
	[ -z "$CALLS" ] || calls "$node"
}

# calls NODE: how often each system call was made for a tree
calls() {
	kill -INT "$tracer"
	until_true 10 test -s "$WORK/calls.txt"
	awk -v trees="$TREES" '$4 + 0 >= trees / 10 && $NF != "total" { printf "    %-16s %.2f a tree\n", $NF, $4 / trees }' \
		"$WORK/calls.txt"
	rm "$WORK/calls.txt"
}

measure 'link down' r2 eth2 ip link set eth0 down
measure 'link up' r2 eth2 ip link set eth0 up
within 30 synced r2 4
until_true 60 is_idle r2
run r2 ip route replace $SOURCES via 10.1.2.1 metric 20
until_true 60 is_idle r2
measure 'route change' r2 eth2 ip route del $SOURCES metric 20
# Before the sources go, and their trees with them.
measure 'restart' r2 eth2 "$BUILD/hpimctl" -i "$PREFIX-r2" restart
within 30 synced r2 4
until_true 60 is_idle r2
measure 'source link down' r1 eth1 ip link set eth0 down
measure 'source link up' r1 eth1 ip link set eth0 up
