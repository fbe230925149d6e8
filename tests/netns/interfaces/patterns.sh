#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# attach and detach with patterns and with all: what fits is served, what is refused is named and
# stops none of the others; thresholds and modes belong to an interface and outlive a crash.
. "$(dirname "$0")/../lib.sh"
mount_bpf

# attached: names of what is attached, in one line
attached() { table one interface interfaces | tr '\n' ' ' | sed 's/ $//'; }

node left right other
router one
wire left eth0 10.1.1.100/24,2001:db8:1::100/64 one eth0 10.1.1.1/24,2001:db8:1::1/64
wire right eth0 10.1.3.100/24,2001:db8:3::100/64 one eth1 10.1.3.1/24,2001:db8:3::1/64
wire other eth0 10.1.4.100/24,2001:db8:4::100/64 one wan0 10.1.4.1/24,2001:db8:4::1/64
# One that nothing can be served on.
run one ip link add dummy0 type veth peer name dummy1 || fail 'no interface without addresses'
run one sysctl -qw net.ipv6.conf.dummy0.disable_ipv6=1 net.ipv6.conf.dummy1.disable_ipv6=1
start_router one

ends 4 "no interface fits 'ppp*'" ctl one attach 'ppp*'
ends 0 eth1 ctl one attach 'eth*'
[ "$(attached)" = 'eth0 eth1' ] || fail "eth* attaches $(attached)"
ends 0 wan0 ctl one attach 'w?n[0-9]' igmp
[ "$(table one hpim4,igmp,mld interfaces wan0)" = 'no yes no' ] || fail 'words after a pattern are lost'
ends 0 '' ctl one detach 'w*'
[ "$(attached)" = 'eth0 eth1' ] || fail "after detach w* there are $(attached)"

# Some refused: exit code 6 and their names; the others are served.
ends 6 '2 of 5 interfaces refused: ' ctl one attach all
for name in dummy0 dummy1; do
	grep -qF "$name has no address of a family asked for" "$WORK/ends.log" || fail "$name is not named"
done
[ "$(attached)" = 'eth0 eth1 wan0' ] || fail "all attaches $(attached)"
ends 6 'not attached' ctl one detach 'eth*,nothing0'
[ "$(attached)" = wan0 ] || fail "after detach eth* there are $(attached)"
ends 2 'dummy0 has no address' ctl one attach 'dummy*' # all of them refused
ends 0 '' ctl one detach all
[ "$(attached)" = '' ] || fail "after detach all there are $(attached)"
ends 4 "no interface fits 'all'" ctl one detach all
ends 1 'interface name missing or invalid' ctl one attach "$(printf '%065d' 0)*"

# Thresholds: only greater TTLs leave. Senders use 16.
ends 0 eth1 ctl one attach eth0,eth1 mode "${MODE:-auto}"
ends 4 'wan0 is not attached' ctl one threshold wan0 3
ends 1 'no number from 0 to 255' ctl one threshold eth1 256
ends 0 '' ctl one threshold eth1 15
[ "$(table one threshold interfaces eth1)" = 15 ] || fail 'the threshold is not shown'
listen member right $GROUP4
within 10 has_member one eth1 $GROUP4
listen member6 right $GROUP6
within 10 has_member one eth1 $GROUP6
for group in $GROUP4 $GROUP6; do
	send left $group -n 30 -r 100
	within 10 shows one eth1 outputs mroutes $group
	before=$(datagrams right "$(family_of $group)")
	send left $group -n 50 -r 1000
	within 10 has_datagrams right "$(family_of $group)" $((before + 50))
done
skipped() { table one reason,packets counters eth1 | awk '$1 == "threshold" { print $2 }'; }
[ -z "$(skipped)" ] || fail "packets above the threshold are held back: $(skipped)"
ends 0 '' ctl one threshold eth1 16
for group in $GROUP4 $GROUP6; do
	before=$(datagrams right "$(family_of $group)")
	send left $group -n 50 -r 1000
	[ "$(datagrams right "$(family_of $group)")" -eq "$before" ] || fail 'packets at the threshold leave'
done
until_true 5 eval '[ "$(skipped)" -ge 100 ]' || fail "counted at the threshold: '$(skipped)'"
ends 0 'with a TTL above 16' ctl one explain 10.1.1.100 $GROUP4
ends 0 'their TTL is not above the threshold' ctl one show counters eth1 -d

# A mode and a threshold are wishes, which a crash does not lose.
ends 0 eth0 ctl one attach eth0 mode tc
[ "$(table one mode,tier interfaces eth0)" = 'tc tc' ] || fail "mode tc: $(table one mode,tier,why interfaces eth0)"
kill -9 "${daemons[one]}"
wait "${daemons[one]}" 2> /dev/null
start_router one
within 10 shows one $'eth0 tc 0\neth1 auto 16' interface,mode,threshold interfaces
ends 0 '' ctl one threshold eth1 0
within 20 has_member one eth1 $GROUP4 # the host has answered the new querier
send left $GROUP4 -n 30 -r 100
within 10 shows one eth1 outputs mroutes $GROUP4
before=$(datagrams right 4)
send left $GROUP4 -n 50 -r 1000
within 10 has_datagrams right 4 $((before + 50))
within 5 eval '[ "$(table one tc_packets mroutes $GROUP4)" -ge 50 ]'
[ "$(table one tier mroutes $GROUP4)" = tc ] || fail "tier $(table one tier,why mroutes $GROUP4)"
[ "$(table one routes_tc status)" -ge 1 ] || fail 'status does not count the route of TC'
