# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# lib.sh: networks of namespaces for the scripts in the folders beside it. Source it first:
#
#	. "$(dirname "$0")/../lib.sh"
#	node src; node rtr
#	wire src eth0 10.0.1.1/24 rtr eth1 10.0.1.2/24
#	run src ping -c 1 10.0.1.2 || fail 'no answer'
#
# Each script has namespaces of its own, hpimt-<its pid>-NAME; they, and what was started in them,
# are gone when it ends. run.sh reads the exit status: 0 passed, 77 skipped, else failed.
set -u

NETNS=$(dirname "${BASH_SOURCE[0]}")
BUILD=${BUILD:-build}
POLL=${POLL:-0.05} # seconds between two looks, see until_true
PREFIX="${PREFIX:-hpimt-$$}"
WORK=$(mktemp -d)
nodes=() children=()
declare -A daemons sinks

# skip REASON: end without a verdict
skip() { echo "$*"; exit 77; }

# fail WORDS: end with a verdict, and with all that the children have said
fail() {
	local log
	echo "FAILED: $*"
	for log in "$WORK"/*.log; do
		[ -s "$log" ] || continue
		echo "--- $(basename "$log")"
		tail -n 100 "$log"
	done
	exit 1
}

clean_up() {
	local child name
	for child in "${children[@]}"; do kill "$child" 2>/dev/null; done
	for child in "${children[@]}"; do wait "$child" 2>/dev/null; done
	for name in "${nodes[@]}"; do ip netns del "$PREFIX-$name" 2>/dev/null; done
	# What a daemon leaves when it is killed, and the file of its BootTime.
	rm -rf "$WORK" /run/hpimd/"$PREFIX"-* /sys/fs/bpf/hpim/"$PREFIX"-* 2>/dev/null
}
trap clean_up EXIT
trap 'exit 1' INT TERM

# need PROGRAM...: skip where something is missing
need() {
	local program
	for program in "$@"; do
		command -v "$program" > /dev/null || skip "needs $program"
	done
}

[ "$(id -u)" -eq 0 ] || skip 'needs root'
need ip nsenter ethtool
ip netns add "$PREFIX-probe" 2>/dev/null || skip 'this machine allows no network namespaces'
ip netns del "$PREFIX-probe"

# node NAME...: a namespace each, with its loopback up
node() {
	local name
	for name in "$@"; do
		ip netns add "$PREFIX-$name" || fail "no namespace $name"
		nodes+=("$name")
		run "$name" ip link set lo up
	done
}

# router NAME...: nodes that forward unicast
router() {
	local name
	node "$@"
	for name in "$@"; do
		run "$name" sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
	done
}

# run NODE COMMAND...: in the node's network, with the files of all (/sys/fs/bpf too)
run() {
	local name=$1
	shift
	nsenter --net="/run/netns/$PREFIX-$name" -- "$@"
}

# spawn LOG NODE COMMAND...: the same in the background until the script ends; $! is its pid, and
# what it says goes to $WORK/LOG.log
spawn() {
	local log=$1 name=$2
	shift 2
	: > "$WORK/$log.log" # at once: what an earlier child of this name said counts no more
	nsenter --net="/run/netns/$PREFIX-$name" -- "$@" > "$WORK/$log.log" 2>&1 &
	children+=($!)
}

# wire NODE IFACE ADDR[,ADDR] NODE IFACE ADDR[,ADDR]: a cable. Checksums are finished by the sender,
# as on a real cable: what XDP forwards is never seen by a driver that would finish them. GRO makes
# each end take the frames that XDP of the other end redirects into the cable.
wire() {
	ip link add "$2" netns "$PREFIX-$1" type veth peer name "$5" netns "$PREFIX-$4" ||
		fail "no cable from $1 to $4"
	plug "$1" "$2" "$3"
	plug "$4" "$5" "$6"
	until_true 30 ready "$1" "$2" || fail "$2 of $1 does not come up"
	until_true 30 ready "$4" "$5" || fail "$5 of $4 does not come up"
}

# lan NAME NODE IFACE ADDR[,ADDR] [NODE IFACE ADDR[,ADDR]]...: a switch that floods multicast
lan() {
	local name=$1 port=0
	shift
	node "$name"
	run "$name" ip link add br0 type bridge mcast_snooping 0 || fail "no bridge in $name"
	run "$name" ip link set br0 up
	while [ $# -gt 0 ]; do
		ip link add "$2" netns "$PREFIX-$1" type veth peer name "port$port" netns "$PREFIX-$name" ||
			fail "no cable from $1 to $name"
		run "$name" ip link set "port$port" master br0
		run "$name" sysctl -qw "net.ipv6.conf.port$port.disable_ipv6=1"
		plug "$name" "port$port" ''
		plug "$1" "$2" "$3"
		until_true 30 ready "$1" "$2" || fail "the cable from $1 to $name does not come up"
		port=$((port + 1))
		shift 3
	done
}

# The kernel may take a second to see the carrier; only then is there a link-local address, and
# IPv6 multicast.
ready() {
	run "$1" ip -6 route show table local type multicast dev "$2" | grep -q . &&
		run "$1" ip -6 addr show dev "$2" scope link -tentative | grep -q fe80
}

plug() {
	local addr
	run "$1" sysctl -qw "net.ipv6.conf.$2.accept_dad=0" 2>/dev/null
	for addr in ${3//,/ }; do
		run "$1" ip addr add "$addr" dev "$2" || fail "no address $addr on $1 $2"
	done
	run "$1" ip link set "$2" up
	# After it is up: only then does the kernel tell the other end that GRO is on.
	run "$1" ethtool -K "$2" tx off gro on > /dev/null || fail "no offloads for $1 $2"
}

# ifindex NODE IFACE
ifindex() { run "$1" ip -o link show "$2" | cut -d: -f1; }

# until_true SECONDS COMMAND...: try again until it succeeds; fails after so many seconds
until_true() {
	local deadline=$((SECONDS + $1 + 1))
	shift
	until "$@" > /dev/null 2>&1; do
		[ "$SECONDS" -lt "$deadline" ] || return 1
		read -rt "$POLL" <> <(:) || true
	done
}

# said LOG WORDS: whether a child has said so
said() { grep -qF -e "$2" "$WORK/$1.log"; }

# mount_bpf: where the daemon pins its maps
mount_bpf() {
	mountpoint -q /sys/fs/bpf || mount -t bpf bpf /sys/fs/bpf || skip 'needs the bpf file system'
}

# within SECONDS COMMAND...: fail unless it succeeds in time
within() {
	until_true "$@" || fail "not within $1 s: ${*:2}"
}

# ends CODE WORDS COMMAND...: fail unless it ends with this exit code and says the words ('': any)
ends() {
	local want=$1 words=$2 code=0
	shift 2
	"$@" > "$WORK/ends.log" 2>&1 || code=$?
	[ "$code" -eq "$want" ] || fail "exit code $code instead of $want: $*"
	[ -z "$words" ] || grep -qF -e "$words" "$WORK/ends.log" || fail "does not say '$words': $*"
}

# ended PID: whether a process is gone, or only its parent has not noticed
ended() { ! grep -qs '^State:[[:space:]]*[^[:space:]ZX]' "/proc/$1/status"; }

# ---- other users, other mounts ----

NOBODY='setpriv --reuid 65534 --regid 65534 --clear-groups'

# need_nobody: hpimd and hpimctl are in $WORK, where $NOBODY, a user without rights, may run them;
# skip where such a user gets nowhere, since a folder on the way is closed (a chroot may be so).
need_nobody() {
	need setpriv
	cp "$BUILD/hpimd" "$BUILD/hpimctl" "$WORK" && chmod 755 "$WORK" "$WORK"/hpim*
	$NOBODY "$WORK/hpimd" --version > /dev/null 2>&1 ||
		skip "users other than root cannot run programs in $WORK"
}

# need_apart: ${APART[@]} are words before a command that give it mounts of its own, whose changes
# concern no other. Where / is no mount point (a chroot), unshare cannot cut all ties: those of each
# mount are cut, and the one that / lies in, which cannot be named, has to be without.
APART=(unshare --mount --)
need_apart() {
	local probe
	need unshare mountpoint
	! mountpoint -q / || return 0
	APART=(unshare --mount --propagation unchanged -- sh -c '
		while read -r _ _ _ _ at _; do mount --make-private "$at" 2> /dev/null; done \
			< /proc/self/mountinfo
		exec "$@"' sh)
	probe=$(mktemp -d /hpimt.XXXXXX)
	unshare --mount --propagation unchanged mount -t tmpfs probe "$probe"
	! mountpoint -q "$probe" || { umount "$probe"; rmdir "$probe"; skip 'mounts here are shared with others'; }
	rmdir "$probe"
}

# ---- routers ----

# start_router NODE [OPTION...]: hpimd there, as an instance with the name of the node;
# launch_router: without waiting until it answers
start_router() {
	launch_router "$@"
	answers_router "$1"
}
launch_router() {
	local name=$1
	shift
	spawn "$name" "$name" "${LAUNCHER[@]}" "$BUILD/hpimd" -i "$PREFIX-$name" --foreground "$@"
	daemons[$name]=$!
}
answers_router() { until_true 30 ctl "$1" status || fail "hpimd of $1 does not answer"; }
LAUNCHER=() # words before hpimd

# ctl NODE WORDS...: hpimctl to the daemon of a node
ctl() {
	local name=$1
	shift
	"$BUILD/hpimctl" -i "$PREFIX-$name" "$@"
}

# table NODE COLUMNS WORDS...: a table without header, sorted, one space between columns
table() {
	ctl "$1" -H -o "$2" "${@:3}" | sed 's/  */ /g; s/^ //; s/ $//' | sort
}

