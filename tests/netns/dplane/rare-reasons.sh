#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Reasons that are counted only where something is wrong: a daemon that does not keep up with its
# reports, an output that refuses copies before the daemon has noticed, maps that lack what they
# should hold. Whatever it is, the packets are counted, and the other outputs lose none.
. "$(dirname "$0")/../lib.sh"
need perl bpftool

COUNT=40
REPORTS='miss flood upcall upcall-limit upcall-lost'
declare -A was

# note_reports: what is counted now; grown REASON: since then
note_reports() {
	local reason
	for reason in $REPORTS; do was[$reason]=$(counter r eth0 "$reason"); done
}
grown() { echo $(($(counter r eth0 "$1") - was[$1])); }

# asleep COMMAND...: while the daemon of r is stopped
asleep() {
	kill -STOP "${daemons[r]}"
	"$@"
	kill -CONT "${daemons[r]}"
}

# bytes_of MAP KEY: in hexadecimal; poke MAP KEY OFFSET BYTE...: change some of them
bytes_of() {
	bpftool -j map lookup pinned "$pins/$1" key $2 | sed 's/.*"value":\["\([^]]*\)"\].*/\1/; s/","/ /g'
}
poke() {
	local bytes at=$3
	read -ra bytes <<< "$(bytes_of "$1" "$2")"
	for byte in "${@:4}"; do
		bytes[at]=$byte
		at=$((at + 1))
	done
	bpftool map update pinned "$pins/$1" key $2 value "${bytes[@]}" || fail "cannot change $1"
}

# number N: as the bytes of a key
number() { echo $(($1 & 255)) $(($1 >> 8 & 255)) 0 0; }

# route: the map and the key of the tree to $group
route() {
	if [ "$(family_of "$group")" = 4 ]; then
		echo 'route4|10 1 1 100 239 1 2 3'
	else
		echo 'route6|32 1 13 184 0 1 0 0 0 0 0 0 0 0 1 0 255 62 0 0 0 0 0 0 0 0 0 1 0 2 0 3'
	fi
}

# tier_is TIER: of both trees
tier_is() { shows r "$1" tier mroutes $GROUP4 && shows r "$1" tier mroutes $GROUP6; }

star one two
run r sysctl -qw net.ipv6.conf.eth1.keep_addr_on_down=1
star_serves
pins="/sys/fs/bpf/hpim/$PREFIX-r"
for group in $GROUP4 $GROUP6; do
	star_has_tree $group one two
done

# The same tree again and again, before its first report was answered.
for group in 239.7.7.7 ff3e::7:7; do
	note_reports
	asleep odd src plain $group 5
	[ "$(grown miss)" -eq 5 ] && [ "$(($(grown upcall) + $(grown upcall-limit)))" -eq 5 ] &&
		[ "$(grown upcall-limit)" -ge 1 ] ||
		fail "$group: $(grown miss) misses, $(grown upcall) reported, $(grown upcall-limit) not"
done

# An output that is down, and the daemon does not know yet. TC is told by the kernel.
ends 0 '' ctl r attach eth0 mode tc
within 5 tier_is tc
for group in $GROUP4 $GROUP6; do
	stopped() {
		run r ip link set eth1 down
		arrives $group $COUNT two odd src plain $group $COUNT
	}
	counts r eth1 send-failed $COUNT asleep stopped
	run r ip link set eth1 up
	until_true 5 ready one eth0 && until_true 5 ready r eth1 || fail 'the cable to one does not come up'
	for known in $GROUP4 $GROUP6; do
		within 15 has_member r eth1 $known
		within 5 outputs_are $known one two
	done
done

# shut_line MAP KEY BYTE...: the input of the route's line, where it has one: with 0 XDP asks the route
shut_line() {
	local line map=lines4 at=12
	read -ra line <<< "$(bytes_of "$1" "$2" | cut -d' ' -f25-28)"
	[ "${line[*]}" != '0xff 0xff 0xff 0xff' ] || return 0
	[ "$1" = route4 ] || map=lines6 at=36
	poke $map "${line[*]}" $at "${@:3}"
}

# A route that names a set which is not there: the kernel carries the packets.
for mode in tc native; do
	ends 0 '' ctl r attach eth0 mode $mode
	within 5 tier_is ${mode/native/xdp}
	for group in $GROUP4 $GROUP6; do
		IFS='|' read -r map key <<< "$(route)"
		read -ra set <<< "$(bytes_of $map "$key" | cut -d' ' -f5-8)"
		read -ra input <<< "$(bytes_of $map "$key" | cut -d' ' -f1-4)"
		shut_line $map "$key" 0 0 0 0
		poke $map "$key" 4 255 255 255 127
		counts r eth0 no-set $COUNT arrives $group $COUNT 'one two' odd src plain $group $COUNT
		poke $map "$key" 4 "${set[@]}"
		shut_line $map "$key" "${input[@]}"
		counts r eth0 no-set 0 arrives $group $COUNT 'one two' odd src plain $group $COUNT
	done
done

# Nobody knows the output: no copy leaves there.
number=$(number "$(ifindex r eth2)")
value=$(bytes_of ports "$number")
bpftool map delete pinned "$pins/ports" key $number || fail 'eth2 is not in the map'
poke egress "$number" 0 0 0 0 0
for group in $GROUP4 $GROUP6; do
	counts r - no-port $COUNT arrives $group $COUNT one odd src plain $group $COUNT
done
bpftool map update pinned "$pins/ports" key $number value $value || fail 'eth2 cannot be put back'

# Nobody knows the input: what has no tree is passed, and not told to the daemon; the kernel would.
ends 0 '' ctl r attach eth0 mode tc
within 5 tier_is tc
number=$(number "$(ifindex r eth0)")
value=$(bytes_of ports "$number")
bpftool map delete pinned "$pins/ports" key $number || fail 'eth0 is not in the map'
for group in 239.6.6.6 ff3e::6:6; do
	counts r - unattached $COUNT asleep odd src plain $group $COUNT
done
bpftool map update pinned "$pins/ports" key $number value $value || fail 'eth0 cannot be put back'
for group in $GROUP4 $GROUP6; do
	counts r - no-port 0 counts r - unattached 0 arrives $group $COUNT 'one two' odd src plain $group $COUNT
done

# More trees than the ring buffer holds, and than may be reported; all of sources that may be.
note_reports
asleep run src "$BUILD/mcgen" -i eth0 --flood 10.1.1.64/26,239.32.0.0/12 \
	--flood 2001:db8:1::1:0/112,ff3e::/96 -n 12000 -r 3000 > "$WORK/flood.log" || fail 'no flood'
echo "flood of $(field flood sent): $(for reason in $REPORTS; do echo -n " $reason $(grown $reason)"; done)"
[ "$(($(grown miss) + $(grown flood)))" -eq "$(field flood sent)" ] || fail 'not each packet is a miss or a flood'
[ "$(($(grown upcall) + $(grown upcall-lost) + $(grown upcall-limit)))" -eq "$(grown miss)" ] ||
	fail 'not each miss is reported, lost or too early'
[ "$(grown flood)" -gt 0 ] && [ "$(grown upcall-lost)" -gt 0 ] || fail 'nothing is lost'
