#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Packets of every form through every tier: plain, with options and extension headers, in fragments,
# with the last TTL, broken, tagged, from the wrong side, and those that nobody wants. What is to
# arrive arrives once at each host, with right checksums; what is not is counted with its reason.
# runner: long
. "$(dirname "$0")/../lib.sh"
need perl

COUNT=40 FEW=5 # of each form that arrives, and of each that does not
NOBODYS4=239.9.9.9 NOBODYS6=ff3e::9:9

# tier_is TIER: of both trees
tier_is() { shows r "$1
$1" tier mroutes; }

# seen HOST WORDS COUNT: whether so many packets with these facts were seen there
seen() { [ "$(grep -cE -e "$2" "$WORK/watch-$1.log")" -eq "$3" ]; }

# sees HOST WORDS COUNT: fail otherwise
sees() { seen "$@" || fail "mode $mode: $1 saw $(grep -cE -e "$2" "$WORK/watch-$1.log") packets of '$2' to $group, not $3"; }

# all_forms GROUP FORM...: numbered through; before them what is not to arrive, which would be taken
# for the stream
all_forms() {
	local form n=1
	odd src plain "$1" $FEW ttl=1
	odd src broken "$1" $FEW
	odd src tagged "$1" $FEW
	odd one plain "$1" $FEW # as of src
	for form in "${@:2}"; do
		odd src "$form" "$1" $COUNT size=600 start=$n stream=28
		n=$((n + COUNT))
	done
}

# grown_by IFACE REASON COUNT: this counter, since note_counters; programs see nothing of what
# arrives on an interface of mode kernel
note_counters() { table r interface,reason,packets counters > "$WORK/counters"; }
grown_by() {
	local was
	was=$(awk -v what="$1 $2" '$1 " " $2 == what { n = $3 } END { print n + 0 }' "$WORK/counters")
	[ "$mode $1" != 'kernel eth0' ] || set -- "$1" "$2" 0
	until_true 5 counted r "$1" "$2" $((was + $3)) ||
		fail "mode $mode, to $group: $2 of $1 grew by $(($(counter r "$1" "$2") - was)), not by $3"
}

# through TIER: all forms by both hosts, in the family of $group
through() {
	local forms='plain fragments options df' fast kernel mac
	[ "$(family_of "$group")" = 4 ] || forms='plain fragments options destination'
	note_counters
	fast=$(table r "$1_packets" mroutes "$group") kernel=$(table r kernel_packets mroutes "$group")
	watch one "$group"
	arrives "$group" $((4 * COUNT)) 'one two' all_forms "$group" $forms
	within 5 seen one len= $((6 * COUNT)) # three fragments each
	unwatch one

	mac=$(run r ip -o link show eth1 | sed 's/.*ether \([^ ]*\).*/\1/')
	sees one " ttl=15 .* head=ok .*mac=$mac\$" $((6 * COUNT))
	sees one ' at=0 more=0 .* sum=ok ' $((3 * COUNT))
	sees one ' at=[0-9]+ more=1 ' $((2 * COUNT))
	sees one ' at=[1-9][0-9]* more=0 ' $COUNT

	grown_by eth0 forwarded $((5 * COUNT))
	grown_by eth0 options $COUNT
	grown_by eth0 ttl $FEW
	grown_by eth0 malformed $FEW
	[ "$mode" = tc ] || grown_by eth0 vlan $FEW # the kernel has taken the tag off before TC
	grown_by eth1 wrong-if $FEW
	kernel=$((kernel + COUNT))
	if [ "$1" = kernel ]; then
		kernel=$((kernel + 5 * COUNT + FEW)) # it counts what it drops for its TTL, too
	else
		grown_by eth1 sent $((5 * COUNT))
		grown_by eth2 sent $((5 * COUNT))
		fast=$((fast + 5 * COUNT))
		shows r "$fast" "$1_packets" mroutes "$group" || fail "mode $mode: $1_packets are not $fast"
	fi
	shows r $kernel kernel_packets mroutes "$group" ||
		fail "mode $mode: $(table r kernel_packets mroutes "$group") kernel_packets to $group, not $kernel"
}

star one two
star_serves
for group in $GROUP4 $GROUP6; do
	star_has_tree $group one two
done
for mode in ${MODES:-native generic tc kernel}; do
	ends 0 eth0 ctl r attach eth0 mode "$mode"
	tier=${mode/native/xdp}
	tier=${tier/generic/xdp}
	within 5 tier_is "$tier"
	for group in $GROUP4 $GROUP6; do
		through "$tier"
	done
	echo "mode $mode: all forms"
done

# What nobody wants: the first packet is a miss and told to the daemon, the others are dropped.
ends 0 eth0 ctl r attach eth0 mode "${MODE:-auto}"
mode=auto
for group in $NOBODYS4 $NOBODYS6; do
	counts r eth0 upcall 1 counts r eth0 miss 1 odd src plain "$group" 1
	within 5 shows r - outputs mroutes "$group"
	counts r eth0 negative $COUNT odd src plain "$group" $COUNT
done
# What never leaves its link, whatever its TTL. The hosts' own messages are of that kind, too.
link_scope_grew() { [ "$(counter r eth0 link-scope)" -ge "$1" ]; }
for group in 224.0.0.77 ff02::77; do
	want=$(($(counter r eth0 link-scope) + COUNT))
	odd src plain "$group" $COUNT
	within 5 link_scope_grew $want
	[ -z "$(table r outputs mroutes "$group")" ] || fail "there is a tree of $group"
done
# Another routing protocol: for the daemon, which does not speak it, whatever the group.
link_local=$(run src ip -6 -o addr show dev eth0 scope link | awk '{ sub("/.*", "", $4); print $4 }')
counts r eth0 control-pim $COUNT odd src pim 224.0.0.13 $COUNT ttl=1
counts r eth0 control-pim $COUNT odd src pim ff02::d $COUNT ttl=1 source="$link_local"
for group in $GROUP4 $GROUP6; do
	counts r eth0 control $COUNT odd src pim $group $COUNT
done
