#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Which tier carries a tree, and why: each packet arrives once whatever carries it, and the reason
# that keeps a tree out of XDP ends by itself when it ends.
. "$(dirname "$0")/lib.sh"
need clang bpftool

COUNT=300
NO_GRO='veth takes redirected frames only while its peer has GRO or XDP on'

# carried_by TIER WHY: the trees of both groups on R2
carried_by() { shows r2 "$1 $2
$1 $2" tier,why mroutes; }

# carries TIER: a stream to each group arrives, and R2 counts it as of this tier
carries() {
	local group column="$1_packets" start
	for group in $GROUP4 $GROUP6; do
		start=$(table r2 "$column" mroutes $group)
		exact_stream exact dst $group $COUNT
		[ "$(table r2 "$column" mroutes $group)" = $((start + COUNT)) ] ||
			fail "not all packets to $group are counted in $column"
	done
}

# has_program IFACE: whether R2 has an XDP program there
has_program() { run r2 ip -d link show "$1" | grep -q 'prog/xdp'; }

# untouched NODE IFACE: nothing of a refused attachment stays
untouched() {
	table "$1" interface interfaces | grep -qxF "$2" && fail "$2 was refused, but is in the list"
	run "$1" ip -d link show "$2" | grep -qE 'prog/xdp|ALLMULTI' && fail "$2 was refused, but changed"
	run "$1" grep -qw "$2" /proc/net/ip_mr_vif /proc/net/ip6_mr_vif && fail "$2 was refused, but has a VIF"
	return 0
}

chain
chain_serves
chain_has_tree $GROUP4
listen member6 dst $GROUP6
within 10 has_member r2 eth1 $GROUP6
send src $GROUP6 -n 30 -r 100
within 10 carried_by xdp -
carries xdp

# An output that XDP cannot reach.
run dst ethtool -K eth0 gro off > /dev/null
within 5 carried_by kernel "eth1: $NO_GRO"
shows r2 "xdp no $NO_GRO" tier,redirects,why interfaces eth1 || fail 'eth1 does not say why'
carries kernel
run dst ethtool -K eth0 gro on > /dev/null
within 5 carried_by xdp -
carries xdp

# An input that shall not use XDP.
ends 0 'mode is kernel' ctl r2 attach eth0 mode kernel
has_program eth0 && fail 'a program stays on an interface of mode kernel'
within 5 carried_by kernel 'eth0: mode is kernel'
carries kernel
ends 0 eth0 ctl r2 attach eth0 mode generic
shows r2 'generic xdp' mode,tier interfaces eth0 || fail 'eth0 is not in mode generic'
run r2 ip -d link show eth0 | grep -q xdpgeneric || fail 'no generic program on eth0'
within 5 carried_by xdp -
carries xdp
ends 0 eth0 ctl r2 attach eth0 mode native
shows r2 'native xdp' mode,tier interfaces eth0 || fail 'eth0 is not in mode native'
within 5 carried_by xdp -
carries xdp

# Interfaces without XDP in the driver.
run r2 ip link add br0 type bridge
run r2 ip addr add 10.9.9.1/24 dev br0
run r2 ip link set br0 up
for name in lo br0; do
	ends 2 "cannot attach $name to the forwarding plane" ctl r2 attach $name mode native
	untouched r2 $name
done
ends 0 'the driver has no native XDP' ctl r2 attach br0
shows r2 'kernel no' tier,redirects interfaces br0 || fail 'br0 is not carried by the kernel'
ends 0 '' ctl r2 detach br0
untouched r2 br0

# An interface with somebody else's program.
clang -target bpf -O2 -c -x c -o "$WORK/other.o" - << 'END' || fail 'clang'
__attribute__((section("xdp"), used)) int other(void *ctx) { return 2; /* XDP_PASS */ }
END
ends 0 '' ctl r2 detach eth0
bpftool prog load "$WORK/other.o" "/sys/fs/bpf/hpim/$PREFIX-other" || fail 'bpftool prog load'
run r2 bpftool net attach xdpdrv pinned "/sys/fs/bpf/hpim/$PREFIX-other" dev eth0 || fail 'bpftool net'
ends 2 'cannot attach eth0 to the forwarding plane' ctl r2 attach eth0 mode native
shows r2 eth1 interface interfaces || fail 'eth0 was refused, but is in the list'
ends 0 'another XDP program is attached' ctl r2 attach eth0
said r2 'another XDP program is attached' || fail 'the log does not name the other program'
within 15 synced r2 2
send src $GROUP4 -n 30 -r 100
send src $GROUP6 -n 30 -r 100
within 10 carried_by kernel 'eth0: native XDP refused: another XDP program is attached'
carries kernel
has_program eth0 || fail 'the other program was taken off'
run r2 bpftool net detach xdpdrv dev eth0
ends 0 eth0 ctl r2 attach eth0 mode native
within 5 carried_by xdp -
carries xdp
