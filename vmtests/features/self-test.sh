#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A veth whose peer takes no redirected frames. Kernels before 6.3 do not tell, later ones not always
# of what was changed while the peer was down; then the self-test finds it. TC carries the tree, and
# XDP again when the peer does take them.
. "$(dirname "$0")/../lib.sh"

TIER=tc
WHY='self-test: frames redirected to it do not leave'
TOLD='veth takes redirected frames only while its peer has GRO or XDP on'

# is_found: whether R2 knows, from the kernel or by the self-test
is_found() { table r2 redirects,why interfaces eth1 | grep -qxE "no ($WHY|$TOLD)"; }

# gro on|off: of the receiver, while it is down
gro() {
	run dst sysctl -qw net.ipv6.conf.eth0.keep_addr_on_down=1
	run dst ip link set eth0 down
	run dst ethtool -K eth0 gro "$1" > /dev/null || fail "GRO does not go $1"
	run dst ip link set eth0 up
	until_true 10 ready dst eth0 || fail 'eth0 of dst does not come up'
}

ends_of_chain
wire r1 eth1 10.1.2.1/24,fe80::1/64 r2 eth0 10.1.2.2/24,fe80::2/64
route r2 10.1.2.1 fe80::1 dev eth0
gro off
chain_through eth1 eth0
until_true $LONG is_found || fail "eth1 says: $(ctl r2 show interfaces eth1 | tail -n 1)"
expect r1 xdp eth1 -
expect r2 $TIER eth1 eth1
delivers dst
words=$(verdict r2)

gro on
within $LONG shows r2 'up yes' state,redirects interfaces eth1
expect r2 xdp eth1 -
delivers dst
echo "$words, and then by XDP"
