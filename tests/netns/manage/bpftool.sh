#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What docs/ABI.md promises to programs that read the maps: its table names the maps that there are,
# its commands work, and bpftool alone shows the routes with the bytes of source and group, their
# input, outputs and tier, the interfaces, and counters equal to those of hpimctl.
. "$(dirname "$0")/../lib.sh"
need bpftool

COUNT=250
TC=1073741824 PASS=2147483648 NONE=4294967295 # flags of a route, and no set
abi="$NETNS/../../docs/ABI.md"

# dump MAP: in one line without blanks and quotes
dump() { bpftool map dump pinned "$pins/$1" | tr -d ' \n\t"'; }

# element MAP KEY: one element by a number, likewise
element() {
	bpftool map lookup pinned "$pins/$1" key "$(($2 & 255))" "$(($2 >> 8 & 255))" "$(($2 >> 16))" 0 |
		tr -d ' \n\t"'
}

# sum NAME TEXT: of the numbers with this name, one for each CPU
sum() { grep -oE "[{,]$1:[0-9]+" <<< "$2" | awk -F: '{ sum += $2 } END { printf "%.0f\n", sum }'; }

# has TEXT WORDS: whether the dump has these bytes
has() { [[ $1 == *"$2"* ]] || fail "no $2 in $1"; }

# value NAME TEXT: the first number with this name
value() { grep -oE "[{,]$1:[0-9]+" <<< "$2" | head -n 1 | cut -d: -f2; }

# group_of 4|6: sets group, and key, its tree's in the map
group_of() {
	if [ "$1" = 4 ]; then
		group=$GROUP4 key='source:[10,1,1,100],group:[239,1,2,3]'
	else
		group=$GROUP6
		key='source:[32,1,13,184,0,1,0,0,0,0,0,0,0,0,1,0],group:[255,62,0,0,0,0,0,0,0,0,0,1,0,2,0,3]'
	fi
}

