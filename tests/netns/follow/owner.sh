#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What the daemon that owns the table must be asked comes to it as without hpimd: packets without an
# entry, on the wrong interface, and for the register interface. What cannot be followed is
# forwarded by the kernel: entries for any source, and those with outputs that XDP cannot serve.
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
! grep -q 239.5.0.2 "$WORK/watch-near.log" || fail 'what came by the wrong interface was forwarded'

echo 'the register interface'
entry $S 239.5.0.3 0 1 3
within 5 entry_is 239.5.0.3 kernel 'an output is the register interface of PIM-SM' eth1
arrives 239.5.0.3 500 near send src 239.5.0.3 -n 500 -r 1000
upcall $WHOLEPKT 3 $S 239.5.0.3

echo 'an input that is an output, too'
entry $S 239.5.0.4 0 0 1
within 5 entry_is 239.5.0.4 kernel "the input of the kernel's entry is an output, too" eth1

echo 'any source'
entry 0.0.0.0 239.5.0.5 0 0 1
arrives 239.5.0.5 500 near send src 239.5.0.5 -n 500 -r 1000
[ "$(table r source mroutes 239.5.0.5)" = '' ] || fail 'an entry for any source is followed'

echo 'no outputs'
entry $S 239.5.0.6 0
within 5 entry_is 239.5.0.6 xdp - -
counts r eth0 negative 9 send src 239.5.0.6 -n 10 -r 1000
