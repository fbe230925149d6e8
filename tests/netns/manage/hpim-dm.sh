#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# hpim-dm, the command of the Python implementation: each line of its manual, by short and by long
# name, against daemons that it starts, with neighbors, trees and members. Titles and values are
# compared with those of the description of HPIM-DM, 7.1 and 7.2.
# runner: long
. "$(dirname "$0")/../lib.sh"

# dm NODE WORDS...: hpim-dm on that machine
dm() {
	local name=$1
	shift
	HPIM_INSTANCE="$PREFIX-$name" run "$name" "$BUILD/hpim-dm" "$@"
}

# rows NODE WORDS...: its tables, a row a line: cells with '|' between them, without the boxes
rows() { dm "$@" | sed -n 's/^| *//p' | sed 's/ *| */|/g; s/|$//'; }

# has_row NODE PATTERN WORDS...: whether one row is like that
has_row() { rows "$1" "${@:3}" | grep -qxE -e "$2"; }

# row NODE PATTERN WORDS...: fail unless there is such a row, by each name of the command: the word
# before '=' or the one behind it
row() {
	local name
	for name in ${3//=/ }; do
		has_row "$1" "$2" "$name" "${@:4}" || fail "$1 $name ${*:4}: no row $2 in:
$(dm "$1" "$name" "${@:4}")"
	done
}

# boxes: standard input is made of boxes as PrettyTable draws them, and of the lines given
boxes() {
	grep -vxE -e '\+(-+\+)+' -e '\|( .* \|)+' "$@" && return 1
	return 0
}

# started NODE: its daemon, which went to the background, ends with this script
started() { children+=("$(ctl "$1" -H -o pid status | awk '{ print $NF }')"); }

chain
number='[0-9]+'

# ---- without a daemon, without rights, and what is no command ----

for words in -li -ln -ls -lns -lsn -mr -lsec -stop -fid -hfs -v -traceback '-ai eth0' \
	'-aiigmp eth0' '-aimld eth0' '-ri eth0' '-riigmp eth0' '-rimld eth0' '-risec eth0 1' -get_config; do
	# shellcheck disable=SC2086
	ends 3 'HPIM-DM is not running' dm r1 $words
	grep -q '^usage: hpim-dm' "$WORK/ends.log" || fail "$words does not print the usage"
done
ends 1 'exactly one command per call' dm r1 -li -ln
ends 1 'exactly one per call' dm r1 -6
ends 1 "'-lx' is no option" dm r1 -lx
ends 0 'hpim-dm ' dm r1 --version
ends 0 '-lns, --list_neighbors_state' dm r1 -h
ends 0 '-lns, --list_neighbors_state' dm r1 --help
need setpriv
if $NOBODY test -x "$BUILD/hpim-dm"; then
	ends 5 'hpim-dm must be run as root' $NOBODY "$BUILD/hpim-dm" -li
fi

# ---- start, interfaces ----

ends 0 '' dm r1 -start
started r1
ends 2 'is running already' dm r1 -start
ends 0 '' dm r2 --start --multicast_vrf 0 --unicast_vrf 254
started r2
[ "$(ctl r2 -H -o multicast_table,unicast_table status | xargs)" = '0 254' ] || fail 'r2 has other tables'
row r1 'Interface\|IP\|HPIM/IGMP Enabled\|HPIM security\|IGMP State' -li=--list_interfaces
row r1 'Interface\|IP\|HPIM/MLD Enabled\|HPIM security\|MLD State' -li=--list_interfaces --ipv6
row r1 'lo\|127.0.0.1\|False/False\|-\|-' -li -4
row r1 'eth0\|10.1.1.1\|False/False\|-\|-' -li --ipv4
ends 0 '' dm r2 -ai '*'
ends 0 '' dm r2 -6 -ai '*'
for iface in eth0 eth1; do
	ends 0 '' dm r2 -aiigmp $iface
	ends 0 '' dm r2 -aimld $iface
done
ends 0 '' dm r1 -ai eth0
ends 0 '' dm r1 --add_interface eth1
row r1 'eth0\|10.1.1.1\|True/False\|-\|-' -li
row r1 'eth0\|fe80:[^|]*\|False/False\|-\|-' -li -6
ends 0 '' dm r1 -6 -ai eth0
ends 0 '' dm r1 --ipv6 --add_interface=eth1
ends 0 '' dm r1 -aiigmp eth0
ends 0 '' dm r1 --add_interface_igmp eth1
ends 0 '' dm r1 -aimld eth0
ends 0 '' dm r1 --add_interface_mld eth1
row r1 'eth0\|10.1.1.1\|True/True\|-\|Querier' -li
row r1 'eth0\|fe80:[^|]*\|True/True\|-\|Querier' -li -6
row r2 'eth1\|10.1.3.1\|True/True\|-\|Querier' -li
row r2 'lo\|127.0.0.1\|False/False\|-\|-' -li
# The lower address of a link is querier: the query that r1 began with has reached r2.
within 20 has_row r1 'eth1\|10.1.2.1\|True/True\|-\|Querier' -li
within 20 has_row r2 'eth0\|10.1.2.2\|True/True\|-\|Non Querier' -li

# ---- neighbors, groups, trees ----

within 20 synced r1 2
within 20 synced r2 2
row r1 'Interface\|Neighbor IP\|State\|Hello Hold Time\|BootTime\|NeighborSnapshotSN\|Uptime' \
	-ln=--list_neighbors
row r1 "eth1\|10.1.2.2\|Synced\|40\|$number\|$number\|00:00:[0-4][0-9]" -ln=--list_neighbors
row r1 "eth1\|fe80:[^|]*\|Synced\|40\|$number\|$number\|00:00:[0-4][0-9]" -ln=--list_neighbors -6
chain_has_trees
within 10 has_row r1 'eth1\|10.1.2.2\|\(10.1.1.100,239.1.2.3\)\|True' -lns

row r2 'Interface\|RouterState\|Group Adress\|GroupState' -ls=--list_state
row r2 'eth1\|Querier\|239.1.2.3\|MembersPresent' -ls=--list_state
row r2 'eth1\|Querier\|ff3e::1:2:3\|ListenersPresent' -ls=--list_state -6
row r2 'SourceIP\|GroupIP\|TreeState\|Interface\|InterestState\|AssertState\|LocalMembership\|Is Forwarding\?' \
	-ls=--list_state
row r2 '10.1.1.100\|239.1.2.3\|Active\|eth0\|--\|--\|NoInfo\|root' -ls=--list_state
row r2 '10.1.1.100\|239.1.2.3\|Active\|eth1\|NoDownstreamInterest\|AssertWinner\|Include\|True' -ls
row r2 '2001:db8:1::100\|ff3e::1:2:3\|Active\|eth1\|NoDownstreamInterest\|AssertWinner\|Include\|True' -ls -6
row r1 '10.1.1.100\|239.1.2.3\|Active\|eth1\|DownstreamInterest\|AssertWinner\|NoInfo\|True' -ls
row r1 '2001:db8:1::100\|ff3e::1:2:3\|Active\|eth1\|DownstreamInterest\|AssertWinner\|NoInfo\|True' -ls -6
for words in -li -ln -lsec -instances; do dm r1 $words | boxes || fail "$words has other lines"; done
dm r1 -ls | boxes -e 'IGMP State:' -e 'Multicast Routing State:' -e '' || fail '-ls has other lines'
dm r1 -ls -6 | grep -qx 'MLD State:' || fail '-ls -6 has not the heading "MLD State:"'
dm r1 -lns | boxes -e 'Upstream state:' -e 'Interest state:' -e '' || fail '-lns has other lines'
dm r1 -lsn | boxes || fail '-lsn has other lines'

# ---- what neighbors said, sequence numbers ----

row r2 'Interface\|Neighbor\|Tree\|RPC Upstream State' -lns=--list_neighbors_state
row r2 'eth0\|10.1.2.1\|\(10.1.1.100,239.1.2.3\)\|Metric Preference: [0-9]+; Metric: [0-9]+' \
	-lns=--list_neighbors_state
row r2 'eth0\|fe80:[^|]*\|\(2001:db8:1::100,ff3e::1:2:3\)\|Metric Preference: [0-9]+; Metric: [0-9]+' \
	-lns -6
row r1 'Interface\|Neighbor\|Tree\|Interest State' -lns=--list_neighbors_state
row r1 'eth1\|10.1.2.2\|\(10.1.1.100,239.1.2.3\)\|True' --list_neighbors_state
row r1 'Interface\|BootTime\|InterfaceSN' -lsn=--list_sequence_numbers
row r1 "eth1\|$number\|$number" -lsn=--list_sequence_numbers
row r1 'Neighbor\|BootTime\|NeighborSnapshotSN\|NeighborCheckpointSN' -lsn=--list_sequence_numbers
row r1 "10.1.2.2\|$number\|$number\|$number" -lsn=--list_sequence_numbers
row r1 "fe80:[^|]*\|$number\|$number\|$number" -lsn -6
row r1 'Neighbor\|Tree\|LastSN' -lsn=--list_sequence_numbers
# What r1 says of its own messages is what r2 says of r1.
row_of() { rows "$1" "${@:3}" | grep -xE -e "$2"; }
same_boot_time() {
	[ "$(row_of r1 "eth1\|$number\|$number" -lsn | cut -d'|' -f2)" = \
		"$(row_of r2 "10.1.2.1\|$number\|$number\|$number" -lsn | cut -d'|' -f2)" ]
}
same_boot_time || fail 'BootTimes of r1 differ'
# A message about a new tree is listed until a Hello says that all have acknowledged it, which may be at once.
last_sn_of() {
	last=$(row_of r2 "10.1.2.1\|\(10.1.1.100,$1\)\|$number" -lsn | cut -d'|' -f3)
	[ -n "$last" ]
}
for group in 239.1.2.9 239.1.2.10 239.1.2.11; do
	listen "more-$group" dst $group
	within 10 has_member r2 eth1 $group
	send src $group -n 5 -r 100
	until_true 5 last_sn_of $group && break
done
[ -n "$last" ] || fail 'no LastSN of a new tree at r2'
[ "$(row_of r1 "eth1\|$number\|$number" -lsn | cut -d'|' -f3)" -ge "$last" ] ||
	fail "LastSN at r2 is $last, beyond what r1 has sent"

# The kernel's table as "ip" prints it.
# as_ip FAMILY NAME
as_ip() {
	[ "$(dm r2 "-$1" "$2" | sort | xargs -n1)" = \
		"$(run r2 ip "-$1" mroute show table 0 | sort | xargs -n1)" ]
}
for family in 4 6; do
	for name in -mr --multicast_routes; do within 10 as_ip $family $name; done
done
dm r2 -mr | grep -qF '(10.1.1.100,239.1.2.3)' || fail '-mr lists no tree'

# ---- settings ----

for name in -fid --flood_initial_data; do
	ends 0 'Flood Initial Data: False' dm r1 $name
	[ "$(table r1 setting,value show timers | awk '$1 == "initial-flood" { print $2 }')" = off ] ||
		fail "$name has not switched it off"
	ends 0 'Flood Initial Data: True' dm r1 $name
done
for name in -hfs --hold_forwarding_state; do
	ends 0 'Hold Forwarding State: False' dm r1 $name
	[ "$(table r1 setting,value show timers | awk '$1 == "hold-forwarding" { print $2 }')" = off ] ||
		fail "$name has not switched it off"
	ends 0 'Hold Forwarding State: True' dm r1 $name
done

# ---- security ----

row r1 'HMAC Hash Algorithms' -lsec=--list_hmac_algorithms
for algorithm in md5 sha1 sha224 sha256 sha384 sha512 sha3_224 sha3_256 sha3_384 sha3_512 blake2b \
	blake2s; do
	row r1 $algorithm -lsec=--list_hmac_algorithms
done
secret=swordfish-of-the-test
ends 0 'can be read by other users' dm r1 -aisec eth1 7 sha256 $secret
row r1 'eth1\|10.1.2.1\|True/True\|7: sha256\|Querier' -li
row r1 'eth1\|fe80:[^|]*\|True/True\|-\|[^|]*' -li -6
ends 0 '' dm r2 --add_interface_security eth0 7 sha256 $secret
within 20 synced r1 2
# An interface has one key: another takes its place.
ends 0 '' dm r1 -aisec eth1 8 md5 $secret
row r1 'eth1\|10.1.2.1\|True/True\|8: md5\|Querier' -li
[ "$(table r1 id show keys | xargs)" = 8 ] || fail "the former key counts still: $(ctl r1 show keys)"
ends 2 'no such algorithm' dm r1 -aisec eth1 8 md4 $secret
ends 1 'no identifier of a key' dm r1 -aisec eth1 65536 md5 $secret
ends 4 'has no key 7' dm r1 -risec eth1 7
ends 0 '' dm r1 -risec eth1 8
ends 0 '' dm r2 --remove_interface_security eth0 7
row r1 'eth1\|10.1.2.1\|True/True\|-\|Querier' -li
! grep -qrF $secret /run/hpimd/"$PREFIX"-* 2> /dev/null || fail 'a secret stands in a file'
# While a command runs, its key is not in the list of processes: here it waits for the daemon.
kill -STOP "${children[0]}"
dm r1 -aisec eth1 9 md5 $secret > "$WORK/stuck.log" 2>&1 &
stuck=$!
within 10 grep -qF 'can be read' "$WORK/stuck.log"
erased() { ! tr '\0' ' ' < "/proc/$stuck/cmdline" | grep -qF $secret; }
pid_of_command() { stuck=$(pgrep -P "$1" -f hpim-dm | tail -n 1); [ -n "$stuck" ] || stuck=$1; }
pid_of_command $stuck
within 5 erased
kill -CONT "${children[0]}"
within 15 has_row r1 'eth1\|10.1.2.1\|True/True\|9: md5\|Querier' -li
ends 0 '' dm r1 -risec eth1 9
within 20 synced r1 2

# ---- the log, and what is not here ----

if [ -e /run/systemd/journal/socket ]; then
	for name in -v --verbose; do
		run r1 env HPIM_INSTANCE="$PREFIX-r1" timeout 5 "$BUILD/hpim-dm" $name > "$WORK/journal" 2>&1
		grep -q hpimd "$WORK/journal" || fail "$name does not follow the log"
	done
else
	for name in -v --verbose; do ends 2 'hpimd logs to syslog' dm r1 $name; done
fi
for name in -t --test; do ends 2 'no log to a log server' dm r1 $name R1 10.0.0.1; done
for name in -traceback --traceback; do ends 2 "gdb -p ${children[0]}" dm r1 $name; done

# ---- the configuration as a whole ----

leave() {
	rm -f /etc/hpim/"$PREFIX"-*
	clean_up
}
trap leave EXIT
(umask 077 && echo $secret > "$WORK/key")
ends 0 '' ctl r1 -4 key add eth0 id 4 algo sha256 file "$WORK/key"
# A key that was given by hand has no file to be read from.
ends 0 'can be read by other users' dm r1 -6 -aisec eth0 5 sha256 $secret
ends 0 'key 5' dm r1 -get_config
ends 0 '' dm r1 -6 -risec eth0 5
for name in -get_config --get_config; do
	dm r1 $name > "$WORK/router.yaml" 2> "$WORK/warning.log" || fail "$(cat "$WORK/warning.log")"
	for words in 'MulticastVRF: 0' 'UnicastVRF: 254' 'HPIM-DM:' 'HELLO_PERIOD: 10' \
		'INITIAL_FLOOD_ENABLED: true' 'IGMP:' 'MLD:' "key: $secret" 'identifier: 4'; do
		grep -qF "$words" "$WORK/router.yaml" || fail "$name lacks $words: $(cat "$WORK/router.yaml")"
	done
	grep -q 'secret\|in clear' "$WORK/warning.log" || fail "$name does not warn of the keys"
done
# But for who is querier: of MLD that may be r2, by chance, which asks seldom.
interfaces() { { rows r1 -li; rows r1 -6 -li; } | cut -d'|' -f1-4; }
interfaces > "$WORK/interfaces"
ends 0 '' dm r1 -stop
within 10 ended "${children[0]}"
ends 0 '' dm r1 -config "$WORK/router.yaml"
children[0]=$(ctl r1 -H -o pid status | awk '{ print $NF }')
same_interfaces() { interfaces | cmp -s "$WORK/interfaces"; }
within 10 same_interfaces
row r1 'eth0\|10.1.1.1\|True/True\|4: sha256\|Querier' -li
[ "$(stat -c %a "/etc/hpim/$PREFIX-r1-eth0-ipv4-4.key")" = 600 ] || fail 'no file for the imported key'
within 20 synced r1 2
ends 0 '' dm r1 --config "$WORK/router.yaml"
# A file names the daemon by its tables, in any order, with floats, and may be as good as empty.
cat > "$WORK/other.yaml" <<-'EOF'
	UnicastVRF: 200
	MulticastVRF: 100
	HPIM-DM:
	  Interfaces: {}
	  DefaultTimers: {HELLO_PERIOD: 20.0}
EOF
ends 0 '' dm r1 -config "$WORK/other.yaml"
[ "$(grep -c 'warning: HELLO_PERIOD' "$WORK/ends.log")" = 1 ] || fail "$(cat "$WORK/ends.log")"
children+=("$("$BUILD/hpimctl" -i "$PREFIX-r1-100" -H -o pid status | awk '{ print $NF }')")
row r1 "${children[-1]}\|100\|200" -instances
dm r1 -get_config -mvrf 100 | grep -q 'HELLO_PERIOD: 20' || fail 'the timer of the file is not in force'
row r1 'eth0\|10.1.1.1\|True/True\|4: sha256\|Querier' -li
ends 0 '' dm r1 -stop -mvrf 100
printf 'MulticastVRF: 100\nHPIM-DM:\n  Interfaces: [\n' > "$WORK/bad.yaml"
ends 2 'bad.yaml:' dm r1 -config "$WORK/bad.yaml"
ends 3 'HPIM-DM is not running' dm r1 -li -mvrf 100
ends 4 'cannot read' dm r1 -config "$WORK/none.yaml"
ends 0 '' dm r1 -risec eth0 4

# ---- several daemons ----

ends 0 '' dm r1 -start -mvrf 100 -uvrf 200
children+=("$("$BUILD/hpimctl" -i "$PREFIX-r1-100" -H -o pid status | awk '{ print $NF }')")
row r1 'Instance PID\|Multicast VRF\|Unicast VRF' -instances=--list_instances
row r1 "${children[0]}\|0\|254" -instances=--list_instances
row r1 "${children[-1]}\|100\|200" -instances=--list_instances
row r1 'eth0\|10.1.1.1\|True/True\|-\|Querier' -li
row r1 'eth0\|10.1.1.1\|False/False\|-\|-' -li -mvrf 100
ends 3 'HPIM-DM is not running' dm r1 -li --multicast_vrf 101
ends 0 '' dm r1 -stop --multicast_vrf=100
! has_row r1 "$number\|100\|200" -instances || fail 'the daemon of table 100 goes on'

# ---- restart, remove, stop ----

for name in -restart --restart; do
	ends 0 '' dm r2 $name
	row r2 'eth1\|10.1.3.1\|True/True\|-\|Querier' -li
done
within 20 synced r2 2
send src $GROUP4 -n 5 -r 100 # r1 has begun with -config
within 15 has_row r2 '10.1.1.100\|239.1.2.3\|Active\|eth0\|--\|--\|NoInfo\|root' -ls
ends 0 '' dm r2 -ri eth1
row r2 'eth1\|10.1.3.1\|False/True\|-\|Querier' -li
row r2 'eth1\|fe80:[^|]*\|True/True\|-\|Querier' -li -6
ends 0 '' dm r2 -6 --remove_interface eth1
row r2 'eth1\|fe80:[^|]*\|False/True\|-\|Querier' -li -6
ends 0 '' dm r2 -riigmp eth1
ends 0 '' dm r2 --remove_interface_igmp eth0
ends 0 '' dm r2 -rimld eth1
ends 0 '' dm r2 --remove_interface_mld eth0
row r2 'eth0\|10.1.2.2\|True/False\|-\|-' -li
row r2 'eth1\|10.1.3.1\|False/False\|-\|-' -li
ends 4 '' dm r2 -ri eth1
ends 0 '' dm r2 -stop
within 10 ended "${children[1]}"
ends 3 'HPIM-DM is not running' dm r2 --stop
# The neighbor got the goodbye; a restart of what does not run is a start.
has_no_neighbor() { [ -z "$(rows r1 -ln | tail -n +2)" ]; }
within 10 has_no_neighbor
ends 0 '' dm r2 -restart
started r2
ends 0 '' dm r2 --stop
ends 0 '' dm r1 -stop
