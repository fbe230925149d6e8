# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# mesh.sh: the network of chaos.sh, after lib.sh. Twelve routers; link n has 10.9.n.0/24 and
# 2001:db8:9:n::/64, router rK the address K there and the port ethN.
#
#	 src -1- r1 -2-- r2 -3-- r3 -4-- r4 -5-- r5 -13- h2        4: src2 on 15
#	     |           |10     |11,h1  |12     |
#	     '1- r6 -6-- r7 -7-- r8 -8-- r9 -9-- r10 -13-
#	                 |14             |16     |18
#	                 h3              r11-17--r12, h4           16, 17, 18: PIM-DM
#
# Unicast routes to the two sources are the shortest paths over the costs of the links (routes.pl), as a
# routing daemon would install them as soon as something changes.

HELLO_S=2 HOLD_S=8 # hpimd --hello; how long neighbors wait
ROUTERS='r1 r2 r3 r4 r5 r6 r7 r8 r9 r10 r11 r12'
PIM_LINKS=' 16 17 18 '
declare -A members=(
	[1]='r1 r6 src' [2]='r1 r2' [3]='r2 r3' [4]='r3 r4' [5]='r4 r5' [6]='r6 r7' [7]='r7 r8'
	[8]='r8 r9' [9]='r9 r10' [10]='r2 r7' [11]='r3 r8 h1' [12]='r4 r9' [13]='r5 r10 h2'
	[14]='r7 h3' [15]='r4 src2' [16]='r9 r11' [17]='r11 r12 h4' [18]='r10 r12'
)
declare -A number=([src]=100 [src2]=101 [h1]=111 [h2]=112 [h3]=113 [h4]=114)
for name in $ROUTERS; do number[$name]=${name#r}; done

# What routes.pl sees: ports that work, the costs of links, routers that forward nothing, and the addresses
# that ports have other than their first ones.
declare -A port_up cost dead moved

is_router() { [[ $1 == r* ]]; }
is_lan() { [ "$(wc -w <<< "${members[$1]}")" -gt 2 ]; }
port() { if is_router "$1"; then echo "eth$2"; else echo eth0; fi; }
host_part() { echo "${moved[$1 $2]:-${number[$1]}}"; }
addresses() { echo "10.9.$2.$(host_part "$1" "$2")/24,2001:db8:9:$2::$(host_part "$1" "$2")/64"; }
link_local() { run "$1" ip -6 -o addr show "$2" scope link | awk '{ sub("/.*", "", $4); print $4; exit }'; }

# links ROUTER: those it has a port on
links() {
	local n
	for n in {1..18}; do [[ " ${members[$n]} " != *" $1 "* ]] || echo "$n"; done
}

# peers LINK: words of wire and lan for all its ends
ends_of() {
	local name
	for name in ${members[$1]}; do echo "$name $(port "$name" "$1") $(addresses "$name" "$1")"; done
}

# cable LINK: made, or made again
cable() {
	local words
	read -ra words <<< "$(ends_of "$1" | paste -sd' ')"
	if is_lan "$1"; then lan "sw$1" "${words[@]}"; else wire "${words[@]}"; fi
}

build_mesh() {
	local n name pids=()
	mount_bpf
	# shellcheck disable=SC2086
	router $ROUTERS
	node src src2 h1 h2 h3 h4
	for name in $ROUTERS; do run "$name" sysctl -qw net.ipv6.conf.all.keep_addr_on_down=1; done
	for n in {1..18}; do
		! is_lan "$n" || nodes+=("sw$n") # which lan notes in its own shell
		cable "$n" &
		pids+=($!)
		cost[$n]=10
		for name in ${members[$n]}; do port_up["$name $n"]=1; done
	done
	for name in "${pids[@]}"; do wait "$name" || fail 'a cable is missing'; done
	learn_link_locals
	converge
}

# learn_link_locals: next hops of IPv6
declare -A next_hop
learn_link_locals() {
	local name n
	for name in $ROUTERS; do
		for n in $(links "$name"); do next_hop["$name $n"]=$(link_local "$name" "eth$n"); done
	done
}

# converge: the routes of all routers are what they should be now; $WORK/reach names which links the
# sources of links 1 and 15 reach
converge() {
	local name n
	for n in {1..18}; do
		for name in ${members[$n]}; do
			is_router "$name" || continue
			echo "$name $n ${cost[$n]} $((port_up["$name $n"] && !${dead[$name]:-0})) $(host_part "$name" "$n")" \
				"${next_hop["$name $n"]:--}"
		done
	done > "$WORK/ports"
	perl "$HERE/routes.pl" "$PREFIX" 1,15 < "$WORK/ports" > "$WORK/reach" || fail 'routes.pl cannot set the routes'
}

# reaches LINK LINK: whether packets of a source on the first may arrive on the second
reaches() { grep -qx "$1 $2" "$WORK/reach"; }

# config ROUTER: its configuration, with the key of link 11
config() {
	local n protocols
	cat <<- END
		version: 1
		settings:
		  source-lifetime: 20
		  stale-time: 12
		  hello-delay: 1
		  pim-hello-interval: $HELLO_S
		  pim-hello-delay: 1
		  pim-assert-time: 15
		  pim-prune-hold-time: 15
		  pim-graft-retry-time: 1
		  pim-state-refresh-interval: 4
		  pim-data-timeout: 20
		  igmp-query-interval: 15
		  igmp-query-response-interval: 2
		  igmp-startup-query-interval: 3
		  mld-query-interval: 15
		  mld-query-response-interval: 2
		  mld-startup-query-interval: 3
		interfaces:
	END
	for n in $(links "$1"); do
		protocols='hpim, igmp, mld'
		[[ $PIM_LINKS != *" $n "* ]] || protocols='pim-dm, igmp, mld'
		printf '  eth%s:\n    protocols: [%s]\n' "$n" "$protocols"
		[ "$n" != 11 ] || printf '    keys:\n    - {id: 1, algorithm: sha256, file: %s, send: on}\n' "$WORK/key1"
	done
}

# boot ROUTER: its daemon
boot() {
	launch_boot "$1"
	answers_router "$1"
}
launch_boot() { launch_router "$1" --config "$WORK/$1.yaml" --hello "$HELLO_S"; }

start_mesh() {
	local name
	printf 'first secret of link 11, made for this run\n' > "$WORK/key1"
	chmod 600 "$WORK/key1"
	for name in $ROUTERS; do
		config "$name" > "$WORK/$name.yaml"
		launch_boot "$name"
	done
	for name in $ROUTERS; do answers_router "$name"; done
	within 60 all_met
	for name in $ROUTERS; do met[$name]=$(neighbors "$name"); done
}

# neighbors ROUTER: interface and state of each. A link of PIM-DM says "up"
declare -A met
neighbors() { table "$1" interface,address,state show neighbors; }
count_met() { table "$1" state show neighbors | grep -cE '^(synced|up)$'; }

# wanted_neighbors ROUTER: how many there should be, of both families
wanted_neighbors() {
	local n sum=0 peer
	for n in $(links "$1"); do
		for peer in ${members[$n]}; do
			! is_router "$peer" || [ "$peer" = "$1" ] || sum=$((sum + 2))
		done
	done
	echo $sum
}
all_met() {
	local name
	for name in $ROUTERS; do [ "$(count_met "$name")" = "$(wanted_neighbors "$name")" ] || return 1; done
}
