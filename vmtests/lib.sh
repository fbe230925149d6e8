# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# lib.sh: the words of tests/netns/lib.sh, and how the scripts of features/ judge a tree. A script
# builds its network, says which trees it wants of which router, and calls `delivers`:
#
#	expect r1 kernel eth1.20 eth0
#	delivers dst
#	verdict r1
. "$(dirname "${BASH_SOURCE[0]}")/../tests/netns/lib.sh"

COUNT=${COUNT:-200} # numbered packets of each family
RATE=100            # of them a second: emulated processors are slow
LONG=60             # seconds until what is asked for has happened, for the same reason
GROUPS_ALL="$GROUP4 $GROUP6"

wanted=()      # routers of which `expect` was said
declare -A wanted_tier wanted_outputs wanted_device carried_why

# expect ROUTER TIER OUTPUTS DEVICE: of the trees of this router. DEVICE keeps them from XDP, and the
# reason must name it; - where the tier is xdp.
expect() {
	[[ " ${wanted[*]} " = *" $1 "* ]] || wanted+=("$1")
	wanted_tier[$1]=$2 wanted_outputs[$1]=$3 wanted_device[$1]=$4
}

# to GROUP PORT: as mcgen and mcsink take it
to() { case $1 in *:*) echo "[$1]:$2" ;; *) echo "$1:$2" ;; esac; }

# attach ROUTER IFACE[,IFACE]... [MODE]: serve them
attach() { ends 0 '' ctl "$1" attach "$2" mode "${3:-auto}"; }

