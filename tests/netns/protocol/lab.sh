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
sed -i 's/R2.eth0: none/R2.eth0: R1/' "$WORK/wrong.yaml"
ends 0 ' 2 answers, 0 differ' "$BUILD/hpimlab" run -6 --keep "$WORK/wrong.yaml"
ends 0 synced "$BUILD/hpimlab" shell R1 hpimctl -H -o state show neighbors
ends 2 'is kept already' "$BUILD/hpimlab" run --keep "$WORK/wrong.yaml"
ends 2 'no node R9' "$BUILD/hpimlab" shell R9
ends 0 '' "$BUILD/hpimlab" stop
ends 2 'no lab is kept' "$BUILD/hpimlab" stop
! ip netns list | grep -q '^hpimlab-' || fail 'stop leaves namespaces'
