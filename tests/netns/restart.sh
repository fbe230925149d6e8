# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# restart.sh: routers that are restarted alone under traffic, and judges of the streams. For the
# scripts beside it, after lib.sh.

RATE=${RATE:-500} # packets per second of each stream
STALE_S=12        # hosts answer the first query within 10 s
declare -A judges

# reaches ROUTER NEXT_HOP4 NEXT_HOP6 METRIC: its route to the source
reaches() {
	run "$1" ip route add 10.1.1.0/24 via "$2" proto zebra metric "$4" &&
		run "$1" ip -6 route add 2001:db8:1::/64 via "$3" proto zebra metric "$4" ||
		fail "no route on $1"
}

# serves ROUTER [IFACES]: hpimd there, with eth0 and eth1, or these
serves() {
	start_router "$1" --lease 30 --relearn $STALE_S
	ends 0 eth1 ctl "$1" attach "${2:-eth0,eth1}" mode "${MODE:-auto}"
}

# serves_again ROUTER: after a daemon that is gone
serves_again() { start_router "$1" --lease 30 --relearn $STALE_S; }

# follow ROUTER WAY: its daemon is followed by another
follow() {
	case $2 in
	crash)
		kill -9 "${daemons[$1]}"
		wait "${daemons[$1]}" 2> /dev/null
		serves_again "$1"
		;;
	upgrade)
		kill -USR1 "${daemons[$1]}" # as the service manager does before a restart
		wait "${daemons[$1]}" || fail "the daemon of $1 ends with exit code $?"
		serves_again "$1"
		;;
	restart) ends 0 '' ctl "$1" restart ;;
	esac
}

# alone ROUTER: it is restarted in every way, and many times in a row, while no other is stale
alone() {
	local way
	for way in crash upgrade restart; do
		follow "$1" $way
		synced_again "$1"
		judged_so_far "$1 $way"
	done
	for _ in $(seq 20); do follow "$1" restart; done
	stale_ends "$1"
	judged_so_far "$1, 20 restarts and the stale time"
}

# neighbors ROUTER: those it has, all synchronized
neighbors() { table "$1" interface,address,state show neighbors; }

# know ROUTER...: what they have now is what they shall have again; synced_again ROUTER: it has
know() {
	local router
	for router in "$@"; do links[$router]=$(neighbors "$router"); done
}
declare -A links
has_links() { [ "$(neighbors "$1")" = "${links[$1]}" ]; }
synced_again() { within 20 has_links "$1"; }

# stale_ends ROUTER: nothing of the run before counts any longer
not_stale() { ! table "$1" stale_s show mroutes | grep -q '[0-9]'; }
stale_ends() {
	synced_again "$1"
	within $((STALE_S + 15)) not_stale "$1"
}

# outputs ROUTER GROUP OUTPUTS: whether these are the outputs of the tree; -: none, or no tree
outputs() {
	local is
	is=$(table "$1" outputs show mroutes "$2") || return 1
	[ "${is:--}" = "$3" ]
}

# stream NODE HOST GROUP ROUTER IFACE: from NODE to a member there, whose router is named; judged
# from now on. A stream that is sent already is joined.
stream() {
	listen "stays-$2-$3" "$2" "$(port_of "$3")"
	within 15 has_member "$4" "$5" "$3"
	if [ -z "${sending[$1-$3]:-}" ]; then
		spawn "send-$1-$3" "$1" "$BUILD/mcgen" -i eth0 -g "$3" -r "$RATE"
		sending[$1-$3]=$!
	fi
	within 15 outputs "$4" "$3" "$5"
	judge "$2" "$3"
}
declare -A sending
port_of() { case $1 in *:*) echo "[$1]:4999" ;; *) echo "$1:4999" ;; esac; }

# judge HOST GROUP: what arrives there from now on
judge() {
	listen "judge-$1-$2" "$1" "$2"
	within 15 said "judge-$1-$2" '"event":"first"'
	judges[$1-$2]="$1 $2"
}

# unjudge HOST GROUP: nothing more has to arrive there; leaves HOST GROUP: its member does so
unjudge() {
	verdict "$1" "$2" 'to its end'
	unset "judges[$1-$2]"
}
leaves() { hush "stays-$1-$2" || fail "the member of $1 that leaves ends badly"; }

verdict() {
	local name="judge-$1-$2"
	hush "$name" || fail "$name: exit code $?"
	[ "$(field "$name" lost) $(field "$name" duplicated)" = '0 0' ] ||
		fail "$3: $1 $2: $(tail -n 1 "$WORK/$name.log")"
	echo "  $3: $1 $2: $(field "$name" received) packets, longest gap $(field "$name" longest_gap_ms) ms"
}

# judged_so_far WORDS: nothing was lost, and nothing came twice, since the last verdict
judged_so_far() {
	local judge
	for judge in "${judges[@]}"; do
		verdict $judge "$1"
		judge $judge
	done
}
