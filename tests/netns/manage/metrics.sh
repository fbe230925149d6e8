#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Metrics: as OpenMetrics from hpimctl, over HTTP for Prometheus, in promtool's opinion; what is
# refused; slow clients and too many; counters over a restart of the daemon.
. "$(dirname "$0")/../lib.sh"
need curl

# fetch WORDS...: from the daemon of r1
fetch() { run r1 curl -sS --max-time 20 "$@"; }
URL=http://127.0.0.1:9464/metrics

# value SERIES: of the last text
value() { awk -v series="$1" 'index($0, series " ") == 1 { print $NF }' "$WORK/metrics"; }

# has_value SERIES NUMBER: over HTTP, now
has_value() { fetch -o "$WORK/metrics" "$URL" && [ "$(value "$1")" = "$2" ]; }

chain
ends 1 "'0'" "$BUILD/hpimd" -i "$PREFIX-x" --metrics 0
ends 1 "'eth0:9464'" "$BUILD/hpimd" -i "$PREFIX-x" --metrics eth0:9464
ends 1 "'[::1]'" "$BUILD/hpimd" -i "$PREFIX-x" --metrics '[::1]'
start_router r1 --metrics 9464
start_router r2 --metrics '[::1]:9465'
ends 0 eth1 ctl r1 attach eth0,eth1
ends 0 eth1 ctl r2 attach eth0,eth1
within 15 synced r1 2
within 15 synced r2 2
chain_has_trees
run r2 curl -sS -o "$WORK/six" 'http://[::1]:9465/metrics' || fail 'nothing over IPv6'
grep -q '^hpim_trees{' "$WORK/six" || fail 'no trees over IPv6'

