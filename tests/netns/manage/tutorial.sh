#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The commands of docs/TUTORIAL.md, or of docs/$PAGE.md, typed as they stand there: its blocks of ```sh run in one shell, and no
# command may fail; where a block of ```text follows, the last one is typed again until its output has
# these lines, but for spaces and numbers. The names of namespaces, pins and sockets are those of the
# document, so the script has file systems of its own for them.
[ "${APART:-}" ] || APART=1 exec unshare --mount --propagation private "$0" "$@"
. "$(dirname "$0")/../lib.sh"

DEADLINE=40 # seconds until what stands below a block has to be there
DOCUMENT=$(realpath "$NETNS/../../docs/${PAGE:-TUTORIAL}.md")
BUILD=$(realpath "$BUILD")
PATH=$BUILD:$PATH

made=()
apart() {
	[ -d "$1" ] || made+=("$1")
	mkdir -p "$1"
	mount -t "$2" "$2" "$1" || fail "cannot mount $1"
}

leave() {
	local path
	for path in /run/hpimd/*.ctl; do [ ! -e "$path" ] || hpimctl --socket "$path" stop; done
	for path in $(jobs -p) $(cat /tmp/hpim-frr/*.pid); do kill "$path"; done
	rm -rf /tmp/hpim-frr
	for path in "${made[@]}"; do umount "$path" && rmdir "$path"; done
	clean_up
} 2> /dev/null

# blocks: each into $WORK/NN.sh, and what stands below it into $WORK/NN.text
blocks() {
	awk -v dir="$WORK" '
		/^```(sh|text)$/ { kind = substr($0, 4); n += kind == "sh"; next }
		/^```/ { kind = ""; next }
		kind != "" { print > sprintf("%s/%02d.%s", dir, n, kind) }' "$DOCUMENT"
}

# type_in BLOCK: false if one of its commands fails
type_in() {
	failed=
	trap 'failed=$BASH_COMMAND' ERR
	eval "$(cat "$1")" > "$1.log" 2>&1
	trap - ERR
	[ -z "$failed" ]
}

# plain: one space between words, 0 for numbers that stand alone
plain() { sed -E 's/[[:space:]]+/ /g; s/ $//; s/(^| )[0-9]+( |$)/\10\2/g'; }

# shown BLOCK: all that stands below it is in its output
shown() { ! plain < "${1%.sh}.text" | grep -vxFf <(plain < "$1.log") | grep -q .; }

# again BLOCK: type its last line once more
again() {
	eval "$(tail -n 1 "$1")" > "$1.log" 2>&1
	shown "$1"
}

apart /run/netns tmpfs
apart /run/hpimd tmpfs
apart /etc/hpim tmpfs
apart /sys/fs/bpf bpf
trap leave EXIT
blocks
[ "$(ls "$WORK" | grep -c 'sh$')" -gt 9 ] || fail 'the document has no commands'
cd "$WORK" || exit 1
set -E
for block in [0-9]*.sh; do
	echo "$block: $(head -n 1 "$block")"
	type_in "$block" || fail "$block: '$failed' fails"
	[ ! -e "${block%.sh}.text" ] || shown "$block" || until_true $DEADLINE again "$block" ||
		fail "$block does not show what the document says: $(cat "${block%.sh}.text")"
done
