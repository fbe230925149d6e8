#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# floors.sh [ROOT]: who may include whom (docs/ARCHITECTURE.md, floors). Quoted includes carry their
# folder, so the first part of the name tells the floor; a bare name is a file of the same folder.
set -eu
cd "${1:-$(dirname "$0")/../..}"
failed=0

# folder, files, what quoted includes may begin with, which <headers> may be named ("*": any)
free='assert|stdbool|stddef|stdint|stdalign|limits|errno|string|stdlib'
trees='uthash|utlist|bsd/sys/tree|bsd/sys/queue'
allow() {
	files=
	for file in $2; do
		[ ! -f "$file" ] || files="$files $file"
	done
	# shellcheck disable=SC2086
	[ -z "$files" ] || quoted="^($3)" angled="^($4)\$" awk -v who="$1" -v any="$4" '
		BEGIN { quoted = ENVIRON["quoted"]; angled = ENVIRON["angled"] }
		match($0, /^[ \t]*#[ \t]*include[ \t]*["<][^">]+[">]/) {
			kind = substr($0, RSTART, RLENGTH)
			sub(/^[^"<]*/, "", kind)
			name = substr(kind, 2, length(kind) - 2)
			if (substr(kind, 1, 1) == "\"" ? name ~ quoted : any == "*" || name ~ angled)
				next
			print FILENAME ":" FNR ": " who " may not include " name
		}' $files
}

check() {
	allow "include/hpim" "include/hpim/*.h" "hpim/ip_addr\\.h$" "linux/types\\.h"
	allow "ip_addr.h" "include/hpim/ip_addr.h" "nothing" "nothing"
	for file in bpf/*.[ch]; do
		case $file in
		*/mcast_shared.bpf.c) more='|mcast_xdp\.bpf\.c$' ;; # the same program once more
		*) more= ;;
		esac
		allow "bpf" "$file" "hpim/|[a-z0-9_]+\\.h\$$more" \
			"(linux|bpf|asm)/.*\\.h|stdbool\\.h|stddef\\.h|stdint\\.h"
	done
	for file in ctrl/base/*.[ch]; do
		case $file in
		*/addr_text.c) more='|stdio|arpa/inet' ;; # not part of the core's archive
		*/nlattrs.h) more='|libmnl/libmnl' ;;     # not for the core
		*) more= ;;
		esac
		allow "ctrl/base" "$file" "base/|hpim/ip_addr\\.h$" "($free|$trees$more)\\.h"
	done
	allow "ctrl/wire" "ctrl/wire/*.[ch]" "base/|wire/|hpim/ip_addr\\.h$" "($free)\\.h"
	allow "ctrl/core" "ctrl/core/*.[ch] ctrl/core/*/*.[ch]" "base/|wire/|core/|hpim/ip_addr\\.h$" "($free|$trees)\\.h"
	allow "ctrl/config" "ctrl/config/*.[ch]" "base/|wire/|core/|config/|dplane/mode\\.h$|io/field\\.h$" "*"
	allow "ctrl/io" "ctrl/io/*.[ch]" "base/|wire/|core/|io/|hpim/(ip_addr|ctl_abi)\\.h$" "*"
	allow "ctrl/dplane" "ctrl/dplane/*.[ch] ctrl/dplane/*/*.[ch]" "base/|core/|dplane/|hpim/|bpf/.*\\.skel\\.h$" "*"
	# The tables that the daemon and hpimctl share.
	for file in ctrl/mgmt/schema.[ch] ctrl/mgmt/command.c; do
		allow "$file" "$file" "mgmt/schema\\.h$|hpim/ctl_abi\\.h$" "($free)\\.h"
	done
	allow "tools/hpimctl" "tools/hpimctl/*.[ch]" "base/|hpimctl/|hpim/(ip_addr|ctl_abi)\\.h$|mgmt/schema\\.h$|config/(model|config)\\.h$|io/keyfile\\.h$" "*"
	allow "tools/hpimexplore" "tools/hpimexplore/*.[ch]" "base/|wire/|core/|simnet/|hpimexplore/" "*"
	allow "tools/simnet" "tools/simnet/*.[ch]" \
		"base/|wire/|simnet/|core/(core|event|effect|inspect|membership/gm|history)\\.h\$" "*"
	for file in tools/hpimsim/*.[ch]; do
		case $file in
		*/check.c) more='|core/hpim/(hpim_int|if|neigh|tree)\.h$' ;; # says what for
		*/tables.c) more='|mgmt/classic_text\.h$' ;; # the daemon's printer
		*/pim.c) more='|core/pimdm/(pimdm_int|neigh)\.h$' ;; # same
		*) more= ;;
		esac
		allow "tools/hpimsim" "$file" \
			"base/|wire/|simnet/|hpimsim/|core/(core|event|effect|inspect|membership/gm|history)\\.h\$$more" "*"
	done
	allow "tools/hpimcompare" "tools/hpimcompare/*.[ch]" \
		"base/|simnet/|hpimcompare/|hpimsim/(ideal|action|html|html_sim)\\.h\$" "*"
	allow "tools/hpimlab" "tools/hpimlab/*.[ch]" "base/|wire/|simnet/|hpimsim/|hpimlab/" "*"
	allow "tools/mcgen" "tools/mcgen/*.[ch]" "base/|wire/|mcgen/|\\.\\./mcgen/" "*"
	# The core gives addresses away as they are; turning them into text is for those who show them.
	grep -nE '"base/(addr_text|nlattrs)\.h' ctrl/wire/*.[ch] ctrl/core/*.[ch] ctrl/core/*/*.[ch] 2>/dev/null |
		sed -E 's/(addr_text|nlattrs).*/&: \1 is not for the core/'
}

found=$(check)
[ -z "$found" ] || { echo "$found"; failed=1; }
exit $failed
