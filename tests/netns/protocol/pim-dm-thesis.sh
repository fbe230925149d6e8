#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# pim-dm-thesis.sh: the networks by which the PIM-DM of a simulator was validated (description of
# PIM-DM, 9.7b): the tables of real daemons after each step, printed beside those of our simulator, and
# equal to them. $FASTER divides all times; 1 takes 17 minutes, both networks beside each other.
# runner: long
. "$(dirname "$0")/../lib.sh"

spawn_lab() { # NAME
	"$BUILD/hpimlab" run -4 --faster "${FASTER:-3}" "tests/scenarios/$1.yaml" > "$WORK/$1.log" 2>&1 &
	children+=($!)
	labs[$1]=$!
}

declare -A labs
spawn_lab thesis
spawn_lab thesis-assert
for name in thesis thesis-assert; do
	wait "${labs[$name]}" || fail "$name is not the same in both worlds"
	cat "$WORK/$name.log"
done
