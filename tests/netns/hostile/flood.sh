#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# While streams of both families flow over the chain, their host floods as fast as it can, each packet
# from another source of its subnets to another group: the streams arrive exactly, a new tree comes
# up, hpimctl answers, neighbors stay, logs stay short, and once what the flood may have of the tables
# of trees is full, the daemons do not grow.
#
# The streams share the cable with the flood, which fills it. Their packets wait in a queue of the
# host where the kernel can (veth tells a queue when it is full); what the flood sends passes by it.
# runner: alone, it floods as fast as it can, and other load would lose packets of the streams
. "$(dirname "$0")/../lib.sh"
need tc

FLOOD4=10.1.1.0/24,239.0.0.0/8 FLOOD6=2001:db8:1::/64,ff3e::/32
NEW4=239.1.2.9 NEW6=ff3e::1:2:9

# full: whether R1 has, in each family, as many trees as one interface may bring that no host wants: a
# quarter of the table (two percent less, since those that end are not counted)
full() {
	[ "$(table r1 limit_of,protocol,used,limit limits |
		awk '/^trees hpim/ && $3 * 4 >= $4 * 0.98' | wc -l)" = 2 ]
}

# evicted COUNT
evicted() { [ "$(counter r1 eth0 tree-evicted)" -ge "$1" ]; }

# stream NAME GROUP: numbered packets, a thousand a second, received by dst
declare -A senders
stream() {
	listen "$1" dst "$2"
	spawn "send-$1" src "$BUILD/mcgen" -i eth0 -g "$2" -r 1000
	senders[$1]=$!
}

# overflowed: how many frames the cables could not hold, because this machine gave its kernel no time
# to read them: a veth holds 256
overflowed() {
	local name sum=0
	for name in r2 dst; do
		sum=$((sum + $(run $name ip -s link show eth0 | awk '/RX:/ { getline; print $4 }')))
	done
	echo $sum
}

# finish NAME LOST: end a stream; fails when any packet came twice, or when more are lost than these
# and those that a cable counts. These must be less than one in a thousand.
finish() {
	local sent lost
	kill -TERM "${senders[$1]}"
	wait "${senders[$1]}" || fail "the sender of $1 failed: $(cat "$WORK/send-$1.log")"
	sent=$(field "send-$1" last)
	until_true 10 idle "$1" || true # its numbers tell what is missing
	hush "$1"
	echo "$1: $sent sent, $(field "$1" received) received, $(field "$1" lost) lost," \
		"$(field "$1" duplicated) doubled, $(field "$1" longest_gap_ms) ms the longest gap"
	[ "$(field "$1" last)" = "$sent" ] || fail "the end of $1 is missing"
	[ "$(field "$1" duplicated)" = 0 ] || fail "packets of $1 came twice"
	lost=$((sent - $(field "$1" received) - $2))
	[ $lost -le 0 ] || { [ $lost -le "$(overflowed)" ] && [ $((lost * 1000)) -lt "$sent" ]; } ||
		fail "$lost packets of $1 are lost, $(overflowed) of them on cables"
}

# idle NAME: whether its receiver has read all that has come
idle() {
	local pid=${sinks[$1]}
	! run dst ss -Hunmp | grep "pid=$pid," | grep -qv '^UNCONN *0 '
}

# answers: hpimctl answers within its own deadline, 5 s; the slowest answer is told
slowest=0
answers() {
	local began took
	began=$(milliseconds)
	[ "$(table "$1" state show neighbors 2> "$WORK/answers.log" | uniq)" = synced ] ||
		fail "hpimctl of $1: $(cat "$WORK/answers.log")"
	took=$(($(milliseconds) - began))
	[ $took -le $slowest ] || slowest=$took
}

# comes_up NAME GROUP: a tree of a thousand packets a second stands within 10 s. In each tenth of a
# second an interface reports the first packets without route, those of the flood among them.
comes_up() {
	local began
	began=$(milliseconds)
	stream "$1" "$2"
	until_true 10 said "$1" first || fail "no tree for $2 during the flood"
	waited[$1]=$(($(milliseconds) - began))
	echo "$1: up after ${waited[$1]} ms"
}
declare -A waited

chain
run src tc qdisc add dev eth0 root pfifo limit 10000 || fail 'no queue on src'
chain_serves
chain_has_trees

stream exact4 $GROUP4
stream exact6 $GROUP6
spawn flood src "$BUILD/mcgen" -i eth0 --flood $FLOOD4 --flood $FLOOD6
flood=$!
began=$(milliseconds)
comes_up new4 $NEW4
comes_up new6 $NEW6

# The part of one interface is full, in each family; then some thousand more.
for router in r1 r2; do answers $router; done
until_true 240 full || fail "R1 still has places for trees: $(table r1 limit_of,family,used limits)"
trees() { table r1 limit_of,family,protocol,used,refused limits | grep '^trees . hpim' | tr '\n' ';'; }
echo "full: $(trees)"
before=$(counter r1 eth0 tree-evicted)

# more_evicted COUNT: since it is full
more_evicted() {
	until_true 240 evicted $((before + $1)) ||
		fail "R1 has evicted only $(($(counter r1 eth0 tree-evicted) - before)) trees: $(trees)"
}

# places NODE: how many trees it has, of both families. What is evicted stays until the neighbors know,
# so there may be up to twice as many in the end, and tables grow with them.
places() { table "$1" limit_of,protocol,used limits | awk '/^trees hpim/ { n += $3 } END { print n }'; }

# measure NODE: and how much it has grown since the last time
declare -A memory had
measure() {
	local kb trees
	kb=$(memory_kb "$1") trees=$(places "$1")
	grown=$((kb - ${memory[$1]:-0})) more=$((trees - ${had[$1]:-0}))
	memory[$1]=$kb had[$1]=$trees
	echo "$1: $kb kB, grown by $grown kB and $more trees"
	[ $kb -lt $((32768 + 4 * trees)) ] || fail "$1 has $kb kB for $trees trees"
	answers "$1"
}

# R1, which evicts: a leak grows in each round.
rounds=12 evictions=0
while :; do
	more_evicted $((evictions += 5000))
	measure r2
	measure r1
	[ $more -ge 500 ] || [ $grown -ge 1024 ] || break
	[ $((--rounds)) -gt 0 ] || fail "R1 grows for as long as the flood lasts: $(trees)"
done
echo "$evictions more evicted: $(trees)"
echo "hpimctl: answers within $slowest ms"

kill -TERM $flood
wait $flood || fail "the flood failed: $(cat "$WORK/flood.log")"
seconds=$((($(milliseconds) - began) / 1000 + 1))
echo "flood: $(field flood sent) packets in $seconds s; $(counter r1 eth0 flood) dropped as such," \
	"$(counter r1 eth0 upcall) reported, $(counter r1 eth0 tree-evicted) trees evicted," \
	"$(counter r1 eth0 tree-refused) refused"
for name in exact4 exact6; do finish $name 0; done
# What came before the tree is lost, and what comes while it is built is kept by the kernel in part.
for name in new4 new6; do finish $name $((waited[$name] + 1000)); done

for router in r1 r2; do
	! ended "${daemons[$router]}" || fail "$router is dead"
	! said $router removed || fail "$router lost a neighbor: $(grep removed "$WORK/$router.log")"
	lines=$(wc -l < "$WORK/$router.log")
	[ "$lines" -lt $((100 * seconds)) ] || fail "$lines lines in the log of $router"
done
exact_stream after dst $GROUP4 300