# shows NODE WANT COLUMNS WORDS...: whether that table is this text
shows() {
	local is
	is=$(table "$1" "${@:3}") && [ "$is" = "$2" ]
}

# synced NODE COUNT: whether it agrees with so many neighbors, and knows no others
synced() { [ "$(table "$1" state show neighbors | uniq -c | awk '{ print $1, $2 }')" = "$2 synced" ]; }

# counter NODE IFACE REASON: packets counted there with that reason
counter() {
	table "$1" interface,reason,packets counters |
		awk -v what="$2 $3" '$1 " " $2 == what { n = $3 } END { print n + 0 }'
}

# counts NODE IFACE REASON COUNT COMMAND...: fail unless the command makes this counter grow by so
# many packets
counts() {
	local want is
	want=$(($(counter "$1" "$2" "$3") + $4))
	"${@:5}"
	until_true 30 counted "$1" "$2" "$3" "$want" || is=" (${*:5}): $(counter "$1" "$2" "$3")"
	[ -z "${is:-}" ] || fail "counter $3 of $2 is not $want after$is"
}
counted() { [ "$(counter "$1" "$2" "$3")" = "$4" ]; }

# has_member NODE IFACE GROUP: whether hosts there have joined it; has_no_member: none has
has_member() { table "$1" group show groups "$2" | grep -qxF "$3"; }
has_no_member() { ! has_member "$@"; }

