#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Three routers in a chain with PIM-DM and no other routing protocol: a source floods, routers without
# a member prune, a member's router grafts, and each packet of the stream arrives once, all of it by
# XDP; the member leaves and joins again; the router in the middle is restarted.
. "$(dirname "$0")/../lib.sh"

COUNT=500

# src - r1 - r2 - r3 - dst; on each router eth0 is toward the source
mount_bpf
node src dst
router r1 r2 r3
wire src eth0 10.1.1.100/24,2001:db8:1::100/64 r1 eth0 10.1.1.1/24,2001:db8:1::1/64
wire r1 eth1 10.1.2.1/24,2001:db8:2::1/64 r2 eth0 10.1.2.2/24,2001:db8:2::2/64
wire r2 eth1 10.1.3.2/24,2001:db8:3::2/64 r3 eth0 10.1.3.3/24,2001:db8:3::3/64
wire r3 eth1 10.1.4.3/24,2001:db8:4::3/64 dst eth0 10.1.4.100/24,2001:db8:4::100/64

# link_local NODE IFACE: its address for next hops
link_local() { run "$1" ip -6 -o addr show "$2" scope link | awk '{ sub("/.*", "", $4); print $4 }'; }

# route NODE IPV4 UPSTREAM IFACE: to the source, as a unicast routing daemon installs it
route() {
	run "$1" ip route add 10.1.1.0/24 via "$2" proto zebra metric 20 &&
		run "$1" ip -6 route add 2001:db8:1::/64 via "$(link_local "$3" "$4")" dev eth0 \
			proto zebra metric 20 || fail "no route on $1"
}
route r2 10.1.2.1 r1 eth1
route r3 10.1.3.2 r2 eth1

# neighbors NODE COUNT: it has so many, all of PIM-DM
neighbors() { [ "$(table "$1" protocol,state show neighbors | uniq -c | awk '{ print $1, $2, $3 }')" = "$2 pim-dm up" ]; }

# tree NODE GROUP STATE OUTPUTS: what 'show trees' says
tree() { shows "$1" "pim-dm $3 eth0 $4" protocol,state,input,outputs show trees "$2"; }

# tree_if NODE GROUP IFACE DOWNSTREAM FORWARDING: of its interfaces
tree_if() {
	table "$1" interface,role,downstream,forwarding show trees -d "$2" |
		grep -qxF "$3 non-root $4 $5"
}

# entry NODE GROUP OUTPUTS: of the forwarding table
entry() { shows "$1" "$3 pim-dm" outputs,owner show mroutes "$2"; }

for name in r1 r2 r3; do
	start_router $name
	ends 0 eth1 ctl $name attach eth0,eth1 pim-dm igmp mld mode "${MODE:-auto}"
	ends 0 pim-hello-interval ctl $name set pim-hello-interval 5
done
within 30 neighbors r1 2
within 30 neighbors r2 4
within 30 neighbors r3 2

# The other routing protocol is refused, and nothing of it remains.
ends 2 'eth0: HPIM-DM and PIM-DM cannot both run for IPv4' ctl r1 attach eth0 hpim
shows r1 $'eth0 no no yes yes\neth1 no no yes yes' interface,hpim4,hpim6,pim_dm4,pim_dm6 interfaces ||
	fail 'a refused attach leaves something'

# kernel_packets GROUP: forwarded by the kernel's cache of the three routers
kernel_packets() { for name in r1 r2 r3; do table $name kernel_packets show mroutes $1; done; }

declare -A ip=([$GROUP4]=ip [$GROUP6]=ipv6)
ends 0 'v2/D' ctl r1 show ip pim interface eth1
ends 0 "$(link_local r1 eth1)" ctl r2 show ipv6 pim neighbor
ends 0 '10.1.2.1' ctl r2 show ip pim neighbor eth0