# nic LINK END NODE IFACE ADDR[,ADDR]: the NIC with this address, see run.sh, goes to a node. Old
# kernels make no eth0 for another network while here is one, so this comes before cables.
nic() {
	local mac="52:54:00:00:0$1:0$2" file name
	file=$(grep -lxF "$mac" /sys/class/net/*/address) || fail "this machine has no NIC $mac"
	name=$(basename "$(dirname "$file")")
	ip link set "$name" netns "$PREFIX-$3" name "$4" || fail "$name cannot go to $3"
	address "$3" "$4" "$5"
	run "$3" ethtool -i "$4" | grep -qx 'driver: virtio_net' || fail "$4 of $3 is no virtio NIC"
}

# route ROUTER GATEWAY4 GATEWAY6 WORDS...: to the subnet of the source, as OSPF would install it
route() {
	run "$1" ip route add 10.1.1.0/24 via "$2" "${@:4}" proto zebra metric 20 &&
		run "$1" ip -6 route add 2001:db8:1::/64 via "$3" "${@:4}" proto zebra metric 20 ||
		fail "no route on $1"
}

# are_synced ROUTER...: they agree with one neighbor in both families
are_synced() {
	local router
	for router in "$@"; do
		until_true $LONG synced "$router" 2 ||
			fail "$router does not synchronize: $(ctl "$router" show neighbors)"
	done
}

# stands ROUTER GROUP: whether the tree there is as expected
stands() {
	shows "$1" "${wanted_outputs[$1]} ${wanted_tier[$1]}" outputs,tier mroutes "$2"
}

# carried ROUTER GROUP: how many packets the expected tier has forwarded there
carried() { table "$1" "${wanted_tier[$1]}_packets" mroutes "$2"; }

# has_carried ROUTER GROUP COUNT
has_carried() { [ "$(carried "$1" "$2")" = "$3" ]; }

# explain ROUTER GROUP: the reason of the tier must be the device's
explain() {
	local why
	why=$(table "$1" why mroutes "$2")
	case ${wanted_tier[$1]} in
	xdp) [ "$why" = - ] ;;
	*) [[ $why = "${wanted_device[$1]}: "?* ]] ;;
	esac || fail "$1 says of its tier ${wanted_tier[$1]} for $2: $why"
	carried_why[$1]=$why
}

# grow GROUP HOST...: the hosts join, and what src sends builds the tree
grow() {
	local group=$1 host router
	shift
	for host in "$@"; do listen "member-$host-$group" "$host" "$group"; done
	send src "$group" -n 20 -r 20
	for router in "${wanted[@]}"; do
		until_true $LONG stands "$router" "$group" || fail "the tree of $group in $router is" \
			"'$(table "$router" outputs,tier,why mroutes "$group")' instead of" \
			"'${wanted_outputs[$router]} ${wanted_tier[$router]}'"
		explain "$router" "$group"
	done
}

# expects GROUP HOST...: a receiver of the numbered packets in each host, and one of the packet that
# is sent after them to another port, along the same tree: it tells when all of them are through
expects() {
	local host
	for host in "${@:2}"; do
		listen "exact-$host-$1" "$host" "$(to "$1" 5011)" --expect "1-$COUNT"
		listen "last-$host-$1" "$host" "$(to "$1" 5012)" -n 1
	done
}

# judge GROUP HOST...: each host got each packet once, and nothing of any other stream
judge() {
	local host log is_late
	for host in "${@:2}"; do
		log="exact-$host-$1" is_late=no
		until_true $LONG ended "${sinks[last-$host-$1]}" || is_late=yes
		hush "$log" && [ "$(field "$log" other_stream)" = 0 ] && [ $is_late = no ] ||
			fail "$host did not get packets 1 to $COUNT to $1 once each, or not the last:" \
				"$(tail -n 1 "$WORK/$log.log")"
	done
}

# numbers GROUP: the stream of them
numbers() {
	send src "$(to "$1" 5011)" -n "$COUNT" -r $RATE
	send src "$(to "$1" 5012)" -n 1
}

# numbered GROUP HOST...: over the tree that stands each host gets each packet once
numbered() {
	expects "$@"
	numbers "$1"
	judge "$@"
}

# delivers HOST...: both families are delivered to each host exactly, by the expected tiers
delivers() {
	local group router
	declare -A start
	for group in $GROUPS_ALL; do
		grow "$group" "$@"
		for router in "${wanted[@]}"; do start[$router]=$(carried "$router" "$group"); done
		numbered "$group" "$@"
		for router in "${wanted[@]}"; do
			until_true 10 has_carried "$router" "$group" $((start[$router] + COUNT + 1)) ||
				fail "$router counts $(carried "$router" "$group") packets in its tier" \
					"instead of $((start[$router] + COUNT + 1))"
		done
	done
}

# verdict ROUTER WORDS...: the last line, for the table
verdict() {
	echo "${*:2}${2:+, }$COUNT packets once each, IPv4 and IPv6; tier: ${wanted_tier[$1]}" \
		"(${carried_why[$1]})"
}

# ---- devices ----

# address NODE IFACE ADDR[,ADDR]: of a device that is no cable: up, and able to send IPv6 multicast
address() {
	local addr
	run "$1" sysctl -qw "net/ipv6/conf/$2/accept_dad=0"
	for addr in ${3//,/ }; do
		run "$1" ip addr add "$addr" dev "$2" || fail "no address $addr on $1 $2"
	done
	run "$1" ip link set "$2" up
	until_true 10 ready_anywhere "$1" "$2" || fail "$2 of $1 does not come up"
}

# ready_anywhere NODE IFACE: as `ready`, also for an interface in a VRF, whose routes are in its table
ready_anywhere() {
	run "$1" ip -6 route show table all type multicast dev "$2" | grep -q . &&
		run "$1" ip -6 addr show dev "$2" scope link -tentative | grep -q fe80
}

# device NODE IFACE ADDR[,ADDR] WORDS...: the same for a device that `ip link add IFACE WORDS` makes
device() {
	run "$1" ip link add "$2" "${@:4}" || fail "$1 makes no $2"
	address "$1" "$2" "$3"
}

# trunk NODE IFACE NODE IFACE: a cable for tagged frames. The tag is in the frame, as on a real
# cable: a veth that may would hand it over beside the frame, where XDP does not see it.
trunk() {
	wire "$1" "$2" '' "$3" "$4" ''
	run "$1" ethtool -K "$2" txvlan off > /dev/null && run "$3" ethtool -K "$4" txvlan off > /dev/null ||
		fail "tags of the cable from $1 to $3 do not stay in the frames"
}

# vlan NODE PORT ID IFACE ADDR[,ADDR]
vlan() { device "$1" "$4" "$5" link "$2" type vlan id "$3"; }

# vlan_of NODE PORT ID HOST ADDR[,ADDR]: a VLAN of a port of NODE is eth0 of HOST
vlan_of() {
	run "$1" ip link add link "$2" name "to-$4" netns "$PREFIX-$4" type vlan id "$3" &&
		run "$4" ip link set "to-$4" name eth0 || fail "no VLAN $3 of $1 $2 for $4"
	address "$4" eth0 "$5"
}

# vrf ROUTER NAME TABLE
vrf() {
	run "$1" ip link add "$2" type vrf table "$3" && run "$1" ip link set "$2" up ||
		fail "no VRF $2 in $1"
}

# inside ROUTER NAME IFACE ADDR[,ADDR]: an interface of a VRF; it loses addresses when it goes there
inside() {
	run "$1" ip link set "$3" master "$2" || fail "$3 of $1 is not taken into the VRF $2"
	address "$1" "$3" "$4"
}

# Networks of the scripts, where the device in question is between R1 and R2, or behind R1:
# source 10.1.1, between the routers 10.1.2, receiver 10.1.3.

# ends_of_chain: src and dst with their cables to R1 and R2
ends_of_chain() {
	mount_bpf
	node src dst
	router r1 r2
	wire src eth0 10.1.1.100/24,2001:db8:1::100/64 r1 eth0 10.1.1.1/24,2001:db8:1::1/64
	wire r2 eth1 10.1.3.1/24,2001:db8:3::1/64 dst eth0 10.1.3.100/24,2001:db8:3::100/64
}

# chain_through IFACE IFACE: what is between R1 and R2; they serve it, besides their cables, and are
# synchronized over it
chain_through() {
	start_router r1
	start_router r2
	attach r1 "eth0,$1"
	attach r2 "$2,eth1"
	are_synced r1 r2
}