# ---- streams ----

GROUP4=239.1.2.3 GROUP6=ff3e::1:2:3

# listen NAME NODE GROUP [OPTION...]: a receiver on eth0, joined when this returns
listen() {
	local name=$1 host=$2 group=$3
	shift 3
	spawn "$name" "$host" "$BUILD/mcsink" -i eth0 -g "$group" --events "$@"
	sinks[$name]=$!
	until_true 30 said "$name" joined || fail "mcsink of $host does not join $group"
}

# hush NAME: end a receiver; fails when it did not get what it expects
hush() {
	kill -TERM "${sinks[$1]}"
	wait "${sinks[$1]}"
}

# memory_kb NODE: what its daemon has in memory
memory_kb() { awk '$1 == "VmRSS:" { print $2 }' "/proc/${daemons[$1]}/status"; }

milliseconds() { echo $((${EPOCHREALTIME/[.,]/} / 1000)); }

# field NAME KEY: a number in the last line of JSON of mcsink or mcgen
field() { tail -n 1 "$WORK/$1.log" | sed -n "s/.*\"$2\":\([0-9.]*\).*/\1/p"; }

# send NODE GROUP OPTION...: numbered packets from eth0, until all are sent
send() {
	run "$1" "$BUILD/mcgen" -i eth0 -g "$2" "${@:3}" > "$WORK/sent.log" ||
		fail "mcgen to $2: $(cat "$WORK/sent.log")"
}

