#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Each command of docs/TROUBLESHOOTING.md that a router or a host can take is typed, with a source, a
# group, an interface and a number in the place of SOURCE, GROUP, IFACE and NUMBER: none is refused as
# misspelled.
. "$(dirname "$0")/../lib.sh"
DOC=$(dirname "$0")/../../../docs/TROUBLESHOOTING.md
need bridge

# What is the beginning of a command, waits for packets, asks for another daemon, or ends this one.
SKIPPED='hpimctl capture .*|hpimctl key add|hpimctl policy allow|hpimctl stop|hpimctl -4 attach|hpimctl threshold|ip address add|ip mrule'

# type NODE COMMAND: its exit code is 1 only where the words are wrong
type_it() {
	local code=0 words=$2
	words=${words//SOURCE/10.1.1.100} words=${words//GROUP/239.1.2.3}
	words=${words//IFACE/eth1} words=${words//PORT/port0} words=${words//NUMBER/1000}
	case $words in
	hpimctl*) run "$1" "$BUILD"/hpimctl -i "$PREFIX-$1" ${words#hpimctl } ;;
	*) run "$1" $words ;;
	esac > "$WORK/typed.log" 2>&1 || code=$?
	[ "$code" -ne 1 ] || fail "$words: $(cat "$WORK/typed.log")"
	case $words in
	hpimctl*) ;;
	*) [ "$code" -eq 0 ] || fail "$words: $(cat "$WORK/typed.log")" ;;
	esac
	typed=$((typed + 1))
}

chain
chain_serves
chain_has_tree $GROUP4
node switch
run switch ip link add br0 type bridge mcast_snooping 1 || skip 'the kernel has no snooping bridges'
run switch ip link add port0 type veth peer name port1
run switch ip link set port0 master br0

typed=0
while read -r command; do
	echo "$command" | grep -qxE "$SKIPPED" && continue
	case $command in
	bridge*) type_it switch "$command" ;;
	hpimctl* | ip\ * | ethtool* | sysctl*) type_it r2 "$command" ;;
	esac
done < <(grep -o '`[^`]*`' "$DOC" | tr -d '`' | sort -u)
[ "$typed" -ge 25 ] || fail "only $typed commands were found"
ends 0 '' ctl r2 threshold eth1 0
ends 0 '' ctl r2 -4 attach eth1
