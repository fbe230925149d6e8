#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# schema.sh [ROOT]: commands and fields stand in the tables of ctrl/mgmt (schema.h), where they are
# answered, where they are asked for and in docs/SCHEMA.md: none in one place only. What the C
# compiler and answer_check() see is not looked at again; tests/unit/mgmt/test_schema.c has the rest.
set -eu
here=$(pwd)
schemadoc=${BUILD:-build}/schemadoc
case $schemadoc in /*) ;; *) schemadoc=$here/$schemadoc ;; esac
cd "${1:-$(dirname "$0")/../..}"
[ -x "$schemadoc" ] || { echo "$schemadoc: not built"; exit 1; }
failed=0

complain() {
	echo "$*"
	failed=1
}

answers=$(find ctrl/mgmt -name '*.c' ! -name schema.c ! -name command.c)
fields=$("$schemadoc" fields | sort -u)
commands=$("$schemadoc" commands)
grammar=tools/hpimctl/tokens.c

"$schemadoc" | diff docs/SCHEMA.md - || complain 'docs/SCHEMA.md is not what the tables say: make docs'
[ ! -f docs/CONFIGURATION.md ] ||
	sed '1,/^## Reference$/d' docs/CONFIGURATION.md | { "$schemadoc" config | diff - /dev/fd/3; } 3<&0 ||
	complain 'docs/CONFIGURATION.md is not what the tables say: make docs'
for field in $fields; do
	# shellcheck disable=SC2086
	grep -qF "\"$field\"" $answers || complain "ctrl/mgmt: no record has the field $field"
done
# shellcheck disable=SC2086
for field in $(grep -ohE 'field_put_[a-z]+\([a-z_]+, "[a-z0-9_]+"' $answers | sed 's/.*"\(.*\)"/\1/' | sort -u); do
	echo "$fields" | grep -qxF "$field" || complain "ctrl/mgmt: the field $field is in no schema"
done
# shellcheck disable=SC2086
grep -n 'ctl_reply_record(' $answers | grep -v '^ctrl/mgmt/answer\.c:' &&
	complain 'records go through answer_record() or show_record(), which check them'

# "name" of each ACT_COMMAND
asked=$(sed -n 's/.*ACT_COMMAND, "\([^"]*\)".*/\1/p' $grammar)
echo "$commands" | while read -r command; do
	echo "$asked" | grep -qxF "$command" || echo "$grammar: no words lead to '$command'"
done > "${TMPDIR:-/tmp}/schema.$$"
echo "$asked" | while read -r command; do
	echo "$commands" | grep -qxF "$command" || echo "$grammar: there is no command '$command'"
done >> "${TMPDIR:-/tmp}/schema.$$"
[ ! -s "${TMPDIR:-/tmp}/schema.$$" ] || complain "$(cat "${TMPDIR:-/tmp}/schema.$$")"
rm -f "${TMPDIR:-/tmp}/schema.$$"
exit $failed