# datagrams NODE 4|6: how many the receivers of a node have read so far
datagrams() {
	if [ "$2" = 4 ]; then
		run "$1" awk '/^Udp: [0-9]/ { print $2 }' /proc/net/snmp
	else
		run "$1" awk '$1 == "Udp6InDatagrams" { print $2 }' /proc/net/snmp6
	fi
}

# has_datagrams NODE 4|6 COUNT: whether they have read so many
has_datagrams() { [ "$(datagrams "$1" "$2")" -ge "$3" ]; }

# family_of GROUP: 4 or 6
family_of() { case $1 in *:*) echo 6 ;; *) echo 4 ;; esac; }

# all_arrive NAME: end a receiver when it has got the numbers that it was started to --expect; fail
# unless it got them once each, and no others
all_arrive() {
	until_true 10 said "$1" '"event":"complete"' || true # hush tells what is missing
	hush "$1" || fail "$1 did not get its packets once each: $(tail -n 1 "$WORK/$1.log")"
}

# exact_stream NAME NODE GROUP COUNT [SOURCE [OPTION...]]: over a tree that stands, each packet of
# src, or of another node, arrives once
exact_stream() {
	listen "$1" "$2" "$3" --expect 1-"$4"
	send "${5:-src}" "$3" -n "$4" -r 1000 "${@:6}"
	all_arrive "$1"
}

# hears HOST GROUP FIRST LAST [IFACE]: a receiver that is to get these numbers; heard HOST: fail
# unless it got each of them once, and no others
hears() { listen "judge-$1" "$1" "$2" --expect "$3-$4" -i "${5:-eth0}"; }
heard() { all_arrive "judge-$1"; }

# arrives GROUP COUNT 'HOST...' COMMAND...: each host gets the numbers 1 to COUNT that the command
# sends, once each
arrives() {
	local host
	for host in $3; do hears "$host" "$1" 1 "$2"; done
	"${@:4}"
	for host in $3; do heard "$host"; done
}

# odd NODE KIND GROUP COUNT [OPTION...]: packets of src, sent by a node, that mcgen cannot make
odd() {
	local source=10.1.1.100
	[ "$(family_of "$3")" = 4 ] || source=2001:db8:1::100
	run "$1" perl "$NETNS/packets.pl" send "$2" eth0 $source "${@:3}" > "$WORK/odd.log" 2>&1 ||
		fail "$1 cannot send $2 to $3: $(cat "$WORK/odd.log")"
}

# watch HOST GROUP: print the packets that arrive to watch-HOST.log; unwatch HOST: and end
watch() {
	spawn "watch-$1" "$1" perl "$NETNS/packets.pl" judge eth0 "$2"
	sinks[watch-$1]=$!
	until_true 30 said "watch-$1" judging || fail "$1 cannot watch"
}
unwatch() {
	kill -TERM "${sinks[watch-$1]}"
	wait "${sinks[watch-$1]}" 2> /dev/null
}

# ---- the usual networks ----

