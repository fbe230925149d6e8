#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The Wireshark dissector on what our daemons send each other, signed and not: nothing is malformed,
# requests find their answers, and a router without the key is noted.
. "$(dirname "$0")/../lib.sh"
need tcpdump tshark setpriv

# dissect WORDS...: tshark over the capture; from 4.4 on it loads no script for root
dissect() {
	$NOBODY env HOME=/ tshark -n -2 -X lua_script:tools/wireshark/hpim.lua -r "$WORK/link.pcap" "$@" \
		2> /dev/null
}
chmod 755 "$WORK"

# numbers FILTER: how many packets of the capture it takes
numbers() { dissect -Y "$1" -T fields -e frame.number | wc -l; }

chain
spawn tcpdump r1 tcpdump -i eth1 -U -w "$WORK/link.pcap" ip proto 103 or ip6 proto 103
sniffer=$!
within 10 said tcpdump 'listening on'
chain_serves
chain_has_trees
printf s3cretkey > "$WORK/key"
ends 0 '' ctl r1 key add eth1 id 7 algo sha256 file "$WORK/key"
signed() { [ "$(numbers 'hpim.security_id == 7 && hpim.security_length == 32')" -gt 0 ]; }
unsigned_is_noted() { [ "$(numbers hpim.security_missing)" -gt 0 ]; }
within 30 signed
within 30 unsigned_is_noted
kill -INT "$sniffer"
wait "$sniffer"

[ "$(numbers 'hpim-dm')" = "$(numbers 'ip.proto == 103 || ipv6.nxt == 103')" ] || fail 'not all is HPIM-DM'
[ "$(numbers '_ws.expert.severity == error || _ws.malformed')" = 0 ] ||
	fail "errors: $(dissect -Y '_ws.expert.severity == error || _ws.malformed')"
for type in HELLO SYNC I_AM_UPSTREAM INTEREST ACK; do
	[ "$(numbers "hpim.type == $type")" -gt 0 ] || fail "no $type"
done
[ "$(numbers "hpim.options.tree_source == 10.1.1.100 && hpim.options.tree_group == $GROUP4")" -gt 1 ] ||
	fail 'the tree is not found by its source'
[ "$(numbers "hpim.options.tree_source_v6 == 2001:db8:1::100 && hpim.options.tree_group_v6 == $GROUP6")" -gt 1 ] ||
	fail 'the IPv6 tree is not found by its source'
[ "$(numbers 'hpim.type == ACK')" = "$(numbers 'hpim.type == ACK && hpim.response_to')" ] ||
	fail "an Ack has no request: $(dissect -Y 'hpim.type == ACK && !hpim.response_to')"
