#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# IGMP and MLD as hosts and switches of the field send them, and as an attacker on the link does: each
# host is understood, and whoever still is a member keeps its stream, whatever others say for it.
. "$(dirname "$0")/../lib.sh"
need perl tcpdump

ROUTER4=10.2.1.1 HOST4=10.2.1.100
HOST6=fe80::ff

star host
star_serves
router_mac=$(run r ip -o link show eth1 | sed 's/.*ether \([^ ]*\).*/\1/')
router6=$(run r ip -6 -o addr show dev eth1 scope link | sed 's/.*inet6 \([^/]*\).*/\1/')
run host ip addr add $HOST6/64 dev eth0 nodad
# Its own reports would say what those made by hand are to say.
run host sysctl -qw net.ipv4.conf.eth0.force_igmp_version=0

# say SOURCE TO WHAT...: a message from the host's cable, see membership.pl
say() {
	run host perl "$NETNS/membership.pl" eth0 "$@" > "$WORK/say.log" 2>&1 ||
		fail "cannot send $*: $(cat "$WORK/say.log")"
}
# gone GROUP: not there any more, after the last member query
joined() { within 5 has_member r eth1 "$1"; }
gone() { within 5 has_no_member r eth1 "$1"; }
querier() { table r "querier$1" show interfaces eth1; }
querier_is() { [ "$(querier "$1")" = "$2" ]; }

# ---- what the daemon sends has precedence 0xc0 ----

spawn wire host tcpdump -l -nn -v -i eth0 'igmp or ip proto 103 or ip6'
until_true 5 said wire listening || fail 'tcpdump does not listen'
ends 0 '' ctl r detach eth1
ends 0 eth1 ctl r attach eth1
# Queries and Hellos of both families, each on a line with the header of its packet, or on the next.
class4() { grep -A1 "^.*IP (tos 0x$1," "$WORK/wire.log" | grep -qE "$ROUTER4 > 224.0.0.$2:"; }
class6() { grep -E "IP6 \(.*class 0x$1," "$WORK/wire.log" | grep -qE "$router6 > ff02::$2:"; }
within 10 class4 c0 1
within 10 class4 c0 13
within 10 class6 c0 1
within 10 class6 c0 d
! class4 0 1 && ! class4 0 13 || fail 'something is sent without precedence'

# ---- hosts and switches: the family, then source, destination ----

# joins GROUP SOURCE TO WHAT...; leaves GROUP SOURCE TO WHAT...
joins() { say "${@:2}"; joined "$1"; }
leaves() { say "${@:2}"; gone "$1"; }

# A switch that reports for its hosts has no address.
joins 239.7.0.1 0.0.0.0 239.7.0.1 report2 239.7.0.1
leaves 239.7.0.1 0.0.0.0 224.0.0.2 leave 239.7.0.1
# A leave to the group.
joins 239.7.0.2 $HOST4 239.7.0.2 report2 239.7.0.2
leaves 239.7.0.2 $HOST4 239.7.0.2 leave 239.7.0.2
# Any address of the interface.
joins 239.7.0.3 $HOST4 224.0.0.2 report2 239.7.0.3
joins 239.7.0.4 $HOST4 $ROUTER4 report2 239.7.0.4 mac="$router_mac"
joins 239.7.0.5 $HOST4 $ROUTER4 report3 4:239.7.0.5 mac="$router_mac"
joins ff0e::7:3 $HOST6 ff02::2 report2 ff0e::7:3
joins ff0e::7:4 $HOST6 "$router6" report3 4:ff0e//7/4 mac="$router_mac"
leaves ff0e::7:3 $HOST6 ff02::2 leave ff0e::7:3
# Odd records before a good one.
counts r eth1 gm-record 2 joins 239.7.0.6 $HOST4 224.0.0.22 report3 4:10.1.1.1 1:239.7.9.9:0.0.0.0 4:239.7.0.6
counts r eth1 gm-record 1 joins ff0e::7:6 $HOST6 ff02::16 report3 4:2001/db8//1 4:ff0e//7/6
# Out of the link, or not for us.
counts r eth1 gm-hop-limit 1 say $HOST6 ff0e::7:8 report2 ff0e::7:8 ttl=64
counts r eth1 gm-destination 1 say $HOST4 10.2.1.77 report2 239.7.0.8 mac="$router_mac"
counts r eth1 gm-source 1 say 10.77.1.1 $ROUTER4 report2 239.7.0.8 mac="$router_mac"
counts r eth1 gm-no-address 1 say :: ff02::16 report3 4:ff0e//7/8
# What is never forwarded is not kept.
for group in 224.0.0.99 224.0.0.251; do say $HOST4 $group report2 $group; done
for group in ff02::99 ff01::1 ff0e::; do say $HOST6 $group report2 $group; done
# The last of the reports: all others were handled when it is there.
joins 239.7.0.9 $HOST4 239.7.0.9 report2 239.7.0.9
joins ff0e::7:9 $HOST6 ff0e::7:9 report2 ff0e::7:9
for group in 239.7.0.8 ff0e::7:8 239.7.9.9 224.0.0.99 224.0.0.251 ff02::99 ff01::1 ff0e::; do
	has_no_member r eth1 $group || fail "$group has members"
	! said r "group $group has" || fail "$group is in the log"
