#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# While a stream flows, hosts at both ends of the chain send what no router should believe, and
# clients of the control socket behave as badly as they can: the stream arrives exactly, the daemons
# live, answer others, count what they dropped, and do not grow.
. "$(dirname "$0")/../lib.sh"
need perl setpriv

COUNT=5000
KINDS='hpim4 hpim6 igmp mld frames'
vectors="$NETNS/../vectors/hpim-dm-packets.json"


# counter NODE IFACE REASON
counter() { table "$1" interface,reason,packets counters | awk -v i="$2 $3" '$1 " " $2 == i { print $3 }'; }

# rude KIND SOCKET COUNT [COMMAND...]: such clients in the background, ready when this returns
rude() {
	spawn "$1" r1 "${@:4}" perl "$NETNS/rude.pl" "$1" "$2" "$3"
	rude_pid=$!
	until_true 10 said "$1" ready || fail "the clients of $1 are not ready"
}

go_away() {
	kill "$rude_pid"
	wait "$rude_pid" 2> /dev/null
}

chain
chain_serves
chain_has_trees

listen exact dst $GROUP4 --expect 1-$COUNT
listen exact6 dst $GROUP6 --expect 1-$COUNT
spawn sender src "$BUILD/mcgen" -i eth0 -g $GROUP4 -n $COUNT -r 1000
sender=$!
spawn sender6 src "$BUILD/mcgen" -i eth0 -g $GROUP6 -n $COUNT -r 1000
sender6=$!

# As long as the stream flows, or longer. Every fourth round sends the same bytes again: what the
# first four have left in the tables is there already, so nothing more may stay.
declare -A memory
round=0
until [ $round -ge 8 ] && ended $sender && ended $sender6; do
	for kind in $KINDS; do
		for host in src dst; do
			run $host perl "$NETNS/hostile.pl" $kind eth0 500 $((round % 4)) "$vectors" > "$WORK/hostile.log" 2>&1 ||
				fail "$host cannot send $kind: $(cat "$WORK/hostile.log")"
		done
	done
	round=$((round + 1))
	[ $round -ne 4 ] || for name in r1 r2; do memory[$name]=$(memory_kb $name); done
done
wait $sender || fail 'the sender of IPv4 failed'
wait $sender6 || fail 'the sender of IPv6 failed'
all_arrive exact
all_arrive exact6

# The daemons live and know what they know; the packets are counted.
for name in r1 r2; do
	! ended "${daemons[$name]}" || fail "$name is dead"
done
synced_with_r2() { table r1 interface,state neighbors eth1 | uniq -c | grep -q '2 eth1 synced'; }
within 15 synced_with_r2
for name in r1 r2; do
	iface=eth$((${name#r} - 1))
	for reason in control malformed control-malformed; do
		[ "$(counter $name $iface $reason)" -gt 100 ] || fail "$name counts no $reason on $iface"
	done
done
[ "$(counter r1 eth0 options)" -gt 0 ] || fail 'R1 counts no options'
lines=$(grep -c 'malformed; dropped' "$WORK/r1.log")
[ "$lines" -ge 1 ] && [ "$lines" -le 60 ] || fail "$lines lines in the log about malformed packets"

# The control socket. Who breaks off or babbles gets an error; others are answered.
main="/run/hpimd/$PREFIX-r1.ctl" ro="/run/hpimd/$PREFIX-r1.ro"
run r1 perl "$NETNS/rude.pl" garbage "$main" 300 || fail 'garbage is not answered with an error'
{
	echo 'not json'
	echo '[1,2]'
	echo '{"id":1}'
	echo '{"id":2,"cmd":7}'
	echo '{"id":3,"cmd":"status","args":[]}'
	echo '{"id":4,"cmd":"no such command"}'
	echo '{"id":5,"cmd":"attach","args":{"interface":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}}'
	echo '{"id":6,"cmd":"attach","args":{"interface":"eth0","mode":"strange"}}'
	head -c 5000 /dev/zero | tr '\0' x
	echo
	printf '[%.0s' {1..3000}
	echo
} | run r1 perl "$NETNS/rude.pl" lines "$main" > "$WORK/answers.log"
codes=$(sed 's/.*"code":"\([^"]*\)".*/\1/' "$WORK/answers.log" | paste -sd' ')
[ "$codes" = 'bad-json bad-json bad-request bad-request bad-request usage usage usage too-long bad-json' ] ||
	fail "the daemon answers bad requests with: $codes"

rude crowd "$ro" 200 setpriv --reuid 65534 --regid 65534 --clear-groups
ends 0 instance ctl r1 status
ends 0 eth0 ctl r1 attach eth0
as() { setpriv --reuid "$1" --regid 65534 --clear-groups "$BUILD/hpimctl" --socket "$ro" status; }
ends 2 'too many clients' as 65534
ends 0 instance as 65533
ends 0 instance "$BUILD/hpimctl" --socket "$ro" status
refused() { ctl r1 -H -o limit_of,refused show limits | awk -v of="$1" '$1 == of { print $2 }'; }
[ "$(refused clients-read-only)" -ge 193 ] || fail "refused clients are not counted: $(ctl r1 show limits)"
[ "$(refused clients)" -eq 0 ] || fail "clients are counted at the wrong socket: $(ctl r1 show limits)"
go_away
within 5 as 65534

rude crowd "$main" 200 # of root, who always gets in
ends 0 instance ctl r1 status
ends 0 instance "$BUILD/hpimctl" --socket "$ro" status
go_away
within 5 ctl r1 status

rude deaf "$main" 100000
ends 0 instance ctl r1 status
go_away

for name in r1 r2; do
	grown=$(($(memory_kb $name) - memory[$name]))
	echo "$name: grown by $grown kB after $round rounds"
	[ $grown -lt 2048 ] || fail "$name has grown by $grown kB"
done
exact_stream exact dst $GROUP4 300