# mac IFACE: of r1, as bytes in decimal
mac() {
	local mac
	mac=$(run r1 ip -o link show "$1" | sed 's/.*ether \([^ ]*\).*/\1/')
	printf '%d,%d,%d,%d,%d,%d' 0x${mac//:/ 0x}
}

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

# The maps of the table, and no others.
named=$(sed -n '/^## Maps/,/^## A route/ s/^| \(`[^|]*`\) | .*/\1/p' "$abi" | grep -o '[a-z0-9_]*' | sort)
pinned=$(ls "$pins" | grep -vE '^(link|tc)_[0-9]+$|^link_xmit$')
[ "$named" = "$pinned" ] || fail "docs/ABI.md names $(echo $named), pinned are $(echo $pinned)"

# The commands. Their interface 3 is eth1 here.
[ "$(ifindex r1 eth1)" = 3 ] || fail 'eth1 is not the third interface'
lines=$(sed -n 's/^\(bpftool [^#]*\).*/\1/p' "$abi")
[ "$(wc -l <<< "$lines")" -ge 14 ] || fail "too few commands in docs/ABI.md: $lines"
while read -ra line; do
	(cd "$pins" && "${line[@]}") > "$WORK/line" 2>&1 && [ -s "$WORK/line" ] ||
		# bpftool 7.5 ends with 255 after it has shown a link.
		{ [ "${line[*]:1:2}" = 'link show' ] && grep -qE '^[0-9]+: (xdp|tc|raw_tracepoint|tracing)' "$WORK/line"; } ||
		fail "docs/ABI.md: ${line[*]}: $(cat "$WORK/line")"
done <<< "$lines"
has "$(bpftool link show pinned "$pins/link_3")" xdp

settings=$(dump settings)
version=$(sed -n 's/^#define MFIB_VERSION \([0-9]\)/\1/p' "$NETNS/../../include/hpim/mfib_abi.h")
has "$settings" "magic:1297107272,version:$version," # the bytes HPIM
for name in reasons max_links max_routes max_sets; do
	[ "$(value $name "$settings")" -gt 0 ] || fail "settings name no $name: $settings"
done
has "$settings" 'capture_every:0,'
# The lease is renewed, and ends in the future of CLOCK_MONOTONIC, which is the uptime.
[ "$(value lease_until_ns "$settings")" -gt "$(awk '{ printf "%.0f", $1 * 1e9 }' /proc/uptime)" ] ||
	fail "the lease has ended: $settings"

port_of() { grep -o "{key:$1,value:{[^}]*}}" <<< "$(dump ports)"; }
egress_is_port() {
	local port
	port=$(port_of "$1")
	[ "$(element egress "$1")" = "{key:$1,value:{ifindex:$1,port:${port#*value:}}" ]
}

# Interfaces, in both maps, with a threshold on one of them.
ends 0 '' ctl r1 threshold eth1 7
for name in eth0 eth1; do
	number=$(ifindex r1 $name)
	port=$(port_of "$number")
	has "$port" "value:{link:${name#eth},flags:"
	# XDP and TC are attached, and the daemon has set ALLMULTI; RXVLAN depends on the kernel, and
	# FINISHED on how long ago the egress program was not needed. With the threshold it is.
	[ $(($(value flags "$port") & ~(4 | 128))) -eq 11 ] || fail "flags of $name: $port"
	has "$port" "mac:[$(mac $name)],vid:0,tpid:0,threshold:$([ $name = eth0 ] && echo 0 || echo 7),zero:0,carrier:$number}}"
	within 5 egress_is_port "$number" # between both reads FINISHED may end
done
ends 0 '' ctl r1 threshold eth1 0

eth0=$(ifindex r1 eth0) eth1=$(ifindex r1 eth1)
for family in 4 6; do
	group_of $family
	route=$(dump route$family)
	has "$route" "[{key:{$key},value:{iif:$eth0,"
	has "$route" "mtu:1500,link:0,oif:$eth1,line:"
	[ "$(grep -o 'key:' <<< "$route" | wc -l)" -eq 1 ] || fail "more than one route: $route"
	[ $(($(value flags "$route") & (TC | PASS))) -eq 0 ] || fail "XDP does not carry: $route"
	set=$(value set "$route")
	has "$(element output_lists "$set")" "{key:$set,value:{count:1,ifindex:[$eth1,0,0,"

	# Both ask the same counters, with nobody sending.
	counts=$(element route_counts "$(value slot "$route")")
	line=$(element lines$family "$(value line "$route")")
	has "$line" "{key:$(value line "$route"),value:{key:{$key},line:{seq:"
	counts="$counts $line"
	[ "$(sum packets "$counts")" -ge $COUNT ] || fail "IPv$family: less than the stream: $counts"
	[ "$(sum packets "$counts") $(sum tc_packets "$counts")" = "$(table r1 xdp_packets,tc_packets mroutes $group)" ] ||
		fail "IPv$family: hpimctl and the map differ: $counts, $(table r1 xdp_packets,tc_packets mroutes $group)"
	[ "$(sum bytes "$counts")" -gt 0 ] && [ "$(sum tc_bytes "$counts")" -eq 0 ] || fail "bytes: $counts"
	[ "$(sum seen_ns "$counts")" -gt 0 ] || fail "never seen: $counts"
done

# The same in TC: the flag changes, the set may stay.
ends 0 '' ctl r1 attach eth0 mode tc
for family in 4 6; do
	group_of $family
	within 5 shows r1 tc tier mroutes $group
	exact_stream exact dst $group $COUNT
	route=$(dump route$family)
	[ $(($(value flags "$route") & (TC | PASS))) -eq $TC ] || fail "TC does not carry: $route"
	counts=$(element route_counts "$(value slot "$route")")
	[ "$(sum tc_packets "$counts")" -eq $COUNT ] || fail "IPv$family in TC: $counts"
	[ "$(table r1 tc_packets mroutes $group)" -eq $COUNT ] || fail "IPv$family in TC: hpimctl and the map differ"
done
[ ! -e "$pins/link_$eth0" ] || fail 'the link of XDP stays in mode tc'
ends 0 '' ctl r1 attach eth0 mode kernel
for family in 4 6; do
	group_of $family
	within 5 shows r1 kernel tier mroutes $group
	route=$(dump route$family)
	[ $(($(value flags "$route") & (TC | PASS))) -eq $PASS ] || fail "the kernel does not carry: $route"
done
ends 0 '' ctl r1 attach eth0 mode "${MODE:-auto}"

# The route goes with the last member: negative knowledge stays.
for family in 4 6; do
	group_of $family
	within 5 shows r1 xdp tier mroutes $group
	hush "stays-$group"
	within 10 shows r1 - outputs mroutes $group
	[ "$(value set "$(dump route$family)")" = $NONE ] || fail "a set without outputs: $(dump route$family)"
	send src $group -n 5 -r 100
done

# Counters of the interface: each reason of hpimctl, packets and bytes of all CPUs.
counts=$(element port_counts 0)
for reason in $(table r1 reason counters eth0 | grep -vE '^(control-|gm-|hello-|neighbor-|tree-|link-down|not-mirrored)'); do
	parts=$(grep -oE "[{,]${reason//-/_}:\{packets:[0-9]+,bytes:[0-9]+\}" <<< "$counts")
	is="$(awk -F'[:,}]' '{ p += $(NF - 3); b += $(NF - 1) } END { print p + 0, b + 0 }' <<< "$parts")"
	case $reason in
	control | link-scope | options) continue ;; # neighbors and hosts go on talking
	esac
	told=$(table r1 reason,packets,bytes counters eth0 | awk -v r="$reason" '$1 == r { print $2, $3 }')
	[ "$is" = "$told" ] || fail "counter $reason: the map has '$is', hpimctl '$told'"
done
[ "$(counter r1 eth0 negative)" -eq 10 ] ||
	fail "the ten packets that nobody wants are not counted as negative, but $(counter r1 eth0 negative)"
