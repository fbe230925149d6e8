#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# bench_scrape.sh: with TREES (100000) trees on a router, how long hpimctl and a scrape over HTTP
# take, how much memory they need, and how long another client waits at most meanwhile: the longest
# pause of the daemon. As root; in namespaces of its own. docs/BENCHMARKS.md, "Looking at many trees".
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/netns/lib.sh
. tests/netns/lib.sh
need curl perl
NETNS=tests/netns
TREES=${TREES:-100000} RATE=${RATE:-1500}

chain
run src ip addr add 172.16.0.100/12 dev eth0
run r1 ip addr add 172.16.0.1/12 dev eth0
start_router r1 --metrics 9464
ends 0 '' ctl r1 set trees $((TREES * 2))
# The limit counts from the next start on, and for maps of its own.
ends 0 '' ctl r1 stop --keep-forwarding
rm -r "/sys/fs/bpf/hpim/$PREFIX-r1"
start_router r1 --metrics 9464
ends 0 eth1 ctl r1 attach eth0,eth1
ends 0 '' ctl r1 static join $GROUP4 eth1
empty=$(memory_kb r1)

spawn flood src "$BUILD/mcgen" -i eth0 --flood 172.16.0.0/12,$GROUP4/32 -r "$RATE" \
	-n $((TREES + TREES / 4))
wait $! || fail "mcgen: $(cat "$WORK/flood.log")"
trees() { table r1 trees status; }
has_trees() { [ "$(trees)" -ge "$TREES" ]; }
until_true 60 has_trees || fail "only $(trees) trees of $TREES"
echo "$(trees) trees; memory of the daemon $empty kB without, $(memory_kb r1) kB with them"

# longest: a client that asks all the time; prints how long it waited at most, when it is ended
longest='
use IO::Socket::UNIX; use Time::HiRes "time"; $| = 1;
my $s = IO::Socket::UNIX->new(Peer => $ARGV[0]) or die "$ARGV[0]: $!"; my ($asked, $max) = (0, 0);
$SIG{TERM} = sub { printf "%.1f ms of %d\n", $max * 1000, $asked; exit };
for (;;) {
	my ($began, $answer) = (time, "");
	syswrite $s, qq({"cmd":"show algorithms"}\n);
	while ($answer !~ /"end":true.*\n/) { sysread $s, $answer, 65536, length $answer or die "no answer\n" }
	my $took = time - $began; $max = $took if $took > $max;
	print "ready\n" if !$asked++; select undef, undef, undef, 0.001;
}'

# processor_ms: of the daemon, since it started
processor_ms() { awk -v hz="$(getconf CLK_TCK)" '{ print int(($14 + $15) * 1000 / hz) }' "/proc/${daemons[r1]}/stat"; }

# measure NAME COMMAND...: with the other client beside it
measure() {
	local name=$1 began end before=$(memory_kb r1) processor=$(processor_ms)
	shift
	spawn pause r1 perl -e "$longest" "/run/hpimd/$PREFIX-r1.ro"
	local asker=$!
	until_true 10 said pause ready || fail "the other client: $(cat "$WORK/pause.log")"
	began=$(milliseconds)
	"$@" > "$WORK/out" || fail "$*"
	end=$(milliseconds)
	kill -TERM $asker
	wait $asker
	printf '%-28s %6d ms, %6d ms of the processor, %7d lines, %9d bytes, %6d kB more memory, longest wait of another %s\n' \
		"$name" $((end - began)) $(($(processor_ms) - processor)) "$(wc -l < "$WORK/out")" "$(wc -c < "$WORK/out")" \
		$(($(memory_kb r1) - before)) "$(tail -n 1 "$WORK/pause.log")"
}

export HPIM_TIMEOUT_MS=60000
idle() { read -rt 3 <> <(:) || true; }
fetch() { run r1 curl -sS --fail "http://127.0.0.1:9464/metrics$1"; }
measure 'nothing, for 3 s' idle
measure 'hpimctl show trees' ctl r1 show trees
measure 'hpimctl -j show trees' ctl r1 -j show trees
measure 'hpimctl metrics' ctl r1 metrics
measure 'hpimctl metrics trees 1000' ctl r1 metrics trees 1000
measure 'GET /metrics' fetch ''
measure 'GET /metrics?trees=100' fetch '?trees=100'
measure 'GET /metrics?trees=1000' fetch '?trees=1000'
