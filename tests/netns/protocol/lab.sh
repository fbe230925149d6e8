#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# lab.sh: some scenarios with real daemons beside the simulator, and how a lab is used: bad files, a step
# that links cannot do, a difference that has to be found, a lab that is kept, entered and removed.
# `make lab` plays all scenarios.
. "$(dirname "$0")/../lib.sh"

declare -A labs
lab() { # NAME OPTION... FILE
	"$BUILD/hpimlab" run "${@:2}" > "$WORK/$1.log" 2>&1 &
	children+=($!)
	labs[$1]=$!
}

# what links of the kernel cannot do is said, and so is where a file is wrong
ends 77 "'delay switch 200000' at 960.500 s" "$BUILD/hpimlab" run tests/scenarios/pim-dm-state-refresh.yaml
printf 'name: bad\nlinks:\n  lan: {n: 1, colour: red}\n' > "$WORK/bad.yaml"
ends 2 "bad.yaml:3:23: no such field of a link: 'colour'" "$BUILD/hpimlab" run "$WORK/bad.yaml"
ends 2 'No such file' "$BUILD/hpimlab" run "$WORK/none.yaml"
ends 2 "'0' is not a number" "$BUILD/hpimlab" run --faster 0 "$WORK/bad.yaml"

lab loop -6 --faster 3 tests/scenarios/loop.yaml
lab join-prune -4 --faster 3 --pcap "$WORK/frames" tests/scenarios/pim-dm-join-prune.yaml
lab hello -6 --faster 3 tests/scenarios/pim-dm-hello.yaml

# A file that expects what is not so: both worlds say that.
sed -n '1,/do: \[start all\]/p' tests/scenarios/loss.yaml > "$WORK/wrong.yaml"
printf '  - at: 8\n    expect: {neighbors: {R1.eth1: R2, R2.eth0: none}}\n' >> "$WORK/wrong.yaml"
lab wrong -4 "$WORK/wrong.yaml"

for name in loop join-prune hello; do
	wait "${labs[$name]}" || fail "$name is not the same in both worlds"
done
! wait "${labs[wrong]}" || fail 'a wrong expectation is not found'
said wrong ' 2 answers, 1 differ' || fail 'not one answer differs'
[ -s "$WORK/frames/switch.pcap" ] || fail 'nothing is captured'

# A lab whose hpimlab is killed goes all the same: namespaces, daemons, and their files.
has_lab() { ip netns list | grep -q "^hpimlab$1-R1\\>" && [ -e "/run/hpimd/hpimlab$1-R1.ctl" ]; }
left_over() {
	ip netns list | grep "^hpimlab$1-"
	ls -d "/run/hpimlab/$1" "/run/hpimd/hpimlab$1"-* "/sys/fs/bpf/hpim/hpimlab$1"-* 2> /dev/null
	pgrep -f "hpimd -i hpimlab$1-"
}
has_nothing() { [ -z "$(left_over "$1")" ]; }
lab killed -4 tests/scenarios/loop.yaml
until_true 60 has_lab "${labs[killed]}" || fail 'no lab to kill'
kill -9 "${labs[killed]}"
until_true 30 has_nothing "${labs[killed]}" || fail "a lab is left behind: $(left_over "${labs[killed]}")"

# The usual lab that is kept may be somebody's.
[ ! -e /run/hpimlab/kept ] || { echo 'a lab is kept on this machine'; exit 0; }
cat > "$WORK/kept.yaml" <<-'END'
	name: kept
	settings: {hold_forwarding_ms: 1500}
	links: {left: {n: 1}, middle: {n: 2}, right: {n: 3}}
	routers:
	  R1: {eth0: {link: left, host: 1}, eth1: {link: middle, host: 1}}
	  R2: {eth0: {link: middle, host: 2, cost: 7}, eth1: {link: right, host: 2}}
	  R3: {eth0: {link: middle, host: 3}, eth1: {link: right, host: 3}}
	hosts: {sender: {link: left, host: 100}, client: {link: right, host: 100}}
	timeline:
	  - {at: 0, do: [start all]}
	  - {at: 12, do: [join client, send sender]}
	  - at: 25
	    expect: {tree: {R1: active eth0 > eth1, R2: active eth0 > eth1, R3: "active eth0, lost eth1"}}
	END
ends 0 ' 3 answers, 0 differ' "$BUILD/hpimlab" run -6 --keep "$WORK/kept.yaml"
ends 0 synced "$BUILD/hpimlab" shell R1 hpimctl -H -o state show neighbors
ends 2 'is kept already' "$BUILD/hpimlab" run --keep "$WORK/wrong.yaml"

# Its routers' answers make a scenario, which comes to the same state in the simulator; one answer that was
# not given does not.
for router in R1 R2 R3; do
	for table in interfaces neighbors trees 'trees -d' groups timers; do
		"$BUILD/hpimlab" shell $router hpimctl -j show $table
	done > "$WORK/$router.json"
done
ends 0 '' "$BUILD/hpimlab" write -6 "$WORK/written.yaml" "$WORK"/R[123].json
grep -q 'R2: *$' "$WORK/written.yaml" || fail 'no R2 in the scenario'
grep -q 'eth0: {link: link2, host: 2, cost: 7,' "$WORK/written.yaml" || fail 'the cost of R2 is not found'
grep -q 'hold_forwarding_ms: 1500' "$WORK/written.yaml" || fail 'a setting is not found'
ends 0 ' ok ' "$BUILD/hpimsim" scenario "$WORK/written.yaml"
sed -i 's/"assert":"loser"/"assert":"winner"/' "$WORK/R3.json"
ends 0 '' "$BUILD/hpimlab" write -6 "$WORK/written.yaml" "$WORK"/R[123].json
ends 1 "tree of R3: 'active eth0, lost eth1'" "$BUILD/hpimsim" scenario "$WORK/written.yaml"
ends 0 '' "$BUILD/hpimlab" write -6 "$WORK/written.yaml" "$WORK"/R[12].json
grep -q "^# left out: neighbors of R1.eth1, 'R2 ?': '?' is a router of none of the files" "$WORK/written.yaml" ||
	fail 'a router without a file is not said'
echo '{"interfaces":[]}' > "$WORK/R4.json"
ends 2 "R4.json: no answer to 'hpimctl -j show neighbors'" "$BUILD/hpimlab" write "$WORK/written.yaml" "$WORK/R4.json"
echo '{"interfaces":' > "$WORK/R4.json"
ends 2 'R4.json: not JSON' "$BUILD/hpimlab" write "$WORK/written.yaml" "$WORK/R4.json"
ends 2 'no interface has a protocol for IPv4' "$BUILD/hpimlab" write "$WORK/written.yaml" "$WORK/R1.json"

ends 2 'no node R9' "$BUILD/hpimlab" shell R9
ends 0 '' "$BUILD/hpimlab" stop
ends 2 'no lab is kept' "$BUILD/hpimlab" stop
! ip netns list | grep -q '^hpimlab-' || fail 'stop leaves namespaces'
