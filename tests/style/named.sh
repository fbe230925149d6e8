#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# named.sh [ROOT]: each test that the documents of the protocols name exists: a program, what it proves
# (`test_neigh`: hold_time_is_as_announced; a name may be that of a suite, or its beginning and ...), a
# script, a scenario.
set -eu
cd "${1:-$(dirname "$0")/../..}"

# there_are: "PROGRAM NAME..." of each program, test (its suite, unless a macro has it, and its own name)
# and file
there_are() {
	find tests -name 'test_*.c' | sed -E 's|.*/(.*)\.c$|\1|'
	find tests -name 'test_*.c' -exec grep -HE '^[A-Z_]*(TEST|Test)\([a-z0-9_]+' {} + |
		sed -E 's|.*/(test_[a-z0-9_]+)\.c:[A-Za-z_]*\(([a-z0-9_]+)(, ([a-z0-9_]+))?.*|\1 \2 \4|'
	find tests tools vmtests \( -name '*.sh' -o -name '*.yaml' \) 2> /dev/null |
		sed -E 'p; s|^tests/(netns/\|scenarios/)?||; s|^vmtests/||'
}

# named FILE: "PROGRAM", "PROGRAM NAME" or a file, of each that it names
named() {
	grep -oE '`test_[a-z0-9_*]+`(: [a-z][a-z0-9_]+(\.\.\.)?(, [a-z][a-z0-9_]+(\.\.\.)?)*)?' "$1" | tr -d '`:,' |
		awk '{ print $1; for (i = 2; i <= NF; i++) print $1, $i }'
	grep -oE '`[a-z0-9_/-]+\.(sh|yaml)`' "$1" | tr -d '`'
}

for doc in docs/PIM-DM.md docs/PROTOCOL.md; do
	named $doc | sort -u | sed "s|^|$doc |"
done | {
	there_are
	echo =
	cat
} | awk '
	# is_there TEXT: such a line, where * and ... stand for the rest of a word
	function is_there(text, line) {
		if (text in lines)
			return 1
		if (text !~ /\*|\.\.\.$/)
			return 0
		gsub(/\*|\.\.\.$/, "[a-z0-9_]*", text)
		for (line in lines)
			if (line ~ "^" text "$")
				return 1
		return 0
	}
	$1 == "=" { is_named = 1; next }
	!is_named { lines[$1]; for (i = 2; i <= NF; i++) lines[$1 " " $i]; next }
	{
		count++
		if (!is_there($2))
			wrong = wrong $1 ": there is no " $2 "\n"
		else if (NF > 2 && !is_there($2 " " $3))
			wrong = wrong $1 ": " $2 " has no test " $3 "\n"
	}
	END {
		if (!count)
			wrong = "no test is named\n"
		printf "%s", wrong
		exit wrong != ""
	}'
