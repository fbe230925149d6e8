# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# faults.sh: the kinds of faults of chaos.sh, after mesh.sh. begin_KIND does it, end_KIND takes it back;
# a kind without an end is over at once.

# What a fault may cost a receiver of each flow, in milliseconds of its stream, when it begins and when it
# ends: 0: nothing is lost and nothing comes twice. A router that is silent is missed after HOLD_S;
# TURN is for what follows from a change: routes, the Upstream messages of it, outputs that stay for
# the hold-forwarding time (2 s), and with PIM-DM the override interval (3 s).
TURN=5000
declare -A bound_begin=(
	[cut]=$TURN [silent]=$((HOLD_S * 1000 + TURN)) [crash]=0 [restart]=0 [upgrade]=0 [stop]=$TURN
	[dead]=$((HOLD_S * 1000 + TURN)) [freeze]=0 [hang]=$((HOLD_S * 1000 + TURN)) [cost]=$TURN
	[address]=$TURN [key]=0 [mtu]=0 [remake]=$TURN [replay]=0 [forge]=0 [files]=0 [memory]=0 [clients]=0
)
# Who starts again meets its neighbors within the Hello delay (1 s) and synchronizes.
declare -A bound_end=(
	[cut]=$TURN [silent]=$TURN [stop]=$((HELLO_S * 1000 + TURN)) [dead]=$((HELLO_S * 1000 + TURN))
	[hang]=$((HELLO_S * 1000 + TURN)) [cost]=$TURN [address]=$TURN
)

# ends LINK UP: both ends of a cable as unicast routing sees them
cable_up() {
	local name
	for name in ${members[$1]}; do port_up["$name $1"]=$2; done
}
begin_cut() {
	run "$2" ip link set "eth$1" down
	cable_up "$1" 0
	converge
}
end_cut() {
	local name
	run "$2" ip link set "eth$1" up
	for name in ${members[$1]}; do within 30 ready "$name" "eth$1"; done
	cable_up "$1" 1
	converge
}

# A port of a switch that forwards no longer: no interface goes down.
switch_port() {
	local name at=0
	for name in ${members[$1]}; do
		[ "$name" != "$2" ] || echo "port$at"
		at=$((at + 1))
	done
}
begin_silent() {
	run "sw$1" ip link set "$(switch_port "$1" "$2")" nomaster
	port_up["$2 $1"]=0
	converge
}
end_silent() {
	run "sw$1" ip link set "$(switch_port "$1" "$2")" master br0
	port_up["$2 $1"]=1
	converge
}

slay() {
	kill -9 "${daemons[$1]}"
	wait "${daemons[$1]}" 2> /dev/null
}
begin_crash() {
	slay "$1"
	boot "$1"
}
begin_restart() { ends 0 '' ctl "$1" restart; }
begin_upgrade() {
	kill -USR1 "${daemons[$1]}" # as the service manager does before a restart
	wait "${daemons[$1]}" || fail "$1 ends with exit code $?"
	boot "$1"
}

# gone, back ROUTER: for unicast routing, too
gone() {
	dead[$1]=1
	converge
}
back() {
	dead[$1]=0
	converge
}
begin_stop() {
	ends 0 '' ctl "$1" stop
	wait "${daemons[$1]}" || fail "$1 stops with exit code $?"
	gone "$1"
}
end_stop() {
	boot "$1"
	back "$1"
}
begin_dead() {
	slay "$1"
	gone "$1"
}
end_dead() { end_stop "$1"; }
begin_freeze() { kill -STOP "${daemons[$1]}"; }
end_freeze() { kill -CONT "${daemons[$1]}"; }
begin_hang() {
	kill -STOP "${daemons[$1]}"
	gone "$1"
}
end_hang() {
	kill -CONT "${daemons[$1]}"
	back "$1"
}

begin_cost() {
	cost[$1]=$2
	converge
}
end_cost() {
	cost[$1]=10
	converge
}