for group in $GROUP4 $GROUP6; do
	# Data floods, and is pruned hop by hop: no member.
	send src $group -n 5 -r 100
	within 15 tree r3 $group pruned -
	within 15 tree r2 $group pruned -
	within 15 tree r1 $group forwarding -
	within 5 tree_if r2 $group eth1 pruned no
	ends 0 'flags: DP' ctl r2 "show" "${ip[$group]}" mroute $group

	# A member: Grafts go up as far as the source's router, and are acknowledged.
	listen first dst $group
	within 15 tree r3 $group forwarding eth1
	within 15 tree r2 $group forwarding eth1
	within 15 tree r1 $group forwarding eth1
	kernel=$(kernel_packets $group)
	exact_stream exact dst $group $COUNT
	[ "$(kernel_packets $group)" = "$kernel" ] || fail "not all packets to $group went by XDP"
	tree_if r2 $group eth1 no-info yes || fail "r2 eth1: $(ctl r2 show trees -d $group)"
	ends 0 'eth1, Forward/Dense' ctl r2 show "${ip[$group]}" mroute $group
	case $group in $GROUP4) source=10.1.1.100 ;; *) source=2001:db8:1::100 ;; esac
	ends 0 'on eth0 delivers the tree' ctl r3 explain $source $group
	ends 0 'eth0, RPF nbr' ctl r3 show "${ip[$group]}" mroute $group

	# It leaves: the branch is pruned up to the source; what is sent then stays there.
	hush first
	within 20 tree r3 $group pruned -
	within 20 tree r1 $group forwarding -
	entry r1 $group - || fail "r1 has outputs: $(ctl r1 show mroutes)"
	before=$(table r2 packets show mroutes $group)
	send src $group -n 20 -r 1000
	[ "$(table r2 packets show mroutes $group)" = "$before" ] || fail 'r2 forwards what no host wants'

	# And joins again.
	listen again dst $group
	within 15 tree r1 $group forwarding eth1
	exact_stream exact dst $group $COUNT
	hush again
	within 20 tree r1 $group forwarding -
done

# What is configured is saved and read again; the router in the middle is restarted meanwhile, and
# members get the packets as before.
listen stays dst $GROUP4
within 15 tree r1 $GROUP4 forwarding eth1
ends 0 '' ctl r2 config save "$WORK/r2.yaml"
grep -q 'protocols: \[pim-dm, igmp, mld\]' "$WORK/r2.yaml" || fail "saved: $(cat "$WORK/r2.yaml")"
ends 0 '' ctl r2 restart
within 30 neighbors r2 4
exact_stream exact dst $GROUP4 $COUNT
ends 0 '' ctl r2 stop
start_router r2 --config "$WORK/r2.yaml"
within 30 neighbors r2 4
within 30 neighbors r1 2
send src $GROUP4 -n 10 -r 100
within 20 tree r2 $GROUP4 forwarding eth1
exact_stream exact dst $GROUP4 $COUNT
hush stays

# Detached from PIM-DM the interface may run HPIM-DM.
ends 0 '' ctl r1 detach eth0 pim-dm
ends 0 eth0 ctl r1 attach eth0 hpim
shows r1 $'eth0 yes yes no no\neth1 no no yes yes' interface,hpim4,hpim6,pim_dm4,pim_dm6 interfaces ||
	fail 'HPIM-DM does not follow PIM-DM'

# Routers of one link that speak different protocols are no neighbors, and doctor says so on both.
ends 0 '' ctl r1 detach eth1 pim-dm
ends 0 eth1 ctl r1 attach eth1 hpim
warns() { ctl "$1" doctor "$2" > "$WORK/doctor"; grep -qF "$3" "$WORK/doctor"; }
within 30 warns r1 eth1 '10.1.2.2 speaks PIM, and this router HPIM-DM'
within 60 warns r2 eth0 '10.1.2.1 speaks HPIM-DM, and this router PIM-DM'
within 30 neighbors r2 2
