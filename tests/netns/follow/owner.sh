#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What the daemon that owns the table must be asked comes to it as without hpimd: packets without an
# entry, on the wrong interface, and for the register interface. By entries for any source each that
# sends is forwarded as the kernel does; what has an output that XDP cannot serve is the kernel's.
. "$(dirname "$0")/../lib.sh"
need perl

star near far
S=10.1.1.100
NOCACHE=1 WRONGVIF=2 WHOLEPKT=3

mkfifo "$WORK/entries"
spawn owner r perl "$(dirname "$0")/owner.pl" "$WORK/entries" "$(ifindex r eth0)" \
	"$(ifindex r eth1)" "$(ifindex r eth2)"
until_true 10 said owner owns || fail "no owner: $(cat "$WORK/owner.log")"
start_router r --follow
ends 0 eth2 ctl r follow eth0,eth1,eth2 mode "${MODE:-auto}"

# entry SOURCE GROUP INPUT OUTPUT...
entry() {
	echo "$*" > "$WORK/entries"
	within 5 said owner "entry $2"
}
# entry_is GROUP TIER WHY OUTPUTS
entry_is() { [ "$(table r tier,why,outputs mroutes "$1")" = "$2 $3 $4" ]; }
upcall() { within 10 said owner "upcall $*"; }

echo 'a packet without an entry'
hears near 239.5.0.1 1 3
send src 239.5.0.1 -n 3 -r 1000
upcall $NOCACHE 0 $S 239.5.0.1
[ -z "$(ctl r -H mroutes)" ] || fail 'an entry without a decision'
entry $S 239.5.0.1 0 1
heard near
within 5 entry_is 239.5.0.1 xdp - eth1
arrives 239.5.0.1 2000 near send src 239.5.0.1 -n 2000 -r 1000

echo 'packets on the wrong interface'
entry $S 239.5.0.2 0 1 2
within 5 entry_is 239.5.0.2 xdp - eth1,eth2
watch near 239.5.0.2
odd far plain 239.5.0.2 10
upcall $WRONGVIF 2 $S 239.5.0.2
[ "$(counter r eth2 wrong-if)" = 10 ] || fail "wrong-if is $(counter r eth2 wrong-if)"
unwatch near
! grep -q ^len= "$WORK/watch-near.log" || fail 'what came by the wrong interface was forwarded'

echo 'the register interface'
entry $S 239.5.0.3 0 1 3
within 5 entry_is 239.5.0.3 kernel 'an output is the register interface of PIM-SM' eth1
arrives 239.5.0.3 500 near send src 239.5.0.3 -n 500 -r 1000
upcall $WHOLEPKT 3 $S 239.5.0.3

echo 'an input that is an output, too'
entry $S 239.5.0.4 0 0 1
within 5 entry_is 239.5.0.4 kernel "the input of the kernel's entry is an output, too" eth1

# source_is GROUP WHAT...: where packets of $S to a group of an entry for any source go: input, outputs, tier
source_is() { [ "$(table r source,input,outputs,tier,owner mroutes "$1")" = "$S ${*:2} followed" ]; }
# by_any GROUP HOST: packets reach it, and all but those for the kernel are forwarded by XDP
by_any() {
	local before
	before=$(counter r eth0 forwarded)
	arrives "$1" 2000 "$2" send src "$1" -n 2000 -r 1000
	[ $(($(counter r eth0 forwarded) - before)) -gt 1900 ] ||
		fail "$1: XDP forwarded $(($(counter r eth0 forwarded) - before)) of 2000 packets"
}

echo 'any source: an entry for each that sends'
entry 0.0.0.0 239.5.0.5 0 0 1
by_any 239.5.0.5 near
source_is 239.5.0.5 eth0 eth1 xdp || fail "any source: $(ctl r mroutes 239.5.0.5)"
entry 0.0.0.0 239.5.0.5 0 0 2
within 5 source_is 239.5.0.5 eth0 eth2 xdp
by_any 239.5.0.5 far
entry 0.0.0.0 239.5.0.5 0 0 2 3
within 5 source_is 239.5.0.5 eth0 eth2 kernel
entry $S 239.5.0.5 1 2 # what comes before it, with an input that has no such packets
within 5 source_is 239.5.0.5 eth1 eth2 xdp
watch far 239.5.0.5
send src 239.5.0.5 -n 100 -r 1000
upcall $WRONGVIF 0 $S 239.5.0.5
unwatch far
! grep -q ^len= "$WORK/watch-far.log" || fail 'an entry for any source counts beside that of the source'

echo 'any source, on the wrong interface'
entry 0.0.0.0 239.5.0.7 1 0 1 2
watch far 239.5.0.7
send src 239.5.0.7 -n 100 -r 1000
upcall $WRONGVIF 0 $S 239.5.0.7
unwatch far
! grep -q ^len= "$WORK/watch-far.log" || fail 'what came by the wrong interface was forwarded'
[ -z "$(table r source mroutes 239.5.0.7)" ] || fail 'an entry for what came by the wrong interface'

echo 'any source, which the kernel refuses by rp_filter'
run r sysctl -qw net.ipv4.conf.eth0.rp_filter=1
entry 0.0.0.0 239.5.0.8 0 0 1
watch near 239.5.0.8
misses=$(counter r eth0 miss)
run src "$BUILD/mcgen" -i eth0 --flood 10.9.9.9/32,239.5.0.8/32 -r 1000 -n 100 > "$WORK/sent.log"
within 10 counted r eth0 miss $((misses + 100))
[ -z "$(table r source mroutes 239.5.0.8)" ] || fail 'an entry for what the kernel refuses'
unwatch near
! grep -q ^len= "$WORK/watch-near.log" || fail 'what the kernel refuses was forwarded'
by_any 239.5.0.8 near

echo 'any source to any group: to the input of the static tree'
entry 0.0.0.0 0.0.0.0 1 0 1 2
by_any 239.5.0.9 near
source_is 239.5.0.9 eth0 eth1 xdp || fail "any source, any group: $(ctl r mroutes 239.5.0.9)"

echo 'no outputs'
entry $S 239.5.0.6 0
within 5 entry_is 239.5.0.6 xdp - -
counts r eth0 negative 9 send src 239.5.0.6 -n 10 -r 1000
