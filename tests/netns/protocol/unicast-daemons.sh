#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Routes to the sources come from OSPF, of BIRD and of FRR, with a cost on each link: behind the second
# router a tree stands only if metrics grow along the path. What docs/ROUTING.md says of both daemons
# is done as it stands there.
#
#	src -- r1 -- r2 -- r3 -- dst
. "$(dirname "$0")/../lib.sh"
FRR=${FRR:-/usr/lib/frr}
DOCUMENT=$NETNS/../../docs/ROUTING.md
ROUTERS='r1 r2 r3'
has_bird=false has_frr=false
command -v bird > /dev/null && has_bird=true
[ -x "$FRR/ospfd" ] && command -v vtysh jq > /dev/null && has_frr=true
$has_bird || $has_frr || skip 'needs bird, or zebra, ospfd, vtysh and jq'

# block WORDS: the one of the document that has them
block() {
	awk -v words="$1" 'BEGIN { RS = "```" } NR % 2 == 0 && index($0, words) {
		sub(/^[^\n]*\n/, ""); printf "%s", $0; exit }' "$DOCUMENT"
}

start_bird() {
	local router
	block 'protocol kernel' > "$WORK/kernel.conf"
	for router in $ROUTERS; do
		cat - "$WORK/kernel.conf" > "$WORK/$router.conf" <<- END
			router id 10.0.0.${router#r};
			protocol device {}
			protocol ospf v2 {
				area 0 { interface "eth*" { cost 7; hello 1; dead 4; wait 2; }; };
			}
		END
		spawn "bird-$router" "$router" bird -f -c "$WORK/$router.conf" -s "$WORK/$router.ctl"
	done
}

# zebra reads its own files as the user frr.
start_frr() {
	local router dir
	chmod o+x "$WORK"
	for router in $ROUTERS; do
		dir=$WORK/frr-$router
		install -d -o frr -g frr "$dir"
		cat > "$dir/ospfd.conf" <<- END
			router ospf
			 ospf router-id 10.0.0.${router#r}
			 network 10.0.0.0/8 area 0
			 timers throttle spf 10 10 10
			interface eth0
			 ip ospf cost 7
			 ip ospf hello-interval 1
			 ip ospf dead-interval 4
			interface eth1
			 ip ospf cost 7
			 ip ospf hello-interval 1
			 ip ospf dead-interval 4
		END
		: > "$dir/zebra.conf"
		chmod o+r "$dir"/*.conf
		for daemon in zebra ospfd; do
			spawn "$daemon-$router" "$router" "$FRR/$daemon" -z "$dir/zebra.api" \
				-i "$dir/$daemon.pid" --vty_socket "$dir" -f "$dir/$daemon.conf" --log stdout
			until_true 10 test -S "$dir/$daemon.vty" || fail "$daemon of $router does not start"
		done
	done
}

has_routes() {
	run r3 ip route show 10.1.1.0/24 | grep -q via && run r2 ip route show 10.1.1.0/24 | grep -q via
}

# stands STATE PATH: of the tree on r3
stands() { shows r3 "$1 $2" state,preference,metric trees $GROUP4; }

# chain_stands: three routers that know each other, and dst listens to what src sends
chain_stands() {
	node src dst
	router $ROUTERS
	wire src eth0 10.1.1.100/24 r1 eth0 10.1.1.1/24
	wire r1 eth1 10.1.2.1/24 r2 eth0 10.1.2.2/24
	wire r2 eth1 10.1.3.2/24 r3 eth0 10.1.3.3/24
	wire r3 eth1 10.1.4.3/24 dst eth0 10.1.4.100/24
	"$1"
	within 60 has_routes
	for router in $ROUTERS; do
		start_router $router
		ends 0 '' ctl $router attach eth0,eth1
	done
	within 30 shows r3 'synced' state neighbors eth0 -4
	listen member dst $GROUP4
	within 10 shows r3 $GROUP4 group groups eth1
	spawn stream src "$BUILD/mcgen" -i eth0 -g $GROUP4 -r 50
}

chain_falls() {
	local child
	for child in "${children[@]}"; do kill "$child" 2> /dev/null; done
	for child in "${children[@]}"; do wait "$child" 2> /dev/null; done
	for child in "${nodes[@]}"; do ip netns del "$PREFIX-$child"; done
	children=() nodes=()
}

mount_bpf
if $has_bird; then
	chain_stands start_bird
	within 20 stands active '12 21'
	within 10 said member '"event":"first"'
	echo "BIRD: $(run r3 ip route show 10.1.1.0/24)"
	chain_falls
fi
if $has_frr; then
	chain_stands start_frr
	within 20 stands unsure '188 20'
	echo "FRR: $(run r3 ip route show 10.1.1.0/24)"
	text=$(block vtysh)
	for router in r2 r3; do
		vtysh() { run "$router" env vtysh --vty_socket "$WORK/frr-$router" "$@"; }
		hpimctl() { ctl "$router" "$@"; }
		eval "$text" || fail "$router: what the document says fails"
	done
	within 20 stands active '188 21'
	within 10 said member '"event":"first"'
	chain_falls
fi
