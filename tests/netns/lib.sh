# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# lib.sh: networks of namespaces for the scripts beside it. Source it first:
#
#	. "$(dirname "$0")/lib.sh"
#	node src; node rtr
#	wire src eth0 10.0.1.1/24 rtr eth1 10.0.1.2/24
#	run src ping -c 1 10.0.1.2 || fail 'no answer'
#
# Each script has namespaces of its own, hpimt-<its pid>-NAME; they, and what was started in them,
# are gone when it ends. run.sh reads the exit status: 0 passed, 77 skipped, else failed.
set -u

BUILD=${BUILD:-build}
PREFIX="${PREFIX:-hpimt-$$}"
WORK=$(mktemp -d)
nodes=() children=()

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
	rm -rf "$WORK"
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
	until_true 5 ready "$1" "$2" || fail "$2 of $1 does not come up"
	until_true 5 ready "$4" "$5" || fail "$5 of $4 does not come up"
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
		until_true 5 ready "$1" "$2" || fail "the cable from $1 to $name does not come up"
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

# until_true SECONDS COMMAND...: try again until it succeeds; fails after so many seconds
until_true() {
	local deadline=$((SECONDS + $1 + 1))
	shift
	until "$@" > /dev/null 2>&1; do
		[ "$SECONDS" -lt "$deadline" ] || return 1
		read -rt 0.05 <> <(:) || true
	done
}

# said LOG WORDS: whether a child has said so
said() { grep -qF -e "$2" "$WORK/$1.log"; }

# mount_bpf: where the daemon pins its maps
mount_bpf() {
	mountpoint -q /sys/fs/bpf || mount -t bpf bpf /sys/fs/bpf || skip 'needs the bpf file system'
}
