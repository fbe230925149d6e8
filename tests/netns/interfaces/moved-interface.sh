#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# An attached interface moves to another namespace and comes back: it serves again, also when it was
# away so shortly that both changes are read at once, and after it is detached its settings are those
# it had before it was attached.
. "$(dirname "$0")/../lib.sh"
mount_bpf

# settings: of eth1 of one, as an administrator sees them
settings() {
	run one ip -o link show eth1 | grep -o '<.*>' &&
		run one ethtool -k eth1 | grep '^rx-vlan-offload'
}

# away, back: eth1 of one to the node and from there
away() { run one ip link set eth1 netns "$PREFIX-$1"; }
back() {
	run "$1" ip link set eth1 netns "$PREFIX-one" && plug one eth1 10.2.1.1/24,2001:db8:1001::1/64
	within 10 ready one eth1
}

# serves: hosts behind eth1 get what is sent
serves() {
	local group
	for group in $GROUP4 $GROUP6; do
		listen member right $group
		within 15 has_member one eth1 $group
		send left $group -n 30 -r 100
		within 10 shows one eth1 outputs mroutes $group
		hush member
		exact_stream exact right $group 100 left
	done
}

node left right away
router one
wire left eth0 10.1.1.100/24,2001:db8:1::100/64 one eth0 10.1.1.1/24,2001:db8:1::1/64
wire one eth1 10.2.1.1/24,2001:db8:1001::1/64 right eth0 10.2.1.100/24,2001:db8:1001::100/64
start_router one
before=$(settings)
case $before in *UP*rx-vlan-offload:\ on*) ;; *) fail "eth1 begins with $before" ;; esac

for mode in auto tc; do
	# Slowly: the daemon sees it go.
	ends 0 eth1 ctl one attach eth0,eth1 mode $mode
	away away
	within 5 shows one absent state interfaces eth1
	back away
	within 10 shows one "$mode up" mode,state interfaces eth1
	serves
	ends 0 '' ctl one detach eth1
	[ "$(settings)" = "$before" ] || fail "$mode, after it came back: $(settings) instead of $before"

	# While the daemon is stopped: it reads both changes at once.
	ends 0 eth1 ctl one attach eth0,eth1 mode $mode
	kill -STOP "${daemons[one]}"
	away away
	back away
	kill -CONT "${daemons[one]}"
	within 10 shows one "$mode up" mode,state interfaces eth1
	serves
	ends 0 '' ctl one detach eth1
	[ "$(settings)" = "$before" ] || fail "$mode, back at once: $(settings) instead of $before"
done

# Detached while it is away: it is put right when it returns.
ends 0 eth1 ctl one attach eth1
away away
within 5 shows one absent state interfaces eth1
ends 0 '' ctl one detach eth1
back away
within 5 eval '[ "$(settings)" = "$before" ]'
