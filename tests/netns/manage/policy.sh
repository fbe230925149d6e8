#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Boundaries and filters on real traffic: what is denied neither enters nor leaves, is dropped in
# XDP without a tree, is known to the neighbor, and stays denied after a crash; when the rule is
# deleted the stream is back. Hosts that name no source get those that their SSM group is mapped to.
. "$(dirname "$0")/../lib.sh"

COUNT=200
declare -A scope=([$GROUP4]=239.1.0.0/16 [$GROUP6]=ff3e::1:0:0/96)

# outputs ROUTER WANT GROUP: where packets of the group go, and by whose entry
outputs() { within 20 shows "$1" "$2" outputs,owner mroutes "$3"; }

# nothing_arrives GROUP: dst is a member and gets none of what src sends
nothing_arrives() {
	listen deaf dst "$1"
	send src "$1" -n 50 -r 500
	kill -TERM "${sinks[deaf]}"
	wait "${sinks[deaf]}"
	[ "$(field deaf received)" = 0 ] || fail "dst got packets to $1: $(tail -n 1 "$WORK/deaf.log")"
}

# stream_is_back GROUP: the tree stands again, and carries each packet once
stream_is_back() {
	listen member dst "$1"
	within 20 has_member r2 eth1 "$1"
	send src "$1" -n 30 -r 100
	outputs r1 'eth1 hpim' "$1"
	outputs r2 'eth1 hpim' "$1"
	exact_stream exact dst "$1" $COUNT
	hush member
}

# refused ROUTER IFACE REASON: whether it was counted there
refused() { [ "$(counter "$1" "$2" "$3")" -gt 0 ]; }

chain
chain_serves

for group in $GROUP4 $GROUP6; do
	rule=${scope[$group]}
	stream_is_back "$group"

	# On the way out: R2 learns that there is no tree.
	ends 0 boundary ctl r1 boundary eth1 "$rule"
	outputs r1 '- hpim' "$group"
	within 20 shows r2 '' source show trees "$group"
	counts r1 eth0 negative 50 nothing_arrives "$group"
	ends 0 '' ctl r1 boundary delete eth1 "$rule"
	stream_is_back "$group"

	# On the way in: an entry of the policy, without a tree.
	ends 0 boundary ctl r1 boundary eth0 "$rule"
	send src "$group" -n 1
	outputs r1 '- policy' "$group"
	within 20 shows r1 '' source show trees "$group"
	counts r1 eth0 negative 50 nothing_arrives "$group"
	refused r1 eth0 policy-flow || fail 'the flow is not counted'
	case $group in $GROUP4) source=10.1.1.100 ;; *) source=2001:db8:1::100 ;; esac
	ends 0 "the policy denies ($source, $group) on eth0" ctl r1 explain $source "$group"
	ends 0 '' ctl r1 boundary delete eth0 "$rule"
	stream_is_back "$group"

	# Beyond it: R2 sends NoInterest, and R1 nothing on the link.
	ends 0 boundary ctl r2 boundary eth0 "$rule"
	outputs r1 '- hpim' "$group"
	nothing_arrives "$group"
	shows r2 synced state show neighbors -"$(family_of "$group")" || fail 'R1 and R2 are no neighbors'
	ends 0 '' ctl r2 boundary delete eth0 "$rule"
	stream_is_back "$group"

	# Members: the one that is there ends, and comes back with a longer prefix that is allowed.
	listen member dst "$group"
	within 10 has_member r2 eth1 "$group"
	ends 0 deny ctl r2 policy deny "$rule"
	within 10 has_no_member r2 eth1 "$group"
	until_true 20 refused r2 eth1 gm-policy || fail 'no report is counted'
	outputs r1 '- hpim' "$group"
	ends 0 allow ctl r2 policy allow "$group"
	within 20 has_member r2 eth1 "$group"
	hush member
	stream_is_back "$group"
	ends 0 '' ctl r2 policy delete "$group"
done

# It outlives the daemon, and is in force from its start.
rules=$(table r2 all show policy | cut -d' ' -f1-4)
[ "$(wc -l <<< "$rules")" = 2 ] || fail "rules: $rules"
kill -9 "${daemons[r2]}"
wait "${daemons[r2]}" 2> /dev/null
start_router r2
within 10 shows r2 "$rules" rule,group,source,interface show policy
within 15 synced r2 2
nothing_arrives $GROUP4
nothing_arrives $GROUP6
ends 0 '' ctl r2 policy delete "${scope[$GROUP4]}"
ends 0 '' ctl r2 policy delete "${scope[$GROUP6]}"
ends 4 "no filter for 239.1.0.0/16" ctl r2 policy delete "${scope[$GROUP4]}"

# Another router asks the hosts: R2 learns from their answers, and sends no query.
ends 0 eth1 ctl r2 attach eth1 igmp mld passive
shows r2 'eth1 yes -' interface,passive,querier4 show interfaces eth1 || fail 'not passive'
ends 8 'no querier was heard' ctl r2 -4 doctor eth1
ends 0 eth1 ctl r2 attach eth1 igmp mld no-passive

# A range of its own: who names no source is ignored, until the group is mapped to one.
for group in $GROUP4 $GROUP6; do
	case $group in $GROUP4) source=10.1.1.100 ;; *) source=2001:db8:1::100 ;; esac
	ends 0 ssm-range ctl r2 ssm-range "${scope[$group]}"
	listen member dst "$group"
	until_true 20 refused r2 eth1 gm-ssm || fail 'any source of an SSM group'
	has_no_member r2 eth1 "$group" || fail 'a member of any source'
	ends 0 ssm-map ctl r2 ssm-map "$group" $source
	within 20 shows r2 "$group Include" group,state show groups
	hush member
	stream_is_back "$group"
	ends 0 '' ctl r2 ssm-map delete "$group" $source
	ends 0 '' ctl r2 ssm-range delete "${scope[$group]}"
	within 10 has_no_member r2 eth1 "$group"
done
shows r2 '' rule show policy || fail 'a rule is left'

# Words that make no sense change nothing.
ends 1 'is not multicast' ctl r1 policy deny 10.0.0.0/8
ends 1 '239.1.0.0/16 would be one' ctl r1 policy deny 239.1.2.3/16
ends 1 'of another family' ctl r1 policy deny 239.0.0.0/8 source 2001:db8::/32
ends 1 'link-local scope' ctl r1 boundary eth1 224.0.0.0/24
ends 1 'no name of an interface' ctl r1 policy deny 239.0.0.0/8 eth/1
ends 1 'the command lacks the groups of the scope' ctl r1 boundary eth1
ends 1 'no single source' ctl r1 ssm-map 232.1.1.1 10.0.0.0/8
ends 4 'no boundary for 239.0.0.0/8 on eth1' ctl r1 boundary delete eth1 239.0.0.0/8
shows r1 '' rule show policy || fail 'a rule came to be'