done
echo 'hosts and switches: understood, or refused and counted'

# ---- source-specific multicast ----

group_is() { table r group,state show groups eth1 | grep -qxF "$1 $2"; }
say $HOST4 224.0.0.22 report3 1:232.1.7.2:10.1.1.100
within 5 group_is 232.1.7.2 Include
counts r eth1 gm-ssm 2 say $HOST4 224.0.0.22 report3 4:232.1.7.2 2:232.1.7.2
counts r eth1 gm-ssm 1 say $HOST4 232.1.7.3 report2 232.1.7.3
group_is 232.1.7.2 Include || fail 'any source of an SSM group counts'
ends 0 eth1 ctl r attach eth1 igmp ssm-any-source
say $HOST4 224.0.0.22 report3 4:232.1.7.2
within 5 group_is 232.1.7.2 Exclude
ends 0 eth1 ctl r attach eth1 igmp no-ssm-any-source
counts r eth1 gm-ssm 1 say $HOST4 224.0.0.22 report3 4:232.1.7.4
echo 'SSM groups: sources by name, or any where it is set'

# ---- attackers, under a stream of a member of the kernel ----

COUNT=8000
for family in 4 6; do
	case $family in
	4) group=$GROUP4 all=224.0.0.1 own=$ROUTER4 stranger=0.0.0.1 lower=10.2.1.0 switch=0.0.0.0 ;;
	6) group=$GROUP6 all=ff02::1 own=$router6 stranger=2001:db8:2:1::1 lower=fe80::1 switch=:: ;;
	esac
	star_has_tree $group host
	listen exact host $group --expect 1-$COUNT
	spawn sender src "$BUILD/mcgen" -i eth0 -g $group -n $COUNT -r 500
	sender=$!
	# Queries of no querier.
	counts r eth1 gm-source 1 say $stranger $all query 0 10000 7 255
	counts r eth1 gm-source 3 say $stranger $group query $group 100 7 255 count=3
	counts r eth1 gm-no-address 1 say $switch $all query 0 10000 2 125
	[ "$(querier $family)" = "$own" ] || fail "$(querier $family) is querier"
	# A lower address of the subnet is querier, for a bounded time.
	counts r eth1 gm-numbers 1 say $lower $all query 0 10000 7 255
	within 5 querier_is $family $lower
	left=$(table r "querier${family}_expires_s" show interfaces eth1)
	[ "${left%.*}" -le 510 ] || fail "$lower is querier for $left s"
	grep -qF "querier is $lower" "$WORK/r.log" || fail 'the new querier is not in the log'
	# What it asks for the member hears, or only the router does.
	say $lower $group query $group 100 7 255 count=3
	say $lower $group query2 $group 100 count=3
	say $lower $group query $group 100 7 255 count=3 mac="$router_mac"
	say $lower "$own" query 0 100 7 255 mac="$router_mac"
	# A forged leave, too.
	[ $family = 6 ] || say $HOST4 224.0.0.22 report3 3:$group
	wait $sender || fail 'the sender failed'
	all_arrive exact
	has_member r eth1 $group || fail "the member of $group is forgotten"
done
echo 'queriers: strangers refused, others bounded; not a packet of the member is lost'

# ---- a flood of leaves ----

# The router that is querier again.
ends 0 '' ctl r detach eth1
ends 0 eth1 ctl r attach eth1
within 5 querier_is 4 $ROUTER4
groups() { ctl r -H -o group show groups eth1 | grep -c "^239\.8\."; }
has_groups() { [ "$(groups)" -eq "$1" ]; }
spawn queries host tcpdump -l -nn -i eth0 "igmp and src $ROUTER4 and dst net 239.8.0.0/16"
until_true 5 said queries listening || fail 'tcpdump does not listen'
say $HOST4 224.0.0.22 reports 400 239.8.0.0
within 10 has_groups 400
say $HOST4 224.0.0.22 leaves 400 239.8.0.0
within 60 has_groups 0
asked=$(grep -c 'igmp query' "$WORK/queries.log")
[ "$asked" -ge 2 ] && [ "$asked" -le 400 ] || fail "$asked queries for 400 leaves"
[ "$(counter r eth1 gm-check)" -ge 100 ] || fail 'leaves that wait for general queries are not counted'
echo "400 leaves: $asked queries of groups"
