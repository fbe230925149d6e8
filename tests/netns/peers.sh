# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# peers.sh: multicast routers of others in the namespaces of lib.sh, each with folders of its own, and ended by
# its pid. They own the multicast table of their namespace; `make deps-peers` installs them. Source it instead
# of lib.sh:
#
#	. "$(dirname "$0")/../peers.sh"
#	need_peer frr
#	chain
#	start_frr r1 'ip pim rp 10.1.2.1 224.0.0.0/4' eth0 eth1
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

FRR=${FRR:-/usr/lib/frr}
PIMD=${PIMD:-/usr/local/lib/hpim-peers/pimd}
declare -A peers # NAME-NODE: pid

# need_peer frr|smcroute|igmpproxy|pimd: skip where it is missing
need_peer() {
	case $1 in
	frr) [ -x "$FRR/pimd" ] && need vtysh ;;
	smcroute) command -v smcrouted smcroutectl > /dev/null ;;
	igmpproxy) command -v igmpproxy > /dev/null ;;
	pimd) [ -x "$PIMD" ] ;;
	esac || skip "needs $1: make deps-peers"
}

# peer NAME NODE COMMAND...: start one that stays in the foreground
peer() {
	local name=$1 node=$2
	spawn "$name-$node" "$node" "${@:3}"
	peers[$name-$node]=$!
}

# stop_peer NAME NODE [SIGNAL]: and wait until it has ended
stop_peer() {
	kill "-${3:-TERM}" "${peers[$1-$2]}"
	wait "${peers[$1-$2]}" 2> /dev/null
	true
}

# has_vifs NODE COUNT: whether a daemon there has added so many interfaces to the kernel's table
has_vifs() { [ "$(run "$1" awk 'NR > 1' /proc/net/ip_mr_vif | wc -l)" -ge "$2" ]; }

# ---- FRR ----