# What is there is what hpimctl shows, in both formats.
within 10 has_value "hpim_trees{daemon=\"$PREFIX-r1\"}" 2
[ "$(value "hpim_neighbor_info{daemon=\"$PREFIX-r1\",interface=\"eth1\",family=\"4\",address=\"10.1.2.2\",protocol=\"hpim\",state=\"synced\"}")" = 1 ] ||
	fail 'the neighbor is missing'
grep -q '^hpim_tree_' "$WORK/metrics" && fail 'single trees are there unasked'
fetch -o "$WORK/trees" "$URL?trees=1&group=$GROUP4" || fail 'no trees'
[ "$(grep -c '^hpim_tree_packets_total{' "$WORK/trees")" = 1 ] || fail 'not one tree'
fetch -D "$WORK/header" -o "$WORK/open" -H 'Accept: application/openmetrics-text;version=1.0.0' "$URL" ||
	fail 'no OpenMetrics'
grep -qi '^content-type: application/openmetrics-text; version=1.0.0' "$WORK/header" || fail 'another type'
ctl r1 metrics > "$WORK/ctl" || fail 'hpimctl metrics'
[ "$(tail -n 1 "$WORK/ctl")" = '# EOF' ] || fail 'hpimctl metrics does not end'
[ "$(tail -n 1 "$WORK/open")" = '# EOF' ] || fail 'the text over HTTP does not end'
[ "$(sed -n 's/^# TYPE //p' "$WORK/ctl")" = "$(sed -n 's/^# TYPE //p' "$WORK/open")" ] ||
	fail 'other metrics over HTTP than from hpimctl'

# What is not there, or not allowed.
status() { fetch -o /dev/null -w '%{http_code}' "$@"; }
[ "$(status "$URL?trees=0")" = 400 ] || fail 'trees=0 is not refused'
[ "$(status "$URL?trees=99999999999")" = 400 ] || fail 'so many trees are not refused'
[ "$(status "$URL?group=x")" = 400 ] || fail 'group=x is not refused'
[ "$(status http://127.0.0.1:9464/)" = 404 ] || fail 'another path is not refused'
[ "$(status -d x=y "$URL")" = 405 ] || fail 'a POST is not refused'
[ "$(status -I "$URL")" = 200 ] || fail 'HEAD is refused'
run r2 curl -sS --max-time 2 -o /dev/null http://10.1.2.1:9464/metrics 2> /dev/null &&
	fail 'it is served to the network'

# Clients that never end their request hold up no other command; who comes when there are too many
# of them is served when they are closed, after 10 s.
for _ in 1 2 3 4 5 6 7 8; do
	spawn silent r1 bash -c "exec 3<>/dev/tcp/127.0.0.1/9464 && printf 'GET /metrics HTTP/1.1\r\n' >&3 && cat <&3"
done
connections() { [ "$(run r1 ss -Htn state established '( sport = :9464 )' | wc -l)" -ge "$1" ]; }
within 10 connections 8
ends 0 '' ctl r1 status
within 30 has_value "hpim_trees{daemon=\"$PREFIX-r1\"}" 2

# Where they are served is a matter of the file, which is applied to the daemon that runs: they
# begin, move also to another address of the same port, and end; neighbors are not disturbed.
neighbors() { table r2 address,boot_time,my_snapshot_sn show neighbors; }
known=$(neighbors)
served() { run r2 curl -sS --max-time 5 -o /dev/null "$1" 2> /dev/null; }
# listens ADDRESS: r2 loads a file with it
listens() {
	ctl r2 config show | sed '/^metrics/,$d' > "$WORK/r2.yaml"
	[ -z "$1" ] || printf 'metrics:\n  listen: "%s"\n' "$1" >> "$WORK/r2.yaml"
	ends "${2:-0}" "${3:-}" ctl r2 config load "$WORK/r2.yaml"
}
listens 127.0.0.1:9466
served 'http://[::1]:9465/metrics' || fail 'the option no longer counts'
served http://127.0.0.1:9466/metrics && fail 'the file counts before the option'
ends 0 '' ctl r2 stop keep-forwarding
within 10 ended "${daemons[r2]}"
start_router r2
within 10 served http://127.0.0.1:9466/metrics
within 20 synced r2 2
known=$(neighbors)
listens 0.0.0.0:9466
served http://10.1.2.2:9466/metrics || fail 'they did not move to another address'
listens '[::]:9467'
served 'http://[::1]:9467/metrics' || fail 'they did not move to another port'
served http://127.0.0.1:9466/metrics && fail 'they are served at the old address still'
[ "$(table r2 metrics_at status)" = '[::]:9467' ] || fail 'status shows another address'
spawn other r2 perl -MIO::Socket::INET -e \
	'$s = IO::Socket::INET->new(Listen => 1, LocalAddr => "127.0.0.1:9468") or die; alarm 120; sleep'
taken() { run r2 ss -Hltn '( sport = :9468 )' | grep -q .; }
within 10 taken
listens 127.0.0.1:9468 2 'cannot listen on 127.0.0.1:9468: Address already in use'
served 'http://[::1]:9467/metrics' || fail 'a load that is refused moves them'
listens ''
served 'http://[::1]:9467/metrics' && fail 'they are served without an address'
[ "$(neighbors)" = "$known" ] || fail "neighbors were disturbed: $known, then $(neighbors)"

# A counter goes on over a restart: it is the map's.
forwarded="hpim_interface_packets_total{daemon=\"$PREFIX-r1\",interface=\"eth0\",reason=\"forwarded\"}"
exact_stream counted dst $GROUP4 50
at_least() { fetch -o "$WORK/metrics" "$URL" && [ "$(value "$forwarded")" -ge "$1" ]; }
within 10 at_least 50
before=$(value "$forwarded")
ends 0 '' ctl r1 restart
within 10 at_least "$before"

command -v promtool > /dev/null || skip 'the rest needs promtool'
promtool check metrics < "$WORK/metrics" || fail 'promtool finds something wrong'
promtool check metrics < "$WORK/trees" || fail 'promtool finds something wrong with trees'
# Its reader of OpenMetrics wants times.
mkdir "$WORK/blocks"
sed '/^#/!s/$/ 1700000000/' "$WORK/ctl" > "$WORK/timed"
promtool tsdb create-blocks-from openmetrics "$WORK/timed" "$WORK/blocks" > "$WORK/promtool.log" 2>&1 ||
	fail 'promtool cannot read what hpimctl prints'
