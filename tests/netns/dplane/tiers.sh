#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Which tier carries a tree, and why: each packet arrives once whatever carries it, and the reason
# that keeps a tree out of XDP ends by itself when it ends. What drops redirected frames in silence
# is found before a packet is lost.
. "$(dirname "$0")/../lib.sh"
need clang bpftool

COUNT=300
NO_GRO='veth takes redirected frames only while its peer has GRO or XDP on'
NO_XDP='native XDP refused: the driver has no native XDP'
SILENT='self-test: frames redirected to it do not leave'

# carried_by TIER WHY: the trees of both groups on R2
carried_by() { shows r2 "$1 $2
$1 $2" tier,why mroutes; }

# carries TIER [SOURCE]: a stream to each group arrives, and R2 counts it as of this tier
carries() {
	local group column="$1_packets" start
	for group in $GROUP4 $GROUP6; do
		start=$(table r2 "$column" mroutes $group)
		exact_stream exact dst $group $COUNT "${2:-src}"
		[ "$(table r2 "$column" mroutes $group)" = $((start + COUNT)) ] ||
			fail "not all packets to $group are counted in $column"
	done
}

# has_program xdp|tc IFACE: whether R2 has such a program there. Of TC the pinned link is all that
# older bpftool and ip can see.
has_program() {
	case $1 in
	xdp) run r2 ip -d link show "$2" | grep -q 'prog/xdp' ;;
	tc) [ -e "/sys/fs/bpf/hpim/$PREFIX-r2/tc_$(ifindex r2 "$2")" ] ;;
	esac
}

# untouched NODE IFACE: nothing of a refused or ended attachment stays
untouched() {
	table "$1" interface interfaces | grep -qxF "$2" && fail "$2 is in the list"
	run "$1" ip -d link show "$2" | grep -q ALLMULTI && fail "$2 keeps ALLMULTI"
	has_program xdp "$2" && fail "$2 keeps a program of XDP"
	has_program tc "$2" && fail "$2 keeps a program of TC"
	run "$1" grep -qw "$2" /proc/net/ip_mr_vif /proc/net/ip6_mr_vif && fail "$2 keeps a VIF"
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
within 5 carried_by tc "eth1: $NO_GRO"
shows r2 "xdp no $NO_GRO" tier,redirects,why interfaces eth1 || fail 'eth1 does not say why'
carries tc
run dst ethtool -K eth0 gro on > /dev/null
within 5 carried_by xdp -
carries xdp

# An output of which the kernel says that it takes redirected frames, although they vanish: whether
# GRO is on is noticed only while an interface is up.
run dst ip link set eth0 down
run dst ethtool -K eth0 gro off > /dev/null
run dst sysctl -qw net.ipv6.conf.eth0.keep_addr_on_down=1
run dst ip link set eth0 up
within 10 shows r2 "up no $SILENT" state,redirects,why interfaces eth1
until_true 5 ready dst eth0 || fail 'eth0 of dst does not come up'
for group in $GROUP4 $GROUP6; do
	within 15 has_member r2 eth1 $group
done
within 5 carried_by tc "eth1: $SILENT"
carries tc
run dst ip link set eth0 down
run dst ethtool -K eth0 gro on > /dev/null
run dst ip link set eth0 up
within 10 shows r2 'up yes -' state,redirects,why interfaces eth1
until_true 5 ready dst eth0 || fail 'eth0 of dst does not come up'
for group in $GROUP4 $GROUP6; do
	within 15 has_member r2 eth1 $group
done
within 5 carried_by xdp -
carries xdp

# An input with another mode.
ends 0 'mode is tc' ctl r2 attach eth0 mode tc
shows r2 'tc tc' mode,tier interfaces eth0 || fail 'eth0 is not in mode tc'
has_program xdp eth0 && fail 'a program of XDP stays on an interface of mode tc'
within 5 carried_by tc 'eth0: mode is tc'
carries tc
ends 0 'mode is kernel' ctl r2 attach eth0 mode kernel
has_program tc eth0 && fail 'a program of TC stays on an interface of mode kernel'
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

# Interfaces without XDP in the driver: a bridge, first as an output, then as an input too.
node far
run r2 ip link add br0 type bridge mcast_snooping 0
run r2 sysctl -qw net.ipv6.conf.br0.accept_dad=0
run r2 ip addr add 10.1.9.1/24 dev br0
run r2 ip addr add 2001:db8:9::1/64 dev br0
run r2 ip link set br0 up
for name in lo br0; do
	ends 2 "cannot attach $name to the forwarding plane" ctl r2 attach $name mode native
	untouched r2 $name
done
ends 2 'lo not attached: not an Ethernet interface' ctl r2 attach lo mode tc
untouched r2 lo
ends 0 "$NO_XDP" ctl r2 attach br0
shows r2 'tc no' tier,redirects interfaces br0 || fail 'br0 is not carried by TC'
has_program tc br0 || fail 'br0 has no program of TC'
ip link add port0 netns "$PREFIX-r2" type veth peer name eth0 netns "$PREFIX-far"
run r2 ip link set port0 master br0
run r2 sysctl -qw net.ipv6.conf.port0.disable_ipv6=1
plug r2 port0 ''
plug far eth0 10.1.9.100/24,2001:db8:9::100/64
until_true 5 ready far eth0 || fail 'the cable from far to r2 does not come up'
until_true 5 ready r2 br0 || fail 'br0 does not come up'

for group in $GROUP4 $GROUP6; do
	listen "far-$group" far $group
	within 15 has_member r2 br0 $group
done
within 10 carried_by tc 'br0: the driver takes no redirected frames'
for group in $GROUP4 $GROUP6; do
	listen also far $group --expect 1-$COUNT
	exact_stream exact dst $group $COUNT
	all_arrive also
	hush "far-$group"
done
within 15 carried_by xdp -

for group in $GROUP4 $GROUP6; do
	send far $group -n 30 -r 100
	within 10 eval "table r2 input,tier,why mroutes $group | grep -qxF 'br0 tc br0: $NO_XDP'"
	exact_stream exact dst $group $COUNT far
	[ "$(table r2 input,tc_packets mroutes $group | awk '$1 == "br0" { print $2 }')" -ge $COUNT ] ||
		fail "packets that arrive at br0 to $group are not counted in tc_packets"
done
ends 0 '' ctl r2 detach br0
untouched r2 br0
within 10 carried_by xdp -

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
within 10 carried_by tc 'eth0: native XDP refused: another XDP program is attached'
carries tc
has_program xdp eth0 || fail 'the other program was taken off'
run r2 bpftool net detach xdpdrv dev eth0
ends 0 eth0 ctl r2 attach eth0 mode native
within 5 carried_by xdp -
carries xdp
