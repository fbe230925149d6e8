#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# sim.sh: the scenarios, the histories that once went wrong, and random ones. HISTORIES says how
# many (200), FIRST the first seed (1).
set -u
cd "$(dirname "$0")/../.." || exit 1
sim=${BUILD:-build}/hpimsim
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

[ -x "$sim" ] || { echo "not built; run: make BUILD=${BUILD:-build} sim"; exit 1; }
"$sim" scenario tests/scenarios/*.yaml tests/scenarios/*/*.yaml || exit 1
for protocol in hpim-dm pim-dm mixed; do
	"$sim" hunt --protocol $protocol --seed "${FIRST:-1}" --runs "${HISTORIES:-200}" \
		--folder "$work" && continue
	for file in "$work"/*.yaml; do
		echo "--- $file"
		cat "$file"
	done
	exit 1
done

# A scenario that expects something else must fail, and a history must be what it was when saved.
sed 's/R7: active eth2 > eth1$/R7: active eth0 > eth1/' tests/scenarios/broadcast-tree.yaml \
	> "$work/wrong.yaml"
"$sim" scenario "$work/wrong.yaml" > "$work/out" && { echo 'a wrong expectation passes'; exit 1; }
grep -q "tree of R7: 'active eth2 > eth1', not 'active eth0 > eth1'" "$work/out" ||
	{ cat "$work/out"; exit 1; }
"$sim" --json run --seed 3 --save "$work/3.yaml" --pcap "$work/3.pcapng" > "$work/run" || exit 1
"$sim" --json replay "$work/3.yaml" > "$work/replay" || exit 1
cmp "$work/run" "$work/replay" || exit 1

# What is saved for Wireshark can be read.
if command -v tcpdump > /dev/null; then
	tcpdump -n -r "$work/3.pcapng" > "$work/packets" 2> "$work/err" || { cat "$work/err"; exit 1; }
	[ "$(wc -l < "$work/packets")" -gt 1000 ] || { echo 'the capture is too short'; exit 1; }
fi
