#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What docs/ABI.md promises to programs that read the maps: bpftool alone shows the routes with the
# bytes of source and group, their input and outputs, and counters equal to those of hpimctl.
. "$(dirname "$0")/lib.sh"
need bpftool

COUNT=250

# dump MAP: in one line without blanks and quotes
dump() { bpftool map dump pinned "$pins/$1" | tr -d ' \n\t"'; }

# element MAP NUMBER: one element of an array, likewise
element() {
	bpftool map lookup pinned "$pins/$1" key "$(($2 & 255))" "$(($2 >> 8))" 0 0 | tr -d ' \n\t"'
}

# sum NAME TEXT: of the numbers with this name, one for each CPU
sum() { grep -oE "[{,]$1:[0-9]+" <<< "$2" | awk -F: '{ sum += $2 } END { print sum + 0 }'; }

# has TEXT WORDS: whether the dump has these bytes
has() { [[ $1 == *"$2"* ]] || fail "no $2 in $1"; }

# value NAME TEXT: the only number with this name
value() { grep -oE "[{,]$1:[0-9]+" <<< "$2" | cut -d: -f2; }

index() { run r1 ip -o link show "$1" | cut -d: -f1; }

pins="/sys/fs/bpf/hpim/$PREFIX-r1"
chain
chain_serves
for group in $GROUP4 $GROUP6; do
	chain_has_tree $group
	exact_stream exact dst $group $COUNT
	hush member
	listen "stays-$group" dst $group
	within 10 has_member r2 eth1 $group
done

has "$(dump settings)" 'magic:1297107272,version:1,' # the bytes HPIM
[ "$(value max_routes "$(dump settings)")" -gt 0 ] || fail 'settings name no limit of routes'

eth0=$(index eth0) eth1=$(index eth1)
for family in 4 6; do
	if [ $family = 4 ]; then
		group=$GROUP4 key='source:[10,1,1,100],group:[239,1,2,3]'
	else
		group=$GROUP6
		key='source:[32,1,13,184,0,1,0,0,0,0,0,0,0,0,1,0],group:[255,62,0,0,0,0,0,0,0,0,0,1,0,2,0,3]'
	fi
	route=$(dump route$family)
	has "$route" "[{key:{$key},value:{iif:$eth0,"
	has "$route" 'mtu:1500'
	[ "$(grep -o 'key:' <<< "$route" | wc -l)" -eq 1 ] || fail "more than one route: $route"
	set=$(value set "$route")
	has "$(dump set_ports)" "{key:{set:$set,link:1},value:$eth1}"

	# Both ask the same counters, with nobody sending.
	counts=$(element route_counts "$(value slot "$route")")
	[ "$(sum packets "$counts") $(sum bytes "$counts")" != '0 0' ] || fail "nothing counted: $counts"
	[ "$(sum packets "$counts")" = "$(table r1 xdp_packets mroutes $group)" ] ||
		fail "IPv$family: hpimctl and the map differ: $counts, $(table r1 xdp_packets mroutes $group)"
	[ "$(sum packets "$counts")" -ge $COUNT ] || fail "IPv$family: less than the stream: $counts"

	# The route goes with the last member: negative knowledge stays.
	hush "stays-$group"
	within 10 shows r1 - outputs mroutes $group
	has "$(dump route$family)" "set:4294967295"
	send src $group -n 5 -r 100
done

# The other commands of docs/ABI.md.
has "$(bpftool map lookup pinned "$pins/route4" key 10 1 1 100 239 1 2 3)" "\"iif\": $eth0"
has "$(bpftool link show pinned "$pins/link_$eth0")" xdp

ports=$(dump ports)
for name in eth0 eth1; do
	mac=$(run r1 ip -o link show $name | sed 's/.*ether \([^ ]*\).*/\1/')
	has "$ports" "mac:[$(printf '%d,%d,%d,%d,%d,%d' 0x${mac//:/ 0x})],zero:[0,0]}}"
	# The program is attached, and the daemon has set ALLMULTI.
	flags=$(sed "s/.*{key:$(index $name),value:{link:${name#eth},flags:\([0-9]*\),.*/\1/" <<< "$ports")
	[ $((flags & 3)) -eq 3 ] || fail "flags of $name are $flags"
done

# Counters of the interface: each reason, packets and bytes of all CPUs.
counts=$(element port_counts 0)
for reason in forwarded negative miss ttl wrong-if; do
	parts=$(grep -oE "[{,]${reason//-/_}:\{packets:[0-9]+,bytes:[0-9]+\}" <<< "$counts")
	told=$(table r1 reason,packets,bytes counters eth0 | awk -v r=$reason '$1 == r { print $2, $3 }')
	is="$(awk -F'[:,}]' '{ p += $(NF - 3); b += $(NF - 1) } END { print p + 0, b + 0 }' <<< "$parts")"
	[ "$is" = "${told:-0 0}" ] || fail "counter $reason: the map has '$is', hpimctl '$told'"
done
[ "$(table r1 reason,packets counters eth0 | grep -w negative)" = 'negative 10' ] ||
	fail 'the ten packets that nobody wants are not counted as negative'
