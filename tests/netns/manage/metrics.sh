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