# chain: src - r1 - r2 - dst, where r1 and r2 are routers. On each router eth0 is toward the source.
chain() {
	mount_bpf
	node src dst
	router r1 r2
	wire src eth0 10.1.1.100/24,2001:db8:1::100/64 r1 eth0 10.1.1.1/24,2001:db8:1::1/64
	wire r1 eth1 10.1.2.1/24,2001:db8:2::1/64 r2 eth0 10.1.2.2/24,2001:db8:2::2/64
	wire r2 eth1 10.1.3.1/24,2001:db8:3::1/64 dst eth0 10.1.3.100/24,2001:db8:3::100/64
	# What OSPF would install (proto zebra).
	run r2 ip route add 10.1.1.0/24 via 10.1.2.1 proto zebra metric 20 &&
		run r2 ip -6 route add 2001:db8:1::/64 via 2001:db8:2::1 proto zebra metric 20 ||
		fail 'no route on r2'
}

# chain_has_tree GROUP: dst listens, and what src has sent has built the tree. The receiver is
# "member"; hush it when the tree may go.
chain_has_tree() {
	listen member dst "$1"
	within 10 has_member r2 eth1 "$1"
	send src "$1" -n 30 -r 100
	within 10 shows r1 eth1 outputs mroutes "$1"
	within 10 shows r2 eth1 outputs mroutes "$1"
}

# chain_has_trees: the same of both families; the receivers are "member" and "member6"
chain_has_trees() {
	chain_has_tree $GROUP4
	listen member6 dst $GROUP6
	within 10 has_member r2 eth1 $GROUP6
	send src $GROUP6 -n 30 -r 100
	within 10 shows r2 eth1 outputs mroutes $GROUP6
}

# chain_serves: both routers of the chain run, and are synchronized in both families. $MODE is that
# of their interfaces; kernels which cannot tell what a veth takes need native.
chain_serves() {
	start_router r1
	start_router r2
	ends 0 eth1 ctl r1 attach eth0,eth1 mode "${MODE:-auto}"
	ends 0 eth1 ctl r2 attach eth0,eth1 mode "${MODE:-auto}"
	within 15 synced r1 2
	within 15 synced r2 2
}

# star HOST...: src - r - each host, where r is a router. On r eth0 is toward src, eth1 toward the
# first host; ${port[HOST]} is the name.
declare -A port
star() {
	local host n=1
	mount_bpf
	node src "$@"
	router r
	wire src eth0 10.1.1.100/24,2001:db8:1::100/64 r eth0 10.1.1.1/24,2001:db8:1::1/64
	for host in "$@"; do
		star_arm "$host" $n
		n=$((n + 1))
	done
}

# star_arm HOST N: a cable between that host and ethN of r
star_arm() {
	port[$1]=eth$2
	wire r "eth$2" "10.2.$2.1/24,2001:db8:2:$2::1/64" "$1" eth0 "10.2.$2.100/24,2001:db8:2:$2::100/64"
}

# star_serves: r runs, with all its interfaces
star_serves() {
	start_router r
	ends 0 eth1 ctl r attach "eth0,$(printf '%s\n' "${port[@]}" | sort -V | paste -sd,)" \
		mode "${MODE:-auto}"
}

# stays HOST GROUP: a member that hears nothing, since the packets go to another port
stays() {
	local group="$2:4999"
	[ "$(family_of "$2")" = 4 ] || group="[$2]:4999"
	listen "stays-$1-$2" "$1" "$group"
}

# outputs_are GROUP HOST...: whether these and no others are the outputs of the tree
outputs_are() {
	local host want=()
	for host in "${@:2}"; do want+=("${port[$host]}"); done
	[ "$(table r outputs mroutes "$1" | tr , '\n' | sort)" = "$(printf '%s\n' "${want[@]}" | sort)" ]
}

# star_has_tree GROUP HOST...: the hosts stay members, and src has built the tree to them
star_has_tree() {
	local host
	for host in "${@:2}"; do
		stays "$host" "$1"
		within 10 has_member r "${port[$host]}" "$1"
	done
	send src "$1" -n 10 -r 100
	within 10 outputs_are "$@"
}
