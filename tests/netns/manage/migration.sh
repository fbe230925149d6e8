#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The commands of docs/MIGRATION.md, typed as they stand there: blocks of ```sh, and of each table of commands
# first the left column, then the right. None may fail. Sockets and pins are those of the document, so
# the script has file systems of its own for them.
[ "${APART:-}" ] || APART=1 exec unshare --mount --propagation private "$0" "$@"
. "$(dirname "$0")/../lib.sh"

DOCUMENT=$(realpath "$NETNS/../../docs/MIGRATION.md")
BUILD=$(realpath "$BUILD")
PATH=$BUILD:$PATH

apart() {
	mkdir -p "$1"
	mount -t "$2" "$2" "$1" || fail "cannot mount $1"
}
leave() {
	local path
	for path in /run/hpimd/*.ctl; do [ ! -e "$path" ] || hpimctl --socket "$path" stop; done
	clean_up
} 2> /dev/null

# commands: one a line, with where it stands; the first of a cell is what is typed
commands() {
	awk '
		function flush(i) {
			for (i = 1; i <= rows; i++) print left[i]
			for (i = 1; i <= rows; i++) print right[i]
			rows = 0
		}
		/^```sh$/ { is_block = 1; next }
		/^```/ { is_block = 0; next }
		is_block { print; next }
		/^\| `hpim-dm / { split($0, part, "`"); left[++rows] = part[2]
			match($0, /\| `hpimctl[^`]*` \|$/)
			right[rows] = substr($0, RSTART + 3, RLENGTH - 6); next }
		{ flush() }' "$DOCUMENT"
}

router r
wire r eth0 10.1.1.1/24,2001:db8:1::1/64 r eth1 10.1.2.1/24,2001:db8:2::1/64
apart /run/hpimd tmpfs
apart /sys/fs/bpf bpf
apart /etc/hpim tmpfs
trap leave EXIT
cd "$WORK" || exit 1
count=0
while read -r line <&3; do
	count=$((count + 1))
	run r bash -c "$line" > "$WORK/typed.log" 2>&1 || fail "exit code $?: $line
$(cat "$WORK/typed.log")"
	! grep -q 'not running\|^usage' "$WORK/typed.log" || fail "$line: $(cat "$WORK/typed.log")"
done 3< <(commands)
[ "$count" -gt 55 ] || fail "only $count commands are in the document"
# Each option of hpim-dm is in it, and in the manual page.
page=$(dirname "$DOCUMENT")/man/hpim-dm.1
for option in $(hpim-dm -h | sed -n 's/^  \(-[^, ]*\).*/\1/p'); do
	grep -qF "\\fB${option//-/\\-}\\fR" "$page" || fail "the manual page says nothing of $option"
	grep -qE -e "[\` ]$option[\`, ]" "$DOCUMENT" || fail "the document says nothing of $option"
done
