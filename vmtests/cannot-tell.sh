#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# On a kernel that cannot tell whether a veth takes redirected frames: in mode auto the kernel
# carries the trees, each packet arrives once, and the reason is shown; in mode native XDP does, and
# that this is a mere promise is shown too.
. "$(dirname "$0")/../tests/netns/lib.sh"
genl ctrl get name netdev > /dev/null 2>&1 && skip 'this kernel can tell'

COUNT=100
WHY='kernel before 6.3: cannot tell whether the veth takes redirected frames'
PROMISE='redirects as mode native promises; this kernel cannot tell'

# carries TIER WHY: the trees of both groups on R2; a stream to each arrives and is counted there
carries() {
	local group start
	for group in $GROUP4 $GROUP6; do
		within 10 shows r2 "$1 $2" tier,why mroutes $group
		start=$(table r2 "$1_packets" mroutes $group)
		exact_stream exact dst $group $COUNT
		shows r2 $((start + COUNT)) "$1_packets" mroutes $group ||
			fail "not all packets to $group are counted in $1_packets"
	done
}

MODE=auto
chain
chain_serves
chain_has_tree $GROUP4
listen member6 dst $GROUP6
within 10 has_member r2 eth1 $GROUP6
send src $GROUP6 -n 30 -r 100
shows r2 "xdp no $WHY" tier,redirects,why interfaces eth1 || fail 'eth1 does not say why'
carries kernel "eth1: $WHY"

ends 0 eth1 ctl r2 attach eth1 mode native
shows r2 "xdp yes $PROMISE" tier,redirects,why interfaces eth1 || fail 'eth1 makes no promise'
carries xdp -
echo 'mode auto: the kernel carries, and says why; mode native: XDP does'