# start_frr NODE 'LINES' IFACE...: zebra and pimd with short timers; PIM and IGMP on the interfaces, and the
# lines, which count for the router
start_frr() {
	local node=$1 lines=$2 iface dir
	shift 2
	dir=$WORK/frr-$node
	chmod o+x "$WORK"
	install -d -o frr -g frr "$dir"
	{
		for iface in "$@"; do
			printf '%s\n' "interface $iface" ' ip pim' ' ip pim hello 1 4' ' ip igmp' \
				' ip igmp query-max-response-time 10' ' ip igmp query-interval 2' exit
		done
		printf '%s\n' 'ip pim join-prune-interval 5' "$lines"
	} > "$dir/lines.conf"
	: > "$dir/zebra.conf"
	: > "$dir/pimd.conf"
	chmod o+r "$dir"/*.conf
	frr_runs "$node" zebra
	frr_runs "$node" pimd
	frr_configured "$node"
}

# frr_runs NODE zebra|pimd: start it
frr_runs() {
	local dir=$WORK/frr-$1
	rm -f "$dir/$2.vty"
	peer "$2" "$1" "$FRR/$2" -P 0 -z "$dir/zebra.api" -i "$dir/$2.pid" --vty_socket "$dir" -f "$dir/$2.conf" \
		--log stdout
	until_true 30 test -S "$dir/$2.vty" || fail "$2 of $1 does not start"
}

# frr_configured NODE: pimd takes the lines of start_frr once it knows the interfaces; before, it refuses them
frr_configured() {
	within 20 frr_knows "$1"
	run "$1" vtysh --vty_socket "$WORK/frr-$1" -f "$WORK/frr-$1/lines.conf" > "$WORK/vtysh-$1.log" 2>&1 ||
		fail "FRR of $1 refuses its configuration"
}
frr_knows() { [ "$(vty "$1" 'show interface brief' | grep -c '^eth')" = "$(run "$1" ip -o link | grep -c ' eth')" ]; }

# vty NODE COMMAND: what FRR says there
vty() { run "$1" vtysh --vty_socket "$WORK/frr-$1" -c "$2"; }

# frr_neighbors NODE COUNT: whether its pimd has so many
frr_neighbors() { [ "$(vty "$1" 'show ip pim neighbor' | grep -c '^ *eth')" = "$2" ]; }

# ---- SMCRoute ----

# start_smcroute NODE 'LINES': its static multicast routes
start_smcroute() {
	printf '%s\n' "$2" > "$WORK/smcroute-$1.conf"
	peer smcroute "$1" smcrouted -n -i "$PREFIX-$1" -f "$WORK/smcroute-$1.conf" -P "$WORK/smcroute-$1.pid" \
		-u "$WORK/smcroute-$1.sock"
	until_true 30 smc "$1" show || fail "smcrouted of $1 does not answer"
}

# smc NODE WORDS...: smcroutectl
smc() { run "$1" smcroutectl -u "$WORK/smcroute-$1.sock" "${@:2}"; }

# ---- igmpproxy ----

# start_igmpproxy NODE UPSTREAM DOWNSTREAM...: the sources are behind one interface, the hosts at the others
start_igmpproxy() {
	local node=$1 iface
	{
		printf '%s\n' quickleave "phyint $2 upstream ratelimit 0 threshold 1" 'altnet 10.0.0.0/8'
		for iface in "${@:3}"; do printf '%s\n' "phyint $iface downstream ratelimit 0 threshold 1"; done
	} > "$WORK/igmpproxy-$node.conf"
	chmod 600 "$WORK/igmpproxy-$node.conf"
	peer igmpproxy "$node" igmpproxy -n "$WORK/igmpproxy-$node.conf"
	within 30 has_vifs "$node" $(($# - 1))
}

# ---- pimd ----

# start_pimd NODE 'LINES': of its configuration
start_pimd() {
	printf '%s\n' "$2" > "$WORK/pimd-$1.conf"
	peer pimd "$1" "$PIMD" -f -c "$WORK/pimd-$1.conf"
	within 30 has_vifs "$1" 2
}

# ---- hpim beside them ----

# start_follow NODE IFACE[,..]: hpimd follows the table of the daemon there. FOLLOW=no leaves all to the kernel,
# to see tests fail.
start_follow() {
	start_router "$1" --follow
	[ "${FOLLOW:-}" = no ] || ends 0 '' ctl "$1" follow "$2"
}

# follows NODE GROUP OUTPUTS: whether XDP has the one entry of the group, with these outputs
follows() { shows "$1" "followed xdp $3" owner,tier,outputs mroutes "$2"; }

# forgets NODE GROUP: whether no entry of the group is left
forgets() { shows "$1" '' group mroutes "$2"; }

# by_xdp NODE: packets that XDP has forwarded there, whatever they came in by
by_xdp() {
	table "$1" reason,packets counters | awk '$1 == "forwarded" { n += $2 } END { print n + 0 }'
}

# fast GROUP COUNT ROUTER...: of a tree that stands, dst gets so many packets of src once each, and XDP of each
# router forwards over 99 % of them
SINK=()         # more options of mcsink
declare -A next # number of a group's next packet
fast() {
	local group=$1 count=$2 router first=${next[$1]:-1}
	local -A before
	shift 2
	for router in "$@"; do before[$router]=$(by_xdp "$router"); done
	next[$group]=$((first + count))
	listen judge-dst dst "$group" --expect "$first-$((first + count - 1))" "${SINK[@]}"
	send src "$group" --start "$first" -n "$count" -r 1000
	heard dst
	for router in "$@"; do
		[ $(($(by_xdp "$router") - before[$router])) -gt $((count * 99 / 100)) ] ||
			fail "$router: XDP forwarded $(($(by_xdp "$router") - before[$router])) of $count packets to $group"
	done
}

# silent GROUP: what src sends arrives at dst no longer. A receiver would join; so the frames count that reach dst,
# of which a few are of other kinds.
silent() {
	local before
	before=$(frames dst)
	send src "$1" -n 500 -r 1000 --stream 77
	[ $(($(frames dst) - before)) -lt 100 ] || fail "dst gets packets to $1 that the owner of the table does not forward"
}
frames() { run "$1" awk '$1 == "eth0:" { print $3 }' /proc/net/dev; }
