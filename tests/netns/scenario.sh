# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# scenario.sh: a scenario of tests/scenarios played with real daemons beside the simulator. Source it
# after lib.sh:
#
#	play tests/scenarios/thesis.yaml 3
#
# `hpimsim plan` says what to build and when to do what. Where the scenario says "show R", the tables of
# R in both worlds are printed side by side, and have to be equal within $SETTLES seconds but for what
# cannot be: GenIDs are random, and of a time it counts whether the timer runs.

SETTLES=10 # real routers start up, and a busy machine is late

declare -A ports peers settings
begun=      # milliseconds; unset while routers start
has_legend=

# The names that a daemon has for the settings of the simulator, those first that others have to fit.
SETTINGS='pim_hello_period_s:pim-hello-interval pim_refresh_interval_s:pim-state-refresh-interval
	pim_hold_s:pim-hold-time pim_hello_delay_s:pim-hello-delay pim_propagation_ms:pim-propagation-delay
	pim_override_ms:pim-override-interval pim_prune_hold_s:pim-prune-hold-time
	pim_prune_limit_s:pim-prune-limit-time pim_graft_retry_s:pim-graft-retry-time
	pim_assert_s:pim-assert-time pim_data_timeout_s:pim-data-timeout'

# link NAME [NODE IFACE ADDR]...: a cable between two, else a switch
link() {
	if [ $# -eq 7 ]; then
		wire "${@:2}"
		peers["$2 $3"]="$5 $6" peers["$5 $6"]="$2 $3"
	else
		lan "$@"
	fi
}

# setting NAME VALUE: of the simulator, in its unit
setting() {
	[[ $SETTINGS = *"$1:"* ]] || fail "no daemon has the setting $1"
	settings[$1]=$2
	case $1 in *_ms) settings[$1]=$(printf '%d.%03d' $(($2 / 1000)) $(($2 % 1000))) ;; esac
}

start() { # ROUTER
	local words
	start_router "$1"
	for words in $SETTINGS; do
		[ -z "${settings[${words%:*}]:-}" ] || ends 0 '' ctl "$1" set "${words#*:}" "${settings[${words%:*}]}"
	done
	for words in ${ports[$1]}; do # eth0:pim-dm
		ends 0 '' ctl "$1" attach "${words%:*}" "${words#*:}" igmp mode "${MODE:-auto}" -4
	done
}

# The carrier of a router's port: that of the other end.
down() { run "${peers["$1 $2"]% *}" ip link set "${peers["$1 $2"]#* }" down; }
up() { run "${peers["$1 $2"]% *}" ip link set "${peers["$1 $2"]#* }" up; }

# A host that has joined stays a member while its cable is out.
join() { [ -n "${sinks["$1-$2"]:-}" ] || listen "$1-$2" "$1" "$2"; }
leave() {
	hush "$1-$2"
	unset "sinks[$1-$2]"
}
packet() { send "$1" "$2" -n 1; }

# simulated, real SECONDS ROUTER: the tables then, as printed
simulated() { awk -v it="== $1 $2" '/^== / { prints = index($0, it " ") == 1 } prints' "$WORK/simulated"; }
real() {
	local command
	for command in 'pim interface' 'pim neighbor' mroute; do
		echo "== $1 $2 show ip $command"
		# shellcheck disable=SC2086 # words
		ctl "$2" show ip $command
	done
}

# ordered: rows that begin with an address in their order, since neighbors come in that of their Hellos;
# the legend only once
ordered() {
	{ [ -n "$has_legend" ] && sed '/^IP Multicast Routing/,/^ Interface state/d' || cat; } |
		awk '{ is_row = /^[0-9]/; part += !is_row; print part "\t" (is_row ? $1 $2 : "") "\t" $0 }' |
		sort -s -t "$(printf '\t')" -k1,1n -k2,2 | cut -f3-
}

# masked FILE: without what differs between two runs of the same world
masked() { sed -E 's/[0-9]{2}:[0-9]{2}:[0-9]{2}/TIME/g; s/0x[0-9a-f]{8}/GENID/; s/ +/ /g' "$1"; }

agree() { # SECONDS ROUTER
	real "$1" "$2" | ordered > "$WORK/real.table"
	[ "$(masked "$WORK/real.table")" = "$(masked "$WORK/simulated.table")" ]
}

show() { # SECONDS ROUTER
	local verdict=0
	simulated "$1" "$2" | ordered > "$WORK/simulated.table"
	[ -s "$WORK/simulated.table" ] || fail "the simulator prints no tables of $2 at $1 s"
	until_true $SETTLES agree "$1" "$2" || verdict=1
	paste "$WORK/simulated.table" "$WORK/real.table" | awk -F '\t' '{ printf "%-88s | %s\n", $1, $2 }'
	[ $verdict -eq 0 ] || fail "at $1 s $2 differs, simulated on the left, real on the right:
$(diff <(masked "$WORK/simulated.table") <(masked "$WORK/real.table"))"
	has_legend=yes
}

# waits SECONDS: until so long after the routers were started
waits() {
	local left
	begun=${begun:-$(milliseconds)}
	while left=$((begun + ${1/./} - $(milliseconds))); [ $left -gt 0 ]; do
		read -rt "$(printf '%d.%03d' $((left / 1000)) $((left % 1000)))" <> <(:) || true
	done
}

# act SECONDS VERB WORDS...: of the timeline
act() {
	[ "$2" = start ] || waits "$1"
	case $2 in
	show) show "$1" "$3" ;;
	start | down | up | join | leave | packet) "${@:2}" ;;
	*) fail "no such action: ${*:2}" ;;
	esac
}

# play SCENARIO FASTER: all times divided by FASTER
play() {
	local -a words
	mount_bpf
	"$BUILD/hpimsim" -4 --faster "$2" --tables "$WORK/simulated" scenario "$1" > "$WORK/simulator.log" &&
		"$BUILD/hpimsim" --faster "$2" plan "$1" > "$WORK/plan" || fail "the simulator with $1"
	while read -ra words <&3; do
		set -- "${words[@]}"
		case $1 in
		router | link) "$@" ;;
		host) node "$2" ;;
		protocol) ports[$2]+=" $3:$4" ;;
		route) run "$2" ip route add "$3" via "$4" proto zebra metric "$5" || fail "no route: $*" ;;
		set) setting "$2" "$3" ;;
		at) act "${@:2}" ;;
		*) fail "not understood: $*" ;;
		esac
	done 3< "$WORK/plan"
}
