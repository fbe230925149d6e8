#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Twenty thousand trees of both families: each row of every table comes, once; filters find their
# rows; others are answered in between, also while clients ask for everything and read nothing; that
# costs no memory to speak of, and the neighbor stays.
# runner: alone, 20,000 trees keep the processors busy
. "$(dirname "$0")/../lib.sh"

TREES=20000
SOURCES4=172.16.0.0/12 SOURCES6=2001:db8:1::/64

number() { table r1 "$1" status; }

# flood NAME COUNT: so many packets, each of another source, to groups that dst has joined
flood() {
	spawn "$1" src "$BUILD/mcgen" -i eth0 --flood $SOURCES4,$GROUP4/32 \
		--flood $SOURCES6,$GROUP6/128 -r 1500 -n "$2"
}

# rows COUNT WORDS...: fail unless that table of R1 has so many rows, no two with the same beginning
rows() {
	local began count=$1
	shift
	began=$(milliseconds)
	ctl r1 -H "$@" > "$WORK/rows" || fail "hpimctl $*"
	echo "$(wc -l < "$WORK/rows") rows after $(($(milliseconds) - began)) ms: $*"
	[ "$(wc -l < "$WORK/rows")" -eq "$count" ] || fail "not $count rows: $*"
	[ -z "$(awk '{ print $1, $2, $3 }' "$WORK/rows" | sort | uniq -d)" ] || fail "a row twice: $*"
}

# ask KIND...: such a client of R1 in the background, ready when this returns
ask() {
	spawn "$1" r1 perl "$NETNS/asker.pl" "$1" "/run/hpimd/$PREFIX-r1.ro" "${@:2}"
	asker=$!
	until_true 5 said "$1" ready || fail "$1: $(cat "$WORK/$1.log")"
}

# Hello says 40 s, and comes every 10 s.
hears_hellos() { [ "$(table r2 interface,expires_s neighbors eth0 | sort -nk 2 | awk 'NR == 1 { print $2 }')" -ge 25 ]; }

# waits WORDS...: others are answered, and Hellos sent, while R1 answers a command
waits() {
	ask often
	ctl r1 "$@" > "$WORK/rows" || fail "hpimctl $*"
	kill -TERM $asker
	wait $asker || fail "the other client: $(cat "$WORK/often.log")"
	echo "another client waits $(field often longest_ms) ms at most: $*"
	[ "$(field often longest_ms)" -lt 10000 ] || fail "another client waits for $*"
	hears_hellos || fail "R1 sends no Hello: $(ctl r2 neighbors)"
}

chain
run src ip addr add 172.16.0.100/12 dev eth0
run r1 ip addr add 172.16.0.1/12 dev eth0
run r2 ip route add 172.16.0.0/12 via 10.1.2.1 proto zebra metric 20 || fail 'no route on r2'
chain_serves
for group in $GROUP4 $GROUP6; do
	stays dst "$group"
	within 10 has_member r2 eth1 "$group"
done
flood flood $((TREES + TREES / 20))
wait $! || fail "mcgen: $(cat "$WORK/flood.log")"
has_trees() { [ "$(number trees)" -ge $TREES ]; }
until_true 60 has_trees || fail "only $(number trees) trees"

# Nothing comes or goes now: a source is alive for 210 s after its packet.
count=$(number trees)
for words in 'show mroutes' 'show trees'; do
	rows "$count" $words
	waits $words
	waits -j $words
done
rows $((2 * count)) -d show trees
waits -d show trees
waits status
[ "$(number routes)" = "$count" ] || fail "$(number routes) routes, $count trees"
[ "$(number routes_xdp)" = "$count" ] || fail "$(number routes_xdp) trees in XDP of $count"
for tier in xdp tc kernel; do
	sum=$(table r1 ${tier}_packets mroutes | awk '{ sum += $1 } END { print sum }')
	[ "$(number packets_$tier)" = "$sum" ] ||
		fail "status has $(number packets_$tier) packets of $tier, the trees $sum"
done
of_group=$(ctl r1 -H -4 show mroutes | wc -l)
rows "$of_group" show mroutes $GROUP4
rows $((count - of_group)) show mroutes $GROUP6
source=$(table r1 source -4 mroutes | tail -n 1)
rows 1 show mroutes "$source" $GROUP4
rows 1 show trees "$source"
rows 0 show mroutes "$source" 239.9.9.9
ends 0 'the source is alive on eth0' ctl r1 explain "$source" $GROUP4
waits show counters

# Each of these is owed all rows, and reads none.
before=$(memory_kb r1)
ask hungry 30 'show mroutes' 'show trees'
hungry=$asker
waits show neighbors
rows "$count" show mroutes
grown=$(($(memory_kb r1) - before))
echo "R1: $before kB, $grown kB more for 30 clients that do not read"
[ $grown -lt 16384 ] || fail "30 clients that do not read cost $grown kB"
kill $hungry

# While trees come, each row is still there at most once, and those that stand are there.
flood more 3000
until_true 10 eval '[ "$(number trees)" -gt "$count" ]' || fail 'no more trees'
ctl r1 -H show mroutes > "$WORK/rows" || fail 'show mroutes while trees come'
wait "${children[-1]}" || fail "mcgen: $(cat "$WORK/more.log")"
[ "$(wc -l < "$WORK/rows")" -ge "$count" ] || fail "only $(wc -l < "$WORK/rows") rows of $count"
[ -z "$(awk '{ print $1, $2 }' "$WORK/rows" | sort | uniq -d)" ] || fail 'a row twice'

for router in r1 r2; do
	within 5 synced $router 2
	! said $router removed || fail "$router lost a neighbor: $(grep removed "$WORK/$router.log")"
done
