#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Across two routers: a member gets each packet of the stream once, two hops nearer to its end and
# otherwise as it was sent, all of it by XDP; when the member leaves, the branch goes; when it joins
# again, the stream comes again. mcsink measures from its join and from the report it saw leave.
. "$(dirname "$0")/../lib.sh"
need tcpdump

COUNT=500
declare -A captures

# capture NAME NODE: the first 20 packets of the stream as IP packets in hex
capture() {
	spawn "$1" "$2" tcpdump -l -nn -x -c 20 -i eth0 udp port 5010
	captures[$1]=$!
	until_true 5 said "$1" listening || fail "tcpdump does not listen in $2"
}

# packets NAME: a line each, without TTL and header checksum (IPv4) or hop limit (IPv6)
packets() {
	sed -n 's/^\t0x\(....\): */\1 /p' "$WORK/$1.log" | awk '
		$1 == "0000" && line { print line; line = "" }
		{ for (i = 2; i <= NF; i++) line = line $i }
		END { print line }' | sed -E 's/^(4.{15})..(..)..../\1--\2----/; s/^(6.{13})../\1--/'
}

# same_packets GROUP: what arrives is what was sent
same_packets() {
	capture capture-src src
	capture capture-dst dst
	send src "$1" -n 20 -r 1000 -s 700
	within 10 ended "${captures[capture-src]}"
	within 10 ended "${captures[capture-dst]}"
	packets capture-src > "$WORK/sent.hex"
	packets capture-dst > "$WORK/arrived.hex"
	[ "$(wc -l < "$WORK/sent.hex")" -eq 20 ] || fail "captured no 20 packets to $1"
	cmp -s "$WORK/sent.hex" "$WORK/arrived.hex" || fail "packets to $1 were changed on the way"
}

# in_order NUMBER...: each is there, and none less than the one before
in_order() {
	printf '%s\n' "$@" | awk '!/^[0-9.]+$/ || $1 < last { bad = 1 } { last = $1 } END { exit bad }'
}

chain
chain_serves

for group in $GROUP4 $GROUP6; do
	case $group in $GROUP4) host=10.1.3.100 source=10.1.1.100 ;; *) host=fe80 source=2001:db8:1::100 ;; esac

	listen first dst $group --report
	within 10 has_member r2 eth1 $group
	table r2 group,last_reporter show groups eth1 | grep -q "^$group $host" ||
		fail "another host than dst reported $group"

	send src $group -n 30 -r 100 # builds the tree
	within 10 shows r1 "$source $group eth0 eth1 xdp" source,group,input,outputs,tier mroutes $group
	within 10 shows r2 "$source $group eth0 eth1 xdp" source,group,input,outputs,tier mroutes $group

	xdp1=$(table r1 xdp_packets mroutes $group) kernel1=$(table r1 kernel_packets mroutes $group)
	xdp2=$(table r2 xdp_packets mroutes $group) kernel2=$(table r2 kernel_packets mroutes $group)
	hush first
	in_order 0.001 "$(field first report_to_first_ms)" "$(field first join_to_first_ms)" ||
		fail "report to first packet: $(field first report_to_first_ms) ms, join to first" \
			"packet: $(field first join_to_first_ms) ms"
	listen exact dst $group --expect 1-$COUNT
	send src $group -n $COUNT -r 1000 -T 9
	all_arrive exact
	[ "$(field exact ttl_min)" = 7 ] && [ "$(field exact ttl_max)" = 7 ] ||
		fail "TTL $(field exact ttl_min) to $(field exact ttl_max) instead of 9 - 2"
	shows r1 "$((xdp1 + COUNT)) $kernel1" xdp_packets,kernel_packets mroutes $group ||
		fail "R1 did not carry all packets to $group in XDP"
	shows r2 "$((xdp2 + COUNT)) $kernel2" xdp_packets,kernel_packets mroutes $group ||
		fail "R2 did not carry all packets to $group in XDP"

	# The member has left now: R2 notices, tells R1, and R1 sends nothing any more.
	within 10 has_no_member r2 eth1 $group
	within 10 shows r2 - outputs mroutes $group
	within 10 shows r1 - outputs mroutes $group
	xdp1=$(table r1 packets mroutes $group)
	send src $group -n 20 -r 1000
	shows r1 "$xdp1" packets mroutes $group || fail "R1 forwards packets to $group that nobody wants"

	listen again dst $group
	within 10 shows r1 eth1 outputs mroutes $group
	within 10 shows r2 eth1 outputs mroutes $group
	same_packets $group
	hush again
done

# A host does not report this group: the report of another one is not taken for it.
run dst sysctl -qw net.ipv4.igmp_link_local_mcast_reports=0 || fail 'dst reports groups of the link'
within 10 has_no_member r2 eth1 $GROUP4
listen silent dst 224.0.0.77 --report -n 20 -t 20
listen reported dst $GROUP4
within 10 has_member r2 eth1 $GROUP4
run r2 "$BUILD/mcgen" -i eth1 -g 224.0.0.77 -n 20 -r 1000 > "$WORK/sent.log" || fail 'mcgen of R2'
within 10 ended "${sinks[silent]}"
[ "$(field silent received)" = 20 ] || fail 'packets to 224.0.0.77 do not arrive'
[ -z "$(field silent report_to_first_ms)" ] || fail 'mcsink takes a report for that of another group'
hush reported