# readdress LINK ROUTER: from those addresses to those that host_part names now
readdress() {
	local addr
	for addr in ${3//,/ }; do run "$2" ip addr del "$addr" dev "eth$1"; done
	run "$2" sysctl -qw "net.ipv6.conf.eth$1.accept_dad=0"
	for addr in $(addresses "$2" "$1" | tr , ' '); do run "$2" ip addr add "$addr" dev "eth$1"; done
	converge
}
begin_address() {
	local old
	old=$(addresses "$2" "$1")
	moved["$2 $1"]=$((200 + ${number[$2]}))
	readdress "$1" "$2" "$old"
}
end_address() {
	local old
	old=$(addresses "$2" "$1")
	unset "moved[$2 $1]"
	readdress "$1" "$2" "$old"
}

# The keys of a link are rolled over, as docs/MANAGEMENT.md says: all accept the new one before one signs
# with it, and all sign with it before one refuses the old one.
key_id=1
begin_key() {
	local name old=$key_id routers=()
	key_id=$((key_id + 1))
	printf 'secret %s of link %s, made for this run\n' $key_id "$1" > "$WORK/key$key_id"
	chmod 600 "$WORK/key$key_id"
	for name in ${members[$1]}; do ! is_router "$name" || routers+=("$name"); done
	for name in "${routers[@]}"; do
		ends 0 '' ctl "$name" key add "eth$1" id $key_id algo sha256 file "$WORK/key$key_id"
	done
	for name in "${routers[@]}"; do ends 0 '' ctl "$name" key send "eth$1" id $key_id; done
	for name in "${routers[@]}"; do
		ends 0 '' ctl "$name" key delete "eth$1" id $old
		ends 0 '' ctl "$name" config save "$WORK/$name.yaml"
	done
}

set_mtu() {
	local name
	for name in ${members[$1]}; do run "$name" ip link set "eth$1" mtu "$2"; done
}
begin_mtu() { set_mtu "$1" "$2"; }
end_mtu() { set_mtu "$1" 1500; }

begin_remake() {
	cable_up "$1" 0
	run "${members[$1]%% *}" ip link del "eth$1"
	converge
	cable "$1"
	learn_link_locals
	cable_up "$1" 1
	converge
}

# ---- strangers: h1, on the link of r3 and r8 whose messages are signed ----

# background NAME NODE COMMAND...: until end_background NAME
declare -A helpers
background() {
	spawn "$@"
	helpers[$1]=$!
}
end_background() {
	kill "${helpers[$1]}" 2> /dev/null
	wait "${helpers[$1]}" 2> /dev/null
}

# What h1 has heard since the start, in another order.
begin_replay() { background replay h1 perl "$HERE/replay.pl" "$WORK/heard.pcap" eth0 $((SEED + fault)) 100; }
end_replay() {
	end_background replay
	grep -qE '^[1-9]' "$WORK/replay.log" || fail "nothing was replayed: $(cat "$WORK/replay.log")"
}
begin_forge() {
	local kind
	for kind in hpim4 hpim6 igmp mld frames; do
		run h1 perl "$NETNS/hostile.pl" $kind eth0 200 $((SEED + fault)) \
			"$NETNS/../vectors/hpim-dm-packets.json" > "$WORK/forge.log" 2>&1 ||
			fail "h1 cannot send $kind: $(cat "$WORK/forge.log")"
	done
}
end_forge() { :; }

# ---- limits ----

files_of() { find "/proc/${daemons[$1]}/fd" -mindepth 1 2> /dev/null | wc -l; }

# No file may be opened any longer; clients come and are not served.
begin_files() {
	local _
	prlimit --pid "${daemons[$1]}" --nofile="$(files_of "$1"):"
	for _ in {1..10}; do timeout 1 "$BUILD/hpimctl" -i "$PREFIX-$1" status > /dev/null 2>&1; done
}
end_files() {
	prlimit --pid "${daemons[$1]}" --nofile=1024:
	within 10 ctl "$1" status
}

# No more memory is to be had, while a source sends to hundreds of new groups. A daemon for whose state
# there is no room ends by an assertion, and is started again, as the unit of systemd does.
begin_memory() {
	local kb
	kb=$(awk '$1 == "VmSize:" { print $2 }' "/proc/${daemons[$1]}/status")
	prlimit --pid "${daemons[$1]}" --as=$((kb * 1024)):
	run src "$BUILD/mcgen" -i eth0 --flood 10.9.1.100/32,239.5.0.0/22 --flood 2001:db8:9:1::100/128,ff3e::5:0/118 \
		-r 500 -n 2000 > "$WORK/sent.log" || fail "mcgen: $(cat "$WORK/sent.log")"
	start_again "$1"
}
end_memory() {
	start_again "$1"
	prlimit --pid "${daemons[$1]}" --as=unlimited:
	within 10 ctl "$1" status
}

# start_again ROUTER: if it has ended by an assertion
start_again() {
	local code=0
	ended "${daemons[$1]}" || return 0
	wait "${daemons[$1]}" 2> /dev/null || code=$?
	[ $code -eq 134 ] && said "$1" Assertion || violation "$1 without memory: exit code $code"
	boot "$1"
}

# Clients that never end a request, and one that reads no answers.
begin_clients() {
	local path="/run/hpimd/$PREFIX-$1.ctl"
	background crowd "$1" perl "$NETNS/rude.pl" crowd "$path" 200
	background deaf "$1" perl "$NETNS/rude.pl" deaf "$path" 5000
	until_true 10 said crowd ready
}
end_clients() {
	end_background crowd
	end_background deaf
	within 10 ctl "$1" status
}
