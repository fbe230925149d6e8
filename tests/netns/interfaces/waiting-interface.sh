#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# An interface may be attached before it exists or has an address: the answer says that it is waited
# for, it serves without a command as soon as it can, and a restart forgets nothing of it. Patterns
# take only what can be served now.
. "$(dirname "$0")/../lib.sh"
mount_bpf

# why IFACE WORDS: what show interfaces says of it
why() { shows one "$2" why interfaces "$1"; }

# serves IFACE HOST: the host behind it gets what left sends
serves() {
	local group
	for group in $GROUP4 $GROUP6; do
		listen member "$2" $group
		within 15 has_member one "$1" $group
		send left $group -n 30 -r 100
		within 10 shows one "$1" outputs mroutes $group
		hush member
		exact_stream exact "$2" $group 100 left
	done
}

absent='eth1 does not exist yet; waiting for it'
bare='eth2 has no address of a family asked for; waiting for one'

node left right other
router one
wire left eth0 10.1.1.100/24,2001:db8:1::100/64 one eth0 10.1.1.1/24,2001:db8:1::1/64
ip link add eth2 netns "$PREFIX-one" type veth peer name eth0 netns "$PREFIX-other"
run one sysctl -qw net.ipv6.conf.eth2.disable_ipv6=1
run other ip link set eth0 up && run one ip link set eth2 up
start_router one

# Refused by a limit of the kernel: it is named, and nothing stays.
run one sysctl -qw net.ipv4.igmp_max_memberships=0
ends 2 'raise sysctl net.ipv4.igmp_max_memberships' ctl one attach eth0
said one 'raise sysctl net.ipv4.igmp_max_memberships' || fail 'the log does not name the sysctl'
shows one '' interface interfaces || fail 'a refused interface is in the list'
run one sysctl -qw net.ipv4.igmp_max_memberships=20
ends 0 eth0 ctl one attach eth0

# Accepted, with a word of warning, also among others and twice; and noticed by the doctor.
ends 0 "$absent" ctl one attach eth1
ends 0 "$bare" ctl one attach eth0,eth2 igmp hpim
ends 0 "$absent" ctl one attach eth1 mode tc
said one "warning: $absent" || fail 'the log does not name it'
why eth1 "$absent" || fail "why eth1: $(table one why interfaces eth1)"
shows one 'absent tc' state,mode interfaces eth1 || fail 'the mode of eth1 is lost'
why eth2 "$bare" || fail "why eth2: $(table one why interfaces eth2)"
shows one 'no no' hpim4,igmp interfaces eth2 || fail 'protocols run without an address'
ends 8 "$bare" ctl one doctor eth2
ends 8 'eth1 does not exist' ctl one doctor eth1
ends 4 "no interface fits 'ppp*'" ctl one attach 'ppp*'

# Detached while it waits, and attached again.
ends 0 '' ctl one detach eth1
ends 4 'eth1 is not attached' ctl one detach eth1
ends 0 "$absent" ctl one attach eth1
ends 0 '' ctl one threshold eth1 3

# It outlives the daemon, killed or restarted.
kill -9 "${daemons[one]}"
wait "${daemons[one]}" 2> /dev/null
start_router one
why eth1 "$absent" && why eth2 "$bare" || fail "after kill: $(table one interface,why interfaces)"
ends 0 '' ctl one restart
within 10 why eth1 "$absent"

# It comes, and gets its address.
wire one eth1 10.2.1.1/24,2001:db8:1001::1/64 right eth0 10.2.1.100/24,2001:db8:1001::100/64
within 10 shows one 'up 3 yes yes yes yes -' state,threshold,hpim4,hpim6,igmp,mld,why interfaces eth1
serves eth1 right
run one sysctl -qw net.ipv6.conf.eth2.disable_ipv6=0
plug one eth2 10.3.1.1/24,2001:db8:2001::1/64
plug other eth0 10.3.1.100/24,2001:db8:2001::100/64
within 10 shows one 'up yes yes yes no -' state,hpim4,hpim6,igmp,mld,why interfaces eth2
ends 0 eth2 ctl one attach eth2
serves eth2 other
